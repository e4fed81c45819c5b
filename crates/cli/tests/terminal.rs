//! What a person sees on a terminal: colours, unless `NO_COLOR` says that they are not wanted.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use lommebok_testkit::server_process::{Launch, ServerProcess, bare_command};
use nix::pty::openpty;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");
/// With what a colour begins.
const ESCAPE: char = '\u{1b}';
/// What is heard of a seed that fixes credentials.
const TAKES_OVER: &str = "the seed fixes other credentials";

/// Runs the command on a terminal of its own, ends it when it has said `last`, and gives all that stood there.
fn on_a_terminal(mut command: Command, last: Option<&str>) -> String {
    let terminal = openpty(None, None).unwrap();
    let other_end = || Stdio::from(terminal.slave.try_clone().unwrap());
    command.env("TERM", "xterm").stdout(other_end()).stderr(other_end());
    let mut child = command.spawn().unwrap();
    // Ours are gone as well, so that the end can be seen.
    drop((command, terminal.slave));
    let (tells, told) = mpsc::channel();
    let mut screen = File::from(terminal.master);
    let reader = std::thread::spawn(move || {
        let mut bytes = [0; 4_096];
        // When the other end is closed, the operating system says so with an error.
        while let Ok(count @ 1..) = screen.read(&mut bytes) {
            tells.send(String::from_utf8_lossy(&bytes[..count]).into_owned()).unwrap();
        }
    });
    let mut seen = String::new();
    let mut told_to_end = last.is_none();
    while let Ok(more) = told.recv_timeout(Duration::from_secs(40)) {
        seen.push_str(&more);
        if !told_to_end && last.is_some_and(|last| seen.contains(last)) {
            told_to_end = true;
            kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGTERM).unwrap();
        }
    }
    // Does nothing where it has ended.
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    seen
}

fn with(no_color: Option<&str>, mut command: Command) -> Command {
    command.env_remove("NO_COLOR");
    if let Some(value) = no_color {
        command.env("NO_COLOR", value);
    }
    command
}

/// A seed that gives its PSP another id than the data directory has: the start says so in the log.
fn with_another_seed(directory: &Path, id: &str) -> String {
    let seed = include_str!("../../server/src/seeds/seed.toml");
    let fixed = format!("name = \"nordlys\"\npsp_id = \"{id}\"");
    let path = directory.join("seed.toml");
    fs::write(&path, seed.replacen("name = \"nordlys\"", &fixed, 1)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_come_on_a_terminal_and_not_where_no_color_is_set() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    ServerProcess::start(&launch).await.stop().await;
    for (digit, no_color, is_coloured) in [("1", None, true), ("2", Some("1"), false), ("3", Some(""), true)] {
        let help = on_a_terminal(with(no_color, bare_command(BINARY, &["dev", "--help"])), None);
        assert!(help.contains("--listen"), "{help}");
        assert_eq!(help.contains(ESCAPE), is_coloured, "NO_COLOR {no_color:?}: {help}");
        let seed = with_another_seed(directory.path(), &digit.repeat(32));
        let words = ["dev", "--listen", "127.0.0.1:0", "--no-shop", "--seed-file", &seed];
        let log = on_a_terminal(with(no_color, launch.command(&words)), Some("Ctrl-C"));
        let line = log.lines().find(|line| line.contains(TAKES_OVER)).unwrap_or_else(|| panic!("{log}"));
        assert_eq!(line.contains(ESCAPE), is_coloured, "NO_COLOR {no_color:?}: {line}");
    }
}

/// What bash offers after these words.
fn offered(words: &[&str]) -> String {
    let script = "source <(\"$0\" completions bash); COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); \
                  _lommebok lommebok \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let mut bash = Command::new("bash");
    let output = bash.args(["-c", script, BINARY]).args(words).output().unwrap();
    assert!(output.stderr.is_empty(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn bash_completes_commands_options_and_values() {
    assert_eq!(offered(&["lommebok", "pay"]), "payments\n");
    assert_eq!(offered(&["lommebok", "clock", "res"]), "resume\nreset\n");
    assert_eq!(offered(&["lommebok", "dev", "--shop-p"]), "--shop-public-url\n");
    assert_eq!(offered(&["lommebok", "dev", "--shop", "o"]), "on\noff\n");
    assert_eq!(offered(&["lommebok", "dev", "--hold"]), "\n", "a crash test's flag is nobody else's");
}

#[test]
fn every_shell_of_ours_gets_a_script_with_all_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let output = bare_command(BINARY, &["completions", shell]).output().unwrap();
        let script = String::from_utf8(output.stdout).unwrap();
        for word in ["payments", "reset", "shop-public-url", "at_once"] {
            assert!(script.contains(word), "{shell} has no {word}");
        }
    }
    let output = bare_command(BINARY, &["completions", "tcsh"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("[possible values: bash, zsh, fish]"));
}

#[test]
fn each_command_has_a_man_page_and_no_page_has_what_is_hidden() {
    let directory = tempfile::tempdir().unwrap();
    let man1 = directory.path().join("share/man1");
    let output = bare_command(BINARY, &["man", man1.to_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let page = |name: &str| fs::read_to_string(man1.join(name)).unwrap();
    for name in ["lommebok.1", "lommebok-env.1", "lommebok-clock-reset.1", "lommebok-payments-list.1"] {
        assert!(page(name).contains(".SH NAME"), "{name}");
    }
    let dev = page("lommebok-dev.1");
    assert!(dev.contains("\\-\\-shop\\-public\\-url") && dev.contains("SAMPLE PSP AND SHOP"), "{dev}");
    assert!(!dev.contains("hold\\-at"), "a crash test's flag is nobody else's");
}
