//! [`ServerProcess`]: the built binary as a process of its own, on a free port, with everything that it says kept.
//!
//! It learns the address as a user does, from the first line on stdout. Dropping it kills the process.
//! A newcomer's mistake: to look inside. What a process that was killed had in memory is gone; ask the next one.

pub mod database;
mod launch;
mod psp_client;

use std::process::ExitStatus;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::Child;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::eventually::wait_until;
use crate::http_client;
use launch::TIMEOUT_S;

pub use launch::{Launch, bare_command, pasted, refusal};
pub use psp_client::{Lost, PspClient};

/// What the first line on stdout says before the address.
const READY: &str = "Lommebok is ready: ";
/// What comes at the end of the greeting.
const DONE: &str = "Ctrl-C";
/// What comes before the address when links lead elsewhere.
const LISTENS: &str = "  Listens on ";
/// A running server.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    base: String,
    ready_after: Duration,
    stdout: watch::Receiver<String>,
    stderr: watch::Receiver<String>,
    _reading: JoinSet<()>,
}

impl ServerProcess {
    /// Starts one; it is ready (`/readyz`) when this returns.
    ///
    /// # Panics
    /// When it does not get ready; the message holds what it said on stderr.
    pub async fn start(launch: &Launch) -> Self {
        let begun = Instant::now();
        let mut server = Self::listening(launch).await;
        server.until_ready().await;
        server.ready_after = begun.elapsed();
        server
    }

    /// Starts one; it takes requests when this returns, but may not be ready.
    ///
    /// # Panics
    /// When it does not say where it listens; the message holds what it said on stderr.
    pub async fn listening(launch: &Launch) -> Self {
        let mut child = launch.spawn();
        let mut reading = JoinSet::new();
        let stdout = keep(&mut reading, child.stdout.take().expect("stdout is piped"));
        let stderr = keep(&mut reading, child.stderr.take().expect("stderr is piped"));
        let mut server =
            Self { child, base: String::new(), ready_after: Duration::ZERO, stdout, stderr, _reading: reading };
        let said = server.until_said(|said| said.contains(READY) && said.contains(DONE)).await;
        let after = |label| said.lines().find_map(|line| line.strip_prefix(label));
        let own = after(LISTENS).and_then(|rest| rest.split_whitespace().next());
        own.or_else(|| after(READY)).expect("it was there a moment ago").clone_into(&mut server.base);
        server
    }

    /// Starts one and kills it after `moment`, ready or not.
    ///
    /// # Panics
    /// When it ends by itself before.
    pub async fn kill_while_starting(launch: &Launch, moment: Duration) {
        let mut child = launch.spawn();
        let ended = tokio::time::timeout(moment, child.wait()).await;
        assert!(ended.is_err(), "it ended by itself: {ended:?}");
        child.kill().await.expect("the process can be killed");
    }

    /// Waits until it is ready (`/readyz`).
    ///
    /// # Panics
    /// When it does not get ready within 40 s.
    pub async fn until_ready(&self) {
        let client = http_client::client();
        let url = format!("{}/readyz", self.base);
        wait_until("ready", async || client.get(&url).send().await.ok()?.error_for_status().ok().map(drop)).await;
    }

    /// `http://127.0.0.1:port`, as it was said.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// From the start to the first 200 of `/readyz`.
    pub fn ready_after(&self) -> Duration {
        self.ready_after
    }

    /// Everything on stdout so far.
    pub fn said(&self) -> String {
        self.stdout.borrow().clone()
    }

    /// Everything on stderr so far.
    pub fn complained(&self) -> String {
        self.stderr.borrow().clone()
    }

    /// Waits until stdout satisfies `condition`, and gives it.
    ///
    /// # Panics
    /// When the process ends first, or nothing comes for 40 s.
    pub async fn until_said(&mut self, condition: impl FnMut(&String) -> bool) -> String {
        let said = until(&mut self.stdout, condition).await;
        said.unwrap_or_else(|| panic!("the server said\n{}\nand on stderr\n{}", self.said(), self.complained()))
    }

    /// Waits until stderr satisfies `condition`, and gives it.
    ///
    /// # Panics
    /// When the process ends first, or nothing comes for 40 s.
    pub async fn until_complained(&mut self, condition: impl FnMut(&String) -> bool) -> String {
        let said = until(&mut self.stderr, condition).await;
        said.unwrap_or_else(|| panic!("the server only said on stderr\n{}", self.complained()))
    }

    /// `kill -9`, and everything that it said on stderr until then.
    ///
    /// # Panics
    /// When there is nothing left to kill.
    pub async fn kill(mut self) -> String {
        self.child.kill().await.expect("the process can be killed");
        drop(until(&mut self.stderr, |_| false).await);
        self.complained()
    }

    /// Sends SIGTERM.
    ///
    /// # Panics
    /// When the process has ended.
    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Lets it go on after it was stopped (SIGSTOP).
    ///
    /// # Panics
    /// When the process has ended.
    pub fn go_on(&self) {
        self.signal("-CONT");
    }

    /// Whether it is stopped (SIGSTOP).
    ///
    /// # Panics
    /// When the process has ended.
    pub fn is_stopped(&self) -> bool {
        let pid = self.child.id().expect("the process runs");
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        status.lines().any(|line| line.starts_with("State:") && line.contains("stopped"))
    }

    /// The number of its process.
    ///
    /// # Panics
    /// When the process has ended.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("the process runs")
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().expect("the process runs").to_string();
        let told = std::process::Command::new("kill").args([signal, &pid]).status().expect("kill can be run");
        assert!(told.success(), "the process {pid} took no signal");
    }

    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not end within 40 s.
    pub async fn ended(&mut self) -> ExitStatus {
        let end = tokio::time::timeout(Duration::from_secs(TIMEOUT_S), self.child.wait()).await;
        let end = end.unwrap_or_else(|_| panic!("it did not end within {TIMEOUT_S} s: {}", self.complained()));
        end.expect("the end of a child can be waited for")
    }

    /// Stops it in order: SIGTERM, then its end, which must be a success; everything that it said on stderr.
    ///
    /// # Panics
    /// When it fails.
    pub async fn stop(mut self) -> String {
        self.terminate();
        let status = self.ended().await;
        drop(until(&mut self.stderr, |_| false).await);
        assert!(status.success(), "{status}: {}", self.complained());
        self.complained()
    }
}

/// Keeps what comes, line by line; the sender goes when the pipe is closed.
fn keep(reading: &mut JoinSet<()>, pipe: impl AsyncRead + Send + Unpin + 'static) -> watch::Receiver<String> {
    let (sender, receiver) = watch::channel(String::new());
    reading.spawn(async move {
        let mut lines = BufReader::new(pipe).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            sender.send_modify(|all| {
                all.push_str(&line);
                all.push('\n');
            });
        }
    });
    receiver
}

async fn until(kept: &mut watch::Receiver<String>, condition: impl FnMut(&String) -> bool) -> Option<String> {
    let waited = tokio::time::timeout(Duration::from_secs(TIMEOUT_S), kept.wait_for(condition)).await;
    waited.ok()?.ok().map(|text| text.clone())
}
