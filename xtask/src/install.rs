//! What the tests need on a fresh Debian machine: clippy and rustfmt from rustup, Chromium, nginx, curl, Python and Node
//! from apt.
//!
//! Only what is missing is installed, and each installing command is shown before it runs. Where neither root nor
//! sudo is to be had, the message is the command that somebody else must run.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::steps::step;

/// A thing that the tests need, how we see that it is there, and the Debian package that brings it.
struct Need {
    package: &'static str,
    is_there: fn() -> bool,
}

const NEEDS: [Need; 8] = [
    Need { package: "chromium", is_there: || on_path("chromium") },
    Need { package: "chromium-driver", is_there: || on_path("chromedriver") },
    Need { package: "fonts-dejavu-core", is_there: || Path::new("/usr/share/fonts/truetype").is_dir() },
    Need { package: "nginx", is_there: || on_path("nginx") || Path::new("/usr/sbin/nginx").is_file() },
    Need { package: "curl", is_there: || on_path("curl") },
    Need { package: "python3-venv", is_there: || answers(Command::new("python3").args(["-c", "import ensurepip"])) },
    Need { package: "nodejs", is_there: || on_path("node") },
    Need { package: "npm", is_there: || on_path("npm") },
];

/// Makes sure of rustfmt and clippy, which a minimal Rust leaves out.
pub(crate) fn toolchain(root: &Path) -> anyhow::Result<()> {
    let missing: Vec<&str> = [("rustfmt", "cargo-fmt"), ("clippy", "cargo-clippy")]
        .into_iter()
        .filter(|(_, program)| !answers(Command::new(program).arg("--version")))
        .map(|(component, _)| component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    anyhow::ensure!(on_path("rustup"), "missing: {}; install them beside your Rust", missing.join(", "));
    step(root, "install", Command::new("rustup").args(["component", "add"]).args(missing))
}

/// Makes sure of Chromium with its driver and a font, of nginx and curl, and of Python and Node for generated clients and documents.
pub(crate) fn packages(root: &Path) -> anyhow::Result<()> {
    let missing: Vec<&str> = NEEDS.iter().filter(|need| !(need.is_there)()).map(|need| need.package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let wish = format!("apt-get install {}", missing.join(" "));
    anyhow::ensure!(on_path("apt-get"), "the tests need {}, and there is no apt-get here", missing.join(", "));
    anyhow::ensure!(
        is_root() || on_path("sudo"),
        "the tests need more than is installed, and there is no sudo here. Let root run: {wish}\n\
         (or run `cargo xtask check`, which leaves out what needs them)"
    );
    step(root, "install", &mut apt(&["update"]))?;
    let mut install = apt(&["install", "--yes", "--no-install-recommends"]);
    step(root, "install", install.args(missing))
}

fn apt(arguments: &[&str]) -> Command {
    let mut command = Command::new(if is_root() { "apt-get" } else { "sudo" });
    if !is_root() {
        command.args(["DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get"]);
    }
    // In a runlevel without services no package starts one: the tests start an nginx of their own.
    command.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1").args(arguments);
    command
}

/// True when this process runs as root: its own entry in /proc belongs to user 0.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|entry| entry.uid() == 0)
}

fn answers(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| is_in(&path, program))
}

fn is_in(path: &OsStr, program: &str) -> bool {
    std::env::split_paths(path).any(|folder| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_in_any_folder_of_the_path_and_only_there() {
        assert!(is_in(OsStr::new("/nowhere:/bin:/usr/bin"), "sh"));
        assert!(!is_in(OsStr::new("/nowhere"), "sh"));
    }
}
