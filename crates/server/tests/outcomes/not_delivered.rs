//! Nothing reached the PSP: the payment fails for certain, at once, and no notice of it goes to the PSP.

use lommebok_testkit::steady_address::steady_address;
use lommebok_testkit::test_app::{Started, TestApp};
use serde_json::json;

use crate::{failure, history, no_sums};

/// Starts and approves a payment whose `makePaymentUrl` is this one.
async fn approved_at(app: &TestApp, id: &str, url: &str) -> Started {
    let payment = app.init_with(id, json!({"makePaymentUrl": url})).await;
    drop(app.force_approve(&payment).await.succeeded());
    payment
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_left_is_certain_and_says_why() {
    let app = TestApp::start().await;
    let free = steady_address();
    let stub = &app.sandbox().make_payment_url;
    let rows = [
        ("nd-port", format!("http://{free}/pay"), "connect"),
        ("nd-dns", "http://nobody.invalid/pay".to_owned(), "dns"),
        ("nd-tls", stub.replace("http://", "https://"), "tls"),
    ];
    for (id, url, why) in rows {
        approved_at(&app, id, &url).await;
        assert_eq!(failure(&app, id).await, ["certain", "not_delivered", why], "{url}");
        assert_eq!(history(&app, id).await, ["RESERVED 49900 false"]);
        assert_eq!(app.details(id).await["transactionSummary"], no_sums());
    }
    let listed = app.control("/payments?outcome_unknown=true").await;
    assert_eq!(listed["payments"], json!([]));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_local_address_is_refused_at_init_in_every_spelling() {
    let app = TestApp::start().await;
    let before = app.row_counts();
    let urls = [
        "http://169.254.169.254/latest/meta-data",
        "http://0xa9fea9fe/",
        "http://2852039166/",
        "http://[fe80::1]/",
        "http://[::ffff:169.254.169.254]/",
    ];
    for url in urls {
        let mut body = app.init_body("nd-link-local");
        body["makePaymentUrl"] = json!(url);
        let answer = app.send_init(&body).await;
        assert_eq!((answer.status.as_u16(), answer.error_codes()), (400, vec!["makePaymentUrl"]), "{url}");
    }
    assert_eq!(app.row_counts(), before);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wallets_own_listener_is_no_make_payment_url_by_address_at_init_and_by_name_at_the_call() {
    let app = TestApp::start().await;
    let before = app.row_counts();
    let port = app.sandbox().address.port();
    for host in ["127.0.0.1", "127.9.9.9", "[::1]", "[::ffff:127.0.0.1]"] {
        let mut body = app.init_body("own-address");
        body["makePaymentUrl"] = json!(format!("http://{host}:{port}/phone"));
        let answer = app.send_init(&body).await;
        assert_eq!((answer.status.as_u16(), answer.error_codes()), (400, vec!["makePaymentUrl"]), "{host}");
        assert!(answer.hint().contains("the wallet's own address"), "{}", answer.hint());
    }
    assert_eq!(app.row_counts(), before);
    approved_at(&app, "own-name", &format!("http://localhost:{port}/pay")).await;
    assert_eq!(failure(&app, "own-name").await, ["certain", "not_delivered", "address_refused"]);
    // The stub PSP listens on the same machine, at a port of its own.
    let stub = app.sandbox().make_payment_url.clone();
    approved_at(&app, "own-stub", &stub).await;
    assert_eq!(app.state("own-stub"), "RESERVED");
    app.stop().await;
}
