//! Sums: no operation takes more than is left, whatever came before it (a property over generated operations).

use lommebok_sample_psp::acquirer::ResponseCode;
use lommebok_sample_psp::ledger::{Asked, Command, OperationKind, Refusal, decide};
use proptest::prelude::*;

use crate::states::{add, in_state, ore};

#[test]
fn more_than_is_left_is_refused_and_says_how_much_that_is() {
    let ask = |state: &str, kind, amount| {
        let asked = Asked { kind, amount: Some(ore(amount)), key: "other".to_owned() };
        decide(&in_state(state), Command::Operate(asked)).map(|kinds| kinds.len())
    };
    assert_eq!(ask("reserved", OperationKind::Capture, 49_900), Ok(1));
    let refused = Err(Refusal::TooMuch { asked: 49_901, left: 49_900 });
    assert_eq!(ask("reserved", OperationKind::Capture, 49_901), refused);
    assert_eq!(ask("captured", OperationKind::Cancel, 39_901), Err(Refusal::TooMuch { asked: 39_901, left: 39_900 }));
    assert_eq!(ask("captured", OperationKind::Refund, 10_001), Err(Refusal::TooMuch { asked: 10_001, left: 10_000 }));
    assert_eq!(ask("captured", OperationKind::Refund, 10_000), Ok(1));
}

fn operation() -> impl Strategy<Value = (OperationKind, i64, bool)> {
    let kind = prop_oneof![Just(OperationKind::Capture), Just(OperationKind::Cancel), Just(OperationKind::Refund)];
    (kind, 1_i64..60_000, any::<bool>())
}

proptest! {
    #[test]
    fn sums_stay_within_what_was_reserved(operations in prop::collection::vec(operation(), 0..20)) {
        let mut payment = in_state("reserved");
        for (number, (kind, amount, approved)) in operations.into_iter().enumerate() {
            let asked = Asked { kind, amount: Some(ore(amount)), key: number.to_string() };
            let Ok(begun) = decide(&payment, Command::Operate(asked)) else { continue };
            add(&mut payment, begun);
            let id = payment.pending().unwrap().id.clone();
            let code = if approved { ResponseCode::Approved } else { ResponseCode::Refused };
            let ended = decide(&payment, Command::EndOperation { id, code }).unwrap();
            add(&mut payment, ended);
            let sums = payment.sums;
            prop_assert!(sums.captured >= 0 && sums.released >= 0 && sums.refunded >= 0);
            prop_assert!(sums.captured + sums.released <= 49_900);
            prop_assert!(sums.refunded <= sums.captured);
        }
    }
}
