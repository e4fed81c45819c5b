//! What is longer than 64 KiB is read and written apart from what others wait for: it is whole, and says the same. What our own
//! interfaces show of a long life comes in pages.

use lommebok_testkit::test_app::{Answer, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn details_with_1_000_long_texts_are_whole_and_in_order() {
    let app = TestApp::start().await;
    app.approved("lo-texts").await;
    let text = |number: usize| format!("{number} {}", "ø\"".repeat(100));
    let entry = |number| json!({"pspTransactionId": "lo-texts", "status": "CAPTURED", "amount": 1, "paymentText": text(number)});
    let entries: Vec<Value> = (0..1_000).map(entry).collect();
    drop(app.update_status(&json!(entries)).await.succeeded());
    let details = app.details("lo-texts").await;
    assert_eq!(details["transactionSummary"]["capturedAmount"], 1_000);
    let history = details["transactionLogHistory"].as_array().expect("a list");
    assert_eq!((history.len(), &history[0]["operation"]), (1_001, &json!("RESERVED")));
    for (number, line) in history[1..].iter().enumerate() {
        assert_eq!(line["paymentText"], text(number));
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_request_with_the_same_key_counts_once_and_another_is_told_from_it() {
    let app = TestApp::start().await;
    app.approved("lo-key").await;
    let body = |last: i64| {
        let mut entries = vec![json!({"pspTransactionId": "lo-key", "status": "RESERVED", "amount": 49_900}); 5_000];
        entries[4_999] = json!({"pspTransactionId": "lo-key", "status": "CAPTURED", "amount": last});
        json!({"transactions": entries})
    };
    let send = async |body: Value| {
        let request = app.psp_call(Method::POST, "/psp/v3/psppayments/updatestatus").await;
        Answer::to(request.header("Idempotency-Key", "lo-key").json(&body)).await
    };
    for _again in 0..2 {
        drop(send(body(100)).await.succeeded());
    }
    assert_eq!(send(body(101)).await.status, 409);
    assert_eq!(app.payment("lo-key").sums.captured(), 100);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_init_with_long_members_that_nobody_knows_is_taken() {
    let app = TestApp::start().await;
    let started = app.init_with("lo-init", json!({"unknownMember": "x".repeat(200_000)})).await;
    assert_eq!(app.state(&started.id), "AWAITING_USER");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_psp_with_many_merchants_is_shown_them_all_in_the_order_in_which_they_were_made() {
    const MERCHANTS: &str = "/merchant-management/psp/v1/merchants";
    let app = TestApp::start().await;
    let listed = async || {
        let list = Answer::to(app.psp_call(Method::GET, MERCHANTS).await).await.succeeded();
        list.json["merchants"].as_array().cloned().expect("a list")
    };
    let before = listed().await.len();
    let mut made = Vec::new();
    for number in 0..60 {
        let merchant = json!({
            "organizationNumber": "987654325", "companyName": "Lampe AS", "companyEmail": "post@lampe.example",
            "name": format!("Lampe {number}"), "mccCode": "5712", "logo": "",
            "address": {"addressLine1": "Storgata 1", "city": "Oslo", "postCode": "0155", "country": "NO"},
        });
        let call = app.psp_call(Method::POST, MERCHANTS).await.json(&merchant);
        let answer = Answer::to(call.header("Idempotency-Key", format!("lo-{number}"))).await.succeeded();
        made.push(answer.json["merchantSerialNumber"].clone());
    }
    let all: Vec<Value> = listed().await.iter().map(|merchant| merchant["merchantSerialNumber"].clone()).collect();
    assert_eq!(all[before..], made);
    app.stop().await;
}

/// A payment that was captured 300 times, half of them with a long text.
async fn captured_300_times(app: &TestApp, id: &str) {
    app.approved(id).await;
    let text = |number: usize| if number.is_multiple_of(2) { "ø".repeat(1_000) } else { String::new() };
    let entry =
        |amount| json!({"pspTransactionId": id, "status": "CAPTURED", "amount": amount, "paymentText": text(amount)});
    let entries: Vec<Value> = (1..=300).map(entry).collect();
    drop(app.update_status(&json!(entries)).await.succeeded());
}

fn amounts(list: &Value, of: impl Fn(&Value) -> &Value) -> Vec<i64> {
    list.as_array().expect("a list").iter().filter_map(|line| of(line).as_i64()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_a_payment_comes_in_pages_of_at_most_64_kib() {
    let app = TestApp::start().await;
    captured_300_times(&app, "lo-log").await;
    let (mut log, mut after, mut pages) = (Vec::new(), json!(0), Vec::new());
    while !after.is_null() {
        let page = app.control(&format!("/payments/lo-log?after={after}")).await;
        assert!(page.to_string().len() < 64 * 1024, "{after}");
        log.extend(page["log"].as_array().cloned().expect("a list"));
        after = page["after"].clone();
        pages.push(after.clone());
    }
    assert!(pages.len() > 5, "{pages:?}");
    let captured = Value::from(log[3..].to_vec());
    assert_eq!(amounts(&captured, |event| &event["detail"]["amount"]), (1..=300).collect::<Vec<_>>());
    let short = app.control("/payments/lo-log?after=5&limit=2").await;
    assert_eq!(short["log"], Value::from(log[4..6].to_vec()), "the first event made version 2");
    assert_eq!(short["after"], 7);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_comes_in_pages_and_a_list_of_receipts_has_the_first_lines_of_each() {
    let app = TestApp::start().await;
    let phone = app.first_phone().await;
    for number in 0..15 {
        captured_300_times(&app, &format!("lo-receipt-{number}")).await;
    }
    app.approved("lo-receipt-short").await;
    let list = phone.get("/receipts").await;
    assert!(list.to_string().len() < 64 * 1024);
    let receipts = list["receipts"].as_array().expect("a list");
    assert_eq!(receipts.len(), 16);
    assert_eq!((receipts[0]["history"].as_array().map(Vec::len), &receipts[0]["historyNext"]), (Some(1), &Value::Null));
    assert_eq!(amounts(&receipts[1]["history"], |line| &line["amount"]), [49_900, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // After the long texts of those before it, the last has no room for its own.
    assert_eq!((&receipts[15]["history"], &receipts[15]["historyNext"]), (&json!([]), &json!("0")));
    for receipt in [&receipts[1], &receipts[15]] {
        let (mut shown, mut next) =
            (amounts(&receipt["history"], |line| &line["amount"]), receipt["historyNext"].clone());
        let id = receipt["payment"]["id"].as_str().expect("an id");
        while let Some(after) = next.as_str() {
            let page = phone.get(&format!("/receipts/{id}?after={after}")).await;
            assert!(page.to_string().len() < 64 * 1024, "{after}");
            assert_eq!((&page["payment"], &page["sums"]), (&receipt["payment"], &receipt["sums"]));
            shown.extend(amounts(&page["history"], |line| &line["amount"]));
            next = page["historyNext"].clone();
        }
        assert_eq!(shown, std::iter::once(49_900).chain(1..=300).collect::<Vec<_>>());
    }
    app.stop().await;
}
