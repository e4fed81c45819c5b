//! Any sequence of updatestatus entries, against a model that is written by hand: same sums, same history, same refusals.

use lommebok_testkit::test_app::TestApp;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::history;
use crate::unknown::refused;

const WHOLE: i64 = 1_000;

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    status: &'static str,
    amount: i64,
    failed: bool,
}

/// The money of one reserved payment, as one would keep it on paper.
#[derive(Debug, Default)]
struct Paper {
    captured: i64,
    released: i64,
    refunded: i64,
    lines: Vec<String>,
}

impl Paper {
    fn rest(&self) -> i64 {
        WHOLE.saturating_sub(self.captured).saturating_sub(self.released)
    }

    /// What becomes of an entry: nothing, or the code of its refusal.
    fn take(&mut self, entry: &Entry) -> Result<(), &'static str> {
        let Entry { status, amount, failed } = *entry;
        if failed {
            self.lines.push(format!("{status} {amount} false"));
            return Ok(());
        }
        match status {
            "RESERVED" if amount == WHOLE => return Ok(()),
            "RESERVED" => return Err("other_amount"),
            "CAPTURED" if amount > self.rest() => return Err("exceeds_remaining_to_capture"),
            "CAPTURED" => self.captured = self.captured.saturating_add(amount),
            "REFUNDED" if amount > self.captured.saturating_sub(self.refunded) => return Err("exceeds_captured"),
            "REFUNDED" => self.refunded = self.refunded.saturating_add(amount),
            _ => return self.release(amount),
        }
        self.lines.push(format!("{status} {amount} true"));
        Ok(())
    }

    fn release(&mut self, amount: i64) -> Result<(), &'static str> {
        let released = if amount == WHOLE { self.rest() } else { amount };
        if released == 0 || released > self.rest() {
            return Err("exceeds_remaining_to_cancel");
        }
        self.released = self.released.saturating_add(released);
        self.lines.push(format!("CANCELLED {released} true"));
        Ok(())
    }

    fn summary(&self) -> Value {
        json!({"capturedAmount": self.captured, "remainingAmountToCapture": self.rest(),
               "refundedAmount": self.refunded, "remainingAmountToRefund": self.captured.saturating_sub(self.refunded)})
    }
}

fn entry() -> impl Strategy<Value = Entry> {
    let status = prop::sample::select(vec!["RESERVED", "CAPTURED", "CAPTURED", "CANCELLED", "REFUNDED"]);
    let amount = prop::sample::select(vec![1, 100, 250, 333, 500, 999, WHOLE, 1_001, 2_147_483_647]);
    (status, amount, prop::bool::weighted(0.1)).prop_map(|(status, amount, failed)| Entry { status, amount, failed })
}

/// Requests of one to four entries each.
fn requests() -> impl Strategy<Value = Vec<Vec<Entry>>> {
    prop::collection::vec(prop::collection::vec(entry(), 1..=4), 1..=4)
}

async fn follow(app: &TestApp, id: &str, requests: &[Vec<Entry>]) -> Result<(), TestCaseError> {
    let payment = app.init_with(id, json!({"amount": WHOLE})).await;
    drop(app.force_approve(&payment).await.succeeded());
    let mut paper = Paper { lines: vec![format!("RESERVED {WHOLE} true")], ..Paper::default() };
    for entries in requests {
        let sent: Vec<Value> = entries
            .iter()
            .map(|entry| {
                let operation = if entry.failed { "FAILED" } else { "SUCCESS" };
                json!({"pspTransactionId": id, "status": entry.status, "amount": entry.amount,
                       "operationStatus": operation})
            })
            .collect();
        drop(app.update_status(&json!(sent)).await.succeeded());
        let expected: Vec<String> = entries
            .iter()
            .enumerate()
            .filter_map(|(at, entry)| paper.take(entry).err().map(|code| format!("{at} {id} {code}")))
            .collect();
        prop_assert_eq!(refused(app).await, expected);
        prop_assert_eq!(&app.details(id).await["transactionSummary"], &paper.summary());
        prop_assert_eq!(&history(app, id).await, &paper.lines);
    }
    Ok(())
}

#[test]
fn any_sequence_of_entries_makes_the_sums_history_and_refusals_of_the_model() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    let app = runtime.block_on(TestApp::start());
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let number = std::cell::Cell::new(0_u32);
    let result = runner.run(&requests(), |requests| {
        number.set(number.get().saturating_add(1));
        runtime.block_on(follow(&app, &format!("seq-{}", number.get()), &requests))
    });
    runtime.block_on(app.stop());
    assert_eq!(result, Ok(()));
}
