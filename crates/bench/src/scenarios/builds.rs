//! Two builds of the server in turns: whether a change is worth it, or what it costs.

use std::path::Path;
use std::rc::Rc;

use super::turns::{Compared, Side, in_turns};
use super::{AT, Options, Room, details, init, payment};
use crate::load::Load;
use crate::psp::Psp;
use crate::report::Report;
use crate::wallet::Wallet;

/// Payments of which details are asked.
const PRESENT: usize = 10_000;

pub(super) async fn compare_all(report: &mut Report, options: &Options, other: &Path) -> anyhow::Result<()> {
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
        let (road, other_road) = (Rc::default(), Rc::default());
        let this = Side { target: this.target(), load, step: || payment::one(&this, &road) };
        let other = Side { target: other.target(), load, step: || payment::one(&other, &other_road) };
        keep("whole payment", &in_turns(this, other, options.pace()).await?);
    }
    if options.wants("P1") {
        let this = Side { target: this.target(), load, step: || init::one(&this) };
        let other = Side { target: other.target(), load, step: || init::one(&other) };
        keep("init", &in_turns(this, other, options.pace()).await?);
    }
    Ok(())
}
