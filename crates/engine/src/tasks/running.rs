//! Which tasks run now, by name, so that a shutdown that takes too long can say for whom it waited.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::LeftOver;

/// A count per name.
#[derive(Clone, Debug, Default)]
pub(super) struct Running(Arc<Mutex<BTreeMap<&'static str, usize>>>);

/// Counts one task until it is dropped, also when that task panics or is aborted.
pub(super) struct Entry {
    running: Running,
    name: &'static str,
}

impl Running {
    pub(super) fn enter(&self, name: &'static str) -> Entry {
        let mut counts = self.counts();
        let count = counts.entry(name).or_default();
        *count = count.saturating_add(1);
        Entry { running: self.clone(), name }
    }

    pub(super) fn left_over(&self) -> Vec<LeftOver> {
        self.counts()
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(name, count)| LeftOver { name, count: *count })
            .collect()
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<&'static str, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(count) = self.running.counts().get_mut(self.name) {
            *count = count.saturating_sub(1);
        }
    }
}
