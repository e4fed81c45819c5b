//! The magic amounts on the wire, row by row, whatever card was picked; and the vendor's own default when it is asked for.

use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

const NINETEEN: &str = "AlhlvxmN2ZKuAAESNFZ4GoABFA==";
const TWENTY: &str = "AgAAAAAAAIR8CQrXSohbQAAAAAA=";

/// Amount, number, expiry month and year, cryptogram, type and ECI of the token.
const ROWS: [(i64, [&str; 6]); 7] = [
    (2_200, ["5226603115488031", "05", "2025", NINETEEN, "MASTERCARD", "06"]),
    (3_200, ["4111111111111111", "03", "2030", "uxToh3Ep6gsR8AAkvZALN19Iz34=", "VISA", "07"]),
    (4_200, ["4895370013193500", "03", "2030", NINETEEN, "VISA", "07"]),
    (4_300, ["5226603115488031", "03", "2030", NINETEEN, "MASTERCARD", "06"]),
    (4_400, ["4895370012792682", "12", "2022", TWENTY, "VISA", "07"]),
    (5_100, ["4268270087302871", "09", "2024", TWENTY, "VISA", "07"]),
    (5_200, ["5413330089010442", "12", "2025", TWENTY, "MASTERCARD", "06"]),
];

fn token(of: &[&str; 6]) -> Value {
    let [number, month, year, cryptogram, kind, eci] = of;
    json!({"number": number, "expiryMonth": month, "expiryYear": year, "cryptogram": cryptogram, "tokenType": kind,
           "eci": eci})
}

/// The request after an approval on the phone with this card.
async fn sent(app: &TestApp, id: &str, amount: i64, network: &str) -> Value {
    let payment = app.init_with(id, json!({"amount": amount})).await;
    let phone = app.first_phone().await;
    let number = phone.open(&payment.link).await.succeeded().json["id"].as_str().expect("an id").to_owned();
    drop(phone.approve(&number, &phone.card(network).await).await.succeeded());
    let request = app.psp.wait_for_payment(id, 1).await.swap_remove(0).json;
    app.until_state(id, "RESERVED").await;
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn each_magic_amount_sends_its_token_whatever_card_was_picked() {
    let app = TestApp::start().await;
    for (amount, row) in ROWS {
        for (network, bin) in [("VISA", "411111"), ("MASTERCARD", "541333")] {
            let request = sent(&app, &format!("magic-{amount}-{network}"), amount, network).await;
            assert_eq!(request["networkToken"], token(&row), "{amount} {network}");
            assert_eq!(request["binNumber"], bin, "the BIN is the picked card's");
        }
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_other_amount_sends_a_token_of_the_picked_card() {
    let app = TestApp::start().await;
    for (network, eci, expiry) in [("VISA", "07", ["12", "2035"]), ("MASTERCARD", "06", ["11", "2034"])] {
        for amount in [100, 2_201, 4_199, 49_900] {
            let request = sent(&app, &format!("other-{amount}-{network}"), amount, network).await;
            let token = &request["networkToken"];
            let [month, year] = expiry;
            let facts = [&token["tokenType"], &token["eci"], &token["expiryMonth"], &token["expiryYear"]];
            assert_eq!(facts, [&json!(network), &json!(eci), &json!(month), &json!(year)]);
            let number = token["number"].as_str().unwrap_or_default();
            assert!(ROWS.iter().all(|(_, row)| row[0] != number), "{number} is not one of the table");
        }
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vendors_setting_sends_the_vendors_expired_default() {
    let app = TestApp::with_settings(&[("magic_tokens", "vendor")]).await;
    let default = token(&["4895370013193500", "05", "2025", NINETEEN, "VISA", "07"]);
    for amount in [100, 49_900] {
        let request = sent(&app, &format!("vendor-{amount}"), amount, "MASTERCARD").await;
        assert_eq!(request["networkToken"], default);
    }
    let request = sent(&app, "vendor-5200", 5_200, "VISA").await;
    assert_eq!(request["networkToken"]["number"], "5413330089010442", "the table goes before the default");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_stable_per_card_and_merchant_and_over_a_restart() {
    let app = TestApp::start().await;
    let number = |request: &Value| request["networkToken"]["number"].as_str().expect("a number").to_owned();
    let visa = number(&sent(&app, "stable-1", 49_900, "VISA").await);
    let mastercard = number(&sent(&app, "stable-2", 49_900, "MASTERCARD").await);
    assert_ne!(visa, mastercard);
    let mut elsewhere = app.credentials();
    elsewhere.msn = "100002";
    let body = app.init_body("stable-3");
    let request = app.psp_call_of(&elsewhere, reqwest::Method::POST, "/psp/v3/psppayments/init").await.json(&body);
    let answer = lommebok_testkit::test_app::Answer::to(request).await.succeeded();
    let phone = app.first_phone().await;
    let link = answer.json["vippsRedirectUrl"].as_str().expect("a link").to_owned();
    let id = phone.open(&link).await.succeeded().json["id"].as_str().expect("an id").to_owned();
    drop(phone.approve(&id, &phone.card("VISA").await).await.succeeded());
    let at_another_merchant = number(&app.psp.wait_for_payment("stable-3", 1).await[0].json);
    assert_ne!(at_another_merchant, visa);
    app.until_state("stable-3", "RESERVED").await;
    let app = app.restarted().await;
    assert_eq!(number(&sent(&app, "stable-4", 100, "VISA").await), visa);
    app.stop().await;
}
