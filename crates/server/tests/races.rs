//! Calls that collide, released together over real HTTP, round after round: exactly one wins, every loser gets a correct
//! answer, and the PSP sees what one winner makes it see.

use std::time::Duration;

use lommebok_testkit::cases::{Call, released_together};
use lommebok_testkit::fake_psp::{Gate, Reply};
use lommebok_testkit::test_app::{Answer, Started, TestApp};
use serde_json::{Value, json};

/// Rounds of each race.
const ROUNDS: usize = 25;
/// The whole amount of every payment here.
const WHOLE: i64 = 49_900;

/// A sandbox whose tokens outlive the hours that deadlines take.
async fn app() -> TestApp {
    TestApp::with_settings(&[("token_lifetime_s", "604800")]).await
}

async fn race(app: &TestApp, calls: Vec<Call>) -> Vec<Answer> {
    released_together(app.sandbox().address, calls).await
}

/// How often each status came, with the error code if there is one.
fn outcomes(answers: &[Answer]) -> Vec<(String, usize)> {
    let mut outcomes: Vec<(String, usize)> = Vec::new();
    for answer in answers {
        let code = answer.json[0]["errorCode"].as_str().or(answer.json["code"].as_str()).unwrap_or_default();
        let outcome = format!("{} {code}", answer.status.as_u16()).trim_end().to_owned();
        match outcomes.iter_mut().find(|(known, _)| *known == outcome) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => outcomes.push((outcome, 1)),
        }
    }
    outcomes.sort();
    outcomes
}

fn expect(answers: &[Answer], expected: &[(&str, usize)], round: usize) {
    let expected: Vec<(String, usize)> =
        expected.iter().map(|(outcome, count)| ((*outcome).to_owned(), *count)).collect();
    assert_eq!(outcomes(answers), expected, "round {round}");
}

/// A user's phone as calls.
struct Phone {
    call: Call,
    card: String,
}

impl Phone {
    async fn of(app: &TestApp) -> Self {
        let sign_in = Call::new("POST", "/app/v1/sessions").json(&json!({"phoneNumber": "12345678", "pin": "1236"}));
        let answer = app.exchange(&sign_in).await.expect("an answer").succeeded();
        let session = answer.json["session"].as_str().expect("a session").to_owned();
        let card = app.first_phone().await.card("VISA").await;
        Self { call: Call::new("POST", "/").set("Authorization", format!("Bearer {session}")), card }
    }

    /// Opens the link; the number of the payment in the App API.
    async fn open(&self, app: &TestApp, payment: &Started) -> String {
        let open = self.call.clone().at("/app/v1/payments/open").json(&json!({"link": payment.link}));
        let opened = app.exchange(&open).await.expect("an answer").succeeded();
        opened.json["id"].as_str().expect("a number").to_owned()
    }

    fn approve(&self, number: &str) -> Call {
        self.call.clone().at(format!("/app/v1/payments/{number}/approve")).json(&json!({"cardId": self.card}))
    }

    fn cancel(&self, number: &str) -> Call {
        self.call.clone().at(format!("/app/v1/payments/{number}/cancel"))
    }
}

async fn inits(app: &TestApp, ids: Vec<(String, String)>) -> Vec<Call> {
    let call = app.call(&app.credentials(), "POST", "/psp/v3/psppayments/init").await;
    let init =
        |(id, order): (String, String)| call.clone().json(&app.init_body(&id)).member("merchantOrderId", json!(order));
    ids.into_iter().map(init).collect()
}

async fn force_approval(app: &TestApp, payment: &Started) -> Call {
    let path = format!("/psp/v3/integration-test/psppayments/{}/approve", payment.id);
    let body = json!({"customerPhoneNumber": "12345678", "token": payment.token});
    app.call(&app.credentials(), "POST", path).await.json(&body)
}

async fn entries(app: &TestApp, entries: Value) -> Call {
    let call = app.call(&app.credentials(), "POST", "/psp/v3/psppayments/updatestatus").await;
    call.json(&json!({"transactions": entries}))
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_inits_with_one_id_one_is_stored() {
    let app = app().await;
    for round in 0..ROUNDS {
        let ids = (0..50).map(|order| (format!("same-{round}"), format!("order-{round}-{order}"))).collect();
        let answers = race(&app, inits(&app, ids).await).await;
        expect(&answers, &[("200", 1), ("400 44", 49)], round);
    }
    assert_eq!(app.row_counts()["payment"], 25);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_inits_with_one_order_one_is_stored() {
    let app = app().await;
    for round in 0..ROUNDS {
        let ids = (0..10).map(|id| (format!("id-{round}-{id}"), format!("order-{round}"))).collect();
        let answers = race(&app, inits(&app, ids).await).await;
        expect(&answers, &[("200", 1), ("400 99", 9)], round);
    }
    assert_eq!(app.row_counts()["payment"], 25);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_keyed_init_sent_at_once_is_one_payment_with_one_link() {
    let app = app().await;
    for round in 0..ROUNDS {
        let same = inits(&app, vec![(format!("keyed-{round}"), format!("order-{round}"))]).await.remove(0);
        let same = same.set("Idempotency-Key", format!("key-{round}"));
        let other = same.clone().member("amount", json!(100));
        let mut calls = vec![same; 8];
        calls.extend(vec![other; 8]);
        let answers = race(&app, calls).await;
        expect(&answers, &[("200", 8), ("409 409", 8)], round);
        let links: Vec<&Value> = answers
            .iter()
            .filter(|answer| answer.status == 200)
            .map(|answer| &answer.json["vippsRedirectUrl"])
            .collect();
        assert!(links.iter().all(|link| *link == links[0]), "round {round}");
    }
    assert_eq!((app.row_counts()["payment"], app.row_counts()["idempotency"]), (25, 25));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_approvals_at_once_one_counts_and_the_psp_is_asked_once() {
    let app = app().await;
    let phone = Phone::of(&app).await;
    for round in 0..ROUNDS {
        let payment = app.init(&format!("approve-{round}")).await;
        let number = phone.open(&app, &payment).await;
        let answers = race(&app, vec![phone.approve(&number); 10]).await;
        expect(&answers, &[("202", 1), ("409 not_possible_now", 9)], round);
        app.until_state(&payment.id, "RESERVED").await;
        assert_eq!(app.psp.requests_for(&payment.id).len(), 1, "round {round}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_approving_and_cancelling_one_wins() {
    let app = app().await;
    let phone = Phone::of(&app).await;
    for round in 0..ROUNDS {
        let payment = app.init(&format!("either-{round}")).await;
        let number = phone.open(&app, &payment).await;
        let calls = vec![phone.approve(&number), phone.cancel(&number), phone.approve(&number), phone.cancel(&number)];
        let answers = race(&app, calls).await;
        let won: Vec<u16> =
            answers.iter().map(|answer| answer.status.as_u16()).filter(|status| *status < 300).collect();
        let (state, asked) = match won.as_slice() {
            [202] => ("RESERVED", "ACCEPTED"),
            [200] => ("CANCELLED", "USER_CANCEL"),
            other => panic!("round {round}: {other:?}"),
        };
        assert_eq!(outcomes(&answers).last(), Some(&("409 not_possible_now".to_owned(), 3)), "round {round}");
        app.until_state(&payment.id, state).await;
        let requests = app.psp.wait_for_payment(&payment.id, 1).await;
        let states: Vec<_> = requests.iter().map(|request| request.payment_state()).collect();
        assert_eq!(states, [Some(asked)], "round {round}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_at_the_deadline_is_in_time_or_too_late_and_never_both() {
    let app = app().await;
    let phone = Phone::of(&app).await;
    for round in 0..ROUNDS {
        let payment = app.init(&format!("deadline-{round}")).await;
        let number = phone.open(&app, &payment).await;
        drop(app.advance(Duration::from_millis(299_999)).await);
        let (answers, _) =
            tokio::join!(race(&app, vec![phone.approve(&number); 3]), app.advance(Duration::from_millis(1)));
        let won = answers.iter().filter(|answer| answer.status == 202).count();
        let (state, asked) = if won == 0 { ("EXPIRED", "TIMEOUT") } else { ("RESERVED", "ACCEPTED") };
        assert!(won <= 1, "round {round}: {:?}", outcomes(&answers));
        assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 202 | 409)), "{:?}", outcomes(&answers));
        app.until_state(&payment.id, state).await;
        let requests = app.psp.wait_for_payment(&payment.id, 1).await;
        let states: Vec<_> = requests.iter().map(|request| request.payment_state()).collect();
        assert_eq!(states, [Some(asked)], "round {round}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_approving_on_the_phone_and_by_force_one_wins() {
    let app = app().await;
    let phone = Phone::of(&app).await;
    for round in 0..ROUNDS {
        let payment = app.init(&format!("force-{round}")).await;
        let number = phone.open(&app, &payment).await;
        let force = force_approval(&app, &payment).await;
        let calls = vec![phone.approve(&number), force.clone(), phone.approve(&number), force];
        let answers = race(&app, calls).await;
        let won = answers.iter().filter(|answer| answer.status.is_success()).count();
        assert_eq!(won, 1, "round {round}: {:?}", outcomes(&answers));
        let lost = |outcome: &str| matches!(outcome, "409 not_possible_now" | "400 51" | "200" | "202");
        assert!(outcomes(&answers).iter().all(|(outcome, _)| lost(outcome)), "{:?}", outcomes(&answers));
        app.until_state(&payment.id, "RESERVED").await;
        assert_eq!(app.psp.requests_for(&payment.id).len(), 1, "round {round}");
    }
    app.stop().await;
}

/// A payment in STEP_UP, and the call that returns from it.
async fn stepping_up(app: &TestApp, id: &str) -> Call {
    app.psp.answer(id, [Reply::SoftDecline("https://3ds.example/".to_owned()), Reply::Ok]);
    drop(app.approved(id).await);
    let request = app.psp.wait_for_payment(id, 1).await.remove(0);
    let url = request.operation_url("3dssuccess").expect("an address");
    Call::new("POST", url.trim_start_matches(app.base()))
}

#[tokio::test(flavor = "multi_thread")]
async fn of_returns_from_3d_secure_one_counts_and_makes_one_second_attempt() {
    let app = app().await;
    for round in 0..ROUNDS {
        let id = format!("return-{round}");
        let back = stepping_up(&app, &id).await;
        let cancelled = back.clone().at(target_of(&back).replace("responsecode=OK", "responsecode=CANCEL"));
        let mut calls = vec![back; 6];
        if round % 2 == 1 {
            calls.extend(vec![cancelled; 6]);
        }
        let count = calls.len();
        let answers = race(&app, calls).await;
        expect(&answers, &[("303", 1), ("410", count.saturating_sub(1))], round);
        let cancel_won = answers.iter().skip(6).any(|answer| answer.status == 303);
        let state = if cancel_won { "CANCELLED" } else { "RESERVED" };
        app.until_state(&id, state).await;
        let requests = app.psp.wait_for_payment(&id, 2).await;
        let cryptograms: Vec<_> = requests.iter().map(|request| request.network_token("cryptogram")).collect();
        assert_eq!(requests.len(), 2, "round {round}");
        assert_ne!(cryptograms[0], cryptograms[1], "round {round}");
    }
    app.stop().await;
}

fn target_of(call: &Call) -> String {
    let bytes = call.to_bytes("x");
    String::from_utf8_lossy(&bytes).split(' ').nth(1).expect("a request line has a target").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_at_the_deadline_is_in_time_or_too_late_and_never_both() {
    let app = app().await;
    for round in 0..ROUNDS {
        let id = format!("late-{round}");
        let back = stepping_up(&app, &id).await;
        drop(app.advance(Duration::from_millis(599_999)).await);
        let (answers, _) = tokio::join!(race(&app, vec![back; 3]), app.advance(Duration::from_millis(1)));
        let won = answers.iter().filter(|answer| answer.status == 303).count();
        assert!(won <= 1, "round {round}: {:?}", outcomes(&answers));
        assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 303 | 410)), "{:?}", outcomes(&answers));
        let (state, asked) = if won == 0 { ("EXPIRED", "TIMEOUT") } else { ("RESERVED", "ACCEPTED") };
        app.until_state(&id, state).await;
        let requests = app.psp.wait_for_payment(&id, 2).await;
        let states: Vec<_> = requests.iter().map(|request| request.payment_state()).collect();
        assert_eq!(states, [Some("ACCEPTED"), Some(asked)], "round {round}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn captures_at_once_never_take_more_than_there_is() {
    let app = app().await;
    for round in 0..ROUNDS {
        let id = format!("capture-{round}");
        drop(app.approved(&id).await);
        let mut calls = Vec::new();
        for number in 0..10 {
            let entry = json!({"pspTransactionId": id, "status": "CAPTURED", "amount": 10_000});
            calls.push(entries(&app, json!([entry])).await.member("note", json!(number)));
        }
        let answers = race(&app, calls).await;
        expect(&answers, &[("200", 10)], round);
        assert_eq!(app.payment(&id).sums.captured(), 40_000, "round {round}");
        let batches = app.row_counts();
        assert_eq!(batches["batch_refusal"], u64::try_from(round + 1).expect("few rounds") * 6, "round {round}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_meets_the_outcome_is_applied_once_and_after_it() {
    let app = app().await;
    let phone = Phone::of(&app).await;
    for round in 0..ROUNDS {
        let id = format!("outcome-{round}");
        let payment = app.init(&id).await;
        let number = phone.open(&app, &payment).await;
        let gate = Gate::new();
        app.psp.answer(&id, [Reply::Ok.held_by(&gate)]);
        drop(app.exchange(&phone.approve(&number)).await.expect("an answer").succeeded());
        app.psp.wait_for_payment(&id, 1).await;
        let both = json!([
            {"pspTransactionId": id, "status": "CAPTURED", "amount": WHOLE},
            {"pspTransactionId": id, "status": "REFUNDED", "amount": 900},
        ]);
        let captured = entries(&app, both).await;
        let opening = async { gate.open() };
        let (answers, ()) = tokio::join!(race(&app, vec![captured]), opening);
        expect(&answers, &[("200", 1)], round);
        let settled = app.until(&id, |payment| payment.waiting == 0 && payment.sums.refunded() == 900).await;
        assert_eq!((settled.state.name().as_str(), settled.sums.captured()), ("RESERVED", WHOLE), "round {round}");
        assert_eq!(app.psp.requests_for(&id).len(), 1, "round {round}");
    }
    app.stop().await;
}
