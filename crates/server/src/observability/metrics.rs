//! Metrics for Prometheus: the recorder of the process, and the name of each metric, once.

use std::sync::OnceLock;
use std::time::Duration;

use ::metrics::{Unit, describe_counter, describe_gauge};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::tasks::Tasks;

/// Connections that are open (gauge).
pub const CONNECTIONS: &str = "lommebok_connections";
/// Connections that were sent away because all places were taken (counter).
pub const CONNECTIONS_REFUSED: &str = "lommebok_connections_refused_total";
/// Signatures of access tokens that were checked (counter).
pub const SIGNATURE_CHECKS: &str = "lommebok_access_token_signature_checks_total";
/// Payments whose outcome is unknown and waits for their PSP's updatestatus (gauge).
pub const PAYMENTS_UNCONFIRMED: &str = "lommebok_payments_unconfirmed";
/// Notices that were given up (counter).
pub const NOTICES_GIVEN_UP: &str = "lommebok_notices_given_up_total";
/// Two systems disagree about a payment (counter): an entry of updatestatus contradicts what is certain.
pub const DISAGREEMENTS: &str = "lommebok_disagreements_total";
/// Byte-identical updatestatus bodies within a day (counter).
pub const REPEATED_BATCHES: &str = "lommebok_updatestatus_repeated_total";
/// Panics (counter). Each is a fault of ours.
pub const PANICS: &str = "lommebok_panics_total";

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
                let handle = PrometheusBuilder::new().install_recorder().ok();
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

fn describe() {
    describe_gauge!(CONNECTIONS, Unit::Count, "connections that are open");
    describe_counter!(CONNECTIONS_REFUSED, Unit::Count, "connections sent away because all places were taken");
    describe_counter!(SIGNATURE_CHECKS, Unit::Count, "signatures of access tokens that were checked");
    describe_gauge!(PAYMENTS_UNCONFIRMED, Unit::Count, "payments whose outcome is unknown");
    describe_counter!(NOTICES_GIVEN_UP, Unit::Count, "notices that were given up");
    describe_counter!(DISAGREEMENTS, Unit::Count, "entries of updatestatus that contradict what is certain");
    describe_counter!(REPEATED_BATCHES, Unit::Count, "byte-identical updatestatus bodies within a day");
    describe_counter!(PANICS, Unit::Count, "panics");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_counted_is_shown_with_its_description() {
        let metrics = Metrics::install();
        ::metrics::counter!(NOTICES_GIVEN_UP).increment(2);
        let shown = Metrics::install().render();
        assert!(shown.contains("lommebok_notices_given_up_total 2"), "{shown}");
        assert!(shown.contains("# HELP lommebok_notices_given_up_total notices that were given up"), "{shown}");
        let tasks = Tasks::new();
        metrics.keep(&tasks);
        assert_eq!(tasks.finish(Duration::from_secs(17)).await, []);
    }
}
