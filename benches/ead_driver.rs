//! Split a finding aid of about 3 MB and map its components, without the shared pipeline.

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use kirjo::config::{IngestSettings, SourceSettings};
use kirjo::formats::finding_aid::{SplitSettings, Standard, components};
use kirjo::mapping::{
    Ead3Record, EadRecord, MapContext, MappingError, MetadataRecord, NoLinks, Warnings,
};
use kirjo::record::{Form, Position, RawRecord, RecordFormat};
use kirjo::xml::parse;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

const COMPONENTS: usize = 8_000;

/// A finding aid of series, files and items, `flat` = all items directly under one series.
fn finding_aid(standard: Standard, flat: bool) -> String {
    let mut xml = String::from("<ead>");
    xml.push_str(match standard {
        Standard::Ead2002 => "<eadheader><eadid identifier=\"K\">K</eadid><filedesc><titlestmt><titleproper>Kallion suvun arkisto</titleproper></titlestmt></filedesc></eadheader>",
        Standard::Ead3 => "<control><recordid>K</recordid></control>",
    });
    xml.push_str("<archdesc level=\"fonds\"><did><unitid identifier=\"K\">K</unitid><unittitle>Kallion suvun arkisto</unittitle><unitdate>1850-1960</unitdate>");
    xml.push_str(match standard {
        Standard::Ead2002 => "<origination><persname>Kallio, Kaarlo</persname></origination><repository>Arkisto</repository><langmaterial><language langcode=\"fin\">suomi</language></langmaterial>",
        Standard::Ead3 => "<origination><name identifier=\"E1\"><part>Kallio, Kaarlo</part></name></origination><repository encodinganalog=\"ahaa:AI42\"><corpname identifier=\"5\"><part>Arkisto</part></corpname></repository><langmaterial><language langcode=\"fin\">suomi</language></langmaterial>",
    });
    xml.push_str("<physdesc><extent>12 hyllymetri\u{E4}</extent></physdesc></did><accessrestrict><p>Kysy lupa arkistosta.</p></accessrestrict><bibliography><p>Suvun vaiheet.</p></bibliography><dsc>");
    for i in 0..COMPONENTS {
        let (series, file) = (i % 400 == 0, i % 20 == 0);
        let (level, close) = match (series, file) {
            (true, _) => ("series", if i == 0 { "" } else { "</c02></c01>" }),
            (_, true) if !flat => ("file", if i % 400 == 20 { "" } else { "</c02>" }),
            _ => ("item", ""),
        };
        let close = if flat && series && i > 0 { "</c01>" } else { close };
        let name = match level {
            "series" => "c01",
            "file" => "c02",
            _ => "c03",
        };
        let _ = write!(
            xml,
            "{close}<{name} level=\"{level}\" id=\"n{i}\"><did><unitid identifier=\"{i}\">A:{i}</unitid><unittitle>Kirje numero {i} Helsingist\u{E4}</unittitle><unitdate>{}.5.1918</unitdate></did>",
            i % 28 + 1
        );
        if level == "item" {
            xml.push_str(match standard {
                Standard::Ead2002 => "<scopecontent><p>Terveisi\u{E4} kotiv\u{E4}elle, kuulumisia.</p></scopecontent><controlaccess><subject>kirjeet</subject><persname>Aho, Aino</persname><geogname>Helsinki</geogname></controlaccess>",
                Standard::Ead3 => "<scopecontent><p>Terveisi\u{E4} kotiv\u{E4}elle, kuulumisia.</p></scopecontent><controlaccess><subject identifier=\"http://x/1\"><part>kirjeet</part></subject><persname relator=\"kirjoittaja\" identifier=\"E2\"><part>Aho, Aino</part></persname><geogname><part>Helsinki</part></geogname></controlaccess>",
            });
            xml.push_str("</c03>");
        }
    }
    xml.push_str(if flat { "</c01>" } else { "</c02></c01>" });
    xml.push_str("</dsc></archdesc></ead>");
    xml
}

fn open(standard: Standard, raw: &RawRecord) -> Result<Box<dyn MetadataRecord>, MappingError> {
    Ok(match standard {
        Standard::Ead2002 => Box::new(EadRecord::open(raw)?),
        Standard::Ead3 => Box::new(Ead3Record::open(raw)?),
    })
}

fn archival_records(c: &mut Criterion) {
    let source = SourceSettings::new("src", RecordFormat::Ead);
    let ingest = IngestSettings::default();
    let context =
        MapContext { ingest: &ingest, source: &source, links: &NoLinks, current_year: 2025 };
    let settings = SplitSettings::default();
    let mut group = c.benchmark_group("finding_aid");
    group.sampling_mode(SamplingMode::Flat).measurement_time(Duration::from_secs(10));
    group.sample_size(10);
    for (name, standard, flat) in [
        ("ead", Standard::Ead2002, false),
        ("ead_flat", Standard::Ead2002, true),
        ("ead3", Standard::Ead3, false),
    ] {
        let xml = finding_aid(standard, flat);
        group.throughput(Throughput::Elements(COMPONENTS as u64 + 1));
        group.bench_function(format!("{name}/split"), |b| {
            b.iter(|| {
                let Ok(tree) = parse(&xml) else { return 0 };
                components(&tree, standard, &settings)
                    .map(|c| black_box(c).xml.len())
                    .sum::<usize>()
            });
        });
        group.bench_function(format!("{name}/split_and_map"), |b| {
            b.iter(|| {
                let Ok(tree) = parse(&xml) else { return 0 };
                components(&tree, standard, &settings)
                    .filter_map(|component| {
                        let raw = RawRecord {
                            position: Position { file: "x".into(), offset: 0, ordinal: 0 },
                            format: match standard {
                                Standard::Ead2002 => RecordFormat::Ead,
                                Standard::Ead3 => RecordFormat::Ead3,
                            },
                            form: Form::Xml,
                            bytes: component.xml.into_bytes(),
                            oai_id: None,
                            deleted: false,
                            warnings: component.warnings,
                        };
                        let mut record = open(standard, &raw).ok()?;
                        let mut warnings = Warnings::default();
                        black_box(record.facts(&context, &mut warnings));
                        black_box(record.full_record(&context));
                        Some(black_box(record.index_fields(&context, &mut warnings)).len())
                    })
                    .sum::<usize>()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, archival_records);
criterion_main!(benches);
