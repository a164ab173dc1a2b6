use crate::mapping::marc::sample::mapped;

/// The first format code of a record with these lines.
fn code(lines: &str) -> String {
    mapped(lines).facts.format
}

/// A leader with this type of record and bibliographic level.
fn leader(kind_and_level: &str) -> String {
    format!("LDR 00000c{kind_and_level} a22000004i 4500")
}

#[test]
fn daisy_and_other_first_rules() {
    for (lines, format) in [
        ("008 140327s2013    fi     f\n347 __ $bDAISY", "AudioBookDaisy"),
        ("008 140327s2013    fi     g\n347 __ $bDAISY", "Book"),
        ("020 __ $qDaisy\n977 __ $at", "AudioBookDaisy"),
        ("028 __ $bCelia-kirjasto", "AudioBookDaisy"),
        ("245 00 $ax$bDaisy-äänikirja vain lukemisesteisille", "AudioBookDaisy"),
        ("300 __ $a1 CD-levy (Daisy)", "AudioBookDaisy"),
        ("380 __ $aeAudiobook", "AudioBookOverDrive"),
        ("977 __ $a3\n336 __ $apuhe", "NonmusicalCD"),
        ("977 __ $at\n336 __ $bspw", "NonmusicalRecording"),
        ("977 __ $a3\n655 _7 $aÄänikirjat", "NonmusicalCD"),
        ("977 __ $a3", "3"),
        ("977 __ $a8\n336 __ $bspw", "8"),
        ("502 __ $aVäitöskirja", "Dissertation"),
        ("509 __ $aAMK-opinnäytetyö :", "BachelorsThesisPolytechnic"),
        ("509 __ $aYlempi AMK-opinnäytetyö", "MastersThesisPolytechnic"),
        ("509 __ $aHögre YH-examensarbete", "MastersThesisPolytechnic"),
        ("509 __ $aPro gradu -tutkielma :", "ProGradu"),
        ("920 __ $aLisensiaatintyö", "LicentiateThesis"),
        ("509 __ $aTuntematon\n920 __ $aLisensiaatintyö", "Thesis"),
        ("920 __ $aAMK-opinna\u{308}ytetyo\u{308}", "BachelorsThesisPolytechnic"),
    ] {
        assert_eq!(code(lines), format, "{lines}");
    }
}

#[test]
fn games() {
    let board = leader("rm");
    let video = leader("mm");
    assert_eq!(code(&format!("{board}\n655 _7 $aLautapelit.")), "BoardGame");
    assert_eq!(code(&format!("{board}\n655 _7 $aPalapelit")), "PhysicalObject");
    let by_code = format!("{video}\n008 140327s2013    fi         g");
    assert_eq!(code(&by_code), "VideoGame");

    let mapped = mapped(&format!("{video}\n655 _7 $aVideopelit\n753 __ $aPS4\n753 __ $cSwitch"));
    assert_eq!(mapped.all("format"), ["VideoGame>PS4"]);
    assert_eq!(mapped.all("format_ext_str_mv"), ["VideoGame>PS4", "VideoGame>Switch"]);
    let unknown = super::super::sample::mapped(&by_code);
    assert_eq!(unknown.all("format"), ["VideoGame"]);
    assert_eq!(unknown.all("format_ext_str_mv"), ["VideoGame"]);
}

#[test]
fn carriers() {
    for (carriers, format) in [
        ("ad", "Atlas"),
        ("au", "Map"),
        ("ca", "TapeCartridge"),
        ("cb", "ChipCartridge"),
        ("cc", "DiscCartridge"),
        ("cf", "TapeCassette"),
        ("ch", "TapeReel"),
        ("cj", "FloppyDisk"),
        ("co", "CDROM"),
        ("CM", "CDROM"),
        ("cz", "Electronic"),
        ("cr", "eBook"),
        ("d|", "Globe"),
        ("f|", "Braille"),
        ("gd", "Filmstrip"),
        ("gt", "Transparency"),
        ("gs", "Slide"),
        ("hd", "Microfilm"),
        ("kc", "Collage"),
        ("kd", "Drawing"),
        ("ke", "Painting"),
        ("kf", "Print"),
        ("kg", "Photonegative"),
        ("kl", "TechnicalDrawing"),
        ("ko", "FlashCard"),
        ("kn", "Chart"),
        ("kz", "Photo"),
        ("mf", "VideoCassette"),
        ("mr", "Filmstrip"),
        ("mz", "MotionPicture"),
        ("o", "Kit"),
        ("q", "MusicalScore"),
        ("r", "SensorImage"),
        ("sd fsngnnmmne", "CD"),
        ("sd f|||||||||d", "CD"),
        ("sd", "SoundDisc"),
        ("ss", "SoundCassette"),
        ("sr", "SoundRecordingOnline"),
        ("st", "SoundRecording"),
        ("vd cv", "DVD"),
        ("vd cs", "BluRay"),
        ("vc", "VideoCartridge"),
        ("vd", "VideoDisc"),
        ("vf", "VideoCassette"),
        ("vr", "VideoReel"),
        ("vz", "Video"),
        ("zz", "Book"),
        ("", "Book"),
    ] {
        assert_eq!(code(&format!("007 {carriers}")), format, "{carriers}");
    }
    assert_eq!(code("007 cr\n007 vz"), "OnlineVideo");
    assert_eq!(code("007 cr\n007 st"), "SoundRecordingOnline");
    for (carrier, spoken) in [
        ("sd fsngnnmmne", "NonmusicalCD"),
        ("sd", "NonmusicalDisc"),
        ("ss", "NonmusicalCassette"),
        ("sr", "NonmusicalRecordingOnline"),
        ("st", "NonmusicalRecording"),
    ] {
        assert_eq!(code(&format!("{}\n007 {carrier}", leader("im"))), spoken, "{carrier}");
    }
    assert_eq!(code(&format!("{}\n007 st", leader("jm"))), "MusicRecording");
}

#[test]
fn kinds_and_levels() {
    for (kind, format) in [
        ("cm", "MusicalScore"),
        ("em", "Map"),
        ("gm", "Slide"),
        ("im", "SoundRecording"),
        ("jm", "MusicRecording"),
        ("km", "Photo"),
        ("mm", "Electronic"),
        ("pm", "Kit"),
        ("rm", "PhysicalObject"),
        ("tm", "Manuscript"),
        ("am", "Book"),
        ("as", "Serial"),
        ("aa", "BookSection"),
        ("ab", "Article"),
        ("ac", "Collection"),
        ("ad", "SubUnit"),
        ("ai", "ContinuouslyUpdatedResource"),
        ("ax", "Other"),
    ] {
        assert_eq!(code(&leader(kind)), format, "{kind}");
    }
    for (kind, fixed, format) in [
        ("am", "140327s2013    fi      o", "eBook"),
        ("as", "140327s2013    fi    p", "Journal"),
        ("as", "140327s2013    fi    n", "Newspaper"),
        ("as", "140327s2013    fi    p o", "eJournal"),
        ("as", "140327s2013    fi    n o", "eNewspaper"),
        ("as", "140327s2013    fi    | o", "eSerial"),
        ("aa", "140327s2013    fi      o", "eBookSection"),
        ("ab", "140327s2013    fi      o", "eArticle"),
    ] {
        assert_eq!(code(&format!("{}\n008 {fixed}", leader(kind))), format, "{kind} {fixed}");
    }
}

#[test]
fn dissertations_are_books_too() {
    for (lines, expected) in [
        ("502 __ $ax", vec!["Dissertation", "Book"]),
        ("502 __ $ax\n007 cr", vec!["Dissertation", "eBook"]),
        ("LDR 00000cas a22000004i 4500\n502 __ $ax", vec!["Dissertation"]),
    ] {
        let mapped = mapped(lines);
        assert_eq!(mapped.all("format"), ["Dissertation"], "{lines}");
        assert_eq!(mapped.all("format_ext_str_mv"), expected, "{lines}");
    }
}
