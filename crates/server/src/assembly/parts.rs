//! What the settings say, as the parts of a sandbox: the store, the keys, the clock, the token service, the limits.
//!
//! Nothing runs here yet; [`super::prepared`] puts the parts together.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lommebok_domain::{Payment, TenantId};
use lommebok_engine::attempts::SENDS_WITHIN_MS;
use lommebok_engine::clock::{BusinessClock, ClockMode, RESETS_REMEMBERED};
use lommebok_engine::exchanges::Exchanges;
use lommebok_engine::keys::Keys;
use lommebok_engine::keys::envelope::Envelope;
use lommebok_engine::keys::handle::HandleKey;
use lommebok_engine::keys::lookup::LookupKey;
use lommebok_engine::keys::{DataDirectory, KeptWatermark, MasterKeys, PspCredentials, SandboxKeys, Secret};
use lommebok_engine::observability::metrics::{changes_per_commit, timed_sync};
use lommebok_engine::observability::names::{CONNECTIONS, CONNECTIONS_REFUSED};
use lommebok_engine::outbound::{TlsRootsError, read_authorities, tls_with_web_roots};
use lommebok_engine::randomness::Randomness;
use lommebok_engine::status_updates::BatchMode;
use lommebok_engine::tasks::Tasks;
use lommebok_engine::tokens::SimulatedTokens;
use lommebok_engine::tokens::TokenSource;
use lommebok_engine::wallet::{Environment, Settings};
use lommebok_store::{ClockReset, HashKey, PaymentFilter, Store, StoreOptions};

use super::seams::{FIRST_TENANT, Seams};
use super::start_fault::StartFault;
use crate::access_token::TokenSettings;
use crate::config::{BatchTime, DevConfig};
use crate::http::edge::BodyLimits;
use crate::ui::brand::Brand;
use lommebok_web::listener::{ConnectionMetrics, Limits, Listener, Stop};

/// A clock that was not set may be so far ahead of the wall clock at a start, in ms: an hour, which no correction of a clock
/// that is about right exceeds.
const FURTHEST_AHEAD_MS: i64 = 3_600_000;

/// Files that the sample PSP has open without a client: its database and its listeners.
const FILES_OF_SAMPLE_PSP: usize = 16;

/// Binds the address that `setting` says.
pub(super) fn bind(address: SocketAddr, setting: &'static str) -> Result<Listener, StartFault> {
    Listener::bind(address).map_err(|cause| StartFault::Listen { address, cause, setting })
}

/// Where the wallet's connections are counted.
pub(super) fn connection_metrics() -> ConnectionMetrics {
    ConnectionMetrics { open: metrics::gauge!(CONNECTIONS), refused: metrics::counter!(CONNECTIONS_REFUSED) }
}

/// The signals of `tasks` as a listener takes them.
pub(super) fn stop(tasks: &Tasks) -> Stop {
    Stop { stopping: tasks.stopping().clone(), ending: tasks.ending().clone() }
}

/// The limits of connections, fitted to the files that this process may have open.
pub(super) fn limits(config: &DevConfig) -> Limits {
    let wanted = config.network.limits;
    let open_files = rlimit::Resource::NOFILE.get_soft().ok().and_then(|files| usize::try_from(files).ok());
    let open_files = open_files.unwrap_or(usize::MAX);
    // The sample PSP takes an eighth for its clients (a sixteenth for each listener), and some for its own store.
    let beside = if config.sample_psp.shop { open_files.div_ceil(8).saturating_add(FILES_OF_SAMPLE_PSP) } else { 0 };
    let limits = wanted.fitted(open_files.saturating_sub(beside));
    if limits.connections < wanted.connections {
        tracing::warn!(
            connections = limits.connections,
            wanted = wanted.connections,
            "fewer connections than set: the process may not have more files open (raise `ulimit -n`)"
        );
    }
    limits
}

/// Where the database is, or is to be made.
pub(super) fn database_path(config: &DevConfig) -> PathBuf {
    let own = || DataDirectory::database_in(&config.data.data_dir);
    config.data.database.clone().unwrap_or_else(own)
}

/// Opens the database; one that has not come as far as is `remembered` is refused.
pub(super) fn open_store(
    config: &DevConfig,
    seams: &Seams,
    master: &MasterKeys,
    remembered: Option<KeptWatermark>,
) -> Result<Store, StartFault> {
    let url = format!("sqlite:{}", database_path(config).display());
    let mut store = StoreOptions::new(url, HashKey::new(*master.lookup_pepper.expose()));
    store.remembered = remembered.map(|kept| kept.watermark);
    store.commit_hook = Some(timed_sync(seams.commit_hook.clone()));
    store.fault_hook.clone_from(&seams.fault_hook);
    store.rivals.clone_from(&seams.rivals);
    store.commit_observer = Some(changes_per_commit());
    Ok(Store::open(&store)?)
}

pub(super) fn keys(master: &MasterKeys, randomness: &Randomness) -> Keys {
    Keys {
        envelope: Envelope::new(&master.key_encryption, randomness.clone()),
        lookup: LookupKey::new(&master.lookup_pepper),
        handle: HandleKey::new(&master.handle_key),
    }
}

/// The test's clock, or the one that was kept; either remembers how often time was reset.
pub(super) async fn clock(seams: &Seams, store: &Store) -> Result<BusinessClock, StartFault> {
    match &seams.clock {
        Some(clock) => remembering(clock.clone(), store, FIRST_TENANT).await,
        None => kept_clock_of(store, FIRST_TENANT).await,
    }
}

/// The clock that was kept of `tenant`, which remembers how often time was reset.
pub(super) async fn kept_clock_of(store: &Store, tenant: TenantId) -> Result<BusinessClock, StartFault> {
    let resets = store.clock_resets(tenant, 1).await?;
    let clock = kept_clock(store, tenant, resets.first()).await?;
    remembering(clock, store, tenant).await
}

async fn remembering(clock: BusinessClock, store: &Store, tenant: TenantId) -> Result<BusinessClock, StartFault> {
    let resets = store.clock_resets(tenant, RESETS_REMEMBERED).await?;
    let epoch = resets.first().map_or(0, |newest| newest.number);
    clock.remember(epoch, resets.iter().rev().map(|reset| reset.to));
    Ok(clock)
}

/// Refuses the clock that was kept when it is far ahead of the wall clock and was not set so: it would stay ahead for ever.
pub(super) fn refuse_a_clock_ahead(clock: &BusinessClock) -> Result<(), StartFault> {
    let chosen = clock.mode() != (ClockMode::Running { offset_ms: 0 });
    if chosen || clock.ahead_ms() <= FURTHEST_AHEAD_MS {
        return Ok(());
    }
    Err(StartFault::ClockAhead { now: clock.now(), wall: clock.wall() })
}

async fn kept_clock(
    store: &Store,
    tenant: TenantId,
    last_reset: Option<&ClockReset>,
) -> Result<BusinessClock, StartFault> {
    let kept = store.tenant(tenant).await?;
    let clock = kept.map_or_else(BusinessClock::real, |kept| BusinessClock::from_record(kept.clock));
    // After a crash the newest payment may be younger than the clock's record, and time must not go back behind it; unless it
    // is from before a reset, and so from another time.
    let newest = store.payments(tenant, PaymentFilter::All, None, 1).await?;
    let since_reset = |payment: &&Payment| last_reset.is_none_or(|reset| payment.id > reset.last_payment);
    if let Some(payment) = newest.payments.first().filter(since_reset) {
        clock.never_before(payment.terms.created_at);
    }
    Ok(clock)
}

/// Whom the makePayment calls believe.
pub(super) fn tls(config: &DevConfig) -> Result<Arc<rustls::ClientConfig>, TlsRootsError> {
    let added = config.sandbox.outgoing_ca_file.as_deref().map(read_authorities).transpose()?;
    tls_with_web_roots(&added.unwrap_or_default())
}

pub(super) fn token_source(config: &DevConfig, credentials: &SandboxKeys) -> TokenSource {
    let tokens = SimulatedTokens::new(credentials.cryptogram_test_key.expose(), config.sandbox.magic_tokens);
    TokenSource::new(move |request| tokens.issue(request))
}

/// Where exchanges are kept; no credential that the sandbox has given away can be in one.
pub(super) fn exchanges(config: &DevConfig, given: &SandboxKeys, control_token: Secret) -> Option<Arc<Exchanges>> {
    let exchanges = Exchanges::start(config.exchanges, Some(config.data.data_dir.clone()))?;
    exchanges.know(FIRST_TENANT, &secrets_of(given, control_token));
    Some(exchanges)
}

/// The credentials that no exchange of a world may hold.
pub(super) fn secrets_of(given: &SandboxKeys, control_token: Secret) -> Vec<Secret> {
    let of_psp = |psp: &PspCredentials| {
        [&psp.client_secret, &psp.subscription_key, &psp.secondary_subscription_key].map(Secret::clone)
    };
    given.psps.values().flat_map(of_psp).chain([control_token]).collect()
}

pub(super) fn brand(config: &DevConfig) -> Brand {
    let usual = Brand::default();
    let color = config.appearance.brand_colour.parse().unwrap_or(usual.color);
    Brand { name: config.appearance.brand_name.clone(), color }
}

pub(super) fn body_limits(config: &DevConfig) -> BodyLimits {
    BodyLimits {
        ordinary_bytes: config.network.body_limit_bytes,
        batch_bytes: config.network.batch_body_limit_bytes,
        wait: config.network.body_wait,
    }
}

pub(super) fn settings(config: &DevConfig, seams: &Seams, (public_url, listener): (&str, SocketAddr)) -> Settings {
    Settings {
        public_url: public_url.to_owned(),
        base_path: String::new(),
        own_listener: listener,
        environment: Environment::TEST,
        keeps_late_answers: true,
        prompts_per_number: config.payments.prompts_per_number,
        batch_mode: match config.payments.batch {
            BatchTime::Immediate => BatchMode::Immediate,
            BatchTime::Daily(time) => BatchMode::Daily(time),
            BatchTime::OnDemand => BatchMode::OnDemand,
        },
        batch_kept_days: config.payments.batch_kept_days,
        crash_points: seams.crash_points.clone(),
        sends_within: seams.sends_within.unwrap_or(Duration::from_millis(SENDS_WITHIN_MS)),
    }
}

/// What the access tokens say. The issuer is the public URL unless it is set, so a token ends with the address that issued it.
pub(super) fn token_settings(config: &DevConfig, public_url: &str) -> TokenSettings {
    TokenSettings {
        issuer: config.access_tokens.issuer.clone().unwrap_or_else(|| public_url.to_owned()),
        audience: config.access_tokens.audience.clone(),
        lifetime_s: config.access_tokens.lifetime_s,
    }
}
