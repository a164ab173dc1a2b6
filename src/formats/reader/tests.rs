use super::*;
use std::io::Cursor;

/// What comes out: the bytes of a record, or `!` and the reason.
fn read_with(input: &[u8], options: ReadOptions) -> Vec<String> {
    Reader::from_stream("x", Cursor::new(input.to_vec()), options)
        .map(|item| match item {
            Ok(raw) => {
                let deleted = if raw.deleted { "deleted " } else { "" };
                let id = raw.oai_id.map_or_else(String::new, |id| format!("[{id}] "));
                format!("{deleted}{id}{}", String::from_utf8_lossy(&raw.bytes))
            }
            Err(rejected) => format!("!{}", rejected.reason),
        })
        .collect()
}

fn read(input: &str) -> Vec<String> {
    read_with(input.as_bytes(), ReadOptions::default())
}

fn options(format: RecordFormat, path: &str) -> ReadOptions {
    let record_path = (!path.is_empty()).then(|| path.parse().expect("a path"));
    ReadOptions { format: Some(format), record_path, ..ReadOptions::default() }
}

#[test]
fn records_without_identifier_get_the_one_that_is_known() {
    let options = || ReadOptions { oai_id: Some("oai:a:1".into()), ..ReadOptions::default() };
    let harvested = "<record><header><identifier>own</identifier></header>\
                     <metadata><dc><title>a</title></dc></metadata></record>";
    for (input, start) in [
        ("<dc><title>a</title></dc>", "[oai:a:1] "),
        ("{\"leader\":\"\",\"fields\":[]}", "[oai:a:1] "),
        (harvested, "[own] "),
    ] {
        let read = read_with(input.as_bytes(), options());
        assert!(read.len() == 1 && read[0].starts_with(start), "{read:?}");
    }
}

const GOOD: &str = "<record><leader/><datafield tag=\"245\"/></record>";

#[test]
fn a_bad_record_between_two_good_ones_costs_only_itself() {
    let oai = |inside: &str| {
        format!("<record><header><identifier>i</identifier></header>{inside}</record>")
    };
    for (name, bad, expected) in [
        (
            "wrong end tag",
            "<record><leader></a></record>".to_owned(),
            "</a> where </leader> is expected",
        ),
        ("no end tag", "<record><leader>".to_owned(), "before the last one has ended"),
        ("no end tags at all", "<record><datafield><subfield>x".to_owned(), "before the last one"),
        ("bracket in text", "<record><leader>1 < 2</leader></record>".to_owned(), "`<` in text"),
        ("bracket in tag", "<record><leader <x></record>".to_owned(), "`<` in a tag"),
        (
            "open quotation mark",
            "<record><leader a=\"></leader></record>".to_owned(),
            "`<` in a tag",
        ),
        (
            "too deep",
            format!("<record>{}{}</record>", "<a>".repeat(300), "</a>".repeat(300)),
            "deeper than 256",
        ),
        ("DOCTYPE inside", "<record><!DOCTYPE x></record>".to_owned(), "a document begins"),
        ("empty envelope", oai(""), "envelope of the record is empty"),
        (
            "broken envelope",
            oai("<metadata><dc></metadata>"),
            "</metadata> where </dc> is expected",
        ),
        ("unknown payload", oai("<metadata><mods/></metadata>"), "format of <mods> is not known"),
    ] {
        let file = format!("<collection>{GOOD}{bad}{GOOD}\n{bad}{GOOD}</collection>");
        let found = read(&file);
        let good: Vec<usize> =
            found.iter().enumerate().filter(|(_, f)| *f == GOOD).map(|(at, _)| at).collect();
        assert_eq!(good, [0, 2, 4], "{name}: {found:#?}");
        assert!(found[1].starts_with('!') && found[1].contains(expected), "{name}: {}", found[1]);
        assert_eq!(found.len(), 5, "{name}");
    }
    // A start tag that cannot be read leaves its content outside of any record.
    let found =
        read(&format!("<collection>{GOOD}<record <leader></leader></record>{GOOD}</collection>"));
    assert_eq!((found.len(), &found[0][..], &found[2][..]), (3, GOOD, GOOD), "{found:#?}");
    // An envelope without its end, whose payload has the same name.
    let envelope = oai(&format!("<metadata>{GOOD}</metadata>"));
    for cut in ["</record></metadata></record>", "</metadata></record>", "</record>"] {
        let broken = envelope.strip_suffix(cut).unwrap_or(&envelope);
        let found = read(&format!("<ListRecords>{envelope}{broken}{envelope}</ListRecords>"));
        let good = format!("[i] {GOOD}");
        assert_eq!(found.iter().filter(|f| **f == good).count(), 2, "{cut}: {found:#?}");
        assert_eq!(found.len(), 3, "{cut}: {found:#?}");
    }
}

#[test]
fn records_of_other_forms_are_found_between_bad_ones() {
    let iso = "00065cam a2200049 a 4500001000200000245000900002\x1E1\x1E10\x1Fatest\x1E\x1D";
    let unended = iso.trim_end_matches('\x1D');
    for bad in ["not a record\x1D", unended, &iso[..50], "00065cam a22\x1D", "junk", "\x1D"] {
        let found = read(&[iso, bad, iso, "\r\n", bad, iso].concat());
        assert_eq!(found.iter().filter(|f| *f == iso).count(), 3, "{bad:?}: {found:#?}");
    }
    assert_eq!(read(&format!("\u{FEFF}\n{iso}\0\n{iso}")), [iso, iso]);

    let json = "{\"leader\":\"x\",\"fields\":[{\"001\":\"{\\\"\"}]}";
    let pretty = json.replace(':', ":\n").replace('[', "[\n");
    assert_eq!(read(&format!("[{json},\n{pretty}]")), [json, &pretty]);
    assert_eq!(read(&format!("{json}\n{json}")), [json, json]);
    for bad in ["{\"leader\":\"x\n", "{\"fields\":[{]]\n", "nonsense\n"] {
        let found = read(&format!("{json}\n{bad}{json}\n"));
        assert_eq!(found.iter().filter(|f| *f == json).count(), 2, "{bad}: {found:#?}");
        assert_eq!(found.len(), 3, "{bad}: {found:#?}");
    }

    let tagged = "LDR 00000\n001 1\n";
    assert_eq!(read(&format!("{tagged}\n\n{tagged}{tagged}")), [tagged, tagged, tagged]);
    let aleph = "000000001 001   L 1\n000000001 245   L $$a\n";
    let next = "000000002 001   L 2";
    assert_eq!(read(&format!("{aleph}\n{next}")), [&format!("{aleph}\n"), next]);
    let mnemonic = "=LDR  0\n=001  1\n";
    assert_eq!(read(&[mnemonic, "\n", mnemonic, mnemonic].concat()), [mnemonic; 3]);
}

#[test]
fn envelopes_are_opened() {
    let oai = "<OAI-PMH><ListRecords>\
        <record><header><identifier>oai:x:1&amp;2</identifier></header>\
        <metadata><oai_dc:dc><dc:title>t</dc:title></oai_dc:dc></metadata></record>\
        <record><header status=\"deleted\"><identifier>oai:x:2</identifier></header></record>\
        <record><header><identifier> oai:x:3 </identifier></header><metadata>\
        <l:lidoWrap><l:lido><a/></l:lido></l:lidoWrap></metadata></record>\
        <resumptionToken>t</resumptionToken></ListRecords></OAI-PMH>";
    let dc = "[oai:x:1&2] <oai_dc:dc><dc:title>t</dc:title></oai_dc:dc>";
    let lido = "[oai:x:3] <lidoWrap><l:lido><a/></l:lido></lidoWrap>";
    assert_eq!(read(oai), [dc, "deleted [oai:x:2] ", lido]);
    // The paths of ingest-common §9, on the record or its payload.
    for path in ["//record", "//metadata/dc", "/OAI-PMH/ListRecords/record", "//dc"] {
        let found = read_with(oai.as_bytes(), options(RecordFormat::Dc, path));
        assert_eq!(found[..2], [dc, "deleted [oai:x:2] "], "{path}");
    }
    let sru = format!(
        "<s:searchRetrieveResponse><s:records><s:record><s:recordSchema>m</s:recordSchema>\
         <s:recordData>{GOOD}</s:recordData></s:record><s:record><s:recordPacking>string\
         </s:recordPacking><s:recordData>{}</s:recordData></s:record></s:records>\
         </s:searchRetrieveResponse>",
        GOOD.replace('<', "&lt;")
    );
    assert_eq!(read(&sru), [GOOD, GOOD]);
    assert_eq!(read("<OAI-PMH><error code=\"noRecordsMatch\"/></OAI-PMH>"), [""; 0]);
    let edm = "<rdf:RDF><edm:Place/><edm:ProvidedCHO rdf:about=\"#1\"><dc:title/></edm:ProvidedCHO></rdf:RDF>";
    assert_eq!(read(edm), ["[#1] <edm:ProvidedCHO rdf:about=\"#1\"><dc:title/></edm:ProvidedCHO>"]);
}

#[test]
fn a_broken_envelope_still_tells_its_identifier() {
    let file = "<OAI-PMH><record><o:header><o:identifier> i:1 </o:identifier></o:header><metadata>\
                <dc></metadata></record><record><header/><identifier>no</identifier></record></OAI-PMH>";
    let ids: Vec<Option<String>> =
        Reader::from_stream("x", file.as_bytes(), ReadOptions::default())
            .map(|item| item.err().and_then(|rejected| rejected.id))
            .collect();
    assert_eq!(ids, [Some("i:1".to_owned()), None]);
}

#[test]
fn elements_are_chosen_by_path_or_format() {
    use RecordFormat::{Dc, Ead, Forward, Qdc};
    let file = "<a><b><c>1<c>2</c></c></b><c>3</c><dc><x/></dc></a>";
    for (format, path, expected) in [
        (Ead, "/a/b/c", &["<c>1<c>2</c></c>"][..]),
        (Ead, "//c", &["<c>1<c>2</c></c>", "<c>3</c>"]),
        (Ead, "//b/c", &["<c>1<c>2</c></c>"]),
        (Ead, "/a/c", &["<c>3</c>"]),
        (Dc, "", &["<dc><x/></dc>"]),
        (Qdc, "", &["<dc><x/></dc>"]),
        (Dc, "/a", &[file]),
        (Forward, "", &["!no record element <ExchangeSet> in a file with the root <a>"]),
        (Dc, "/a/record", &["!no record element <record> in a file with the root <a>"]),
        (Dc, "//y", &["!no record element <y> in a file with the root <a>"]),
    ] {
        assert_eq!(read_with(file.as_bytes(), options(format, path)), expected, "{path}");
    }
    assert_eq!(read("<c01><did/></c01>"), ["<c01><did/></c01>"]);
    assert_eq!(
        read("<!DOCTYPE ead SYSTEM 'x'><ead><eadheader/></ead>"),
        ["<ead><eadheader/></ead>"]
    );
    assert_eq!(read("<mods/>").len(), 1);
}

#[test]
fn xml_is_made_utf8() {
    let expected = "<lidoWrap><lido>ä</lido></lidoWrap>";
    let utf16 = |mark: &str, big_endian: bool| -> Vec<u8> {
        let text =
            format!("{mark}<?xml version=\"1.0\" encoding=\"UTF-16\"?><x><lido>ä</lido></x>");
        let bytes = |unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    };
    for input in [
        "<x><lido>ä</lido></x>".into(),
        "\u{FEFF}<lido>ä</lido>".into(),
        b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><lido>\xE4</lido>".to_vec(),
        b"<?xml version='1.0' encoding='windows-1252'?><lido>\xE4</lido>".to_vec(),
        "<?xml version='1.0' encoding='UTF-16'?><lido>ä</lido>".into(),
        "<?xml version='1.0' encoding='ISO-8859-1'?><lido>ä</lido>".into(),
        utf16("\u{FEFF}", false),
        utf16("\u{FEFF}", true),
        utf16("", false),
        utf16("", true),
    ] {
        assert_eq!(read_with(&input, ReadOptions::default()), [expected], "{input:?}");
    }
    let bad = b"<x><lido>\xE4\x01</lido><lido>&#0;b</lido></x>";
    let raw: Vec<RawRecord> = Reader::from_stream("x", &bad[..], ReadOptions::default())
        .map(|item| item.expect("a record"))
        .collect();
    assert_eq!(raw[0].bytes, "<lidoWrap><lido>\u{FFFD}</lido></lidoWrap>".as_bytes());
    assert_eq!(raw[0].warnings, ["invalid UTF-8", "1 characters that XML forbids were dropped"]);
    assert_eq!(raw[1].warnings, ["1 characters that XML forbids were dropped"]);
    assert_eq!(raw[1].format, RecordFormat::Lido);
}

#[test]
fn positions_are_those_of_the_file() {
    let xml = format!("<x>ä{GOOD} {GOOD}</x>");
    let utf16: Vec<u8> =
        format!("\u{FEFF}{xml}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let second = 5 + GOOD.len() as u64 + 1;
    for (input, expected) in
        [(xml.into_bytes(), [5, second]), (utf16, [2 + 2 * 4, 2 + 2 * (second - 1)])]
    {
        let found: Vec<Position> =
            Reader::from_stream("f", Cursor::new(input), ReadOptions::default())
                .map(|item| item.expect("a record").position)
                .collect();
        assert_eq!([found[0].offset, found[1].offset], expected);
        assert_eq!([found[0].ordinal, found[1].ordinal], [0, 1]);
        assert_eq!(&*found[0].file, "f");
    }
}

#[test]
fn limits_hold() {
    let small = ReadOptions {
        max_record_bytes: 200,
        max_xml_record_bytes: 200,
        block_bytes: 64,
        ..ReadOptions::default()
    };
    let big = "x".repeat(1000);
    let file = format!(
        "<x>{GOOD}<record><leader>{big}</leader></record>{GOOD}<record a=\"{big}\"/>{GOOD}</x>"
    );
    let found = read_with(file.as_bytes(), small.clone());
    assert_eq!(found.iter().filter(|f| *f == GOOD).count(), 3, "{found:#?}");
    assert_eq!(found.iter().filter(|f| f.contains("longer than the limit")).count(), 2);
    let iso = "00065cam a2200049 a 4500001000200000245000900002\x1E1\x1E10\x1Fatest\x1E\x1D";
    let found = read_with(format!("{iso}{big}\x1D{iso}").as_bytes(), small.clone());
    assert_eq!((&found[0][..], &found[2][..], found.len()), (iso, iso, 3), "{found:#?}");
    let json = "{\"leader\":\"x\"}";
    let found = read_with(format!("{json}\n{{\"x\":\"{big}\"}}\n{json}").as_bytes(), small.clone());
    assert_eq!((&found[0][..], &found[2][..], found.len()), (json, json, 3), "{found:#?}");
    let line = "LDR 00000\n";
    let found = read_with(format!("{line}\n001 {big}\n\n{line}").as_bytes(), small);
    assert_eq!((&found[0][..], &found[2][..], found.len()), (line, line, 3), "{found:#?}");
}

#[test]
fn documents_that_are_refused_do_not_hide_the_next() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\
                <x><lido>&b;</lido></x>";
    let found = read(&format!("{bomb}\n<?xml version=\"1.0\"?><lido/>"));
    assert_eq!(found.len(), 2);
    assert!(found[0].contains("internal subset"), "{}", found[0]);
    assert_eq!(found[1], "<lidoWrap><lido/></lidoWrap>");
    assert_eq!(read(""), [""; 0]);
    assert_eq!(read(" \n"), [""; 0]);
    assert_eq!(read("hello"), ["!neither XML nor any form of MARC"]);
    assert_eq!(read("<a>").len(), 1);
    assert_eq!(read(&format!("<x>{GOOD}")), [GOOD, "!the file ends inside <x>"]);
    assert_eq!(read(&format!("<x>{GOOD}<record>")), [GOOD, "!the file ends inside <record>"]);
}
