//! P1 and P4: durable inits with fresh ids, at 64 connections, at 80 % of that rate, and at others.
//!
//! Both kinds of ratio are within this run: CPU against the yardstick's CPU, p99 against its p99 under the same load. The
//! load by timetable has a wallet of its own: what a wallet takes sinks with the payments that it holds, so both begin empty.

use std::rc::Rc;

use super::yardstick::Yardstick;
use super::{AT, OTHER_CONNECTIONS, Room, four_fifths_of, keep};
use crate::connection::Connection;
use crate::figures::{Figure, INIT_P99, INIT_P99_AT_80, INIT_RATE};
use crate::load::{Load, measure};
use crate::measured::Measured;
use crate::report::Report;

/// At 64 connections in a closed loop.
pub(super) async fn measure_closed(
    report: &mut Report,
    room: &Room,
    yardstick: &Yardstick,
) -> anyhow::Result<Measured> {
    let compared = yardstick.compare(room, || one(room)).await?;
    let init = keep(report, format!("init, {AT} connections"), compared.first());
    // Requests per second of CPU, so the ratio is that of the costs, upside down.
    let rates = compared.ratios(|measured| 1.0 / measured.cpu_micros);
    report.figures.push(Figure::of_pairs(INIT_RATE, &rates));
    report.figures.push(Figure::of_pairs(INIT_P99, &compared.ratios(|measured| measured.p99_micros)));
    Ok(init)
}

/// By timetable, at 80 % of that rate.
pub(super) async fn measure_by_timetable(
    report: &mut Report,
    room: &Room,
    closed: Measured,
    yardstick: &Yardstick,
) -> anyhow::Result<()> {
    let measured = measure(&room.target(), four_fifths_of(closed), room.pace, one(room)).await?;
    keep(report, "init at 80 % of that".to_owned(), measured);
    let ratio = measured.p99_micros / yardstick.at_80_percent.p99_micros;
    report.figures.push(Figure::new(INIT_P99_AT_80, ratio));
    Ok(())
}

/// At other numbers of connections.
pub(super) async fn measure_others(report: &mut Report, room: &Room) -> anyhow::Result<()> {
    for connections in OTHER_CONNECTIONS {
        let measured = measure(&room.target(), Load::closed(connections), room.pace, one(room)).await?;
        keep(report, format!("init, {connections} connections"), measured);
    }
    Ok(())
}

/// One init with fresh ids.
pub(super) fn one(room: &Room) -> impl AsyncFn(&mut Connection) -> anyhow::Result<()> + 'static {
    let (requests, serials) = (Rc::clone(&room.requests), Rc::clone(&room.serials));
    async move |connection: &mut Connection| {
        connection.expect_ok(requests.init(serials.next())).await?;
        Ok(())
    }
}
