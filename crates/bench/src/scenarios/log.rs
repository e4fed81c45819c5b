//! What a line of the log for each call costs: inits and whole payments at `info` and at `warn`, in turns, so that a machine
//! that changes its speed changes it for both. The log goes into a file, as an operator's does.

use std::rc::Rc;

use super::turns::{Side, in_turns};
use super::{AT, Options, Room, init, payment};
use crate::figures::{Figure, LOG_OF_INITS, LOG_OF_PAYMENTS};
use crate::load::Load;
use crate::psp::Psp;
use crate::report::Report;

pub(super) async fn measure_all(report: &mut Report, options: &Options, psp: &Psp) -> anyhow::Result<()> {
    let at = async |level: &str| Room::open_with(options, psp, &[("LOMMEBOK_LOG_LEVEL", level)]).await;
    let (said, silent) = (at("info").await?, at("warn").await?);
    let (road, other_road) = (Rc::default(), Rc::default());
    let load = Load::closed(AT);
    let inits = in_turns(
        Side { target: said.target(), load, step: || init::one(&said) },
        Side { target: silent.target(), load, step: || init::one(&silent) },
        said.pace,
    );
    let inits = inits.await?.ratios(|measured| measured.cpu_micros);
    let payments = in_turns(
        Side { target: said.target(), load, step: || payment::one(&said, &road) },
        Side { target: silent.target(), load, step: || payment::one(&silent, &other_road) },
        said.pace,
    );
    let payments = payments.await?.ratios(|measured| measured.cpu_micros);
    report.figures.push(Figure::of_pairs(LOG_OF_INITS, &inits));
    report.figures.push(Figure::of_pairs(LOG_OF_PAYMENTS, &payments));
    Ok(())
}
