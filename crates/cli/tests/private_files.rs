//! Databases, logs and keys are their owner's alone, whatever the umask; a key that others can read is refused by `serve`, and
//! mended by `dev`, which says so.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use lommebok_testkit::server_process::{Launch, ServerProcess, bare_command, refusal};

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");

/// Starts the binary under a umask.
const UNDER_A_UMASK: &str = "umask \"$1\"; shift; exec \"$@\"";

fn launch(umask: &str, data_dir: &Path) -> Launch {
    let words = ["-c", UNDER_A_UMASK, "sh", umask, BINARY, "dev", "--listen", "127.0.0.1:0"];
    let free = ["--psp-listen", "127.0.0.1:0", "--shop-listen", "127.0.0.1:0"];
    Launch::of("sh", data_dir, &[&words[..], &free].concat())
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Every file of a data directory and of the sample PSP's folder in it.
fn files(data_dir: &Path) -> Vec<PathBuf> {
    let entries = [data_dir.to_owned(), data_dir.join("sample-psp")].map(|folder| fs::read_dir(folder).unwrap());
    let paths = entries.into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_is_its_owners_alone_whatever_the_umask() {
    for umask in ["000", "022"] {
        let scratch = tempfile::tempdir().unwrap();
        let data_dir = scratch.path().join("data");
        // While it runs the logs are there, too.
        let server = ServerProcess::start(&launch(umask, &data_dir)).await;
        let found = files(&data_dir);
        for path in &found {
            assert_eq!(mode(path), 0o600, "umask {umask}: {}", path.display());
        }
        let names: Vec<_> = found.iter().map(|path| path.strip_prefix(&data_dir).unwrap().to_str().unwrap()).collect();
        for wanted in [
            "lommebok.db-wal",
            "master-keys.toml",
            "running.json",
            "sample-psp/ledger.db-shm",
            "sample-psp/receiver.db",
        ] {
            assert!(names.contains(&wanted), "{wanted} is not among {names:?}");
        }
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_others_can_read_are_made_private_at_the_start_which_says_so() {
    let scratch = tempfile::tempdir().unwrap();
    let data_dir = scratch.path().join("data");
    let plain = launch("022", &data_dir);
    // All keys are there after an orderly stop; killed, it leaves its logs behind.
    drop(ServerProcess::start(&plain).await.stop().await);
    drop(ServerProcess::start(&plain).await.kill().await);
    let before = files(&data_dir);
    for (path, exposed) in before.iter().zip([0o644, 0o640, 0o666, 0o604].into_iter().cycle()) {
        fs::set_permissions(path, Permissions::from_mode(exposed)).unwrap();
    }
    let mut server = ServerProcess::start(&plain).await;
    for path in files(&data_dir) {
        // The lock has nothing in it.
        assert!(mode(&path) == 0o600 || path.ends_with("lock"), "{}", path.display());
    }
    for name in [
        "master-keys.toml",
        "signing-key.pem",
        "control-token",
        "sandbox.toml",
        "lommebok.db",
        "sample-psp/psp.key",
        "sample-psp/acquirer.db",
    ] {
        let path = data_dir.join(name).display().to_string();
        let told = |said: &String| said.lines().any(|line| line.contains(&path) && line.contains("others could read"));
        drop(server.until_complained(told).await);
    }
    server.stop().await;
    let server = ServerProcess::start(&plain).await;
    assert!(!server.complained().contains("others could read"), "{}", server.complained());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_refuses_every_key_file_that_others_can_read() {
    let scratch = tempfile::tempdir().unwrap();
    let data_dir = scratch.path().join("data");
    ServerProcess::start(&launch("022", &data_dir)).await.stop().await;
    let keys = ["master-keys.toml", "signing-key.pem", "control-token"].map(|name| data_dir.join(name));
    let [master, signing, control] = &keys;
    let words = ["--master-keys-file", "--signing-key-file", "--control-token-file"];
    let refused = async || {
        let mut command = bare_command(BINARY, &["serve"]);
        for (word, path) in words.iter().zip([master, signing, control]) {
            command.arg(word).arg(path);
        }
        refusal(command).await
    };
    assert!(!refused().await.contains("others can read"), "each is its owner's alone");
    for exposed in [0o644, 0o640, 0o604, 0o620] {
        for path in &keys {
            fs::set_permissions(path, Permissions::from_mode(exposed)).unwrap();
        }
        let said = refused().await;
        for path in &keys {
            let path = path.display();
            let expected = format!(
                "{path}: others can read it (mode {exposed:04o}); a key is its owner's alone: chmod 600 {path}"
            );
            assert!(said.contains(&expected), "{said}");
        }
        assert!(keys.iter().all(|path| mode(path) == exposed), "serve mends nothing");
    }
}
