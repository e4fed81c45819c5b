//! State × command in full. A cell is the state that follows, `·` for *this is so already*, `b` for *being processed*, `x`
//! for *the state does not allow it*, `0` for *nothing is left*.

use lommebok_sample_psp::ledger::{Payment, Refusal, State, decide};

use crate::states::{STATES, add, command, in_state};

/// The columns are `STATES` in their order; C created, O open, A authorising, S step-up, R reserved, V reversing, F failed,
/// K cancelled, E expired, N refused.
const TABLE: [(&str, &str); 23] = [
    //                 created open first waiting passed second reserved pending captured reversing failed user merchant
    ("accept-init", "O ·  A S S A R R R x F x x"),
    ("refuse-init", "N x  x x x x x x x x x x x"),
    ("begin-1", "A A  x x x x x x x x x x x"),
    ("begin-2", "x x  x x A x x x x x x x x"),
    ("approve-1", "x x  R x x x x x x x x x x"),
    ("approve-2", "x x  x x x R x x x x x x x"),
    ("decline-1", "x x  F x x x x x x x x x x"),
    ("soft-decline", "x x  S x x x x x x x x x x"),
    ("pass", "x x  x S · x x x x x x x x"),
    ("cancelled", "K K  x K K x x x x x · · ·"),
    ("timed-out", "E E  x E E x x x x x · · ·"),
    ("capture", "b x  b x x b R · · b x x x"),
    ("capture-more", "b x  b x x b R b R b x x x"),
    ("cancel", "b K  b K K b R b R b x x ·"),
    ("refund", "b x  b x x b 0 b R b x x x"),
    ("end-op", "x x  x x x x x R · x x x x"),
    ("begin-rev", "x x  V x x V V b x · · x x"),
    ("end-rev", "x x  x x x x x x x F · x x"),
    ("read-reserved", "F F  b F F b R R R b · · ·"),
    ("read-failed", "F F  b F F b R R R b · · ·"),
    ("read-cancelled", "K K  b K K b V R R b · · ·"),
    ("read-open", "b O  b S S b R R R b · · ·"),
    ("read-unknown", "F F  b F F b R R R b · · ·"),
];

fn letter(state: &State) -> &'static str {
    match state.word() {
        "CREATED" => "C",
        "OPEN" => "O",
        "AUTHORISING" => "A",
        "STEP_UP" => "S",
        "RESERVED" => "R",
        "REVERSING" => "V",
        "FAILED" => "F",
        "CANCELLED" => "K",
        "EXPIRED" => "E",
        "REFUSED" => "N",
        other => panic!("{other} has no letter"),
    }
}

fn met(payment: &Payment, name: &str) -> String {
    match decide(payment, command(name)) {
        Ok(kinds) => {
            let (mut next, added) = (payment.clone(), i64::try_from(kinds.len()).unwrap());
            add(&mut next, kinds);
            assert!(added > 0 && next.version - payment.version == added, "{name}: each entry is one version");
            letter(&next.state).to_owned()
        }
        Err(Refusal::AlreadySo) => "·".to_owned(),
        Err(Refusal::BeingProcessed) => "b".to_owned(),
        Err(Refusal::WrongState(word)) => {
            assert_eq!(word, payment.state.word());
            "x".to_owned()
        }
        Err(Refusal::NothingLeft) => "0".to_owned(),
        Err(other @ (Refusal::TooMuch { .. } | Refusal::KeyUsed)) => format!("{other:?}"),
    }
}

#[test]
fn every_state_meets_every_command() {
    let mut cells = 0;
    for (name, row) in TABLE {
        let expected: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(expected.len(), STATES.len(), "{name}");
        for (state, expected) in STATES.into_iter().zip(expected) {
            assert_eq!(met(&in_state(state), name), expected, "{name} in {state}");
            cells += 1;
        }
    }
    assert_eq!(cells, 299);
}

#[test]
fn a_reversal_is_preferred_only_while_nothing_was_done_with_the_money() {
    use lommebok_sample_psp::ledger::{Command, Finding, IfMissing};
    let read = |state: &str| {
        let command = Command::ReadWallet { finding: Finding::Failed, if_missing: IfMissing::Reverse };
        let mut payment = in_state(state);
        let kinds = decide(&payment, command).unwrap();
        add(&mut payment, kinds);
        payment.state.word()
    };
    assert_eq!(["reserved", "pending", "captured"].map(read), ["REVERSING", "RESERVED", "RESERVED"]);
}
