//! The Control API: who may call it from where, queries and bodies that are not as asked, and paths that it does not have.

use lommebok_testkit::cases::{Call, Expected, Table, bare, control, ok};
use lommebok_testkit::test_app::{BEGINNING, TestApp};
use serde_json::{Value, json};

fn call(app: &TestApp, method: &str, path: &str) -> Call {
    Call::new(method, path).set("Authorization", format!("Bearer {}", app.control_token()))
}

fn who() -> Expected {
    control(401).naming("control-token")
}

const EVERY: [(&str, &str); 26] = [
    ("GET", "/control/v1/unknown-outcomes"),
    ("GET", "/control/v1/batch"),
    ("GET", "/control/v1/batch/1/entries"),
    ("GET", "/control/v1/payments"),
    ("GET", "/control/v1/payments/control-1"),
    ("POST", "/control/v1/payments/control-1/approve"),
    ("GET", "/control/v1/payments/control-1/await"),
    ("GET", "/control/v1/batch/1/await"),
    ("POST", "/control/v1/payments/control-1/cancel"),
    ("POST", "/control/v1/payments/control-1/step-up"),
    ("POST", "/control/v1/payments/control-1/expire"),
    ("GET", "/control/v1/changes"),
    ("POST", "/control/v1/batch/run"),
    ("POST", "/control/v1/check"),
    ("GET", "/control/v1/batch/report"),
    ("GET", "/control/v1/batch/1"),
    ("GET", "/control/v1/users"),
    ("GET", "/control/v1/users/12345678"),
    ("PUT", "/control/v1/users/12345678/script"),
    ("DELETE", "/control/v1/users/12345678/script"),
    ("GET", "/control/v1/clock"),
    ("POST", "/control/v1/clock/freeze"),
    ("POST", "/control/v1/clock/resume"),
    ("POST", "/control/v1/clock/advance"),
    ("POST", "/control/v1/clock/auto"),
    ("POST", "/control/v1/clock/reset"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_call_wants_the_operators_token_from_a_known_host_and_no_foreign_page() {
    let app = TestApp::start().await;
    drop(app.init("control-1").await);
    let address = app.sandbox().address;
    let port = address.port();
    let sign_in = Call::new("POST", "/app/v1/sessions").json(&json!({"phoneNumber": "12345678", "pin": "1236"}));
    let session =
        app.exchange(&sign_in).await.expect("an answer").json["session"].as_str().expect("a session").to_owned();
    let tokens = [
        ("a PSP's token", format!("Bearer {}", app.bearer().await)),
        ("a phone's session", format!("Bearer {session}")),
        ("another token", format!("Bearer {}", "A".repeat(43))),
        ("a token that is cut", format!("Bearer {}", &app.control_token()[..42])),
        ("a token that is longer", format!("Bearer {}A", app.control_token())),
        ("bearer in small letters", format!("bearer {}", app.control_token())),
        ("Basic", "Basic YTpi".to_owned()),
        ("the token alone", app.control_token()),
    ];
    let mut table = Table::of(&app, "Control API, who");
    for (method, path) in EVERY {
        let good = call(&app, method, path).body("{\"milliseconds\":1}");
        let name = |what: &str| format!("{method} {path}: {what}");
        table.refuse(name("no token"), good.clone().without("Authorization"), who()).await;
        for (what, value) in &tokens {
            table.refuse(name(what), good.clone().set("Authorization", value), who()).await;
        }
        let doubled = good.clone().add("Authorization", "Bearer x");
        table.refuse(name("two tokens"), doubled, control(400).naming("authorization")).await;
        let rebound = format!("evil.example:{port}");
        for host in ["evil.example", &rebound, "127.0.0.1.evil.example", "wallet.local", "localhost:x", "", "[::1"] {
            // The last is no host at all: the listener refuses it.
            let foreign = || control(403).naming("is not served here");
            let expected = if host == "[::1" { bare(400) } else { foreign() };
            table.refuse(name(&format!("Host {host:?}")), good.clone().set("Host", host), expected).await;
        }
        for origin in ["https://evil.example", "null", "http://127.0.0.1:1", &format!("http://evil.example:{port}"), ""]
        {
            let expected = control(403).naming("may not call the Control API");
            table.refuse(name(&format!("Origin {origin:?}")), good.clone().set("Origin", origin), expected).await;
        }
        let query = call(&app, method, &format!("{path}?token={}", app.control_token())).without("Authorization");
        table.refuse(name("the token in the query"), query, who()).await;
    }
    let clock = call(&app, "GET", "/control/v1/clock");
    let mapped = ["127.0.0.1", "127.0.0.1:1", "[::1]:9000", "wallet:8480"].map(str::to_owned);
    for host in
        [format!("localhost:{port}"), address.to_string(), format!("LOCALHOST:{port}")].into_iter().chain(mapped)
    {
        table.refuse(format!("at {host}"), clock.clone().set("Host", host), ok()).await;
    }
    let own = clock.set("Origin", format!("http://localhost:{port}"));
    table.refuse("from our own page", own.clone().set("Host", format!("localhost:{port}")), ok()).await;
    table.refuse("from a page at another of our names", own, control(403)).await;
    table.finish(200);
    assert_eq!(app.wallet().clock.now(), BEGINNING);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_bodies_and_ids_that_are_not_as_asked_are_problems() {
    let app = TestApp::start().await;
    drop(app.init("control-1").await);
    let mut table = Table::of(&app, "Control API, what");
    let queries = [
        ("payments", "state=PAID"),
        ("payments", "state="),
        ("payments", "state=RESERVED&outcome_unknown=true"),
        ("payments", "outcome_unknown=maybe"),
        ("payments", "outcome_unknown=1"),
        ("payments", "outcome_unknown="),
        ("payments", "before=x"),
        ("payments", "before=1.5"),
        ("payments", "before=9223372036854775808"),
        ("payments", "limit=0"),
        ("payments", "limit=1001"),
        ("payments", "limit=-1"),
        ("payments", "limit=ten"),
        ("payments", "size=10"),
        ("payments", "state=EXPIRED&state=RESERVED"),
        ("payments", "state=EXPIRED,"),
        ("payments", "%ff=1"),
        ("payments/control-1", "after=x"),
        ("payments/control-1", "after=-1"),
        ("payments/control-1", "limit=0"),
        ("payments/control-1", "limit=101"),
        ("payments/control-1", "before=1"),
        ("batch/report", "before=x"),
        ("batch/report", "page=1"),
        ("batch/report", "before=1&before=2"),
        ("batch/1", "from=-1"),
        ("batch/1", "from=x"),
        ("batch/1", "before=1"),
    ];
    for (path, query) in queries {
        let call = call(&app, "GET", &format!("/control/v1/{path}?{query}"));
        table.refuse(format!("{path}?{query}"), call, control(400)).await;
    }
    let ids = ["nothing-1", "CONTROL-1", "control-1%20", "control%2F1", "0", "+1", "01", "-1", "%ff", "999999", "..."];
    let batches = ["0", "1", "+1", "01", "-1", "%ff", "x", "9223372036854775808"];
    for (what, id) in ids.map(|id| ("payments", id)).into_iter().chain(batches.map(|id| ("batch", id))) {
        let call = call(&app, "GET", &format!("/control/v1/{what}/{id}"));
        table.refuse(format!("{what} {id}"), call, control(404)).await;
    }
    let advance = call(&app, "POST", "/control/v1/clock/advance");
    let bodies: Vec<(&str, Value)> = vec![
        ("nothing", json!({})),
        ("null", json!(null)),
        ("a list", json!([])),
        ("a list of values", json!([1000])),
        ("negative", json!({"milliseconds": -1})),
        ("a fraction", json!({"milliseconds": 1.5})),
        ("text", json!({"milliseconds": "1000"})),
        ("null inside", json!({"milliseconds": null})),
        ("seconds", json!({"seconds": 1})),
        ("more than asked", json!({"milliseconds": 1, "seconds": 1})),
        ("401 days", json!({"milliseconds": 34_646_400_000_u64})),
        ("all time", json!({"milliseconds": u64::MAX})),
    ];
    for (name, body) in bodies {
        let call = advance.clone().json(&body);
        table.refuse(format!("advance by {name}"), call, control(400).naming("milliseconds")).await;
    }
    for (name, body) in [("no JSON", "hello"), ("empty", ""), ("two", "{\"milliseconds\":1,\"milliseconds\":2}")] {
        table.refuse(format!("advance by {name}"), advance.clone().body(body), control(400)).await;
    }
    let long = advance.clone().body(format!("{{\"milliseconds\":1{}}}", " ".repeat(1_024)));
    table.refuse("a long body", long, control(413)).await;
    table.finish(47);
    assert_eq!(app.wallet().clock.now(), BEGINNING);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_searched_is_a_problem_that_names_the_member() {
    let app = TestApp::start().await;
    drop(app.init("control-1").await);
    drop(app.update_status(&json!([{"pspTransactionId": "control-1", "status": "CAPTURED", "amount": 1}])).await);
    let mut table = Table::of(&app, "Control API, searches");
    let searches = [
        ("q=", "q must"),
        ("q=%20", "q must"),
        ("q=1&amount=1", "q is not"),
        ("q=1&id=1", "q is not"),
        ("id=", "id"),
        ("order=%00", "order"),
        ("order=", "order"),
        ("phone=1234", "phone"),
        ("phone=%2B4612345678", "phone"),
        ("msn=", "msn"),
        ("psp=nobody", "psp"),
        ("psp=", "psp"),
        ("cause=", "cause"),
        ("amount=0", "amount"),
        ("amount=-1", "amount"),
        ("amount=2147483648", "amount"),
        ("amount=499.00", "amount"),
        ("since=yesterday", "since"),
        ("until=2026-11-29", "until"),
        ("since=2026-11-29T10:00:00Z&until=2026-11-29T10:00:00Z", "until must be later"),
        ("outcome_unknown=true&notice_given_up=true", "one of state"),
    ];
    for (query, named) in searches {
        let call = call(&app, "GET", &format!("/control/v1/payments?{query}"));
        table.refuse(format!("payments?{query}"), call, control(400).naming(named)).await;
    }
    let lists = [
        ("unknown-outcomes?limit=0", "limit"),
        ("unknown-outcomes?limit=101", "limit"),
        ("unknown-outcomes?before=1", "before"),
        ("unknown-outcomes?oldest_first=1", "oldest_first"),
        ("batch?limit=51", "limit"),
        ("batch?state=x", "state"),
    ];
    for (query, named) in lists {
        let call = call(&app, "GET", &format!("/control/v1/{query}"));
        table.refuse(query, call, control(400).naming(named)).await;
    }
    for (query, named) in [("fate=lost", "fate"), ("limit=501", "limit"), ("from=-1", "from")] {
        let call = call(&app, "GET", &format!("/control/v1/batch/1/entries?{query}"));
        table.refuse(format!("entries?{query}"), call, control(400).naming(named)).await;
    }
    table.finish(30);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_part_that_is_not_asked_for_as_it_should_be_is_a_problem() {
    let app = TestApp::start().await;
    drop(app.init("control-1").await);
    let mut table = Table::of(&app, "Control API, acting");
    let acting = [
        ("approve", json!({"user": 12_345_678}), "user"),
        ("approve", json!({"user": "1234"}), "user"),
        ("approve", json!({"card": "AMEX"}), "card"),
        ("approve", json!({"card": ""}), "card"),
        ("approve", json!({"number": "12345678"}), "number"),
        ("approve", json!({"wait": "no"}), "wait"),
        ("approve", json!([]), "card"),
        ("step-up", json!({}), "result"),
        ("step-up", json!({"result": "success"}), "passed"),
        ("step-up", json!({"result": "passed", "user": "12345678"}), "user"),
    ];
    for (action, body, named) in acting {
        let call = call(&app, "POST", &format!("/control/v1/payments/control-1/{action}")).json(&body);
        table.refuse(format!("{action} {body}"), call, control(400).naming(named)).await;
    }
    for action in ["approve", "cancel", "expire"] {
        let call = call(&app, "POST", &format!("/control/v1/payments/nothing-1/{action}"));
        table.refuse(format!("{action} nothing"), call, control(404)).await;
    }
    let queries = [
        ("", "state"),
        ("state=", "state"),
        ("state=PAID", "AWAITING_USER"),
        ("state=RESERVED,", "AWAITING_USER"),
        ("state=RESERVED&nothing_due=true", "one of state"),
        ("attempt_open=false", "one of state"),
        ("nothing_due=true&within_ms=86400001", "within_ms"),
        ("nothing_due=true&within_ms=-1", "within_ms"),
        ("nothing_due=true&within=1", "within"),
    ];
    for (query, named) in queries {
        let call = call(&app, "GET", &format!("/control/v1/payments/control-1/await?{query}"));
        table.refuse(format!("await {query}"), call, control(400).naming(named)).await;
    }
    let nothing = call(&app, "GET", "/control/v1/payments/nothing-1/await?state=RESERVED");
    table.refuse("await nothing", nothing, control(404)).await;
    let nothing = call(&app, "GET", "/control/v1/batch/1/await");
    table.refuse("await no batch", nothing, control(404)).await;
    let too_long = call(&app, "GET", "/control/v1/batch/1/await?within_ms=86400001");
    table.refuse("await a batch too long", too_long, control(400).naming("within_ms")).await;
    table.finish(25);
    assert_eq!(app.state("control-1"), "AWAITING_USER");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_and_methods_that_the_control_api_does_not_have_are_problems_too() {
    let app = TestApp::start().await;
    let mut table = Table::of(&app, "Control API, where");
    for path in
        ["/control/v1/nothing", "/control/v1/payments/", "/control/v1/worlds", "/control/v1/%ff", "/control/v1/x/y"]
    {
        table.refuse(path, call(&app, "GET", path), control(404)).await;
        let nobody = call(&app, "GET", path).without("Authorization");
        table.refuse(format!("{path}, nobody"), nobody, who()).await;
    }
    let methods = [
        ("POST", "/control/v1/payments", "GET,HEAD"),
        ("DELETE", "/control/v1/payments/control-1", "GET,HEAD"),
        ("GET", "/control/v1/batch/run", "POST"),
        ("GET", "/control/v1/clock/advance", "POST"),
        ("PUT", "/control/v1/clock", "GET,HEAD"),
        ("OPTIONS", "/control/v1/clock", "GET,HEAD"),
    ];
    for (method, path, allow) in methods {
        let expected = control(405).with_header("allow", allow);
        table.refuse(format!("{method} {path}"), call(&app, method, path), expected).await;
    }
    let preflight = Call::new("OPTIONS", "/control/v1/clock")
        .set("Origin", "https://evil.example")
        .set("Access-Control-Request-Method", "GET");
    let answer = table.answer_of("a preflight of a foreign page", preflight, control(403)).await.expect("an answer");
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")), "{:?}", answer.headers);
    table.finish(17);
    app.stop().await;
}
