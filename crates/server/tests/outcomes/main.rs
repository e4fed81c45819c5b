//! Every end of a payment over real HTTP: what the PSP answers, what the user does, what is not done in time, and what a
//! restart makes of it. One file per topic.
//!
//! The clock is frozen; a test advances it. What is expected is written down by hand, from `docs/domain.md`.

mod acting;
mod answers;
mod app_api;
mod awaiting;
mod batches;
mod calls_out;
mod clock_auto;
mod clock_notified;
mod clock_resets;
mod deadlines;
mod entries;
mod entry_limits;
mod entry_sequences;
mod exchanges;
mod expired_rows;
mod landing_again;
mod long_answers;
mod magic_amounts;
mod not_delivered;
mod notices;
mod own_authority;
mod prompts;
mod queue;
mod readiness;
mod scripted_users;
mod searching;
mod seen_by_all;
mod sessions;
mod shown_answers;
mod shutdown;
mod step_up;
mod store_trouble;
mod streams;
mod sync;
mod tenants;
mod timelines;
mod unknown;
mod waiting_entries;
mod wire;
mod wrong_answers;

use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

/// The sums of a payment of which no money was reserved.
fn no_sums() -> Value {
    json!({"capturedAmount": 0, "remainingAmountToCapture": 0, "refundedAmount": 0, "remainingAmountToRefund": 0})
}

/// The history that `details` shows, as `OPERATION amount success`.
async fn history(app: &TestApp, id: &str) -> Vec<String> {
    let details = app.details(id).await;
    let lines = details["transactionLogHistory"].as_array().expect("a history is a list").clone();
    let line = |line: &Value| {
        let operation = line["operation"].as_str().expect("an operation is text");
        format!("{operation} {} {}", line["amount"], line["operationSuccess"])
    };
    lines.iter().map(line).collect()
}

/// `certain` or `unknown`, the cause and its detail, as the operator is shown them.
async fn failure(app: &TestApp, id: &str) -> [String; 3] {
    let shown = app.shown(id).await;
    assert_eq!(shown["state"], "FAILED", "{id}");
    ["outcome", "cause", "detail"].map(|name| shown["stateDetail"][name].as_str().unwrap_or_default().to_owned())
}
