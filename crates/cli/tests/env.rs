//! `lommebok env`: works from the moment at which the server is ready, waits for it, and speaks to shells, programs and tools.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::process::Stdio;

use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess, pasted, refusal};
use lommebok_testkit::steady_address::steady_address;
use lommebok_testkit::test_app::Answer;
use reqwest::Client;
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");

const NAMES: [&str; 14] = [
    "LOMMEBOK_URL",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "SUBSCRIPTION_KEY",
    "PSP_ID",
    "MSN",
    "MSN_SKIP_LANDING_PAGE",
    "MOBILE_NUMBER",
    "PIN",
    "MAKE_PAYMENT_URL",
    "SHOP_URL",
    "BACK_OFFICE_URL",
    "MERCHANT_API_URL",
    "MERCHANT_KEY",
];

fn read(launch: &Launch, words: &[&str]) -> Value {
    serde_json::from_str(&launch.printed(words)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn env_speaks_to_shells_dotenv_files_and_programs_alike() {
    let directory = tempfile::tempdir().unwrap();
    // A directory that a shell would take apart.
    let launch = Launch::new(BINARY, &directory.path().join("it's $HOME"));
    let server = ServerProcess::start(&launch).await;
    let json = read(&launch, &["env", "--json"]);
    assert_eq!(json, read(&launch, &["env", "--format", "json"]));
    assert_eq!(json.as_object().unwrap().len(), NAMES.len());
    let echo: Vec<String> = NAMES.iter().map(|name| format!("echo \"${name}\"\n")).collect();
    let lines = launch.printed(&["env"]);
    assert_eq!(lines, launch.printed(&["env", "--format", "shell"]));
    let evaluated = pasted(&format!("eval \"$(cat <<'LINES'\n{lines}LINES\n)\"\n{}", echo.concat()));
    let file = launch.printed(&["env", "--format", "dotenv"]);
    for ((name, value), line) in NAMES.iter().zip(evaluated.lines()).zip(file.lines()) {
        assert_eq!(json[name], value, "{name}");
        assert!(!value.is_empty(), "{name}");
        // As `docker run --env-file` reads it, which knows no quotes.
        assert_eq!(line, format!("{name}={value}"));
    }
    assert_eq!((evaluated.lines().count(), file.lines().count()), (NAMES.len(), NAMES.len()));
    assert_eq!(json["LOMMEBOK_URL"], server.base());
    assert_eq!((&json["MOBILE_NUMBER"], &json["MSN"]), (&"12345678".into(), &"100001".into()));
    let said = refusal(launch.command(&["env", "--json", "--format", "shell"])).await;
    assert!(said.contains("cannot be used with"), "{said}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_psp_of_the_seed_has_credentials_of_its_own_and_nothing_of_the_first() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path());
    let server = ServerProcess::start(&launch).await;
    let (first, other) = (read(&launch, &["env", "--json"]), read(&launch, &["env", "--json", "--psp", "polarnatt"]));
    assert_eq!(first, read(&launch, &["env", "--json", "--psp", "nordlys"]));
    for name in ["CLIENT_ID", "CLIENT_SECRET", "SUBSCRIPTION_KEY", "PSP_ID", "MSN"] {
        assert!(other[name].is_string() && other[name] != first[name], "{name}");
    }
    assert_eq!((&other["MSN"], &other["LOMMEBOK_URL"]), (&"200001".into(), &first["LOMMEBOK_URL"]));
    for name in ["MERCHANT_KEY", "MERCHANT_API_URL", "SHOP_URL", "MAKE_PAYMENT_URL"] {
        assert!(other[name].is_null(), "{name} is the first PSP's");
    }
    let said = refusal(launch.command(&["env", "--psp", "nobody"])).await;
    assert_eq!(said, "lommebok: no PSP is called nobody here; there are nordlys, polarnatt\n");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_ready_is_found_by_env_at_once() {
    for _again in 0..8 {
        let directory = tempfile::tempdir().unwrap();
        let address = steady_address().to_string();
        let words = ["dev", "--no-shop", "--listen", &address, "--psp-listen", "127.0.0.1:0"];
        let launch = Launch::of(BINARY, directory.path(), &words);
        let mut server = tokio::process::Command::from(launch.command(&words));
        let mut server = server.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        while client
            .get(format!("http://{address}/readyz"))
            .send()
            .await
            .is_ok_and(|answer| answer.status() == 200)
            .eq(&false)
        {
            assert!(server.try_wait().unwrap().is_none(), "the server ended");
        }
        assert!(directory.path().join("running.json").exists(), "ready, and not announced");
        assert_eq!(read(&launch, &["env", "--json"])["LOMMEBOK_URL"], format!("http://{address}"));
        server.kill().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn env_waits_for_a_server_and_what_it_prints_works_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path());
    let waiting = tokio::process::Command::from(launch.command(&["env", "--json", "--wait"])).output();
    let waiting = tokio::spawn(waiting);
    let server = ServerProcess::start(&launch).await;
    let printed = waiting.await.unwrap().unwrap();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let variables: Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(variables["LOMMEBOK_URL"], server.base());
    assert_eq!(variables, read(&launch, &["env", "--json", "--wait=1m"]), "who runs already is not waited for");
    server.stop().await;
    let said = refusal(launch.command(&["env", "--wait=20ms"])).await;
    assert!(said.starts_with("lommebok: no server was ready within 20ms: no server runs on "), "{said}");
    let said = refusal(launch.command(&["env", "--wait=soon"])).await;
    assert!(said.contains("is not a duration; write "), "{said}");
}
