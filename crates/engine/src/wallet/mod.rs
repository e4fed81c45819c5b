//! The wallet of one tenant: every command on a payment, from wherever it comes, goes through here.
//!
//! Not here: HTTP (`http/`), what a payment may become (crate `domain`), SQL (crate `store`). The production wallet has
//! no sandbox part: what only a sandbox has comes in through [`Parts`], and only `dev` makes such parts.
//! A newcomer's mistake: to keep a payment in memory between two requests. Load it, decide, commit; others do the same.

mod check;
mod clock_reset;
mod commit;
mod crash_points;
pub mod details;
mod directory;
mod fault;
mod force_approve;
mod hub;
mod idempotency;
mod in_flight;
mod init;
mod landing;
mod long_work;
pub(crate) mod measures;
mod merchants;
mod phone;
mod pin_source;
mod prompts;
mod readers;
mod readiness;
mod restored;
mod sealed;
mod sessions;
mod status_updates;
mod step_up;
mod time_travel;
mod timers;
mod token_source;
mod views;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use lommebok_api::urls::{self, Host, Target, UrlPolicy};
use lommebok_domain::TenantId;
use lommebok_store::Store;

pub use check::CheckFault;
pub use clock_reset::{ClockReset, ResetFault};
pub use crash_points::{CrashPoint, CrashPoints};
pub use directory::{Merchants, Principal, Psps};
pub use fault::Fault;
pub use hub::Told;
pub use hub::{Hint, Hub, Subscription, Topic};
pub use idempotency::IdempotentRequest;
pub use init::{Initiated, NewInit};
pub use phone::RECEIPTS_PER_PAGE;
pub use pin_source::{BrowserId, SignInFrom};
pub(crate) use prompts::Prompts;
pub use readers::{Occasion, Place, Reader, Readers};
pub use sessions::SignedIn;
pub use status_updates::{Accepted, BatchMode};
pub use time_travel::Advanced;
pub use token_source::TokenSource;

pub use long_work::{IN_PLACE_BYTES, Whose};
pub use merchants::MERCHANTS_LISTED;
pub use time_travel::restored;

pub(crate) use commit::MAX_DECISIONS;
pub(crate) use in_flight::{InFlight, InFlightGuard, Work};
pub use sessions::pin_hash;
pub(crate) use timers::Timers;

use crate::clock::BusinessClock;
use crate::outbound::{OutboundClient, Slots};
use crate::randomness::Randomness;
use crate::tasks::Tasks;

/// What a wallet is made of.
#[derive(Debug)]
pub struct Parts {
    /// Which closed world it serves.
    pub tenant: TenantId,
    /// Its business time.
    pub clock: BusinessClock,
    /// Where everything is kept.
    pub store: Store,
    /// What seals, signs and looks up.
    pub keys: Arc<Keys>,
    /// Randomness.
    pub randomness: Randomness,
    /// Where its tasks run.
    pub tasks: Tasks,
    /// Makes the makePayment calls.
    pub outbound: OutboundClient,
    /// How many of them at once.
    pub slots: Arc<Slots>,
    /// Where network tokens come from.
    pub tokens: TokenSource,
    /// The rest.
    pub settings: Settings,
}

/// An opened attempt is sent within this time of its commit, or not at all. In ms of process time.
pub const SENDS_WITHIN_MS: u64 = 2_000;

/// What an operator can choose about a wallet.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What links, QR codes and `operations` begin with; no slash at the end.
    pub public_url: String,
    /// Where the wallet listens: no `makePaymentUrl` leads there.
    pub own_listener: SocketAddr,
    /// Which URLs a PSP may name.
    pub url_policy: UrlPolicy,
    /// Whether links are the test app's (`vippsMT://`), and late answers are kept as evidence.
    pub environment: Environment,
    /// Prompts that one PSP may have open on one phone.
    pub prompts_per_number: usize,
    /// When updatestatus entries are applied.
    pub batch_mode: BatchMode,
    /// How long it is kept what became of the entries of a request that is done, in days of business time; one at least, in
    /// which a byte-identical request is flagged.
    pub batch_kept_days: u16,
    /// For crash tests: where the process tells how far an attempt has come.
    pub crash_points: CrashPoints,
    /// [`SENDS_WITHIN_MS`], except for tests that must not hang on how long a commit takes.
    pub sends_within: Duration,
}

/// Test or production, where the wire differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// A sandbox.
    Test,
    /// The real thing.
    Production,
}

/// The keys as they are used.
#[derive(Debug)]
pub struct Keys {
    /// Seals secrets at rest.
    pub envelope: crate::keys::envelope::Envelope,
    /// Keyed hashes.
    pub lookup: crate::keys::lookup::LookupKey,
    /// Landing tokens.
    pub handle: crate::keys::handle::HandleKey,
}

/// One tenant's wallet. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Wallet(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    parts: Parts,
    hub: Hub,
    readers: Readers,
    prompts: Prompts,
    timers: Timers,
    in_flight: InFlight,
    merchants: Merchants,
    status_lanes: status_updates::Lanes,
    turns: long_work::Turns,
    change_ids: commit::ChangeIds,
    readiness: readiness::Readiness,
    advancing: tokio::sync::Mutex<()>,
    checking: tokio::sync::Mutex<()>,
    resetting: tokio::sync::watch::Sender<bool>,
}

impl Wallet {
    /// A wallet of these parts. Nothing runs until [`Wallet::start`].
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            change_ids: commit::ChangeIds::new(&parts.randomness),
            parts,
            hub: Hub::default(),
            readers: Readers::default(),
            prompts: Prompts::default(),
            timers: Timers::default(),
            in_flight: InFlight::default(),
            merchants: Merchants::default(),
            status_lanes: status_updates::Lanes::default(),
            turns: long_work::Turns::default(),
            readiness: readiness::Readiness::default(),
            advancing: tokio::sync::Mutex::new(()),
            checking: tokio::sync::Mutex::new(()),
            resetting: tokio::sync::watch::Sender::new(false),
        }))
    }

    /// Which closed world it serves.
    pub fn tenant(&self) -> TenantId {
        self.0.parts.tenant
    }

    /// Its business time.
    pub fn clock(&self) -> &BusinessClock {
        &self.0.parts.clock
    }

    /// Where everything is kept.
    pub fn store(&self) -> &Store {
        &self.0.parts.store
    }

    /// Who watches what.
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// Whose turn it is to prompt a phone.
    fn prompts(&self) -> &Prompts {
        &self.0.prompts
    }

    /// Who reads event streams.
    pub fn readers(&self) -> &Readers {
        &self.0.readers
    }

    /// What links begin with; no slash at the end.
    pub fn public_url(&self) -> &str {
        &self.0.parts.settings.public_url
    }

    /// Whether a `makePaymentUrl` names the wallet's own listener by an address. A name is looked at when it is called.
    pub fn is_own_listener(&self, make_payment_url: &str) -> bool {
        let own = self.0.parts.settings.own_listener;
        // Most URLs name another port, and are not taken apart a second time.
        let authority = make_payment_url.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
        let port = authority.and_then(|authority| authority.rsplit_once(':')).map(|(_, port)| port.parse());
        if !matches!(port, None | Some(Err(_))) && port != Some(Ok(own.port())) {
            return false;
        }
        let address = match urls::make_payment_url(make_payment_url, self.url_policy()) {
            Ok(Target { host: Host::V4(address), port, .. }) if port == own.port() => IpAddr::from(address),
            Ok(Target { host: Host::V6(address), port, .. }) if port == own.port() => IpAddr::from(address),
            Ok(Target { host: Host::V4(_) | Host::V6(_) | Host::Name(_), .. }) | Err(_) => return false,
        };
        let address = address.to_canonical();
        address.is_loopback() || address == own.ip().to_canonical()
    }

    /// Which URLs a PSP may name.
    pub fn url_policy(&self) -> UrlPolicy {
        self.0.parts.settings.url_policy
    }

    /// Test or production.
    pub fn environment(&self) -> Environment {
        self.0.parts.settings.environment
    }

    /// Prompts that one PSP may have open on one phone.
    fn prompts_per_number(&self) -> usize {
        self.0.parts.settings.prompts_per_number
    }

    /// Where its tasks run.
    pub fn tasks(&self) -> &Tasks {
        &self.0.parts.tasks
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.parts.keys
    }

    pub fn randomness(&self) -> &Randomness {
        &self.0.parts.randomness
    }

    pub(crate) fn outbound(&self) -> &OutboundClient {
        &self.0.parts.outbound
    }

    pub(crate) fn slots(&self) -> &Slots {
        &self.0.parts.slots
    }

    pub(crate) fn tokens(&self) -> &TokenSource {
        &self.0.parts.tokens
    }

    pub(crate) fn batch_mode(&self) -> BatchMode {
        self.0.parts.settings.batch_mode
    }

    pub(crate) fn batch_kept_days(&self) -> u16 {
        self.0.parts.settings.batch_kept_days
    }

    pub(crate) fn crash_points(&self) -> &CrashPoints {
        &self.0.parts.settings.crash_points
    }

    pub(crate) fn sends_within(&self) -> Duration {
        self.0.parts.settings.sends_within
    }

    pub(crate) fn timers(&self) -> &Timers {
        &self.0.timers
    }

    pub(crate) fn in_flight(&self) -> &InFlight {
        &self.0.in_flight
    }

    pub(crate) fn merchants(&self) -> &Merchants {
        &self.0.merchants
    }

    pub(crate) fn status_lanes(&self) -> &status_updates::Lanes {
        &self.0.status_lanes
    }

    fn turns(&self) -> &long_work::Turns {
        &self.0.turns
    }

    fn change_ids(&self) -> &commit::ChangeIds {
        &self.0.change_ids
    }

    fn checking(&self) -> &tokio::sync::Mutex<()> {
        &self.0.checking
    }

    fn readiness(&self) -> &readiness::Readiness {
        &self.0.readiness
    }

    /// Whether business time is being reset.
    fn resetting(&self) -> &tokio::sync::watch::Sender<bool> {
        &self.0.resetting
    }

    pub(crate) async fn advancing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.advancing.lock().await
    }
}
