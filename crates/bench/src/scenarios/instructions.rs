//! Instructions per init and per whole payment, as valgrind's callgrind counts them: of user space only and on one connection,
//! but the same again on any machine, so that a small gain shows. Only on request, since it needs valgrind.
//!
//! Two runs of different length are subtracted, so that start and end are in neither.

use std::path::Path;

use anyhow::Context as _;

use super::Options;
use super::payment::{self, Pipeline};
use crate::connection::Connection;
use crate::measured::float;
use crate::psp::Psp;
use crate::report::Report;
use crate::wallet::Wallet;

/// Requests of the shorter and of the longer run.
const RUNS: [u64; 2] = [200, 1_200];

/// What is counted.
#[derive(Clone, Copy)]
enum Step {
    Init,
    WholePayment,
}

pub(super) async fn count_all(report: &mut Report, options: &Options, psp: &Psp) -> anyhow::Result<()> {
    for (what, step) in [("init", Step::Init), ("whole payment", Step::WholePayment)] {
        let [shorter, longer] = RUNS;
        let instructions = [counted(options, psp, step, shorter).await?, counted(options, psp, step, longer).await?];
        let [few, many] = instructions;
        let each = float(many.saturating_sub(few)) / float(longer.saturating_sub(shorter));
        eprintln!("{what}: {each:.0} instructions");
        report.instructions.push(format!("{what}: {:.1} thousand", each / 1e3));
    }
    Ok(())
}

/// The instructions of a server from its start to its end, with so many steps between.
async fn counted(options: &Options, psp: &Psp, step: Step, times: u64) -> anyhow::Result<u64> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("callgrind.out");
    let wallet = Wallet::start(&options.server).await?;
    let profiler = ["valgrind", "--tool=callgrind", &format!("--callgrind-out-file={}", out.display())];
    let wallet = wallet.restart_under(&profiler.map(str::to_owned)).await?;
    let requests = wallet.requests(psp.url()).await?;
    let (mut connection, pipeline) = (Connection::open(wallet.address).await?, Pipeline::default());
    for serial in 0..times {
        match step {
            Step::Init => drop(connection.expect_ok(requests.init(serial)).await?),
            Step::WholePayment => payment::pay(&mut connection, &requests, serial, &pipeline).await?,
        }
    }
    wallet.process.stop()?;
    total(&out)
}

/// The sum that callgrind writes at the end of its file.
fn total(out: &Path) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(out).context("callgrind left no file; is valgrind installed?")?;
    let line = text.lines().find_map(|line| line.strip_prefix("totals: "));
    line.context("callgrind's file holds no totals")?.trim().parse().context("they are a number")
}
