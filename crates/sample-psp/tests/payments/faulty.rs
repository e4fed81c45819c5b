//! An acquirer that is slow, or silent: what may be reserved there is undone, and we tell the wallet what is certain.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lommebok_sample_psp::WrapAcquirer;
use lommebok_sample_psp::acquirer::simulated::SimulatedAcquirer;
use lommebok_sample_psp::acquirer::{Acquirer, Answered, Authorisation, NoAnswer, OperationId, Order, ResponseCode};
use lommebok_sample_psp::ledger::IfMissing;
use lommebok_sdk::BoxFuture;
use lommebok_testing::{Card, State};
use tokio::sync::Semaphore;

use crate::customer::{bought, form, page, with_shop};
use crate::world::World;

/// Authorises at once and answers when the test allows it, or reports no answer.
struct Odd {
    inner: SimulatedAcquirer,
    may_answer: Arc<Semaphore>,
    loses_answers: bool,
}

impl Acquirer for Odd {
    fn authorise(&self, message: Authorisation) -> BoxFuture<'_, Answered> {
        Box::pin(async move {
            let answer = self.inner.authorise(message).await;
            if self.loses_answers {
                return Err(NoAnswer("the line is dead".to_owned()));
            }
            self.may_answer.acquire().await.expect("the semaphore is never closed").forget();
            answer
        })
    }

    fn capture(&self, order: Order) -> BoxFuture<'_, Answered> {
        self.inner.capture(order)
    }

    fn release(&self, order: Order) -> BoxFuture<'_, Answered> {
        self.inner.release(order)
    }

    fn refund(&self, order: Order) -> BoxFuture<'_, Answered> {
        self.inner.refund(order)
    }

    fn reverse(&self, authorisation: OperationId) -> BoxFuture<'_, Answered> {
        self.inner.reverse(authorisation)
    }
}

/// An acquirer that is asked and answers one authorisation for each permit, or never if it loses its answers.
pub(crate) fn odd(may_answer: &Arc<Semaphore>, loses_answers: bool) -> WrapAcquirer {
    let may_answer = Arc::clone(may_answer);
    Arc::new(move |inner| Arc::new(Odd { inner, may_answer: Arc::clone(&may_answer), loses_answers }))
}

async fn world(may_answer: &Arc<Semaphore>, loses_answers: bool) -> World {
    World::with(|config| config.wrap_acquirer = Some(odd(may_answer, loses_answers))).await
}

/// Has a payment approved at an acquirer that answers after the budget, or never.
async fn approved_too_late(is_heard: bool) {
    let may_answer = Arc::new(Semaphore::new(0));
    let world = world(&may_answer, false).await;
    let id = world.create(49_900).await;
    world.wallet.approve_without_waiting(&id, Card::Visa).await.unwrap();
    world.until(&id, "AUTHORISING").await;
    world.wallet.advance(Duration::from_secs(13)).await.unwrap();
    assert_eq!(world.wallet.outcome(&id).await.unwrap(), State::Failed);
    assert_eq!(world.wallet.payment(&id).unwrap().cause, "psp_85");
    may_answer.add_permits(usize::from(is_heard));
    world.until(&id, "FAILED").await;
    assert!(world.standing(&id, 1).await.unwrap().reversed);
    world.work().await;
    assert!(world.differences().await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn an_approval_after_the_budget_is_reversed_and_the_wallet_has_85() {
    approved_too_late(true).await;
}

#[tokio::test]
async fn an_approval_that_is_not_heard_within_the_budget_is_reversed_and_the_wallet_has_85() {
    approved_too_late(false).await;
}

#[tokio::test]
async fn an_authorisation_without_an_answer_is_answered_91_and_undone() {
    let world = world(&Arc::new(Semaphore::new(0)), true).await;
    let id = world.create(49_900).await;
    assert_eq!(world.wallet.approve(&id).await.unwrap(), State::Failed);
    assert_eq!(world.wallet.payment(&id).unwrap().cause, "psp_91");
    world.work().await;
    assert!(world.standing(&id, 1).await.unwrap().reversed);
    let payment = world.payment(&id).await;
    assert_eq!((&payment["state"], &payment["error"]["errorId"]), (&"FAILED".into(), &"91".into()));
    assert!(world.differences().await.is_empty());
    world.stop().await;
}

/// Does what it is asked to, and never says so while it is silent.
#[derive(Clone)]
struct Silent {
    inner: SimulatedAcquirer,
    line: Line,
}

/// The line to a silent acquirer, as a test sees it.
#[derive(Clone)]
struct Line {
    is_silent: Arc<AtomicBool>,
    /// A permit for each call that was swallowed.
    swallowed: Arc<Semaphore>,
}

impl Line {
    fn new() -> Self {
        Self { is_silent: Arc::default(), swallowed: Arc::new(Semaphore::new(0)) }
    }

    fn falls_silent(&self, is_silent: bool) {
        self.is_silent.store(is_silent, Ordering::Relaxed);
    }

    async fn swallows_a_call(&self) {
        let swallowed = tokio::time::timeout(Duration::from_secs(20), self.swallowed.acquire()).await;
        swallowed.expect("the acquirer is asked").expect("the semaphore is never closed").forget();
    }

    async fn world(&self) -> World {
        let line = self.clone();
        let wrap: WrapAcquirer = Arc::new(move |inner| Arc::new(Silent { inner, line: line.clone() }));
        World::with(|config| config.wrap_acquirer = Some(wrap)).await
    }
}

impl Silent {
    async fn carried(&self, call: BoxFuture<'_, Answered>) -> Answered {
        let is_silent = self.line.is_silent.load(Ordering::Relaxed);
        let answer = call.await;
        if is_silent {
            self.line.swallowed.add_permits(1);
            std::future::pending::<()>().await;
        }
        answer
    }
}

impl Acquirer for Silent {
    fn authorise(&self, message: Authorisation) -> BoxFuture<'_, Answered> {
        Box::pin(self.carried(self.inner.authorise(message)))
    }

    fn capture(&self, order: Order) -> BoxFuture<'_, Answered> {
        Box::pin(self.carried(self.inner.capture(order)))
    }

    fn release(&self, order: Order) -> BoxFuture<'_, Answered> {
        Box::pin(self.carried(self.inner.release(order)))
    }

    fn refund(&self, order: Order) -> BoxFuture<'_, Answered> {
        Box::pin(self.carried(self.inner.refund(order)))
    }

    fn reverse(&self, authorisation: OperationId) -> BoxFuture<'_, Answered> {
        Box::pin(self.carried(self.inner.reverse(authorisation)))
    }
}

/// Answers the next operations with these codes and does nothing; then it does what it is asked to.
struct Unwilling {
    inner: SimulatedAcquirer,
    codes: Arc<Mutex<VecDeque<ResponseCode>>>,
}

/// What an unwilling acquirer will say.
pub(crate) fn unwilling(codes: &[ResponseCode]) -> WrapAcquirer {
    let codes = Arc::new(Mutex::new(codes.iter().copied().collect()));
    Arc::new(move |inner| Arc::new(Unwilling { inner, codes: Arc::clone(&codes) }))
}

impl Unwilling {
    async fn said(&self, call: BoxFuture<'_, Answered>) -> Answered {
        let code = self.codes.lock().unwrap().pop_front();
        match code {
            Some(code) => Ok(code),
            None => call.await,
        }
    }
}

impl Acquirer for Unwilling {
    fn authorise(&self, message: Authorisation) -> BoxFuture<'_, Answered> {
        self.inner.authorise(message)
    }

    fn capture(&self, order: Order) -> BoxFuture<'_, Answered> {
        Box::pin(self.said(self.inner.capture(order)))
    }

    fn release(&self, order: Order) -> BoxFuture<'_, Answered> {
        Box::pin(self.said(self.inner.release(order)))
    }

    fn refund(&self, order: Order) -> BoxFuture<'_, Answered> {
        Box::pin(self.said(self.inner.refund(order)))
    }

    fn reverse(&self, authorisation: OperationId) -> BoxFuture<'_, Answered> {
        Box::pin(self.said(self.inner.reverse(authorisation)))
    }
}

#[tokio::test]
async fn a_reversal_that_is_never_answered_holds_up_nobody_and_is_asked_again() {
    let line = Line::new();
    let world = line.world().await;
    let (other, id) = (world.reserved(10_000).await, world.create(49_900).await);
    line.falls_silent(true);
    world.wallet.approve_without_waiting(&id, Card::Visa).await.unwrap();
    line.swallows_a_call().await;
    world.wallet.advance(Duration::from_secs(13)).await.unwrap();
    line.swallows_a_call().await;
    // The reversal is being asked for; half a minute later it counts as not answered.
    world.advance(Duration::from_secs(30)).await;
    assert_eq!(world.timeline(&other).await.last().unwrap(), "wallet_read");
    assert_eq!(world.payment(&id).await["state"], "REVERSING");
    line.falls_silent(false);
    world.advance(Duration::from_secs(1)).await;
    assert_eq!(world.payment(&id).await["state"], "FAILED");
    world.stop().await;
}

#[tokio::test]
async fn a_capture_that_is_never_answered_is_pending_and_asked_again() {
    let line = Line::new();
    let world = line.world().await;
    let id = world.reserved(49_900).await;
    line.falls_silent(true);
    let time_goes_on = async {
        line.swallows_a_call().await;
        line.falls_silent(false);
        world.wallet.advance(Duration::from_secs(30)).await.unwrap();
    };
    let (answer, ()) = tokio::join!(world.operate(&id, "captures", Some(10_000), "c1"), time_goes_on);
    assert_eq!(answer.status, 502);
    world.work().await;
    assert_eq!(world.wallet.payment(&id).unwrap().captured_ore, 10_000);
    world.stop().await;
}

#[tokio::test]
async fn a_reversal_that_is_refused_is_tried_again_and_told_only_when_it_is_done() {
    let codes = [ResponseCode::Refused, ResponseCode::IssuerUnavailable];
    let world = World::with(|config| {
        config.if_missing = IfMissing::Reverse;
        config.wrap_acquirer = Some(unwilling(&codes));
    })
    .await;
    let id = world.create(201).await;
    world.wallet.approve_without_waiting(&id, Card::Visa).await.unwrap();
    world.until(&id, "RESERVED").await;
    world.wallet.advance(Duration::from_secs(16)).await.unwrap();
    assert_eq!(world.wallet.outcome(&id).await.unwrap(), State::OutcomeUnknown);
    for seconds in [14, 1] {
        world.advance(Duration::from_secs(seconds)).await;
        assert_eq!(world.payment(&id).await["state"], "REVERSING");
        assert!(!world.standing(&id, 1).await.unwrap().reversed);
        assert_eq!(world.wallet.state(&id).unwrap(), State::OutcomeUnknown, "nothing is told yet");
    }
    world.advance(Duration::from_secs(5)).await;
    assert_eq!(world.payment(&id).await["state"], "FAILED");
    assert!(world.standing(&id, 1).await.unwrap().reversed);
    assert_eq!(world.wallet.state(&id).unwrap(), State::Failed);
    world.stop().await;
}

#[tokio::test]
async fn an_operation_that_the_acquirer_refuses_is_no_success_also_when_it_is_repeated() {
    let world = World::with(|config| config.wrap_acquirer = Some(unwilling(&[ResponseCode::Refused]))).await;
    let id = world.reserved(49_900).await;
    for _ in 0..2 {
        let refused = world.operate(&id, "captures", Some(10_000), "c1").await;
        assert_eq!((refused.status.as_u16(), &refused.json["responseCode"]), (422, &"05".into()), "{}", refused.json);
        assert!(refused.json["detail"].as_str().unwrap().contains("05"), "{}", refused.json);
    }
    assert_eq!(world.payment(&id).await["captured"], 0);
    let captured = world.operate(&id, "captures", Some(10_000), "c2").await.succeeded();
    assert_eq!(captured["captured"], 10_000);
    let too_much = world.operate(&id, "captures", Some(49_900), "c3").await;
    assert_eq!((too_much.status.as_u16(), &too_much.json["responseCode"]), (422, &serde_json::Value::Null));
    world.stop().await;
}

#[tokio::test]
async fn the_back_office_says_when_the_acquirer_refuses() {
    let world = World::with(|config| {
        with_shop(config);
        config.wrap_acquirer = Some(unwilling(&[ResponseCode::Refused]));
    })
    .await;
    let (_, payment) = bought(&world, "kverna", "landing_page").await;
    world.wallet.approve(&payment).await.unwrap();
    let desk = "/backoffice/orders/1001";
    let (_, leads) = form(&world, &format!("{desk}/captures"), "amount=&key=k1").await;
    assert_eq!(leads, format!("{desk}?said=refused"));
    let (_, html) = page(&world, &leads).await;
    assert!(html.contains("The acquirer refused; no money was moved."), "{html}");
    let (_, html) = page(&world, &format!("{leads}&lang=nb")).await;
    assert!(html.contains("Innløseren avviste det; ingen penger er flyttet."), "{html}");
    world.stop().await;
}
