//! The landing page's forms: what a browser says of itself, cookie, form token and link must all fit, or nothing changes.

use std::time::Duration;

use lommebok_testkit::cases::{Call, EachState, Expected, Table, bare, page};
use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, Started, TestApp};

const NUMBER: &str = "/landing/number";
const CANCEL: &str = "/landing/cancel";

/// The form of an open page as our own page would send it.
fn form(app: &TestApp, page: &LandingPage, payment: &Started, path: &str) -> Call {
    Call::new("POST", path)
        .set("Cookie", &page.cookie)
        .set("Origin", app.base())
        .set("Sec-Fetch-Site", "same-origin")
        .set("Content-Type", "application/x-www-form-urlencoded")
        .body(format!("token={}&form_token={}&number=12345678", payment.token, page.form_token))
}

/// Not our own form: nothing was changed.
fn stale() -> Expected {
    page(403)
}

/// The good form is answered 303 to our own waiting page.
fn taken(payment: &Started) -> Expected {
    bare(303).with_header("location", &format!("/landing/wait?token={}", payment.token))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_counts_only_if_the_browser_says_that_our_own_page_sent_it() {
    let app = TestApp::start().await;
    let payment = app.init("form-1").await;
    let open = LandingPage::open(&app, &payment).await;
    let port = app.sandbox().address.port();
    let mut table = Table::of(&app, "landing forms, who sent them");
    let senders: Vec<(&str, Option<String>, Option<&str>)> = vec![
        ("nobody says anything", None, None),
        ("another site", Some("https://evil.example".to_owned()), None),
        ("another site, as it says", Some("https://evil.example".to_owned()), Some("cross-site")),
        ("another site that hides", Some("null".to_owned()), None),
        ("another site that hides, as it says", Some("null".to_owned()), Some("cross-site")),
        ("a sandboxed frame", Some("null".to_owned()), Some("same-site")),
        ("our origin, as another site", Some(app.base().to_owned()), Some("cross-site")),
        ("our origin, as a sibling", Some(app.base().to_owned()), Some("same-site")),
        ("our origin, as typed", Some(app.base().to_owned()), Some("none")),
        ("our own site says no origin, but cross-site", None, Some("cross-site")),
        ("no origin, same-site", None, Some("same-site")),
        ("no origin, none", None, Some("none")),
        ("no origin, an unknown word", None, Some("same-origin ,cross-site")),
        ("no origin, in capitals", None, Some("Same-Origin")),
        ("our host, another port", Some(format!("http://127.0.0.1:{}", port ^ 1)), Some("same-origin")),
        ("our host without a port", Some("http://127.0.0.1".to_owned()), None),
        ("our host in another name", Some(format!("http://localhost:{port}")), None),
        ("our host as a beginning", Some(format!("{}.evil.example", app.base())), None),
        ("our host as a user", Some(format!("{}@evil.example", app.base())), None),
        ("our host with a path", Some(format!("{}/", app.base())), None),
        ("no URL", Some("evil".to_owned()), None),
        ("an empty origin", Some(String::new()), None),
    ];
    for path in [NUMBER, CANCEL] {
        for (name, origin, site) in &senders {
            let call = form(&app, &open, &payment, path).without("Origin").without("Sec-Fetch-Site");
            let call = origin.as_ref().map_or(call.clone(), |origin| call.clone().set("Origin", origin));
            let call = site.map_or(call.clone(), |site| call.clone().set("Sec-Fetch-Site", site));
            table.refuse(format!("{path}: {name}"), call, stale()).await;
        }
        let good = form(&app, &open, &payment, path);
        let twice = good.clone().add("Origin", "https://evil.example");
        table.refuse(format!("{path}: two origins"), twice, stale()).await;
        let twice = good.add("Sec-Fetch-Site", "cross-site");
        table.refuse(format!("{path}: two sites"), twice, stale()).await;
    }
    table.finish(48);
    assert_eq!(app.state("form-1"), "AWAITING_USER");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_counts_however_a_browser_of_today_vouches_for_our_page() {
    let app = TestApp::with_settings(&[("public_url", "http://wallet.example:8480")]).await;
    let host = app.base().trim_start_matches("http://").to_owned();
    let vouched = [
        ("Origin alone", Some(app.base().to_owned()), None, None),
        ("Sec-Fetch-Site alone", None, Some("same-origin"), None),
        ("no-referrer, as browsers say it", Some("null".to_owned()), Some("same-origin"), None),
        ("behind a proxy", Some("http://wallet.example:8480".to_owned()), None, Some("inner:1".to_owned())),
        ("by another name", Some("http://localhost:1".to_owned()), Some("same-origin"), Some("localhost:1".to_owned())),
    ];
    let mut opened = Vec::new();
    for (number, vouched) in vouched.into_iter().enumerate() {
        let mut payment = app.init(&format!("form-{number}")).await;
        payment.link = payment.link.replace("http://wallet.example:8480", app.base());
        opened.push((vouched, LandingPage::open(&app, &payment).await, payment));
    }
    let mut table = Table::of(&app, "landing forms, vouched for");
    for ((name, origin, site, called), page, payment) in opened {
        let call = form(&app, &page, &payment, NUMBER).without("Origin").without("Sec-Fetch-Site");
        let call = call.set("Host", called.unwrap_or_else(|| host.clone()));
        let call = origin.map_or(call.clone(), |origin| call.clone().set("Origin", origin));
        let call = site.map_or(call.clone(), |site| call.clone().set("Sec-Fetch-Site", site));
        table.accept(name, call, taken(&payment), &[("event", 1)]).await;
    }
    table.finish(5);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cookie_form_token_link_and_type_must_fit_each_other() {
    let app = TestApp::start().await;
    let (payment, other) = (app.init("form-1").await, app.init("form-2").await);
    let (open, others) = (LandingPage::open(&app, &payment).await, LandingPage::open(&app, &other).await);
    let again = LandingPage::open(&app, &payment).await;
    let (token, key) = (&payment.token, &open.form_token);
    let mut table = Table::of(&app, "landing forms, keys");
    let longer = format!("{key}A");
    let altered = format!("{}{}", if key.starts_with('A') { "B" } else { "A" }, &key[1..]);
    for path in [NUMBER, CANCEL] {
        let good = form(&app, &open, &payment, path);
        let with_body = |body: String| good.clone().body(body);
        let typed = |kind: &str| good.clone().set("Content-Type", kind);
        let cases = vec![
            ("no cookie", good.clone().without("Cookie")),
            ("an empty cookie", good.clone().set("Cookie", "")),
            ("another tab's cookie of old", good.clone().set("Cookie", &again.cookie)),
            ("another payment's cookie", good.clone().set("Cookie", &others.cookie)),
            (
                "a cookie without its value",
                good.clone().set("Cookie", open.cookie.split('=').next().unwrap_or_default()),
            ),
            ("a cookie of another name", good.clone().set("Cookie", format!("x{}", open.cookie))),
            ("no form token", with_body(format!("token={token}&number=12345678"))),
            ("an empty form token", with_body(format!("token={token}&form_token=&number=12345678"))),
            ("an altered form token", with_body(format!("token={token}&form_token={altered}&number=12345678"))),
            ("a longer form token", with_body(format!("token={token}&form_token={longer}&number=12345678"))),
            ("another payment's form token", with_body(format!("token={token}&form_token={}", others.form_token))),
            ("another payment's link", with_body(format!("token={}&form_token={key}&number=12345678", other.token))),
            ("no link", with_body(format!("form_token={key}&number=12345678"))),
            ("an unknown link", with_body(format!("token=AAAA&form_token={key}&number=12345678"))),
            ("a link of 10 KiB", with_body(format!("token={}&form_token={key}", "A".repeat(10_240)))),
            ("two links", with_body(format!("token={token}&token={token}&form_token={key}&number=12345678"))),
            ("two form tokens", with_body(format!("token={token}&form_token={key}&form_token=x&number=12345678"))),
            ("two numbers", with_body(format!("token={token}&form_token={key}&number=12345678&number=12345679"))),
            ("no body", with_body(String::new())),
            ("no form", with_body("hello".to_owned())),
            ("everything in the query", good.clone().at(format!("{path}?token={token}&form_token={key}")).body("")),
            ("over 16 KiB", with_body(format!("token={token}&form_token={key}&x={}", "x".repeat(16_384)))),
            ("text/plain", typed("text/plain")),
            ("JSON", typed("application/json")),
            ("multipart", typed("multipart/form-data; boundary=x")),
            ("a type that begins alike", typed("application/x-www-form-urlencoded2")),
            ("an empty type", typed("")),
            ("no type", good.clone().without("Content-Type")),
        ];
        for (name, call) in cases {
            table.refuse(format!("{path}: {name}"), call, stale()).await;
        }
    }
    table.finish(56);
    assert_eq!((app.state("form-1"), app.state("form-2")), ("AWAITING_USER", "AWAITING_USER"));
    app.stop().await;
}

/// The first cookie that an answer sets: its name with its value, and its attributes.
fn cookie_set(answer: &Answer) -> Option<(String, String)> {
    let line = answer.headers.get("set-cookie")?.to_str().ok()?;
    let (cookie, attributes) = line.split_once(';')?;
    Some((cookie.to_owned(), attributes.to_owned()))
}

fn form_token(answer: &Answer) -> String {
    let rest = answer.text.split_once("name=\"form_token\" value=\"").expect("the page holds a form").1;
    rest.split_once('"').expect("the field has a value").0.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_several_tabs_has_a_form_that_counts_also_if_they_were_opened_at_once() {
    let app = TestApp::start().await;
    let payment = app.init("form-1").await;
    let link = Call::new("GET", payment.link.trim_start_matches(app.base()));
    let (one, other) = (app.exchange(&link).await.expect("a page"), app.exchange(&link).await.expect("a page"));
    let (first, attributes) = cookie_set(&one).expect("a page without a cookie sets one");
    let (second, _) = cookie_set(&other).expect("and so does another one that was asked for at once");
    assert_ne!(first.split('=').next(), second.split('=').next(), "neither takes the other's place");
    assert_eq!(attributes, " Path=/; HttpOnly; SameSite=Lax; Max-Age=1800");
    let kept = format!("lommebok-lang=en; {second}; {first}");
    let third = app.exchange(&link.clone().set("Cookie", &kept)).await.expect("a page");
    assert_eq!(cookie_set(&third), None, "a browser that has a cookie keeps it");
    let open = LandingPage::open(&app, &payment).await;
    for (tab, page) in [one, other, third].iter().enumerate() {
        let body = format!("token={}&form_token={}&number=1234567{tab}", payment.token, form_token(page));
        let call = form(&app, &open, &payment, NUMBER).set("Cookie", &kept).body(body);
        assert_eq!(app.exchange(&call).await.expect("an answer").status.as_u16(), 303, "tab {tab}");
    }
    assert_eq!(app.payment("form-1").prompts, 3);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_does_not_count_is_told_the_real_cause() {
    let app = TestApp::start().await;
    let payment = app.init("form-1").await;
    let open = LandingPage::open(&app, &payment).await;
    let good = form(&app, &open, &payment, NUMBER);
    let proxy = good.clone().set("Origin", "http://127.0.0.1:9080");
    let cases = [
        ("no cookie", good.clone().without("Cookie"), "The browser must allow cookies", "--public-url"),
        (
            "an old page",
            good.clone().body(format!("token={}&form_token=x", payment.token)),
            "The page was out of date",
            "cookies",
        ),
        (
            "another site",
            good.clone().set("Sec-Fetch-Site", "cross-site"),
            "did not come from our page",
            "--public-url",
        ),
        ("behind a proxy", proxy.clone(), "--public-url http://127.0.0.1:9080", "cookies"),
        ("in an old browser", proxy.without("Sec-Fetch-Site"), "--public-url http://127.0.0.1:9080", "cookies"),
        ("no origin", good.clone().set("Origin", "http://<script>"), "did not come from our page", "script>&"),
        ("no web address", good.set("Origin", "file://"), "did not come from our page", "file:"),
    ];
    for (name, call, says, does_not_say) in cases {
        let refused = app.exchange(&call).await.expect("an answer");
        assert_eq!(refused.status.as_u16(), 403, "{name}");
        assert!(refused.text.contains(says) && !refused.text.contains(does_not_say), "{name}: {}", refused.text);
    }
    let proxied = form(&app, &open, &payment, NUMBER).set("Origin", "http://127.0.0.1:9080");
    let said = app.exchange(&proxied).await.expect("an answer").text;
    assert!(said.contains(&format!("<code>{}</code>", app.base())), "its own address: {said}");
    assert_eq!(app.state("form-1"), "AWAITING_USER");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_that_is_no_number_is_shown_again_and_prompts_nobody() {
    let app = TestApp::start().await;
    let payment = app.init("form-1").await;
    let open = LandingPage::open(&app, &payment).await;
    let mut table = Table::of(&app, "landing forms, numbers");
    let numbers = [
        "",
        "1234567",
        "123456789",
        "%2B4612345678",
        "%2B47%2B4712345678",
        "474712345678",
        "1234567a",
        "%D9%A1%D9%A2%D9%A3%D9%A4%D9%A5%D9%A6%D9%A7%D9%A8",
        "%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96%EF%BC%97%EF%BC%98",
        "1234567%00",
        "12345678%27--",
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "%22%20onfocus%3Dalert(1)%20x%3D%22",
        "%ff%fe",
    ];
    for number in numbers {
        let body = format!("token={}&form_token={}&number={number}", payment.token, open.form_token);
        let call = form(&app, &open, &payment, NUMBER).body(body);
        let answer = table.answer_of(format!("number {number:?}"), call, page(400)).await.expect("an answer");
        if answer.text.contains("<script>alert") || answer.text.contains("\" onfocus=") {
            table.fault(number, "is shown unescaped");
        }
    }
    table.finish(14);
    assert_eq!(app.state("form-1"), "AWAITING_USER");
    let body = format!("token={}&form_token={}&number=%2B46701234567", payment.token, open.form_token);
    let abroad = app.exchange(&form(&app, &open, &payment, NUMBER).body(body)).await.expect("an answer");
    assert!(abroad.text.contains("Only Norwegian numbers can be used here"), "{}", abroad.text);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_taken_as_people_type_and_paste_it_on_the_page_and_by_the_phone() {
    let app = TestApp::start().await;
    let spellings = [
        "12345678",
        "004712345678",
        "4712345678",
        "12-34-56-78",
        "(+47) 12 34 56 78",
        "\u{202a}+4712345678\u{202c}",
        "+47\u{a0}123\u{a0}45\u{a0}678",
    ];
    for (number, spelling) in spellings.into_iter().enumerate() {
        let payment = app.init(&format!("typed-{number}")).await;
        let open = LandingPage::open(&app, &payment).await;
        let typed: String = url::form_urlencoded::byte_serialize(spelling.as_bytes()).collect();
        let body = format!("token={}&form_token={}&number={typed}", payment.token, open.form_token);
        let answer = app.exchange(&form(&app, &open, &payment, NUMBER).body(body)).await.expect("an answer");
        assert_eq!(answer.status.as_u16(), 303, "{spelling:?}");
        let phone = FakePhone::sign_in(app.base(), spelling, "1236").await;
        assert_eq!(phone.get("/sessions/current").await["user"]["phoneNumber"], "12345678", "{spelling:?}");
        assert_eq!(phone.waiting().await.len(), number + 1, "{spelling:?}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_asking_and_prefetching_change_nothing() {
    let app = TestApp::start().await;
    let payment = app.init("form-1").await;
    let open = LandingPage::open(&app, &payment).await;
    let mut table = Table::of(&app, "landing page, looking");
    let path = payment.link.trim_start_matches(app.base());
    let wait = format!("/landing/wait?token={}", payment.token);
    table.refuse("GET", Call::new("GET", path), page(200)).await;
    table.refuse("HEAD", Call::new("HEAD", path), bare(200)).await;
    table.refuse("OPTIONS", Call::new("OPTIONS", path), bare(405)).await;
    table.refuse("a prefetch", Call::new("GET", path).set("Sec-Purpose", "prefetch"), page(200)).await;
    let prerender = Call::new("GET", path).set("Sec-Purpose", "prefetch;prerender").set("Purpose", "prefetch");
    table.refuse("a prerendering", prerender, page(200)).await;
    table.refuse("GET of the waiting page", Call::new("GET", &wait), bare(303)).await;
    table.refuse("HEAD of the waiting page", Call::new("HEAD", &wait), bare(303)).await;
    for form_path in [NUMBER, CANCEL] {
        for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"] {
            let call = form(&app, &open, &payment, form_path).by(method);
            table.refuse(format!("{method} {form_path}"), call, bare(405).with_header("allow", "POST")).await;
        }
    }
    table.finish(19);
    assert_eq!((app.state("form-1"), app.payment("form-1").version), ("AWAITING_USER", 1));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_are_altered_foreign_or_old_lead_nowhere() {
    let app = TestApp::start().await;
    let payment = app.init("form-1").await;
    let mut table = Table::of(&app, "landing page, links");
    let token = payment.token.clone();
    let tokens = [
        ("missing", String::new()),
        ("empty", "&token=".to_owned()),
        ("cut", format!("&token={}", &token[1..])),
        ("longer", format!("&token={token}A")),
        ("in capitals", format!("&token={}", token.to_uppercase())),
        ("padded", format!("&token={token}%3D")),
        ("with a NUL", format!("&token={token}%00")),
        ("twice", format!("&token={token}&token={token}")),
        ("under another name", format!("&Token={token}")),
        ("like a JWT", "&token=eyJhbGciOiJub25lIn0.e30.".to_owned()),
        ("7 KiB", format!("&token={}", "A".repeat(7_168))),
        ("a URL", "&token=https%3A%2F%2Fevil.example%2F".to_owned()),
        ("line feeds", "&token=%0d%0aSet-Cookie:%20a=b".to_owned()),
        ("markup", "&token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E".to_owned()),
    ];
    for (name, query) in &tokens {
        for (place, path) in
            [("link", "/dwo-api-application/v1/deeplink/vippsgateway?v=2"), ("wait", "/landing/wait?v=2")]
        {
            let call = Call::new("GET", format!("{path}{query}"));
            let answer = table.answer_of(format!("{place}: {name}"), call, page(404)).await.expect("an answer");
            if answer.text.contains("<script>alert") || answer.headers.contains_key("set-cookie") {
                table.fault(name, "something of the link came back");
            }
        }
        let events = Call::new("GET", format!("/landing/events?v=2{query}"));
        table.refuse(format!("events: {name}"), events, page(404)).await;
        let status = Call::new("GET", format!("/landing/status?v=2{query}"));
        table.refuse(format!("status: {name}"), status, bare(404)).await;
    }
    table.finish(56);
    app.advance(Duration::from_millis(24 * 3_600_000 - 1)).await;
    let path = payment.link.trim_start_matches(app.base()).to_owned();
    let mut table = Table::of(&app, "landing page, an old link");
    table.refuse("a millisecond before a day", Call::new("GET", &path), page(410)).await;
    table.finish(1);
    app.advance(Duration::from_millis(1)).await;
    let mut table = Table::of(&app, "landing page, a forgotten link");
    table.refuse("after a day", Call::new("GET", &path), page(404)).await;
    table.finish(1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_moves_a_payment_that_no_longer_waits_for_its_user() {
    let app = TestApp::start().await;
    let before = app.init("form-late").await;
    let late = LandingPage::open(&app, &before).await;
    let states = EachState::of(&app).await;
    assert_eq!(app.state("form-late"), "EXPIRED");
    let mut table = Table::of(&app, "landing forms, states");
    let refused =
        |what| bare(303).with_header("location", &format!("/landing/wait?token={}&refused={what}", before.token));
    table.refuse("a number too late", form(&app, &late, &before, NUMBER), refused("number")).await;
    table.refuse("a cancellation too late", form(&app, &late, &before, CANCEL), refused("cancel")).await;
    for (state, payment) in states.payments.iter().filter(|(state, _)| !state.starts_with("AWAITING")) {
        let link = Call::new("GET", payment.link.trim_start_matches(app.base()));
        let expected = if matches!(*state, "AUTHORIZING" | "STEP_UP") { bare(303) } else { page(410) };
        table.refuse(format!("the link of {state}"), link, expected).await;
        let wait = Call::new("GET", format!("/landing/wait?token={}", payment.token));
        table.refuse(format!("the page of {state}"), wait, page(200)).await;
    }
    for state in ["AUTHORIZING", "STEP_UP"] {
        let payment = &states.payments[state];
        let wait = format!("/landing/wait?token={}", payment.token);
        let answer = app.exchange(&Call::new("GET", &wait)).await.expect("an answer").succeeded();
        let cookie = answer.headers["set-cookie"].to_str().expect("text").split(';').next().expect("a value");
        let Some(key) = answer.text.split("name=\"form_token\" value=\"").nth(1) else { continue };
        let key = key.split('"').next().expect("a value");
        for path in [NUMBER, CANCEL] {
            let call = form(&app, &late, payment, path).set("Cookie", cookie);
            let call = call.body(format!("token={}&form_token={key}&number=12345679", payment.token));
            table.refuse(format!("{path} of {state}"), call, bare(303)).await;
        }
    }
    table.finish(16);
    for state in ["AUTHORIZING", "STEP_UP"] {
        assert_eq!(app.state(&states.payments[state].id), state);
    }
    states.gate.open();
    app.until_state("in-AUTHORIZING", "RESERVED").await;
    app.stop().await;
}
