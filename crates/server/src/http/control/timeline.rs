//! What there is to draw and to do of one payment: attempts, what is due, what may be done, and the log with the sums after each event.

use lommebok_control_api as wire;
use lommebok_domain::history::sums_after;
use lommebok_domain::timeline::{self, Attempt, AttemptOutcome};
use lommebok_domain::{Action, CardId, Cause, DueKind, Entrance, Event, EventKind, Payment, Sums};
use lommebok_engine::fault::Fault;
use lommebok_engine::people::People;
use lommebok_store::EventPage;

use super::view::{log_entry, moment};

pub(super) fn entrance(payment: &Payment) -> wire::Entrance {
    match payment.terms.entrance {
        Entrance::LandingPage => wire::Entrance::LandingPage,
        Entrance::App => wire::Entrance::App,
        Entrance::Push => wire::Entrance::Push,
    }
}

/// A page of the log, of a payment that had these sums before it.
pub(super) fn log(page: &EventPage, mut sums: Sums) -> Vec<wire::LogEntry> {
    let numbered = (page.first_version..).zip(&page.events);
    let entry = |(version, event): (i64, &Event)| {
        sums = sums_after(sums, &event.kind).unwrap_or(sums);
        log_entry(version, event, sums)
    };
    numbered.map(entry).collect()
}

/// The card with which it was approved.
pub(super) async fn card(people: &People, events: &[Event]) -> Result<Option<wire::UsedCard>, Fault> {
    let approved = events
        .iter()
        .find_map(|event| if let EventKind::Approved { card, .. } = event.kind { Some(card) } else { None });
    match approved {
        None => Ok(None),
        Some(card) => used(people, card).await,
    }
}

async fn used(people: &People, id: CardId) -> Result<Option<wire::UsedCard>, Fault> {
    match people.card(id).await {
        Ok(card) => Ok(Some(wire::UsedCard {
            id: id.get(),
            network: card.details.scheme.as_str().to_owned(),
            last_four: card.details.last_four,
        })),
        Err(Fault::CardNotUsable) => Ok(None),
        Err(fault) => Err(fault),
    }
}

pub(super) fn attempts(events: &[Event]) -> Vec<wire::Attempt> {
    timeline::attempts(events).iter().map(attempt).collect()
}

fn attempt(attempt: &Attempt) -> wire::Attempt {
    let outcome = attempt.end.as_ref().map(|end| match &end.outcome {
        AttemptOutcome::Reserved => (wire::AttemptOutcome::Reserved, None),
        AttemptOutcome::StepUp(cause) => (wire::AttemptOutcome::StepUp, Some(cause)),
        AttemptOutcome::Failed(cause) => (wire::AttemptOutcome::Failed, Some(cause)),
        AttemptOutcome::Unknown(cause) => (wire::AttemptOutcome::Unknown, Some(cause)),
    });
    let cause: Option<&Cause> = outcome.and_then(|(_, cause)| cause);
    wire::Attempt {
        attempt: attempt.number.get(),
        queued_at: moment(attempt.queued_at),
        opened_at: attempt.opened_at.map(moment),
        ended_at: attempt.end.as_ref().map(|end| moment(end.at)),
        outcome: outcome.map(|(outcome, _)| outcome),
        cause: cause.map(|cause| cause.code.to_string()),
        detail: cause.map(|cause| cause.detail.clone()).unwrap_or_default(),
    }
}

/// What happens next by itself, the earliest first.
pub(super) fn due(payment: &Payment) -> Vec<wire::Due> {
    let mut due: Vec<_> = payment.due().collect();
    due.sort_by_key(|(_, at)| *at);
    let shown = |(kind, at)| wire::Due {
        kind: match kind {
            DueKind::Timer => wire::DueKind::Deadline,
            DueKind::Notice => wire::DueKind::Notice,
            DueKind::Waiting => wire::DueKind::WaitingEntries,
        },
        at: moment(at),
        then: timeline::then(payment, kind).to_owned(),
    };
    due.into_iter().map(shown).collect()
}

/// What may be done in its state, in a sandbox.
pub(super) fn can_do(payment: &Payment) -> Vec<wire::CanDo> {
    let shown = |action: Action| {
        let possible = action.check(payment.state.name());
        wire::CanDo {
            action: match action {
                Action::Approve => wire::Action::Approve,
                Action::Cancel => wire::Action::Cancel,
                Action::StepUp => wire::Action::StepUp,
                Action::Expire => wire::Action::Expire,
            },
            possible: possible.is_ok(),
            reason: possible.err().map(|reason| reason.to_string()),
        }
    };
    Action::ALL.map(shown).to_vec()
}
