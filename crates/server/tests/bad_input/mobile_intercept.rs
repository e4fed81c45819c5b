//! `/mobileintercept`: ids that are forged or another's, words that are none, and what looking at it changes (nothing).

use lommebok_testkit::cases::{Call, Table, bare, page};
use lommebok_testkit::fake_psp::Reply;
use lommebok_testkit::test_app::TestApp;

/// A payment in STEP_UP, and the id in its `operations`.
async fn stepping_up(app: &TestApp, id: &str) -> String {
    let payment = app.init(id).await;
    app.psp.answer(id, [Reply::SoftDecline("https://3ds.example/".to_owned()), Reply::Ok]);
    drop(app.force_approve(&payment).await.succeeded());
    let request = app.psp.wait_for_payment(id, 1).await.remove(0);
    let url = request.operation_url("3dssuccess").expect("an address").to_owned();
    let (_, rest) = url.split_once("transactionId=").expect("the address has the id");
    rest.split('&').next().expect("and more behind it").to_owned()
}

fn post(query: &str) -> Call {
    Call::new("POST", format!("/mobileintercept?{query}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_return_of_a_step_up_is_over_and_changes_nothing() {
    let app = TestApp::start().await;
    let id = stepping_up(&app, "step-1").await;
    let reserved = stepping_up(&app, "step-2").await;
    let done = app.exchange(&post(&format!("transactionId={reserved}&responsecode=OK"))).await.expect("an answer");
    assert_eq!(done.status.as_u16(), 303);
    app.until_state("step-2", "RESERVED").await;
    let never = app.init("step-3").await;
    let mut table = Table::of(&app, "returns");
    let other = format!("{}{}", if id.starts_with('0') { "1" } else { "0" }, &id[1..]);
    let queries = [
        String::new(),
        "responsecode=OK".to_owned(),
        format!("transactionId={id}"),
        format!("transactionId={id}&responsecode="),
        format!("transactionId={id}&responsecode=ok"),
        format!("transactionId={id}&responsecode=Ok"),
        format!("transactionId={id}&responsecode=OK%20"),
        format!("transactionId={id}&responsecode=%20OK"),
        format!("transactionId={id}&responsecode=OK%00"),
        format!("transactionId={id}&responsecode=SUCCESS"),
        format!("transactionId={id}&responsecode=1"),
        format!("transactionId={id}&responsecode%5B%5D=OK"),
        format!("transactionId={id}&responsecode=OK&responsecode=FAIL"),
        format!("transactionId={id}&responsecode=OK&responsecode=OK"),
        format!("transactionId={id}&transactionId={id}&responsecode=OK"),
        format!("transactionid={id}&responsecode=OK"),
        format!("transactionId={}&responsecode=OK", id.to_uppercase().replace(|c: char| c.is_ascii_digit(), "A")),
        format!("transactionId={}&responsecode=OK", &id[1..]),
        format!("transactionId={id}0&responsecode=OK"),
        format!("transactionId=0{id}&responsecode=OK"),
        format!("transactionId=%2B{}&responsecode=OK", &id[1..]),
        format!("transactionId=-{}&responsecode=OK", &id[1..]),
        format!("transactionId=0x{}&responsecode=OK", &id[2..]),
        format!("transactionId={{{id}}}&responsecode=OK"),
        format!("transactionId={other}&responsecode=OK"),
        format!("transactionId={}&responsecode=OK", "0".repeat(32)),
        format!("transactionId={}&responsecode=OK", "f".repeat(7_000)),
        "transactionId=step-1&responsecode=OK".to_owned(),
        format!("transactionId={}&responsecode=OK", app.payment("step-1").id.get()),
        format!("transactionId={}&responsecode=OK", never.token),
        "transactionId=%27%20OR%201%3D1--&responsecode=OK".to_owned(),
    ];
    for query in &queries {
        let name: String = query.chars().take(90).collect();
        table.refuse(format!("POST {name}"), post(query), page(410)).await;
        table.refuse(format!("GET {name}"), post(query).by("GET"), page(410)).await;
    }
    for word in ["OK", "CANCEL", "FAIL"] {
        let again = post(&format!("transactionId={reserved}&responsecode={word}"));
        table.refuse(format!("{word} after the payment is reserved"), again, page(410)).await;
    }
    table.finish(65);
    assert_eq!(app.state("step-1"), "STEP_UP");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_and_foreign_pages_do_not_return_for_the_user() {
    let app = TestApp::start().await;
    let id = stepping_up(&app, "step-1").await;
    let good = post(&format!("transactionId={id}&responsecode=CANCEL"));
    let mut table = Table::of(&app, "returns, who sent them");
    table.refuse("GET", good.clone().by("GET"), page(200)).await;
    table.refuse("HEAD", good.clone().by("HEAD"), bare(200)).await;
    table.refuse("OPTIONS", good.clone().by("OPTIONS"), bare(405)).await;
    table.refuse("PUT", good.clone().by("PUT"), bare(405)).await;
    table.refuse("a prefetch", good.clone().by("GET").set("Sec-Purpose", "prefetch"), page(200)).await;
    let foreign = [
        ("the bank's own form", Some("https://3ds.example"), Some("cross-site")),
        ("the bank's, in an old browser", Some("https://3ds.example"), None),
        ("a neighbour's", Some("http://127.0.0.1:1"), Some("same-site")),
        ("one that hides", Some("null"), Some("cross-site")),
        ("one that hides, in an old browser", Some("null"), None),
        ("one that only says cross-site", None, Some("cross-site")),
        ("one that only says same-site", None, Some("same-site")),
    ];
    for (name, origin, site) in foreign {
        let call = origin.map_or(good.clone(), |origin| good.clone().set("Origin", origin));
        let call = site.map_or(call.clone(), |site| call.clone().set("Sec-Fetch-Site", site));
        table.refuse(name, call, page(200)).await;
    }
    table.finish(12);
    assert_eq!(app.state("step-1"), "STEP_UP");
    let ours = good.set("Origin", "null").set("Sec-Fetch-Site", "same-origin");
    let answer = app.exchange(&ours).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), app.state("step-1")), (303, "CANCELLED"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_word_of_a_return_is_taken_once() {
    let app = TestApp::start().await;
    let words = [("OK", "RESERVED"), ("CANCEL", "CANCELLED"), ("FAIL", "FAILED")];
    for (word, state) in words {
        let name = format!("word-{word}");
        let id = stepping_up(&app, &name).await;
        let call = post(&format!("transactionId={id}&responsecode={word}"));
        let answer = app.exchange(&call).await.expect("an answer");
        assert_eq!(answer.status.as_u16(), 303, "{word}");
        assert_eq!(answer.headers["location"], "/mobileintercept/taken", "{word}");
        app.until_state(&name, state).await;
        for again in ["OK", "CANCEL", "FAIL"] {
            let call = post(&format!("transactionId={id}&responsecode={again}"));
            assert_eq!(app.exchange(&call).await.expect("an answer").status.as_u16(), 410, "{word}, then {again}");
        }
        assert_eq!(app.state(&name), state, "{word}");
    }
    app.stop().await;
}
