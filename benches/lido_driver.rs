//! Parse and map one museum object, without the shared pipeline.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kirjo::config::{IngestSettings, SourceSettings};
use kirjo::mapping::{LidoRecord, MapContext, MetadataRecord, NoLinks, Warnings};
use kirjo::record::{Form, Position, RawRecord, RecordFormat};
use std::hint::black_box;

/// A basket as a museum describes it: two events, places, subjects, images.
const BASKET: &str = r#"<lidoWrap><lido><lidoRecID type="ITEM">basket.1</lidoRecID>
<category><term>Esine</term></category>
<descriptiveMetadata lang="fi"><objectClassificationWrap>
<objectWorkTypeWrap><objectWorkType><term>esine</term></objectWorkType></objectWorkTypeWrap>
<classificationWrap><classification type="OCM"><term>astiat</term></classification>
<classification><term>kori</term></classification></classificationWrap></objectClassificationWrap>
<objectIdentificationWrap><titleWrap><titleSet><appellationValue label="nimi">kori</appellationValue>
</titleSet><titleSet><appellationValue>päreistä punottu</appellationValue></titleSet></titleWrap>
<repositoryWrap><repositorySet><repositoryName><legalBodyName><appellationValue>Korimuseo
</appellationValue></legalBodyName></repositoryName><workID type="numero">KM 12:3</workID>
<repositoryLocation><namePlaceSet><appellationValue>Kuopio</appellationValue></namePlaceSet>
<gml><Point><pos>62.89 27.68</pos></Point></gml></repositoryLocation></repositorySet></repositoryWrap>
<objectDescriptionWrap><objectDescriptionSet><descriptiveNoteValue>Korkea kori, jossa on kansi ja
kaksi kahvaa; toinen niistä on uusittu.</descriptiveNoteValue></objectDescriptionSet>
</objectDescriptionWrap><objectMeasurementsWrap><objectMeasurementsSet><objectMeasurements>
<measurementsSet><measurementType>korkeus</measurementType><measurementUnit>cm</measurementUnit>
<measurementValue>45</measurementValue></measurementsSet><extentMeasurements>kansi suljettuna
</extentMeasurements></objectMeasurements></objectMeasurementsSet></objectMeasurementsWrap>
</objectIdentificationWrap><eventWrap>
<eventSet><event><eventType><term>valmistus</term></eventType><eventActor><actorInRole><actor>
<nameActorSet><appellationValue>Punoja, Pekka</appellationValue></nameActorSet></actor><roleActor>
<term>valmistaja</term></roleActor></actorInRole></eventActor><eventDate><displayDate>1930-luvun alku
</displayDate></eventDate><eventPlace><displayPlace>Kuopio, Pohjois-Savo</displayPlace></eventPlace>
<eventMaterialsTech><materialsTech><termMaterialsTech><term>päre</term></termMaterialsTech>
<termMaterialsTech><term>vitsa</term></termMaterialsTech></materialsTech></eventMaterialsTech>
</event></eventSet><eventSet><event><eventType><term>käyttö</term></eventType><eventDate>
<displayDate>1935-1950</displayDate></eventDate><eventPlace><displayPlace>Siilinjärvi</displayPlace>
</eventPlace></event></eventSet></eventWrap><objectRelationWrap><subjectWrap><subjectSet>
<displaySubject label="aihe">Marjastus</displaySubject><subject><subjectConcept>
<conceptID type="URI">http://example.org/p1</conceptID><term>marjastus, korit</term>
<term>käsityö</term></subjectConcept><subjectDate><displayDate>12.8.1936</displayDate></subjectDate>
<subjectPlace><displayPlace>Siilinjärvi.</displayPlace></subjectPlace></subject></subjectSet>
</subjectWrap><relatedWorksWrap><relatedWorkSet><relatedWork><displayObject>Korikokoelma
</displayObject></relatedWork><relatedWorkRelType><term>Kokoelma</term></relatedWorkRelType>
</relatedWorkSet></relatedWorksWrap></objectRelationWrap></descriptiveMetadata>
<administrativeMetadata lang="fi"><recordWrap><recordID type="local">1</recordID><recordSource>
<legalBodyName><appellationValue>Korimuseo</appellationValue></legalBodyName></recordSource>
</recordWrap><resourceWrap><resourceSet><resourceRepresentation type="image_large">
<linkResource formatResource="image/jpeg">https://example.org/1.jpg</linkResource>
</resourceRepresentation><resourceRepresentation type="image_thumb"><linkResource>
https://example.org/1s.jpg</linkResource></resourceRepresentation><rightsResource><rightsType>
<conceptID type="Copyright">CC BY 4.0</conceptID></rightsType></rightsResource></resourceSet>
</resourceWrap></administrativeMetadata></lido></lidoWrap>"#;

fn map(mut record: LidoRecord, context: &MapContext<'_>) {
    let mut warnings = Warnings::default();
    black_box(record.facts(context, &mut warnings));
    black_box(record.index_fields(context, &mut warnings));
    black_box(record.full_record(context));
}

fn driver(criterion: &mut Criterion) {
    let ingest = IngestSettings::default();
    let source = SourceSettings::new("bench", RecordFormat::Lido);
    let context =
        MapContext { ingest: &ingest, source: &source, links: &NoLinks, current_year: 2025 };
    let raw = RawRecord {
        position: Position { file: "bench.xml".into(), offset: 0, ordinal: 0 },
        format: RecordFormat::Lido,
        form: Form::Xml,
        bytes: BASKET.as_bytes().to_vec(),
        oai_id: None,
        deleted: false,
        warnings: Vec::new(),
    };
    let mut group = criterion.benchmark_group("lido_driver");
    group.throughput(Throughput::Elements(1));
    group.bench_function("map", |bencher| {
        bencher.iter_batched(
            || LidoRecord::open(&raw),
            |record| record.map(|record| map(record, &context)),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("parse_and_map", |bencher| {
        bencher.iter(|| LidoRecord::open(&raw).map(|record| map(record, &context)));
    });
    group.finish();
}

criterion_group!(benches, driver);
criterion_main!(benches);
