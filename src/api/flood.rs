//! Token buckets by client address: who asks too often is told to wait.

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::{Quota, RateLimiter};
use ipnet::IpNet;
use lru::LruCache;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often one client may ask.
#[derive(Debug, Clone)]
pub struct RateSettings {
    /// Requests a second in the long run; `None` for no limit.
    pub rate: Option<NonZeroU32>,
    /// Requests that may come at once after a pause.
    pub burst: NonZeroU32,
    /// Whether clients on this machine are counted as well.
    pub counts_loopback: bool,
    /// Addresses whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Clients that are remembered; beyond it the one that has been silent longest is forgotten.
    pub clients: NonZeroUsize,
}

impl Default for RateSettings {
    fn default() -> Self {
        RateSettings {
            rate: NonZeroU32::new(50),
            burst: NonZeroU32::MIN.saturating_add(199),
            counts_loopback: false,
            trusted_proxies: Vec::new(),
            clients: NonZeroUsize::MIN.saturating_add(99_999),
        }
    }
}

impl RateSettings {
    /// The address that a request comes from: the peer's, or, if that is a trusted proxy, the last
    /// one in `X-Forwarded-For` that is none. What a client writes in front of it is never looked at.
    pub(super) fn client<'h>(
        &self,
        peer: IpAddr,
        forwarded: impl DoubleEndedIterator<Item = &'h str>,
    ) -> IpAddr {
        let mut client = peer.to_canonical();
        let hops = forwarded.rev().flat_map(|header| header.rsplit(','));
        for hop in hops {
            if !self.trusted_proxies.iter().any(|trusted| trusted.contains(&client)) {
                break;
            }
            let Some(address) = hop_address(hop.trim()) else { break };
            client = address.to_canonical();
        }
        client
    }
}

/// `1.2.3.4`, `1.2.3.4:567`, `::1`, `[::1]`, `[::1]:567`.
fn hop_address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
    bare.parse().or_else(|_| with_port()).ok()
}

/// The buckets of those who asked lately, of a bounded number.
struct Buckets {
    /// When each bucket will be full again, as governor counts time.
    fill_times: Mutex<LruCache<IpAddr, Nanos>>,
}

impl StateStore for Buckets {
    type Key = IpAddr;

    fn measure_and_replace<T, F, E>(&self, client: &IpAddr, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        // A number is valid whatever happened to the thread that held the lock.
        let mut fill_times = self.fill_times.lock().unwrap_or_else(PoisonError::into_inner);
        let (outcome, filled) = measure(fill_times.get(client).copied())?;
        fill_times.put(*client, filled);
        Ok(outcome)
    }
}

type Limiter<C> = RateLimiter<IpAddr, Buckets, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// Counts the requests of every client.
pub(super) struct Flood<C: Clock = MonotonicClock> {
    limiter: Option<Limiter<C>>,
    counts_loopback: bool,
}

impl Flood {
    pub(super) fn new(settings: &RateSettings) -> Self {
        Self::by_clock(settings, MonotonicClock)
    }
}

impl<C: Clock> Flood<C> {
    fn by_clock(settings: &RateSettings, clock: C) -> Self {
        let limiter = settings.rate.map(|rate| {
            let quota = Quota::per_second(rate).allow_burst(settings.burst);
            let fill_times = Mutex::new(LruCache::new(settings.clients));
            RateLimiter::new(quota, Buckets { fill_times }, clock)
        });
        Flood { limiter, counts_loopback: settings.counts_loopback }
    }

    /// Takes a token of the client, or says how many seconds it has to wait for one (at least 1).
    pub(super) fn admit(&self, client: IpAddr) -> Result<(), u64> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if client.is_loopback() && !self.counts_loopback {
            return Ok(());
        }
        limiter.check_key(&household(client)).map_err(|refused| {
            let wait = refused.wait_time_from(limiter.clock().now());
            seconds_rounded_up(wait)
        })
    }
}

fn seconds_rounded_up(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// A client of IPv6 has a network of 64 bits to choose addresses from, so the network counts.
fn household(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn settings(rate: u32, burst: u32, clients: usize) -> RateSettings {
        RateSettings {
            rate: NonZeroU32::new(rate),
            burst: NonZeroU32::new(burst).expect("above 0"),
            clients: NonZeroUsize::new(clients).expect("above 0"),
            ..RateSettings::default()
        }
    }

    /// Requests of one client that pass, of `count` at once.
    fn passed(flood: &Flood<FakeRelativeClock>, client: &str, count: usize) -> usize {
        (0..count).filter(|_| flood.admit(address(client)).is_ok()).count()
    }

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let clock = FakeRelativeClock::default();
        let flood = Flood::by_clock(&RateSettings::default(), clock.clone());
        assert_eq!(passed(&flood, "192.0.2.1", 1000), 200);
        assert_eq!(flood.admit(address("192.0.2.1")), Err(1));
        assert_eq!(passed(&flood, "192.0.2.2", 1000), 200, "each has its own");
        clock.advance(Duration::from_secs(1));
        assert_eq!(passed(&flood, "192.0.2.1", 1000), 50);
        clock.advance(Duration::from_millis(100));
        assert_eq!(passed(&flood, "192.0.2.1", 1000), 5);
        clock.advance(Duration::from_secs(3600));
        assert_eq!(passed(&flood, "192.0.2.1", 1000), 200, "a bucket holds no more");
    }

    #[test]
    fn refusals_cost_nothing_more() {
        let clock = FakeRelativeClock::default();
        let flood = Flood::by_clock(&settings(1, 1, 10), clock.clone());
        assert_eq!(passed(&flood, "192.0.2.1", 100), 1);
        assert_eq!(flood.admit(address("192.0.2.1")), Err(1));
        clock.advance(Duration::from_secs(1));
        assert_eq!(flood.admit(address("192.0.2.1")), Ok(()));
    }

    #[test]
    fn the_silent_are_forgotten_first() {
        let clock = FakeRelativeClock::default();
        let flood = Flood::by_clock(&settings(1, 1, 3), clock);
        for client in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
            assert_eq!(passed(&flood, client, 2), 1);
        }
        // The first asks again, so the second is the silent one.
        assert_eq!(passed(&flood, "192.0.2.1", 1), 0);
        assert_eq!(passed(&flood, "192.0.2.4", 2), 1);
        assert_eq!(passed(&flood, "192.0.2.1", 1), 0);
        assert_eq!(passed(&flood, "192.0.2.3", 1), 0);
        assert_eq!(passed(&flood, "192.0.2.2", 1), 1);
    }

    #[test]
    fn a_flood_of_addresses_is_bounded() {
        let flood = Flood::by_clock(&RateSettings::default(), FakeRelativeClock::default());
        for number in 0..300_000_u32 {
            assert!(flood.admit(IpAddr::V4((0x0A00_0000 + number).into())).is_ok());
        }
        let buckets = flood.limiter.expect("a limit").into_state_store();
        let kept = buckets.fill_times.into_inner().expect("no panic").len();
        assert_eq!(kept, 100_000);
    }

    #[test]
    fn this_machine_is_counted_only_when_told() {
        let clock = FakeRelativeClock::default();
        let quiet = Flood::by_clock(&settings(1, 1, 10), clock.clone());
        assert_eq!(passed(&quiet, "127.0.0.1", 100), 100);
        assert_eq!(passed(&quiet, "::1", 100), 100);
        let told = RateSettings { counts_loopback: true, ..settings(1, 1, 10) };
        let told = Flood::by_clock(&told, clock.clone());
        assert_eq!(passed(&told, "127.0.0.1", 100), 1);
        let off = Flood::by_clock(&settings(0, 1, 10), clock);
        assert_eq!(passed(&off, "192.0.2.1", 10_000), 10_000);
    }

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        let flood = Flood::by_clock(&settings(1, 2, 10), FakeRelativeClock::default());
        assert_eq!(passed(&flood, "2001:db8:1:2::1", 1), 1);
        assert_eq!(passed(&flood, "2001:db8:1:2:ffff::9", 2), 1);
        assert_eq!(passed(&flood, "2001:db8:1:3::1", 3), 2);
    }

    #[test]
    fn forwarded_addresses_are_believed_from_trusted_proxies_only() {
        let settings = RateSettings {
            trusted_proxies: ["10.0.0.0/8", "::1/128", "192.0.2.7/32"]
                .map(|net| net.parse().expect("a network"))
                .to_vec(),
            ..RateSettings::default()
        };
        for (peer, headers, expected) in [
            ("203.0.113.5", &[][..], "203.0.113.5"),
            // Not a proxy of ours: what it says is its own affair.
            ("203.0.113.5", &["198.51.100.1"], "203.0.113.5"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            // What the client wrote itself stands in front of what the proxy added.
            ("10.0.0.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["10.9.9.9, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1,192.0.2.7", "10.0.0.2 , 10.0.0.3"], "198.51.100.1"),
            ("10.0.0.1", &["10.0.0.9, 10.0.0.2"], "10.0.0.9"),
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("::1", &["2001:db8::5"], "2001:db8::5"),
            ("::1", &["[2001:db8::5]:80"], "2001:db8::5"),
            ("::1", &["[2001:db8::5]"], "2001:db8::5"),
            ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
            // Nothing that can be read: the last one that is known.
            ("10.0.0.1", &[""], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1, _hidden, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["198.51.100.1, 10.0.0.2, "], "10.0.0.1"),
            ("10.0.0.1", &["256.1.1.1"], "10.0.0.1"),
        ] {
            let client = settings.client(address(peer), headers.iter().copied());
            assert_eq!(client, address(expected), "{peer} {headers:?}");
        }
    }
}
