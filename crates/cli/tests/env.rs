//! `lommebok env`: works from the moment at which the server is ready, waits for it, and speaks to shells, programs and tools.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::fs;
use std::path::Path;
use std::process::Stdio;

use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess, pasted, refusal};
use lommebok_testkit::steady_address::steady_address;
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
    let mut waiting = tokio::process::Command::from(launch.command(&["env", "--json", "--wait"]));
    let waiting = waiting.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let server = ServerProcess::start(&launch).await;
    let printed = waiting.wait_with_output().await.unwrap();
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

/// Two PSPs with these digits in their credentials, `a` and `b`.
fn seed(directory: &Path, digits: &[(&str, char)]) -> String {
    let built_in = include_str!("../../server/src/seeds/seed.toml");
    let [start, rest] = ["[[psps]]", "[[merchants]]"].map(|part| built_in.find(part).unwrap());
    let psps = digits.iter().map(|(name, digit)| {
        let many = |count: usize| digit.to_string().repeat(count);
        let guid = format!("{}-{}-{}-{}-{}", many(8), many(4), many(4), many(4), many(12));
        format!(
            "[[psps]]\nname = \"{name}\"\nclient_id = \"{guid}\"\nclient_secret = \"{0}\"\nsubscription_key = \"{0}\"\npsp_id = \"{0}\"\n",
            many(32)
        )
    });
    let text = format!("{}{}{}", &built_in[..start], psps.collect::<String>(), &built_in[rest..]);
    let text =
        if digits.iter().any(|(name, _)| *name == "polarnatt") { text } else { text.replace("polarnatt", digits[1].0) };
    let path = directory.join("seed.toml");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_the_seed_fixes_are_those_of_the_server_also_where_it_had_others() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let plain = Launch::new(BINARY, &data_dir);
    let server = ServerProcess::start(&plain).await;
    let before = PspClient::new(&plain, &server).await;
    let init = json!({
        "pspTransactionId": "p-1", "merchantOrderId": "p-1", "amount": 49900, "currency": "NOK",
        "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": before.variable("MAKE_PAYMENT_URL"),
    });
    drop(before.post("/psp/v3/psppayments/init", &init, "p-1").await.unwrap().succeeded());
    server.stop().await;

    // The second time the two have exchanged theirs.
    for digits in [[("nordlys", '1'), ("polarnatt", '2')], [("nordlys", '2'), ("polarnatt", '1')]] {
        let launch = plain.with(&["--seed-file", &seed(directory.path(), &digits)]);
        let server = ServerProcess::start(&launch).await;
        let fixed = PspClient::new(&launch, &server).await;
        let value = digits[0].1.to_string().repeat(32);
        for name in ["CLIENT_SECRET", "SUBSCRIPTION_KEY", "PSP_ID"] {
            assert_eq!(fixed.variable(name), value, "{name}");
        }
        assert_eq!(fixed.details("p-1").await.unwrap().succeeded().json["merchantOrderId"], "p-1", "its payments stay");
        assert_eq!(before.moved_to(&server).details("p-1").await.unwrap().status.as_u16(), 401, "the old key is void");
        assert!(!server.complained().contains(&value), "{}", server.complained());
        server.stop().await;
    }

    let other = seed(directory.path(), &[("nordlys", '3'), ("soloppgang", '1')]);
    let other = other.as_str();
    fs::write(other, fs::read_to_string(other).unwrap().replace(&format!("psp_id = \"{}\"", "1".repeat(32)), ""))
        .unwrap();
    let words = ["dev", "--listen", "127.0.0.1:0", "--seed-file", other];
    let said = refusal(plain.command(&words)).await;
    let expected = "lommebok: the seed gives PSP soloppgang a client_id that PSP polarnatt of an earlier seed has in this data \
                    directory: fix another, or name another directory with --data-dir\n";
    assert_eq!(said.lines().last().unwrap(), expected.trim_end());
}
