//! AWAITING_APPROVAL: a phone was prompted; bound to a user or to none, from the landing page or by push.

use lommebok_domain::{
    Actor, AttemptNumber, Binding, CancelledBy, DueKind, Entrance, EntryRefusal, EntryStatus, EventKind, NoticeKind,
    OperationStatus, Payment, Phase, Prompt, Refusal, State, StateName, Timestamp, UserId,
};

use crate::case::{CONFIRMS, Case, FORCED, IMPOSSIBLE_CANCELS, LINKS, RETURNS, ends, entries};
use crate::fixtures::{ANNA, BO, CARD, PSP, at, payment, terms};
use crate::table::{BEFORE, EVER, FROM_DUE, Table};

/// When the user's time ends: confirmed a minute after the init, or pushed with the init.
const FROM_LANDING_MS: i64 = 360_000;
const PUSHED_MS: i64 = 300_000;

/// One table for each binding that makes a difference.
pub(crate) fn tables() -> Vec<Table> {
    vec![bound_to_anna(), bound_to_bo_with_all_prompts_used(), bound_to_nobody(), pushed_to_anna()]
}

fn bound_to_anna() -> Table {
    let mut table = table("AWAITING_APPROVAL bound to Anna", awaiting(Entrance::LandingPage), FROM_LANDING_MS);
    table.refuses(BEFORE, &[Case::OpenLink(ANNA)], &Refusal::AlreadySo);
    binds_anew(&mut table, Case::Confirm(Binding::User(ANNA)), Actor::LinkHolder, Binding::User(ANNA));
    binds_anew(&mut table, Case::Confirm(Binding::User(BO)), Actor::LinkHolder, Binding::User(BO));
    binds_anew(&mut table, Case::Confirm(Binding::Nobody), Actor::LinkHolder, Binding::Nobody);
    binds_anew(&mut table, Case::OpenLink(BO), Actor::User(BO), Binding::User(BO));
    approvable_by(&mut table, ANNA, at(FROM_LANDING_MS));
    table.refuses(EVER, &[Case::Approve(BO)], &Refusal::NotThisUser);
    force_approvable_by(&mut table, ANNA, at(FROM_LANDING_MS));
    force_approvable_by(&mut table, BO, at(FROM_LANDING_MS));
    cancellable_by(&mut table, ANNA, at(FROM_LANDING_MS));
    table.refuses(EVER, &[Case::Cancel(CancelledBy::App, Some(BO))], &Refusal::NotThisUser);
    table
}

fn bound_to_bo_with_all_prompts_used() -> Table {
    let before = Payment { binding: Binding::User(BO), prompts: 3, ..awaiting(Entrance::LandingPage) };
    let mut table = table("AWAITING_APPROVAL bound to Bo, three prompts used", before, FROM_LANDING_MS);
    table.refuses(BEFORE, &[Case::OpenLink(BO)], &Refusal::AlreadySo);
    table.refuses(BEFORE, &[Case::Confirm(Binding::User(BO))], &Refusal::TooManyPrompts);
    let others = [Case::Confirm(Binding::User(ANNA)), Case::Confirm(Binding::Nobody), Case::OpenLink(ANNA)];
    table.refuses(BEFORE, &others, &Refusal::TooManyPrompts);
    approvable_by(&mut table, BO, at(FROM_LANDING_MS));
    table.refuses(EVER, &[Case::Approve(ANNA)], &Refusal::NotThisUser);
    force_approvable_by(&mut table, ANNA, at(FROM_LANDING_MS));
    force_approvable_by(&mut table, BO, at(FROM_LANDING_MS));
    cancellable_by(&mut table, BO, at(FROM_LANDING_MS));
    table.refuses(EVER, &[Case::Cancel(CancelledBy::App, Some(ANNA))], &Refusal::NotThisUser);
    table
}

fn bound_to_nobody() -> Table {
    let before = Payment { binding: Binding::Nobody, ..awaiting(Entrance::LandingPage) };
    let mut table = table("AWAITING_APPROVAL bound to nobody", before, FROM_LANDING_MS);
    binds_anew(&mut table, Case::Confirm(Binding::Nobody), Actor::LinkHolder, Binding::Nobody);
    binds_anew(&mut table, Case::Confirm(Binding::User(ANNA)), Actor::LinkHolder, Binding::User(ANNA));
    binds_anew(&mut table, Case::Confirm(Binding::User(BO)), Actor::LinkHolder, Binding::User(BO));
    binds_anew(&mut table, Case::OpenLink(ANNA), Actor::User(ANNA), Binding::User(ANNA));
    binds_anew(&mut table, Case::OpenLink(BO), Actor::User(BO), Binding::User(BO));
    table.refuses(EVER, &[Case::Approve(ANNA), Case::Approve(BO)], &Refusal::NotThisUser);
    force_approvable_by(&mut table, ANNA, at(FROM_LANDING_MS));
    force_approvable_by(&mut table, BO, at(FROM_LANDING_MS));
    for user in [ANNA, BO] {
        table.refuses(EVER, &[Case::Cancel(CancelledBy::App, Some(user))], &Refusal::NotThisUser);
    }
    table
}

fn pushed_to_anna() -> Table {
    let mut before = awaiting(Entrance::Push);
    before.state = State::AwaitingApproval { deadline: at(PUSHED_MS), prompt: Prompt::Shown };
    let mut table = table("AWAITING_APPROVAL pushed to Anna", before, PUSHED_MS);
    table.refuses(BEFORE, &[Case::OpenLink(ANNA)], &Refusal::AlreadySo);
    table.refuses(BEFORE, &[Case::Confirm(Binding::User(ANNA))], &Refusal::NumberFixed);
    let others = [Case::Confirm(Binding::User(BO)), Case::Confirm(Binding::Nobody), Case::OpenLink(BO)];
    table.refuses(BEFORE, &others, &Refusal::NumberFixed);
    approvable_by(&mut table, ANNA, at(PUSHED_MS));
    table.refuses(EVER, &[Case::Approve(BO)], &Refusal::NotThisUser);
    force_approvable_by(&mut table, ANNA, at(PUSHED_MS));
    table.refuses(BEFORE, &[Case::ForceApprove(BO)], &Refusal::NumberFixed);
    cancellable_by(&mut table, ANNA, at(PUSHED_MS));
    table.refuses(EVER, &[Case::Cancel(CancelledBy::App, Some(BO))], &Refusal::NotThisUser);
    table
}

fn awaiting(entrance: Entrance) -> Payment {
    let mut before = payment(State::AwaitingApproval { deadline: at(FROM_LANDING_MS), prompt: Prompt::Shown });
    before.terms = terms(entrance).into();
    before
}

/// The rows that are the same for every binding.
fn table(name: &str, before: Payment, deadline_ms: i64) -> Table {
    let deadline = at(deadline_ms);
    let mut table = Table::of(name, before, &[(DueKind::Timer, deadline)], deadline);
    table.refuses(EVER, &[Case::Confirm(Binding::Open)], &Refusal::NotThisUser);
    table.refuses(FROM_DUE, &CONFIRMS, &Refusal::DeadlinePassed);
    table.refuses(FROM_DUE, &LINKS, &Refusal::DeadlinePassed);
    table.refuses(FROM_DUE, &FORCED, &Refusal::DeadlinePassed);
    ending(&mut table, deadline);
    attempts(&mut table);
    entry_rows(&mut table, deadline);
    table.has_nothing_waiting();
    table.has_no_notice();
    table.ends_as_restored(None);
    table.refuses(EVER, &[Case::LateAnswer], &Refusal::WrongState(StateName::AwaitingApproval));
    table
}

/// Bound anew: the deadline stays, so no work changes.
fn binds_anew(table: &mut Table, case: Case, actor: Actor, to: Binding) {
    table.changes(BEFORE, &[case], |row| {
        row.payment.binding = to;
        row.payment.prompts = 2;
        row.event(actor, EventKind::Bound(to));
    });
}

fn approvable_by(table: &mut Table, user: UserId, deadline: Timestamp) {
    queues(table, Case::Approve(user), user, deadline);
    table.refuses(FROM_DUE, &[Case::Approve(user)], &Refusal::DeadlinePassed);
}

fn force_approvable_by(table: &mut Table, user: UserId, deadline: Timestamp) {
    queues(table, Case::ForceApprove(user), user, deadline);
}

/// Attempt 1 is queued; it has ten seconds, less the millisecond before the deadline.
fn queues(table: &mut Table, case: Case, user: UserId, deadline: Timestamp) {
    table.changes(BEFORE, &[case], |row| {
        row.payment.binding = Binding::User(user);
        let phase = Phase::Queued { since: deadline.plus_millis(-1) };
        row.state(State::Authorizing { card: CARD, attempt: AttemptNumber::One, phase });
        row.event(Actor::User(user), EventKind::Approved { user, card: CARD });
        row.clears(DueKind::Timer, deadline);
        row.sets(DueKind::Timer, deadline.plus_millis(9_999));
    });
}

fn cancellable_by(table: &mut Table, user: UserId, deadline: Timestamp) {
    let case = Case::Cancel(CancelledBy::App, Some(user));
    table.changes(BEFORE, &[case], |row| {
        row.state(State::Cancelled(CancelledBy::App));
        row.event(Actor::User(user), EventKind::Cancelled(CancelledBy::App));
        row.clears(DueKind::Timer, deadline);
        row.notice(NoticeKind::UserCancel);
    });
    table.refuses(FROM_DUE, &[case], &Refusal::DeadlinePassed);
}

fn ending(table: &mut Table, deadline: Timestamp) {
    let on_landing_page = Case::Cancel(CancelledBy::LandingPage, None);
    table.changes(BEFORE, &[on_landing_page], |row| {
        row.state(State::Cancelled(CancelledBy::LandingPage));
        row.event(Actor::LinkHolder, EventKind::Cancelled(CancelledBy::LandingPage));
        row.clears(DueKind::Timer, deadline);
        row.notice(NoticeKind::UserCancel);
    });
    table.refuses(FROM_DUE, &[on_landing_page], &Refusal::DeadlinePassed);
    table.refuses(EVER, &[Case::Cancel(CancelledBy::App, None)], &Refusal::NotThisUser);
    table.refuses(EVER, &IMPOSSIBLE_CANCELS, &Refusal::WrongState(StateName::AwaitingApproval));
    table.refuses(BEFORE, &[Case::PassDeadline], &Refusal::NotDue);
    table.changes(FROM_DUE, &[Case::PassDeadline], |row| {
        row.state(State::Expired);
        row.event(Actor::Wallet, EventKind::Expired);
        row.clears(DueKind::Timer, deadline);
        row.notice(NoticeKind::Timeout);
    });
}

fn attempts(table: &mut Table) {
    let wrong_state = Refusal::WrongState(StateName::AwaitingApproval);
    table.refuses(EVER, &[Case::OpenAttempt, Case::GiveUpQueued], &wrong_state);
    table.refuses(EVER, &ends(AttemptNumber::One), &wrong_state);
    table.refuses(EVER, &ends(AttemptNumber::Two), &wrong_state);
    table.refuses(EVER, &RETURNS, &wrong_state);
}

fn entry_rows(table: &mut Table, deadline: Timestamp) {
    for status in [EntryStatus::Reserved, EntryStatus::Captured, EntryStatus::Refunded] {
        let refusal = EntryRefusal::NotReserved(StateName::AwaitingApproval);
        table.refuses_entries(&entries(status, OperationStatus::Success), refusal);
    }
    table.changes(EVER, &entries(EntryStatus::Cancelled, OperationStatus::Success), |row| {
        row.state(State::Cancelled(CancelledBy::Psp));
        row.event(Actor::Psp(PSP), EventKind::Cancelled(CancelledBy::Psp));
        row.clears(DueKind::Timer, deadline);
    });
    table.keeps_failed_operations();
}
