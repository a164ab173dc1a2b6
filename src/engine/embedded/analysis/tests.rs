//! The examples of index-schema §2, chain by chain: text → the terms of the index, and what a query
//! looks for.

use super::*;

/// Index side: every form with its position.
fn forms(kind: FieldKind, value: &str) -> String {
    let mut out = Vec::new();
    index_tokens(kind, usize::MAX, value, &mut |form, position| {
        out.push(format!("{form}@{position}"))
    });
    out.join(" ")
}

/// Query side: a word with the words that mean the same after `=`, its parts after `+`.
fn asked(kind: FieldKind, text: &str) -> String {
    let words = query_words(kind, text).into_iter().map(|word| {
        let mut shown = word.original_term();
        for synonym in word.synonym_terms() {
            shown = format!("{shown}={synonym}");
        }
        for part in word.part_terms() {
            shown = format!("{shown}+{part}");
        }
        shown
    });
    words.collect::<Vec<_>>().join(" ")
}

/// §2.1–2.3, type `textProper`: the same words on both sides, joined parts in the index only.
#[test]
fn proper_names() {
    for (input, index, query) in [
        ("Sibelius, Jean", "sibelius@0 jean@1", "sibelius jean"),
        ("Ångström ja Müller", "ångström@0 ja@1 muller@2", "ångström ja muller"),
        // The character map comes first: a typographic apostrophe joins, U+0027 elides.
        ("l'amour l’amour", "amour@0 lamour@1", "amour lamour"),
        ("don’t don't", "dont@0 don't@1", "dont don't"),
        ("qu'il jusqu'ici", "il@0 ici@1", "il ici"),
        ("A&B", "a@0 zzzetzzz@1 b@2", "a zzzetzzz b"),
        ("Ørsted øre", "örsted@0 öre@1", "örsted öre"),
        // Letters and digits meet, inner dots and commas, the English genitive.
        ("mp3-soitin", "mp3@0 mp@0 3@1 soitin@2", "mp3+mp+3 soitin"),
        ("wi.fi", "wi.fi@0 wi@0 wifi@0 fi@1", "wi.fi+wi+fi"),
        ("3.14 1,5", "3.14@0 3@0 314@0 14@1 1,5@2 1@2 15@2 5@3", "3.14+3+14 1,5+1+5"),
        ("a_b", "a_b@0 a@0 ab@0 b@1", "a_b+a+b"),
        ("John's don't", "john's@0 john@0 don't@1", "john's+john don't"),
        // A change of case is no border.
        ("PowerShot", "powershot@0", "powershot"),
        // No stems and no synonyms.
        ("books and II", "books@0 and@1 ii@2", "books and ii"),
        ("東京 x", "東@0 京@1 x@2", "東 京 x"),
        ("...", "", ""),
        ("/ \\- \u{3000}", "", ""),
    ] {
        assert_eq!(forms(FieldKind::Proper, input), index, "{input}");
        assert_eq!(asked(FieldKind::Proper, input), query, "{input}");
    }
}

/// §2.1 and §2.3, type `text`: synonyms on the query side only, stems on both.
#[test]
fn text() {
    for (input, index, query) in [
        ("1984", "1984@0", "1984"),
        ("I", "i@0", "i=1=one"),
        ("one", "one@0", "one=i=1"),
        ("Two II 2", "two@0 ii@1 2@2", "two=ii=2 ii=2=two 2=ii=two"),
        ("III IV V", "iii@0 iv@1 v@2", "iii=3=three iv=4=four v=5=five"),
        // The word for `&` is stemmed like any other, on both sides.
        ("ja", "ja@0", "ja=and=och=zzzetzz"),
        ("&", "zzzetzz@0", "zzzetzz=and=ja=och"),
        ("six", "six@0", "six"),
        ("books libraries", "book@0 library@1", "book library"),
        // The Finnish stemmer takes the last of two equal consonants before the English one looks.
        ("shoes glass virus", "shoes@0 gla@1 virus@2", "shoes gla virus"),
    ] {
        assert_eq!(forms(FieldKind::Text, input), index, "{input}");
        assert_eq!(asked(FieldKind::Text, input), query, "{input}");
    }
    // Inflected forms of a word meet.
    for pair in [["books", "book"], ["kirjan", "kirja"], ["kirjoissa", "kirjoista"]] {
        assert_eq!(forms(FieldKind::Text, pair[0]), forms(FieldKind::Text, pair[1]), "{pair:?}");
    }
}

/// Note 1 of §2.3: one leading letter with apostrophe goes; then punctuation is a blank.
#[test]
fn anchored_values() {
    for (input, start, whole) in [
        ("a b c", "a@0 a b@0 a b c@0", "a b c@0"),
        ("L'amour, toujours!", "amour@0 amour toujours@0", "amour toujours@0"),
        ("D'Artagnan", "artagnan@0", "artagnan@0"),
        ("qu'il", "qu@0 qu il@0", "qu il@0"),
        ("A & B", "a@0 a zzzetzzz@0 a zzzetzzz b@0", "a zzzetzzz b@0"),
        ("  Seitsemän - veljestä ", "seitsemän@0 seitsemän veljestä@0", "seitsemän veljestä@0"),
        ("Café Ångström", "cafe@0 cafe ångström@0", "cafe ångström@0"),
        ("?!", "", ""),
    ] {
        assert_eq!(forms(FieldKind::Start, input), start, "{input}");
        assert_eq!(forms(FieldKind::Whole, input), whole, "{input}");
        // A query is one term of either, the whole text.
        let term = single_term(FieldKind::Whole, input).map(|term| format!("{term}@0"));
        assert_eq!(term.unwrap_or_default(), whole, "{input}");
        assert_eq!(
            single_term(FieldKind::Start, input),
            single_term(FieldKind::Whole, input),
            "{input}"
        );
    }
}

#[test]
fn standard_numbers() {
    let long = "1".repeat(101);
    for (input, expected) in [
        ("951-0-12345-X (sid.)", "951012345x@0"),
        ("978-951-0-12345-4", "9789510123454@0"),
        ("ISSN 1234-5679", ""),
        ("1234-5679 (nid.)", "12345679@0"),
        ("123", ""),
        ("1234", "1234@0"),
        (&long[..100], &format!("{}@0", &long[..100])),
        (&long, ""),
        ("", ""),
    ] {
        assert_eq!(forms(FieldKind::Isn, input), expected, "{input}");
    }
    assert_eq!(single_term(FieldKind::Isn, "951-0-12345-X x").as_deref(), Some("951012345x"));
    assert_eq!(fold_pattern(FieldKind::Isn, "951-0*"), "9510*");
}

/// Blanks go and everything folds, Nordic letters too.
#[test]
fn call_numbers_and_strings() {
    for (input, expected) in
        [("84.2 Häm", "84.2ham@0"), ("QA 76.73 .R87 Å", "qa76.73.r87a@0"), ("  ", "")]
    {
        assert_eq!(forms(FieldKind::CallNumber, input), expected, "{input}");
    }
    assert_eq!(single_term(FieldKind::CallNumber, "84.2 HÄM").as_deref(), Some("84.2ham"));
    // A string is one term, byte by byte.
    assert_eq!(forms(FieldKind::String, "Aë B"), "Aë B@0");
}

/// §2.6, the folding of all types but one, and §2.1's map before it.
#[test]
fn folded_letters() {
    for (input, expected) in [
        ("é š ü ß ç ñ", "e s u ss c n"),
        ("å ä ö Å Ä Ö", "å ä ö å ä ö"),
        ("ø Ø", "ö ö"),
        // With a further mark they are other letters.
        ("ǻ ǟ ȫ", "a a o"),
        ("æ œ ð đ þ ħ ı ĸ ł ŋ ŧ ƀ ƒ ǝ ə ȷ ɑ", "ae oe d d th h i q l n t b f e e j a"),
        ("ﬁ Ａ １ ① x²", "fi a 1 1 x2"),
        ("٣ ५", "3 5"),
        ("Йод ёлка", "иод елка"),
        ("Ἀθῆναι", "αθηναι"),
        ("コーヒー", "コヒ"),
        ("naïve Brontë", "naive bronte"),
    ] {
        let words: Vec<String> =
            query_words(FieldKind::Proper, input).into_iter().map(|word| word.original).collect();
        assert_eq!(words.join(" "), expected, "{input}");
    }
}

/// Multi-term patterns are mapped and folded, never split or stemmed (search-semantics §4.2).
#[test]
fn patterns() {
    for (kind, pattern, expected) in [
        (FieldKind::Text, "Kirjoi*", "kirjoi*"),
        (FieldKind::Text, "books?", "books?"),
        (FieldKind::Proper, "É?ole*", "e?ole*"),
        (FieldKind::Proper, "Ør*", "ör*"),
        (FieldKind::CallNumber, "84.2 Hä*", "84.2ha*"),
    ] {
        assert_eq!(fold_pattern(kind, pattern), expected, "{pattern}");
    }
}

#[test]
fn values_are_a_hundred_positions_apart() {
    let mut chain = ChainTokenizer::new(FieldKind::Proper);
    let mut stream = chain.token_stream("a b");
    let mut lengths = Vec::new();
    stream.process(&mut |token| lengths.push((token.position, token.position_length)));
    assert_eq!(lengths, [(0, 1), (1, 100)]);
    assert!(!chain.token_stream("--").advance());
}
