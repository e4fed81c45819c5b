//! P13, far beyond what the wallet can take: inits by 3,000 connections at once, each asking again as soon as it was answered.
//! What is accepted must stay quick, what is refused must be refused quickly and say when to come again, and memory must hold.
//!
//! The generator shares the cores with the server, so what it measures includes waiting for itself.

use std::cell::RefCell;
use std::rc::Rc;

use hdrhistogram::Histogram;
use http::StatusCode;
use tokio::time::Instant;

use super::{AT, Options, Room, init};
use crate::connection::Connection;
use crate::figures::{Figure, OVERLOAD_ACCEPTED, OVERLOAD_MEMORY, OVERLOAD_REFUSED};
use crate::load::{Load, Pace, measure};
use crate::measured::{float, histogram, record};
use crate::psp::Psp;
use crate::report::Report;

/// Some 46 times as many as the wallet needs to be busy.
const CONNECTIONS: usize = 3_000;

/// What became of the requests.
struct Answers {
    accepted: Histogram<u64>,
    refused: Histogram<u64>,
}

pub(super) async fn measure_all(report: &mut Report, options: &Options, psp: &Psp) -> anyhow::Result<()> {
    let room = Room::open(options, psp).await?;
    let pace = Pace { runs: 1, ..room.pace };
    let peak = measure(&room.target(), Load::closed(AT), pace, init::one(&room)).await?;
    let calm = measure(&room.target(), super::four_fifths_of(peak), pace, init::one(&room)).await?;
    let resident = room.wallet.process.resident_bytes()?;
    let answers = Rc::new(RefCell::new(Answers { accepted: histogram(), refused: histogram() }));
    let over = measure(&room.target(), Load::closed(CONNECTIONS), pace, one(&room, &answers)).await?;
    let grown = float(room.wallet.process.resident_bytes()?) / float(resident);
    let answers = answers.borrow();
    let p99 = |latencies: &Histogram<u64>| float(latencies.value_at_quantile(0.99));
    eprintln!(
        "{:.0}/s at once, {:.0}/s at {CONNECTIONS} connections: {} accepted (p99 {:.1} ms, {:.1} at 80 %), {} refused",
        peak.per_second,
        over.per_second,
        answers.accepted.len(),
        p99(&answers.accepted) / 1e3,
        calm.p99_micros / 1e3,
        answers.refused.len(),
    );
    report.figures.push(Figure::new(OVERLOAD_ACCEPTED, p99(&answers.accepted) / calm.p99_micros));
    report.figures.push(Figure::new(OVERLOAD_REFUSED, p99(&answers.refused) / 1e3));
    report.figures.push(Figure::new(OVERLOAD_MEMORY, grown));
    Ok(())
}

/// One init, accepted or refused.
fn one(room: &Room, answers: &Rc<RefCell<Answers>>) -> impl AsyncFn(&mut Connection) -> anyhow::Result<()> + 'static {
    let (requests, serials, answers) = (Rc::clone(&room.requests), Rc::clone(&room.serials), Rc::clone(answers));
    async move |connection: &mut Connection| {
        let asked = Instant::now();
        let (status, body) = connection.send(requests.init(serials.next())).await?;
        let mut answers = answers.borrow_mut();
        match status {
            StatusCode::OK => record(&mut answers.accepted, asked.elapsed()),
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                record(&mut answers.refused, asked.elapsed());
            }
            other => anyhow::bail!("{other} {}", String::from_utf8_lossy(&body)),
        }
        Ok(())
    }
}
