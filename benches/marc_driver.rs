//! Parse and map MARC records without the shared pipeline: one record written here, and, where the
//! golden data is at hand (`KIRJO_GOLDEN_DIR`), five thousand records of a government catalogue.

#![allow(clippy::expect_used, reason = "a bench says what it expects")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kirjo::config::{IngestSettings, SourceSettings};
use kirjo::mapping::{MapContext, MarcRecord, MetadataRecord, NoLinks, Warnings};
use kirjo::record::{Form, Position, RawRecord, RecordFormat};
use std::hint::black_box;
use std::io::Read as _;
use std::path::PathBuf;

const MONOGRAPH: &str = r#"<record><leader>01195cam a22004094i 4500</leader>
<controlfield tag="001">7</controlfield><controlfield tag="008">140327s2013    fi ab          001 0 fin d</controlfield>
<datafield tag="020" ind1=" " ind2=" "><subfield code="a">951-31-4836-X</subfield></datafield>
<datafield tag="035" ind1=" " ind2=" "><subfield code="a">(FI-MELINDA)000000007</subfield></datafield>
<datafield tag="041" ind1="1" ind2=" "><subfield code="a">fin</subfield><subfield code="h">swe</subfield></datafield>
<datafield tag="080" ind1=" " ind2=" "><subfield code="a">551.4</subfield><subfield code="2">1974/fin/fennica</subfield></datafield>
<datafield tag="084" ind1=" " ind2=" "><subfield code="a">56.9</subfield><subfield code="2">ykl</subfield></datafield>
<datafield tag="100" ind1="1" ind2=" "><subfield code="a">Suo, Sanna,</subfield><subfield code="e">kirjoittaja.</subfield></datafield>
<datafield tag="245" ind1="1" ind2="0"><subfield code="a">Soiden vesi :</subfield><subfield code="b">miten se liikkuu /</subfield><subfield code="c">Sanna Suo.</subfield></datafield>
<datafield tag="264" ind1=" " ind2="1"><subfield code="a">Oulu :</subfield><subfield code="b">Räme,</subfield><subfield code="c">[2013]</subfield></datafield>
<datafield tag="300" ind1=" " ind2=" "><subfield code="a">210 sivua :</subfield><subfield code="b">kuvitettu ;</subfield><subfield code="c">24 cm</subfield></datafield>
<datafield tag="336" ind1=" " ind2=" "><subfield code="a">teksti</subfield><subfield code="b">txt</subfield></datafield>
<datafield tag="490" ind1="1" ind2=" "><subfield code="a">Suotutkimuksia,</subfield><subfield code="x">1797-1985 ;</subfield><subfield code="v">7</subfield></datafield>
<datafield tag="520" ind1=" " ind2=" "><subfield code="a">Kertomus veden matkasta suolla.</subfield></datafield>
<datafield tag="650" ind1=" " ind2="7"><subfield code="a">suot</subfield><subfield code="x">hydrologia</subfield><subfield code="2">yso/fin</subfield><subfield code="0">http://example.org/p1</subfield></datafield>
<datafield tag="650" ind1=" " ind2="7"><subfield code="a">turve</subfield><subfield code="2">yso/fin</subfield><subfield code="0">http://example.org/p2</subfield></datafield>
<datafield tag="651" ind1=" " ind2="7"><subfield code="a">Lappi</subfield><subfield code="2">yso/fin</subfield></datafield>
<datafield tag="655" ind1=" " ind2="7"><subfield code="a">tietokirjat</subfield><subfield code="2">slm/fin</subfield></datafield>
<datafield tag="700" ind1="1" ind2=" "><subfield code="a">Neva, Niilo,</subfield><subfield code="e">kuvittaja.</subfield></datafield>
<datafield tag="856" ind1="4" ind2="1"><subfield code="u">https://example.org/suo.pdf</subfield><subfield code="y">Kirja</subfield></datafield>
<datafield tag="852" ind1="8" ind2=" "><subfield code="b">150</subfield><subfield code="h">56.9</subfield></datafield>
</record>"#;

fn raw(form: Form, bytes: &[u8]) -> RawRecord {
    RawRecord {
        position: Position { file: "bench".into(), offset: 0, ordinal: 0 },
        form,
        format: RecordFormat::Marc,
        bytes: bytes.to_vec(),
        oai_id: None,
        deleted: false,
        warnings: Vec::new(),
    }
}

/// Records of a large catalogue, if the golden data is at hand.
fn catalogue() -> Vec<RawRecord> {
    let folder = std::env::var_os("KIRJO_GOLDEN_DIR")
        .map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let Ok(file) = std::fs::File::open(folder.join("records/marc/gpo-cgp-utf8.mrc.gz")) else {
        return Vec::new();
    };
    let mut bytes = Vec::new();
    if flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes).is_err() {
        return Vec::new();
    }
    bytes.split_inclusive(|byte| *byte == 0x1D).take(5000).map(|b| raw(Form::Iso2709, b)).collect()
}

fn settings() -> (IngestSettings, SourceSettings) {
    let ingest = IngestSettings::default();
    let source = SourceSettings::new("bench", RecordFormat::Marc);
    (ingest, source)
}

fn map(record: &mut MarcRecord, context: &MapContext<'_>) {
    let mut warnings = Warnings::default();
    black_box(record.facts(context, &mut warnings));
    black_box(record.index_fields(context, &mut warnings));
    black_box(record.full_record(context));
}

fn drivers(criterion: &mut Criterion) {
    let (ingest, source) = settings();
    let context =
        MapContext { ingest: &ingest, source: &source, links: &NoLinks, current_year: 2024 };
    let monograph = raw(Form::MarcXml, MONOGRAPH.as_bytes());
    criterion.bench_function("marc/monograph", |bencher| {
        bencher.iter_batched(
            || MarcRecord::open(&monograph).expect("well-formed"),
            |mut record| map(&mut record, &context),
            BatchSize::SmallInput,
        );
    });

    let records = catalogue();
    if records.is_empty() {
        return;
    }
    let mut group = criterion.benchmark_group("marc/catalogue");
    group.throughput(Throughput::Elements(records.len() as u64)).sample_size(10);
    group.bench_function("open", |bencher| {
        bencher.iter(|| records.iter().filter(|raw| MarcRecord::open(raw).is_ok()).count());
    });
    group.bench_function("open and map", |bencher| {
        bencher.iter(|| {
            for raw in &records {
                if let Ok(mut record) = MarcRecord::open(raw) {
                    map(&mut record, &context);
                }
            }
        });
    });
    group.finish();
}

criterion_group!(benches, drivers);
criterion_main!(benches);
