//! What is written is read back, and what can't have been written is refused.

use lommebok_domain::{
    Amount, EntryStatus, Notice, NoticeKind, OperationStatus, PspTransactionId, RefusalCode, StatusEntry, Timestamp,
};
use proptest::prelude::*;

use super::{codes, entries, event, payment, state};
use crate::batch::{BatchEntry, Fate};

fn entry() -> impl Strategy<Value = BatchEntry> {
    let status = prop_oneof![
        Just(EntryStatus::Reserved),
        Just(EntryStatus::Captured),
        Just(EntryStatus::Cancelled),
        Just(EntryStatus::Refunded)
    ];
    let operation = prop_oneof![Just(OperationStatus::Success), Just(OperationStatus::Failed)];
    ("[A-Za-z0-9]{1,36}", status, 1..=Amount::MAX_ORE, ".{0,40}", operation).prop_map(
        |(id, status, ore, text, operation)| BatchEntry {
            psp_transaction_id: PspTransactionId::new(&id).expect("the pattern gives good ids"),
            entry: StatusEntry { status, amount: Amount::from_ore(ore).expect("a good amount"), text, operation },
        },
    )
}

proptest! {
    #[test]
    fn entries_are_read_back_as_they_were_written(list in proptest::collection::vec(entry(), 0..20)) {
        let bytes = entries::encode(&list).expect("short texts");
        prop_assert_eq!(entries::decode(&bytes), Some(list));
    }

    #[test]
    fn bytes_that_were_never_written_are_refused_and_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        if let Some(list) = entries::decode(&bytes) {
            prop_assert_eq!(entries::encode(&list), Some(bytes.clone()));
        }
        let _any_state = state::state(6, Some(1), Some(1), Some(&bytes));
        let _any_failure = state::state(8, None, None, Some(&bytes));
    }

    #[test]
    fn notices_are_read_back_as_they_were_written(tries in 0_u8..=255, millis: i64, timeout: bool) {
        let kind = if timeout { NoticeKind::Timeout } else { NoticeKind::UserCancel };
        let at = Timestamp::from_millis(millis);
        let delivered = |status| Notice::Delivered { kind, status };
        let due = Notice::Due { kind, tries, at };
        for notice in [Notice::None, due, delivered(None), delivered(Some(404)), Notice::GivenUp(kind)] {
            let (code, at) = payment::notice(notice);
            prop_assert_eq!(payment::read_notice(code, at), Some(notice));
        }
    }
}

#[test]
fn cut_entries_are_refused() {
    let entry = StatusEntry {
        status: EntryStatus::Captured,
        amount: Amount::from_ore(5).unwrap(),
        text: "te".to_owned(),
        operation: OperationStatus::Success,
    };
    let list = [BatchEntry { psp_transaction_id: PspTransactionId::new("a").unwrap(), entry }];
    let bytes = entries::encode(&list).unwrap();
    for cut in 0..bytes.len() {
        let cut_off = entries::decode(&bytes[..cut]);
        assert_eq!(cut_off, (cut == 0).then(Vec::new), "{cut}");
    }
}

#[test]
fn the_first_entries_are_kept_without_their_texts() {
    let entry = |ore| BatchEntry {
        psp_transaction_id: PspTransactionId::new("a").unwrap(),
        entry: StatusEntry {
            status: EntryStatus::Captured,
            amount: Amount::from_ore(ore).unwrap(),
            text: "te".to_owned(),
            operation: OperationStatus::Failed,
        },
    };
    let bytes = entries::encode(&[entry(1), entry(2), entry(3)]).unwrap();
    for (count, amounts) in [(0, vec![]), (2, vec![1, 2]), (9, vec![1, 2, 3])] {
        let kept = entries::decode(&entries::without_texts(&bytes, count).unwrap()).unwrap();
        assert_eq!(kept.iter().map(|kept| kept.entry.amount.ore()).collect::<Vec<_>>(), amounts);
        assert!(kept.iter().all(|kept| kept.entry.text.is_empty()));
    }
}

#[test]
fn every_fate_has_a_byte_of_its_own_and_no_other_byte_is_one() {
    let refused = RefusalCode::ALL.map(Fate::Refused);
    let fates: Vec<Fate> = [Fate::Applied, Fate::Waiting].into_iter().chain(refused).collect();
    for fate in &fates {
        assert_eq!(codes::read_fate(codes::fate(*fate)), Some(*fate));
    }
    assert_eq!((0..=u8::MAX).filter_map(codes::read_fate).count(), fates.len());
}

#[test]
fn unknown_codes_are_refused() {
    for code in [-1, 15, 16, i64::MAX] {
        assert_eq!(state::state(code, Some(1), Some(1), Some(&[0; 20])), None);
    }
    for kind in [-1, 21, i64::MAX] {
        let columns = event::EventColumns { kind, code: Some(String::new()), ..event::EventColumns::default() };
        assert_eq!(event::kind(columns), None);
    }
    for code in [-1, 5, 15, i64::MAX] {
        assert_eq!(payment::read_notice(code, Some(1)), None);
    }
    // A state's columns that are missing are no zero.
    for code in 0..10 {
        assert_eq!(state::state(code, None, None, None), None, "{code}");
    }
}
