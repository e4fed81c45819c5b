//! What can't be brought about from outside: a COMMIT whose answer is lost, and a database that can't write.

use std::sync::Arc;

use lommebok_domain::{Binding, PaymentId, TenantId, Terms};
use tokio::sync::oneshot;

use super::Writer;
use crate::change::{Change, Committed, NewPayment, Write};
use crate::committer::{GroupWriter as _, Job, group};
use crate::fault::CommitFault;
use crate::options::{CommitHook, CommitStage, StoreOptions};
use crate::records::SessionWrite;
use crate::secret::{HashKey, KeyedHash};
use crate::sqlite::Database;

const TENANT: TenantId = TenantId::new(1);

fn opened() -> (tempfile::TempDir, Database, Writer) {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let url = format!("sqlite:{}", directory.path().join("test.db").display());
    let (database, writer) = Database::open(&StoreOptions::new(url, HashKey::new([7; 32]))).expect("it opens");
    (directory, database, writer)
}

fn payment(name: &str, text: String) -> Job {
    let terms = Terms { payment_text: text, ..Terms::sample(name) };
    let new = NewPayment {
        terms: Arc::new(terms),
        push_to: Binding::Open,
        sealed_make_payment_token: None,
        sealed_customer_number: None,
    };
    job(1, Write::NewPayment(new))
}

fn job(change_id: u128, write: Write) -> Job {
    let (answer, _) = oneshot::channel();
    Job { change: Change { change_id, tenant: TENANT, clock_epoch: 0, idempotency: None, write }, answer }
}

#[test]
fn a_commit_whose_answer_is_lost_is_settled_by_what_is_stored() {
    let (_directory, _database, mut writer) = opened();
    let jobs = [payment("one", String::new()), job(77, Write::Session(SessionWrite::Close(KeyedHash::new([1; 32]))))];
    for job in &jobs {
        begun(&mut writer, job);
        writer.roll_back();
        let lost = group::lost_answer(&mut writer, Vec::new(), "lost".to_owned());
        assert!(matches!(lost, group::Outcome::Unavailable(_)));
        let committed = begun(&mut writer, job);
        writer.commit().expect("it commits");
        let found = group::lost_answer(&mut writer, vec![Ok(committed.clone())], "lost".to_owned());
        assert!(matches!(found, group::Outcome::Done(answers) if answers == [Ok(committed)]));
        // Another change's id there is no proof of this one.
        writer.proof = writer.proof.map(|(_, stored_at)| (99, stored_at));
        let lost = group::lost_answer(&mut writer, Vec::new(), "lost".to_owned());
        assert!(matches!(lost, group::Outcome::Unavailable(_)));
        // What is kept in memory has been made again from the tables.
        if matches!(job.change.write, Write::NewPayment(_)) {
            let again = group::commit(&mut writer, std::slice::from_ref(job), None);
            assert_eq!(again, [Err(CommitFault::TransactionIdExists)]);
        }
    }
}

fn begun(writer: &mut Writer, job: &Job) -> Committed {
    writer.begin().expect("a transaction begins");
    writer.apply(&job.change).expect("the database takes it").expect("it has no fault")
}

#[test]
fn a_transaction_that_cannot_begin_is_answered_and_the_writer_goes_on() {
    let (_directory, database, mut writer) = opened();
    writer.begin().expect("a transaction begins");
    let refused = group::commit(&mut writer, &[payment("one", String::new())], None);
    assert!(matches!(refused[..], [Err(CommitFault::Unavailable(_))]));
    let answers = group::commit(&mut writer, &[payment("one", String::new())], None);
    assert_eq!(answers, [Ok(Committed::NewPayment(PaymentId::new(1)))]);
    assert_eq!(database.check().expect("it can be checked").faults, Vec::<String>::new());
}

fn execute(writer: &Writer, sql: &str) {
    writer.connection.execute_batch(sql).expect("the test's SQL is good");
}

#[test]
fn a_full_disk_acknowledges_nothing_and_is_survived() {
    let (_directory, database, mut writer) = opened();
    execute(&writer, "PRAGMA max_page_count = 1");
    let jobs: Vec<_> = (0..8).map(|number| payment(&format!("p{number}"), "x".repeat(3_900))).collect();
    let synced: CommitHook = Arc::new(|stage| assert_eq!(stage, CommitStage::BeforeSync, "nothing may be synced"));
    for answer in group::commit(&mut writer, &jobs, Some(&synced)) {
        assert!(matches!(&answer, Err(CommitFault::Unavailable(why)) if why.contains("full")), "{answer:?}");
    }
    execute(&writer, "PRAGMA max_page_count = 4294967294");
    let answers = group::commit(&mut writer, &jobs, None);
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let report = database.check().expect("it can be checked");
    assert_eq!((report.payments, report.faults), (8, Vec::new()));
}

#[test]
fn a_read_only_database_acknowledges_nothing() {
    let (_directory, _database, mut writer) = opened();
    execute(&writer, "PRAGMA query_only = 1");
    let answers = group::commit(&mut writer, &[payment("one", String::new())], None);
    assert!(matches!(answers[..], [Err(CommitFault::Unavailable(_))]), "{answers:?}");
}
