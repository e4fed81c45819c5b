//! An acquirer that is slow, or silent: what may stand there is undone, and the wallet is told what is certain.

use std::sync::Arc;
use std::time::Duration;

use lommebok_sample_psp::WrapAcquirer;
use lommebok_sample_psp::acquirer::simulated::SimulatedAcquirer;
use lommebok_sample_psp::acquirer::{Acquirer, Answered, Authorisation, NoAnswer, OperationId, Order};
use lommebok_sdk::BoxFuture;
use lommebok_testing::{Card, State};
use tokio::sync::Semaphore;

use crate::world::World;

/// Authorises at once and answers when it is let, or says that nobody answered.
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

#[tokio::test]
async fn an_approval_after_the_budget_is_reversed_and_the_wallet_has_85() {
    let may_answer = Arc::new(Semaphore::new(0));
    let world = world(&may_answer, false).await;
    let id = world.create(49_900).await;
    world.wallet.approve_without_waiting(&id, Card::Visa).await.unwrap();
    world.until(&id, "AUTHORISING").await;
    world.wallet.advance(Duration::from_secs(13)).await.unwrap();
    assert_eq!(world.wallet.outcome(&id).await.unwrap(), State::Failed);
    assert_eq!(world.wallet.payment(&id).unwrap().cause, "psp_85");
    may_answer.add_permits(1);
    world.until(&id, "FAILED").await;
    assert!(world.standing(&id, 1).await.unwrap().reversed);
    world.work().await;
    assert!(world.differences().await.is_empty());
    world.stop().await;
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
