//! One record while it is shown: its index fields as Solr would give them, its source record parsed
//! once, and the language of the answer.

use super::images::Image;
use super::{ApiValue, Presenter};
use crate::config::Locale;
use crate::marc::Record;
use crate::record::{Form, FullRecord, GroupMember, IndexRecord, LazyRecord, RecordFormat};
use crate::xml::{self, Element, Tree};
use std::cell::OnceCell;

/// A stored record to be shown.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// Id in the index.
    pub id: &'a str,
    /// Driver that made it.
    pub format: RecordFormat,
    /// Index fields.
    pub fields: &'a IndexRecord,
    /// The record that the document was made from.
    pub full_record: &'a LazyRecord,
    /// Records right below this one in its hierarchy.
    pub children: i64,
    /// The record's dedup group, best first.
    pub group: &'a [GroupMember],
}

impl<'a> Document<'a> {
    /// A record without anything that other records tell about it.
    pub fn new(
        id: &'a str,
        format: RecordFormat,
        fields: &'a IndexRecord,
        full_record: &'a LazyRecord,
    ) -> Self {
        Document { id, format, fields, full_record, children: 0, group: &[] }
    }
}

/// Where and in which language a record is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occasion {
    /// Language of the answer.
    pub locale: Locale,
    /// The record was asked for alone, which sets the preferred language of EAD3 records
    /// (finna-api §5).
    pub alone: bool,
}

impl Occasion {
    /// In the result of a search.
    pub fn search(locale: Locale) -> Self {
        Occasion { locale, alone: false }
    }

    /// As the one record asked for.
    pub fn single_record(locale: Locale) -> Self {
        Occasion { locale, alone: true }
    }

    /// Among records asked for by id.
    pub fn record_list(locale: Locale) -> Self {
        Occasion { locale, alone: false }
    }
}

/// The rule set of a record's format (record-fields §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleSet {
    /// MARC 21.
    Marc,
    /// LIDO.
    Lido,
    /// EAD 2002.
    Ead,
    /// EAD3.
    Ead3,
    /// Film works in Forward.
    Forward,
    /// Qualified Dublin Core.
    Qdc,
    /// Learning material.
    Lrmi,
    /// Packages of learning material.
    Aipa,
    /// Index fields alone.
    Index,
}

impl RuleSet {
    /// The name that lists of fields show.
    pub fn name(self) -> &'static str {
        match self {
            RuleSet::Marc => "marc",
            RuleSet::Lido => "lido",
            RuleSet::Ead => "ead",
            RuleSet::Ead3 => "ead3",
            RuleSet::Forward => "forward",
            RuleSet::Qdc => "qdc",
            RuleSet::Lrmi => "lrmi",
            RuleSet::Aipa => "aipa",
            RuleSet::Index => "index",
        }
    }

    /// The rule set of records of a format.
    pub fn of(format: RecordFormat) -> Self {
        match format {
            RecordFormat::Marc => RuleSet::Marc,
            RecordFormat::Lido => RuleSet::Lido,
            RecordFormat::Ead => RuleSet::Ead,
            RecordFormat::Ead3 => RuleSet::Ead3,
            RecordFormat::Forward => RuleSet::Forward,
            RecordFormat::Qdc => RuleSet::Qdc,
            RecordFormat::Lrmi => RuleSet::Lrmi,
            RecordFormat::Aipa => RuleSet::Aipa,
            RecordFormat::Dc
            | RecordFormat::Doaj
            | RecordFormat::Ese
            | RecordFormat::MarcAuthority
            | RecordFormat::Eaccpf
            | RecordFormat::ForwardAuthority => RuleSet::Index,
        }
    }
}

/// One record while it is shown.
pub(super) struct RecordView<'a> {
    document: &'a Document<'a>,
    presenter: &'a Presenter,
    occasion: Occasion,
    marc: OnceCell<Record>,
    xml: OnceCell<Option<Tree>>,
    images: OnceCell<Vec<Image>>,
}

impl<'a> RecordView<'a> {
    pub(super) fn new(
        document: &'a Document<'a>,
        presenter: &'a Presenter,
        occasion: Occasion,
    ) -> Self {
        RecordView {
            document,
            presenter,
            occasion,
            marc: OnceCell::new(),
            xml: OnceCell::new(),
            images: OnceCell::new(),
        }
    }

    pub(super) fn id(&self) -> &'a str {
        self.document.id
    }

    pub(super) fn rules(&self) -> RuleSet {
        RuleSet::of(self.document.format)
    }

    /// QDC and the formats that extend it.
    pub(super) fn is_qdc_family(&self) -> bool {
        matches!(self.rules(), RuleSet::Qdc | RuleSet::Lrmi | RuleSet::Aipa)
    }

    /// EAD and EAD3.
    pub(super) fn is_ead_family(&self) -> bool {
        matches!(self.rules(), RuleSet::Ead | RuleSet::Ead3)
    }

    pub(super) fn locale(&self) -> Locale {
        self.occasion.locale
    }

    /// The answer's language as records are marked: `fi`, `sv`, `en`, `se`.
    pub(super) fn lang(&self) -> &'static str {
        self.occasion.locale.two_letters()
    }

    /// The language that EAD3 texts are preferred in, if there is one.
    pub(super) fn preferred_language(&self) -> Option<Locale> {
        self.occasion.alone.then_some(self.occasion.locale)
    }

    pub(super) fn group(&self) -> &'a [GroupMember] {
        self.document.group
    }

    pub(super) fn children(&self) -> i64 {
        self.document.children
    }

    pub(super) fn full_record(&self) -> &'a str {
        self.document.full_record.get().text()
    }

    pub(super) fn fields(&self) -> &'a IndexRecord {
        self.document.fields
    }

    /// `rawData`.
    pub(super) fn raw_data(&self) -> ApiValue {
        self.presenter.returned.raw_data(self)
    }

    /// The source record, empty if it cannot be read (it could when it was taken in).
    pub(super) fn marc(&self) -> &Record {
        let text = match self.document.full_record.get() {
            FullRecord::Marc(record) => return record,
            FullRecord::Text(text) => text,
        };
        self.marc.get_or_init(|| {
            let bytes = text.as_bytes();
            let form = if bytes.first() == Some(&b'<') { Form::MarcXml } else { Form::MarcJson };
            match crate::formats::parse_marc(form, bytes) {
                Ok((record, _)) => record,
                Err(error) => {
                    tracing::warn!(id = self.document.id, %error, "stored record cannot be read");
                    Record::default()
                }
            }
        })
    }

    /// Root of the source record, none if it cannot be read.
    pub(super) fn root(&self) -> Option<Element<'_>> {
        let tree = self.xml.get_or_init(|| match xml::parse(self.full_record()) {
            Ok(tree) => Some(tree),
            Err(error) => {
                tracing::warn!(id = self.document.id, %error, "stored record cannot be read");
                None
            }
        });
        tree.as_ref().map(Tree::root)
    }

    /// The record's images, found once.
    pub(super) fn images(&self) -> &[Image] {
        self.images.get_or_init(|| super::images::find(self))
    }

    /// Values of an index field in the order Solr gives them.
    pub(super) fn texts(&self, name: &str) -> Vec<&'a str> {
        self.presenter.returned.values(self.document.fields, name)
    }

    /// First value of an index field, or the empty text.
    pub(super) fn text(&self, name: &str) -> &'a str {
        self.texts(name).first().copied().unwrap_or("")
    }

    /// An index field as a list.
    pub(super) fn list(&self, name: &str) -> ApiValue {
        ApiValue::texts(self.texts(name))
    }

    /// An index field as a text, missing when empty.
    pub(super) fn scalar(&self, name: &str) -> ApiValue {
        ApiValue::text_or_null(self.text(name))
    }

    /// A display text of the default domain.
    pub(super) fn translate(&self, key: &str) -> Option<&'a str> {
        self.presenter.translations.text(self.locale(), key)
    }

    /// A hierarchical value with its name.
    pub(super) fn hierarchical_pair(&self, value: &str) -> ApiValue {
        let translated = self.presenter.translations.hierarchical(self.locale(), value);
        pair(value, translated)
    }
}

/// `{"value": …, "translated": …}`.
pub(super) fn pair(value: &str, translated: &str) -> ApiValue {
    ApiValue::object([("value", ApiValue::from(value)), ("translated", ApiValue::from(translated))])
}
