//! What kind of thing the record describes (ingest-marc §8): the first rule that fits decides.

use super::view::{View, normal, part, sub};
use crate::record::{IndexRecord, Value};
use icu_normalizer::ComposingNormalizer;

/// The format code of the record.
pub(super) fn format(view: &View<'_>) -> String {
    if is_daisy(view) {
        return "AudioBookDaisy".to_owned();
    }
    if view.values("380", 'a').any(|kind| is(kind, "eaudiobook")) {
        return "AudioBookOverDrive".to_owned();
    }
    let local = view.all("977", "a");
    if !local.is_empty() {
        return local_format(view, local);
    }
    if view.has("502") {
        return "Dissertation".to_owned();
    }
    if let Some(thesis) = thesis(view) {
        return thesis.to_owned();
    }
    if let Some(game) = game(view) {
        return game.to_owned();
    }
    let mut online = false;
    for carrier in view.record().controls("007") {
        if let Some(format) = by_carrier(view, carrier, &mut online) {
            return format.to_owned();
        }
    }
    by_leader(view, online).to_owned()
}

/// Equal in any case.
fn is(text: &str, word: &str) -> bool {
    text.eq_ignore_ascii_case(word) || text.to_lowercase() == word
}

fn holds(text: &str, word: &str) -> bool {
    text.to_lowercase().contains(word)
}

fn is_daisy(view: &View<'_>) -> bool {
    let is_sound = view.control_part("008", 22, 1).eq_ignore_ascii_case("f");
    (is_sound && view.values("347", 'b').any(|encoding| is(encoding, "daisy")))
        || view.values("020", 'q').any(|note| holds(note, "daisy"))
        || view.values("028", 'b').any(|publisher| holds(publisher, "celia"))
        || view.values("245", 'b').any(|title| holds(title, "daisy-äänikirja"))
        || view.values("300", 'a').any(|extent| holds(extent, "daisy"))
}

/// The library's own code of 977, except that spoken word is told from music.
fn local_format(view: &View<'_>, code: String) -> String {
    let is_spoken = || {
        view.values("336", 'a').any(|kind| is(kind, "puhe") || is(kind, "tal"))
            || view.values("336", 'b').any(|kind| is(kind, "spw"))
            || view
                .values("655", 'a')
                .any(|genre| is(genre, "äänikirjat") || is(genre, "ljudböcker"))
    };
    match code.as_str() {
        "3" if is_spoken() => "NonmusicalCD".to_owned(),
        "t" if is_spoken() => "NonmusicalRecording".to_owned(),
        _ => code,
    }
}

/// Names of theses as Finnish universities write them in 509a (older: 920a).
const THESES: [(&str, &str); 20] = [
    ("kandidaatintutkielma", "BachelorsThesis"),
    ("kandidaatintyö", "BachelorsThesis"),
    ("kandidatarbete", "BachelorsThesis"),
    ("pro gradu -tutkielma", "ProGradu"),
    ("pro gradu -työ", "ProGradu"),
    ("pro gradu", "ProGradu"),
    ("laudaturtyö", "LaudaturThesis"),
    ("laudaturavh", "LaudaturThesis"),
    ("lisensiaatintyö", "LicentiateThesis"),
    ("lic.avh", "LicentiateThesis"),
    ("licentiatavhandling", "LicentiateThesis"),
    ("diplomityö", "MastersThesis"),
    ("diplomarbete", "MastersThesis"),
    ("erikoistyö", "Thesis"),
    ("vicenot.ex", "Thesis"),
    ("lopputyö", "Thesis"),
    ("rättsnot.ex", "Thesis"),
    ("amk-opinnäytetyö", "BachelorsThesisPolytechnic"),
    ("yh-examensarbete", "BachelorsThesisPolytechnic"),
    ("ylempi amk-opinnäytetyö", "MastersThesisPolytechnic"),
];
const SWEDISH_POLYTECHNIC_MASTERS: &str = "högre yh-examensarbete";

fn thesis(view: &View<'_>) -> Option<&'static str> {
    let mut kinds = view.gather(&[normal("509", "a")]);
    if kinds.is_empty() {
        kinds = view.gather(&[normal("920", "a")]);
    }
    if kinds.is_empty() {
        return None;
    }
    let known = kinds.iter().find_map(|kind| {
        let kind = ComposingNormalizer::new_nfkc().normalize(kind).to_lowercase();
        if kind == SWEDISH_POLYTECHNIC_MASTERS {
            return Some("MastersThesisPolytechnic");
        }
        THESES.iter().find(|(name, _)| *name == kind).map(|(_, format)| *format)
    });
    Some(known.unwrap_or("Thesis"))
}

fn game(view: &View<'_>) -> Option<&'static str> {
    let has_genre = |name| view.values("655", 'a').any(|genre| is(&view.clean(genre), name));
    match view.leader(6).to_ascii_lowercase() {
        'r' if view.control_part("008", 33, 1).eq_ignore_ascii_case("g")
            || has_genre("lautapelit") =>
        {
            Some("BoardGame")
        }
        'm' if view.control_part("008", 26, 1).eq_ignore_ascii_case("g")
            || has_genre("videopelit") =>
        {
            Some("VideoGame")
        }
        _ => None,
    }
}

/// Format by one 007 field (ingest-marc §8.1); `online` is set by remote resources.
fn by_carrier(view: &View<'_>, carrier: &str, online: &mut bool) -> Option<&'static str> {
    let at = |position| {
        part(carrier, position, 1)
            .bytes()
            .next()
            .map_or(' ', |b| char::from(b.to_ascii_lowercase()))
    };
    let format = match (at(0), at(1)) {
        ('a', 'd') => "Atlas",
        ('a', _) => "Map",
        ('c', 'a') => "TapeCartridge",
        ('c', 'b') => "ChipCartridge",
        ('c', 'c') => "DiscCartridge",
        ('c', 'f') => "TapeCassette",
        ('c', 'h') => "TapeReel",
        ('c', 'j') => "FloppyDisk",
        ('c', 'm' | 'o') => "CDROM",
        ('c', 'r') => {
            *online = true;
            return None;
        }
        ('c', _) => "Electronic",
        ('d', _) => "Globe",
        ('f', _) => "Braille",
        ('g', 'c' | 'd') | ('m', 'r') => "Filmstrip",
        ('g', 't') => "Transparency",
        ('g', _) => "Slide",
        ('h', _) => "Microfilm",
        ('k', 'c') => "Collage",
        ('k', 'd') => "Drawing",
        ('k', 'e') => "Painting",
        ('k', 'f' | 'j') => "Print",
        ('k', 'g') => "Photonegative",
        ('k', 'l') => "TechnicalDrawing",
        ('k', 'o') => "FlashCard",
        ('k', 'n') => "Chart",
        ('k', _) => "Photo",
        ('m', 'f') => "VideoCassette",
        ('m', _) => "MotionPicture",
        ('o', _) => "Kit",
        ('q', _) => "MusicalScore",
        ('r', _) => "SensorImage",
        ('s', kind) => {
            let is_cd = at(13) == 'd' || (at(6) == 'g' && at(10) == 'm');
            sound(view, kind, is_cd, *online)
        }
        ('v', kind) => match (at(4), kind) {
            ('s', _) => "BluRay",
            ('v', _) => "DVD",
            (_, 'c') => "VideoCartridge",
            (_, 'd') => "VideoDisc",
            (_, 'f') => "VideoCassette",
            (_, 'r') => "VideoReel",
            (_, 'z') if *online => "OnlineVideo",
            _ => "Video",
        },
        _ => return None,
    };
    Some(format)
}

fn sound(view: &View<'_>, kind: char, is_cd: bool, online: bool) -> &'static str {
    let kind_of_record = view.leader(6).to_ascii_lowercase();
    let is_spoken = kind_of_record == 'i';
    match kind {
        'd' if is_cd && is_spoken => "NonmusicalCD",
        'd' if is_cd => "CD",
        'd' if is_spoken => "NonmusicalDisc",
        'd' => "SoundDisc",
        's' if is_spoken => "NonmusicalCassette",
        's' => "SoundCassette",
        'r' if is_spoken => "NonmusicalRecordingOnline",
        'r' => "SoundRecordingOnline",
        _ if is_spoken => "NonmusicalRecording",
        _ if kind_of_record == 'j' => "MusicRecording",
        _ if online => "SoundRecordingOnline",
        _ => "SoundRecording",
    }
}

/// Format by type of record and bibliographic level.
fn by_leader(view: &View<'_>, online: bool) -> &'static str {
    match view.leader(6).to_ascii_lowercase() {
        'c' | 'd' => return "MusicalScore",
        'e' | 'f' => return "Map",
        'g' => return "Slide",
        'i' => return "SoundRecording",
        'j' => return "MusicRecording",
        'k' => return "Photo",
        'm' => return "Electronic",
        'o' | 'p' => return "Kit",
        'r' => return "PhysicalObject",
        't' => return "Manuscript",
        _ => {}
    }
    let online = online || view.control_part("008", 23, 1).eq_ignore_ascii_case("o");
    let choose = |on_paper, as_file| if online { as_file } else { on_paper };
    match view.leader(7).to_ascii_lowercase() {
        'm' => choose("Book", "eBook"),
        's' => match view.control_part("008", 21, 1) {
            "n" | "N" => choose("Newspaper", "eNewspaper"),
            "p" | "P" => choose("Journal", "eJournal"),
            _ => choose("Serial", "eSerial"),
        },
        'a' => choose("BookSection", "eBookSection"),
        'b' => choose("Article", "eArticle"),
        'c' => "Collection",
        'd' => "SubUnit",
        'i' => "ContinuouslyUpdatedResource",
        _ => "Other",
    }
}

/// Platforms of a video game: 753, or else the remainder of the title.
fn platforms(view: &View<'_>) -> Vec<String> {
    if view.has("753") {
        return view
            .each("753")
            .flat_map(|field| ['0', 'c', 'a'].map(|code| sub(&field, code).to_owned()))
            .filter(|platform| !platform.is_empty())
            .collect();
    }
    let remainder = view.clean(view.first_sub("245", 'b'));
    if remainder.is_empty() { Vec::new() } else { vec![remainder] }
}

/// Sets `format` and `format_ext_str_mv` (ingest-marc §8.2).
pub(super) fn add(view: &View<'_>, fields: &mut IndexRecord) {
    let format = format(view);
    match format.as_str() {
        "VideoGame" => {
            let games: Vec<Value> = platforms(view)
                .into_iter()
                .map(|platform| Value::Path(vec![format.clone(), platform]))
                .collect();
            if let Some(first) = games.first() {
                fields.set_all("format", [first.clone()]);
                fields.set_all("format_ext_str_mv", games);
                return;
            }
        }
        "Dissertation" if view.leader(7).eq_ignore_ascii_case(&'m') => {
            let is_online = view.control_part("008", 23, 1).eq_ignore_ascii_case("o")
                || view
                    .record()
                    .controls("007")
                    .any(|carrier| part(carrier, 0, 2).eq_ignore_ascii_case("cr"));
            let book = if is_online { "eBook" } else { "Book" };
            fields.set_all("format_ext_str_mv", ["Dissertation", book]);
            fields.set("format", format);
            return;
        }
        _ => {}
    }
    fields.set("format_ext_str_mv", format.clone());
    fields.set("format", format);
}

#[cfg(test)]
mod tests;
