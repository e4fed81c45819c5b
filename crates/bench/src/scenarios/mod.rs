//! What is measured, in one run: first the yardstick, then the wallet, each figure with its floor and goal.
//!
//! A scenario drives load and returns figures; it decides nothing about limits. Whole payments and details have a wallet of
//! their own, which does not hold the millions of inits of the others: what size costs is asked separately.

mod commits;
mod comparisons;
mod details;
mod hostile;
mod init;
mod instructions;
mod many;
mod overload;
mod payment;
pub(crate) mod profile;
mod receiver;
mod search;
mod start;
mod tenant;
mod turns;
mod update_status;
mod waiting;
mod yardstick;

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use tokio::task::LocalSet;

use crate::identifiers::Serials;
use crate::load::{Load, Pace, Target};
use crate::measured::Measured;
use crate::psp::Psp;
use crate::report::{Rate, Report, write};
use crate::requests::Requests;
use crate::wallet::Wallet;

/// The number of connections that the targets speak of.
const AT: usize = 64;

/// The others at which rates are measured, afterwards.
const OTHER_CONNECTIONS: [usize; 3] = [1, 16, 256];

/// How long and what.
#[derive(Args)]
pub(crate) struct Options {
    /// The release build of `lommebok`.
    #[arg(long)]
    server: PathBuf,
    /// Another build of `lommebok`: instead of the figures, CPU of `--server`'s inits, whole payments and details, of this one's,
    /// in turns.
    #[arg(long)]
    against: Option<PathBuf>,
    /// Only these figures, for example `P1,P6` (those that they are compared with are measured too). `P8`, `instructions`
    /// and `search` are measured only when they are named.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Payments that are there already, for P8 and `search`.
    #[arg(long, default_value_t = 10_000_000)]
    payments: u64,
    /// Short runs, for a first look: 1 s warm-up, three runs of 1 s.
    #[arg(long)]
    quick: bool,
    /// Seconds of warm-up before each load.
    #[arg(long, default_value_t = 10)]
    warm_up_seconds: u64,
    /// Seconds of each of the three runs.
    #[arg(long, default_value_t = 10)]
    run_seconds: u64,
    /// Measure the yardstick alone.
    #[arg(long)]
    yardstick_only: bool,
    /// Write the report into this document, between its marks.
    #[arg(long, num_args = 0..=1, default_missing_value = "docs/benchmarks.md")]
    write: Option<PathBuf>,
}

impl Options {
    fn pace(&self) -> Pace {
        let seconds = |wanted| Duration::from_secs(if self.quick { 1 } else { wanted });
        Pace { warm_up: seconds(self.warm_up_seconds), run: seconds(self.run_seconds), runs: 3 }
    }

    fn wants(&self, id: &str) -> bool {
        self.only.is_empty() || self.names(id)
    }

    fn names(&self, id: &str) -> bool {
        self.only.iter().any(|wanted| wanted.eq_ignore_ascii_case(id))
    }
}

/// What the scenarios of one wallet share.
struct Room {
    wallet: Wallet,
    requests: Rc<Requests>,
    serials: Rc<Serials>,
    pace: Pace,
}

impl Room {
    /// A wallet without payments, whose PSP is `psp`.
    async fn open(options: &Options, psp: &Psp) -> anyhow::Result<Self> {
        Self::open_with(options, psp, &[]).await
    }

    /// The same with settings that differ from the defaults, as environment variables.
    async fn open_with(options: &Options, psp: &Psp, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        Self::of(Wallet::start_with(&options.server, settings).await?, psp, options.pace()).await
    }

    async fn of(wallet: Wallet, psp: &Psp, pace: Pace) -> anyhow::Result<Self> {
        let requests = Rc::new(wallet.requests(psp.url()).await?);
        Ok(Self { wallet, requests, serials: Rc::new(Serials::default()), pace })
    }

    /// The same after `fill` has worked on the stopped wallet's data directory.
    async fn refilled(self, fill: impl AsyncFnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<Self> {
        let wallet = self.wallet.refilled(fill).await?;
        Self { wallet, ..self }.at_its_new_address().await
    }

    /// The same after `kill -9`, and how long the wallet took to be ready again.
    async fn killed_and_restarted(self) -> anyhow::Result<(Self, Duration)> {
        let (wallet, ready) = self.wallet.killed_and_restarted().await?;
        Ok((Self { wallet, ..self }.at_its_new_address().await?, ready))
    }

    /// Tokens are for the address at which they were given.
    async fn at_its_new_address(self) -> anyhow::Result<Self> {
        let requests = Rc::new(self.wallet.requests(self.requests.make_payment_url().to_owned()).await?);
        Ok(Self { requests, ..self })
    }

    fn target(&self) -> Target<'_> {
        Target { process: &self.wallet.process, address: self.wallet.address }
    }
}

/// Measures what `options` ask for, prints the report, and fails when a floor is missed.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    rlimit::increase_nofile_limit(u64::MAX).context("cannot raise the limit of open files")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut report = Report::default();
    let outcome = LocalSet::new().block_on(&runtime, fill(&mut report, options));
    // What was measured before a fault is shown all the same.
    let markdown = report.markdown(options.pace());
    println!("\n{markdown}");
    outcome?;
    if let Some(path) = &options.write {
        write(path, &markdown)?;
    }
    let below = report.figures.iter().filter(|figure| figure.misses_floor()).count();
    anyhow::ensure!(below == 0, "{below} figures are below their floor");
    Ok(())
}

/// The figures that are ratios to the yardstick.
const COMPARED: [&str; 6] = ["P1", "P4", "P5", "P6", "P7", "P12"];

async fn fill(report: &mut Report, options: &Options) -> anyhow::Result<()> {
    let pace = options.pace();
    if let Some(other) = &options.against {
        return comparisons::builds(report, options, other).await;
    }
    if options.yardstick_only {
        return yardstick::measure_all(report, pace).await.map(drop);
    }
    if options.wants("receiver") {
        receiver::measure_all(report, pace).await?;
    }
    if options.wants("P10") {
        start::measure_all(report, &options.server).await?;
    }
    if options.wants("P15") {
        tenant::measure_all(report, &options.server).await?;
    }
    if options.wants("P3") {
        commits::measure_all(report, &options.server).await?;
    }
    if options.wants("P9") {
        waiting::measure_all(report, &options.server).await?;
    }
    let psp = Psp::start(true).await?;
    if COMPARED.iter().any(|id| options.wants(id)) {
        compare(report, options, &psp).await?;
    }
    if options.wants("hostile") {
        hostile::measure_all(report, options, &psp).await?;
    }
    if options.wants("log") {
        comparisons::log_levels(report, options, &psp).await?;
    }
    if options.wants("overload") {
        overload::measure_all(report, options, &psp).await?;
    }
    if options.names("P8") {
        many::measure_all(report, options, &psp).await?;
    }
    if options.names("search") {
        search::measure_all(report, options, &psp).await?;
    }
    if options.names("instructions") {
        instructions::count_all(report, options, &psp).await?;
    }
    Ok(())
}

/// The figures that are ratios to the yardstick's.
async fn compare(report: &mut Report, options: &Options, psp: &Psp) -> anyhow::Result<()> {
    let yardstick = yardstick::measure_all(report, options.pace()).await?;
    if options.wants("P5") || options.wants("P6") || options.wants("P12") {
        let room = Room::open(options, psp).await?;
        details::measure_all(report, &room, &yardstick).await?;
        let whole = payment::measure_all(report, &room, &yardstick).await?;
        details::measure_among(report, &room, whole).await?;
    }
    if options.wants("P1") || options.wants("P4") || options.wants("P7") {
        let room = Room::open(options, psp).await?;
        let inits = init::measure_closed(report, &room, &yardstick).await?;
        init::measure_by_timetable(report, &Room::open(options, psp).await?, inits, &yardstick).await?;
        init::measure_others(report, &room).await?;
        if options.wants("P7") {
            update_status::measure_all(report, &room, inits).await?;
        }
    }
    Ok(())
}

/// Says what is measured now, and keeps what came out.
fn keep(report: &mut Report, what: String, measured: Measured) -> Measured {
    eprintln!("{what}: {:.0}/s, {:.1} µs of CPU each", measured.per_second, measured.cpu_micros);
    report.rates.push(Rate { what, measured });
    measured
}

/// The load at which latencies are also measured: by timetable, at 80 % of what was just measured in a closed loop.
fn four_fifths_of(peak: Measured) -> Load {
    Load::open(AT, peak.per_second * 0.8)
}
