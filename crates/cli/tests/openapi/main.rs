//! `openapi.json` for machines: clients that public generators make of it pay at the real binary, Postman's importer makes
//! requests that work, and document and server agree on what is valid. Of Control API and App API each answer is as its document says.
//!
//! The tools come from npm and PyPI, pinned in `tools`; `cargo xtask test` installs them under the target folder.
//! `LOMMEBOK_NO_BROWSER=1` leaves these tests out, as it does all that need more than Rust.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::path::{Path, PathBuf};
use std::process::Command;

use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess};
use serde_json::{Value, json};
use tempfile::TempDir;

const MERCHANTS: [&str; 2] = ["100001", "100002"];

/// A folder next to the tools, with the document and a program of ours, and a sandbox.
struct Bench {
    tools: PathBuf,
    folder: TempDir,
    data: TempDir,
    server: ServerProcess,
    client: PspClient,
}

impl Bench {
    /// `None` when these tests are left out.
    async fn new(program: &str) -> Option<Self> {
        if std::env::var("LOMMEBOK_NO_BROWSER").is_ok_and(|value| value == "1") {
            return None;
        }
        let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../openapi");
        let installed = tools.join("package-lock.json").is_file() && tools.join("requirements.txt").is_file();
        assert!(installed, "`cargo xtask test --only openapi` installs the tools; LOMMEBOK_NO_BROWSER=1 does without");
        let folder = tempfile::tempdir_in(&tools).unwrap();
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        std::fs::copy(repository.join("../../openapi.json"), folder.path().join("openapi.json")).unwrap();
        std::fs::copy(repository.join("tests/openapi").join(program), folder.path().join(program)).unwrap();
        let data = tempfile::tempdir().unwrap();
        let launch = Launch::new(env!("CARGO_BIN_EXE_lommebok"), data.path());
        let server = ServerProcess::start(&launch).await;
        let client = PspClient::new(&launch, &server).await;
        Some(Self { tools, folder, data, server, client })
    }

    /// What a tool prints, run in the folder with what `lommebok env` prints in its environment.
    fn runs(&self, tool: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(if tool.contains('/') { self.tools.join(tool) } else { tool.into() });
        command.args(arguments).current_dir(self.folder.path()).env("NO_PROXY", "*").env("no_proxy", "*");
        let names = ["LOMMEBOK_URL", "CLIENT_ID", "CLIENT_SECRET", "SUBSCRIPTION_KEY", "PSP_ID", "MSN"];
        for name in names.into_iter().chain(["MOBILE_NUMBER", "MAKE_PAYMENT_URL"]) {
            command.env(name, self.client.variable(name));
        }
        command.env("CONTROL_TOKEN", std::fs::read_to_string(self.data.path().join("control-token")).unwrap().trim());
        let output = command.output().unwrap();
        let (said, complained) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{tool} {arguments:?}: {complained}\n{said}");
        said
    }

    fn prints(&self, tool: &str, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.runs(tool, arguments)).unwrap()
    }

    fn writes(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }
}

/// What both generated clients print at the end.
fn paid() -> Value {
    json!({
        "codes": ["44"],
        "summary": {
            "capturedAmount": 49900, "remainingAmountToCapture": 0, "refundedAmount": 0, "remainingAmountToRefund": 49900,
        },
        "operations": ["RESERVED", "CAPTURED"],
        "merchants": MERCHANTS,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_a_typescript_generator_made_makes_a_payment() {
    let Some(bench) = Bench::new("client.ts").await else { return };
    bench.runs("node_modules/.bin/openapi-typescript", &["openapi.json", "--output", "schema.d.ts"]);
    bench.writes("package.json", r#"{"type": "module"}"#);
    let options = ["--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom,dom.iterable"];
    bench.runs("node_modules/.bin/tsc", &[&options[..], &["client.ts"]].concat());
    assert_eq!(bench.prints("node", &["client.js"]), paid());
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_a_python_generator_made_makes_a_payment() {
    let Some(bench) = Bench::new("client.py").await else { return };
    bench.writes("generator.yaml", "post_hooks: []\n");
    let from = ["generate", "--path", "openapi.json", "--config", "generator.yaml"];
    let to = ["--meta", "none", "--output-path", "lommebok_client", "--fail-on-warning"];
    bench.runs("python/bin/openapi-python-client", &[from, to].concat());
    assert_eq!(bench.prints("python/bin/python", &["client.py"]), paid());
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postmans_importer_makes_requests_that_work() {
    let Some(bench) = Bench::new("postman.mjs").await else { return };
    let imported = bench.prints("node", &["postman.mjs", "openapi.json"]);
    assert_eq!(imported["baseUrl"], "http://127.0.0.1:8480");
    let sent = imported["sent"].as_array().unwrap();
    assert_eq!(sent.len(), 10);
    for request in sent {
        let name = request["name"].as_str().unwrap();
        for headers in [&request["headers"], &imported["bare"][name]] {
            let has = |header: &&str| headers.as_array().unwrap().contains(&json!(header));
            let missing: Vec<&str> = needed(name).into_iter().filter(|header| !has(header)).collect();
            assert!(missing.is_empty(), "{name} lacks {missing:?}: {headers}");
        }
        // The example of a link belongs to no payment.
        let expected = if name.ends_with("vippsgateway") { 404 } else { 200 };
        assert_eq!(request["status"], expected, "{request}");
    }
    bench.server.stop().await;
}

/// The headers without which the request `name` would be refused.
fn needed(name: &str) -> Vec<&'static str> {
    const KEY: &str = "Ocp-Apim-Subscription-Key";
    match name {
        "GET /dwo-api-application/v1/deeplink/vippsgateway" => Vec::new(),
        "POST /accesstoken/get" => vec!["client_id", "client_secret", KEY, "Merchant-Serial-Number"],
        "POST /merchant-management/psp/v1/merchants" => vec!["Authorization", KEY, "PSP-ID", "Idempotency-Key"],
        _ if name.contains("/merchant-management/") => vec!["Authorization", KEY, "PSP-ID"],
        _ => vec!["Authorization", KEY, "PSP-ID", "Merchant-Serial-Number"],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn document_and_server_agree_on_what_is_valid_and_on_every_answer() {
    let Some(bench) = Bench::new("agreement.py").await else { return };
    let checked = bench.prints("python/bin/python", &["agreement.py", "openapi.json"]);
    assert!(checked["requests"].as_u64().unwrap() > 800 && checked["examples"].as_u64().unwrap() > 100, "{checked}");
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_control_api_and_app_api_is_as_their_documents_say() {
    let Some(bench) = Bench::new("own_apis.py").await else { return };
    let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi");
    let paths = ["control-v1.json", "app-v1.json"].map(|name| documents.join(name).display().to_string());
    let walked = bench.prints("python/bin/python", &["own_apis.py", &paths[0], &paths[1]]);
    assert_eq!(walked, json!({"notCalled": []}));
    bench.server.stop().await;
}
