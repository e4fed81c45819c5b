//! The wallet against itself, in turns: two builds of the server (whether a change is worth it, or what it costs), and two levels
//! of its log (what a line for each call costs).
//!
//! In turns, because a machine that changes its speed then changes it for both.

use std::path::Path;
use std::rc::Rc;

use super::turns::{Compared, Side, in_turns};
use super::{AT, Options, Room, details, init, payment};
use crate::figures::{Figure, LOG_OF_INITS, LOG_OF_PAYMENTS};
use crate::load::Load;
use crate::psp::Psp;
use crate::report::Report;
use crate::wallet::Wallet;

/// Payments of which details are asked.
const PRESENT: usize = 10_000;

pub(super) async fn builds(report: &mut Report, options: &Options, other: &Path) -> anyhow::Result<()> {
    let psp = Psp::start(true).await?;
    let this = Room::open(options, &psp).await?;
    let other = Room::of(Wallet::start(other).await?, &psp, options.pace()).await?;
    let load = Load::closed(AT);
    let mut keep = |what: &str, compared: &Compared| {
        let pairs = compared.ratios(|measured| measured.cpu_micros);
        let interval = pairs.interval().map_or_else(String::new, |(low, high)| format!(" ({low:.3} to {high:.3})"));
        let line = format!("{what}: {:.3}×{interval}, {:.1} µs", pairs.median(), compared.first().cpu_micros);
        eprintln!("{line}");
        report.against.push(line);
    };
    if options.wants("P6") {
        let (of_this, of_other) = (payment::captured(&this, PRESENT).await?, payment::captured(&other, PRESENT).await?);
        let this = Side { target: this.target(), load, step: || details::one(&this, of_this.clone()) };
        let other = Side { target: other.target(), load, step: || details::one(&other, of_other.clone()) };
        keep("details", &in_turns(this, other, options.pace()).await?);
    }
    if options.wants("P5") {
        let (pipeline, other_pipeline) = (Rc::default(), Rc::default());
        let this = Side { target: this.target(), load, step: || payment::one(&this, &pipeline) };
        let other = Side { target: other.target(), load, step: || payment::one(&other, &other_pipeline) };
        keep("whole payment", &in_turns(this, other, options.pace()).await?);
    }
    if options.wants("P1") {
        let this = Side { target: this.target(), load, step: || init::one(&this) };
        let other = Side { target: other.target(), load, step: || init::one(&other) };
        keep("init", &in_turns(this, other, options.pace()).await?);
    }
    Ok(())
}

/// Inits and whole payments at `info` and at `warn`. The log goes into a file, as an operator's does.
pub(super) async fn log_levels(report: &mut Report, options: &Options, psp: &Psp) -> anyhow::Result<()> {
    let at = async |level: &str| Room::open_with(options, psp, &[("LOMMEBOK_LOG_LEVEL", level)]).await;
    let (said, silent) = (at("info").await?, at("warn").await?);
    let (pipeline, other_pipeline) = (Rc::default(), Rc::default());
    let load = Load::closed(AT);
    let inits = in_turns(
        Side { target: said.target(), load, step: || init::one(&said) },
        Side { target: silent.target(), load, step: || init::one(&silent) },
        said.pace,
    );
    let inits = inits.await?.ratios(|measured| measured.cpu_micros);
    let payments = in_turns(
        Side { target: said.target(), load, step: || payment::one(&said, &pipeline) },
        Side { target: silent.target(), load, step: || payment::one(&silent, &other_pipeline) },
        said.pace,
    );
    let payments = payments.await?.ratios(|measured| measured.cpu_micros);
    report.figures.push(Figure::of_pairs(LOG_OF_INITS, &inits));
    report.figures.push(Figure::of_pairs(LOG_OF_PAYMENTS, &payments));
    Ok(())
}
