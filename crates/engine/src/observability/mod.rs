//! What the operator sees: log lines on stderr, metrics for Prometheus, a panic that says where and not what.
//!
//! Names of metrics are in [`names`] once. Events carry payment and request ids as fields; they never carry bodies, header
//! values, tokens or phone numbers. A newcomer's mistake: `?request` in an event. Name the fields that you mean.

mod alarms;
mod budget;
pub mod calls;
mod logs;
pub mod metrics;
pub mod names;

pub use alarms::store_trouble;
pub(crate) use budget::Budget;
pub use calls::flush;
pub use logs::{LogConfig, LogFormat, Screen, subscriber};
pub use metrics::Metrics;

/// Starts logging, metrics and the panic hook of this process. What another call has started before stays as it is.
pub fn start(log: &LogConfig) -> Metrics {
    logs::start(log);
    calls::start(log.calls_per_s);
    let metrics = Metrics::install();
    alarms::on_panics();
    metrics
}
