//! `index-config/ingest.toml`: the settings that all sources share (ingest-common §2).

use super::dedup::{DedupSettings, WrittenDedup};
use super::folder::{line_of, parse_toml};
use super::mapping_files::{MappingFiles, MappingSetting, Place};
use super::{ConfigError, ConfigFolder, FieldMapping, LengthLimits};
use crate::record::RecordFormat;
use crate::text::{TextRules, normalize_key, normalize_relator};
use std::collections::BTreeMap;
use toml::Spanned;

/// Name of the file in the configuration folder.
const FILE: &str = "ingest.toml";

/// Unicode form of the values in the index; the full record keeps its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnicodeForm {
    /// Compatibility characters become ordinary ones (`²` → `2`).
    #[default]
    Nfkc,
    /// Only composition: `²` stays.
    Nfc,
}

/// Shared ingest settings.
#[derive(Debug, Clone)]
pub struct IngestSettings {
    /// Word lists for titles and punctuation.
    pub text: TextRules,
    /// MARC relators that make a 100 or 700 a primary author, normalised (N12).
    pub primary_author_relators: Vec<String>,
    /// Relators of Forward agents by kind of author field, normalised (N12).
    pub forward_primary_author_relators: Vec<String>,
    /// See [`IngestSettings::forward_primary_author_relators`].
    pub forward_secondary_author_relators: Vec<String>,
    /// See [`IngestSettings::forward_primary_author_relators`].
    pub forward_corporate_author_relators: Vec<String>,
    /// Fields whose values are expanded to `0/a/`, `1/a/b/` (§8.7).
    pub hierarchical_facets: Vec<String>,
    /// Fields that get the institution in front (§8.6).
    pub building_fields: Vec<String>,
    /// Mappings for all sources that do not set their own.
    pub default_mappings: BTreeMap<String, FieldMapping>,
    /// Mapping of `format` by record format, unless the source sets its own.
    pub format_mappings: BTreeMap<String, FieldMapping>,
    /// Length limits of values (§8.9).
    pub length_limits: LengthLimits,
    /// Texts that are never indexed; a number 0 a driver leaves out itself (§8.9).
    pub non_indexed_values: Vec<String>,
    /// Unicode form of values.
    pub unicode_form: UnicodeForm,
    /// Field for the warnings of a record; `None`: they are not indexed.
    pub warnings_field: Option<String>,
    /// Fields whose values component parts inherit from their hosts (§12.5).
    pub copy_from_parent_record: Vec<String>,
    /// `allfields` also holds the folded formats (§8.8).
    pub format_in_allfields: bool,
    /// Works inside a work get keys too (§13).
    pub work_keys_from_analytical_entries: bool,
    /// Every author gives a key with every title, not only the first (§13).
    pub work_keys_from_all_authors: bool,
    /// Driver formats of journals, for component parts (§12).
    pub journal_formats: Vec<String>,
    /// Driver formats of electronic journals.
    pub ejournal_formats: Vec<String>,
    /// Driver formats of articles.
    pub article_formats: Vec<String>,
    /// Driver formats of electronic articles.
    pub earticle_formats: Vec<String>,
    /// Deduplication and merged documents.
    pub dedup: DedupSettings,
}

/// Activities of the makers of a film, director first (ingest-qdc-dc-forward-lrmi §8.1).
const FORWARD_PRIMARY: &str = "\
    d02 a00 a01 a02 a03 a05 a06 a08 a09 a10 a11 a12 a13 a31 a38 a43 a50 a99 adp aud chr cmm cmp \
    cre dub inv";

/// Activities of actors, crew and the like.
const FORWARD_SECONDARY: &str = "\
    d01 d99 e01 e02 e03 e04 e05 e06 e08 f01 f02 f99 oth sds act acp aft anm ann ar ard arr aud \
    aui aus bjd bpd ccp chr clb cll clr cmm cnd cng coe com cos cot cov cpe cpl cpt crp cst ctb \
    cte ctg cts ctt cur cwt dfd dfe dft dis dln dnc dpc drm drt dsr dtc dto edt egr elt etr exp \
    fac fld flm frg ill ilu ins itr ivr lbt ldr led lee lel let lgd lie lil lit lsa ltg lyr mrb \
    msd mte mus nrt opn org pbd pdr pht pmn pop ppt prd prf prg prm pro prt pta pte pth ptf ptt \
    rbr rce ren res rev rpt rpy rse rsg rsp rst rth rtm sad scl scr sce sht sng spk spy std stl \
    stm str ths trl tyd tyg vdg voc wam wdc wde wst";

/// Activities of companies.
const FORWARD_CORPORATE: &str = "\
    e10 dst prn fnd lbr";

impl Default for IngestSettings {
    /// The peer's defaults, without any word list or mapping.
    fn default() -> Self {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let words = |text: &str| text.split(' ').map(str::to_owned).collect();
        IngestSettings {
            text: TextRules::default(),
            primary_author_relators: list(&["adp", "aut", "cmp", "cre", "dub", "inv"]),
            forward_primary_author_relators: words(FORWARD_PRIMARY),
            forward_secondary_author_relators: words(FORWARD_SECONDARY),
            forward_corporate_author_relators: words(FORWARD_CORPORATE),
            hierarchical_facets: list(&["building"]),
            building_fields: list(&["building"]),
            default_mappings: BTreeMap::new(),
            format_mappings: BTreeMap::new(),
            length_limits: LengthLimits::default(),
            non_indexed_values: list(&[""]),
            unicode_form: UnicodeForm::default(),
            warnings_field: Some("warnings_str_mv".to_owned()),
            copy_from_parent_record: Vec::new(),
            format_in_allfields: false,
            work_keys_from_analytical_entries: false,
            work_keys_from_all_authors: true,
            journal_formats: list(&["Journal", "Serial", "Newspaper"]),
            ejournal_formats: list(&["eJournal"]),
            article_formats: list(&["Article"]),
            earticle_formats: list(&["eArticle"]),
            dedup: DedupSettings::default(),
        }
    }
}

/// The file as written.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    unicode_form: UnicodeForm,
    warnings_field: Option<String>,
    non_indexed_values: Option<Vec<String>>,
    #[serde(default)]
    text: WrittenText,
    #[serde(default)]
    authors: WrittenAuthors,
    #[serde(default)]
    fields: WrittenFields,
    #[serde(default)]
    works: WrittenWorks,
    #[serde(default)]
    component_parts: WrittenParts,
    #[serde(default)]
    dedup: WrittenDedup,
    #[serde(default)]
    length_limits: WrittenLimits,
    #[serde(default)]
    default_mappings: BTreeMap<String, Spanned<MappingSetting>>,
    #[serde(default)]
    format_mappings: BTreeMap<Spanned<String>, Spanned<MappingSetting>>,
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct WrittenText {
    articles: Vec<String>,
    abbreviations: Vec<String>,
    full_title_prefixes: Vec<String>,
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_field_names, reason = "the names are those of the file")]
struct WrittenAuthors {
    primary_author_relators: Option<Vec<String>>,
    forward_primary_author_relators: Option<Vec<String>>,
    forward_secondary_author_relators: Option<Vec<String>>,
    forward_corporate_author_relators: Option<Vec<String>>,
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct WrittenFields {
    hierarchical_facets: Option<Vec<String>>,
    building_fields: Option<Vec<String>>,
    copy_from_parent_record: Vec<String>,
    format_in_allfields: bool,
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct WrittenWorks {
    work_keys_from_all_authors: Option<bool>,
    work_keys_from_analytical_entries: bool,
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_field_names, reason = "the names are those of the file")]
struct WrittenParts {
    journal_formats: Option<Vec<String>>,
    ejournal_formats: Option<Vec<String>>,
    article_formats: Option<Vec<String>>,
    earticle_formats: Option<Vec<String>>,
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct WrittenLimits {
    default: usize,
    fields: Vec<WrittenLimit>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLimit {
    field: String,
    characters: usize,
}

impl Written {
    fn into_settings(
        self,
        name: &str,
        text: &str,
        files: &MappingFiles<'_>,
    ) -> Result<IngestSettings, ConfigError> {
        let usual = IngestSettings::default();
        let lower = |words: Vec<String>| words.iter().map(|word| word.to_lowercase()).collect();
        let relators = |words: Option<Vec<String>>, usual: Vec<String>| {
            words.map_or(usual, |words| words.iter().map(|w| normalize_relator(w)).collect())
        };
        let mut default_mappings = BTreeMap::new();
        for (field, setting) in self.default_mappings {
            let place = Place { file: name, line: line_of(text, setting.span().start) };
            if let Some(mapping) = files.mapping(setting.as_ref(), &place)? {
                default_mappings.insert(field, mapping);
            }
        }
        let mut format_mappings = BTreeMap::new();
        for (format, setting) in self.format_mappings {
            let place = Place { file: name, line: line_of(text, format.span().start) };
            let format: RecordFormat = format.as_ref().parse().map_err(|message: String| {
                let known = RecordFormat::ALL.map(|(_, name)| name);
                place.error(message).with_suggestion(format.as_ref(), known)
            })?;
            if let Some(mapping) = files.mapping(setting.as_ref(), &place)? {
                format_mappings.insert(format.name().to_owned(), mapping);
            }
        }
        let limits = &self.length_limits;
        let of_fields = limits.fields.iter().map(|limit| (limit.field.as_str(), limit.characters));
        let (authors, parts) = (self.authors, self.component_parts);
        let prefixes = self.text.full_title_prefixes.iter();
        let text = TextRules {
            articles: lower(self.text.articles),
            abbreviations: lower(self.text.abbreviations),
            full_title_prefixes: prefixes.map(|prefix| normalize_key(prefix)).collect(),
        };
        let dedup = self.dedup.into_settings(&text);
        Ok(IngestSettings {
            text,
            primary_author_relators: relators(
                authors.primary_author_relators,
                usual.primary_author_relators,
            ),
            forward_primary_author_relators: relators(
                authors.forward_primary_author_relators,
                usual.forward_primary_author_relators,
            ),
            forward_secondary_author_relators: relators(
                authors.forward_secondary_author_relators,
                usual.forward_secondary_author_relators,
            ),
            forward_corporate_author_relators: relators(
                authors.forward_corporate_author_relators,
                usual.forward_corporate_author_relators,
            ),
            hierarchical_facets: self
                .fields
                .hierarchical_facets
                .unwrap_or(usual.hierarchical_facets),
            building_fields: self.fields.building_fields.unwrap_or(usual.building_fields),
            default_mappings,
            format_mappings,
            length_limits: LengthLimits::new(
                std::iter::once(("__default__", limits.default)).chain(of_fields),
            ),
            non_indexed_values: self.non_indexed_values.unwrap_or(usual.non_indexed_values),
            unicode_form: self.unicode_form,
            warnings_field: self.warnings_field,
            copy_from_parent_record: self.fields.copy_from_parent_record,
            format_in_allfields: self.fields.format_in_allfields,
            work_keys_from_analytical_entries: self.works.work_keys_from_analytical_entries,
            work_keys_from_all_authors: self
                .works
                .work_keys_from_all_authors
                .unwrap_or(usual.work_keys_from_all_authors),
            journal_formats: parts.journal_formats.unwrap_or(usual.journal_formats),
            ejournal_formats: parts.ejournal_formats.unwrap_or(usual.ejournal_formats),
            article_formats: parts.article_formats.unwrap_or(usual.article_formats),
            earticle_formats: parts.earticle_formats.unwrap_or(usual.earticle_formats),
            dedup,
        })
    }
}

impl IngestSettings {
    /// Reads `ingest.toml` and the mapping files that it names.
    pub fn load(folder: &ConfigFolder) -> Result<Self, ConfigError> {
        let name = folder.display_name(FILE);
        let text = folder.read(FILE)?.ok_or_else(|| ConfigError::new(&name, 0, "is missing"))?;
        let written: Written = parse_toml(&name, &text)?;
        written.into_settings(&name, &text, &MappingFiles::new(folder))
    }

    /// The mappings of a source: its own over those of its format over the shared ones; an own
    /// mapping of `None` removes a shared one. `format_ext_str_mv` follows `format`, and
    /// `building_available_str_mv` follows `building` without its `##empty…` keys (§7.3).
    pub fn mappings_for(
        &self,
        format: RecordFormat,
        own: BTreeMap<String, Option<FieldMapping>>,
    ) -> Vec<(String, FieldMapping)> {
        let mut all = self.default_mappings.clone();
        if let Some(mapping) = self.format_mappings.get(format.name()) {
            all.insert("format".to_owned(), mapping.clone());
        }
        for (field, mapping) in own {
            match mapping {
                Some(mapping) => all.insert(field, mapping),
                None => all.remove(&field),
            };
        }
        let derived = [
            ("format_ext_str_mv", all.get("format").cloned()),
            ("building_available_str_mv", all.get("building").map(FieldMapping::without_empty)),
        ];
        for (field, mapping) in derived {
            if let Some(mapping) = mapping {
                all.entry(field.to_owned()).or_insert(mapping);
            }
        }
        all.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, ConfigFolder) {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(dir.path().join("mappings")).expect("a folder");
        for (file, text) in files {
            std::fs::write(dir.path().join(file), text).expect("a file");
        }
        let folder = ConfigFolder::Disk(dir.path().to_owned());
        (dir, folder)
    }

    #[test]
    fn the_built_in_file_is_good() {
        let settings = IngestSettings::load(&ConfigFolder::BuiltIn).expect("good settings");
        assert!(settings.primary_author_relators.iter().any(|word| word == "säveltäjä"));
        assert!(settings.text.full_title_prefixes.iter().any(|p| p == "visualapproachchart"));
        assert_eq!(settings.non_indexed_values, [""], "a text 0 is a value");
        assert_eq!(settings.length_limits.of("topic_txtP_mv"), 0);
        assert_eq!(settings.length_limits.of("topic"), 1024);
        let mappings = settings.mappings_for(RecordFormat::Marc, BTreeMap::new());
        let of = |field: &str, value: &str| {
            let (_, mapping) = mappings.iter().find(|(name, _)| name == field).expect(field);
            mapping.level(0).expect("a map").map(value)
        };
        assert_eq!(of("format", "eBook"), ["Book/eBook"]);
        assert_eq!(of("format_ext_str_mv", "eBook"), ["Book/eBook"]);
        assert_eq!(of("language", "fi"), ["fin"]);
        assert_eq!(of("usage_rights_ext_str_mv", "CC BY-SA 4.0"), ["B BY/B CC BY-SA"]);
    }

    #[test]
    fn own_mappings_come_before_shared_ones() {
        let shared = |text: &str| {
            FieldMapping::single(
                super::super::ValueMap::parse("x", text, super::super::MappingKind::Normal)
                    .expect("a map"),
            )
        };
        let mut settings = IngestSettings::default();
        settings.default_mappings.insert("language".into(), shared("a = shared"));
        settings.format_mappings.insert("marc".into(), shared("a = marc"));
        let own = BTreeMap::from([
            ("language".to_owned(), None),
            ("building".to_owned(), Some(shared("a = own\n##empty = none"))),
        ]);
        let mappings = settings.mappings_for(RecordFormat::Marc, own);
        let names: Vec<&str> = mappings.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["building", "building_available_str_mv", "format", "format_ext_str_mv"]);
        let available = mappings[1].1.level(0).expect("a map");
        assert_eq!((available.map("a"), &available.special.empty), (vec!["own".to_owned()], &None));
        assert!(settings.mappings_for(RecordFormat::Dc, BTreeMap::new()).len() == 1);
    }

    #[test]
    fn faults_have_file_line_and_suggestion() {
        for (text, line, part, suggestion) in [
            ("[text]\nartciles = []\n", 2, "unknown field `artciles`", Some("articles")),
            (
                "[default_mappings]\n\nlanguage = \"lang.map\"\n",
                3,
                "no mapping file",
                Some("langs.map"),
            ),
            ("[default_mappings]\nx = \"langs.map,regex\"\n", 2, "unknown kind", Some("regexp")),
            (
                "[format_mappings]\nmarcc = \"langs.map\"\n",
                2,
                "unknown record format",
                Some("marc"),
            ),
            ("unicode_form = \"nfd\"", 1, "unknown variant `nfd`", Some("nfc")),
        ] {
            let (_dir, folder) = folder(&[("ingest.toml", text), ("mappings/langs.map", "a = b")]);
            let error = IngestSettings::load(&folder).expect_err(text);
            assert!(error.file.ends_with("ingest.toml"), "{error}");
            assert_eq!((error.line, error.suggestion.as_deref()), (line, suggestion), "{error}");
            assert!(error.message.contains(part), "{error}");
        }
        let (_dir, folder) = folder(&[
            ("ingest.toml", "[default_mappings]\nx = \"a.map\""),
            ("mappings/a.map", "a = b\nnonsense"),
        ]);
        let error = IngestSettings::load(&folder).expect_err("a bad map");
        assert!(error.file.ends_with("a.map") && error.line == 2, "{error}");
    }
}
