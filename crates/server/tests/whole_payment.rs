//! One payment from end to end over real HTTP: token, init, force-approve, capture, details.

use lommebok_server::assembly::{RunningSandbox, Seams};
use lommebok_server::config::{DevConfig, Sources};
use lommebok_server::seeds::Seed;

/// A sandbox on ports of its own choice.
async fn sandbox(dir: &tempfile::TempDir) -> RunningSandbox {
    let mut sources = Sources::default();
    for (name, value) in [
        ("data_dir", dir.path().to_str().expect("text")),
        ("listen", "127.0.0.1:0"),
        ("stub_psp_listen", "127.0.0.1:0"),
    ] {
        sources.flags.insert(name.to_owned(), value.to_owned());
    }
    let config = DevConfig::load(&sources).expect("a configuration");
    RunningSandbox::start(&config, &Seed::built_in(), Seams::default()).await.expect("a sandbox")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_reserved_captured_and_shown() {
    let dir = tempfile::tempdir().expect("a directory");
    let sandbox = sandbox(&dir).await;
    let base = format!("http://{}", sandbox.address);
    let psp = sandbox.credentials.psps.values().next().expect("a PSP");
    let client = reqwest::Client::new();
    let answer = client
        .post(format!("{base}/accessToken/get/"))
        .header("client_id", &psp.client_id)
        .header("client_secret", psp.client_secret.expose())
        .header("Ocp-Apim-Subscription-Key", psp.subscription_key.expose())
        .send()
        .await
        .expect("an answer");
    let status = answer.status();
    let token: serde_json::Value = answer.json().await.expect("JSON");
    assert_eq!(status, 200, "{token}");
    let bearer = format!("Bearer {}", token["access_token"].as_str().expect("a token"));
    let call = |request: reqwest::RequestBuilder| {
        request
            .header("Authorization", &bearer)
            .header("Ocp-Apim-Subscription-Key", psp.subscription_key.expose())
            .header("PSP-ID", &psp.psp_id)
    };
    let seed = Seed::built_in();
    let msn = seed.merchants[0].msn.as_str();
    let body = serde_json::json!({
        "pspTransactionId": "abcABC12345", "merchantOrderId": "abcABC-12345", "customerMobileNumber": "12345678",
        "amount": "49900", "currency": "NOK", "pspRedirectUrl": "https://example.com/page-seen-after-payment",
        "makePaymentUrl": format!("http://{}/pay", sandbox.stub_psp), "makePaymentToken": "secret",
        "paymentText": "OrderId abcABC-12345"
    });
    let answer = call(client.post(format!("{base}/psp/v3/psppayments/init")))
        .header("Merchant-Serial-Number", msn)
        .json(&body)
        .send()
        .await
        .expect("an answer");
    let status = answer.status();
    let text = answer.text().await.expect("text");
    assert_eq!(status, 200, "{text}");
    let init: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let link = init["vippsRedirectUrl"].as_str().expect("a link").to_owned();
    let landing = link.split("token=").nth(1).expect("a token");
    let answer = call(client.post(format!("{base}/psp/v3/integration-test/psppayments/abcABC12345/approve")))
        .json(&serde_json::json!({"customerPhoneNumber": "12345678", "token": landing}))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 200, "{}", answer.text().await.expect("text"));
    let update = serde_json::json!({"transactions": [
        {"pspTransactionId": "abcABC12345", "status": "CAPTURED", "amount": "49900", "currency": "NOK"}]});
    let answer = call(client.post(format!("{base}/psp/v3/psppayments/updateStatus")))
        .json(&update)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 200, "{}", answer.text().await.expect("text"));
    let answer =
        call(client.get(format!("{base}/psp/v3/psppayments/abcABC12345/details"))).send().await.expect("an answer");
    let details: serde_json::Value = answer.json().await.expect("JSON");
    assert_eq!(details["transactionSummary"]["capturedAmount"], 49900, "{details}");
    assert_eq!(details["transactionLogHistory"].as_array().map(Vec::len), Some(2), "{details}");
    assert_eq!(sandbox.stop().await, Vec::new());
}
