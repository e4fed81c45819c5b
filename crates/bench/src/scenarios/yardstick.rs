//! The yardstick itself: our init against the bare echo, at 64 connections, at 80 % of that rate, and at others.
//!
//! It is measured in every run, since ratios hold only within one run, in turns with each load that is compared with it.

use std::net::SocketAddr;
use std::rc::Rc;

use super::turns::{Compared, Side, in_turns};
use super::{AT, OTHER_CONNECTIONS, Room, four_fifths_of, keep};
use crate::connection::Connection;
use crate::identifiers::Serials;
use crate::load::{Load, Pace, Target, measure};
use crate::measured::Measured;
use crate::process::Process;
use crate::report::Report;
use crate::requests::{Credentials, Requests};

/// What the others are compared with.
pub(super) struct Yardstick {
    process: Process,
    address: SocketAddr,
    requests: Rc<Requests>,
    serials: Rc<Serials>,
    /// At 80 % of the rate at 64 connections, by timetable.
    pub(super) at_80_percent: Measured,
}

impl Yardstick {
    /// `step` on the wallet of `room` and the yardstick, both at 64 connections, in turns; the wallet is the first side.
    pub(super) async fn compare<M, S>(&self, room: &Room, step: M) -> anyhow::Result<Compared>
    where
        M: Fn() -> S,
        S: AsyncFn(&mut Connection) -> anyhow::Result<()> + 'static,
    {
        let load = Load::closed(AT);
        let wallet = Side { target: room.target(), load, step };
        let target = Target { process: &self.process, address: self.address };
        let yardstick = Side { target, load, step: || one(&self.requests, &self.serials) };
        in_turns(wallet, yardstick, room.pace).await
    }
}

fn one(
    requests: &Rc<Requests>,
    serials: &Rc<Serials>,
) -> impl AsyncFn(&mut Connection) -> anyhow::Result<()> + 'static {
    let (requests, serials) = (Rc::clone(requests), Rc::clone(serials));
    async move |connection: &mut Connection| {
        connection.expect_ok(requests.init(serials.next())).await?;
        Ok(())
    }
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
    let at_64 = measure(&target, Load::closed(AT), pace, one(&requests, &serials)).await?;
    keep(report, format!("yardstick, {AT} connections"), at_64);
    let at_80_percent = measure(&target, four_fifths_of(at_64), pace, one(&requests, &serials)).await?;
    keep(report, "yardstick at 80 % of that".to_owned(), at_80_percent);
    for connections in OTHER_CONNECTIONS {
        let measured = measure(&target, Load::closed(connections), pace, one(&requests, &serials)).await?;
        keep(report, format!("yardstick, {connections} connections"), measured);
    }
    Ok(Yardstick { process, address, requests, serials, at_80_percent })
}
