//! What an operator does to a data directory whose server is stopped. Nothing listens and nothing is sent: the directory is
//! held, the database changed, and all is closed again.

use std::path::PathBuf;
use std::sync::Arc;

use lommebok_api::urls::UrlPolicy;
use lommebok_store::{CheckReport, StoreError};

use super::parts;
use super::sandbox::{FIRST_TENANT, Seams, StartFault};
use crate::chance::Chance;
use crate::config::DevConfig;
use crate::keys::DataDirectory;
use crate::outbound::{OutboundClient, Policy, Resolver, Slots, tls_with_web_roots};
use crate::tasks::Tasks;
use crate::tokens::TokenRefused;
use crate::wallet::{BatchMode, ClockReset, Parts, ResetFault, Settings, TokenSource, Wallet};

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
}

/// Sets the business time of a stopped server to the wall clock. Nothing happens when it goes with it already.
///
/// Notices and batches wait for the next start: they keep their distance.
///
/// # Errors
/// [`StoppedFault`]; doing it again is harmless, also after a crash in the middle.
pub async fn reset_clock(config: &DevConfig) -> Result<Option<ClockReset>, StoppedFault> {
    let directory = held(config)?;
    let (wallet, tasks) = silent_wallet(config, &directory)?;
    tasks.stop();
    let reset = wallet.reset_clock().await;
    wallet.store().close();
    Ok(reset?)
}

/// Compares everything that a stopped server has stored twice.
///
/// # Errors
/// [`StoppedFault`].
pub fn check(config: &DevConfig) -> Result<CheckReport, StoppedFault> {
    let (directory, chance) = (held(config)?, Chance::operating_system());
    let master = directory.master_keys_of(&parts::database_path(config), &chance).map_err(StartFault::from)?;
    let store = parts::open_store(config, &Seams::default(), &master)?;
    let report = store.check().map_err(StartFault::from)?;
    store.close();
    Ok(report)
}

/// The data directory of a server that is stopped, held. Whoever opened one that is not there would make it.
fn held(config: &DevConfig) -> Result<DataDirectory, StoppedFault> {
    let database = parts::database_path(config);
    if !std::fs::metadata(&database).is_ok_and(|file| file.len() > 0) {
        return Err(StoppedFault::NothingThere { database });
    }
    Ok(DataDirectory::open(&config.data.data_dir).map_err(StartFault::from)?)
}

/// A wallet that decides and commits, and sends nothing as soon as its tasks are stopped.
fn silent_wallet(config: &DevConfig, directory: &DataDirectory) -> Result<(Wallet, Tasks), StartFault> {
    let (chance, tasks, seams) = (Chance::operating_system(), Tasks::new(), Seams::default());
    let master = directory.master_keys_of(&parts::database_path(config), &chance)?;
    let store = parts::open_store(config, &seams, &master)?;
    let public_url = config.network.origin_at(config.network.listen);
    let wallet = Wallet::new(Parts {
        tenant: FIRST_TENANT,
        clock: parts::clock(&seams, &store)?,
        store,
        keys: Arc::new(parts::keys(&master, &chance)),
        chance,
        tasks: tasks.clone(),
        outbound: OutboundClient::new(Policy::new(UrlPolicy::Sandbox), tls_with_web_roots(&[])?, Resolver::System),
        slots: Arc::new(Slots::new(config.payments.calls_in_flight_per_psp)),
        tokens: TokenSource::new(|_| Err(TokenRefused::NotEligible)),
        // The next server knows when its batches are applied; who resets its time may not have its settings.
        settings: Settings {
            batch_mode: BatchMode::OnDemand,
            ..parts::settings(config, &seams, (&public_url, config.network.listen))
        },
    });
    Ok((wallet, tasks))
}
