//! What outlives the server: its data directory, the PSP, the recorder, and the seed that a failing run prints.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lommebok_testkit::fake_psp::{FakePsp, Gate};
use lommebok_testkit::recorder::check::{AllShown, Wrong};
use lommebok_testkit::recorder::{RecordedPayment, RecordedRequest, Recorder};
use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess, database};
use reqwest::Method;
use tempfile::TempDir;

/// The world around a server that is killed again and again.
pub(super) struct World {
    pub(super) launch: Launch,
    pub(super) psp: Arc<FakePsp>,
    pub(super) recorder: Arc<Recorder>,
    pub(super) random: Arc<Random>,
    /// What was wrong while the load ran.
    pub(super) seen: Arc<Mutex<Vec<Wrong>>>,
    /// Opens when the server has been killed: the PSP is late, but not for ever.
    pub(super) gate: Gate,
    /// The kill that is being prepared or looked at, counted from 1.
    pub(super) kill: usize,
    /// What each payment was when it was looked at.
    pub(super) looked_at: AllShown,
    /// The payments whose attempt the last server had open when it was killed.
    pub(super) left_open: BTreeSet<String>,
    /// Attempts that a kill cut off.
    pub(super) lost: usize,
    seed: u64,
    ready_after: Vec<Duration>,
    requests_before: usize,
    _directory: TempDir,
}

impl World {
    pub(super) async fn new() -> Self {
        let seed = std::env::var("LOMMEBOK_KILL_SEED").ok().and_then(|seed| seed.parse().ok());
        // The process id is as good as chance here, and it is printed.
        let seed = seed.unwrap_or_else(|| u64::from(std::process::id()));
        eprintln!("LOMMEBOK_KILL_SEED={seed}");
        let directory = tempfile::tempdir().unwrap();
        Self {
            launch: Launch::new(env!("CARGO_BIN_EXE_lommebok"), directory.path()).with(&["--no-shop"]),
            psp: Arc::new(FakePsp::start().await),
            recorder: Arc::default(),
            random: Arc::new(Random::new(seed)),
            seen: Arc::default(),
            gate: Gate::new(),
            kill: 0,
            looked_at: AllShown::new(),
            left_open: BTreeSet::new(),
            lost: 0,
            seed,
            ready_after: Vec::new(),
            requests_before: 0,
            _directory: directory,
        }
    }

    /// A new round begins: what is started from now on belongs to it.
    pub(super) fn next_kill(&mut self) {
        self.kill += 1;
        self.gate = Gate::new();
        self.requests_before = self.recorder.requests().len();
    }

    /// An ordinary start.
    pub(super) async fn start(&mut self) -> (ServerProcess, PspClient) {
        if self.kill > 0 {
            self.left_open = database::open_attempts(self.launch.data_dir());
        }
        let server = ServerProcess::start(&self.launch).await;
        self.ready_after.push(server.ready_after());
        let client = PspClient::new(&self.launch, &server).await;
        (server, client)
    }

    /// The payments of this round.
    pub(super) fn payments(&self) -> Vec<RecordedPayment> {
        let of_round = format!("kill-{}-", self.kill);
        self.recorder.payments().into_iter().filter(|payment| payment.id.starts_with(&of_round)).collect()
    }

    /// The updatestatus requests of this round.
    pub(super) fn requests(&self) -> Vec<RecordedRequest> {
        self.recorder.requests().into_iter().skip(self.requests_before).collect()
    }

    /// Fails with all that a reader needs when anything is wrong.
    pub(super) async fn expect_nothing_wrong(&self, wrong: Vec<Wrong>, client: &PspClient) {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        let wrong: Vec<Wrong> = seen.into_iter().chain(wrong).collect();
        if wrong.is_empty() {
            return;
        }
        let mut story = format!("{}:\n", self.context());
        for wrong in wrong.iter().take(10) {
            writeln!(story, "* {wrong}").unwrap();
            if self.recorder.payment(&wrong.payment).is_some() {
                let log = client.control(Method::GET, &format!("/payments/{}", wrong.payment), None).await;
                writeln!(story, "  recorded: {:?}", self.recorder.payment(&wrong.payment)).unwrap();
                writeln!(story, "  the wallet: {log:#}").unwrap();
                for request in self.psp.requests_for(&wrong.payment) {
                    writeln!(story, "  the PSP got: {}", request.json).unwrap();
                }
            }
        }
        panic!("{} things are wrong; {story}", wrong.len());
    }

    /// How to repeat this run, and where it is.
    pub(super) fn context(&self) -> String {
        format!("LOMMEBOK_KILL_SEED={}, kill {}", self.seed, self.kill)
    }

    /// The database of a server that does not run is sound.
    pub(super) fn expect_sound_database(&self) {
        let faults = database::faults(self.launch.data_dir());
        assert!(faults.is_empty(), "{}: {faults:#?}", self.context());
    }

    /// The figures of the run.
    pub(super) fn print_figures(&self, what: &str) {
        let mut ready = self.ready_after.clone();
        ready.sort_unstable();
        let (payments, requests) = (self.recorder.payments(), self.recorder.requests());
        let entries = requests.iter().map(|request| request.entries.len()).sum::<usize>();
        eprintln!(
            "{what}: {} kills, {} inits, {} updatestatus requests with {entries} entries, {} makePayment requests on {} connections, \
             {} attempts cut off and settled;\n\
             from start to ready after a kill: median {:?}, longest {:?} ({} starts)",
            self.kill,
            payments.len(),
            requests.len(),
            self.psp.requests().len(),
            self.psp.log().connections.len(),
            self.lost,
            ready[ready.len() / 2],
            ready[ready.len() - 1],
            ready.len(),
        );
    }
}

/// SplitMix64: every seed gives its own sequence, so that a run can be repeated. Shared by reference between tasks. Not for secrets.
#[derive(Debug)]
pub(super) struct Random(Mutex<u64>);

impl Random {
    /// The sequence of `seed`.
    pub(super) fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }

    /// A number below `limit`; 0 when there is none.
    pub(super) fn below(&self, limit: u64) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)).checked_rem(limit).unwrap_or(0)
    }

    /// A number from `from` to `to`, both included.
    pub(super) fn between(&self, from: u64, to: u64) -> u64 {
        from.saturating_add(self.below(to.saturating_sub(from).saturating_add(1)))
    }

    /// True so many times out of a hundred.
    pub(super) fn percent(&self, chances: u64) -> bool {
        self.below(100) < chances
    }
}
