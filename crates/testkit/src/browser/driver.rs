//! The chromedriver of this test process: started once, on a free port, and gone when the process is, however that ends.
//!
//! A static is never dropped, and a killed process drops nothing. So a small shell watches the other end of a pipe: when we
//! end, the pipe closes, and the shell stops chromedriver and removes the profiles. Each Chromium hangs on a pipe of
//! chromedriver's and ends with it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// Waits for the end of its input, then cleans up; a Chromium that is just ending may still write. `$1` is chromedriver, `$2` the folder for everything it writes.
const WATCHDOG: &str = r#"
"$1" --port=0 </dev/null 2>/dev/null &
driver=$!
cat >/dev/null
kill "$driver" 2>/dev/null
wait "$driver" 2>/dev/null
for try in $(seq 50); do
  rm -rf "$2" 2>/dev/null && break
  sleep 0.2
done
"#;

/// What chromedriver says before it names its port.
const STARTED: &str = "started successfully on port ";

/// The driver and the pipe that keeps it alive.
struct Driver {
    address: String,
    _shell: Child,
}

/// Where this process's chromedriver listens.
pub(super) fn address() -> &'static str {
    static DRIVER: OnceLock<Driver> = OnceLock::new();
    &DRIVER.get_or_init(start).address
}

fn start() -> Driver {
    for program in ["chromium", "chromedriver"] {
        assert!(
            is_on_path(program),
            "browser tests need {program}: install it with `cargo xtask install` (on Debian, as root or with sudo), \
             or leave them out with LOMMEBOK_NO_BROWSER=1"
        );
    }
    let folder =
        tempfile::Builder::new().prefix("lommebok-browser-").tempdir().expect("a temporary folder can be made");
    let folder = folder.keep();
    let mut shell = Command::new("sh")
        .args(["-c", WATCHDOG, "watchdog", "chromedriver"])
        .arg(&folder)
        .env("TMPDIR", &folder)
        .env("HOME", &folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("there is a shell");
    let mut lines = BufReader::new(shell.stdout.take().expect("the output is piped")).lines();
    let port = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once(STARTED)?.1.trim_end_matches('.').to_owned()))
        .expect("chromedriver says on which port it listens");
    // What it says later must not fill the pipe.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    Driver { address: format!("http://127.0.0.1:{port}"), _shell: shell }
}

fn is_on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}
