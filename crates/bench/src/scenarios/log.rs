//! What a line of the log for each call costs: inits and whole payments at `info` and at `warn`, in turns, so that a machine
//! that changes its speed changes it for both. The log goes into a file, as an operator's does.

use std::rc::Rc;

use super::{AT, Options, Room, init, payment};
use crate::figures::{Figure, LOG_OF_INITS, LOG_OF_PAYMENTS};
use crate::load::{Load, Pace, measure};
use crate::measured::Pairs;
use crate::psp::Psp;
use crate::report::Report;

/// Pairs of runs.
const PAIRS: usize = 10;

pub(super) async fn measure_all(report: &mut Report, options: &Options, psp: &Psp) -> anyhow::Result<()> {
    let at = async |level: &str| Room::open_with(options, psp, &[("LOMMEBOK_LOG_LEVEL", level)]).await;
    let (said, silent) = (at("info").await?, at("warn").await?);
    let quarter = said.pace.run.checked_div(4).unwrap_or(said.pace.run);
    let pace = Pace { warm_up: quarter, run: quarter, runs: 1 };
    let (mut inits, mut payments) = (Pairs::default(), Pairs::default());
    let roads = [Rc::default(), Rc::default()];
    for _ in 0..PAIRS {
        let mut micros = [(0.0, 0.0); 2];
        for ((room, road), micros) in [&said, &silent].into_iter().zip(&roads).zip(&mut micros) {
            let init = measure(&room.target(), Load::closed(AT), pace, init::one(room)).await?;
            let paid = measure(&room.target(), Load::closed(AT), pace, payment::one(room, road)).await?;
            *micros = (init.cpu_micros, paid.cpu_micros);
        }
        let [said, silent] = micros;
        inits.push(said.0 / silent.0);
        payments.push(said.1 / silent.1);
    }
    for (aim, pairs, what) in [(LOG_OF_INITS, inits, "init"), (LOG_OF_PAYMENTS, payments, "whole payment")] {
        report.pairs.push(format!("CPU of {what} at `info`, of that at `warn`: {pairs}"));
        report.figures.push(Figure::new(aim, pairs.median()));
    }
    Ok(())
}
