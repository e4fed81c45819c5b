//! A payment in each state, made of the entries that lead there, and each command by its name.

use lommebok_sample_psp::acquirer::{OperationId, ResponseCode};
use lommebok_sample_psp::clock::Timestamp;
use lommebok_sample_psp::ledger::{
    Asked, AttemptNumber, Challenge, Command, Entrance, Entry, EntryKind, Finding, IfMissing, InitRefusal, NoticeKind,
    OperationKind, Payment, StepUp, Terms, decide,
};
use lommebok_sdk::{Amount, ErrorId};

/// All states of the tables, by the names that they have there.
pub(crate) const STATES: [&str; 13] = [
    "created",
    "open",
    "first",
    "waiting",
    "passed",
    "second",
    "reserved",
    "pending",
    "captured",
    "reversing",
    "failed",
    "user",
    "merchant",
];

pub(crate) fn payment() -> Payment {
    let terms = Terms {
        psp_transaction_id: "p-1".parse().unwrap(),
        msn: "100001".parse().unwrap(),
        order_id: "order-1".parse().unwrap(),
        amount: ore(49_900),
        text: String::new(),
        return_url: "https://shop.example/1".to_owned(),
        entrance: Entrance::App,
        created_at: Timestamp::from_millis(0),
    };
    Payment::new(1, terms)
}

pub(crate) fn ore(amount: i64) -> Amount {
    Amount::ore(amount).unwrap()
}

/// A payment after these commands, each of which must be possible.
pub(crate) fn after(commands: &[&str]) -> Payment {
    let mut payment = payment();
    for name in commands {
        let kinds = decide(&payment, command(name)).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        add(&mut payment, kinds);
    }
    payment
}

pub(crate) fn add(payment: &mut Payment, kinds: Vec<EntryKind>) {
    for kind in kinds {
        payment.apply(&Entry { at: Timestamp::from_millis(1_000), kind });
    }
}

/// The payment in a state of the tables.
pub(crate) fn in_state(state: &str) -> Payment {
    after(match state {
        "created" => &[],
        "open" => &["accept-init"],
        "first" => &["accept-init", "begin-1"],
        "waiting" => &["accept-init", "begin-1", "soft-decline"],
        "passed" => &["accept-init", "begin-1", "soft-decline", "pass"],
        "second" => &["accept-init", "begin-1", "soft-decline", "pass", "begin-2"],
        "reserved" => &["accept-init", "begin-1", "approve-1"],
        "pending" => &["accept-init", "begin-1", "approve-1", "capture"],
        "captured" => &["accept-init", "begin-1", "approve-1", "capture", "end-op"],
        "reversing" => &["accept-init", "begin-1", "begin-rev"],
        "failed" => &["accept-init", "begin-1", "decline-1"],
        "user" => &["accept-init", "cancelled"],
        "merchant" => &["accept-init", "cancel"],
        other => panic!("no state is called {other}"),
    })
}

/// The command with this name.
pub(crate) fn command(name: &str) -> Command {
    let (first, second) = (AttemptNumber::First, AttemptNumber::Second);
    let asked = |kind, amount: Option<i64>| {
        let key = format!("{kind:?}-{amount:?}");
        Command::Operate(Asked { kind, amount: amount.map(ore), key })
    };
    let read = |finding| Command::ReadWallet { finding, if_missing: IfMissing::SendReserved };
    match name {
        "accept-init" => Command::AcceptInit { link: "https://wallet.example/1".to_owned() },
        "refuse-init" => Command::RefuseInit { why: InitRefusal::NotAccepted, reason: "51".to_owned() },
        "begin-1" => Command::BeginAttempt { attempt: first, message: Vec::new() },
        "begin-2" => Command::BeginAttempt { attempt: second, message: Vec::new() },
        "approve-1" => Command::Authorise { attempt: first },
        "approve-2" => Command::Authorise { attempt: second },
        "decline-1" => {
            Command::Decline { attempt: first, code: Some(ResponseCode::Refused), error: ErrorId::RefusedByIssuer }
        }
        "soft-decline" => Command::SoftDecline { code: ResponseCode::StrongAuthenticationVisa, step_up: step_up() },
        "pass" => Command::Challenge(Challenge::Passed),
        "cancelled" => Command::Notice(NoticeKind::UserCancel),
        "timed-out" => Command::Notice(NoticeKind::Timeout),
        "capture" => asked(OperationKind::Capture, Some(10_000)),
        "capture-more" => asked(OperationKind::Capture, Some(5_000)),
        "cancel" => asked(OperationKind::Cancel, None),
        "refund" => asked(OperationKind::Refund, Some(3_000)),
        "end-op" => Command::EndOperation { id: OperationId::following("p-1", 1), code: ResponseCode::Approved },
        "begin-rev" => Command::BeginReversal { error: ErrorId::ReceivedTooLate },
        "end-rev" => Command::EndReversal,
        "read-reserved" => read(Finding::Reserved),
        "read-failed" => read(Finding::Failed),
        "read-cancelled" => read(Finding::Cancelled),
        "read-open" => read(Finding::Open),
        "read-unknown" => read(Finding::Unknown),
        other => panic!("no command is called {other}"),
    }
}

fn step_up() -> StepUp {
    StepUp {
        session: "s".to_owned(),
        success_url: "https://wallet.example/ok".to_owned(),
        cancel_url: "https://wallet.example/cancel".to_owned(),
        failure_url: "https://wallet.example/fail".to_owned(),
        challenge: Challenge::Waiting { wrong: 0 },
    }
}
