//! STEP_UP: the user is on the PSP's 3-D Secure page, for what is left of ten minutes.

use lommebok_domain::{
    Actor, AttemptNumber, Binding, CancelledBy, Cause, DueKind, EntryRefusal, EntryStatus, EventKind, Failure,
    NoticeKind, OperationStatus, Phase, Refusal, State, StateName, StepUpResult,
};

use crate::case::{CONFIRMS, Case, FORCED, IMPOSSIBLE_CANCELS, LINKS, ends, entries};
use crate::fixtures::{ANNA, BO, CARD, FIRST_RETURN, FOREIGN_RETURN, PSP, SECOND_RETURN, STEP_UP_URL, at, payment};
use crate::table::{BEFORE, EVER, FROM_DUE, Table};

pub(crate) fn table() -> Table {
    let deadline = at(600_000);
    let url = STEP_UP_URL.to_owned();
    let before = payment(State::StepUp { card: CARD, url, return_id: FIRST_RETURN, deadline });
    let mut table = Table::of("STEP_UP", before, &[(DueKind::Timer, deadline)], deadline);
    returns(&mut table);
    cancels(&mut table);
    refused(&mut table);
    entry_rows(&mut table);
    table.has_nothing_waiting();
    table.has_no_notice();
    table.ends_as_restored(Some(CARD));
    table
}

fn returns(table: &mut Table) {
    table.changes(BEFORE, &[Case::Return(FIRST_RETURN, StepUpResult::Success)], |row| {
        let phase = Phase::Queued { since: at(599_999) };
        row.state(State::Authorizing { card: CARD, attempt: AttemptNumber::Two, phase });
        row.event(Actor::User(ANNA), EventKind::StepUpPassed);
        row.clears(DueKind::Timer, at(600_000));
        row.sets(DueKind::Timer, at(609_999));
    });
    table.changes(BEFORE, &[Case::Return(FIRST_RETURN, StepUpResult::Cancel)], |row| {
        row.state(State::Cancelled(CancelledBy::ThreeDSecure));
        row.event(Actor::User(ANNA), EventKind::Cancelled(CancelledBy::ThreeDSecure));
        row.clears(DueKind::Timer, at(600_000));
        row.notice(NoticeKind::UserCancel);
    });
    table.changes(BEFORE, &[Case::Return(FIRST_RETURN, StepUpResult::Failure)], |row| {
        let failure = Failure::Certain { cause: Cause::code("three_d_secure_failed") };
        row.state(State::Failed(failure.clone()));
        row.event(Actor::User(ANNA), EventKind::Failed(failure));
        row.clears(DueKind::Timer, at(600_000));
        row.notice(NoticeKind::UserCancel);
    });
    for result in [StepUpResult::Success, StepUpResult::Cancel, StepUpResult::Failure] {
        table.refuses(FROM_DUE, &[Case::Return(FIRST_RETURN, result)], &Refusal::DeadlinePassed);
        let foreign = [Case::Return(SECOND_RETURN, result), Case::Return(FOREIGN_RETURN, result)];
        table.refuses(EVER, &foreign, &Refusal::OtherAttempt);
    }
}

fn cancels(table: &mut Table) {
    let in_the_app = Case::Cancel(CancelledBy::App, Some(ANNA));
    table.changes(BEFORE, &[in_the_app], |row| {
        row.state(State::Cancelled(CancelledBy::App));
        row.event(Actor::User(ANNA), EventKind::Cancelled(CancelledBy::App));
        row.clears(DueKind::Timer, at(600_000));
        row.notice(NoticeKind::UserCancel);
    });
    table.refuses(FROM_DUE, &[in_the_app], &Refusal::DeadlinePassed);
    let strangers = [Case::Cancel(CancelledBy::App, Some(BO)), Case::Cancel(CancelledBy::App, None)];
    table.refuses(EVER, &strangers, &Refusal::NotThisUser);
    let wrong_state = Refusal::WrongState(StateName::StepUp);
    table.refuses(EVER, &[Case::Cancel(CancelledBy::LandingPage, None)], &wrong_state);
    table.refuses(EVER, &IMPOSSIBLE_CANCELS, &wrong_state);
    table.refuses(BEFORE, &[Case::PassDeadline], &Refusal::NotDue);
    table.changes(FROM_DUE, &[Case::PassDeadline], |row| {
        row.state(State::Expired);
        row.event(Actor::Wallet, EventKind::Expired);
        row.clears(DueKind::Timer, at(600_000));
        row.notice(NoticeKind::Timeout);
    });
}

fn refused(table: &mut Table) {
    let wrong_state = Refusal::WrongState(StateName::StepUp);
    table.refuses(EVER, &[Case::Confirm(Binding::Open)], &Refusal::NotThisUser);
    table.refuses(EVER, &CONFIRMS, &wrong_state);
    table.refuses(EVER, &LINKS, &wrong_state);
    table.refuses(EVER, &[Case::Approve(ANNA)], &wrong_state);
    table.refuses(EVER, &[Case::Approve(BO)], &Refusal::NotThisUser);
    table.refuses(EVER, &FORCED, &wrong_state);
    table.refuses(EVER, &[Case::OpenAttempt, Case::GiveUpQueued], &wrong_state);
    table.refuses(EVER, &ends(AttemptNumber::One), &wrong_state);
    table.refuses(EVER, &ends(AttemptNumber::Two), &wrong_state);
    table.refuses(EVER, &[Case::LateAnswer], &wrong_state);
}

fn entry_rows(table: &mut Table) {
    for status in [EntryStatus::Reserved, EntryStatus::Captured, EntryStatus::Refunded] {
        let refusal = EntryRefusal::NotReserved(StateName::StepUp);
        table.refuses_entries(&entries(status, OperationStatus::Success), refusal);
    }
    table.changes(EVER, &entries(EntryStatus::Cancelled, OperationStatus::Success), |row| {
        row.state(State::Cancelled(CancelledBy::Psp));
        row.event(Actor::Psp(PSP), EventKind::Cancelled(CancelledBy::Psp));
        row.clears(DueKind::Timer, at(600_000));
    });
    table.keeps_failed_operations();
}
