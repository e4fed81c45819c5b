//! The vendor's quick start, run: each `curl` next to this file is as it was published, run by bash and curl.
//!
//! Replaced are the host, the credentials and `{pspTransactionId}`, and nothing else; in the last one curl globs braces that
//! were left, and the backslash at its end is the quick start's own.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::process::Command;

use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess};
use serde_json::{Value, json};
use tempfile::TempDir;

const TOKEN: &str = include_str!("token.sh");
const INIT: &str = include_str!("init.sh");
const UPDATE_STATUS: &str = include_str!("update_status.sh");
const DETAILS: &str = include_str!("details.sh");

/// A server, and a reader who has got the credentials.
struct Reader {
    _directory: TempDir,
    server: ServerProcess,
    client: PspClient,
    replacements: Vec<(&'static str, String)>,
    curl_home: TempDir,
}

impl Reader {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let launch = Launch::new(env!("CARGO_BIN_EXE_lommebok"), directory.path());
        let server = ServerProcess::start(&launch).await;
        let client = PspClient::new(&launch, &server).await;
        let curl_home = tempfile::tempdir().unwrap();
        let settings = "silent\nshow-error\nnoproxy = \"*\"\nwrite-out = \"\\n%{http_code}\"\n";
        std::fs::write(curl_home.path().join(".curlrc"), settings).unwrap();
        let variable = |name: &str| client.variable(name).to_owned();
        let replacements = vec![
            ("https://apitest.vipps.no", variable("LOMMEBOK_URL")),
            ("YOUR-CLIENT-ID", variable("CLIENT_ID")),
            ("YOUR-CLIENT-SECRET", variable("CLIENT_SECRET")),
            ("YOUR-PSP-SUBSCRIPTION-KEY", variable("SUBSCRIPTION_KEY")),
            ("YOUR-SUBSCRIPTION-KEY", variable("SUBSCRIPTION_KEY")),
            ("YOUR-PSP-ID", variable("PSP_ID")),
            ("YOUR-MSN", variable("MSN")),
            ("{pspTransactionId}", "abcABC12345".to_owned()),
        ];
        Self { _directory: directory, server, client, replacements, curl_home }
    }

    fn replaces(&mut self, placeholder: &'static str, value: &str) {
        self.replacements.insert(0, (placeholder, value.to_owned()));
    }

    /// Runs a command of the quick start; answers its JSON. Its status must be 200.
    fn runs(&self, published: &str) -> Value {
        let script = self.replacements.iter().fold(published.to_owned(), |text, (from, to)| text.replace(from, to));
        let path = self.curl_home.path().join("pasted.sh");
        std::fs::write(&path, &script).unwrap();
        let bash = Command::new("bash").arg(&path).env("CURL_HOME", self.curl_home.path()).output();
        let output = bash.expect("bash is there");
        let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "is curl installed? {script}{complained}");
        let (body, status) = said.rsplit_once('\n').unwrap();
        assert_eq!(status, "200", "{script}{body}");
        serde_json::from_str(body).unwrap()
    }

    /// Fetches the token, as step 2 says, for all that follow.
    fn fetches_the_token(&mut self) {
        let token = self.runs(TOKEN);
        assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("Bearer"), &json!("3600")));
        let token = token["access_token"].as_str().unwrap().to_owned();
        self.replaces("YOUR-ACCESS-TOKEN", &token);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_quick_start_succeeds_in_order() {
    let mut reader = Reader::new().await;
    reader.fetches_the_token();
    // "PSP-provided URL": a reader has one; here it is the sandbox's own PSP, which says OK.
    let own = reader.client.variable("MAKE_PAYMENT_URL").to_owned();
    reader.replaces("https://example.com/your-endpoint-for-card-data", &own);
    let started = reader.runs(INIT);
    assert_eq!(
        (&started["pspTransactionId"], &started["merchantOrderId"]),
        (&json!("abcABC12345"), &json!("abcABC-12345"))
    );
    let token = started["vippsRedirectUrl"].as_str().unwrap().rsplit_once("token=").unwrap().1.to_owned();
    let path = "/psp/v3/integration-test/psppayments/abcABC12345/approve";
    let approve = json!({"customerPhoneNumber": "12345678", "token": token});
    assert_eq!(reader.client.post(path, &approve, "approve-1").await.unwrap().status.as_u16(), 200);
    let accepted = json!({"responseInfo": {"responseCode": "9000", "responseMessage": "SUCCESS"}});
    assert_eq!(reader.runs(UPDATE_STATUS), accepted);
    let details = reader.runs(DETAILS);
    assert_eq!(
        details["transactionSummary"],
        json!({
            "capturedAmount": 49900,
            "remainingAmountToCapture": 0,
            "refundedAmount": 0,
            "remainingAmountToRefund": 49900,
        })
    );
    assert_eq!(details["transactionLogHistory"][1]["paymentText"], "Transaction updated");
    // Who replaces only the name between the braces has curl glob them away.
    reader.replaces("{pspTransactionId}", "{abcABC12345}");
    assert_eq!(reader.runs(DETAILS), details);
    reader.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quick_start_works_offline_with_its_own_example_urls() {
    let mut reader = Reader::new().await;
    reader.fetches_the_token();
    let started = reader.runs(INIT);
    assert!(started["vippsRedirectUrl"].as_str().unwrap().starts_with(reader.server.base()));
    assert_eq!(reader.runs(UPDATE_STATUS)["responseInfo"]["responseCode"], "9000");
    let details = reader.runs(DETAILS);
    assert_eq!(details["transactionLogHistory"], json!([]), "nobody has approved yet, so the capture was refused");
    reader.server.stop().await;
}
