//! The yardstick itself: our init against the bare echo, at 64 connections, at 80 % of that rate, and at others.
//!
//! It is measured in every run, for ratios hold only within one.

use std::rc::Rc;

use super::{AT, OTHER_CONNECTIONS, four_fifths_of, keep};
use crate::connection::Connection;
use crate::identifiers::Serials;
use crate::load::{Load, Pace, Target, measure};
use crate::measured::Measured;
use crate::process::Process;
use crate::report::Report;
use crate::requests::{Credentials, Requests};

/// What the others are compared with.
pub(super) struct Yardstick {
    /// At 64 connections, in a closed loop.
    pub(super) at_64: Measured,
    /// At 80 % of that rate, by timetable.
    pub(super) at_80_percent: Measured,
}

pub(super) async fn measure_all(report: &mut Report, pace: Pace) -> anyhow::Result<Yardstick> {
    let (process, address) = Process::start_echo()?;
    let target = Target { process: &process, address };
    // As long as a real access token, so that both servers read the same number of bytes.
    let credentials = Credentials {
        access_token: "x".repeat(700),
        subscription_key: "0".repeat(32),
        psp_id: "0".repeat(32),
        msn: "123456".to_owned(),
        mobile_number: "12345678".to_owned(),
    };
    let requests = Requests::new(&address.to_string(), &credentials, format!("http://{address}/makePayment"))?;
    let (requests, serials) = (Rc::new(requests), Rc::new(Serials::default()));
    let step = || {
        let (requests, serials) = (Rc::clone(&requests), Rc::clone(&serials));
        async move |connection: &mut Connection| {
            connection.expect_ok(requests.init(serials.next())).await?;
            Ok(())
        }
    };
    let at_64 = measure(&target, Load::closed(AT), pace, step()).await?;
    keep(report, format!("yardstick, {AT} connections"), at_64);
    let at_80_percent = measure(&target, four_fifths_of(at_64), pace, step()).await?;
    keep(report, "yardstick at 80 % of that".to_owned(), at_80_percent);
    for connections in OTHER_CONNECTIONS {
        let measured = measure(&target, Load::closed(connections), pace, step()).await?;
        keep(report, format!("yardstick, {connections} connections"), measured);
    }
    Ok(Yardstick { at_64, at_80_percent })
}
