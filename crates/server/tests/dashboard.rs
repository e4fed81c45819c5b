//! Who gets into the dashboard, over HTTP: who has opened a link of the Control API, once, in this browser.

use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, TestApp};
use reqwest::{Method, RequestBuilder};

/// Every page of the dashboard; payment 1 and its exchange are there or not, it makes no difference.
const PAGES: [&str; 14] = [
    "/dashboard",
    "/dashboard?q=p-1",
    "/dashboard/payments/1",
    "/dashboard/payments/p-1/text",
    "/dashboard/exchanges",
    "/dashboard/exchanges/1",
    "/dashboard/exchanges/1/text",
    "/dashboard/batches",
    "/dashboard/batches/1",
    "/dashboard/users",
    "/dashboard/clock",
    "/dashboard/worlds",
    "/dashboard/live/payments",
    "/dashboard/live/exchanges",
];

const ACTS: [&str; 10] = [
    "/dashboard/payments/1/approve",
    "/dashboard/payments/1/cancel",
    "/dashboard/payments/1/step-up",
    "/dashboard/payments/1/expire",
    "/dashboard/batches/run",
    "/dashboard/users/12345678/script",
    "/dashboard/users/12345678/script/clear",
    "/dashboard/clock/advance",
    "/dashboard/worlds",
    "/dashboard/sign-out",
];

/// The secret of a fresh link.
async fn once(app: &TestApp) -> String {
    let link = Answer::to(app.control_call(Method::POST, "/dashboard/links")).await.succeeded().json;
    assert_eq!(link["validForS"], 600);
    let url = link["url"].as_str().expect("a link has an address").to_owned();
    let once = url.strip_prefix(&app.url("/dashboard/sign-in?once=")).expect("it leads to the sign-in");
    once.to_owned()
}

/// A form as a page of this server sends it.
fn form(app: &TestApp, path: &str, fields: &str) -> RequestBuilder {
    let post = app.client().post(app.url(path)).header("content-type", "application/x-www-form-urlencoded");
    post.header("origin", app.base()).header("sec-fetch-site", "same-origin").body(fields.to_owned())
}

async fn redeem(app: &TestApp, once: &str) -> Answer {
    Answer::to(form(app, "/dashboard/sign-in", &format!("once={once}"))).await
}

/// The cookie of who has signed in, as browsers send it.
async fn session(app: &TestApp) -> String {
    let answer = redeem(app, &once(app).await).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.headers["location"], "/dashboard");
    let line = answer.headers["set-cookie"].to_str().expect("a cookie is ASCII").to_owned();
    assert!(line.ends_with("; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000"), "{line}");
    line.split(';').next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_cookie_no_page_shows_anything_and_no_form_does_anything() {
    let app = TestApp::start().await;
    app.init("p-1").await;
    for path in PAGES {
        let answer = Answer::to(app.client().get(app.url(path))).await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(
            answer.text.contains("lommebok dashboard") && !answer.text.contains("p-1</"),
            "{path}: {}",
            answer.text
        );
    }
    for path in ACTS {
        assert_eq!(Answer::to(form(&app, path, "")).await.status, 401, "{path}");
    }
    let forged = app.client().get(app.url("/dashboard")).header("cookie", "lommebok-dashboard-AAAAAAAA=AAAA");
    assert_eq!(Answer::to(forged).await.status, 401);
    assert_eq!(app.state("p-1"), "AWAITING_USER");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_used_once_and_only_by_its_own_form() {
    let app = TestApp::start().await;
    let link = once(&app).await;
    for _ in 0..2 {
        let shown = Answer::to(app.client().get(app.url(&format!("/dashboard/sign-in?once={link}")))).await;
        assert!(
            shown.status.is_success() && !shown.headers.contains_key("set-cookie"),
            "to look at it changes nothing"
        );
    }
    let foreign = form(&app, "/dashboard/sign-in", &format!("once={link}")).header("origin", "https://evil.example");
    assert_eq!(Answer::to(foreign).await.status, 403);
    assert_eq!(redeem(&app, &link).await.status, 303);
    assert_eq!(redeem(&app, &link).await.status, 403);
    assert_eq!(redeem(&app, "").await.status, 403);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_on_over_a_restart_and_ends_with_signing_out() {
    let app = TestApp::start().await;
    let session = session(&app).await;
    let app = app.restarted().await;
    let look = || app.client().get(app.url("/dashboard")).header("cookie", &session);
    assert!(Answer::to(look()).await.status.is_success());
    let out = Answer::to(form(&app, "/dashboard/sign-out", "").header("cookie", &session)).await;
    assert_eq!(out.status, 303);
    assert!(out.headers["set-cookie"].to_str().unwrap().contains("=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"));
    assert_eq!(Answer::to(look()).await.status, 401, "a copy of the cookie has ended too");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sites_page_changes_nothing_and_under_a_foreign_name_nothing_answers() {
    let app = TestApp::start().await;
    app.init("p-1").await;
    let session = session(&app).await;
    let cancel = |header: &'static str, value: &'static str| {
        let post = app.client().post(app.url("/dashboard/payments/1/cancel")).header("cookie", &session);
        Answer::to(post.header(header, value))
    };
    for (header, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("accept", "*/*")] {
        assert_eq!(cancel(header, value).await.status, 403, "{header}: {value}");
    }
    let rebound = app.client().get(app.url("/dashboard")).header("cookie", &session).header("host", "evil.example");
    assert_eq!(Answer::to(rebound).await.status, 421);
    assert_eq!(app.state("p-1"), "AWAITING_USER");
    let own = Answer::to(form(&app, "/dashboard/payments/1/cancel", "").header("cookie", &session)).await;
    assert_eq!(own.headers["location"], "/dashboard/payments/1?done=cancel");
    assert_eq!(app.state("p-1"), "CANCELLED");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_said_on_the_payments_page() {
    let app = TestApp::start().await;
    app.approved("p-1").await;
    let session = session(&app).await;
    let refused = Answer::to(form(&app, "/dashboard/payments/1/cancel", "").header("cookie", &session)).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("cancel is not possible: the payment is RESERVED"), "{}", refused.text);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_world_is_made_and_deleted_here_and_one_sign_in_holds_for_its_dashboard_too() {
    let app = TestApp::start().await;
    app.init("of-the-first").await;
    let session = session(&app).await;
    let made = form(&app, "/dashboard/worlds", "name=checkout-17&ttl=3600").header("cookie", &session);
    assert_eq!(Answer::to(made).await.status, 303);
    let look = |path: &str| Answer::to(app.client().get(app.url(path)).header("cookie", &session));
    assert!(look("/dashboard/worlds").await.text.contains("/tenants/checkout-17/dashboard"));
    let own = look("/tenants/checkout-17/dashboard").await.succeeded();
    assert!(own.text.contains("No payments yet") && own.text.contains("href=\"/tenants/checkout-17/dashboard/clock\""));
    let stranger = Answer::to(app.client().get(app.url("/tenants/checkout-17/dashboard"))).await;
    assert_eq!(stranger.status, 401);
    let twice = form(&app, "/dashboard/worlds", "name=checkout-17").header("cookie", &session);
    assert!(Answer::to(twice).await.text.contains("told-bad"), "what is refused is said");
    let gone = form(&app, "/dashboard/worlds/checkout-17/delete", "").header("cookie", &session);
    assert_eq!(Answer::to(gone).await.status, 303);
    assert_eq!(look("/tenants/checkout-17/dashboard").await.status, 404);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_cards_are_seen_and_its_script_is_set_refused_beside_its_field_and_cleared() {
    let app = TestApp::start().await;
    let session = session(&app).await;
    let look = || Answer::to(app.client().get(app.url("/dashboard/users")).header("cookie", &session));
    let send = |path: &str, fields: &str| {
        Answer::to(form(&app, &format!("/dashboard/users/12345678/script{path}"), fields).header("cookie", &session))
    };
    let script = || async {
        let user = Answer::to(app.control_call(Method::GET, "/users/12345678")).await.succeeded().json;
        user["script"].as_str().map(str::to_owned)
    };
    let shown = look().await.succeeded().text;
    for words in ["Kari Nordmann", "12345678", "Visa 1111, debit", "Visa 2871, credit", "href=\"/phone\""] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let set = send("", "script=approve-after%3D3s").await;
    assert_eq!(set.headers["location"], "/dashboard/users?changed=12345678#user-12345678");
    assert_eq!(script().await.as_deref(), Some("approve-after=3s"));
    let wrong = send("", "script=%3Cb%3Esleep").await;
    assert_eq!(wrong.status, 400);
    let reason = wrong.text.find("id=\"wrong-12345678\"").expect("the reason is beside the field");
    assert!(wrong.text[reason..].contains("script: ") && wrong.text.contains("value=\"&#60;b&#62;sleep\""));
    assert_eq!(script().await.as_deref(), Some("approve-after=3s"), "what is refused changes nothing");
    let foreign = form(&app, "/dashboard/users/12345678/script/clear", "").header("origin", "https://evil.example");
    assert_eq!(Answer::to(foreign.header("cookie", &session)).await.status, 403);
    assert_eq!(send("/clear", "").await.status, 303);
    assert_eq!(script().await, None);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_approved_with_a_card_that_its_page_offers() {
    let app = TestApp::start().await;
    let payment = app.init("p-1").await;
    let session = session(&app).await;
    let look = || async {
        let page = app.client().get(app.url("/dashboard/payments/1")).header("cookie", &session);
        Answer::to(page).await.succeeded().text
    };
    let open = look().await;
    for words in ["\"Kari Nordmann, 12345678\"", "\"Ola Nordmann, 12345679\"", "disabled>Visa 2871, credit (expired)<"]
    {
        assert!(open.contains(words), "nobody has come, so all cards are offered: {words}");
    }
    assert_eq!(LandingPage::open(&app, &payment).await.confirm("12345679").await.as_u16(), 303);
    let bound = look().await;
    assert!(bound.contains("\"Ola Nordmann, 12345679\"") && !bound.contains("\"Kari Nordmann, "), "{bound}");
    let (before, _) = bound.split_once("\">Visa 3500, credit<").expect("the second card is offered");
    let (_, choice) = before.rsplit_once("value=\"").expect("a choice has a value");
    let fields = format!("card={}", choice.replace(' ', "+"));
    let approve = form(&app, "/dashboard/payments/1/approve", &fields).header("cookie", &session);
    assert_eq!(Answer::to(approve).await.headers["location"], "/dashboard/payments/1?done=approve");
    let paid = Answer::to(app.control_call(Method::GET, "/payments/1")).await.succeeded().json;
    assert_eq!((&paid["card"]["network"], &paid["card"]["lastFour"]), (&"VISA".into(), &"3500".into()));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_signed_out_in_one_world_has_signed_out_in_all() {
    let app = TestApp::start().await;
    let world = app.control_call(Method::POST, "/tenants").json(&serde_json::json!({"name": "checkout-17"}));
    drop(Answer::to(world).await.succeeded());
    for out in ["/dashboard/sign-out", "/tenants/checkout-17/dashboard/sign-out"] {
        let copied = session(&app).await;
        let look = |path: &str| Answer::to(app.client().get(app.url(path)).header("cookie", &copied));
        let pages = ["/dashboard", "/tenants/checkout-17/dashboard"];
        for page in pages {
            assert_eq!(look(page).await.status, 200, "{page}");
        }
        assert_eq!(Answer::to(form(&app, out, "").header("cookie", &copied)).await.status, 303);
        for page in pages {
            assert_eq!(look(page).await.status, 401, "{page}, after {out}");
        }
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_jumps_by_itself_and_says_how_far() {
    let app = TestApp::start().await;
    app.init("p-1").await;
    let session = session(&app).await;
    let look = || async {
        Answer::to(app.client().get(app.url("/dashboard/clock")).header("cookie", &session)).await.succeeded().text
    };
    let turn = |hand: &str| {
        let form = form(&app, &format!("/dashboard/clock/{hand}"), "").header("cookie", &session);
        async { assert_eq!(Answer::to(form).await.headers["location"], "/dashboard/clock") }
    };
    turn("auto").await;
    let shown = look().await;
    assert!(shown.contains("It has not jumped yet.") && shown.contains("<span class=\"chip\">auto</span>"), "{shown}");
    assert_eq!(app.control("/payments/p-1/await?state=EXPIRED").await["reached"], true);
    let shown = look().await;
    assert!(shown.contains("Jumped so far: <strong>"), "{shown}");
    turn("resume").await;
    assert!(!look().await.contains("umped so far"), "it runs");
    app.stop().await;
}
