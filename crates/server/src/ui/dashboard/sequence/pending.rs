//! What a payment waits for, as rows that are still to come.

use lommebok_control_api::{Moment, NoticeStatus, Outcome, Payment, Phase, StateDetail};
use lommebok_domain::due::ATTEMPT_ANSWER_MS;
use lommebok_web::pages::lang::Lang;

use super::{Lane, Look, Row, Way};
use crate::ui::dashboard::words;

pub(super) fn rows(lang: Lang, payment: &Payment) -> Vec<Row> {
    let (wallet, psp, customer) = (Lane::Wallet, Lane::Psp, Lane::Customer);
    let by_state = match payment.state_detail.as_ref() {
        Some(StateDetail::Waits { deadline }) => {
            let label = lang.of("godkjenner eller avbryter", "approves or cancels");
            Some(to_come(customer, wallet, label, Some(deadline.clone())))
        }
        Some(StateDetail::StepUp { deadline, .. }) => {
            let label = lang.of("kommer tilbake fra 3-D Secure", "comes back from 3-D Secure");
            Some(to_come(customer, wallet, label, Some(deadline.clone())))
        }
        Some(StateDetail::Attempt { attempt, phase: Phase::Queued, .. }) => {
            let label = format!("makePayment, {} {attempt}", lang.of("forsøk", "attempt"));
            Some(to_come(wallet, psp, label, None))
        }
        Some(StateDetail::Attempt { phase: Phase::Open, since, .. }) => {
            Some(to_come(psp, wallet, lang.of("svarer innen 15 s", "answers within 15 s"), answered_by(since)))
        }
        Some(StateDetail::Failed(failure)) if failure.outcome == Outcome::Unknown => {
            let label = lang.of("updatestatus avgjør utfallet", "updatestatus settles the outcome");
            Some(to_come(psp, wallet, label, None))
        }
        Some(StateDetail::Failed(_) | StateDetail::Cancelled(_)) | None => None,
    };
    let notice = payment.notice.as_ref().and_then(|notice| match &notice.status {
        NoticeStatus::Due { at, .. } => {
            let label = format!("{} {}", lang.of("varsel", "notice"), words::kind(notice.kind));
            Some(to_come(wallet, psp, label, Some(at.clone())))
        }
        NoticeStatus::Delivered { .. } | NoticeStatus::GivenUp => None,
    });
    let entries = (payment.waiting_entries > 0).then(|| {
        let label =
            lang.of("oppføringer fra updatestatus venter på svaret", "entries of updatestatus wait for the answer");
        Row { way: Way::At(wallet), ..to_come(psp, wallet, format!("{} {label}", payment.waiting_entries), None) }
    });
    [by_state, notice, entries].into_iter().flatten().collect()
}

fn to_come(from: Lane, to: Lane, label: impl Into<String>, until: Option<Moment>) -> Row {
    let row = Row::new(&Moment(String::new()), Way::Arrow { from, to }, label);
    Row { at: until, spacing: 2, ..row.look(Look::Pending) }
}

fn answered_by(since: &Moment) -> Option<Moment> {
    let by = words::millis(since)?.checked_add(ATTEMPT_ANSWER_MS)?;
    jiff::Timestamp::from_millisecond(by).ok().map(|by| Moment(format!("{by:.3}")))
}
