//! [`Launch`]: how the binary is started, and commands of it that run to their end.
//!
//! All of them run without the settings in this process's environment.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

/// How long a test waits for what a process says, or for its end, in s of real time.
pub(super) const TIMEOUT_S: u64 = 40;

/// How the binary is started.
#[derive(Clone, Debug)]
pub struct Launch {
    binary: PathBuf,
    data_dir: PathBuf,
    arguments: Vec<String>,
}

impl Launch {
    /// `lommebok dev` on this data directory, all ports free ones.
    pub fn new(binary: impl Into<PathBuf>, data_dir: &Path) -> Self {
        Self::of(binary, data_dir, &["dev", "--listen", "127.0.0.1:0"])
    }

    /// The same on these addresses: the wallet's, the sample PSP's and its shop's.
    pub fn at(binary: impl Into<PathBuf>, data_dir: &Path, [wallet, psp, shop]: [&str; 3]) -> Self {
        Self::of(binary, data_dir, &["dev", "--listen", wallet, "--psp-listen", psp, "--shop-listen", shop])
    }

    /// These words on this data directory.
    pub fn of(binary: impl Into<PathBuf>, data_dir: &Path, words: &[&str]) -> Self {
        let arguments = words.iter().map(|word| (*word).to_owned()).collect();
        Self { binary: binary.into(), data_dir: data_dir.to_owned(), arguments }
    }

    /// The same with these further arguments.
    #[must_use]
    pub fn with(&self, arguments: &[&str]) -> Self {
        let mut launch = self.clone();
        launch.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        launch
    }

    /// The data directory.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// A command of the binary about this data directory, such as `env --json`.
    pub fn command(&self, words: &[&str]) -> std::process::Command {
        let mut command = bare_command(&self.binary, words);
        command.arg("--data-dir").arg(&self.data_dir);
        command
    }

    /// What such a command prints on stdout.
    ///
    /// # Panics
    /// When it fails.
    pub fn printed(&self, words: &[&str]) -> String {
        let output = self.command(words).output().expect("the binary can be run");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("a command prints text")
    }

    /// Starts it with its output kept; it is killed when it is dropped.
    pub(super) fn spawn(&self) -> Child {
        let words: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let mut command = Command::from(self.command(&words));
        let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn();
        spawned.expect("the binary can be started")
    }
}

/// A command of the binary in an environment without settings and with an empty stdin.
pub fn bare_command(binary: impl AsRef<OsStr>, words: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(binary);
    without_settings(&mut command);
    command.args(words).stdin(Stdio::null()).env_remove("COLUMNS");
    command
}

/// Takes our settings out of a command's environment, and the variables of our own tests, which the binary would take for
/// misspelt ones.
fn without_settings(command: &mut std::process::Command) {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LOMMEBOK_")) {
        command.env_remove(name);
    }
}

/// What bash prints when this is pasted.
///
/// # Panics
/// When it complains.
pub fn pasted(text: &str) -> String {
    let mut command = std::process::Command::new("bash");
    without_settings(&mut command);
    command.env("no_proxy", "*").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut bash = command.spawn().expect("bash is there");
    let pasted = bash.stdin.take().expect("stdin is piped").write_all(text.as_bytes());
    pasted.expect("bash reads");
    let output = bash.wait_with_output().expect("bash ends");
    assert!(output.stderr.is_empty(), "is curl installed? {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("bash prints text")
}

/// What a command says on stderr when it refuses.
///
/// # Panics
/// When it does not refuse, or does not end within 40 s.
pub async fn refusal(command: std::process::Command) -> String {
    let shown = format!("{command:?}");
    let running = Command::from(command).kill_on_drop(true).output();
    let output = tokio::time::timeout(Duration::from_secs(TIMEOUT_S), running).await;
    let output = output.unwrap_or_else(|_| panic!("{shown} did not end")).expect("the binary can be run");
    assert!(!output.status.success(), "{shown} did not refuse: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).expect("a refusal is text")
}
