//! The wallet of one tenant, put together ([`assembly`] shows which service needs which).
//!
//! The production wallet has no sandbox part: what only a sandbox has is made by [`Wallet::sandbox`], which only the assembly of `dev`
//! calls, and the operator's commands on a stopped server.

mod assembly;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use lommebok_domain::TenantId;
use lommebok_psp_v3::urls::{self, Host, Target, UrlPolicy};
use lommebok_store::{Seed, Store};

use crate::after_commit::Schedule;
use crate::approvals::{Approvals, ForceApprove, Links};
use crate::attempts::CrashPoints;
use crate::clock::{BusinessClock, TimeGate};
use crate::directory::Directory;
use crate::exchanges::Exchanges;
use crate::fault::Fault;
use crate::idempotency::Idempotency;
use crate::in_flight::InFlight;
use crate::inits::{InitSecrets, Inits};
use crate::keys::Keys;
use crate::operations::{LongWork, OnlineCheck, Readers, Restored, Start, Turns, Watch};
use crate::outbound::{OutboundClient, Slots};
use crate::payments::Payments;
use crate::people::People;
use crate::randomness::Randomness;
use crate::search::Search;
use crate::simulated_user::{Planned, ScriptedUsers, SimulatedUser};
use crate::status_updates::{BatchMode, StatusUpdates};
use crate::tasks::Tasks;
use crate::time_travel::{Jumping, TimeTravel};
use crate::timers::Timers;
use crate::tokens::TokenSource;
use crate::traffic::Traffic;
use crate::writer::Writer;
use assembly::Services;

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
    pub randomness: Randomness,
    /// Where its tasks run.
    pub tasks: Tasks,
    /// Makes the makePayment calls.
    pub outbound: OutboundClient,
    /// Where those calls are kept; only a sandbox has any.
    pub exchanges: Option<Arc<Exchanges>>,
    /// How many of them at once.
    pub slots: Arc<Slots>,
    /// Where network tokens come from.
    pub tokens: TokenSource,
    /// The rest.
    pub settings: Settings,
}

/// What an operator can choose about a wallet.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What links, QR codes and `operations` begin with; no slash at the end.
    pub public_url: String,
    /// The path in it, below which everything of this wallet is: nothing for a wallet at the root of its host.
    pub base_path: String,
    /// Where the wallet listens: no `makePaymentUrl` leads there.
    pub own_listener: SocketAddr,
    /// Where the wire of a sandbox and that of production differ.
    pub environment: Environment,
    /// Whether an answer that comes after the 15 s is kept for the operator.
    pub keeps_late_answers: bool,
    /// Prompts that one PSP may have open on one phone.
    pub prompts_per_number: usize,
    /// When updatestatus entries are applied.
    pub batch_mode: BatchMode,
    /// How long it is kept what became of the entries of a request that is done, in days of business time; one at least, in
    /// which a byte-identical request is flagged.
    pub batch_kept_days: u16,
    /// For crash tests: how far an attempt has come.
    pub crash_points: CrashPoints,
    /// [`crate::attempts::SENDS_WITHIN_MS`], except for tests that must not hang on how long a commit takes.
    pub sends_within: Duration,
}

/// Where the wire of a sandbox and that of production differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Environment {
    /// What a link into the app begins with.
    pub app_scheme: &'static str,
    /// Which URLs a PSP may name.
    pub url_policy: UrlPolicy,
}

impl Environment {
    /// A sandbox: the test app's links, and URLs of test machines.
    pub const TEST: Self = Self { app_scheme: "vippsMT", url_policy: UrlPolicy::Sandbox };
    /// The real thing.
    pub const PRODUCTION: Self = Self { app_scheme: "vipps", url_policy: UrlPolicy::Production };
}

/// One tenant's wallet.
#[derive(Debug)]
pub struct Wallet {
    /// Which closed world it serves.
    pub tenant: TenantId,
    /// What was chosen about it.
    pub settings: Settings,
    /// Its business time.
    pub clock: BusinessClock,
    /// Who moves it.
    pub gate: Arc<TimeGate>,
    /// What seals, signs and looks up.
    pub keys: Arc<Keys>,
    pub randomness: Randomness,
    /// Where its tasks run.
    pub tasks: Tasks,
    /// Whether changes can be stored.
    pub writer: Arc<Writer>,
    /// Every payment, and every change of one.
    pub payments: Arc<Payments>,
    /// Finds payments.
    pub search: Search,
    /// Starts payments.
    pub inits: Inits,
    /// What users do to payments.
    pub approvals: Approvals,
    /// What PSPs say became of their payments.
    pub status_updates: Arc<StatusUpdates>,
    /// PSPs and merchants.
    pub directory: Arc<Directory>,
    /// Users, their cards and sessions.
    pub people: Arc<People>,
    /// Requests that were answered under a key.
    pub idempotency: Arc<Idempotency>,
    /// What came sealed with the inits.
    pub secrets: Arc<InitSecrets>,
    /// The requests in flight.
    pub traffic: Traffic,
    /// Who reads event streams.
    pub readers: Readers,
    /// Work that takes long.
    pub long_work: LongWork,
    /// The operator's check.
    pub check: OnlineCheck,
    /// Accepts a database that was restored.
    pub restored: Restored,
    /// Looks at files and clock.
    pub watch: Arc<Watch>,
    links: Arc<Links>,
    schedule: Arc<Schedule>,
    in_flight: InFlight,
    timers: Arc<Timers>,
    start: Arc<Start>,
    store: Store,
}

/// What only a sandbox has.
#[derive(Clone, Debug)]
pub struct Sandbox {
    /// Approves without a phone.
    pub force_approve: Arc<ForceApprove>,
    /// Acts as users without a phone.
    pub simulated_user: Arc<SimulatedUser>,
    /// Lets users act by themselves.
    pub scripted_users: Arc<ScriptedUsers>,
    /// Moves business time.
    pub time_travel: Arc<TimeTravel>,
    /// What was said, unless nothing of it is kept.
    pub exchanges: Option<Arc<Exchanges>>,
}

impl Wallet {
    /// A wallet of these parts. Nothing runs until [`Wallet::start`].
    pub fn new(parts: Parts) -> Arc<Self> {
        let (services, queue) = Services::new(&parts);
        let prompts = services.prompts();
        let status_updates = services.status_updates();
        let timers = services.timers(&status_updates);
        let watch = services.watch();
        let start = services.start(&timers, &watch, queue);
        let search = services.search();
        let inits = services.inits(&prompts);
        let approvals = services.approvals(prompts);
        let restored = services.restored();
        let Services {
            gate,
            in_flight,
            schedule,
            writer,
            payments,
            people,
            directory,
            idempotency,
            links,
            secrets,
            ..
        } = services;
        let Parts { tenant, clock, store, keys, randomness, tasks, settings, .. } = parts;
        Arc::new(Self {
            long_work: LongWork { tasks: tasks.clone(), turns: Turns::default() },
            check: OnlineCheck { store: store.clone(), tasks: tasks.clone(), turn: tokio::sync::Mutex::new(()) },
            readers: Readers::default(),
            traffic: payments.traffic.clone(),
            tenant,
            settings,
            clock,
            gate,
            keys,
            randomness,
            tasks,
            writer,
            payments,
            search,
            inits,
            approvals,
            status_updates,
            directory,
            people,
            idempotency,
            secrets,
            restored,
            watch,
            links,
            schedule,
            in_flight,
            timers,
            start,
            store,
        })
    }

    /// Does what came due while the server was down, goes on with what was queued, and starts the workers. Ready after this, or
    /// by itself later when nothing can be stored now; `unseeded` is what could not be stored before this.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn start(&self, unseeded: Option<Box<Seed>>) -> Result<(), Fault> {
        self.start.begin(unseeded).await
    }

    /// What only a sandbox has; `exchanges` is where each exchange is kept, if any is.
    pub fn sandbox(&self, exchanges: Option<Arc<Exchanges>>) -> Sandbox {
        let force_approve = Arc::new(ForceApprove {
            payments: Arc::clone(&self.payments),
            people: Arc::clone(&self.people),
            links: Arc::clone(&self.links),
        });
        let simulated_user = Arc::new(SimulatedUser {
            payments: Arc::clone(&self.payments),
            people: Arc::clone(&self.people),
            secrets: Arc::clone(&self.secrets),
            approvals: self.approvals.clone(),
        });
        let scripted_users = Arc::new(ScriptedUsers {
            user: Arc::clone(&simulated_user),
            clock: self.clock.clone(),
            gate: Arc::clone(&self.gate),
            tasks: self.tasks.clone(),
            planned: Planned::default(),
        });
        let time_travel = Arc::new(TimeTravel {
            tenant: self.tenant,
            store: self.store.clone(),
            writer: Arc::clone(&self.writer),
            clock: self.clock.clone(),
            gate: Arc::clone(&self.gate),
            tasks: self.tasks.clone(),
            in_flight: self.in_flight.clone(),
            payments: Arc::clone(&self.payments),
            schedule: Arc::clone(&self.schedule),
            timers: Arc::clone(&self.timers),
            scripted: Arc::clone(&scripted_users),
            traffic: self.traffic.clone(),
            jumping: Jumping::default(),
        });
        Sandbox { force_approve, simulated_user, scripted_users, time_travel, exchanges }
    }
}

impl Settings {
    /// Scheme and host of the public URL.
    pub fn origin(&self) -> &str {
        self.public_url.strip_suffix(&self.base_path).unwrap_or(&self.public_url)
    }

    /// Whether a `makePaymentUrl` names the wallet's own listener by an address. A name is looked at when it is called.
    pub fn is_own_listener(&self, make_payment_url: &str) -> bool {
        let own = self.own_listener;
        // Most URLs name another port, and are not taken apart a second time.
        let authority = make_payment_url.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
        let port = authority.and_then(|authority| authority.rsplit_once(':')).map(|(_, port)| port.parse());
        if !matches!(port, None | Some(Err(_))) && port != Some(Ok(own.port())) {
            return false;
        }
        let address = match urls::make_payment_url(make_payment_url, self.environment.url_policy) {
            Ok(Target { host: Host::V4(address), port, .. }) if port == own.port() => IpAddr::from(address),
            Ok(Target { host: Host::V6(address), port, .. }) if port == own.port() => IpAddr::from(address),
            Ok(Target { host: Host::V4(_) | Host::V6(_) | Host::Name(_), .. }) | Err(_) => return false,
        };
        let address = address.to_canonical();
        address.is_loopback() || address == own.ip().to_canonical()
    }
}
