//! AUTHORIZING: the token is on its way. Attempt 1 or 2, queued or open; everything else has to wait.

use lommebok_domain::{
    Actor, AttemptNumber, Binding, CancelledBy, Cause, DueKind, EventKind, Failure, NoticeKind, Phase, Refusal,
    ReturnId, State, StateName,
};

use crate::case::{Answer, CONFIRMS, Case, FORCED, IMPOSSIBLE_CANCELS, LINKS, PARKED, RETURNS, ends, every_entry};
use crate::fixtures::{
    ANNA, BO, CARD, FIRST_RETURN, NEW_RETURN, PSP, SECOND_RETURN, STEP_UP_URL, WHOLE, at, cause, ore, payment, sums,
};
use crate::table::{EVER, Row, Table};

/// Queued and open, first and second.
pub(crate) fn tables() -> Vec<Table> {
    vec![
        queued("AUTHORIZING, attempt 1 queued", AttemptNumber::One, 70_000),
        open("AUTHORIZING, attempt 1 open", AttemptNumber::One, 71_000, FIRST_RETURN),
        queued("AUTHORIZING, attempt 2 queued", AttemptNumber::Two, 120_000),
        open("AUTHORIZING, attempt 2 open", AttemptNumber::Two, 121_000, SECOND_RETURN),
    ]
}

/// Ten seconds for a token and a free slot.
fn queued(name: &str, attempt: AttemptNumber, since_ms: i64) -> Table {
    let gives_up = at(since_ms).plus_millis(10_000);
    let before = payment(State::Authorizing { card: CARD, attempt, phase: Phase::Queued { since: at(since_ms) } });
    let mut table = Table::of(name, before, &[(DueKind::Timer, gives_up)], gives_up);
    busy(&mut table);
    table.changes(EVER, &[Case::OpenAttempt], |row| {
        let phase = Phase::Open { at: row.now, return_id: NEW_RETURN };
        row.state(State::Authorizing { card: CARD, attempt, phase });
        row.event(Actor::Wallet, EventKind::AttemptOpened(attempt));
        row.clears(DueKind::Timer, gives_up);
        row.sets(DueKind::Timer, row.now.plus_millis(20_000));
    });
    table.changes(EVER, &[Case::GiveUpQueued], |row| {
        fails(row, Actor::Wallet, cause("no_token"));
        row.clears(DueKind::Timer, gives_up);
        row.notice(NoticeKind::UserCancel);
    });
    table.refuses(EVER, &ends(AttemptNumber::One), &Refusal::WrongState(StateName::Authorizing));
    table.refuses(EVER, &ends(AttemptNumber::Two), &Refusal::WrongState(StateName::Authorizing));
    table
}

/// Fifteen seconds for the PSP's answer, five more until the timer settles it.
fn open(name: &str, attempt: AttemptNumber, opened_ms: i64, return_id: ReturnId) -> Table {
    let settled = at(opened_ms).plus_millis(20_000);
    let phase = Phase::Open { at: at(opened_ms), return_id };
    let before = payment(State::Authorizing { card: CARD, attempt, phase });
    let mut table = Table::of(name, before, &[(DueKind::Timer, settled)], settled);
    busy(&mut table);
    table.refuses(EVER, &[Case::OpenAttempt, Case::GiveUpQueued], &Refusal::WrongState(StateName::Authorizing));
    let (other, soft_decline) = match attempt {
        AttemptNumber::One => (AttemptNumber::Two, None),
        AttemptNumber::Two => (AttemptNumber::One, Some(Cause::new("second_soft_decline", "as the test says"))),
    };
    table.refuses(EVER, &ends(other), &Refusal::OtherAttempt);
    let mut answers = |answer: Answer, says: &dyn Fn(&mut Row)| {
        table.changes(EVER, &[Case::EndAttempt(attempt, answer)], |row| {
            says(row);
            row.clears(DueKind::Timer, settled);
        });
    };
    answers(Answer::Ok, &|row| {
        row.payment.sums = sums(0, 0, 0);
        row.state(State::Reserved { card: Some(CARD) });
        row.event(Actor::Psp(PSP), EventKind::Reserved { amount: ore(WHOLE), text: String::new() });
    });
    answers(Answer::Fail, &|row| fails(row, Actor::Psp(PSP), cause("psp_82")));
    answers(Answer::SoftDecline, &|row| {
        if let Some(cause) = &soft_decline {
            return fails(row, Actor::Psp(PSP), cause.clone());
        }
        let deadline = at(600_000);
        row.state(State::StepUp { card: CARD, url: STEP_UP_URL.to_owned(), return_id, deadline });
        row.event(Actor::Psp(PSP), EventKind::StepUpStarted(cause("psp_1036")));
        row.sets(DueKind::Timer, deadline);
    });
    answers(Answer::SoftDeclineWithoutUrl, &|row| fails(row, Actor::Psp(PSP), cause("psp_94")));
    answers(Answer::NotDelivered, &|row| fails(row, Actor::Wallet, cause("not_delivered")));
    answers(Answer::Unknown, &|row| {
        let failure = Failure::Unknown { cause: cause("timeout"), card: Some(CARD) };
        row.state(State::Failed(failure.clone()));
        row.event(Actor::Wallet, EventKind::Failed(failure));
    });
    table
}

fn fails(row: &mut Row, actor: Actor, cause: Cause) {
    let failure = Failure::Certain { cause };
    row.state(State::Failed(failure.clone()));
    row.event(actor, EventKind::Failed(failure));
}

/// Whatever the user, the timer or the PSP wants meanwhile.
fn busy(table: &mut Table) {
    table.refuses(EVER, &[Case::Confirm(Binding::Open)], &Refusal::NotThisUser);
    table.refuses(EVER, &CONFIRMS, &Refusal::BeingProcessed);
    table.refuses(EVER, &LINKS, &Refusal::BeingProcessed);
    table.refuses(EVER, &[Case::Approve(ANNA)], &Refusal::BeingProcessed);
    table.refuses(EVER, &[Case::Approve(BO)], &Refusal::NotThisUser);
    table.refuses(EVER, &FORCED, &Refusal::BeingProcessed);
    let refused = [Case::Cancel(CancelledBy::App, Some(ANNA)), Case::Cancel(CancelledBy::LandingPage, None)];
    table.refuses(EVER, &refused, &Refusal::BeingProcessed);
    let strangers = [Case::Cancel(CancelledBy::App, Some(BO)), Case::Cancel(CancelledBy::App, None)];
    table.refuses(EVER, &strangers, &Refusal::NotThisUser);
    table.refuses(EVER, &IMPOSSIBLE_CANCELS, &Refusal::WrongState(StateName::Authorizing));
    table.refuses(EVER, &[Case::PassDeadline], &Refusal::BeingProcessed);
    table.refuses(EVER, &RETURNS, &Refusal::BeingProcessed);
    table.refuses(EVER, &every_entry(Case::Entry), &Refusal::EntryWaits);
    table.refuses(EVER, &every_entry(Case::Waiting), &Refusal::EntryWaits);
    table.changes(EVER, &PARKED, |row| {
        row.payment.waiting = 1;
        row.event(Actor::Psp(PSP), EventKind::EntryParked);
    });
    table.has_no_notice();
    table.ends_as_restored(Some(CARD));
    table.refuses(EVER, &[Case::LateAnswer], &Refusal::WrongState(StateName::Authorizing));
}
