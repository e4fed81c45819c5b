//! Names that lead here and are none of ours: pages and App API answer 421, what programs call answers as ever.

use lommebok_testkit::cases::{Call, Table, app as app_api, bare, page};
use lommebok_testkit::test_app::{Answer, TestApp};
use serde_json::json;

const PAGES: [(&str, &str); 8] = [
    ("GET", "/"),
    ("GET", "/phone?link=x"),
    ("GET", "/phone/default"),
    ("GET", "/dwo-api-application/v1/deeplink/vippsgateway?v=2&token=x"),
    ("GET", "/landing/events?token=x"),
    ("POST", "/landing/number"),
    ("POST", "/landing/cancel"),
    ("GET", "/mobileintercept?transactionId=0&responsecode=OK"),
];

const APP_API: [(&str, &str); 4] =
    [("POST", "/app/v1/sessions"), ("GET", "/app/v1/payments"), ("GET", "/app/v1/"), ("GET", "/app/v1/nothing")];

const FOR_PROGRAMS: [&str; 4] = ["/healthz", "/readyz", "/openapi.json", "/.well-known/jwks.json"];

fn sign_in() -> Call {
    Call::new("POST", "/app/v1/sessions").json(&json!({"phoneNumber": "12345678", "pin": "1236"}))
}

#[tokio::test(flavor = "multi_thread")]
async fn under_an_unknown_host_no_page_and_no_app_answers_and_the_setting_is_named() {
    let app = TestApp::start().await;
    let port = app.sandbox().address.port();
    let mut table = Table::of(&app, "unknown hosts");
    for host in [format!("evil.example:{port}"), "evil.example.".to_owned(), "a.localhost".to_owned()] {
        for (method, path) in PAGES {
            let expected = page(421).naming(&host).naming("--allowed-host").naming(&app.url("/"));
            table
                .refuse(format!("{method} {path} at {host}"), Call::new(method, path).set("Host", &host), expected)
                .await;
        }
        for (method, path) in APP_API {
            let call = sign_in().by(method).at(path).set("Host", &host);
            let expected = app_api(421, "unknown_host").naming("--allowed-host");
            table.refuse(format!("{method} {path} at {host}"), call, expected).await;
        }
    }
    let start = Call::new("GET", "/");
    // What the characters of a host can say in HTML is said as text; what has others is no host at all.
    for (host, expected) in
        [("", page(421)), ("a&lt;b.example", page(421)), ("<script>alert(1)</script>.example", bare(400))]
    {
        let call = start.clone().set("Host", host);
        let answer = table.answer_of(format!("host {host:?}"), call, expected).await.expect("an answer");
        assert!(!answer.text.contains("<script>alert") && !answer.text.contains("a&lt;b"), "{}", answer.text);
    }
    let target = format!("http://evil.example:{port}/");
    let absolute = start.at(target).set("Host", format!("evil.example:{port}"));
    table.refuse("a target that says the name", absolute, page(421).naming("evil.example")).await;
    table.finish(40);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_programs_call_answers_under_any_host_and_so_does_what_the_refusing_page_needs() {
    let app = TestApp::start().await;
    let started = app.init("host-1").await;
    assert!(!started.link.is_empty());
    let start = Answer::to(app.client().get(app.url("/")).header("host", "evil.example")).await;
    let style = start.text.split('"').find(|part| part.ends_with("/base.css")).expect("the page has a style");
    for path in FOR_PROGRAMS.into_iter().chain([style]) {
        let answer = Answer::to(app.client().get(app.url(path)).header("host", "evil.example")).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    let details = app.psp_call(reqwest::Method::GET, "/psp/v3/psppayments/host-1/details").await;
    assert_eq!(Answer::to(details.header("host", "evil.example")).await.status, 200, "the PSP API takes any");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_app_answer_under_every_known_host() {
    let settings = [("public_url", "https://wallet.example"), ("allowed_host", "phone.example,10.example")];
    let app = TestApp::with_settings(&settings).await;
    let mut table = Table::of(&app, "known hosts");
    let hosts = [
        "localhost",
        "LOCALHOST:9000",
        "localhost.:80",
        "127.0.0.1",
        "192.0.2.1:8480",
        "[::1]:8480",
        "lommebok",
        "lommebok:8480",
        "wallet.example",
        "Wallet.Example:443",
        "phone.example:8480",
        "10.example.",
    ];
    for host in hosts {
        let payments = Call::new("GET", "/app/v1/payments").set("Host", host);
        table.refuse(format!("App API at {host}"), payments, app_api(401, "session_ended")).await;
        let phone = Call::new("GET", "/phone").set("Host", host);
        table.refuse(format!("phone at {host}"), phone, page(200)).await;
    }
    table.finish(24);
    let signed_in = app.exchange(&sign_in().set("Host", "lommebok:8480")).await.expect("an answer");
    assert_eq!(signed_in.status, 201, "{}", signed_in.text);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_page_shows_credentials_on_a_loopback_address_only_and_the_control_token_never() {
    for (listen, shows) in [("127.0.0.1:0", true), ("localhost:0", true), ("0.0.0.0:0", false)] {
        let app = TestApp::with_settings(&[("listen", listen)]).await;
        let page = Answer::to(app.client().get(app.url("/"))).await.succeeded().text;
        for psp in [app.credentials(), app.other_credentials()] {
            let there =
                [&psp.client_id, &psp.client_secret, &psp.subscription_key].map(|value| page.contains(value.as_str()));
            assert_eq!(there, [shows; 3], "{listen}");
        }
        assert!(!page.contains(&app.control_token()));
        app.stop().await;
    }
}
