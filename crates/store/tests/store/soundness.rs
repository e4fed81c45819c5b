//! The check finds what was changed behind the store's back (SQLite only: it edits the file).

use lommebok_domain::{
    Amount, AttemptAnswer, AttemptNumber, CardId, Command, EntryStatus, OperationStatus, PspTransactionId, RefusalCode,
    ReturnId, StatusEntry, UserId,
};
use lommebok_store::{BatchEntry, BatchRefusal, BatchTarget, BatchWrite, KeyedHash, NewBatch, Write};

use crate::world::{NOW, PSP, World, change};

async fn world_with_money() -> World {
    // All keys in their tables at once, where an edit finds them.
    let world = World::with(|options| options.sqlite.max_keys_waiting = 0);
    let mut payment = world.payment().await;
    let capture = StatusEntry {
        status: EntryStatus::Captured,
        amount: Amount::from_ore(100).expect("a good amount"),
        text: String::new(),
        operation: OperationStatus::Success,
    };
    for command in [
        Command::ForceApprove { user: UserId::new(1), card: CardId::new(1) },
        Command::OpenAttempt { return_id: ReturnId::new(1) },
        Command::EndAttempt { attempt: AttemptNumber::One, answer: AttemptAnswer::Ok },
        Command::ApplyEntry(capture),
    ] {
        payment = world.command(&payment, command).await;
    }
    // One that is still open.
    world.payment().await;
    world.store.commit(change(Write::Batch(Box::new(request())))).await.expect("a request is taken");
    world
}

/// A request of two entries, of which the second is refused.
fn request() -> BatchWrite {
    let psp_transaction_id = PspTransactionId::new("nobody").expect("a good id");
    let amount = Amount::from_ore(100).expect("a good amount");
    let (status, operation) = (EntryStatus::Captured, OperationStatus::Success);
    let entry = StatusEntry { status, amount, text: String::new(), operation };
    let entries = vec![BatchEntry { psp_transaction_id: psp_transaction_id.clone(), entry }; 2];
    let new = NewBatch { psp: PSP, accepted_at: NOW, digest: KeyedHash::new([4; 32]), entries: entries.into() };
    let code = RefusalCode::UnknownPayment;
    let refusals = vec![BatchRefusal { position: 1, psp_transaction_id, code, detail: "unknown".to_owned() }];
    BatchWrite { target: BatchTarget::New(new), payments: Vec::new(), refusals, parked: Vec::new(), next: 2 }
}

#[tokio::test]
async fn every_edit_behind_the_stores_back_is_found() {
    for edit in [
        "UPDATE payment SET captured = 99 WHERE id = 1",
        "UPDATE payment SET captured = 0 WHERE id = 1",
        "UPDATE payment SET reserved = 50000 WHERE id = 1",
        "UPDATE payment SET refunded = 1 WHERE id = 1",
        "UPDATE payment SET released = 1 WHERE id = 1",
        "UPDATE payment SET version = 9 WHERE id = 1",
        "UPDATE payment SET state = 14, card = NULL WHERE id = 1",
        "UPDATE payment SET state_at = state_at + 1 WHERE id = 2",
        "UPDATE payment SET waiting = 1 WHERE id = 1",
        "UPDATE payment SET partial_operations = 0 WHERE id = 1",
        "UPDATE payment SET without_effect = 1 WHERE id = 1",
        "UPDATE batch_fate SET fates = x'0000'",
        "UPDATE batch_fate SET fates = x'0010'",
        "UPDATE batch_fate SET fates = x'0116'",
        "UPDATE batch_fate SET fates = x'16'",
        "UPDATE batch_fate SET fates = x'0077'",
        "UPDATE batch_fate SET position = 1",
        "UPDATE batch_fate SET batch = 9",
        "UPDATE batch_refusal SET position = 0",
        "UPDATE batch_refusal SET batch = 9",
        "DELETE FROM batch_refusal",
        "DELETE FROM batch",
        "UPDATE event SET amount = 101 WHERE payment = 1 AND version = 5",
        "UPDATE event SET kind = 12 WHERE payment = 1 AND version = 5",
        "UPDATE event SET version = 7 WHERE payment = 1 AND version = 5",
        "DELETE FROM event WHERE payment = 1 AND version = 2",
        "UPDATE due SET due_at = due_at + 1 WHERE payment = 2",
        "DELETE FROM due WHERE payment = 2",
        "INSERT INTO due (tenant, due_at, payment, kind) VALUES (1, 1, 77, 0)",
        "DELETE FROM transaction_key WHERE payment = 1",
        "DELETE FROM order_key WHERE payment = 1",
        "UPDATE transaction_key SET payment = 2 WHERE payment = 1",
        "UPDATE initiation SET psp_transaction_id = 'other' WHERE id = 1",
        "UPDATE initiation SET merchant_order_id = 'other' WHERE id = 1",
        "UPDATE initiation SET psp = 2 WHERE id = 1",
        "DELETE FROM initiation WHERE id = 1",
        "DELETE FROM payment WHERE id = 1",
    ] {
        let world = world_with_money().await;
        world.assert_sound();
        let connection = rusqlite::Connection::open(world.path()).unwrap();
        assert_eq!(connection.execute(edit, []).unwrap(), 1, "{edit}");
        let found = world.store.check();
        let sound = matches!(&found, Ok(report) if report.faults.is_empty());
        assert!(!sound, "{edit}: {found:?}");
    }
}

#[tokio::test]
async fn a_check_counts_the_payments_that_it_looked_at() {
    let world = world_with_money().await;
    assert_eq!(world.store.check().unwrap().payments, 2);
}
