//! P10: from start to ready on data that is there already, and the memory of an idle server.
//!
//! The first start makes keys and seeds; only restarts count, the median of five.

use std::path::Path;
use std::time::Duration;

use tokio::time::sleep;

use crate::figures::{Figure, IDLE_MEMORY, READY};
use crate::measured::{float, median};
use crate::report::Report;
use crate::wallet::Wallet;

const RESTARTS: usize = 5;

/// What a server does after its start is over by then.
const SETTLED_AFTER: Duration = Duration::from_secs(2);

pub(super) async fn measure_all(report: &mut Report, server: &Path) -> anyhow::Result<()> {
    let mut wallet = Wallet::start(server).await?;
    let mut millis = Vec::new();
    for _ in 0..RESTARTS {
        let (restarted, took) = wallet.restart().await?;
        wallet = restarted;
        millis.push(took.as_secs_f64() * 1e3);
    }
    sleep(SETTLED_AFTER).await;
    let idle_megabytes = float(wallet.process.resident_bytes()?) / 1e6;
    report.figures.push(Figure::new(READY, median(millis)));
    report.figures.push(Figure::new(IDLE_MEMORY, idle_megabytes));
    wallet.process.stop()
}
