//! Parse and map one record of each small XML format, without the shared pipeline.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kirjo::config::{IngestSettings, SourceSettings};
use kirjo::mapping::{
    DcRecord, ForwardRecord, LrmiRecord, MapContext, MetadataRecord, NoLinks, QdcRecord, Warnings,
};
use kirjo::record::{Form, Position, RawRecord, RecordFormat};
use std::fmt::Write as _;
use std::hint::black_box;

const DC: &str = r#"<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <dc:title>Peat bogs of the north : a study in wetness</dc:title>
  <dc:creator>Suo, Sanna</dc:creator><dc:creator>Räme, Risto</dc:creator>
  <dc:contributor>University of Mire</dc:contributor>
  <dc:subject>bogs</dc:subject><dc:subject>peat</dc:subject><dc:subject>hydrology</dc:subject>
  <dc:description>How water moves in a bog, and why it stays.</dc:description>
  <dc:publisher>Mire Press</dc:publisher><dc:date>2015-02-01</dc:date><dc:type>Text</dc:type>
  <dc:identifier>https://example.org/handle/1/2</dc:identifier>
  <dc:identifier>URN:ISBN:978-951-44-9650-5</dc:identifier>
  <dc:language>eng</dc:language><dc:rights>CC BY 4.0</dc:rights>
</oai_dc:dc>"#;

const QDC: &str = r#"<qualifieddc>
  <recordID>1_2</recordID>
  <title lang="en">Peat bogs of the north : a study in wetness</title>
  <title type="alternative">Pohjolan suot</title>
  <creator>Suo, Sanna</creator><creator>Räme, Risto</creator><contributor>Neva, Niilo</contributor>
  <subject lang="en">bogs</subject><subject type="yso" lang="fi">suot</subject><subject>peat</subject>
  <issued>2015-02-01</issued><date>2014/2015</date><type>Article</type>
  <identifier type="issn">1797-1985</identifier>
  <identifier type="doi">https://doi.org/10.1234/bog.1</identifier>
  <identifier>URN:NBN:fi:bog-1</identifier>
  <description lang="en">How water moves in a bog, and why it stays.</description>
  <coverage type="geocoding" format="lat,lon">65.5,25.5</coverage>
  <coverage type="spatial">Lapland.</coverage>
  <language>eng, fin</language><rights>CC BY 4.0</rights><publisher>Mire Press</publisher>
  <file bundle="ORIGINAL" href="https://example.org/bog.pdf" name="bog.pdf" type="application/pdf"/>
  <relation type="ispartofseries">Studies in bogs 7</relation>
</qualifieddc>"#;

const LRMI: &str = r#"<dc>
  <title lang="fi">Suon elämää</title><title lang="en">Life of a bog</title>
  <date>2020-05-01T10:00:00Z</date><description lang="en">A course about bogs.</description>
  <rights>CCBY4.0</rights><type>video</type><type>teksti</type>
  <author><person><name>Suo, Sanna</name></person></author>
  <about><thing><name>suot</name><identifier>https://example.org/onto/p1</identifier></thing></about>
  <about><thing><name>turve</name><identifier>https://example.org/onto/p2</identifier></thing></about>
  <material><name lang="fi">Video</name><url>https://example.org/bog.mp4</url><format>video/mp4</format><inLanguage>fi</inLanguage></material>
  <material><name lang="fi">Teksti</name><url>https://example.org/bog.pdf</url><format>application/pdf</format><inLanguage>en</inLanguage></material>
  <educationalAudience><educationalRole>Opettaja</educationalRole></educationalAudience>
  <learningResource><educationalLevel>lukiokoulutus</educationalLevel></learningResource>
  <recordID>12</recordID>
</dc>"#;

/// A film with a cast of forty and thirty production events.
fn forward() -> String {
    let mut xml = String::from(
        "<ExchangeSet><CinematographicWork><Identifier IDTypeName=\"film\">1</Identifier>\
         <Title><TitleText>Suo</TitleText></Title><Title><TitleText>The Bog</TitleText></Title>\
         <IdentifyingTitle>Suo</IdentifyingTitle><YearOfReference>1999</YearOfReference>\
         <HasAgent><Activity>D02</Activity><AgentName>Sanna Suo</AgentName></HasAgent>",
    );
    for i in 0..40 {
        let _ = write!(
            xml,
            "<HasAgent><Activity tehtava=\"näyttelijä\">E01</Activity><AgentName>Actor {i}</AgentName>\
             <AgentIdentifier><IDTypeName>person</IDTypeName><IDValue>{i}</IDValue></AgentIdentifier></HasAgent>"
        );
    }
    for i in 0..30 {
        let _ = write!(
            xml,
            "<ProductionEvent elonet-tag=\"event\"><ProductionEventType elokuva-genre=\"draama\" \
             elokuva-elonet-url=\"https://example.org/{i}\">DESCRIPTION</ProductionEventType></ProductionEvent>"
        );
    }
    xml.push_str("</CinematographicWork></ExchangeSet>");
    xml
}

fn raw(format: RecordFormat, xml: &str) -> RawRecord {
    RawRecord {
        position: Position { file: "bench.xml".into(), offset: 0, ordinal: 0 },
        format,
        form: Form::Xml,
        bytes: xml.as_bytes().to_vec(),
        oai_id: Some("oai:bench:1".to_owned()),
        deleted: false,
        warnings: Vec::new(),
    }
}

fn map(mut record: impl MetadataRecord, context: &MapContext<'_>) {
    let mut warnings = Warnings::default();
    black_box(record.facts(context, &mut warnings));
    black_box(record.index_fields(context, &mut warnings));
    black_box(record.full_record(context));
}

fn drivers(criterion: &mut Criterion) {
    let ingest = IngestSettings::default();
    let source = SourceSettings::new("bench", RecordFormat::Qdc);
    let context =
        MapContext { ingest: &ingest, source: &source, links: &NoLinks, current_year: 2025 };
    let mut group = criterion.benchmark_group("xml_drivers");
    group.throughput(Throughput::Elements(1));
    macro_rules! bench {
        ($name:literal, $format:ident, $xml:expr, $record:ident) => {
            let raw = raw(RecordFormat::$format, $xml);
            group.bench_function($name, |bencher| {
                bencher.iter_batched(
                    || $record::open(&raw),
                    |record| record.map(|record| map(record, &context)),
                    BatchSize::SmallInput,
                );
            });
            group.bench_function(concat!($name, "_with_parse"), |bencher| {
                bencher.iter(|| $record::open(&raw).map(|record| map(record, &context)));
            });
        };
    }
    bench!("dc", Dc, DC, DcRecord);
    bench!("qdc", Qdc, QDC, QdcRecord);
    bench!("lrmi", Lrmi, LRMI, LrmiRecord);
    bench!("forward", Forward, &forward(), ForwardRecord);
    group.finish();
}

criterion_group!(benches, drivers);
criterion_main!(benches);
