//! Worlds made by command: identical ids, orders and numbers in many of them never meet, and each goes without a trace in the others.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use lommebok_control_api::{NewTenant, Problem, Tenant, TenantList};
use lommebok_server::seeds::Seed;
use lommebok_testkit::eventually::eventually;
use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, Started, TestApp};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::json;

/// Far longer than a ttl of a second lasts on any machine.
const LONG: Duration = Duration::from_mins(1);

async fn create(app: &TestApp, wanted: &NewTenant) -> Answer {
    Answer::to(app.control_call(Method::POST, "/tenants").json(wanted)).await
}

async fn delete(app: &TestApp, name: &str) -> StatusCode {
    Answer::to(app.control_call(Method::DELETE, &format!("/tenants/{name}"))).await.status
}

fn named(name: &str) -> NewTenant {
    NewTenant { name: Some(name.to_owned()), ..NewTenant::default() }
}

/// A world, and its first PSP.
struct World<'a> {
    app: &'a TestApp,
    tenant: Tenant,
    /// Where its PSP calls.
    base: String,
    bearer: String,
}

impl<'a> World<'a> {
    async fn create(app: &'a TestApp, name: &str) -> Self {
        let answer = create(app, &named(name)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        let tenant: Tenant = answer.read();
        assert_eq!(tenant.head.url, app.url(&format!("/tenants/{name}")));
        let world = Self { app, base: tenant.head.url.clone(), tenant, bearer: String::new() };
        let token = world.token(&world.base).await.succeeded().json;
        Self { bearer: token["access_token"].as_str().expect("a token is text").to_owned(), ..world }
    }

    /// Its PSP asks for an access token there.
    async fn token(&self, base: &str) -> Answer {
        let psp = &self.tenant.psps[0];
        let request = self.app.client().post(format!("{base}/accesstoken/get"));
        let request = request.header("client_id", &psp.client_id).header("client_secret", &psp.client_secret);
        Answer::to(request.header("Ocp-Apim-Subscription-Key", &psp.subscription_key)).await
    }

    /// A call of its PSP.
    fn call(&self, method: Method, path: &str) -> RequestBuilder {
        let psp = &self.tenant.psps[0];
        let request = self.app.client().request(method, format!("{}{path}", self.base));
        request
            .header("Authorization", format!("Bearer {}", self.bearer))
            .header("Ocp-Apim-Subscription-Key", &psp.subscription_key)
            .header("PSP-ID", &psp.psp_id)
            .header("Merchant-Serial-Number", &psp.merchants[0].msn)
    }

    async fn init(&self, amount: u32) -> Started {
        let mut body = self.app.init_body("same-1");
        body["amount"] = json!(amount);
        let answer = Answer::to(self.call(Method::POST, "/psp/v3/psppayments/init").json(&body)).await.succeeded();
        Started::from_answer("same-1", &answer)
    }

    async fn details(&self) -> Answer {
        Answer::to(self.call(Method::GET, "/psp/v3/psppayments/same-1/details")).await
    }

    /// What was reserved, as its PSP reads it.
    async fn reserved(&self) -> Vec<i64> {
        let details = self.details().await.succeeded().json;
        let lines = details["transactionLogHistory"].as_array().expect("a history is a list").iter();
        lines.filter(|line| line["operation"] == "RESERVED").filter_map(|line| line["amount"].as_i64()).collect()
    }

    /// Its own Control API.
    fn control(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.app.client().request(method, format!("{}/control/v1{path}", self.tenant.head.url));
        request.bearer_auth(self.app.control_token())
    }

    async fn state(&self) -> String {
        let shown = Answer::to(self.control(Method::GET, "/payments/same-1")).await.succeeded().json;
        shown["state"].as_str().expect("a state is text").to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_payment_in_two_worlds_is_two_payments() {
    let app = TestApp::start().await;
    let (a, mut b) = (World::create(&app, "a").await, World::create(&app, "b").await);
    // Whoever keeps the root as its base URL is served by its credentials.
    b.base = app.base().to_owned();
    app.init("same-1").await;
    let (of_a, of_b) = (a.init(100).await, b.init(200).await);
    assert!(of_a.link.starts_with(&format!("{}/", a.tenant.head.url)), "{}", of_a.link);
    assert_ne!(of_a.link, of_b.link);

    // Each user's phone knows its own world's.
    let phone = FakePhone::sign_in(&a.tenant.head.url, "12345678", "1236").await;
    assert_eq!(phone.waiting().await, Vec::new());
    LandingPage::at(&a.tenant.head.url, &of_a).await.confirm("12345678").await;
    let waiting: Vec<_> = phone.waiting().await.iter().map(|payment| payment.amount).collect();
    assert_eq!(waiting, [100]);
    let of_first = app.first_phone().await;
    assert_eq!(of_first.waiting().await, Vec::new());
    let approved = phone.approve(&phone.waiting().await[0].id, &phone.card("VISA").await).await;
    assert_eq!(approved.status, StatusCode::ACCEPTED, "{}", approved.text);
    let awaited = a.control(Method::GET, "/payments/same-1/await?state=RESERVED&within_ms=30000");
    assert_eq!(Answer::to(awaited).await.json["reached"], true);
    assert_eq!((a.state().await, b.state().await), ("RESERVED".to_owned(), "AWAITING_USER".to_owned()));
    assert_eq!(app.state("same-1"), "AWAITING_USER");
    assert_eq!(a.reserved().await, [100]);
    assert_eq!(b.reserved().await, Vec::<i64>::new());

    // What is another world's is nobody's.
    let strange = |answer: Answer| (answer.status, answer.error_codes().join(" "));
    let stranger = strange(b.token(&a.tenant.head.url).await);
    let unknown = app.client().post(app.url("/accesstoken/get")).header("Ocp-Apim-Subscription-Key", "0".repeat(32));
    let unknown = unknown.header("client_id", "x").header("client_secret", "y");
    assert_eq!(stranger, strange(Answer::to(unknown).await));
    let link = of_a.link.replace("/tenants/a/", "/tenants/b/");
    assert_eq!(Answer::to(app.client().get(link)).await.status, StatusCode::NOT_FOUND);
    let session = a.app.client().get(format!("{}/app/v1/payments", b.tenant.head.url));
    assert_eq!(Answer::to(session.bearer_auth("of-a")).await.status, StatusCode::UNAUTHORIZED);

    // Time is each world's own.
    let advance = a.control(Method::POST, "/clock/advance").json(&json!({"milliseconds": 600_000}));
    assert_eq!(Answer::to(advance).await.status, StatusCode::OK);
    assert_eq!((b.state().await, app.state("same-1")), ("AWAITING_USER".to_owned(), "AWAITING_USER"));

    assert_eq!(delete(&app, "b").await, StatusCode::NO_CONTENT);
    assert_eq!(delete(&app, "b").await, StatusCode::NOT_FOUND);
    assert_eq!(b.details().await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(Answer::to(app.client().get(&of_b.link)).await.status, StatusCode::NOT_FOUND);
    assert!(!app.data_directory().join("tenants/b").exists());
    let gone = Answer::to(b.control(Method::GET, "/payments")).await;
    assert_eq!((gone.status.as_u16(), gone.read::<Problem>().detail.as_str()), (404, "there is no such tenant here"));
    let page = app.client().get(format!("{}/phone", b.tenant.head.url)).header("accept", "text/html");
    assert!(Answer::to(page).await.text.contains("Page not found"));
    assert_eq!(a.state().await, "RESERVED");
    let left: TenantList = serde_json::from_value(app.control("/tenants").await).unwrap();
    assert_eq!(left.tenants.iter().map(|tenant| tenant.name.as_str()).collect::<Vec<_>>(), ["a"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_worlds_pay_the_same_order_at_once() {
    let app = TestApp::start().await;
    let paid = stream::iter(0_u32..200)
        .map(|number| {
            let app = &app;
            async move {
                let world = World::create(app, &format!("w{number}")).await;
                let amount = number.saturating_add(100);
                world.init(amount).await;
                let user = &world.tenant.users[0].phone_number;
                let approve = world.control(Method::POST, "/payments/same-1/approve").json(&json!({"user": user}));
                let approved = Answer::to(approve).await.succeeded();
                assert_eq!(approved.json["state"], "RESERVED", "{}", approved.text);
                (world, amount)
            }
        })
        .buffer_unordered(8)
        .collect::<Vec<_>>()
        .await;
    for (world, amount) in &paid {
        assert_eq!(world.reserved().await, [i64::from(*amount)], "{}", world.tenant.head.name);
    }
    // One call to the PSP for each world, and none twice.
    assert_eq!(app.psp.requests_for("same-1").len(), 200);
    assert_eq!(app.row_counts()["payment"], 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_world_begins_anew_with_the_credentials_and_tokens_that_it_had() {
    let app = TestApp::start().await;
    let world = World::create(&app, "again").await;
    let before = world.init(100).await;
    let reset = Answer::to(app.control_call(Method::POST, "/tenants/again/reset")).await.succeeded();
    assert_eq!(reset.read::<Tenant>().psps, world.tenant.psps);
    assert_eq!(world.details().await.status, StatusCode::NOT_FOUND);
    assert_eq!(Answer::to(app.client().get(&before.link)).await.status, StatusCode::NOT_FOUND);
    let after = world.init(100).await;
    assert_eq!(
        Answer::to(app.client().get(&before.link)).await.status,
        StatusCode::NOT_FOUND,
        "the first payment again"
    );
    assert_eq!(Answer::to(app.client().get(&after.link)).await.status, StatusCode::OK);
    let unknown = Answer::to(app.control_call(Method::POST, "/tenants/other/reset")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worlds_are_there_after_a_restart_and_go_when_their_time_is_over() {
    let app = TestApp::start().await;
    let kept = World::create(&app, "kept").await;
    kept.init(100).await;
    let brief = NewTenant { ttl_s: Some(1), ..named("brief") };
    let tenant: Tenant = create(&app, &brief).await.succeeded().read();
    assert!(tenant.head.ends_at.is_some());
    let gone = async || {
        let list: TenantList = serde_json::from_value(app.control("/tenants").await).unwrap();
        (list.tenants.len() == 1).then_some(())
    };
    eventually(LONG, gone).await.expect("it goes by itself");
    assert!(!app.data_directory().join("tenants/brief").exists());
    let tenant = kept.tenant;
    let app = app.restarted().await;
    let url = format!("{}/control/v1/payments/same-1", app.url("/tenants/kept"));
    let shown = Answer::to(app.client().get(url).bearer_auth(app.control_token())).await.succeeded();
    assert_eq!(shown.json["state"], "AWAITING_USER");
    let again: Tenant = serde_json::from_value(app.control("/tenants/kept").await).unwrap();
    assert_eq!(again.psps, tenant.psps);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_wanted_world_is_said_and_nothing_is_left_of_it() {
    let app = TestApp::start().await;
    assert_eq!(create(&app, &named("there")).await.status, StatusCode::CREATED);
    let fixed = Seed::built_in_text().replacen("[[psps]]\n", &format!("[[psps]]\nclient_id = \"{CLIENT_ID}\"\n"), 1);
    let keeps = |name: &str| NewTenant { seed: Some(fixed.clone()), keep_credentials: true, ..named(name) };
    let first: Tenant = create(&app, &keeps("keeps")).await.succeeded().read();
    assert_eq!(first.psps[0].client_id, CLIENT_ID);
    let fresh: Tenant = create(&app, &NewTenant { keep_credentials: false, ..keeps("fresh") }).await.succeeded().read();
    assert_ne!(fresh.psps[0].client_id, CLIENT_ID);
    let with = |seed: &str| NewTenant { seed: Some(seed.to_owned()), ..named("new") };
    let cases = [
        (named("there"), 409, "name: there is a tenant there already"),
        (named("default"), 409, "name: there is a tenant default already"),
        (named("../x"), 400, "name: must be 1 to 40 lower-case letters"),
        (named(""), 400, "name: must be 1 to 40"),
        (named(&"x".repeat(41)), 400, "name: must be 1 to 40"),
        (NewTenant { ttl_s: Some(0), ..named("new") }, 400, "ttl_s: must be 1 to 31536000 seconds, not 0"),
        (with("[[psps]]\nname = 1\n"), 400, "seed, line 2, column 8: "),
        (with("psp = 1\n"), 400, "seed, line 1, column 1: "),
        (keeps("new"), 409, "keep_credentials: PSP nordlys of the seed has a client_id that tenant keeps has already"),
    ];
    for (wanted, status, says) in cases {
        let answer = create(&app, &wanted).await;
        let problem: Problem = answer.read();
        assert_eq!(
            (answer.status.as_u16(), problem.detail.contains(says)),
            (status, true),
            "{wanted:?}: {}",
            answer.text
        );
    }
    let unknown = app.control_call(Method::POST, "/tenants").json(&json!({"nam": "x"}));
    assert_eq!(Answer::to(unknown).await.status, StatusCode::BAD_REQUEST);
    let mut left: Vec<_> = std::fs::read_dir(app.data_directory().join("tenants"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["fresh", "keeps", "there"]);
    // Without the control token nobody learns which there are.
    assert_eq!(Answer::to(app.client().get(app.url("/control/v1/tenants"))).await.status, StatusCode::UNAUTHORIZED);
    let inner = app.client().get(app.url("/tenants/there/control/v1/payments"));
    assert_eq!(Answer::to(inner).await.status, StatusCode::UNAUTHORIZED);
    app.stop().await;
}

const CLIENT_ID: &str = "0a0b0c0d-1111-4222-8333-444455556666";

#[tokio::test(flavor = "multi_thread")]
async fn a_world_sees_its_own_exchanges_alone_without_its_secrets_and_takes_them_with_it() {
    let app = TestApp::start().await;
    let (a, mut b) = (World::create(&app, "a").await, World::create(&app, "b").await);
    b.base = app.base().to_owned();
    for world in [&a, &b] {
        drop(world.init(100).await);
        drop(Answer::to(world.control(Method::POST, "/payments/same-1/approve").json(&json!({}))).await.succeeded());
    }
    let list = async |world: &World<'_>| {
        let list = Answer::to(world.control(Method::GET, "/exchanges?payment=same-1")).await.succeeded().json;
        list["exchanges"].as_array().expect("a list").clone()
    };
    for (world, other) in [(&a, &b), (&b, &a)] {
        let kept = list(world).await;
        let said: Vec<_> = kept.iter().map(|exchange| exchange["interface"].as_str().expect("a text")).collect();
        assert_eq!(said, ["make_payment", "psp_api"], "{kept:?}");
        let path = kept[0]["url"].as_str().and_then(|url| url.strip_prefix(&world.tenant.head.url));
        let path = path.and_then(|path| path.strip_prefix("/control/v1")).expect("the address is the world's");
        assert_eq!(Answer::to(world.control(Method::GET, path)).await.status, StatusCode::OK);
        assert_eq!(Answer::to(other.control(Method::GET, path)).await.status, StatusCode::NOT_FOUND);
    }
    let of_first = app.control("/exchanges").await;
    assert_eq!(of_first["exchanges"], json!([]), "{of_first}");

    // A secret in the wrong place, in the world that has given it away.
    let key = a.tenant.psps[0].subscription_key.clone();
    let wrong =
        a.call(Method::GET, "/psp/v3/psppayments/x/details").header("Request-Id", &key).header("User-Agent", &key);
    drop(Answer::to(wrong).await);
    let newest = Answer::to(a.control(Method::GET, "/exchanges?limit=1")).await.json;
    let path = format!("/exchanges/{}", newest["exchanges"][0]["id"]);
    let whole = Answer::to(a.control(Method::GET, &path)).await.succeeded().text;
    assert!(whole.contains("request-id") && !whole.contains(&key), "{whole}");

    assert_eq!(delete(&app, "a").await, StatusCode::NO_CONTENT);
    assert_eq!(list(&b).await.len(), 2);
    let app = app.restarted().await;
    let kept = std::fs::read_to_string(app.data_directory().join("exchanges.jsonl")).expect("it is there");
    assert!(kept.contains("forgotten"), "{kept}");
    app.stop().await;
}
