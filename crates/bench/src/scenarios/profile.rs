//! A counted number of requests to a server under a profiler: two runs of different length, subtracted, leave what one
//! request costs, without start and end.
//!
//! Not a figure of PERFORMANCE: this is how one finds out why a figure is what it is. `docs/benchmarks.md` shows the use.

use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;

use clap::{Args, ValueEnum};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::Instant;

use super::payment::reserve;
use crate::connection::Connection;
use crate::identifiers::Serials;
use crate::load::Target;
use crate::measured::float;
use crate::process::Process;
use crate::psp::Psp;
use crate::requests::Requests;
use crate::wallet::Wallet;

/// What is asked, and of whom.
#[derive(Args)]
pub(crate) struct Options {
    /// The build of `lommebok` (best: `--profile profiling`).
    #[arg(long)]
    server: PathBuf,
    /// What is asked.
    #[arg(long, value_enum)]
    what: What,
    /// How often.
    #[arg(long, default_value_t = 10_000)]
    requests: u64,
    /// By how many connections at once.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// The profiler and its arguments, for example `--under valgrind --tool=callgrind`. Must come last.
    #[arg(long, num_args = 0.., allow_hyphen_values = true)]
    under: Vec<String>,
}

/// What is asked of the server again and again.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum What {
    /// A durable init.
    Init,
    /// Details of one of a thousand reserved payments.
    Details,
    /// Init and force-approve: everything as far as reserved.
    Reserve,
    /// An updatestatus that captures 1 of each of a thousand reserved payments.
    Capture,
}

/// Payments that are there already.
const PRESENT: u64 = 1_000;

/// Asks, says what the server needed, and stops it in order, so that its profiler writes what it saw.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, ask(options))
}

async fn ask(options: &Options) -> anyhow::Result<()> {
    let psp = Psp::start(true).await?;
    let wallet = Wallet::start(&options.server).await?;
    let requests = Rc::new(wallet.requests(psp.url()).await?);
    let serials = Rc::new(Serials::default());
    if matches!(options.what, What::Details | What::Capture) {
        let mut connection = Connection::open(wallet.address).await?;
        for serial in std::iter::repeat_with(|| serials.next()).take(usize::try_from(PRESENT)?) {
            reserve(&mut connection, &requests, serial).await?;
        }
    }
    let wallet = wallet.restart_under(&options.under).await?;
    // Tokens are for the address at which they were given.
    let requests = Rc::new(wallet.requests(psp.url()).await?);
    let yardstick = echo_micros(options, &requests).await?;
    let target = Target { process: &wallet.process, address: wallet.address };
    let (per_second, micros) = counted(&target, options, requests, serials).await?;
    println!(
        "{per_second:.0}/s, {micros:.1} µs of CPU each, {:.2} of the yardstick's {yardstick:.1}",
        micros / yardstick
    );
    wallet.process.stop()
}

/// The yardstick's CPU for as many inits, in microseconds, a moment before: other work on the machine slows both.
async fn echo_micros(options: &Options, requests: &Requests) -> anyhow::Result<f64> {
    let (process, address) = Process::start_echo()?;
    let requests = Rc::new(requests.at(&address.to_string())?);
    let inits = Options { what: What::Init, server: PathBuf::new(), under: Vec::new(), ..*options };
    let (_, micros) = counted(&Target { process: &process, address }, &inits, requests, Rc::default()).await?;
    Ok(micros)
}

/// Asks as often as `options` say; requests per second, and the server's CPU for each in microseconds.
async fn counted(
    target: &Target<'_>,
    options: &Options,
    requests: Rc<Requests>,
    serials: Rc<Serials>,
) -> anyhow::Result<(f64, f64)> {
    let left = Rc::new(Cell::new(options.requests));
    let mut workers = JoinSet::new();
    for _ in 0..options.connections {
        let connection = Connection::open(target.address).await?;
        let (requests, serials) = (Rc::clone(&requests), Rc::clone(&serials));
        workers.spawn_local(work(connection, options.what, Rc::clone(&left), requests, serials));
    }
    let (begun, cpu) = (Instant::now(), target.process.cpu()?);
    while let Some(ended) = workers.join_next().await {
        ended??;
    }
    let count = float(options.requests);
    let micros = target.process.cpu()?.saturating_sub(cpu).as_secs_f64() * 1e6 / count;
    Ok((count / begun.elapsed().as_secs_f64(), micros))
}

async fn work(
    mut connection: Connection,
    what: What,
    left: Rc<Cell<u64>>,
    requests: Rc<Requests>,
    serials: Rc<Serials>,
) -> anyhow::Result<()> {
    while let Some(now_left) = left.get().checked_sub(1) {
        left.set(now_left);
        match what {
            What::Init => drop(connection.expect_ok(requests.init(serials.next())).await?),
            What::Details => {
                let serial = now_left.wrapping_mul(super::details::STRIDE).checked_rem(PRESENT).unwrap_or_default();
                connection.expect_ok(requests.details(serial)).await?;
            }
            What::Reserve => reserve(&mut connection, &requests, serials.next()).await?,
            What::Capture => {
                let all: Vec<u64> = (0..PRESENT).collect();
                connection.expect_ok(requests.capture(&all, 1)).await?;
            }
        }
    }
    Ok(())
}
