use crate::formats::{ReadOptions, Reader};
use std::io::{Cursor, Write};
use std::path::Path;

const RECORD: &str = "<lidoWrap><lido/></lidoWrap>";

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("memory")
}

fn tarred(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (path, bytes) in members {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, *bytes).expect("memory");
    }
    builder.into_inner().expect("memory")
}

/// A zip archive of members by path, deflated unless the path ends in `.stored`.
fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (path, bytes) in members {
        let is_stored = path.ends_with(".stored");
        let packed = if is_stored {
            bytes.to_vec()
        } else {
            let mut encoder =
                flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(bytes).expect("memory");
            encoder.finish().expect("memory")
        };
        let number = |n: usize| u32::try_from(n).expect("small").to_le_bytes();
        let mut header = vec![20, 0, 0, 0, if is_stored { 0 } else { 8 }, 0, 0, 0, 0, 0];
        header.extend([0; 4]);
        header.extend(number(packed.len()));
        header.extend(number(bytes.len()));
        header.extend(&number(path.len())[..2]);
        header.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&header);
        directory.extend([0; 10]);
        directory.extend(number(out.len()));
        directory.extend(path.as_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&header);
        out.extend(path.as_bytes());
        out.extend(packed);
    }
    let number = |n: usize| u32::try_from(n).expect("small").to_le_bytes();
    let (start, size, count) = (number(out.len()), number(directory.len()), number(members.len()));
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count[0], count[1], count[0], count[1]]);
    out.extend(size);
    out.extend(start);
    out.extend([0, 0]);
    out
}

/// `name: bytes` of every record, `name! reason` of everything else.
fn summary(reader: Reader, root: &Path) -> Vec<String> {
    let short = |name: &str| name.replace(&format!("{}/", root.display()), "");
    reader
        .map(|item| match item {
            Ok(raw) => {
                assert_eq!(raw.bytes, RECORD.as_bytes());
                short(&raw.position.file)
            }
            Err(rejected) => format!("{}! {}", short(&rejected.position.file), rejected.reason),
        })
        .collect()
}

fn read(bytes: Vec<u8>) -> Vec<String> {
    let reader = Reader::from_stream("f", Cursor::new(bytes), ReadOptions::default());
    summary(reader, Path::new("-"))
}

#[test]
fn compression_and_archives_are_recognised() {
    let lido = b"<lido/>";
    let long = format!("{}/x.xml", "folder".repeat(30));
    let tar = tarred(&[
        ("./a.xml", lido),
        (&long, lido),
        (".hidden.xml", b"x"),
        ("empty.xml", b""),
        ("b.xml.gz", &gz(lido)),
    ]);
    let names = ["f/a.xml".to_owned(), format!("f/{long}"), "f/b.xml.gz".to_owned()];
    for (bytes, expected) in [
        (lido.to_vec(), &["f".to_owned()][..]),
        (gz(lido), &["f".to_owned()]),
        // Members of a gzip file follow each other; so do frames of zstd.
        ([gz(b"<l"), gz(b"ido/>")].concat(), &["f".to_owned()]),
        (zst(lido), &["f".to_owned()]),
        ([zst(b"<l"), zst(b"ido/>")].concat(), &["f".to_owned()]),
        (gz(&zst(lido)), &["f".to_owned()]),
        (tar.clone(), &names),
        (gz(&tar), &names),
        (zst(&tar), &names),
    ] {
        assert_eq!(read(bytes), expected);
    }
}

#[test]
fn damaged_input_is_told_and_the_rest_read() {
    let packed = gz("<x>".repeat(1000).as_bytes());
    let cut = packed[..packed.len() / 2].to_vec();
    let found = read(tarred(&[("a.gz", &cut), ("b.xml", b"<lido/>")]));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("f/a.gz! cannot be read"), "{found:?}");
    assert_eq!(found[1], "f/b.xml");
    for (bytes, reason) in [
        (b"\x1F\x8B\x08\x00garbage".to_vec(), "cannot be read"),
        (b"\x28\xB5\x2F\xFDgarbage".to_vec(), "cannot be read"),
        (zipped(&[("a", b"<lido/>")]), "zip archive can be read from a file only"),
        (b"BZh91AY".to_vec(), "bzip2 or xz"),
        (gz(&gz(&gz(&gz(&gz(b"<lido/>"))))), "compressed more than"),
    ] {
        let found = read(bytes);
        assert!(found.len() == 1 && found[0].contains(reason), "{reason}: {found:?}");
    }
    let mut nested = b"<lido/>".to_vec();
    for _ in 0..8 {
        nested = tarred(&[("t.tar", &nested)]);
    }
    assert!(read(nested)[0].contains("archives lie deeper"));
    let mut wrong_checksum = tarred(&[("a", b"<lido/>"), ("b", b"<lido/>")]);
    wrong_checksum[1024] = b'c';
    let found = read(wrong_checksum);
    assert_eq!((found.len(), &found[0][..]), (2, "f/a"), "{found:?}");
    assert!(found[1].contains("wrong checksum"), "{found:?}");
}

#[test]
fn bombs_are_refused() {
    let zeros = vec![b' '; 1 << 20];
    let mut bomb = Vec::new();
    for _ in 0..300 {
        bomb.extend(zst(&zeros));
    }
    assert!(bomb.len() < 100_000);
    let found = read(bomb.clone());
    assert!(found.len() == 1 && found[0].contains("refused: unpacks"), "{found:?}");
    let options = ReadOptions { max_unpacked_bytes: 1000, ..ReadOptions::default() };
    let reader = Reader::from_stream("f", Cursor::new(gz(&zeros[..2000])), options);
    let found = summary(reader, Path::new("-"));
    assert!(found.len() == 1 && found[0].contains("refused: unpacks"), "{found:?}");
}

#[test]
fn files_directories_and_zip_archives_are_read_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    let write = |name: &str, bytes: &[u8]| {
        let to = path.join(name);
        std::fs::create_dir_all(to.parent().expect("a parent")).expect("a folder");
        std::fs::write(to, bytes).expect("written");
    };
    write("in/b.xml", b"<lido/>");
    write("in/a/z.xml", b"<lido/>");
    write("in/a/y.xml.gz", &gz(b"<lido/>"));
    write("in/.git/x.xml", b"<lido/>");
    write("in/empty.xml", b"");
    write(
        "in/c.zip",
        &zipped(&[
            ("../../etc/passwd", b"<lido/>"),
            ("/abs.stored", b"<lido/>"),
            ("dir/", b""),
            ("no.txt", b"text"),
            ("in.gz", &gz(b"<lido/>")),
        ]),
    );
    let reader = Reader::open([path.join("in")], ReadOptions::default()).expect("there");
    assert_eq!(
        summary(reader, path),
        [
            "in/a/y.xml.gz",
            "in/a/z.xml",
            "in/b.xml",
            "in/c.zip/../../etc/passwd",
            "in/c.zip//abs.stored",
            "in/c.zip/no.txt! neither XML nor any form of MARC",
            "in/c.zip/in.gz",
        ]
    );
    // Nothing was written anywhere.
    assert_eq!(std::fs::read_dir(path).expect("a folder").count(), 1);
    let missing = Reader::open([path.join("missing.xml")], ReadOptions::default());
    assert!(missing.is_err_and(|error| error.to_string().contains("missing.xml")));

    let whole = std::fs::read(path.join("in/c.zip")).expect("there");
    for length in 4..whole.len() {
        write("cut.zip", &whole[..length]);
        let reader = Reader::open([path.join("cut.zip")], ReadOptions::default()).expect("there");
        let found: Vec<_> = reader.collect();
        assert!(found.iter().all(Result::is_err) && !found.is_empty(), "cut at {length}");
    }
}

/// A text that has the magic word of tar where an archive has it is a text.
#[test]
fn a_text_with_the_word_of_tar_is_no_archive() {
    let start = "<records><dc><title>";
    let text = format!("{start}{}ustar</title></dc>", " ".repeat(257 - start.len()));
    assert_eq!(text.find("ustar"), Some(257));
    let text = format!("{text}{}</records>", " ".repeat(300));
    let records: Vec<_> =
        Reader::from_stream("a.xml", Cursor::new(text.into_bytes()), ReadOptions::default())
            .collect();
    assert!(matches!(records.as_slice(), [Ok(_)]), "{records:?}");
}
