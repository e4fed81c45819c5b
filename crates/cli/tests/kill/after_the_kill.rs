//! After a kill: an ordinary start, and then everything that was acknowledged must be there.
//!
//! Business time is frozen meanwhile: an attempt that the dead process had open is settled as unknown 20 s after it was
//! opened, not a millisecond earlier, and a PSP settles it then with updatestatus, as it would in earnest.

use std::sync::Arc;

use lommebok_control_api::{
    Batch, BatchEntry, BatchReport, BatchWithEntries, Clock, EntryFate, Moment, Outcome, Payment,
};
use lommebok_control_api::{PaymentState, Phase, RefusedEntry, StateDetail};
use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::recorder::check::{self, AllShown, Shown, Wrong};
use lommebok_testkit::recorder::{Known, Plan, RecordedEntry};
use lommebok_testkit::server_process::PspClient;
use reqwest::Method;
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
                Some(_) => Some(client.shown(&payment.id).await),
                None => None,
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
    let unknown = ids(&client.payments("outcome_unknown=true").await);
    let mut wrong = check::payments(&world.payments(), &shown);
    wrong.extend(check::psp(&world.payments(), &shown, &world.psp.log()));
    wrong.extend(check::requests(&world.requests(), &shown, &report));
    for id in lost {
        let Some(shown) = shown.get(id) else { continue };
        if !shown.failures().any(|failed| failed.cause == "process_lost") {
            wrong.push(Wrong {
                payment: id.clone(),
                what: "its attempt was lost, and its log does not say so".to_owned(),
            });
        }
        // A capture that waited for the attempt's end has settled it already.
        if shown.state() == Some(PaymentState::Failed) && !unknown.contains(id) {
            wrong.push(Wrong { payment: id.clone(), what: "its outcome is unknown, and it is not listed".to_owned() });
        }
    }
    world.expect_nothing_wrong(wrong, client).await;
    shown
}

/// The PSP looks into its books and settles every unknown outcome; none may be left.
pub(super) async fn settle(world: &mut World, client: &PspClient) {
    let unknown = client.payments("outcome_unknown=true").await;
    if !unknown.is_empty() {
        let request = world.recorder.reports(unknown.iter().map(|payment| entry_of(world, payment)).collect());
        let path = "/psp/v3/psppayments/updatestatus";
        drop(client.post(path, &request.body(), &request.key()).await.expect("the server runs").succeeded());
        for payment in &unknown {
            let entry = entry_of(world, payment);
            let now = client.shown(&entry.id).await.payment;
            let is_certain =
                matches!(&now.state_detail, Some(StateDetail::Failed(failed)) if failed.outcome == Outcome::Certain);
            let expected =
                if entry.status == "RESERVED" { (PaymentState::Reserved, false) } else { (PaymentState::Failed, true) };
            assert_eq!((now.state, is_certain), expected, "{now:#?}");
        }
    }
    assert_eq!(client.payments("outcome_unknown=true").await, []);
    drop(client.control(Method::POST, "/clock/resume", None).await);
    let settled = read(world, client).await;
    world.looked_at.extend(settled);
}

/// What the PSP's books say: it reserved the money if it said OK to a token, even if its answer was lost.
fn entry_of(world: &World, payment: &Payment) -> RecordedEntry {
    let id = payment.psp_transaction_id.clone();
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
    use PaymentState::{AwaitingApproval, AwaitingUser, Expired, StepUp};
    let mut wrong = Vec::new();
    let mut seen = 0;
    for now in client.payments("").await {
        let id = &now.psp_transaction_id;
        let Some(then) = world.looked_at.get(id) else { continue };
        seen += 1;
        let then = then.operator.as_ref().map(|operator| &operator.payment);
        let may_follow = |then: &Payment| {
            let waited = [AwaitingUser, AwaitingApproval, StepUp].contains(&then.state);
            (now.state == then.state || (waited && now.state == Expired)) && now.sums == then.sums
        };
        if !then.is_some_and(may_follow) {
            wrong.push(Wrong { payment: id.clone(), what: format!("it was {then:?}, and it is {now:?}") });
        }
    }
    let acknowledged = world.looked_at.values().filter(|shown| shown.details.is_some()).count();
    world.expect_nothing_wrong(wrong, client).await;
    assert_eq!(seen, acknowledged, "every payment that was looked at is still there");
}

/// The batch report, back to the last request of an earlier round.
async fn reports_of_round(world: &World, client: &PspClient) -> Vec<Batch> {
    let mut all = Vec::new();
    let oldest = world.requests().first().map_or(usize::MAX, |request| request.number);
    let mut page: BatchReport = client.read("/batch/report").await;
    loop {
        let is_over = page.batches.iter().all(|batch| number_of(batch).is_some_and(|number| number < oldest));
        for batch in page.batches {
            all.push(with_all_refused(client, batch).await);
        }
        let Some(before) = page.before.filter(|_| !is_over) else { return all };
        page = client.read(&format!("/batch/report?before={before}")).await;
    }
}

/// The batch with every refused entry: the report has the first 100.
async fn with_all_refused(client: &PspClient, batch: Batch) -> Batch {
    if u64::try_from(batch.refused.len()) == Ok(batch.refused_entries) {
        return batch;
    }
    let (mut refused, mut from) = (Vec::new(), Some(0));
    while let Some(position) = from {
        let page: BatchWithEntries = client.read(&format!("/batch/{}?from={position}", batch.head.id)).await;
        refused.extend(page.not_applied.into_iter().filter_map(refused_entry));
        from = page.from;
    }
    Batch { refused, ..batch }
}

/// Of those after the first 100 payment and reason are not kept.
fn refused_entry(entry: BatchEntry) -> Option<RefusedEntry> {
    let EntryFate::Refused { code, kept } = entry.fate else { return None };
    let (psp_transaction_id, reason) = kept.map(|kept| (kept.psp_transaction_id, kept.reason)).unwrap_or_default();
    Some(RefusedEntry { position: entry.position, psp_transaction_id, code, reason })
}

fn number_of(batch: &Batch) -> Option<usize> {
    batch.refused.first()?.psp_transaction_id.strip_prefix("marker-")?.parse().ok()
}

async fn authorizing(client: &PspClient) -> Vec<Payment> {
    client.payments("state=AUTHORIZING").await
}

/// When the attempt was opened, in ms; it must be open, because the queued ones have ended.
fn opened_at(world: &World, payment: &Payment) -> i64 {
    let Some(StateDetail::Attempt { phase: Phase::Open, since, .. }) = &payment.state_detail else {
        panic!("{}: {payment:#?}", world.context())
    };
    millis(since)
}

async fn advance_to(client: &PspClient, at: i64) {
    let clock: Clock = client.read("/clock").await;
    client.advance(u64::try_from(at.saturating_sub(millis(&clock.now))).unwrap_or(0)).await;
}

fn millis(moment: &Moment) -> i64 {
    moment.0.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn ids(payments: &[Payment]) -> Vec<String> {
    payments.iter().map(|payment| payment.psp_transaction_id.clone()).collect()
}
