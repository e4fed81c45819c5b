//! The load generator: a fixed number of connections, each one step at a time, in a closed or an open loop.
//!
//! *Closed*: each connection begins its next step when the last one ended; good for rates. *Open*: steps are due by a
//! timetable, and a late one is counted from when it was due, so that a server that stalls cannot hide it by slowing
//! the generator down ("coordinated omission"). All runs of one measurement share connections and warm-up.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context as _;
use hdrhistogram::Histogram;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::connection::Connection;
use crate::measured::{Measured, Run, histogram, record};
use crate::process::Process;

/// How long we look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) warm_up: Duration,
    pub(crate) run: Duration,
    pub(crate) runs: usize,
}

/// How steps arrive.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arrival {
    /// The next step of a connection begins when its last one ended.
    Closed,
    /// Steps are due this often, all connections together.
    Open { per_second: f64 },
}

/// How hard we push.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) arrival: Arrival,
}

impl Load {
    pub(crate) fn closed(connections: usize) -> Self {
        Self { connections, arrival: Arrival::Closed }
    }

    pub(crate) fn open(connections: usize, per_second: f64) -> Self {
        Self { connections, arrival: Arrival::Open { per_second } }
    }
}

/// What all connections of a measurement share. One thread runs them, so cells will do.
struct Shared {
    latencies: RefCell<Histogram<u64>>,
    is_over: Cell<bool>,
    begun: Instant,
    arrival: Arrival,
    /// Steps of the timetable that a task has taken.
    taken: Cell<u32>,
}

/// The server under load.
pub(crate) struct Target<'a> {
    pub(crate) process: &'a Process,
    pub(crate) address: SocketAddr,
}

/// Puts `load` onto the server by repeating `step`, and counts.
///
/// Must run inside a `LocalSet`. The first step that fails ends the measurement.
pub(crate) async fn measure<S>(target: &Target<'_>, load: Load, pace: Pace, step: S) -> anyhow::Result<Measured>
where
    S: AsyncFn(&mut Connection) -> anyhow::Result<()> + 'static,
{
    let shared = Rc::new(Shared {
        latencies: RefCell::new(histogram()),
        is_over: Cell::new(false),
        begun: Instant::now(),
        arrival: load.arrival,
        taken: Cell::new(0),
    });
    let step = Rc::new(step);
    let mut workers = JoinSet::new();
    for _ in 0..load.connections {
        let connection = Connection::open(target.address).await?;
        workers.spawn_local(work(connection, Rc::clone(&shared), Rc::clone(&step)));
    }
    sleep(pace.warm_up).await;
    let mut runs = Vec::new();
    for _ in 0..pace.runs {
        runs.push(one_run(target.process, &shared, pace.run).await?);
        if let Some(ended) = workers.try_join_next() {
            ended??;
        }
    }
    shared.is_over.set(true);
    while let Some(ended) = workers.join_next().await {
        ended??;
    }
    Measured::median_of(&runs).with_context(|| format!("no step ended within {:?}", pace.run))
}

async fn one_run(process: &Process, shared: &Shared, length: Duration) -> anyhow::Result<Run> {
    shared.latencies.borrow_mut().reset();
    let (begun, cpu, written) = (Instant::now(), process.cpu()?, process.written_bytes()?);
    sleep(length).await;
    Ok(Run {
        latencies: shared.latencies.borrow().clone(),
        wall: begun.elapsed(),
        cpu: process.cpu()?.saturating_sub(cpu),
        written_bytes: process.written_bytes()?.saturating_sub(written),
    })
}

/// One connection's work, until the measurement is over.
async fn work<S>(mut connection: Connection, shared: Rc<Shared>, step: Rc<S>) -> anyhow::Result<()>
where
    S: AsyncFn(&mut Connection) -> anyhow::Result<()>,
{
    while !shared.is_over.get() {
        let due = match shared.arrival {
            Arrival::Closed => Instant::now(),
            Arrival::Open { per_second } => shared.next_due(per_second).await,
        };
        step(&mut connection).await?;
        record(&mut shared.latencies.borrow_mut(), due.elapsed());
    }
    Ok(())
}

impl Shared {
    /// Takes the next step of the timetable and waits until it is due; one that is overdue is due at once.
    async fn next_due(&self, per_second: f64) -> Instant {
        let number = self.taken.get();
        self.taken.set(number.saturating_add(1));
        let after = Duration::from_secs_f64(f64::from(number) / per_second);
        let due = self.begun.checked_add(after).unwrap_or(self.begun);
        sleep_until(due).await;
        due
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::LocalSet;

    use super::*;

    const SHORT: Pace = Pace { warm_up: Duration::ZERO, run: Duration::from_millis(200), runs: 1 };

    /// A port that accepts and says nothing, and a process to look at.
    fn silent() -> (Process, std::net::TcpListener) {
        let process = Process::start(std::process::Command::new("sleep").arg("60")).unwrap();
        (process, std::net::TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn measured(
        load: Load,
        step: impl AsyncFn(&mut Connection) -> anyhow::Result<()> + 'static,
    ) -> anyhow::Result<Measured> {
        let (process, listener) = silent();
        let address = listener.local_addr().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let target = Target { process: &process, address };
        LocalSet::new().block_on(&runtime, measure(&target, load, SHORT, step))
    }

    #[test]
    fn in_an_open_loop_a_stall_counts_against_every_step_that_was_due_meanwhile() {
        let stalled = Cell::new(false);
        let measured = measured(Load::open(1, 1000.0), async move |_: &mut Connection| {
            if !stalled.replace(true) {
                // The whole generator stops, as it would behind one slow answer.
                std::thread::park_timeout(Duration::from_millis(100));
            }
            Ok(())
        })
        .unwrap();
        // About 100 of 200 steps were due during the stall; a closed loop would have seen one slow step.
        assert!(measured.p99_micros > 50_000.0, "{measured:?}");
    }

    #[test]
    fn in_an_open_loop_no_step_runs_before_it_is_due() {
        let (begun, steps) = (Instant::now(), Rc::new(Cell::new(0_u32)));
        let counted = Rc::clone(&steps);
        let step = async move |_: &mut Connection| {
            counted.set(counted.get() + 1);
            Ok(())
        };
        measured(Load::open(4, 500.0), step).unwrap();
        // The first step is due at once; the others each 2 ms after the one before.
        assert!(u128::from(steps.get()) <= begun.elapsed().as_millis() / 2 + 1);
    }

    #[test]
    fn a_step_that_fails_ends_the_measurement() {
        let fault = measured(Load::closed(2), async |_: &mut Connection| anyhow::bail!("planted")).unwrap_err();
        assert_eq!(fault.to_string(), "planted");
    }
}
