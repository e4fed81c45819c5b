//! P7: updatestatus in requests of 5,000 entries, each a capture of 1 of another reserved payment.
//!
//! The payments are reserved first, and not counted: so many that each is captured a few times only, as in life. Two
//! connections, so that one request is parsed while the other is written.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use super::payment::reserved;
use super::{Room, keep};
use crate::connection::Connection;
use crate::figures::{Figure, UPDATE_RATE};
use crate::load::{Load, Pace, measure};
use crate::measured::Measured;
use crate::report::Report;

/// Entries of one request, each for another payment.
const ENTRIES: usize = 5_000;

/// Payments that are captured in turn. A payment with hundreds of captures would fill pages of its own.
const RESERVED: usize = 100_000;

/// Short, for the same reason: a warm-up and three runs, 1 s each.
const PACE: Pace = Pace { warm_up: Duration::from_secs(1), run: Duration::from_secs(1), runs: 3 };

/// Requests under way at once.
const REQUESTS_AT_ONCE: usize = 2;

pub(super) async fn measure_all(report: &mut Report, room: &Room, inits: Measured) -> anyhow::Result<()> {
    let reserved = reserved(room, RESERVED).await?;
    let requests = Rc::clone(&room.requests);
    let turn = Cell::new(0_usize);
    let step = async move |connection: &mut Connection| {
        let from = turn.get();
        let to = from.saturating_add(ENTRIES);
        turn.set(if to < RESERVED { to } else { 0 });
        connection.expect_ok(requests.capture(reserved.get(from..to).unwrap_or_default(), 1)).await?;
        Ok(())
    };
    let measured = measure(&room.target(), Load::closed(REQUESTS_AT_ONCE), PACE, step).await?;
    let each = per_entry(measured);
    keep(report, "updatestatus, entries in requests of 5,000 (latency: of a request)".to_owned(), each);
    report.figures.push(Figure::new(UPDATE_RATE, each.per_second / inits.per_second));
    Ok(())
}

/// What was counted per request, per entry; latencies stay the request's.
fn per_entry(request: Measured) -> Measured {
    const ENTRIES_EACH: f64 = 5_000.0;
    Measured {
        per_second: request.per_second * ENTRIES_EACH,
        cpu_micros: request.cpu_micros / ENTRIES_EACH,
        written_bytes: request.written_bytes / ENTRIES_EACH,
        ..request
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_told_by_the_entry_and_latencies_by_the_request() {
        let request =
            Measured { per_second: 10.0, cpu_micros: 5e4, p50_micros: 7.0, p99_micros: 9.0, written_bytes: 5e5 };
        let expected =
            Measured { per_second: 5e4, cpu_micros: 10.0, p50_micros: 7.0, p99_micros: 9.0, written_bytes: 100.0 };
        assert_eq!(per_entry(request), expected);
    }
}
