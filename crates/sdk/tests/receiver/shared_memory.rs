//! Two processes on one memory: an attempt belongs to one of them, the other waits for it, and takes it for abandoned only
//! when it can't be running any more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lommebok_sdk::receiver::memory::{Remembered, Saved, Version};
use lommebok_sdk::receiver::{BoxError, InMemory, Memory, Record};
use lommebok_sdk::{PspTransactionId, Receiver};
use tokio::time::Instant;

use crate::psp::{Act, Gate, Psp, TestReceiver, accept, token};

/// Records that several receivers share, with the time of their last change.
#[derive(Clone, Debug, Default)]
struct Shared {
    memory: Arc<InMemory>,
    saved_at: Arc<Mutex<HashMap<PspTransactionId, Instant>>>,
}

impl Memory for Shared {
    async fn load(&self, id: &PspTransactionId) -> Result<Option<Remembered>, BoxError> {
        let age = self.saved_at.lock().unwrap().get(id).map(Instant::elapsed).unwrap_or_default();
        Ok(self.memory.load(id).await?.map(|found| Remembered { age, ..found }))
    }

    async fn save(&self, id: &PspTransactionId, record: &Record, replaces: Option<Version>) -> Result<Saved, BoxError> {
        self.saved_at.lock().unwrap().insert(id.clone(), Instant::now());
        self.memory.save(id, record, replaces).await
    }

    async fn unsettled(&self) -> Result<Vec<PspTransactionId>, BoxError> {
        self.memory.unsettled().await
    }
}

async fn process(psp: &Psp, memory: &Shared) -> TestReceiver<Shared> {
    Receiver::builder(psp.clone(), memory.clone(), token()).start().await.unwrap()
}

/// Lets `receiver` take an ACCEPTED for `a1`.
fn accepting(receiver: &TestReceiver<Shared>) -> tokio::task::JoinHandle<String> {
    let receiver = receiver.clone();
    tokio::spawn(async move { accept(&receiver, "a1").await })
}

#[tokio::test(start_paused = true)]
async fn an_accepted_at_another_process_gets_the_same_answer() {
    let (memory, gate) = (Shared::default(), Gate::new());
    let (one, other) = (Psp::that("a1", [gate.holds(Act::Ok)]), Psp::default());
    let first = accepting(&process(&one, &memory).await);
    one.asked(1).await;
    let second = accepting(&process(&other, &memory).await);
    tokio::time::advance(Duration::from_secs(5)).await;
    gate.open();
    assert_eq!((first.await.unwrap(), second.await.unwrap()), ("OK".to_owned(), "OK".to_owned()));
    assert!(other.log().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_start_beside_a_running_attempt_leaves_it_alone() {
    let (memory, gate) = (Shared::default(), Gate::new());
    let (one, other) = (Psp::that("a1", [gate.holds(Act::Ok)]), Psp::default());
    let first = accepting(&process(&one, &memory).await);
    one.asked(1).await;
    let beside = process(&other, &memory).await;
    gate.open();
    assert_eq!(first.await.unwrap(), "OK");
    tokio::time::advance(Duration::from_mins(5)).await;
    beside.finish().await;
    assert!(one.log().len() == 1 && other.log().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_attempt_whose_process_is_gone_is_reversed_after_a_minute() {
    let memory = Shared::default();
    let (one, other) = (Psp::that("a1", [Gate::new().holds(Act::Ok)]), Psp::default());
    // The first process never gets further: its clock does not go, and its handler never returns.
    let builder = Receiver::builder(one.clone(), memory.clone(), token()).clock(lommebok_testing::HandClock::new());
    let _first = accepting(&builder.start().await.unwrap());
    one.asked(1).await;
    let begun = Instant::now();
    let beside = process(&other, &memory).await;
    assert_eq!(accept(&beside, "a1").await, "503");
    assert_eq!(other.asked(1).await, ["reverse a1 First interrupted"]);
    assert_eq!(begun.elapsed().as_secs(), 60);
    assert_eq!(accept(&beside, "a1").await, "FAIL 85");
}

#[tokio::test(start_paused = true)]
async fn an_ok_after_another_process_took_over_is_not_answered_and_reversed_once_more() {
    let (memory, gate) = (Shared::default(), Gate::new());
    let (one, other) = (Psp::that("a1", [gate.holds(Act::Ok)]), Psp::default());
    // The first process' clock does not go, so that its budget is not over when the other one's minute is.
    let builder = Receiver::builder(one.clone(), memory.clone(), token()).clock(lommebok_testing::HandClock::new());
    let slow = builder.start().await.unwrap();
    let first = accepting(&slow);
    one.asked(1).await;
    let beside = process(&other, &memory).await;
    assert_eq!(other.asked(1).await, ["reverse a1 First interrupted"]);
    beside.finish().await;
    gate.open();
    assert_eq!(first.await.unwrap(), "FAIL 85");
    assert_eq!(one.asked(2).await[1], "reverse a1 First too late");
    slow.finish().await;
    assert_eq!(accept(&beside, "a1").await, "FAIL 85");
    assert_eq!((one.log().len(), other.log().len()), (2, 1));
}
