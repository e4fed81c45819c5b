//! What an SQLite memory holds at the moment of a crash, and what the next start makes of it: nothing is ever authorised
//! twice, and what may have been authorised without an answer is reversed.
//!
//! A crash is the file as it is on disk at that moment, copied and opened again.

use std::path::Path;
use std::time::Duration;

use lommebok_sdk::receiver::SqliteMemory;
use lommebok_sdk::{ErrorId, Receiver};
use lommebok_testing::HandClock;
use tempfile::TempDir;

use crate::psp::{Act, Gate, Psp, TestReceiver, accept, notify, token};

/// A receiver with a file, on a frozen clock.
struct Process {
    receiver: TestReceiver<SqliteMemory>,
    psp: Psp,
    clock: HandClock,
    directory: TempDir,
}

impl Process {
    async fn start(psp: Psp) -> Self {
        Self::on(tempfile::tempdir().unwrap(), psp).await
    }

    async fn on(directory: TempDir, psp: Psp) -> Self {
        let clock = HandClock::new();
        let memory = SqliteMemory::open(directory.path().join("memory.db")).unwrap();
        let builder = Receiver::builder(psp.clone(), memory, token()).clock(clock.clone());
        Self { receiver: builder.start().await.unwrap(), psp, clock, directory }
    }

    /// The next process, after this one has crashed now.
    async fn crashed(&self, psp: Psp) -> Self {
        let image = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(self.directory.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), image.path().join(file.file_name())).unwrap();
        }
        Self::on(image, psp).await
    }

    /// Sends an ACCEPTED for `a1` and waits until the handler has been asked `asked` times.
    async fn accept_without_waiting(&self, asked: usize) -> tokio::task::JoinHandle<String> {
        let receiver = self.receiver.clone();
        let answering = tokio::spawn(async move { accept(&receiver, "a1").await });
        self.psp.asked(asked).await;
        answering
    }
}

#[tokio::test]
async fn an_answer_outlives_the_process() {
    for (act, said) in
        [(Act::Ok, "OK"), (Act::Fail(ErrorId::ExceedsLimit), "FAIL 84"), (Act::SoftDecline, "SOFT_DECLINE")]
    {
        let first = Process::start(Psp::that("a1", [act])).await;
        assert_eq!(accept(&first.receiver, "a1").await, said);
        let second = first.crashed(Psp::default()).await;
        assert_eq!(accept(&second.receiver, "a1").await, said);
        assert!(second.psp.log().is_empty());
    }
}

#[tokio::test]
async fn an_attempt_that_was_running_is_answered_85_and_reversed_but_never_begun_again() {
    let first = Process::start(Psp::that("a1", [Gate::new().holds(Act::Ok)])).await;
    let _answering = first.accept_without_waiting(1).await;
    let second = first.crashed(Psp::default()).await;
    assert_eq!(accept(&second.receiver, "a1").await, "FAIL 85");
    second.receiver.finish().await;
    assert_eq!(second.psp.log(), ["reverse a1 First interrupted"]);
    let third = second.crashed(Psp::default()).await;
    assert_eq!(accept(&third.receiver, "a1").await, "FAIL 85");
    third.receiver.finish().await;
    assert!(third.psp.log().is_empty());
}

#[tokio::test]
async fn a_step_up_goes_on_after_a_crash() {
    let first = Process::start(Psp::that("a1", [Act::SoftDecline])).await;
    assert_eq!(accept(&first.receiver, "a1").await, "SOFT_DECLINE");
    let second = first.crashed(Psp::default()).await;
    second.receiver.step_up_passed(&"a1".parse().unwrap()).await.unwrap();
    let third = second.crashed(Psp::that("a1", [Gate::new().holds(Act::Ok)])).await;
    let _answering = third.accept_without_waiting(1).await;
    assert_eq!(third.psp.log(), ["accepted again a1"]);
    let fourth = third.crashed(Psp::default()).await;
    assert_eq!(accept(&fourth.receiver, "a1").await, "FAIL 85");
    assert_eq!(fourth.psp.asked(1).await, ["reverse a1 AfterStepUp interrupted"]);
}

#[tokio::test]
async fn a_late_handler_that_dies_with_the_process_is_reversed() {
    let first = Process::start(Psp::that("a1", [Gate::new().holds(Act::Ok)])).await;
    let answering = first.accept_without_waiting(1).await;
    first.clock.advance(Duration::from_secs(13));
    assert_eq!(answering.await.unwrap(), "FAIL 85");
    let second = first.crashed(Psp::default()).await;
    assert_eq!(second.psp.asked(1).await, ["reverse a1 First interrupted"]);
    assert_eq!(accept(&second.receiver, "a1").await, "FAIL 85");
}

#[tokio::test]
async fn a_reversal_that_was_not_done_is_asked_for_after_the_next_start() {
    let gate = Gate::new();
    let first = Process::start(Psp::that("a1", [gate.holds(Act::Ok), Act::NotYet])).await;
    let answering = first.accept_without_waiting(1).await;
    first.clock.advance(Duration::from_secs(13));
    assert_eq!(answering.await.unwrap(), "FAIL 85");
    gate.open();
    first.psp.asked(2).await;
    first.receiver.finish().await;
    let second = first.crashed(Psp::default()).await;
    assert_eq!(second.psp.asked(1).await, ["reverse a1 First too late"]);
    second.receiver.finish().await;
    let third = second.crashed(Psp::default()).await;
    third.receiver.finish().await;
    assert!(third.psp.log().is_empty());
}

#[tokio::test]
async fn a_notice_that_was_not_handled_is_handled_when_it_comes_again() {
    let first = Process::start(Psp::that("a1", [Gate::new().holds(Act::Ok)])).await;
    let receiver = first.receiver.clone();
    let _answering = tokio::spawn(async move { notify(&receiver, "a1", "TIMEOUT").await });
    first.psp.asked(1).await;
    let second = first.crashed(Psp::default()).await;
    assert_eq!(notify(&second.receiver, "a1", "TIMEOUT").await, "OK");
    let third = second.crashed(Psp::default()).await;
    assert_eq!(notify(&third.receiver, "a1", "TIMEOUT").await, "OK");
    assert_eq!((second.psp.log().len(), third.psp.log().len()), (1, 0));
}

#[tokio::test]
async fn a_file_has_one_user_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("memory.db");
    let first = SqliteMemory::open(&path).unwrap();
    let refused = SqliteMemory::open(&path).unwrap_err().to_string();
    assert!(refused.starts_with("another process uses ") && refused.contains("memory.db"), "{refused}");
    drop(first);
    drop(SqliteMemory::open(&path).unwrap());
}

#[tokio::test]
async fn a_file_that_is_none_of_ours_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("memory.db");
    std::fs::write(&path, "this is a shopping list, and it is long enough to be taken for a page of a database")
        .unwrap();
    assert!(SqliteMemory::open(&path).is_err());
    assert!(SqliteMemory::open(Path::new("/nowhere/at/all/memory.db")).is_err());
}
