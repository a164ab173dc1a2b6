//! A copy of a work as a MARC record.

use super::Corpus;
use super::iso2709::Writer;
use super::names::{Names, capitalise};
use super::random::Random;
use super::work::{Work, near};
use super::works::Slot;
use std::fmt::Write as _;

/// Room for the writing of one record after another.
#[derive(Debug, Default)]
pub(super) struct Desk {
    head: Writer,
    tail: Writer,
}

/// Records whose accents stand beside their letters, in percent: measured over all sets.
const DECOMPOSED: f64 = 3.4;
/// Shares of the sizes up to which a record is brief (no numbers of others, no language field, no
/// class, one holding), and up to which it has hardly more than a title (chosen).
const BRIEF: f64 = 0.07;
const BARE: f64 = 0.015;

impl Corpus {
    /// Appends the record of a slot.
    pub(super) fn write_record(&self, slot: Slot, desk: &mut Desk, out: &mut Vec<u8>) {
        let mut work = self.work(slot);
        let mut copy = self.copy_random(slot);
        if slot.copy > 0 && copy.chance(4.0) {
            work.year += 1;
        }
        let size = self.counts.bytes.at(work.size) as usize;
        desk.head.clear();
        desk.tail.clear();
        let decomposes = copy.chance(DECOMPOSED);
        (desk.head.decomposes, desk.tail.decomposes) = (decomposes, decomposes);
        let pairs = self.pairs(&mut work);
        self.write_tail(slot, &work, &mut copy, &mut desk.tail);
        self.write_pairs(&work, pairs, &mut desk.tail);
        self.write_head(slot, &work, pairs, &mut copy, &mut desk.head);
        // A first printing of everything that must be there; what is left is filled with notes.
        let room = size.saturating_sub(desk.head.len() + desk.tail.len());
        self.write_carrier(&mut work, room, &mut desk.head);
        let room = size.saturating_sub(desk.head.len() + desk.tail.len());
        let room = self.write_notes(&mut work, room, &mut desk.head);
        desk.head.append(&mut desk.tail);
        self.write_items(slot, &mut work, room, &mut desk.head);
        let kind = format!("c{} a", work.form);
        desk.head.finish(&kind, if slot.copy == 0 { " i " } else { "7i " }, out);
    }

    fn write_head(
        &self,
        slot: Slot,
        work: &Work,
        pairs: usize,
        copy: &mut Random,
        to: &mut Writer,
    ) {
        let is_copy = slot.copy > 0;
        let (is_brief, is_bare) = (work.size < BRIEF, work.size < BARE);
        let mut rest = work.rest.clone();
        let _ = write!(to.field(1, ""), "{:09}", slot.record);
        let _ = write!(to.field(5, ""), "2024{:02}15120000.0", 1 + slot.record % 12);
        let (kind, from, until) = match work.date {
            "c" => ("c", work.year.to_string(), "9999".to_owned()),
            kind @ ("d" | "m") => (kind, work.year.to_string(), (work.year + 4).to_string()),
            "u" => ("s", format!("{}uu", work.year / 100), "    ".to_owned()),
            "n" => ("|", "||||".to_owned(), "||||".to_owned()),
            _ => ("s", work.year.to_string(), "    ".to_owned()),
        };
        let kind_of_serial = if work.form == "as" { 'p' } else { ' ' };
        let fixed = to.field(8, "");
        let _ = write!(fixed, "200101{kind}{from}{until}fi    {kind_of_serial}       000 0 ");
        fixed.push_str(work.code);
        fixed.push_str(" c");
        if !(is_copy && copy.chance(10.0)) {
            for isbn in &work.isbns {
                let isbn = if is_copy && copy.chance(8.0) { isbn ^ 1 } else { *isbn };
                let short = is_copy && copy.chance(20.0);
                let text = to.field(20, "  ");
                text.push_str("\u{1F}a");
                push_isbn(isbn, short, text);
            }
        }
        if work.form == "as" {
            let count = self.counts.issns.count(near(work.size, &mut rest), &mut rest);
            for at in 0..count as u64 {
                to.put(22, "  ", "$a");
                push_issn(slot.work + at * 1_000_003, to.text());
            }
        }
        if !is_brief {
            let _ = write!(to.field(35, "  "), "\u{1F}a(GEN){:09}", slot.record);
            if slot.record % 5 < 2 {
                let _ = write!(to.field(35, "  "), "\u{1F}a(UNION){:09}", slot.work);
            }
            to.put(40, "  ", "$aFI-GEN$bfin$erda");
            let _ = write!(to.field(41, "0 "), "\u{1F}a{}", work.code);
            if work.year % 5 < 3 {
                let _ = write!(to.field(84, "  "), "\u{1F}a{}\u{1F}2ykl", call_number(slot.work));
            }
        }
        if let Some(author) = work.author {
            Self::push_link(100, pairs, to.field(100, "1 "));
            to.text().push_str("\u{1F}a");
            self.names.person(author, to.text());
            push_dates(author, is_copy && copy.chance(30.0), to.text());
            to.text().push_str(",\u{1F}ekirjoittaja.");
        }
        self.write_title(work, is_copy, pairs, copy, to);
        if let Some(volume) = work.volume {
            let _ = write!(to.field(250, "  "), "\u{1F}a{volume}. painos");
        }
        if is_bare && pairs == 0 {
            return;
        }
        Self::push_link(264, pairs, to.field(264, " 1"));
        to.text().push_str("\u{1F}a");
        self.names.place(self.ranks.towns.draw(&mut rest), to.text());
        to.text().push_str(" :\u{1F}b");
        self.names.publisher(self.ranks.publishers.draw(&mut rest), to.text());
        if !matches!(work.date, "n") {
            let _ = write!(to.text(), ",\u{1F}c{}", work.year);
        }
        let pages = 40 + rest.below(500);
        let _ = write!(to.field(300, "  "), "\u{1F}a{pages} sivua ;\u{1F}c{} cm", 18 + pages % 13);
    }

    fn write_title(
        &self,
        work: &Work,
        is_copy: bool,
        pairs: usize,
        copy: &mut Random,
        to: &mut Writer,
    ) {
        let plain = is_copy && copy.chance(25.0);
        let without_subtitle = is_copy && copy.chance(15.0);
        let main = work.title.len().min(3 + (work.title.len() / 3));
        let (title, subtitle) = work.title.split_at(main);
        let text = to.field(245, if work.author.is_some() { "10" } else { "00" });
        Self::push_link(245, pairs, text);
        text.push_str("\u{1F}a");
        let start = text.len();
        self.push_words(work, title, text);
        capitalise(text, start);
        if !subtitle.is_empty() && !without_subtitle {
            text.push_str(if plain { "\u{1F}b" } else { " :\u{1F}b" });
            self.push_words(work, subtitle, text);
        }
        if let Some(volume) = work.volume {
            let _ = write!(text, ".\u{1F}n{volume}");
        }
        if let Some(author) = work.author.filter(|_| !plain) {
            text.push_str(" /\u{1F}c");
            self.names.person(author, text);
            text.push('.');
        }
    }

    pub(super) fn push_words(&self, work: &Work, ranks: &[u64], out: &mut String) {
        for (at, rank) in ranks.iter().enumerate() {
            if at > 0 {
                out.push(' ');
            }
            self.words.push(work.language, *rank, out);
        }
    }

    /// What most records of some size have: carrier and series.
    fn write_carrier(&self, work: &mut Work, room: usize, to: &mut Writer) {
        if room > 200 {
            to.put(336, "  ", "$ateksti$btxt$2rdacontent");
            to.put(337, "  ", "$akäytettävissä ilman laitetta$bn$2rdamedia");
            to.put(338, "  ", "$anide$bnc$2rdacarrier");
        }
        let share = near(work.size, &mut work.rest);
        let count = self.counts.series.count(share, &mut work.rest);
        for _ in 0..count {
            to.put(490, "0 ", "$a");
            let rank = self.ranks.series.draw(&mut work.rest);
            Names::series(&self.words, work.language, rank, to.text());
            let _ = write!(to.text(), " ;\u{1F}v{}", 1 + work.rest.below(90));
        }
    }

    fn write_tail(&self, slot: Slot, work: &Work, copy: &mut Random, to: &mut Writer) {
        let mut rest = work.rest.clone();
        let in_english = slot.copy > 0 && copy.chance(20.0);
        let (language, scheme) = if in_english { (1, "yso/eng") } else { (0, "yso/fin") };
        // 13 % of the headings are places (651), which stand after the others.
        let is_place = |at: usize, rank: u64| (rank + at as u64).is_multiple_of(8);
        for place in [false, true] {
            for (at, (heading, detail)) in work.subjects.iter().enumerate() {
                if is_place(at, *heading) != place {
                    continue;
                }
                if place {
                    to.put(651, " 7", "$a");
                    let mut random = Random::of(*heading, 7, at as u64);
                    self.names.place(self.ranks.places.draw(&mut random), to.text());
                } else {
                    to.put(650, " 7", "$a");
                    Names::subject(&self.words, language, *heading, to.text());
                    if let Some(detail) = detail {
                        to.text().push_str("\u{1F}x");
                        let list = self.names.list("subdivision");
                        match list.get(*detail as usize) {
                            Some(name) => to.text().push_str(name),
                            None => self.words.push(language, 60 + detail, to.text()),
                        }
                    }
                }
                to.text().push_str("\u{1F}2");
                to.text().push_str(scheme);
                let _ = write!(to.text(), "\u{1F}0http://www.yso.fi/onto/yso/p{heading}");
            }
        }
        let count = self.counts.genres.count(near(work.size, &mut rest), &mut rest);
        for _ in 0..count {
            let genre = rest.pick(self.names.list("genre"));
            let number = genre.len() * 37 % 900;
            let _ = write!(
                to.field(655, " 7"),
                "\u{1F}a{genre}\u{1F}2slm/fin\u{1F}0http://urn.fi/URN:NBN:fi:au:slm:s{number}"
            );
        }
        let count = self.counts.more_names.count(near(work.size, &mut rest), &mut rest);
        let bodies = (0..count).filter(|_| rest.chance(45.0)).count();
        for _ in bodies..count {
            to.put(700, "1 ", "$a");
            let person = self.ranks.persons.draw(&mut rest);
            self.names.person(person, to.text());
            push_dates(person, false, to.text());
            to.text().push_str(",\u{1F}e");
            to.text().push_str(rest.pick(&ROLES));
        }
        for _ in 0..bodies {
            to.put(710, "2 ", "$a");
            self.names.corporation(self.ranks.corporations.draw(&mut rest), to.text());
        }
        if let Some(host) = slot.host {
            let text = to.field(773, "0 ");
            let _ = write!(text, "\u{1F}w{host:09}\u{1F}t");
            let host = self.work(self.works.of_record(host));
            let start = text.len();
            self.push_words(&host, &host.title[..host.title.len().min(6)], text);
            capitalise(text, start);
            let _ = write!(text, "\u{1F}gs. {}", 1 + 12 * (slot.record % 8));
        }
        self.write_links(work, &mut rest, to);
        self.write_holdings(slot, work, copy, to);
        let count = self.counts.urls.count(near(work.size, &mut rest), &mut rest);
        for at in 0..count {
            let _ = write!(
                to.field(856, "42"),
                "\u{1F}uhttps://example.org/teos/{:x}/{at}",
                super::random::scatter(slot.work)
            );
        }
    }

    /// Links to other things than a host: what came before or is told of, by title.
    fn write_links(&self, work: &Work, rest: &mut Random, to: &mut Writer) {
        let count = self.counts.links.count(near(work.size, rest), rest);
        let tag = if work.form == "as" { 780 } else { 787 };
        for _ in 0..count {
            let text = to.field(tag, "08");
            text.push_str("\u{1F}t");
            let start = text.len();
            for _ in 0..2 {
                Names::series(&self.words, work.language, rest.below(3_000_000), text);
                text.push(' ');
            }
            text.pop();
            capitalise(text, start);
        }
    }

    fn write_holdings(&self, slot: Slot, work: &Work, copy: &mut Random, to: &mut Writer) {
        if slot.host.is_some() {
            return;
        }
        let organisation = self.organisation(slot);
        let mut known = Random::of(self.seed, 8, organisation as u64);
        let locations = self.counts.locations.at(known.unit()) as u64;
        // One holding and a Poisson number (0.6 on average) more.
        let (mut holdings, mut left) = (1, copy.unit());
        for share in [0.549, 0.329, 0.099, 0.020] {
            if left < share || work.size < BRIEF {
                break;
            }
            left -= share;
            holdings += 1;
        }
        for _ in 0..holdings {
            let place = copy.below(locations.max(1));
            let shelf = 1 + copy.below(99);
            let _ = write!(
                to.field(852, "8 "),
                "\u{1F}bORG{organisation:03}\u{1F}cP{place:03}\u{1F}h{shelf}.{}",
                slot.work % 10
            );
        }
    }
}

/// What people beside the main author did.
const ROLES: [&str; 6] =
    ["kirjoittaja.", "kääntäjä.", "kuvittaja.", "toimittaja.", "säveltäjä.", "esittäjä."];

/// A class of the Finnish public libraries.
fn call_number(work: u64) -> String {
    let class = super::random::scatter(work) % 100;
    format!("{class}.{}", class % 7 + 1)
}

/// Years of a person's life, on most names and always the same.
fn push_dates(person: u64, other_way: bool, out: &mut String) {
    if (person % 10 < 4) != other_way {
        let _ = write!(out, ",\u{1F}d{}-", 1850 + person % 150);
    }
}

/// An ISBN of the group 95, in 13 or 10 characters.
pub(super) fn push_isbn(number: u64, short: bool, out: &mut String) {
    let body = format!("95{:07}", number % 10_000_000);
    let digits = body.bytes().map(|digit| u64::from(digit - b'0'));
    if short {
        let sum: u64 = digits.zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
        match (11 - sum % 11) % 11 {
            10 => {
                let _ = write!(out, "{body}X");
            }
            check => {
                let _ = write!(out, "{body}{check}");
            }
        }
        return;
    }
    // 9, 7, 8 with the weights 1, 3, 1 add up to 38.
    let sum: u64 = 38 + digits.zip([3, 1].into_iter().cycle()).map(|(d, w)| d * w).sum::<u64>();
    let _ = write!(out, "978{body}{}", (10 - sum % 10) % 10);
}

fn push_issn(number: u64, out: &mut String) {
    let body = format!("{:07}", number % 10_000_000);
    let sum: u64 = body.bytes().zip((2..=8_u64).rev()).map(|(d, w)| u64::from(d - b'0') * w).sum();
    let (left, right) = body.split_at(4);
    match (11 - sum % 11) % 11 {
        10 => {
            let _ = write!(out, "{left}-{right}X");
        }
        check => {
            let _ = write!(out, "{left}-{right}{check}");
        }
    }
}
