//! A memory that fails or hangs: nothing is answered that is not remembered, and what can't be remembered is reversed.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use lommebok_sdk::receiver::memory::{Remembered, Saved, Version};
use lommebok_sdk::receiver::{BoxError, InMemory, Memory, Record};
use lommebok_sdk::{PspTransactionId, Receiver};
use tokio::time::Instant;

use crate::psp::{Act, Gate, Psp, TestReceiver, accept, token};

/// How a memory behaves from now on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mood {
    Well,
    /// Every call fails and changes nothing.
    Failing,
    /// Saving works, but is reported as failed.
    Lying,
    /// No call returns.
    Hanging,
}

/// A memory with moods; clones share both.
#[derive(Clone, Debug)]
struct Moody {
    memory: Arc<InMemory>,
    mood: Arc<Mutex<Mood>>,
}

impl Moody {
    fn new() -> Self {
        Self { memory: Arc::new(InMemory::new()), mood: Arc::new(Mutex::new(Mood::Well)) }
    }

    fn be(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    async fn mood_of_this_call(&self) -> Result<Mood, BoxError> {
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Failing => Err("the disk is full".into()),
            Mood::Hanging => std::future::pending().await,
            Mood::Well | Mood::Lying => Ok(mood),
        }
    }
}

impl Memory for Moody {
    async fn load(&self, id: &PspTransactionId) -> Result<Option<Remembered>, BoxError> {
        self.mood_of_this_call().await?;
        self.memory.load(id).await
    }

    async fn save(&self, id: &PspTransactionId, record: &Record, replaces: Option<Version>) -> Result<Saved, BoxError> {
        let mood = self.mood_of_this_call().await?;
        let saved = self.memory.save(id, record, replaces).await?;
        if mood == Mood::Lying { Err("the answer was lost".into()) } else { Ok(saved) }
    }

    async fn unsettled(&self) -> Result<Vec<PspTransactionId>, BoxError> {
        self.mood_of_this_call().await?;
        self.memory.unsettled().await
    }

    fn is_shared(&self) -> bool {
        false
    }
}

async fn receiver(psp: &Psp, memory: &Moody) -> TestReceiver<Moody> {
    Receiver::builder(psp.clone(), memory.clone(), token()).start().await.unwrap()
}

/// Begins an attempt whose handler waits at `gate`, and answers the call's task.
async fn attempt_at(
    gate: &Gate,
    receiver: &TestReceiver<Moody>,
    psp: &Psp,
) -> tokio::task::JoinHandle<(String, Duration)> {
    psp.will("a1", [gate.holds(Act::Ok)]);
    let receiver = receiver.clone();
    let answering = tokio::spawn(async move {
        let begun = Instant::now();
        (accept(&receiver, "a1").await, begun.elapsed())
    });
    psp.asked(1).await;
    answering
}

#[tokio::test]
async fn a_receiver_whose_memory_can_not_be_read_does_not_start() {
    let memory = Moody::new();
    memory.be(Mood::Failing);
    let refused = Receiver::builder(Psp::default(), memory, token()).start().await.unwrap_err();
    assert_eq!(refused.to_string(), "the receiver's memory can't be read");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_can_not_be_remembered_is_not_begun() {
    for mood in [Mood::Failing, Mood::Hanging] {
        let (psp, memory) = (Psp::default(), Moody::new());
        let receiver = receiver(&psp, &memory).await;
        memory.be(mood);
        assert_eq!(accept(&receiver, "a1").await, "503");
        assert!(psp.log().is_empty());
        memory.be(Mood::Well);
        assert_eq!(accept(&receiver, "a1").await, "OK");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_may_have_been_remembered_is_not_begun_either() {
    let (psp, memory) = (Psp::default(), Moody::new());
    let receiver = receiver(&psp, &memory).await;
    memory.be(Mood::Lying);
    assert_eq!(accept(&receiver, "a1").await, "503");
    memory.be(Mood::Well);
    assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
    assert_eq!(psp.asked(1).await, ["reverse a1 First interrupted"]);
}

#[tokio::test(start_paused = true)]
async fn an_ok_is_answered_once_the_memory_works_again_within_the_budget() {
    for mood in [Mood::Failing, Mood::Lying] {
        let (psp, memory, gate) = (Psp::default(), Moody::new(), Gate::new());
        let receiver = receiver(&psp, &memory).await;
        let answering = attempt_at(&gate, &receiver, &psp).await;
        memory.be(mood);
        gate.open();
        tokio::time::advance(Duration::from_secs(3)).await;
        memory.be(Mood::Well);
        assert_eq!(answering.await.unwrap().0, "OK");
        receiver.finish().await;
        assert_eq!(psp.log(), ["accepted a1"]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_ok_that_can_not_be_remembered_in_time_is_not_answered_and_reversed_later() {
    for mood in [Mood::Failing, Mood::Hanging] {
        let (psp, memory, gate) = (Psp::default(), Moody::new(), Gate::new());
        let receiver = receiver(&psp, &memory).await;
        let answering = attempt_at(&gate, &receiver, &psp).await;
        memory.be(mood);
        gate.open();
        let (said, took) = answering.await.unwrap();
        assert_eq!(said, "503", "{mood:?}");
        assert!(took <= Duration::from_millis(14_500), "{took:?}");
        memory.be(Mood::Well);
        if mood == Mood::Hanging {
            // What hangs, hangs for good: the next contact settles it.
            assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
            assert_eq!(psp.asked(2).await[1], "reverse a1 First interrupted");
        } else {
            assert_eq!(psp.asked(2).await[1], "reverse a1 First too late");
            assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
        }
    }
}

/// A receiver whose handler said OK, and whose memory fails ever since.
async fn with_an_unkept_ok() -> (Psp, Moody, TestReceiver<Moody>) {
    let (psp, memory, gate) = (Psp::default(), Moody::new(), Gate::new());
    let receiver = receiver(&psp, &memory).await;
    let answering = attempt_at(&gate, &receiver, &psp).await;
    memory.be(Mood::Failing);
    gate.open();
    assert_eq!(answering.await.unwrap().0, "503");
    (psp, memory, receiver)
}

#[tokio::test(start_paused = true)]
async fn an_ok_is_reversed_however_long_the_memory_failed() {
    let (psp, memory, receiver) = with_an_unkept_ok().await;
    // A day in which every pause ends when it is over.
    tokio::time::timeout(Duration::from_hours(24), std::future::pending::<()>()).await.unwrap_err();
    memory.be(Mood::Well);
    assert_eq!(psp.asked(2).await[1], "reverse a1 First too late");
    receiver.finish().await;
    assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
    assert_eq!(psp.log().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_memory_that_fails_does_not_hold_up_the_end() {
    let (psp, memory, receiver) = with_an_unkept_ok().await;
    let begun = Instant::now();
    receiver.finish().await;
    assert!(begun.elapsed() <= Duration::from_mins(2), "{:?}", begun.elapsed());
    memory.be(Mood::Well);
    let next = Receiver::builder(psp.clone(), memory.clone(), token()).start().await.unwrap();
    assert_eq!(psp.asked(2).await[1], "reverse a1 First interrupted");
    next.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_finished_session_that_can_not_be_remembered_is_an_error() {
    let (psp, memory) = (Psp::that("a1", [Act::SoftDecline]), Moody::new());
    let receiver = receiver(&psp, &memory).await;
    assert_eq!(accept(&receiver, "a1").await, "SOFT_DECLINE");
    memory.be(Mood::Failing);
    let refused = receiver.step_up_passed(&"a1".parse().unwrap()).await.unwrap_err();
    assert_eq!(refused.to_string(), "the receiver's memory failed");
    memory.be(Mood::Well);
    assert_eq!(accept(&receiver, "a1").await, "SOFT_DECLINE");
}

#[tokio::test(start_paused = true)]
async fn a_notice_that_can_not_be_remembered_is_answered_503() {
    let (psp, memory) = (Psp::default(), Moody::new());
    let receiver = receiver(&psp, &memory).await;
    memory.be(Mood::Failing);
    assert_eq!(crate::psp::notify(&receiver, "a1", "TIMEOUT").await, "503");
    assert!(psp.log().is_empty());
}
