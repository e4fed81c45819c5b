//! `decide` is the only place where a payment changes state: the table of docs/domain.md §3 as code.
//!
//! Each command has its function in the file of the party that causes it. None of them looks at anything but the payment, the
//! command and `now`. A refusal changes nothing, not even the version.

mod attempt;
mod entry;
mod notice;
mod restored;
mod user;

use crate::command::Command;
use crate::due::{self, DueWrite};
use crate::event::{Actor, Event, EventKind};
use crate::payment::{Notice, NoticeKind, Payment};
use crate::refusal::Refusal;
use crate::state::{Prompt, State};
use lommebok_values::Timestamp;

/// What a command makes of a payment: to be committed as one, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The payment as it then is; its version has risen by the number of `events`.
    pub payment: Payment,
    /// What happened, one event per version, at least one.
    pub events: Vec<Event>,
    /// What changes in the work that is due.
    pub due: Vec<DueWrite>,
}

impl Transition {
    /// This transition followed by another that was decided on its result.
    #[must_use]
    pub fn then(mut self, next: Self, before: &Payment) -> Self {
        self.events.extend(next.events);
        self.due = due::difference(before, &next.payment);
        self.payment = next.payment;
        self
    }
}

/// Decides what `command`, coming at business time `now`, makes of `payment`.
///
/// # Errors
/// A [`Refusal`] when the command is not possible now; nothing changes then. [`Refusal::AlreadySo`] of an entry means that it
/// counts as applied, and leaves nothing to be stored.
pub fn decide(payment: &Payment, command: Command, now: Timestamp) -> Result<Transition, Refusal> {
    match command {
        Command::ConfirmNumber { to } => user::confirm_number(payment, (to, Prompt::Shown), now),
        Command::ConfirmWithoutPrompt { to } => user::confirm_number(payment, (to, Prompt::Withheld), now),
        Command::OpenLink { user } => user::open_link(payment, user, now),
        Command::Approve { user, card } => user::approve(payment, user, card, now),
        Command::ForceApprove { user, card } => user::force_approve(payment, user, card, now),
        Command::Cancel { by, user } => user::cancel(payment, by, user, now),
        Command::PassDeadline => user::pass_deadline(payment, now),
        Command::ReturnFromStepUp { return_id, result } => user::return_from_step_up(payment, return_id, result, now),
        Command::OpenAttempt { return_id } => attempt::open(payment, return_id, now),
        Command::GiveUpQueued { cause } => attempt::give_up_queued(payment, cause, now),
        Command::EndAttempt { attempt, answer } => attempt::end(payment, attempt, answer, now),
        Command::KeepLateAnswer { answer } => attempt::keep_late_answer(payment, answer, now),
        Command::ApplyEntry(entry) => entry::apply(payment, entry, now),
        Command::ParkEntry { amount } => entry::park(payment, amount, now),
        Command::ApplyWaiting(entry) => entry::apply_waiting(payment, entry, now),
        Command::NoticeTried { delivered } => notice::tried(payment, delivered, now),
        Command::MoveNotice { by_ms } => notice::moved(payment, by_ms, now),
        Command::EndAsRestored => restored::end(payment, now),
    }
}

/// A change in the making: the payment as it will be, and what happened so far.
struct Change<'a> {
    before: &'a Payment,
    after: Payment,
    events: Vec<Event>,
    now: Timestamp,
}

impl<'a> Change<'a> {
    fn of(before: &'a Payment, now: Timestamp) -> Self {
        Self { before, after: before.clone(), events: Vec::new(), now }
    }

    /// Records that `kind` happened, which is one version more.
    fn event(&mut self, actor: Actor, kind: EventKind) -> &mut Self {
        self.events.push(Event { at: self.now, actor, kind });
        self.after.version = self.after.version.saturating_add(1);
        self
    }

    /// Moves the payment to `state`.
    fn state(&mut self, state: State) -> &mut Self {
        self.after.state = state;
        self
    }

    /// Asks for a notice to the PSP, at once.
    fn notice(&mut self, kind: NoticeKind) -> &mut Self {
        self.after.notice = Notice::Due { kind, tries: 0, at: self.now };
        self
    }

    fn done(self) -> Transition {
        let due = due::difference(self.before, &self.after);
        Transition { payment: self.after, events: self.events, due }
    }
}
