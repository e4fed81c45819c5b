//! Metrics for Prometheus: the recorder of the process. What is measured is listed in [`names`].

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use ::metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use lommebok_store::{CommitHook, CommitObserver, CommitStage};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use tokio::time::Instant;

use super::names::{self, Described, Kind};
use crate::clock::ProcessTime;
use crate::tasks::Tasks;

/// How often what was recorded is folded, so that it does not grow between two readings.
const UPKEEP: Duration = Duration::from_secs(5);

/// The recorder of this process. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Option<PrometheusHandle>);

impl Metrics {
    /// Installs the recorder, or finds the one that is installed already: there is one per process.
    pub fn install() -> Self {
        static INSTALLED: OnceLock<Metrics> = OnceLock::new();
        INSTALLED
            .get_or_init(|| {
                // Refused when the embedding program records by itself; then it also publishes by itself.
                let handle = recorder();
                describe();
                Self(handle)
            })
            .clone()
    }

    /// All metrics in Prometheus' text format.
    pub fn render(&self) -> String {
        self.0.as_ref().map(PrometheusHandle::render).unwrap_or_default()
    }

    /// Keeps the recorder small until the server stops.
    pub fn keep(&self, tasks: &Tasks) {
        let Some(handle) = self.0.clone() else { return };
        let stopping = tasks.stopping().clone();
        tasks.spawn("metrics", async move {
            while tokio::time::timeout(UPKEEP, stopping.cancelled()).await.is_err() {
                handle.run_upkeep();
            }
        });
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").field("installed", &self.0.is_some()).finish_non_exhaustive()
    }
}

/// Seconds of the buckets of requests and syncs.
const SECONDS: [f64; 12] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 20.0];
/// Counts of the buckets of commits.
const COUNTS: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// A recorder whose histograms have buckets; `None` when there is one already.
fn recorder() -> Option<PrometheusHandle> {
    let buckets = |builder: PrometheusBuilder, name: &str, buckets: &[f64]| {
        builder.set_buckets_for_metric(Matcher::Full(name.to_owned()), buckets).ok()
    };
    let builder = buckets(PrometheusBuilder::new(), names::REQUEST_SECONDS, &SECONDS)?;
    let builder = buckets(builder, names::SYNC_SECONDS, &SECONDS)?;
    buckets(builder, names::CHANGES_PER_COMMIT, &COUNTS)?.install_recorder().ok()
}

fn describe() {
    for Described { name, kind, help, .. } in names::ALL {
        match kind {
            Kind::Counter => describe_counter!(name, Unit::Count, help),
            Kind::Gauge => describe_gauge!(name, Unit::Count, help),
            Kind::Seconds => describe_histogram!(name, Unit::Seconds, help),
            Kind::Sizes => describe_histogram!(name, Unit::Count, help),
        }
    }
}

/// Counts the changes of each commit. Called on the writer's thread, so nothing here may wait.
pub fn changes_per_commit() -> CommitObserver {
    Arc::new(|changes| {
        let changes = u32::try_from(changes).unwrap_or(u32::MAX);
        ::metrics::histogram!(names::CHANGES_PER_COMMIT).record(f64::from(changes));
    })
}

/// Times each sync, and calls a test's own hook as well; the time that a test holds the sync counts.
pub fn timed_sync(tests_own: Option<CommitHook>) -> CommitHook {
    let began: Mutex<Option<Instant>> = Mutex::new(None);
    Arc::new(move |stage| {
        let mut began = began.lock().unwrap_or_else(PoisonError::into_inner);
        match stage {
            CommitStage::BeforeSync => *began = Some(ProcessTime.now()),
            CommitStage::AfterSync => {
                if let Some(began) = began.take() {
                    let took = ProcessTime.now().duration_since(began);
                    ::metrics::histogram!(names::SYNC_SECONDS).record(took.as_secs_f64());
                }
            }
        }
        drop(began);
        if let Some(hook) = &tests_own {
            hook(stage);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_counted_is_shown_with_its_description() {
        let metrics = Metrics::install();
        ::metrics::counter!(names::NOTICES_GIVEN_UP).increment(2);
        let shown = Metrics::install().render();
        assert!(shown.contains("lommebok_notices_given_up_total 2"), "{shown}");
        assert!(shown.contains("# HELP lommebok_notices_given_up_total notices that were given up"), "{shown}");
        let tasks = Tasks::new();
        metrics.keep(&tasks);
        assert_eq!(tasks.finish(Duration::from_secs(17)).await, []);
    }
}
