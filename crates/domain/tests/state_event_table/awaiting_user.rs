//! AWAITING_USER: the link lives five minutes, and no user is bound yet.

use lommebok_domain::{
    Actor, AttemptNumber, Binding, CancelledBy, DueKind, Entrance, EntryRefusal, EntryStatus, EventKind, NoticeKind,
    OperationStatus, Phase, Prompt, Refusal, State, StateName,
};

use crate::case::{CONFIRMS, Case, FORCED, IMPOSSIBLE_CANCELS, LINKS, RETURNS, ends, entries};
use crate::fixtures::{ANNA, BO, CARD, PSP, at, payment, terms};
use crate::table::{BEFORE, EVER, FROM_DUE, Table};

/// The table, for a payment that came by this entrance; both are alike.
pub(crate) fn table(entrance: Entrance) -> Table {
    let mut before = payment(State::AwaitingUser { deadline: at(300_000) });
    before.terms = terms(entrance).into();
    before.binding = Binding::Open;
    before.prompts = 0;
    let name = format!("AWAITING_USER from {entrance:?}");
    let mut table = Table::of(&name, before, &[(DueKind::Timer, at(300_000))], at(300_000));
    binding(&mut table);
    approving(&mut table);
    ending(&mut table);
    attempts(&mut table);
    entry_rows(&mut table);
    table.has_nothing_waiting();
    table.has_no_notice();
    table.ends_as_restored(None);
    table.refuses(EVER, &[Case::LateAnswer], &Refusal::WrongState(StateName::AwaitingUser));
    table
}

fn binding(table: &mut Table) {
    for to in [Binding::User(ANNA), Binding::User(BO), Binding::Nobody] {
        table.changes(BEFORE, &[Case::Confirm(to)], |row| {
            row.payment.binding = to;
            row.payment.prompts = 1;
            row.state(State::AwaitingApproval { deadline: at(599_999), prompt: Prompt::Shown });
            row.event(Actor::LinkHolder, EventKind::Bound(to));
            row.clears(DueKind::Timer, at(300_000));
            row.sets(DueKind::Timer, at(599_999));
        });
    }
    for user in [ANNA, BO] {
        table.changes(BEFORE, &[Case::OpenLink(user)], |row| {
            row.payment.binding = Binding::User(user);
            row.payment.prompts = 1;
            row.state(State::AwaitingApproval { deadline: at(599_999), prompt: Prompt::Shown });
            row.event(Actor::User(user), EventKind::Bound(Binding::User(user)));
            row.clears(DueKind::Timer, at(300_000));
            row.sets(DueKind::Timer, at(599_999));
        });
    }
    table.refuses(FROM_DUE, &CONFIRMS, &Refusal::DeadlinePassed);
    table.refuses(FROM_DUE, &LINKS, &Refusal::DeadlinePassed);
    table.refuses(EVER, &[Case::Confirm(Binding::Open)], &Refusal::NotThisUser);
}

fn approving(table: &mut Table) {
    table.refuses(EVER, &[Case::Approve(ANNA), Case::Approve(BO)], &Refusal::NotThisUser);
    for user in [ANNA, BO] {
        table.changes(BEFORE, &[Case::ForceApprove(user)], |row| {
            row.payment.binding = Binding::User(user);
            row.state(State::Authorizing {
                card: CARD,
                attempt: AttemptNumber::One,
                phase: Phase::Queued { since: at(299_999) },
            });
            row.event(Actor::User(user), EventKind::Approved { user, card: CARD });
            row.clears(DueKind::Timer, at(300_000));
            row.sets(DueKind::Timer, at(309_999));
        });
    }
    table.refuses(FROM_DUE, &FORCED, &Refusal::DeadlinePassed);
}

fn ending(table: &mut Table) {
    table.changes(BEFORE, &[Case::Cancel(CancelledBy::LandingPage, None)], |row| {
        row.state(State::Cancelled(CancelledBy::LandingPage));
        row.event(Actor::LinkHolder, EventKind::Cancelled(CancelledBy::LandingPage));
        row.clears(DueKind::Timer, at(300_000));
        row.notice(NoticeKind::UserCancel);
    });
    table.refuses(FROM_DUE, &[Case::Cancel(CancelledBy::LandingPage, None)], &Refusal::DeadlinePassed);
    for user in [Some(ANNA), Some(BO), None] {
        table.refuses(EVER, &[Case::Cancel(CancelledBy::App, user)], &Refusal::NotThisUser);
    }
    table.refuses(EVER, &IMPOSSIBLE_CANCELS, &Refusal::WrongState(StateName::AwaitingUser));
    table.refuses(BEFORE, &[Case::PassDeadline], &Refusal::NotDue);
    table.changes(FROM_DUE, &[Case::PassDeadline], |row| {
        row.state(State::Expired);
        row.event(Actor::Wallet, EventKind::Expired);
        row.clears(DueKind::Timer, at(300_000));
        row.notice(NoticeKind::Timeout);
    });
}

fn attempts(table: &mut Table) {
    let wrong_state = Refusal::WrongState(StateName::AwaitingUser);
    table.refuses(EVER, &[Case::OpenAttempt, Case::GiveUpQueued], &wrong_state);
    table.refuses(EVER, &ends(AttemptNumber::One), &wrong_state);
    table.refuses(EVER, &ends(AttemptNumber::Two), &wrong_state);
    table.refuses(EVER, &RETURNS, &wrong_state);
}

fn entry_rows(table: &mut Table) {
    for status in [EntryStatus::Reserved, EntryStatus::Captured, EntryStatus::Refunded] {
        let refusal = EntryRefusal::NotReserved(StateName::AwaitingUser);
        table.refuses_entries(&entries(status, OperationStatus::Success), refusal);
    }
    table.changes(EVER, &entries(EntryStatus::Cancelled, OperationStatus::Success), |row| {
        row.state(State::Cancelled(CancelledBy::Psp));
        row.event(Actor::Psp(PSP), EventKind::Cancelled(CancelledBy::Psp));
        row.clears(DueKind::Timer, at(300_000));
    });
    table.keeps_failed_operations();
}
