//! What an operator does to a data directory whose server is stopped. Nothing listens and nothing is sent: the directory is
//! held, the database changed, and all is closed again.

use std::path::PathBuf;
use std::sync::Arc;

use lommebok_engine::keys::{DataDirectory, KeptWatermark};
use lommebok_engine::operations::Remembering;
use lommebok_engine::outbound::{OutboundClient, Policy, Resolver, Slots, tls_with_web_roots};
use lommebok_engine::randomness::Randomness;
use lommebok_engine::status_updates::BatchMode;
use lommebok_engine::tasks::Tasks;
use lommebok_engine::time_travel::{ClockReset, ResetFault};
use lommebok_engine::tokens::TokenRefused;
use lommebok_engine::tokens::TokenSource;
use lommebok_engine::wallet::{Parts, Settings, Wallet};
use lommebok_psp_v3::urls::UrlPolicy;
use lommebok_store::{CheckReport, OlderDatabase, Store, StoreError};

use super::parts;
use super::seams::{FIRST_TENANT, Seams};
use super::start_fault::StartFault;
use crate::config::DevConfig;

/// Why nothing was done, or not all.
#[derive(Debug, thiserror::Error)]
pub enum StoppedFault {
    /// No server has ever run there.
    #[error("there is no database at {database}: name its directory with --data-dir", database = database.display())]
    NothingThere {
        /// Where it would be.
        database: PathBuf,
    },
    /// The data directory or the database; also when a server runs on it.
    #[error(transparent)]
    Start(#[from] StartFault),
    /// The reset.
    #[error(transparent)]
    Reset(#[from] ResetFault),
}

impl StoppedFault {
    /// Whether the database itself is damaged, or is another one.
    pub const fn is_of_a_damaged_database(&self) -> bool {
        matches!(self, Self::Start(StartFault::Store(StoreError::Damaged(_) | StoreError::Schema { .. })))
    }

    /// Whether the database is older than its data directory remembers: one that was restored from a backup.
    pub const fn is_of_an_older_database(&self) -> bool {
        matches!(self, Self::Start(fault) if fault.is_of_an_older_database())
    }
}

/// Sets the business time of a stopped server to the wall clock. Nothing happens when it goes with it already.
///
/// Notices and batches wait for the next start: they keep their distance.
///
/// # Errors
/// [`StoppedFault`]; doing it again is harmless, also after a crash in the middle.
pub async fn reset_clock(config: &DevConfig) -> Result<Option<ClockReset>, StoppedFault> {
    let directory = held(config)?;
    let remembered = directory.watermark().map_err(StartFault::from)?;
    let Silent { wallet, store } = silent_wallet(config, &directory, remembered).await?;
    let reset = wallet.sandbox(None).time_travel.reset().await;
    store.close();
    Remembering::within(directory, store, wallet.clock.clone()).remember_or_say();
    Ok(reset?)
}

/// What was found about the database of a stopped server.
#[derive(Debug)]
pub struct Checked {
    /// Whether it is sound.
    pub report: CheckReport,
    /// What it lacks of what its data directory remembers: the next start refuses it then.
    pub older: Option<OlderDatabase>,
}

/// Compares everything that a stopped server has stored twice, and the whole with what the data directory remembers.
///
/// # Errors
/// [`StoppedFault`].
pub fn check(config: &DevConfig) -> Result<Checked, StoppedFault> {
    let (directory, randomness) = (held(config)?, Randomness::operating_system());
    let master = directory.master_keys_of(&parts::database_path(config), &randomness).map_err(StartFault::from)?;
    let remembered = directory.watermark().map_err(StartFault::from)?;
    let store = parts::open_store(config, &Seams::default(), &master, None)?;
    let report = store.check().map_err(StartFault::from)?;
    let older = remembered.map(|kept| store.older_than(&kept.watermark)).transpose().map_err(StartFault::from)?;
    store.close();
    Ok(Checked { report, older: older.flatten() })
}

/// The data directory of a stopped server, locked. Opening a missing one would create it.
pub(super) fn held(config: &DevConfig) -> Result<DataDirectory, StoppedFault> {
    let database = parts::database_path(config);
    if !std::fs::metadata(&database).is_ok_and(|file| file.len() > 0) {
        return Err(StoppedFault::NothingThere { database });
    }
    Ok(DataDirectory::open(&config.data.data_dir).map_err(StartFault::from)?)
}

/// A wallet that decides and commits, and sends nothing: its tasks are stopped.
pub(super) struct Silent {
    pub(super) wallet: Arc<Wallet>,
    pub(super) store: Store,
}

/// Opens the database for a wallet that sends nothing.
pub(super) async fn silent_wallet(
    config: &DevConfig,
    directory: &DataDirectory,
    remembered: Option<KeptWatermark>,
) -> Result<Silent, StartFault> {
    let (randomness, tasks, seams) = (Randomness::operating_system(), Tasks::new(), Seams::default());
    let master = directory.master_keys_of(&parts::database_path(config), &randomness)?;
    let store = parts::open_store(config, &seams, &master, remembered)?;
    let public_url = config.network.origin_at(config.network.listen);
    let wallet = Wallet::new(Parts {
        tenant: FIRST_TENANT,
        clock: parts::clock(&seams, &store).await?,
        store: store.clone(),
        keys: Arc::new(parts::keys(&master, &randomness)),
        randomness,
        tasks: tasks.clone(),
        exchanges: None,
        outbound: OutboundClient::new(Policy::new(UrlPolicy::Sandbox), tls_with_web_roots(&[])?, Resolver::System),
        slots: Arc::new(Slots::new(config.payments.calls_in_flight_per_psp)),
        tokens: TokenSource::new(|_| Err(TokenRefused::NotEligible)),
        // The next server knows when its batches are applied; who resets its time may not have its settings.
        settings: Settings {
            batch_mode: BatchMode::OnDemand,
            ..parts::settings(config, &seams, (&public_url, config.network.listen))
        },
    });
    tasks.stop();
    Ok(Silent { wallet, store })
}
