//! A server as a child process, and what the kernel says that it used: CPU, memory, bytes written.
//!
//! The generator shares the cores with the server, so only the server's own CPU is an honest cost. A child ends with
//! its owner: it is killed when this value is dropped.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;

/// Linux counts CPU time in hundredths of a second on every architecture that we know (`getconf CLK_TCK`).
const TICK: Duration = Duration::from_millis(10);

/// A running server.
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts `command`, its words thrown away.
    pub(crate) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        Ok(Self { child: child.with_context(|| format!("cannot start {}", command.get_program().display()))? })
    }

    /// Starts `command`, which waits for what is on its stdin.
    pub(crate) fn start_fed(command: &mut Command) -> anyhow::Result<(Self, ChildStdin)> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        let stdin = child.stdin.take().context("its stdin is piped")?;
        Ok((Self { child }, stdin))
    }

    /// Starts this program's own echo, and says where it listens.
    pub(crate) fn start_echo() -> anyhow::Result<(Self, SocketAddr)> {
        Self::start_own(&["echo", "--listen", "127.0.0.1:0"])
    }

    /// Starts a server of this program's own, which says first where it listens.
    pub(crate) fn start_own(arguments: &[&str]) -> anyhow::Result<(Self, SocketAddr)> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command.args(arguments).stdout(Stdio::piped()).spawn()?;
        let out = child.stdout.take().context("the server's stdout is piped")?;
        let process = Self { child };
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let address =
            line.trim().parse().with_context(|| format!("the server said {line:?} instead of its address"))?;
        Ok((process, address))
    }

    /// User and system time since it was started, of all its threads.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = self.read("stat")?;
        cpu_of(&stat).with_context(|| format!("strange /proc/…/stat: {stat}"))
    }

    /// Bytes that it caused to be written to storage, by the kernel's count of dirtied pages.
    pub(crate) fn written_bytes(&self) -> anyhow::Result<u64> {
        let io = self.read("io")?;
        field(&io, "write_bytes:").with_context(|| format!("strange /proc/…/io: {io}"))
    }

    /// Resident memory, in bytes.
    pub(crate) fn resident_bytes(&self) -> anyhow::Result<u64> {
        let status = self.read("status")?;
        let kibibytes = field(&status, "VmRSS:").with_context(|| format!("strange /proc/…/status: {status}"))?;
        Ok(kibibytes.saturating_mul(1024))
    }

    /// Fails with its exit status when it has ended.
    pub(crate) fn is_alive(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait()? {
            Some(status) => anyhow::bail!("the server has ended: {status}"),
            None => Ok(()),
        }
    }

    /// Ends it in order: SIGTERM, then waits.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        self.child.wait()?;
        Ok(())
    }

    fn read(&self, name: &str) -> anyhow::Result<String> {
        let path: PathBuf = Path::new("/proc").join(self.child.id().to_string()).join(name);
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill and nothing to say.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `utime` and `stime` of a line of `/proc/PID/stat`: fields 14 and 15, counted after the name in parentheses, which
/// may itself hold blanks and parentheses.
fn cpu_of(stat: &str) -> Option<Duration> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    TICK.checked_mul(user.checked_add(system)?)
}

/// The number behind `name` in a list of `name: number` lines.
fn field(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_is_user_and_system_time_even_behind_a_name_with_parentheses() {
        let stat = "42 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 150 25 0 0 20 0 4 0 99";
        assert_eq!(cpu_of(stat), Some(Duration::from_millis(1750)));
        assert_eq!(cpu_of("42 (a) S 1"), None);
    }

    #[test]
    fn numbers_are_found_by_the_whole_name_of_their_line() {
        let io = "rchar: 1\nwrite_bytes: 4096\ncancelled_write_bytes: 7\n";
        assert_eq!(field(io, "write_bytes:"), Some(4096));
        assert_eq!(field("VmHWM:\t 9 kB\nVmRSS:\t  2048 kB\n", "VmRSS:"), Some(2048));
        assert_eq!(field(io, "VmRSS:"), None);
    }

    #[test]
    fn a_child_reports_its_memory_and_ends_with_its_owner() {
        let process = Process::start(Command::new("sleep").arg("60")).unwrap();
        assert!(process.resident_bytes().unwrap() > 0);
        let entry = Path::new("/proc").join(process.child.id().to_string());
        drop(process);
        assert!(!entry.exists());
    }
}
