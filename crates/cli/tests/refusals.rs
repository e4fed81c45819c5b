//! What does not start says why, names the fault and the place, and leaves everything as it was.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use lommebok_testkit::server_process::{Launch, ServerProcess, bare_command, refusal};

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");
const FREE_PORTS: [&str; 6] =
    ["--listen", "127.0.0.1:0", "--psp-listen", "127.0.0.1:0", "--shop-listen", "127.0.0.1:0"];

/// Who can't start when it is not the wallet.
const BESIDE: &str = "the sample PSP can't start: ";

/// What `lommebok dev` on free ports says when it refuses, with these further words.
async fn dev_refuses(data_dir: &Path, words: &[&str]) -> String {
    let data_dir = data_dir.to_str().unwrap();
    let words = [&["dev"], &FREE_PORTS[..], &["--data-dir", data_dir], words].concat();
    refusal(bare_command(BINARY, &words)).await
}

/// What `lommebok` says when it refuses these words.
async fn refuses(words: &[&str]) -> String {
    refusal(bare_command(BINARY, words)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_one_data_directory_is_refused_and_the_first_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path());
    let first = ServerProcess::start(&launch).await;
    let path = directory.path().display();
    assert_eq!(
        dev_refuses(directory.path(), &[]).await,
        format!("lommebok: {path}: in use by another process; stop it, or choose another directory with --data-dir\n"),
    );
    assert!(launch.printed(&["env"]).contains(first.base()), "the first is still the one that is found");
    first.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_named_with_what_moves_it_and_nobody_is_told_of_a_server_that_did_not_start() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let cases: [(&str, &str, &[&str]); 4] = [
        ("--listen", "", &[]),
        ("--psp-listen", BESIDE, &[]),
        ("--shop-listen", BESIDE, &[]),
        ("--psp-listen", "", &["--no-shop"]),
    ];
    for (flag, who, more) in cases {
        let directory = tempfile::tempdir().unwrap();
        let data_dir = directory.path().to_str().unwrap();
        let mut words = [&["dev", "--data-dir", data_dir, flag, &address], more].concat();
        for other in FREE_PORTS.iter().filter(|word| word.starts_with("--") && **word != flag) {
            words.extend([other, "127.0.0.1:0"]);
        }
        let said = refuses(&words).await;
        let variable = format!("LOMMEBOK_{}", flag.trim_start_matches('-').replace('-', "_").to_uppercase());
        let why = format!(
            "{address} can't be listened on: Address already in use (os error 98); choose another address with {flag} or \
             {variable}, port 0 takes a free one"
        );
        assert_eq!(said, format!("lommebok: {who}{why}\n"));
        let said = refuses(&["env", "--data-dir", data_dir]).await;
        assert!(said.starts_with("lommebok: no server runs on "), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_setting_is_an_error_with_its_file_and_line() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("lommebok.toml");
    fs::write(&file, "# mine\nlistenn = \"127.0.0.1:1\"\nbody_wait_s = \"soon\"\nmaster_keys_file = \"k\"\n").unwrap();
    let path = file.to_str().unwrap();
    let data_dir = directory.path().join("data");
    assert_eq!(
        dev_refuses(&data_dir, &["--config", path]).await,
        format!(
            "lommebok: {path}, line 2: listenn: unknown setting\n\
             {path}, line 4: master_keys_file: belongs to `lommebok serve` only\n\
             {path}, line 3: body_wait_s: must be a whole number from 1 to 3600\n"
        ),
    );
    assert!(!data_dir.exists(), "nothing was made");
    let said = dev_refuses(&data_dir, &["--config", "nowhere.toml"]).await;
    assert_eq!(said, "lommebok: nowhere.toml can't be read: No such file or directory (os error 2)\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_flag_and_a_wrong_value_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let said = dev_refuses(directory.path(), &["--lisen", "127.0.0.1:0"]).await;
    assert!(said.starts_with("error: unexpected argument '--lisen' found"), "{said}");
    let said = refuses(&["dev", "--listen", "8480"]).await;
    let address =
        "must be an IP address or localhost, and a port, such as 127.0.0.1:8480, localhost:8480 or [::1]:8480";
    assert_eq!(said, format!("lommebok: --listen: {address}\n"));
    let mut command = bare_command(BINARY, &["dev"]);
    command.env("LOMMEBOK_LISTEN", "8480");
    assert_eq!(refusal(command).await, format!("lommebok: environment: LOMMEBOK_LISTEN: {address}\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_directory_that_cannot_be_made_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a-file");
    fs::write(&file, "").unwrap();
    // Below a file not even root can make a directory.
    let below = file.join("data");
    let said = dev_refuses(&below, &[]).await;
    assert_eq!(said, format!("lommebok: {}: Not a directory (os error 20)\n", below.display()));
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_keys_and_databases_are_named_and_left_as_they_are() {
    let sound = tempfile::tempdir().unwrap();
    ServerProcess::start(&Launch::new(BINARY, sound.path())).await.stop().await;
    for (name, damage, said) in [
        ("master-keys.toml", "not TOML", "master-keys.toml: "),
        ("sandbox.toml", "not TOML", "sandbox.toml: "),
        ("control-token", "short", "control-token: must be one line of at least 32 visible characters"),
        ("signing-key.pem", "no key", "signing-key.pem: must be a private key in PEM"),
        (
            "lommebok.db",
            "no database, but long enough to be looked at",
            "lommebok.db can't be used: the database is damaged; restore a backup that `lommebok check` finds sound: ",
        ),
        (
            "sample-psp/ledger.db",
            "no database, but long enough to be looked at",
            "sample-psp/ledger.db can't be used: ",
        ),
        ("sample-psp/psp.key", "no key", "sample-psp/psp.key can't be used: "),
    ] {
        let directory = tempfile::tempdir().unwrap();
        for folder in ["", "sample-psp"] {
            fs::create_dir_all(directory.path().join(folder)).unwrap();
            let entries = fs::read_dir(sound.path().join(folder)).unwrap().map(Result::unwrap);
            for file in entries.filter(|entry| entry.file_type().unwrap().is_file()) {
                fs::copy(file.path(), directory.path().join(folder).join(file.file_name())).unwrap();
            }
        }
        let path = directory.path().join(name);
        fs::write(&path, damage).unwrap();
        let refused = dev_refuses(directory.path(), &[]).await;
        let who = if name.starts_with("sample-psp") { BESIDE } else { "" };
        let expected = format!("lommebok: {who}{}/{said}", directory.path().display());
        assert!(refused.starts_with(&expected), "{name}: {refused}");
        assert_eq!(fs::read_to_string(&path).unwrap(), damage, "{name} was not touched");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_seed_is_refused_with_its_place() {
    let directory = tempfile::tempdir().unwrap();
    let seed = directory.path().join("seed.toml");
    fs::write(&seed, "[[psps]]\nname = \"nordlys\"\ncolour = \"red\"\n").unwrap();
    let said = dev_refuses(&directory.path().join("data"), &["--seed-file", seed.to_str().unwrap()]).await;
    assert!(
        said.starts_with(&format!("lommebok: {}, line 3, column 1: unknown field `colour`", seed.display())),
        "{said}"
    );
    let checked = refuses(&["seed", "--check", seed.to_str().unwrap()]).await;
    assert_eq!(checked, said, "checked without a server, it is refused the same");
}

#[test]
fn the_seed_that_is_printed_is_one_to_begin_with() {
    let directory = tempfile::tempdir().unwrap();
    let printed = |words: &[&str]| {
        let output = bare_command(BINARY, words).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let seed = directory.path().join("seed.toml");
    fs::write(&seed, printed(&["seed"])).unwrap();
    let said = printed(&["seed", "--check", seed.to_str().unwrap()]);
    assert_eq!(said, format!("{} is good: 2 PSPs, 3 merchants, 4 users, 7 cards\n", seed.display()));
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_names_everything_that_it_lacks_at_once_the_token_service_included() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("serve.toml");
    fs::write(&file, "listen = \"127.0.0.1:0\"\npublic_url = \"http://wallet.example\"\ndata_dir = \"d\"\n").unwrap();
    let path = file.to_str().unwrap();
    assert_eq!(
        refuses(&["serve", "--config", path]).await,
        format!(
            "lommebok: not started:\n\
             {path}, line 3: data_dir: belongs to `lommebok dev` only\n\
             {path}, line 2: public_url: must be https: tokens and links must not travel in clear\n\
             database_url: is missing\n\
             master_keys_file: is missing\n\
             signing_key_file: is missing\n\
             control_token_file: is missing\n\
             token_service: is missing\n"
        ),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_with_all_else_configured_still_wants_a_token_service() {
    let sandbox = tempfile::tempdir().unwrap();
    ServerProcess::start(&Launch::new(BINARY, sandbox.path())).await.stop().await;
    let file = |name: &str| sandbox.path().join(name).display().to_string();
    let config = sandbox.path().join("serve.toml");
    let text = format!(
        "public_url = \"https://wallet.example\"\ndatabase_url = \"sqlite:{}\"\nmaster_keys_file = \"{}\"\n\
         signing_key_file = \"{}\"\ncontrol_token_file = \"{}\"\ntoken_service = \"simulated\"\n",
        file("serve.db"),
        file("master-keys.toml"),
        file("signing-key.pem"),
        file("control-token"),
    );
    fs::write(&config, text).unwrap();
    let path = config.to_str().unwrap();
    assert_eq!(
        refuses(&["serve", "--config", path]).await,
        format!(
            "lommebok: not started:\n{path}, line 6: token_service: none but the simulated one exists yet, and that one \
             is for `lommebok dev` only\n"
        ),
    );
    assert!(!sandbox.path().join("serve.db").exists(), "nothing was made");
}

/// A copy of a data directory whose server was stopped.
fn copied(from: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap).filter(|entry| entry.file_type().unwrap().is_file()) {
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_or_empty_beside_its_keys_is_missed_and_not_made_anew() {
    let sound = tempfile::tempdir().unwrap();
    let no_shop = Launch::new(BINARY, sound.path()).with(&["--no-shop"]);
    ServerProcess::start(&no_shop).await.stop().await;
    let damages: [fn(&Path); 2] = [|path| fs::remove_file(path).unwrap(), |path| drop(fs::File::create(path).unwrap())];
    for damage in damages {
        let directory = copied(sound.path());
        let (database, keys) = (directory.path().join("lommebok.db"), directory.path().join("master-keys.toml"));
        damage(&database);
        let before = fs::metadata(&database).is_ok();
        let said = dev_refuses(directory.path(), &["--no-shop"]).await;
        let expected = format!(
            "lommebok: {} is missing or empty, and {keys} are the keys of a database that was written: put the database back, \
             or a backup of it. To begin anew without its payments, remove {keys}\n",
            database.display(),
            keys = keys.display()
        );
        assert_eq!(said, expected);
        assert_eq!(fs::metadata(&database).is_ok(), before, "nothing was made");
        fs::remove_file(&keys).unwrap();
        let anew = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
        ServerProcess::start(&anew).await.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_that_was_broken_off_is_done_again() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    ServerProcess::start(&launch).await.stop().await;
    assert!(!directory.path().join("first-start").exists());
    // As it is between the keys and the database.
    fs::write(directory.path().join("first-start"), "").unwrap();
    fs::remove_file(directory.path().join("lommebok.db")).unwrap();
    ServerProcess::start(&launch).await.stop().await;
    assert!(!directory.path().join("first-start").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_with_other_tables_is_refused_with_what_differs() {
    let sound = tempfile::tempdir().unwrap();
    let no_shop = Launch::new(BINARY, sound.path()).with(&["--no-shop"]);
    ServerProcess::start(&no_shop).await.stop().await;
    for (damage, named) in [
        ("DROP TABLE event", "table event is missing"),
        ("PRAGMA user_version = 0", "version 0, which it claims to have"),
        ("ALTER TABLE payment ADD COLUMN mine TEXT", "column mine of table payment is unknown"),
    ] {
        let directory = copied(sound.path());
        let path = directory.path().join("lommebok.db");
        rusqlite::Connection::open(&path).unwrap().execute_batch(damage).unwrap();
        let said = dev_refuses(directory.path(), &["--no-shop"]).await;
        let begins = format!("lommebok: {} can't be used: its tables are not those of version ", path.display());
        assert!(said.starts_with(&begins) && said.contains(named), "{damage}: {said}");
    }
    let directory = copied(sound.path());
    let path = directory.path().join("lommebok.db");
    fs::remove_file(&path).unwrap();
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (a)").unwrap();
    let looked_at = || (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().permissions());
    let before = looked_at();
    let said = dev_refuses(directory.path(), &["--no-shop"]).await;
    assert!(said.contains("table theirs is unknown"), "{said}");
    assert_eq!(looked_at(), before, "it was not touched");
}
