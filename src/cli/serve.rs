//! `kirjo serve`: the HTTP server, with sample records on demand.

use super::Places;
use super::progress::Shown;
use super::workplace::{Settings, open};
use crate::api::{Finna, Params, RateSettings, ServerSettings, search_request, serve};
use crate::config::FacetSettings;
use crate::ingest::{IngestOptions, IngestReport, Workplace, full_record, ingest};
use crate::query::SearchRules;
use crate::search::{SearchService, StoreSearch};
use anyhow::{Context, Result, bail};
use arc_swap::ArcSwap;
use clap::Args;
use include_dir::{Dir, include_dir};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The sample records, built in so that `--demo` works wherever the binary is.
static SAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sample-records");

/// Which file belongs to which source.
const SAMPLE_FILES: [(&str, &str); 9] = [
    ("kaupunki", "marc/city-library.mrc"),
    ("yliopisto", "marc/university.mrc"),
    ("tutkimus", "marcxml/research-library.xml"),
    ("museo", "lido/museum.xml"),
    ("taide", "lido/art-museum.xml"),
    ("arkisto", "ead/roos-archive.xml"),
    ("keskusarkisto", "ead3/sawmill-archive.xml"),
    ("julkaisu", "qdc/repository.xml"),
    ("avoin", "dc/open-collection.xml"),
];

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    places: Places,
    /// Address to listen on
    #[arg(long, value_name = "ADDR", env = "KIRJO_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Load the sample records first, if the data directory is new
    #[arg(long)]
    demo: bool,
    /// Longest time of a search, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    time_limit: u64,
    /// Requests a second that one client may send in the long run, 0 for no limit; by default 50, and
    /// no limit for clients on this machine
    #[arg(long, value_name = "NUMBER", env = "KIRJO_RATE_LIMIT")]
    rate_limit: Option<u32>,
    /// Requests that one client may send at once after a pause
    #[arg(long, value_name = "NUMBER", env = "KIRJO_RATE_BURST", default_value = "200")]
    rate_burst: NonZeroU32,
    /// Addresses or networks (10.0.0.0/8) of proxies whose X-Forwarded-For is believed
    #[arg(
        long,
        value_name = "NETWORK",
        env = "KIRJO_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_parser = network
    )]
    trusted_proxies: Vec<IpNet>,
}

/// A network, or an address as a network of one.
fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse().or_else(|_| address()).map_err(|_| {
        format!("`{text}` is neither an address (192.0.2.1) nor a network (10.0.0.0/8, fd00::/8)")
    })
}

impl ServeArgs {
    fn rate(&self) -> RateSettings {
        let default = RateSettings::default();
        RateSettings {
            rate: self.rate_limit.map_or(default.rate, NonZeroU32::new),
            burst: self.rate_burst,
            counts_loopback: self.rate_limit.is_some(),
            trusted_proxies: self.trusted_proxies.clone(),
            ..default
        }
    }
}

pub(super) fn run(arguments: &ServeArgs) -> Result<()> {
    let settings = Settings::load(&arguments.places)?;
    let rules = SearchRules::load(&settings.folder, Arc::clone(&settings.schema))?;
    Finna::check(&settings.folder)?;
    let progress = Shown::new();
    let workplace = open(&arguments.places, &settings, &progress)?;
    if arguments.demo {
        load_samples(&workplace, &progress)?;
    }
    progress.finish();
    let data = &arguments.places.data;
    let current = Arc::new(ArcSwap::from_pointee(workplace.clone()));
    if let Err(error) = super::handover::take_orders(data, Arc::clone(&current), settings.clone()) {
        tracing::warn!(
            error = format!("{error:#}"),
            "`kirjo ingest` cannot hand files to this server; to ingest, stop it first"
        );
    }
    let time_limit = Duration::from_secs(arguments.time_limit.max(1));
    let search = Arc::new(StoreSearch::new(
        Arc::clone(&workplace.store),
        Arc::clone(&workplace.engine),
        rules,
        Box::new(move |snapshot, record| full_record(&current.load())(snapshot, record)),
        time_limit,
    ));
    keep_front_page(Arc::clone(&search), FacetSettings::load(&settings.folder)?);
    let service: Arc<dyn SearchService> = search;
    let finna = Arc::new(Finna::new(service, &settings.folder)?);
    let server = ServerSettings {
        listen: arguments.listen,
        time_limit,
        rate: arguments.rate(),
        ..ServerSettings::default()
    };
    let documents = workplace.engine.document_count();
    serve(finna, server, |address| {
        eprintln!("ready: {documents} documents at http://{address}, stop with Ctrl-C. Try");
        eprintln!("  http://{address}/v1/search?lookfor=sinuhe&prettyPrint=1");
        eprintln!(
            "  http://{address}/v1/search?lookfor=&limit=0&facet[]=format&lng=en-gb&prettyPrint=1"
        );
        eprintln!("  http://{address}/v1/record?id=kaupunki.200101&prettyPrint=1");
    })?;
    // The thread that takes ingests still holds it.
    workplace.store.close();
    eprintln!("stopped");
    Ok(())
}

/// Counts the facets of everything beside the start, which does not wait for it.
fn keep_front_page(search: Arc<StoreSearch>, facets: FacetSettings) {
    std::thread::spawn(move || {
        let asked: Vec<String> =
            facets.listed_fields().map(|field| format!("facet[]={field}")).collect();
        let params = Params::parse(&format!("limit=0&{}", asked.join("&")));
        let prepared = match search_request(&params, &facets) {
            Ok(request) => search.keep_warm(&request).map_err(|error| error.to_string()),
            Err((_, why)) => Err(why),
        };
        if let Err(why) = prepared {
            tracing::warn!(why, "the first search for everything will take longer");
        }
    });
}

/// Ingests the sample records into a new data directory; one that holds anything stays as it is.
fn load_samples(workplace: &Workplace, progress: &Shown) -> Result<()> {
    if workplace.store.snapshot()?.counts()?.records > 0 {
        return Ok(());
    }
    let unpacked = tempfile_folder()?;
    let mut all = IngestReport::default();
    for (source_id, name) in SAMPLE_FILES {
        let source = workplace.sources.get(source_id).with_context(|| {
            format!("the sample source `{source_id}` has no settings in index-config/sources/")
        })?;
        let file = SAMPLES.get_file(name).with_context(|| format!("no sample file {name}"))?;
        let path = unpacked.join(Path::new(name).file_name().unwrap_or_default());
        std::fs::write(&path, file.contents())
            .with_context(|| format!("cannot write {}", path.display()))?;
        let read = super::ingest::read_options(source, None)?;
        let options = IngestOptions::default();
        let report = ingest(workplace, source, &[path], &read, &options, progress)?;
        if report.rejected > 0 {
            bail!("{name}: {} sample records were rejected: {}", report.rejected, report);
        }
        all.add(report);
    }
    std::fs::remove_dir_all(&unpacked)
        .with_context(|| format!("cannot remove {}", unpacked.display()))?;
    progress.finish();
    eprintln!("sample records: {} stored", all.stored());
    Ok(())
}

/// A folder of our own below the system's temporary folder.
fn tempfile_folder() -> Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("kirjo-demo-{}", std::process::id()));
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}
