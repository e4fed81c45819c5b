//! P9: ten thousand makePayment calls at a PSP that does not answer, and what each costs the server in memory.
//!
//! Business time is frozen, or the 15 s would end the calls. The client that approved hangs up as soon as the PSP was called,
//! so that only the outgoing calls are left to be counted. The payments themselves were there before.

use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::connection::Connection;
use crate::figures::{Figure, WAITING_CALL};
use crate::measured::float;
use crate::psp::Psp;
use crate::report::Report;
use crate::requests::{Requests, landing_token};
use crate::wallet::Wallet;

/// Calls that wait at once.
const CALLS: usize = 10_000;

/// Approvals sent before the next wait for the PSP to have been called.
const WAVE: usize = 100;

/// The server's limits, out of the way.
const SETTINGS: [(&str, &str); 1] = [("LOMMEBOK_CALLS_IN_FLIGHT_PER_PSP", "20000")];

/// Longest wait for one wave's calls.
const CALLED_WITHIN: Duration = Duration::from_secs(10);

pub(super) async fn measure_all(report: &mut Report, server: &Path) -> anyhow::Result<()> {
    let psp = Psp::start(false).await?;
    let wallet = Wallet::start_with(server, &SETTINGS).await?;
    let requests = Rc::new(wallet.requests(psp.url()).await?);
    wallet.freeze_clock()?;
    let approvals = init_all(&wallet, &requests).await?;
    let before = wallet.process.resident_bytes()?;
    for wave in approvals.chunks(WAVE) {
        approve_and_hang_up(&wallet, &requests, &psp, wave).await?;
    }
    let grown = wallet.process.resident_bytes()?.saturating_sub(before);
    eprintln!("{} calls wait, resident memory grew by {} bytes", psp.waiting(), grown);
    report.figures.push(Figure::new(WAITING_CALL, float(grown) / float(u64::try_from(CALLS)?) / 1e3));
    psp.open();
    Ok(())
}

/// All payments, each with the token that approves it.
async fn init_all(wallet: &Wallet, requests: &Requests) -> anyhow::Result<Vec<(u64, String)>> {
    let mut connection = Connection::open(wallet.address).await?;
    let mut approvals = Vec::with_capacity(CALLS);
    for serial in (0..).take(CALLS) {
        let answer = connection.expect_ok(requests.init(serial)).await?;
        approvals.push((serial, landing_token(&answer).context("the answer to init holds no token in its link")?));
    }
    Ok(approvals)
}

async fn approve_and_hang_up(
    wallet: &Wallet,
    requests: &Rc<Requests>,
    psp: &Psp,
    wave: &[(u64, String)],
) -> anyhow::Result<()> {
    let expected = psp.waiting().saturating_add(wave.len());
    let mut callers = JoinSet::new();
    for (serial, token) in wave.iter().cloned() {
        let requests = Rc::clone(requests);
        let mut connection = Connection::open(wallet.address).await?;
        callers.spawn_local(async move { connection.expect_ok(requests.approve(serial, &token)).await });
    }
    let begun = Instant::now();
    while psp.waiting() < expected {
        if let Some(ended) = callers.try_join_next() {
            // No call has been answered, so an approval that has ended was refused.
            let body = ended??;
            anyhow::bail!("an approval ended before its call did: {}", String::from_utf8_lossy(&body));
        }
        anyhow::ensure!(begun.elapsed() < CALLED_WITHIN, "{} of {expected} calls came", psp.waiting());
        sleep(Duration::from_millis(5)).await;
    }
    callers.shutdown().await;
    Ok(())
}
