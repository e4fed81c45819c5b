//! P1 and P4: durable inits with fresh ids, at 64 connections, right afterwards at 80 % of that rate, and then at others.
//!
//! Both kinds of ratio are within this run: CPU against the yardstick's CPU, p99 against its p99 under the same load.

use std::rc::Rc;

use super::yardstick::Yardstick;
use super::{AT, OTHER_CONNECTIONS, Room, four_fifths_of, keep};
use crate::connection::Connection;
use crate::figures::{Figure, INIT_P99, INIT_P99_AT_80, INIT_RATE};
use crate::load::{Load, measure};
use crate::measured::Measured;
use crate::report::Report;

pub(super) async fn measure_all(report: &mut Report, room: &Room, yardstick: &Yardstick) -> anyhow::Result<Measured> {
    let step = || {
        let (requests, serials) = (Rc::clone(&room.requests), Rc::clone(&room.serials));
        async move |connection: &mut Connection| {
            connection.expect_ok(requests.init(serials.next())).await?;
            Ok(())
        }
    };
    let init = measure(&room.target(), Load::closed(AT), room.pace, step()).await?;
    keep(report, format!("init, {AT} connections"), init);
    let at_80_percent = measure(&room.target(), four_fifths_of(init), room.pace, step()).await?;
    keep(report, "init at 80 % of that".to_owned(), at_80_percent);
    for connections in OTHER_CONNECTIONS {
        let measured = measure(&room.target(), Load::closed(connections), room.pace, step()).await?;
        keep(report, format!("init, {connections} connections"), measured);
    }

    let bare = &yardstick.at_64;
    report.figures.push(Figure::new(INIT_RATE, bare.cpu_micros / init.cpu_micros));
    report.figures.push(Figure::new(INIT_P99, init.p99_micros / bare.p99_micros));
    let ratio = at_80_percent.p99_micros / yardstick.at_80_percent.p99_micros;
    report.figures.push(Figure::new(INIT_P99_AT_80, ratio));
    Ok(init)
}
