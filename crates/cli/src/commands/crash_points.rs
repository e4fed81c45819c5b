//! For crash tests: where `lommebok dev` ends abruptly or waits, once an attempt has come to a point. Hidden flags, since
//! only these tests need them.

use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::{Arg, ArgMatches};
use lommebok_domain::PaymentId;
use lommebok_engine::attempts::{CrashPoint, CrashPoints};

/// The flags.
pub(super) fn arguments() -> [Arg; 2] {
    let at =
        |name: &'static str| Arg::new(name).long(name).value_name("STAGE[:N]").hide(true).value_parser(Hold::parse);
    let hold = at("hold-at").help("Stop dead when the Nth attempt (default: the first) has come this far");
    let stop = at("stop-at").help("The whole process stops there, as by SIGSTOP, until it gets SIGCONT");
    [hold, stop]
}

/// Where a crash test wants the process to stop dead.
#[derive(Clone, Copy, Debug)]
struct Hold {
    point: CrashPoint,
    /// The attempt that is held, counted from 1; so are all that come after it.
    from: u64,
}

impl Hold {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, from) = text.split_once(':').unwrap_or((text, "1"));
        let point = CrashPoint::ALL.into_iter().find(|point| point.as_str() == name);
        let names = CrashPoint::ALL.map(CrashPoint::as_str).join(", ");
        let point = point.ok_or_else(|| format!("the point is one of {names}"))?;
        let from = from.parse().map_err(|_| format!("{from} is not a number"))?;
        Ok(Self { point, from })
    }
}

/// Tells when an attempt has come to its point, and holds the thread there for ever, or stops the whole process there once.
pub(super) fn crash_points(matches: &ArgMatches) -> CrashPoints {
    let awaited = |name| matches.get_one::<Hold>(name).map(|at| Awaited { at: *at, reached: AtomicU64::new(0) });
    let (dead, still) = (awaited("hold-at"), awaited("stop-at"));
    if dead.is_none() && still.is_none() {
        return CrashPoints::default();
    }
    CrashPoints::notifying(move |point, payment| {
        if still.as_ref().and_then(|still| still.passed(point)) == Some(0) {
            say_whole("stopped", point, payment);
            // Raised in this very thread: a signal to the process would let it run on for a moment.
            let _gone_on = nix::sys::signal::raise(nix::sys::signal::SIGSTOP);
        }
        if dead.as_ref().and_then(|dead| dead.passed(point)).is_some() {
            say_whole("held", point, payment);
            loop {
                std::thread::park();
            }
        }
    })
}

/// Says on stderr, in one write, how far an attempt has come: the reader may kill this process between two of them.
fn say_whole(what: &str, point: CrashPoint, payment: PaymentId) {
    let line = format!("{what} at {} payment {}\n", point.as_str(), payment.get());
    // Without a reader there is nothing to do.
    let _unread = std::io::stderr().lock().write_all(line.as_bytes());
}

/// A point at which something is to happen.
struct Awaited {
    at: Hold,
    reached: AtomicU64,
}

impl Awaited {
    /// How many attempts have come here since the first that counts; nothing elsewhere, or before it.
    fn passed(&self, point: CrashPoint) -> Option<u64> {
        if point != self.at.point {
            return None;
        }
        self.reached.fetch_add(1, Ordering::SeqCst).saturating_add(1).checked_sub(self.at.from)
    }
}
