//! The examples in `examples/` are run unchanged against the real wallet; and what documents quote from them is what
//! they say.
#![expect(dead_code, reason = "an example has a main of its own")]

#[path = "../examples/quick_start.rs"]
mod quick_start;
#[path = "../examples/step_up.rs"]
mod step_up;

use lommebok_sdk::receiver::SqliteMemory;
use lommebok_testing::{Card, State, StepUp, TestWallet};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

#[tokio::test]
async fn the_quick_start_ends_with_a_captured_payment() {
    let wallet = TestWallet::start().await.unwrap();
    let details = quick_start::pay(wallet.client(), &wallet.merchant(), &wallet.mobile_number()).await.unwrap();
    assert_eq!((details.sums.captured_ore, details.sums.remaining_to_refund_ore), (49_900, 49_900));
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn the_step_up_example_approves_visa_at_once_and_mastercard_after_its_page() {
    let wallet = TestWallet::start().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let public_url = format!("http://{}", listener.local_addr().unwrap());
    let records = step_up::Records::default();
    let memory = SqliteMemory::open(directory.path().join("memory.db")).unwrap();
    let receiver = step_up::receiver(&records, memory, &public_url).await.unwrap();
    let mut serving = JoinSet::new();
    let routes = step_up::routes(receiver.clone(), records.clone());
    serving.spawn(async move { axum::serve(listener, routes).await.unwrap() });
    for card in [Card::Visa, Card::Mastercard] {
        let started = step_up::start_payment(wallet.client(), &wallet.merchant(), &records, &public_url).await.unwrap();
        let id = started.psp_transaction_id;
        if card == Card::Visa {
            assert_eq!(wallet.approve_with(&id, card).await.unwrap(), State::Reserved);
        } else {
            assert_eq!(wallet.approve_with(&id, card).await.unwrap(), State::StepUp);
            assert_eq!(wallet.step_up_page(&id).unwrap(), Some(format!("{public_url}/3ds/{id}")));
            receiver.step_up_passed(&id).await.unwrap();
            assert_eq!(wallet.step_up(&id, StepUp::Passed).await.unwrap(), State::Reserved);
        }
        assert!(records.read(&id).unwrap().reserved);
    }
    wallet.stop().await.unwrap();
}

/// The blocks of a document in this language, as trimmed lines.
fn blocks<'d>(document: &'d str, language: &str) -> Vec<Vec<&'d str>> {
    let mut blocks = Vec::new();
    let mut open: Option<Vec<&str>> = None;
    for line in document.lines().map(str::trim) {
        match (&mut open, line) {
            (None, line) if line.strip_prefix("```") == Some(language) => open = Some(Vec::new()),
            (Some(_), "```") => blocks.extend(open.take()),
            (Some(block), line) => block.push(line),
            (None, _) => {}
        }
    }
    blocks
}

/// The documents that say how to depend on our crates.
const GUIDE: &str = include_str!("../../../docs/build-your-psp-integration.md");
const README: &str = include_str!("../README.md");

#[test]
fn every_block_of_the_guide_stands_in_an_example() {
    let examples = [
        include_str!("../examples/quick_start.rs"),
        include_str!("../examples/step_up.rs"),
        include_str!("../../testing/examples/first_test.rs"),
    ];
    let examples = examples.map(|text| text.lines().map(str::trim).collect::<Vec<_>>());
    let blocks = blocks(GUIDE, "rust");
    assert!(blocks.len() >= 8, "a block for each step");
    for block in blocks {
        let stands = examples.iter().any(|lines| lines.windows(block.len()).any(|window| window == block));
        assert!(stands, "this block stands in no example:\n{}", block.join("\n"));
    }
}

#[test]
fn the_dependencies_that_documents_name_are_there_with_these_features_and_versions() {
    let manifest = |path: &str| -> toml::Table {
        let path = format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{path}: {fault}")).parse().unwrap()
    };
    let workspace = manifest("Cargo.toml");
    let ours = &workspace["workspace"]["dependencies"];
    for document in [README, GUIDE] {
        let shown: toml::Table = blocks(document, "toml").concat().join("\n").parse().unwrap();
        let named = ["dependencies", "dev-dependencies"].map(|table| shown[table].as_table().unwrap());
        assert!(named[0].contains_key("lommebok-sdk") && named[1].contains_key("lommebok-testing"));
        for (name, wanted) in named.into_iter().flatten() {
            let Some(path) = wanted.get("path") else {
                let version = wanted.as_str().or_else(|| wanted["version"].as_str()).unwrap();
                let own = ours[name].get("version").unwrap_or(&ours[name]).as_str().unwrap();
                assert!(
                    own == version || own.starts_with(&format!("{version}.")),
                    "{name} {version}, and ours is {own}"
                );
                continue;
            };
            let package =
                manifest(&format!("{}/Cargo.toml", path.as_str().unwrap().trim_start_matches("../lommebok/")));
            assert_eq!(package["package"]["name"].as_str(), Some(name.as_str()));
            for feature in wanted.get("features").and_then(toml::Value::as_array).into_iter().flatten() {
                assert!(
                    package["features"].get(feature.as_str().unwrap()).is_some(),
                    "{name} has no feature {feature}"
                );
            }
        }
    }
}
