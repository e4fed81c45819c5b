//! The thread that owns what is not masked yet: it masks, keeps, writes and tells.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::file::{Earlier, Files};
use super::masking::mask;
use super::memory::Limits;
use super::record::Observed;
use super::{Shared, dropped};
use crate::clock::ProcessTime;

/// After such a pause what waits is written.
const PAUSE: Duration = Duration::from_millis(200);

pub(super) struct Keeper {
    shared: Arc<Shared>,
    /// How many of those that were handed over can be seen.
    seen: watch::Sender<u64>,
    files: Option<Files>,
}

/// What was handed over since the last look.
struct Handed {
    observed: Vec<(u64, Observed)>,
    forgotten: Vec<lommebok_domain::TenantId>,
    over: bool,
}

impl Keeper {
    pub(super) fn new(shared: Arc<Shared>, seen: watch::Sender<u64>) -> Self {
        Self { shared, seen, files: None }
    }

    /// Works until all is over. `first` is the first number of this process.
    pub(super) fn run(mut self, limits: Limits, directory: Option<PathBuf>, first: u64) {
        if let Some(directory) = directory {
            let (files, earlier) = Files::open(&directory, limits, first);
            self.files = Some(files);
            self.remember(earlier);
        }
        // The earlier ones count as one that was handed over.
        self.has_seen(1);
        loop {
            let Some(Handed { observed, forgotten, over }) = self.handed() else {
                self.write();
                continue;
            };
            for (number, observed) in observed {
                self.keep(number, observed);
            }
            for tenant in forgotten {
                self.shared.memory().forget_tenant(tenant);
                if let Some(files) = &mut self.files {
                    files.forget(tenant);
                }
                self.has_seen(1);
            }
            if over {
                return self.write();
            }
        }
    }

    fn remember(&self, earlier: Vec<Earlier>) {
        let now = ProcessTime.now();
        let mut memory = self.shared.memory();
        for Earlier { exchange, age } in earlier {
            // The machine itself may be younger.
            if let Some(since) = now.checked_sub(age) {
                memory.keep(Arc::new(exchange), since);
            }
        }
    }

    /// Waits for more; nothing when a pause comes in which something can be written.
    fn handed(&self) -> Option<Handed> {
        let Shared { some, .. } = &*self.shared;
        let nothing =
            |waiting: &mut super::Waiting| waiting.observed.is_empty() && waiting.forgotten.is_empty() && !waiting.over;
        let waiting = self.shared.waiting();
        let mut waiting = if self.files.as_ref().is_some_and(Files::is_behind) {
            let (waiting, waited) =
                some.wait_timeout_while(waiting, PAUSE, nothing).unwrap_or_else(PoisonError::into_inner);
            if waited.timed_out() {
                return None;
            }
            waiting
        } else {
            some.wait_while(waiting, nothing).unwrap_or_else(PoisonError::into_inner)
        };
        waiting.bytes = 0;
        let (observed, forgotten) = (mem::take(&mut waiting.observed), mem::take(&mut waiting.forgotten));
        Some(Handed { observed, forgotten, over: waiting.over })
    }

    fn keep(&mut self, number: u64, observed: Observed) {
        let own = self.shared.own_of(observed.about.tenant);
        // What breaks the masking of one must not end that of all. The panic hook has logged it.
        let exchange = catch_unwind(AssertUnwindSafe(|| Arc::new(mask(number, &observed, &own))));
        drop(observed);
        match exchange {
            Ok(exchange) => {
                if let Some(files) = &mut self.files {
                    files.keep(&exchange);
                }
                self.shared.memory().keep(Arc::clone(&exchange), ProcessTime.now());
                self.has_seen(1);
                // Nobody may be listening.
                drop(self.shared.news.send(exchange));
            }
            Err(_withheld) => {
                dropped();
                tracing::error!(exchange = number, "an exchange could not be masked, and was dropped");
                self.has_seen(1);
            }
        }
    }

    fn has_seen(&self, more: u64) {
        self.seen.send_modify(|seen| *seen = seen.saturating_add(more));
    }

    fn write(&mut self) {
        if let Some(files) = &mut self.files {
            files.write();
        }
    }
}
