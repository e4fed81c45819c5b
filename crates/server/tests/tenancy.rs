//! What is another's looks exactly like nothing: for each endpoint, each other principal and each kind of id, the answer to
//! another party's thing is the answer to a missing one, byte for byte but for the request's id.

use lommebok_testkit::cases::{Call, EachState};
use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, Credentials, TestApp};
use serde_json::{Value, json};

/// An answer without what differs from request to request.
fn blanked(answer: &Answer, others: &[(&str, &str)]) -> (u16, String, String) {
    let mut text = answer.text.clone();
    for id in context_ids(&answer.json) {
        text = text.replace(&id, "CONTEXT");
    }
    // Short ones are never repeated, and would be found in every date.
    for (own, blank) in others.iter().filter(|(own, _)| own.len() > 5) {
        text = text.replace(own, blank);
    }
    let hint = answer.headers.get("lommebok-hint").map(|hint| String::from_utf8_lossy(hint.as_bytes()).into_owned());
    (answer.status.as_u16(), text, hint.unwrap_or_default())
}

fn context_ids(body: &Value) -> Vec<String> {
    let of_array = body.as_array().into_iter().flatten().filter_map(|error| error["contextId"].as_str());
    let of_problem = body["instance"].as_str().and_then(|urn| urn.strip_prefix("urn:uuid:"));
    of_array.chain(of_problem).map(str::to_owned).collect()
}

/// Compares the answers to another's thing and to nothing, and counts the pairs.
struct Pairs<'a> {
    app: &'a TestApp,
    count: usize,
    faults: Vec<String>,
}

impl<'a> Pairs<'a> {
    fn of(app: &'a TestApp) -> Self {
        Self { app, count: 0, faults: Vec::new() }
    }

    /// `make` writes the call about a thing by its id; the id itself may come back.
    async fn compare(&mut self, name: &str, (foreign, none): (&str, &str), make: impl Fn(&str) -> Call) {
        let rows = self.app.row_counts();
        let mut answers = Vec::new();
        for id in [foreign, none] {
            let answer = self.app.exchange(&make(id)).await.expect("an answer");
            answers.push(blanked(&answer, &[(id, "ID")]));
        }
        self.count = self.count.saturating_add(1);
        if answers[0] != answers[1] {
            self.faults.push(format!("{name}:\n  another's {:?}\n  none      {:?}", answers[0], answers[1]));
        }
        if answers[0].0 < 300 {
            self.faults.push(format!("{name}: {} for another's thing", answers[0].0));
        }
        if self.app.row_counts() != rows {
            self.faults.push(format!("{name}: something was stored"));
        }
    }

    fn finish(self, least: usize) {
        assert!(self.faults.is_empty(), "{} of {} pairs:\n{}", self.faults.len(), self.count, self.faults.join("\n"));
        eprintln!("{} pairs", self.count);
        assert!(self.count >= least, "{} pairs", self.count);
    }
}

const NONE: &str = "in-no-such-payment";

#[tokio::test(flavor = "multi_thread")]
async fn another_psps_payments_look_like_none_in_every_state() {
    let app = TestApp::start().await;
    let states = EachState::of(&app).await;
    let other = app.other_credentials();
    let get = app.call(&other, "GET", "/").await;
    let approve = app.call(&other, "POST", "/").await.json(&json!({"customerPhoneNumber": "12345678", "token": "x"}));
    let mut pairs = Pairs::of(&app);
    for (state, payment) in &states.payments {
        let ids = (payment.id.as_str(), NONE);
        let details = |id: &str| get.clone().at(format!("/psp/v3/psppayments/{id}/details"));
        pairs.compare(&format!("details of {state}"), ids, details).await;
        let without_msn = |id: &str| details(id).without("Merchant-Serial-Number");
        pairs.compare(&format!("details of {state} without MSN"), ids, without_msn).await;
        for (kind, token) in [("its token", payment.token.as_str()), ("no token", "AAAA")] {
            for number in ["12345678", "99999999"] {
                let body = json!({"customerPhoneNumber": number, "token": token});
                let call = |id: &str| {
                    approve.clone().at(format!("/psp/v3/integration-test/psppayments/{id}/approve")).json(&body)
                };
                pairs.compare(&format!("approve {state} with {kind} for {number}"), ids, call).await;
            }
        }
    }
    pairs.finish(54);
    states.gate.open();
    app.until_state("in-AUTHORIZING", "RESERVED").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_for_another_psps_payments_are_taken_and_reported_like_entries_for_none() {
    let app = TestApp::start().await;
    let states = EachState::of(&app).await;
    let other = app.other_credentials();
    let update = app.call(&other, "POST", "/psp/v3/psppayments/updatestatus").await;
    let before: Vec<_> = states.payments.values().map(|payment| app.payment(&payment.id)).collect();
    let mut compared = 0_usize;
    for payment in states.payments.values() {
        for status in ["RESERVED", "CAPTURED", "CANCELLED", "REFUNDED"] {
            let mut seen = Vec::new();
            for id in [payment.id.as_str(), NONE] {
                let entry = json!({"pspTransactionId": id, "status": status, "amount": 49_900});
                let call = update.clone().json(&json!({"transactions": [entry]}));
                let answer = app.exchange(&call).await.expect("an answer");
                seen.push((blanked(&answer, &[]), reported(&app, id).await));
            }
            // A body that came before is said to have; of the second body there are many.
            for (answer, _) in &mut seen {
                let first = answer.2.split(" | a byte-identical body").next().unwrap_or_default().to_owned();
                assert_eq!(
                    first,
                    "1 of 1 entry could not be applied: transactions[0] unknown_payment; `lommebok batch report` says why"
                );
                answer.2 = first;
            }
            assert_eq!(seen[0], seen[1], "{status} of {}", payment.id);
            compared = compared.saturating_add(1);
        }
    }
    let after: Vec<_> = states.payments.values().map(|payment| app.payment(&payment.id)).collect();
    assert_eq!(before, after, "another PSP's entries change nothing");
    assert_eq!(compared, 36);
    states.gate.open();
    app.until_state("in-AUTHORIZING", "RESERVED").await;
    app.stop().await;
}

/// What the newest batch's report says, with the id blanked.
async fn reported(app: &TestApp, id: &str) -> String {
    let call =
        Call::new("GET", "/control/v1/batch/report").set("Authorization", format!("Bearer {}", app.control_token()));
    let report = app.exchange(&call).await.expect("an answer").succeeded();
    report.json["batches"][0]["refused"].to_string().replace(id, "ID")
}

#[tokio::test(flavor = "multi_thread")]
async fn another_psps_merchants_look_like_none() {
    let app = TestApp::start().await;
    let mut pairs = Pairs::of(&app);
    let path = "/merchant-management/psp/v1/merchants";
    for (psp, foreign) in [(app.credentials(), vec!["200001"]), (app.other_credentials(), vec!["100001", "100002"])] {
        let call = app.call(&psp, "GET", path).await;
        let init = app.call(&psp, "POST", "/psp/v3/psppayments/init").await.json(&app.init_body("tenancy-1"));
        let push = init.clone().member("skipLandingPage", json!(true));
        let update = app.call(&psp, "POST", "/psp/v3/psppayments/updatestatus").await;
        let entry = json!({"pspTransactionId": "x", "status": "CAPTURED", "amount": 1});
        let update = update.json(&json!({"transactions": [entry]}));
        for msn in foreign {
            let ids = (msn, "999999");
            let at = |msn: &str| call.clone().at(format!("{path}/{msn}"));
            let change = |body: Value| move |msn: &str| at(msn).by("PATCH").json(&body);
            let named = |call: &Call| {
                let call = call.clone();
                move |msn: &str| call.clone().set("Merchant-Serial-Number", msn)
            };
            pairs.compare(&format!("show {msn}"), ids, at).await;
            pairs.compare(&format!("rename {msn}"), ids, change(json!({"name": "Mine"}))).await;
            pairs.compare(&format!("deactivate {msn}"), ids, change(json!({"deactivate": true}))).await;
            pairs.compare(&format!("init for {msn}"), ids, named(&init)).await;
            pairs.compare(&format!("push for {msn}"), ids, named(&push)).await;
            pairs.compare(&format!("entries for {msn}"), ids, named(&update)).await;
            let details = call.clone().at("/psp/v3/psppayments/nothing-1/details");
            pairs.compare(&format!("details for {msn}"), ids, named(&details)).await;
        }
        let list = app.exchange(&call).await.expect("an answer").succeeded();
        let msns: Vec<_> = list.json["merchants"].as_array().expect("a list").iter().collect();
        assert!(
            msns.iter()
                .all(|merchant| merchant["merchantSerialNumber"].as_str().is_some_and(|msn| msn[..1] == psp.msn[..1]))
        );
    }
    pairs.finish(21);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_of_two_psps_never_work_together() {
    let app = TestApp::start().await;
    drop(app.init("mixed-1").await);
    let (own, other) = (app.credentials(), app.other_credentials());
    let bearers = [app.bearer_of(&own).await, app.bearer_of(&other).await];
    let psps = [&own, &other];
    let mut refused = 0_usize;
    // Subscription key, token, PSP-ID and MSN of either PSP, in all mixtures.
    for mixture in 0..16_usize {
        let of = |bit: usize| (mixture >> bit) & 1;
        for (method, path) in
            [("GET", "/psp/v3/psppayments/mixed-1/details"), ("POST", "/psp/v3/psppayments/updatestatus")]
        {
            let call = Call::new(method, path)
                .set("Ocp-Apim-Subscription-Key", &psps[of(0)].subscription_key)
                .set("Authorization", format!("Bearer {}", bearers[of(1)]))
                .set("PSP-ID", &psps[of(2)].psp_id)
                .set("Merchant-Serial-Number", psps[of(3)].msn);
            let status = app.exchange(&call.json(&json!({}))).await.expect("an answer").status.as_u16();
            // The other PSP has no such payment, and an empty body is no request.
            let expected = match (method, mixture) {
                ("GET", 0) => 200,
                ("GET", 15) => 404,
                _ if of(0) != of(1) => 401,
                _ if of(0) != of(2) => 403,
                _ => 400,
            };
            assert_eq!(status, expected, "{method}, mixture {mixture:04b}");
            refused = refused.saturating_add(usize::from(status != 200));
        }
    }
    assert_eq!(refused, 31);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_of_another_psp_looks_like_one_of_nobody() {
    let app = TestApp::start().await;
    drop(app.init("mixed-1").await);
    let (own, other) = (app.credentials(), app.other_credentials());
    let mut pairs = Pairs::of(&app);
    let calls = [
        ("POST", "/psp/v3/psppayments/init"),
        ("POST", "/psp/v3/psppayments/updatestatus"),
        ("GET", "/psp/v3/psppayments/mixed-1/details"),
        ("POST", "/psp/v3/integration-test/psppayments/mixed-1/approve"),
        ("GET", "/merchant-management/psp/v1/merchants"),
        ("GET", "/merchant-management/psp/v1/merchants/100001"),
        ("PATCH", "/merchant-management/psp/v1/merchants/100001"),
    ];
    for (method, path) in calls {
        let call = app.call(&own, method, path).await.json(&json!({"name": "x"}));
        let without_psp_id = call.clone().without("PSP-ID");
        let headers = [
            ("Ocp-Apim-Subscription-Key", other.subscription_key.as_str(), "0123456789abcdef0123456789abcdef"),
            ("Ocp-Apim-Subscription-Key", &other.secondary_subscription_key, "0123456789abcdef0123456789abcdef"),
            ("PSP-ID", &other.psp_id, "0123456789ABCDEF0123456789ABCDEF"),
        ];
        for (header, foreign, none) in headers {
            let with = |value: &str| call.clone().set(header, value);
            pairs.compare(&format!("{method} {path}: {header}"), (foreign, none), with).await;
            if header != "PSP-ID" {
                let with = |value: &str| without_psp_id.clone().set(header, value);
                pairs.compare(&format!("{method} {path}: {header} alone"), (foreign, none), with).await;
            }
        }
    }
    let token = Call::new("POST", "/accesstoken/get")
        .set("client_id", &own.client_id)
        .set("client_secret", &own.client_secret)
        .set("Ocp-Apim-Subscription-Key", &own.subscription_key);
    let credentials = [
        ("client_id", other.client_id.as_str(), "fb492b5e-7907-4d83-ba20-c7fb60ca35de"),
        ("client_secret", &other.client_secret, "AAAAAAAAAAAAAAAAAAAAAA=="),
        ("Ocp-Apim-Subscription-Key", &other.subscription_key, "0123456789abcdef0123456789abcdef"),
    ];
    for (header, foreign, none) in credentials {
        let with = |value: &str| token.clone().set(header, value);
        pairs.compare(&format!("token: {header}"), (foreign, none), with).await;
    }
    // Another's id with another's secret and one's own key, and a known id with a wrong secret and any key.
    let others = token.clone().set("client_secret", &other.client_secret);
    let with_id = |value: &str| others.clone().set("client_id", value);
    pairs.compare("token: another's id and secret", (&other.client_id, "nobody-nobody"), with_id).await;
    let wrong = token.set("client_secret", "wrong").set("Ocp-Apim-Subscription-Key", &other.subscription_key);
    let with_id = |value: &str| wrong.clone().set("client_id", value);
    pairs.compare("token: a known id, a wrong secret", (&other.client_id, "nobody-nobody"), with_id).await;
    pairs.finish(40);
    app.stop().await;
}

/// The number of the payment that this user has opened.
async fn opened_by(app: &TestApp, phone: &FakePhone, id: &str) -> String {
    let payment = app.init(id).await;
    let opened = phone.open(&payment.link).await.succeeded();
    opened.json["id"].as_str().expect("a number").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_users_payments_and_cards_look_like_none() {
    let app = TestApp::start().await;
    let (first, second) = (app.first_phone().await, app.phone("12345679", "1236").await);
    let firsts = opened_by(&app, &first, "user-1").await;
    let seconds = opened_by(&app, &second, "user-2").await;
    let cards = [first.card("VISA").await, second.card("VISA").await];
    let mut pairs = Pairs::of(&app);
    let users =
        [("12345678", "1236", &seconds, &firsts, &cards[1]), ("12345679", "1236", &firsts, &seconds, &cards[0])];
    for (number, pin, foreign, own, foreign_card) in users {
        let session = session(&app, number, pin).await;
        let at = |what: &str, id: &str| {
            let what = what.to_owned();
            Call::new(if what.is_empty() { "GET" } else { "POST" }, format!("/app/v1/payments/{id}{what}"))
                .set("Authorization", format!("Bearer {session}"))
        };
        let ids = (foreign.as_str(), "999999");
        pairs.compare(&format!("{number}: show"), ids, |id| at("", id)).await;
        pairs.compare(&format!("{number}: cancel"), ids, |id| at("/cancel", id)).await;
        for card in &cards {
            let call = |id: &str| at("/approve", id).json(&json!({"cardId": card}));
            pairs.compare(&format!("{number}: approve with card {card}"), ids, call).await;
        }
        let with_card = |card: &str| at("/approve", own).json(&json!({"cardId": card}));
        pairs.compare(&format!("{number}: another's card"), (foreign_card, "999999"), with_card).await;
        let receipts = Call::new("GET", "/app/v1/receipts").set("Authorization", format!("Bearer {session}"));
        let listed = app.exchange(&receipts).await.expect("an answer").succeeded();
        assert_eq!(listed.json["receipts"], json!([]));
    }
    assert_eq!((app.state("user-1"), app.state("user-2")), ("AWAITING_APPROVAL", "AWAITING_APPROVAL"));
    // Ended, so that each has a receipt for its own user.
    for id in ["user-1", "user-2"] {
        app.report(id, "CANCELLED", 49_900).await;
    }
    for (number, foreign, own) in [("12345678", &seconds, &firsts), ("12345679", &firsts, &seconds)] {
        let session = session(&app, number, "1236").await;
        let at = |id: &str| {
            Call::new("GET", format!("/app/v1/receipts/{id}")).set("Authorization", format!("Bearer {session}"))
        };
        drop(app.exchange(&at(own)).await.expect("an answer").succeeded());
        pairs.compare(&format!("{number}: receipt"), (foreign.as_str(), "999999"), at).await;
    }
    pairs.finish(12);
    app.stop().await;
}

async fn session(app: &TestApp, number: &str, pin: &str) -> String {
    let sign_in = Call::new("POST", "/app/v1/sessions").json(&json!({"phoneNumber": number, "pin": pin}));
    let answer = app.exchange(&sign_in).await.expect("an answer").succeeded();
    answer.json["session"].as_str().expect("a session").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_looks_like_one_that_never_was() {
    let app = TestApp::start().await;
    let ended = session(&app, "12345678", "1236").await;
    let sign_out = Call::new("DELETE", "/app/v1/sessions/current").set("Authorization", format!("Bearer {ended}"));
    assert_eq!(app.exchange(&sign_out).await.expect("an answer").status.as_u16(), 204);
    let never = "A".repeat(43);
    let mut pairs = Pairs::of(&app);
    let calls = [
        ("GET", "/app/v1/sessions/current"),
        ("GET", "/app/v1/payments"),
        ("GET", "/app/v1/payments/1"),
        ("POST", "/app/v1/payments/open"),
        ("POST", "/app/v1/payments/1/approve"),
        ("POST", "/app/v1/payments/1/cancel"),
        ("GET", "/app/v1/cards"),
        ("GET", "/app/v1/receipts"),
        ("GET", "/app/v1/receipts/1"),
        ("GET", "/app/v1/events"),
        ("GET", "/app/v1/status"),
    ];
    for (method, path) in calls {
        let call =
            |session: &str| Call::new(method, path).set("Authorization", format!("Bearer {session}")).json(&json!({}));
        pairs.compare(&format!("{method} {path}"), (&ended, &never), call).await;
    }
    pairs.finish(11);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_to_its_own_payment_and_another_links_keys_to_nothing() {
    let app = TestApp::start().await;
    let (one, two) = (app.init("link-1").await, app.init("link-2").await);
    let page = LandingPage::open(&app, &one).await;
    let mut pairs = Pairs::of(&app);
    let unknown = "A".repeat(two.token.len());
    for path in ["/landing/number", "/landing/cancel"] {
        // The first link's cookie and form token, sent for another link.
        let call = |token: &str| {
            Call::new("POST", path)
                .set("Cookie", &page.cookie)
                .set("Origin", app.base())
                .set("Content-Type", "application/x-www-form-urlencoded")
                .body(format!("token={token}&form_token={}&number=12345678", page.form_token))
        };
        let mut statuses = Vec::new();
        for token in [&two.token, &unknown] {
            statuses.push(app.exchange(&call(token)).await.expect("an answer").status.as_u16());
        }
        assert_eq!(statuses, [403, 403], "{path}");
    }
    // A PSP cannot use a link's token as its own payment's.
    let other = app.other_credentials();
    let mine = json!({"pspTransactionId": "link-1"});
    drop(start(&app, &other, &mine).await);
    let path = "/psp/v3/integration-test/psppayments/link-1/approve";
    let approve = app.call(&other, "POST", path).await;
    let with_token = |token: &str| approve.clone().json(&json!({"customerPhoneNumber": "12345678", "token": token}));
    pairs.compare("approve with another PSP's link", (&one.token, &unknown), with_token).await;
    pairs.compare("approve with another's link", (&two.token, &unknown), with_token).await;
    pairs.finish(2);
    assert_eq!((app.state("link-2"), app.state("link-1")), ("AWAITING_USER", "AWAITING_USER"));
    app.stop().await;
}

async fn start(app: &TestApp, psp: &Credentials, changes: &Value) -> Answer {
    let mut body = app.init_body("link-1");
    body["pspTransactionId"] = changes["pspTransactionId"].clone();
    let call = app.call(psp, "POST", "/psp/v3/psppayments/init").await.json(&body);
    app.exchange(&call).await.expect("an answer").succeeded()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_another_psp_is_no_key_and_its_numbers_are_no_numbers() {
    let app = TestApp::start().await;
    let (own, other) = (app.credentials(), app.other_credentials());
    for psp in [&own, &other] {
        let call = app.call(psp, "POST", "/psp/v3/psppayments/init").await.json(&app.init_body("key-1"));
        let answer = app.exchange(&call.set("Idempotency-Key", "shared")).await.expect("an answer").succeeded();
        assert_eq!(answer.json["pspTransactionId"], "key-1");
    }
    assert_eq!(app.row_counts()["payment"], 2);
    let get = app.call(&other, "GET", "/").await;
    let mut pairs = Pairs::of(&app);
    // Numbers of the inside mean nothing to a PSP.
    for id in ["1", "2", "01"] {
        let details = |id: &str| get.clone().at(format!("/psp/v3/psppayments/{id}/details"));
        pairs.compare(&format!("details of number {id}"), (id, NONE), details).await;
    }
    pairs.finish(3);
    app.stop().await;
}
