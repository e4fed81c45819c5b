//! Stores next to the keys how far the database has come, so that the next start recognises a backup (ADR 0014).
//!
//! It is written after what it says is durable, never before: the store publishes its watermark when COMMIT has returned, and
//! the file is replaced as a whole. A crash between the two leaves a file that is behind, which is as good. A newcomer's mistake: to
//! write it with the commit; a file that is ahead makes the next start refuse its own database.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lommebok_store::{Store, Watermark};

use crate::clock::BusinessClock;
use crate::keys::{DataDirectory, KeptWatermark, KeyFault};
use crate::tasks::Tasks;

/// How often it is written when something has changed, in ms of process time.
const WRITES_EVERY_MS: u64 = 1_000;

/// Where it is remembered.
#[derive(Debug)]
pub struct Remembering {
    directory: DataDirectory,
    store: Store,
    clock: BusinessClock,
    /// What is in the file, as far as this process wrote it. Held while it is written.
    written: Mutex<Option<Watermark>>,
}

impl Remembering {
    pub fn within(directory: DataDirectory, store: Store, clock: BusinessClock) -> Self {
        Self { directory, store, clock, written: Mutex::default() }
    }

    /// Writes down how far the database has come, unless the file says so. Blocks.
    pub fn remember(&self) -> Result<(), KeyFault> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let watermark = self.store.watermark();
        if *written != Some(watermark) {
            self.directory.keep_watermark(KeptWatermark { watermark, at: self.clock.now() })?;
            *written = Some(watermark);
        }
        Ok(())
    }

    /// The same, for a caller that can only say that it failed: the file is behind then, and a backup may pass for the
    /// database.
    pub fn remember_or_say(&self) {
        if let Err(fault) = self.remember() {
            say(&fault);
        }
    }
}

fn say(fault: &KeyFault) {
    tracing::warn!(%fault, "how far the database has come could not be written down: a backup from now may not be told");
}

/// Remembers each second until the server stops. It can't be written on a full disk; that is said once.
pub async fn remember(tasks: Tasks, remembering: Arc<Remembering>) {
    let stopping = tasks.stopping().clone();
    let mut is_troubled = false;
    while tokio::time::timeout(Duration::from_millis(WRITES_EVERY_MS), stopping.cancelled()).await.is_err() {
        let memory = Arc::clone(&remembering);
        let writing = tasks.spawn_blocking("write watermark", move || memory.remember());
        match writing.await {
            Ok(Err(fault)) if !is_troubled => {
                is_troubled = true;
                say(&fault);
            }
            Ok(Ok(())) if is_troubled => {
                is_troubled = false;
                tracing::info!("how far the database has come is written down again");
            }
            Ok(_) | Err(_) => {}
        }
    }
}
