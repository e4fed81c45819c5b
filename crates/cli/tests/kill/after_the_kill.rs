//! After a kill: an ordinary start, and then everything that was acknowledged must be there.
//!
//! Business time is frozen meanwhile: an attempt that the dead process had open is settled as unknown 20 s after it was
//! opened, not a millisecond earlier, and a PSP settles it then with updatestatus, as it would in earnest.

use std::sync::Arc;

use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::recorder::check::{self, AllShown, Shown, Wrong};
use lommebok_testkit::recorder::{Known, Plan, RecordedEntry};
use lommebok_testkit::server_process::PspClient;
use reqwest::Method;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::world::World;

/// From the opening of an attempt to its being given up, in ms: the PSP's 15 s, and 5 s.
const SETTLES_AFTER_MS: i64 = 20_000;
/// Payments read at once.
const READERS: usize = 16;

/// Sends again what got no answer, with the same idempotency key: the second answer must be a success, and nothing is done twice.
pub(super) async fn ask_again(world: &World, client: &PspClient) {
    for payment in world.payments().iter().filter(|payment| payment.init == Known::Sent) {
        let body = payment.init_body(&world.psp.make_payment_url());
        let answer = client.post("/psp/v3/psppayments/init", &body, &payment.id).await.expect("the server runs");
        let answer = answer.succeeded();
        let link = answer.json["vippsRedirectUrl"].as_str().unwrap();
        world.recorder.started(&payment.id, link.rsplit_once("token=").unwrap().1);
    }
    let lost = world.requests().into_iter().filter(|request| request.known == Known::Sent);
    // Every other one is left as it is: all of it or nothing.
    for request in lost.filter(|request| request.number % 2 == 0) {
        let path = "/psp/v3/psppayments/updatestatus";
        drop(client.post(path, &request.body(), &request.key()).await.expect("the server runs").succeeded());
        world.recorder.reported(request.number);
    }
}

/// Lets the attempts that were queued end, and then time pass until those that the dead process had open are settled.
/// Answers the `pspTransactionId`s of the latter.
pub(super) async fn let_time_pass(world: &World, client: &PspClient) -> Vec<String> {
    drop(client.control(Method::POST, "/clock/freeze", None).await);
    let only_lost = async || {
        let open = authorizing(client).await;
        ids(&open).iter().all(|id| world.left_open.contains(id)).then_some(open)
    };
    let open = wait_until("the attempts that were queued have ended", only_lost).await;
    let opened: Vec<i64> = open.iter().map(|payment| opened_at(world, payment)).collect();
    let (Some(first), Some(last)) = (opened.iter().min(), opened.iter().max()) else { return Vec::new() };
    let just_before = first.saturating_add(SETTLES_AFTER_MS).saturating_sub(1);
    advance_to(client, just_before).await;
    assert_eq!(ids(&authorizing(client).await), ids(&open), "{}: settled before its 20 s were over", world.context());
    advance_to(client, last.saturating_add(SETTLES_AFTER_MS)).await;
    assert_eq!(ids(&authorizing(client).await), Vec::<String>::new(), "{}: 20 s are over", world.context());
    ids(&open)
}

/// Reads the payments of this round as the PSP and the operator see them.
pub(super) async fn read(world: &World, client: &PspClient) -> AllShown {
    let mut reading = JoinSet::new();
    let places = Arc::new(Semaphore::new(READERS));
    for payment in world.payments() {
        let (client, places) = (client.clone(), Arc::clone(&places));
        reading.spawn(async move {
            let _place = places.acquire().await.expect("nobody closes it");
            let details = client.details(&payment.id).await.expect("the server runs");
            let details = details.status.is_success().then_some(details.json);
            let operator = match &details {
                Some(_) => client.shown(&payment.id).await,
                None => Value::Null,
            };
            (payment.id, Shown { details, operator })
        });
    }
    reading.join_all().await.into_iter().collect()
}

/// Everything that must hold after a kill; `lost` are the payments whose attempt the dead process had open.
pub(super) async fn look(world: &mut World, client: &PspClient, lost: &[String]) -> AllShown {
    world.lost += lost.len();
    let shown = read(world, client).await;
    let report = reports_of_round(world, client).await;
    let unknown = ids(&client.control_pages("/payments?outcome_unknown=true", "payments").await);
    let mut wrong = check::payments(&world.payments(), &shown);
    wrong.extend(check::psp(&world.payments(), &shown, &world.psp.log()));
    wrong.extend(check::requests(&world.requests(), &shown, &report));
    for id in lost {
        let Some(shown) = shown.get(id) else { continue };
        let settled = shown.events("failed").iter().any(|failed| failed["detail"]["cause"] == "process_lost");
        if !settled {
            wrong.push(Wrong {
                payment: id.clone(),
                what: "its attempt was lost, and its log does not say so".to_owned(),
            });
        }
        // A capture that waited for the attempt's end has settled it already.
        if shown.state() == "FAILED" && !unknown.contains(id) {
            wrong.push(Wrong { payment: id.clone(), what: "its outcome is unknown, and it is not listed".to_owned() });
        }
    }
    world.expect_nothing_wrong(wrong, client).await;
    shown
}

/// The PSP looks into its books and settles every unknown outcome; none may be left.
pub(super) async fn settle(world: &mut World, client: &PspClient) {
    let unknown = client.control_pages("/payments?outcome_unknown=true", "payments").await;
    if !unknown.is_empty() {
        let request = world.recorder.reports(unknown.iter().map(|payment| entry_of(world, payment)).collect());
        let path = "/psp/v3/psppayments/updatestatus";
        drop(client.post(path, &request.body(), &request.key()).await.expect("the server runs").succeeded());
        for payment in &unknown {
            let entry = entry_of(world, payment);
            let now = client.control(Method::GET, &format!("/payments/{}", entry.id), None).await;
            let expected =
                if entry.status == "RESERVED" { ("RESERVED", Value::Null) } else { ("FAILED", "certain".into()) };
            assert_eq!((now["state"].as_str().unwrap(), now["stateDetail"]["outcome"].clone()), expected, "{now:#}");
        }
    }
    assert_eq!(client.control_pages("/payments?outcome_unknown=true", "payments").await, Vec::<Value>::new());
    drop(client.control(Method::POST, "/clock/resume", None).await);
    let settled = read(world, client).await;
    world.looked_at.extend(settled);
}

/// What the PSP's books say: it reserved the money if it said OK to a token, whoever heard it.
fn entry_of(world: &World, payment: &Value) -> RecordedEntry {
    let id = payment["pspTransactionId"].as_str().unwrap().to_owned();
    let recorded = world.recorder.payment(&id).expect("every payment was recorded before it was started");
    let tokens =
        world.psp.requests_for(&id).iter().filter(|request| request.payment_state() == Some("ACCEPTED")).count();
    let said_ok = match recorded.plan {
        Plan::Ok | Plan::Late => tokens > 0,
        Plan::StepUp => tokens > 1,
        Plan::Fail => false,
    };
    RecordedEntry { id, status: if said_ok { "RESERVED" } else { "CANCELLED" }, amount: recorded.amount }
}

/// What was looked at in earlier rounds is as it was; who waited may have waited too long.
pub(super) async fn look_back(world: &World, client: &PspClient) {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for now in client.control_pages("/payments", "payments").await {
        let id = now["pspTransactionId"].as_str().unwrap();
        let Some(then) = world.looked_at.get(id) else { continue };
        seen += 1;
        let waited = ["AWAITING_USER", "AWAITING_APPROVAL", "STEP_UP"].contains(&then.state());
        let same = now["state"] == then.operator["state"] || (waited && now["state"] == "EXPIRED");
        if !same || now["sums"] != then.operator["sums"] {
            wrong.push(Wrong { payment: id.to_owned(), what: format!("it was {}, and it is {now}", then.operator) });
        }
    }
    let acknowledged = world.looked_at.values().filter(|shown| shown.details.is_some()).count();
    world.expect_nothing_wrong(wrong, client).await;
    assert_eq!(seen, acknowledged, "every payment that was looked at is still there");
}

/// The batch report, back to the last request of an earlier round.
async fn reports_of_round(world: &World, client: &PspClient) -> Vec<Value> {
    let mut all = Vec::new();
    let oldest = world.requests().first().map_or(usize::MAX, |request| request.number);
    let mut page = client.control(Method::GET, "/batch/report", None).await;
    loop {
        let batches = page["batches"].as_array().unwrap();
        for batch in batches {
            all.push(with_all_refused(client, batch).await);
        }
        let earlier = |batch: &Value| number_of(batch).is_some_and(|number| number < oldest);
        let Some(before) = page["before"].as_i64() else { return all };
        if batches.iter().all(earlier) {
            return all;
        }
        page = client.control(Method::GET, &format!("/batch/report?before={before}"), None).await;
    }
}

/// The batch with every refused entry: the report has the first 100.
async fn with_all_refused(client: &PspClient, batch: &Value) -> Value {
    let mut batch = batch.clone();
    if batch["refused"].as_array().map(Vec::len).map(Value::from).as_ref() == Some(&batch["refusedEntries"]) {
        return batch;
    }
    let (mut refused, mut from) = (Vec::new(), Some(0));
    while let Some(position) = from {
        let page = client.control(Method::GET, &format!("/batch/{}?from={position}", batch["id"]), None).await;
        let entries = page["notApplied"].as_array().unwrap();
        refused.extend(entries.iter().filter(|entry| entry["fate"] == "refused").cloned());
        from = page["from"].as_u64();
    }
    batch["refused"] = refused.into();
    batch
}

fn number_of(batch: &Value) -> Option<usize> {
    batch["refused"][0]["pspTransactionId"].as_str()?.strip_prefix("marker-")?.parse().ok()
}

async fn authorizing(client: &PspClient) -> Vec<Value> {
    client.control_pages("/payments?state=AUTHORIZING", "payments").await
}

/// When the attempt was opened, in ms; it must be open, because the queued ones have ended.
fn opened_at(world: &World, payment: &Value) -> i64 {
    assert_eq!(payment["stateDetail"]["phase"], "open", "{}: {payment:#}", world.context());
    millis(&payment["stateDetail"]["since"])
}

async fn advance_to(client: &PspClient, at: i64) {
    let now = millis(&client.control(Method::GET, "/clock", None).await["now"]);
    client.advance(u64::try_from(at.saturating_sub(now)).unwrap_or(0)).await;
}

fn millis(time: &Value) -> i64 {
    time.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn ids(payments: &[Value]) -> Vec<String> {
    payments.iter().map(|payment| payment["pspTransactionId"].as_str().unwrap().to_owned()).collect()
}
