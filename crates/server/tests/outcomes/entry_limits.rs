//! A payment takes only so many entries (docs/domain.md §5), and of a request with many refused ones little is kept.

use std::collections::BTreeMap;

use lommebok_testkit::fake_psp::{Gate, Reply};
use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

use crate::history;

fn entry(id: &str, status: &str, amount: i64) -> Value {
    json!({"pspTransactionId": id, "status": status, "amount": amount})
}

fn failed(id: &str) -> Value {
    json!({"pspTransactionId": id, "status": "CAPTURED", "amount": 1, "operationStatus": "FAILED"})
}

/// Sends entries, and answers how many of them were refused for which reason.
async fn send(app: &TestApp, entries: &[Value]) -> BTreeMap<String, usize> {
    drop(app.update_status(&json!(entries)).await.succeeded());
    let mut refused = BTreeMap::new();
    let mut shown = app.control("/batch/report").await["batches"][0].clone();
    let id = shown["id"].clone();
    shown["from"] = json!(0);
    while let Some(from) = shown["from"].as_u64() {
        shown = app.control(&format!("/batch/{id}?from={from}")).await;
        for entry in shown["notApplied"].as_array().expect("a list") {
            let code = entry["code"].as_str().expect("nothing waits");
            let count = refused.entry(code.to_owned()).or_insert(0_usize);
            *count = count.saturating_add(1);
        }
    }
    refused
}

fn refused(code: &str, count: usize) -> BTreeMap<String, usize> {
    BTreeMap::from([(code.to_owned(), count)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_takes_1_000_partial_operations_and_then_only_all_that_remains() {
    let app = TestApp::start().await;
    app.approved("li-partial").await;
    let captures = vec![entry("li-partial", "CAPTURED", 2); 900];
    assert_eq!(send(&app, &captures).await, BTreeMap::new());
    let mut others = vec![entry("li-partial", "REFUNDED", 1); 50];
    others.extend(vec![entry("li-partial", "CANCELLED", 1); 50]);
    assert_eq!(send(&app, &others).await, BTreeMap::new());
    let before = app.details("li-partial").await;
    for status in ["CAPTURED", "CANCELLED", "REFUNDED"] {
        let hint = app.update_status(&json!([entry("li-partial", status, 1)])).await.succeeded().hint().to_owned();
        assert!(hint.contains("transactions[0] too_many_operations"), "{status}: {hint}");
    }
    let many = vec![entry("li-partial", "CAPTURED", 1); 1_200];
    assert_eq!(send(&app, &many).await, refused("too_many_operations", 1_200));
    assert_eq!(app.details("li-partial").await, before, "a refused entry changes nothing");
    let all = [entry("li-partial", "CAPTURED", 48_050), entry("li-partial", "REFUNDED", 49_800)];
    assert_eq!(send(&app, &all).await, BTreeMap::new(), "all that remains is always taken");
    let lines = history(&app, "li-partial").await;
    assert_eq!(lines.len(), 1_003);
    assert_eq!(lines[1_001..], ["CAPTURED 48050 true", "REFUNDED 49800 true"]);
    let app = app.restarted().await;
    assert_eq!(send(&app, &[entry("li-partial", "REFUNDED", 1)]).await, refused("exceeds_captured", 1));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_keeps_100_entries_without_effect_and_what_more_is_so_already_counts_as_applied() {
    let app = TestApp::start().await;
    app.approved("li-same").await;
    let mut entries = vec![failed("li-same"); 60];
    entries.extend(vec![entry("li-same", "RESERVED", 49_900); 40]);
    assert_eq!(send(&app, &entries).await, BTreeMap::new());
    let (version, details) = (app.payment("li-same").version, app.details("li-same").await);
    assert_eq!(details["transactionLogHistory"].as_array().map(Vec::len), Some(61));
    assert_eq!(send(&app, &vec![failed("li-same"); 30]).await, refused("too_many_without_effect", 30));
    let hint = app.update_status(&json!([entry("li-same", "RESERVED", 49_900)])).await.succeeded().hint().to_owned();
    assert!(!hint.contains("could not be applied"), "{hint}");
    assert_eq!(
        (app.payment("li-same").version, app.details("li-same").await),
        (version, details),
        "and leaves nothing"
    );
    assert_eq!(send(&app, &[entry("li-same", "CAPTURED", 1)]).await, BTreeMap::new(), "what has an effect has");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_payment_that_was_cancelled_is_cancelled_again_without_a_trace() {
    let app = TestApp::start().await;
    drop(app.init("li-ended").await);
    assert_eq!(send(&app, &vec![entry("li-ended", "CANCELLED", 1); 150]).await, BTreeMap::new());
    assert_eq!(app.state("li-ended"), "CANCELLED");
    assert_eq!(app.payment("li-ended").version, 102, "its init, its end, and 100 that change nothing");
    assert_eq!(history(&app, "li-ended").await, ["CANCELLED 49900 true"]);
    assert_eq!(send(&app, &[entry("li-ended", "CAPTURED", 1)]).await, refused("disagreement", 1));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_settles_an_unknown_outcome_is_taken_however_full_the_payment_is() {
    let app = TestApp::start().await;
    for (status, state) in [("RESERVED", "RESERVED"), ("CAPTURED", "RESERVED"), ("CANCELLED", "FAILED")] {
        let id = format!("li-unknown-{}", status.to_lowercase());
        app.psp.answer(&id, [Reply::Json(503, json!({}))]);
        let payment = app.init(&id).await;
        drop(app.force_approve(&payment).await);
        assert_eq!(send(&app, &vec![failed(&id); 101]).await, refused("too_many_without_effect", 1));
        assert_eq!(send(&app, &[entry(&id, status, 49_900)]).await, BTreeMap::new(), "{status}");
        assert_eq!(app.state(&id), state);
        assert_eq!(app.control("/payments?outcome_unknown=true").await["payments"], json!([]), "{status}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_most_1_100_entries_wait_for_an_attempt_and_one_with_the_whole_amount_has_a_place() {
    let app = TestApp::start().await;
    let gate = Gate::new();
    app.psp.answer("li-waits", [Reply::Ok.held_by(&gate)]);
    let payment = app.init("li-waits").await;
    let phone = app.first_phone().await;
    let number = phone.open(&payment.link).await.succeeded().json["id"].as_str().expect("an id").to_owned();
    drop(phone.approve(&number, &phone.card("VISA").await).await.succeeded());
    app.psp.wait_for_payment("li-waits", 1).await;
    drop(app.update_status(&json!(vec![entry("li-waits", "CAPTURED", 1); 1_300])).await.succeeded());
    let report = app.control("/batch/report").await["batches"][0].clone();
    assert_eq!((&report["waitingEntries"], &report["refusedEntries"]), (&json!(1_100), &json!(200)));
    assert_eq!(report["refused"].as_array().map(Vec::len), Some(100));
    assert_eq!(report["refused"][0]["code"], "too_many_waiting");
    let whole = app.update_status(&json!([entry("li-waits", "CANCELLED", 49_900)])).await.succeeded();
    assert!(whole.hint().contains("1 entry waits"), "{}", whole.hint());
    gate.open();
    app.until("li-waits", |payment| payment.waiting == 0 && payment.state.is_final()).await;
    let sums = app.payment("li-waits").sums;
    assert_eq!((sums.captured(), sums.released()), (1_000, 48_900), "100 were too many, and all the rest is released");
    let shown = app.control(&format!("/batch/{}?from=1000", report["id"])).await["notApplied"].clone();
    assert_eq!((&shown[99]["code"], &shown[100]["code"]), (&json!("too_many_operations"), &json!("too_many_waiting")));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_10_000_refused_entries_the_place_and_code_of_each_are_told_and_the_texts_of_the_first_100() {
    let app = TestApp::start().await;
    let entries = vec![entry("nobodys", "CAPTURED", 1); 10_000];
    assert_eq!(send(&app, &entries).await, refused("unknown_payment", 10_000));
    let report = app.control("/batch/report").await["batches"][0].clone();
    assert_eq!((&report["refusedEntries"], report["refused"].as_array().map(Vec::len)), (&json!(10_000), Some(100)));
    let page = app.control(&format!("/batch/{}?from=0", report["id"])).await["notApplied"].clone();
    let told = json!({"position": 99, "pspTransactionId": "nobodys", "code": "unknown_payment", "fate": "refused",
                      "reason": "this PSP has no such payment"});
    assert_eq!(page[99], told);
    assert_eq!(page[100], json!({"position": 100, "code": "unknown_payment", "fate": "refused"}));
    assert_eq!(app.row_counts()["batch_refusal"], 100);
    app.stop().await;
}
