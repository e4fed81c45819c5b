//! The README's commands do what it says: they are read from it and run, in its order, against a sandbox that has two payments.

use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess};
use serde_json::json;

/// The README's indented lines that begin with `lommebok`, without their comments.
fn commands() -> Vec<Vec<String>> {
    let readme = include_str!("../../../../README.md");
    let lines = readme.lines().filter_map(|line| line.strip_prefix("    lommebok "));
    let words = |line: &str| line.split('#').next().unwrap().split_whitespace().map(str::to_owned).collect();
    lines.map(words).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_readme_runs_as_it_stands() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(env!("CARGO_BIN_EXE_lommebok"), directory.path());
    let server = ServerProcess::start(&launch).await;
    let client = PspClient::new(&launch, &server).await;
    // One is approved, and the other's link runs out.
    for id in ["demo-1", "demo-2"] {
        let body = json!({
            "pspTransactionId": id, "merchantOrderId": id, "amount": 49900, "currency": "NOK",
            "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": client.variable("MAKE_PAYMENT_URL"),
        });
        drop(client.post("/psp/v3/psppayments/init", &body, id).await.unwrap().succeeded());
    }
    let commands = commands();
    assert_eq!(commands.len(), 18, "{commands:?}");
    let mut printed = Vec::new();
    for command in &commands {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        printed.push((command.join(" "), launch.printed(&words)));
    }
    let of = |command: &str| &printed.iter().find(|(words, _)| words == command).expect(command).1;
    assert!(of("clock advance 5m").contains("timer"), "the link's deadline happened: {}", of("clock advance 5m"));
    assert!(of("payments show demo-1").contains("RESERVED"), "{}", of("payments show demo-1"));
    assert!(of("check").starts_with("Sound: 2 payments"), "{}", of("check"));
    server.stop().await;
}
