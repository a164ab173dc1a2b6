//! Languages of text, original and subtitles: 008, 041 and component parts (ingest-marc §5.6).

use super::view::{Spec, View, normal, subs};
use crate::record::IndexRecord;
use crate::text::{normalize_languages, trim};

/// Sets the language fields.
pub(super) fn add(view: &View<'_>, fields: &mut IndexRecord) {
    let mut spoken = vec![view.control_part("008", 35, 3).to_owned()];
    codes(view, &[normal("041", "a"), normal("041", "d"), normal("979", "h")], &mut spoken);
    fields.set_all("language", normalize_languages(spoken));

    let mut original = Vec::new();
    codes(view, &[normal("041", "h"), normal("979", "i")], &mut original);
    // Not a translation: the language of the text is the original one.
    for field in view.each("041").filter(|field| field.ind1 == '0') {
        for code in ['a', 'd'] {
            subs(&field, code).for_each(|value| push(value, &mut original));
        }
    }
    fields.set_all("original_lng_str_mv", normalize_languages(original));

    let mut subtitles = Vec::new();
    codes(view, &[normal("041", "j"), normal("979", "j")], &mut subtitles);
    fields.set_all("subtitle_lng_str_mv", normalize_languages(subtitles));
}

fn codes(view: &View<'_>, specs: &[Spec], out: &mut Vec<String>) {
    view.split_raw(specs, |value| push(&view.clean(value), out));
}

/// Adds a code, or the codes that older cataloguing wrote without space (`finswe`).
fn push(value: &str, out: &mut Vec<String>) {
    let value = trim(value);
    let run_together = value.len() >= 6
        && value.len().is_multiple_of(3)
        && value.bytes().all(|byte| byte.is_ascii_alphabetic());
    if run_together {
        out.extend(
            (0..value.len()).step_by(3).filter_map(|at| value.get(at..at + 3)).map(str::to_owned),
        );
    } else {
        out.push(value.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::push;
    use crate::mapping::marc::sample::mapped;

    #[test]
    fn codes_run_together_are_cut() {
        let cut = |text| {
            let mut out = Vec::new();
            push(text, &mut out);
            out
        };
        assert_eq!(cut("finswe"), ["fin", "swe"]);
        assert_eq!(cut("fin"), ["fin"]);
        assert_eq!(cut("fin-sw"), ["fin-sw"]);
        assert_eq!(cut("finsw"), ["finsw"]);
    }

    #[test]
    fn languages_by_kind() {
        let mapped = mapped(
            "008 140327s2013    fi            000 0 FIN d
             041 1_ $aswe$heng$jger
             041 0_ $asme$dsmn
             979 __ $hest$ilav$jlit",
        );
        assert_eq!(mapped.all("language"), ["fin", "swe", "sme", "smn", "est"]);
        assert_eq!(mapped.all("original_lng_str_mv"), ["eng", "lav", "sme", "smn"]);
        assert_eq!(mapped.all("subtitle_lng_str_mv"), ["ger", "lit"]);
    }
}
