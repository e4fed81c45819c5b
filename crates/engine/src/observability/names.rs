//! What is measured: each metric's name, once, with its kind, its labels and what it tells. `docs/metrics.md` is generated
//! from this list.
//!
//! A label takes few values, all written in the source: no id, amount, number or text of anybody ever is one.

/// Connections that are open.
pub const CONNECTIONS: &str = "lommebok_connections";
/// Connections that were sent away because all places were taken.
pub const CONNECTIONS_REFUSED: &str = "lommebok_connections_refused_total";
/// Signatures of access tokens that were checked.
pub const SIGNATURE_CHECKS: &str = "lommebok_access_token_signature_checks_total";
/// How long a call of the public endpoints took.
pub const REQUEST_SECONDS: &str = "lommebok_request_seconds";
/// Refusals of the public endpoints.
pub const REFUSALS: &str = "lommebok_refusals_total";
/// Payments that were started.
pub const INITS: &str = "lommebok_inits_total";
/// Attempts that ended.
pub const ATTEMPTS: &str = "lommebok_attempts_total";
/// Payments whose outcome is unknown and waits for their PSP's updatestatus.
pub const PAYMENTS_UNCONFIRMED: &str = "lommebok_payments_unconfirmed";
/// Tries of notices.
pub const NOTICES: &str = "lommebok_notices_total";
/// Notices that were given up.
pub const NOTICES_GIVEN_UP: &str = "lommebok_notices_given_up_total";
/// Entries of updatestatus.
pub const ENTRIES: &str = "lommebok_updatestatus_entries_total";
/// Two systems disagree about a payment: an entry of updatestatus contradicts what is certain.
pub const DISAGREEMENTS: &str = "lommebok_disagreements_total";
/// Byte-identical updatestatus bodies within a day.
pub const REPEATED_BATCHES: &str = "lommebok_updatestatus_repeated_total";
/// Changes that shared a commit.
pub const CHANGES_PER_COMMIT: &str = "lommebok_changes_per_commit";
/// How long a commit's sync took.
pub const SYNC_SECONDS: &str = "lommebok_sync_seconds";
/// Lines of the log of calls that were left out.
pub const LOG_LINES_LEFT_OUT: &str = "lommebok_log_lines_left_out_total";
/// Exchanges that a sandbox did not keep.
pub const EXCHANGES_DROPPED: &str = "lommebok_exchanges_dropped_total";
/// Panics. Each is a fault of ours.
pub const PANICS: &str = "lommebok_panics_total";

/// By how much the wall clock is behind business time that runs on without it.
pub const WALL_CLOCK_BEHIND: &str = "lommebok_wall_clock_behind_seconds";

/// Whether what is asked for can't be stored.
pub const WRITES_FAIL: &str = "lommebok_writes_fail";

/// What kind of number a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only rises, from 0 at the start of the process.
    Counter,
    /// Goes up and down.
    Gauge,
    /// A histogram of seconds.
    Seconds,
    /// A histogram of counts.
    Sizes,
}

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Described {
    /// Its name.
    pub name: &'static str,
    /// What kind of number it is.
    pub kind: Kind,
    /// Its labels with their values; empty if it has none.
    pub labels: &'static str,
    /// What it tells.
    pub help: &'static str,
}

const fn metric(name: &'static str, kind: Kind, labels: &'static str, help: &'static str) -> Described {
    Described { name, kind, labels, help }
}

/// Every metric, in the order of the page.
pub const ALL: [Described; 20] = [
    metric(
        PAYMENTS_UNCONFIRMED,
        Kind::Gauge,
        "",
        "payments whose outcome is unknown: their PSP may have reserved the money; right from the start on",
    ),
    metric(
        DISAGREEMENTS,
        Kind::Counter,
        "",
        "entries of updatestatus that claim money on a payment that certainly ended without: two systems disagree",
    ),
    metric(NOTICES_GIVEN_UP, Kind::Counter, "", "notices that were given up after their sixth try"),
    metric(REPEATED_BATCHES, Kind::Counter, "", "updatestatus bodies that were byte-identical to one of the last 24 h"),
    metric(INITS, Kind::Counter, "", "payments that were started"),
    metric(
        ATTEMPTS,
        Kind::Counter,
        "`outcome`: `ok`, `fail`, `soft_decline`, `not_delivered`, `unknown`, `not_sent`",
        "attempts that ended; `not_sent` had no token or no free slot",
    ),
    metric(NOTICES, Kind::Counter, "`result`: `delivered`, `failed`", "tries of notices"),
    metric(
        ENTRIES,
        Kind::Counter,
        "`result`: `applied`, `waiting`, `refused`",
        "entries of updatestatus; one that waits is counted again when its turn comes",
    ),
    metric(
        REFUSALS,
        Kind::Counter,
        "`status`, `code` (see [errors.md](errors.md))",
        "faults that the public endpoints answered",
    ),
    metric(
        REQUEST_SECONDS,
        Kind::Seconds,
        "`endpoint`: `init`, `updatestatus`, `details`, `accesstoken`, `approve`, `merchants`",
        "how long calls of the public endpoints took",
    ),
    metric(CHANGES_PER_COMMIT, Kind::Sizes, "", "changes that shared a commit"),
    metric(SYNC_SECONDS, Kind::Seconds, "", "how long a commit's sync took"),
    metric(CONNECTIONS, Kind::Gauge, "", "connections that are open"),
    metric(CONNECTIONS_REFUSED, Kind::Counter, "", "connections sent away because all places were taken"),
    metric(SIGNATURE_CHECKS, Kind::Counter, "", "signatures of access tokens that were checked"),
    metric(
        LOG_LINES_LEFT_OUT,
        Kind::Counter,
        "`kind`: `init`, `refused`, `makePayment`, `notice`, `updatestatus`",
        "lines of the log of calls that were left out: more than `log_calls_per_s`",
    ),
    metric(
        EXCHANGES_DROPPED,
        Kind::Counter,
        "",
        "exchanges that a sandbox did not keep, because more came than it takes in a second",
    ),
    metric(
        WRITES_FAIL,
        Kind::Gauge,
        "",
        "1 while what is asked for can't be stored (disk full, read-only, database gone, start not over), else 0",
    ),
    metric(
        WALL_CLOCK_BEHIND,
        Kind::Gauge,
        "",
        "by how much the wall clock is behind the last time known, while business time runs on without it; else 0",
    ),
    metric(PANICS, Kind::Counter, "", "panics; each is a fault of ours"),
];

/// The page `docs/metrics.md`.
pub fn documentation() -> String {
    let row = |metric: &Described| {
        let kind = match metric.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Seconds => "histogram, seconds",
            Kind::Sizes => "histogram",
        };
        format!("| `{}` | {kind} | {} | {} |\n", metric.name, metric.labels, metric.help)
    };
    let rows: String = ALL.iter().map(row).collect();
    format!("{PREFACE}{rows}{ALARMS}")
}

const PREFACE: &str = "# Metrics

<!-- Generated from crates/engine/src/observability/names.rs by `cargo xtask generate`; do not edit. -->

`/metrics` answers in Prometheus' text format. It is not guarded: let only your own network reach it. Counters begin at 0
with the process; the gauge of unknown outcomes is read from the database at every scrape.

| name | kind | labels | tells |
| --- | --- | --- | --- |
";

const ALARMS: &str = "
## What to be woken by

- `lommebok_payments_unconfirmed` above 0 for an hour: a PSP has not yet said what became of a payment whose answer was
  lost. `lommebok payments list --outcome-unknown` names them; the PSP's updatestatus settles them.
- `lommebok_disagreements_total` rising: the PSP reports money on a payment that failed, was cancelled or expired here. The
  log line `two systems disagree` and the batch report name it; look at the acquirer.
- `lommebok_notices_given_up_total` rising: a PSP did not take a notice in six tries over 42 minutes. The Control API lists
  them (`/control/v1/payments?notice_given_up=true`).
- `lommebok_updatestatus_repeated_total` rising: a PSP may be sending requests twice without an idempotency key.
- `lommebok_writes_fail` at 1 for a minute: the log says why. Make room, or put the database back where it was; the server goes on by
  itself.
- `lommebok_wall_clock_behind_seconds` above 1: the machine's clock was ahead once, or is wrong now. Business time runs on; set the
  clock right, or `lommebok clock reset` sets business time to it. More than an hour of it refuses the next start.
- `lommebok_panics_total` above 0: report it.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_a_name_of_its_own_that_prometheus_likes() {
        let mut names: Vec<&str> = ALL.iter().map(|metric| metric.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
        for metric in ALL {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
            assert!(metric.name.starts_with("lommebok_") && metric.name.bytes().all(plain), "{}", metric.name);
            assert_eq!(metric.name.ends_with("_total"), metric.kind == Kind::Counter, "{}", metric.name);
        }
    }
}
