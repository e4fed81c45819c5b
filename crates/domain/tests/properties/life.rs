//! Living a life: each step becomes a command on the present payment, and each moment is kept for the checks.

use std::sync::Arc;

use lommebok_domain::{
    Amount, AttemptAnswer, AttemptNumber, Binding, CardId, Cause, Command, EntryCounts, Event, Payment, PaymentId,
    Phase, Refusal, ReturnId, State, StatusEntry, Terms, Timestamp, Transition, UserId, decide,
};

use crate::step::{Ending, Entry, HowMuch, Step, Who};

/// The payment's amount, øre: small, so that random amounts meet its limits.
pub(crate) const WHOLE: i64 = 5_000;

/// One command in a life.
#[derive(Debug)]
pub(crate) struct Moment {
    pub(crate) before: Payment,
    pub(crate) command: Command,
    pub(crate) now: Timestamp,
    /// What came of it.
    pub(crate) result: Result<Transition, Refusal>,
}

impl Moment {
    pub(crate) fn after(&self) -> Payment {
        self.result.as_ref().map_or_else(|_| self.before.clone(), |transition| transition.payment.clone())
    }

    /// What the log got by it.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.result.as_ref().map(|transition| transition.events.clone()).unwrap_or_default()
    }
}

/// All moments of a life.
pub(crate) fn live(steps: &[Step]) -> Vec<Moment> {
    live_from(begin(), steps)
}

/// All moments of a life that begins with these entries taken, as if long ago.
pub(crate) fn live_with(entries: EntryCounts, steps: &[Step]) -> Vec<Moment> {
    live_from(Payment { entries, ..begin() }, steps)
}

fn live_from(mut payment: Payment, steps: &[Step]) -> Vec<Moment> {
    let mut now = payment.terms.created_at;
    let mut moments = Vec::new();
    for (number, step) in (1_u128..).zip(steps) {
        let Some(command) = command(*step, number, &payment, &mut now) else { continue };
        let result = decide(&payment, command.clone(), now);
        let moment = Moment { before: payment, command, now, result };
        payment = moment.after();
        moments.push(moment);
    }
    moments
}

fn begin() -> Payment {
    let terms = Terms {
        amount: ore(WHOLE),
        created_at: Timestamp::from_millis(1_700_000_000_000),
        payment_text: String::new(),
        ..Terms::sample("p-1")
    };
    Payment::initiate(PaymentId::new(1), Arc::new(terms), Binding::Open)
}

/// The command of a step, or `None` when only time passes.
fn command(step: Step, number: u128, payment: &Payment, now: &mut Timestamp) -> Option<Command> {
    Some(match step {
        Step::Wait(millis) => {
            *now = now.plus_millis(millis);
            return None;
        }
        Step::WaitForTimer(more) => {
            if let Some((_, at)) = payment.due().next() {
                *now = at.plus_millis(more).max(*now);
            }
            return None;
        }
        Step::Confirm(who) if number.is_multiple_of(3) => Command::ConfirmWithoutPrompt { to: binding(who) },
        Step::Confirm(who) => Command::ConfirmNumber { to: binding(who) },
        Step::OpenLink(who) => Command::OpenLink { user: user(who) },
        Step::Approve(who) => Command::Approve { user: user(who), card: card(number) },
        Step::ApproveAsBound => {
            let Binding::User(user) = payment.binding else { return None };
            Command::Approve { user, card: card(number) }
        }
        Step::ForceApprove(who) => Command::ForceApprove { user: user(who), card: card(number) },
        Step::Cancel(by, who) => Command::Cancel { by, user: who.map(user) },
        Step::PassDeadline => Command::PassDeadline,
        Step::OpenAttempt => Command::OpenAttempt { return_id: ReturnId::new(number) },
        Step::GiveUpQueued => Command::GiveUpQueued { cause: Cause::code("no_token") },
        Step::End(attempt, ending) => Command::EndAttempt { attempt, answer: answer(ending) },
        Step::EndThis(ending) => Command::EndAttempt { attempt: under_way(payment)?, answer: answer(ending) },
        Step::Return(right, result) => Command::ReturnFromStepUp { return_id: return_id(payment, right), result },
        Step::Apply(entry) => Command::ApplyEntry(in_full(entry, payment)?),
        Step::Park => Command::ParkEntry { amount: ore(1) },
        Step::Turn(entry) => Command::ApplyWaiting(in_full(entry, payment)?),
        Step::Notice(true) => Command::NoticeTried { delivered: Ok(200) },
        Step::Notice(false) => Command::NoticeTried { delivered: Err(Cause::code("connect")) },
        Step::MoveNotice(by_ms) => Command::MoveNotice { by_ms },
        Step::LateAnswer => Command::KeepLateAnswer { answer: Cause::code("late_ok") },
        Step::Restored => Command::EndAsRestored,
    })
}

fn ore(ore: i64) -> Amount {
    Amount::from_ore(ore).expect("the tests use amounts that exist")
}

/// Each approval names a card of its own, so that a mix-up shows.
fn card(number: u128) -> CardId {
    CardId::new(i64::try_from(number).expect("lives are short"))
}

fn binding(who: Who) -> Binding {
    if who == Who::Nobody { Binding::Nobody } else { Binding::User(user(who)) }
}

fn user(who: Who) -> UserId {
    UserId::new(match who {
        Who::Anna => 1,
        Who::Bo => 2,
        Who::Cilla => 3,
        Who::Dag => 4,
        Who::Nobody => 0,
    })
}

fn under_way(payment: &Payment) -> Option<AttemptNumber> {
    let State::Authorizing { attempt, phase: Phase::Open { .. }, .. } = payment.state else { return None };
    Some(attempt)
}

fn return_id(payment: &Payment, right: bool) -> ReturnId {
    match (&payment.state, right) {
        (State::StepUp { return_id, .. }, true) => *return_id,
        _ => ReturnId::new(u128::MAX),
    }
}

fn answer(ending: Ending) -> AttemptAnswer {
    let url = "https://psp.example/3ds".to_owned();
    match ending {
        Ending::Ok => AttemptAnswer::Ok,
        Ending::Fail => AttemptAnswer::Fail(Cause::code("psp_82")),
        Ending::SoftDecline => AttemptAnswer::SoftDecline { url, error: Cause::code("psp_1036") },
        Ending::SoftDeclineWithoutUrl => AttemptAnswer::SoftDeclineWithoutUrl(Cause::code("psp_94")),
        Ending::NotDelivered => AttemptAnswer::NotDelivered(Cause::code("not_delivered")),
        Ending::Unknown => AttemptAnswer::Unknown(Cause::code("timeout")),
    }
}

/// The entry in figures, or `None` where its amount does not exist.
fn in_full(entry: Entry, payment: &Payment) -> Option<StatusEntry> {
    let amount = match entry.how_much {
        HowMuch::Whole => WHOLE,
        HowMuch::Remaining(more) => payment.sums.remaining_to_capture().saturating_add(more),
        HowMuch::Refundable(more) => payment.sums.remaining_to_refund().saturating_add(more),
        HowMuch::Ore(ore) => ore,
    };
    let amount = Amount::from_ore(amount)?;
    Some(StatusEntry { status: entry.status, amount, text: String::new(), operation: entry.operation })
}
