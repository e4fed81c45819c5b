//! P6: details by id, of payments that were reserved and captured, picked all over those that are there.
//!
//! The ids come in no order, so that a cache of the last few does not help, and each answer has a history to tell.

use std::ops::Range;
use std::rc::Rc;

use super::payment::captured;
use super::yardstick::Yardstick;
use super::{AT, Room, keep};
use crate::connection::Connection;
use crate::figures::{DETAILS_CPU, Figure};
use crate::identifiers::Serials;
use crate::load::{Load, measure};
use crate::measured::Measured;
use crate::report::Report;

/// A prime that no number of payments divides: steps of it visit all of them in turn.
pub(super) const STRIDE: u64 = 1_000_003;

/// Payments among which details are read for P6: those of some minutes of a busy PSP.
const PRESENT: usize = 10_000;

/// P6: among [`PRESENT`] payments.
pub(super) async fn measure_all(report: &mut Report, room: &Room, yardstick: &Yardstick) -> anyhow::Result<()> {
    let whole = captured(room, PRESENT).await?;
    let compared = yardstick.compare(room, || one(room, whole.clone())).await?;
    keep(report, format!("details among {PRESENT} payments, {AT} connections"), compared.first());
    report.figures.push(Figure::of_pairs(DETAILS_CPU, &compared.ratios(|measured| measured.cpu_micros)));
    Ok(())
}

/// What details cost among the payments `whole`.
pub(super) async fn measure_among(report: &mut Report, room: &Room, whole: Range<u64>) -> anyhow::Result<Measured> {
    let present = whole.end.saturating_sub(whole.start);
    let measured = measure(&room.target(), Load::closed(AT), room.pace, one(room, whole)).await?;
    Ok(keep(report, format!("details among {present} payments, {AT} connections"), measured))
}

/// Details of the payments `whole`, all over them.
pub(super) fn one(room: &Room, whole: Range<u64>) -> impl AsyncFn(&mut Connection) -> anyhow::Result<()> + 'static {
    let present = whole.end.saturating_sub(whole.start);
    let (requests, visited) = (Rc::clone(&room.requests), Serials::default());
    async move |connection: &mut Connection| {
        let place = visited.next().wrapping_mul(STRIDE).checked_rem(present).unwrap_or_default();
        connection.expect_ok(requests.details(whole.start.saturating_add(place))).await?;
        Ok(())
    }
}
