//! Notices to the PSP: USER_CANCEL and TIMEOUT. They carry no token, so sending one twice is harmless; the payment's own
//! log says which try this is and when the next is due.

use std::sync::Arc;

use bytes::Bytes;
use lommebok_domain::due::ATTEMPT_ANSWER_MS;
use lommebok_domain::{Cause, CauseCode, Command, Notice, NoticeKind, Payment, PaymentId, Timestamp};
use lommebok_psp_v3::make_payment as wire;
use tokio::task::JoinHandle;

use super::call_deadline::call_deadline;
use super::call_end::words;
use crate::after_commit::Schedule;
use crate::clock::{BusinessClock, ProcessTime};
use crate::exchanges::{About, Exchanges, Interface};
use crate::in_flight::{InFlight, InFlightGuard, Work};
use crate::inits::InitSecrets;
use crate::observability::calls::{self, Kind, Line};
use crate::observability::names::{NOTICES, NOTICES_GIVEN_UP};
use crate::outbound::{Call, CallOutcome, CallSecrets, OutboundClient, Slots, shown_answer, shown_part};
use crate::payments::Payments;
use crate::retry::retry;
use crate::tasks::Tasks;

/// How long a notice may take, the wait for a slot included, in ms: as long as an attempt.
const NOTICE_MS: i64 = ATTEMPT_ANSWER_MS;

/// Sends notices.
#[derive(Debug)]
pub(crate) struct Notices {
    pub(crate) payments: Arc<Payments>,
    pub(crate) secrets: Arc<InitSecrets>,
    pub(crate) clock: BusinessClock,
    pub(crate) tasks: Tasks,
    pub(crate) in_flight: InFlight,
    pub(crate) outbound: OutboundClient,
    /// Where calls are kept; only a sandbox has any.
    pub(crate) exchanges: Option<Arc<Exchanges>>,
    pub(crate) slots: Arc<Slots>,
    pub(crate) timers: Arc<Schedule>,
}

impl Notices {
    /// Sends the payment's due notice in a task of its own, unless one is under way.
    pub(crate) fn start(self: &Arc<Self>, id: PaymentId) -> Option<JoinHandle<()>> {
        if self.tasks.stopping().is_cancelled() {
            return None;
        }
        let ends_by = self.clock.now().plus_millis(NOTICE_MS);
        let held = self.in_flight.take(id, Work::Notice, ends_by)?;
        let notices = Arc::clone(self);
        Some(self.tasks.spawn("notice", async move { notices.run(id, held, ends_by).await }))
    }

    async fn run(&self, id: PaymentId, held: InFlightGuard, ends_by: Timestamp) {
        let Ok(payment) = retry(&self.tasks, || self.payments.load(id)).await else { return };
        let Notice::Due { kind, tries, .. } = payment.notice else { return };
        let began = ProcessTime.now();
        let sent = tokio::select! {
            sent = self.send(&payment, (kind, tries.saturating_add(1)), ends_by) => sent,
            () = self.tasks.ending().cancelled() => return,
        };
        // Whatever hinders the commit is no reason to send again.
        let tried = Command::NoticeTried { delivered: sent.clone() };
        match retry(&self.tasks, || self.payments.apply(id, tried.clone())).await {
            Ok(payment) => {
                count(&payment);
                calls::say(Kind::Notice, || {
                    let ms = calls::millis(ProcessTime.now().duration_since(began));
                    Line::Notice(calls::Notice::new(&payment, &sent, ms))
                });
            }
            Err(fault) => {
                tracing::warn!(payment = id.get(), %fault, "a notice's result was not committed; it will be sent again");
            }
        }
        drop(held);
        self.timers.ring();
    }

    async fn send(&self, payment: &Payment, (kind, nth): (NoticeKind, u8), ends_by: Timestamp) -> Result<u16, Cause> {
        let deadline = || call_deadline(&self.clock, ends_by);
        let slot = self
            .slots
            .acquire(payment.terms.psp.get(), deadline())
            .await
            .map_err(|_| Cause::code(CauseCode::NoFreeSlot))?;
        let authorization = self
            .secrets
            .make_payment_token(payment)
            .await
            .map_err(|fault| Cause::new(CauseCode::NotSent, fault.to_string()))?;
        let secrets = CallSecrets::new(&[], authorization.as_ref().map(|token| token.as_str()));
        let body = Bytes::from(body(payment, kind));
        let mut call = Call::new(payment.terms.make_payment_url.as_str(), body);
        if let Some(authorization) = secrets.authorization() {
            call = call.with_authorization(authorization);
        }
        let about = About {
            payment: Some(payment.id),
            psp: Some(payment.terms.psp),
            ..About::new(self.payments.tenant, Interface::Notice)
        };
        let (call, observed) = Exchanges::observe(self.exchanges.as_ref(), about, self.clock.now(), call);
        let outcome = self.outbound.post(call, &slot, deadline()).await;
        let observed = observed.map(|mut observed| {
            observed.ended(&outcome);
            observed
        });
        let sent = delivered(outcome, &secrets);
        if let Some(mut observed) = observed {
            observed.keep(match &sent {
                Ok(_) => format!("delivered, by try {nth}"),
                Err(cause) => format!("not delivered, by try {nth} ({})", words(cause)),
            });
        }
        sent
    }
}

/// Any whole answer below 500 is the PSP's word that it has heard.
fn delivered(outcome: CallOutcome, secrets: &CallSecrets) -> Result<u16, Cause> {
    let code = outcome.code();
    match outcome {
        CallOutcome::Answered(answer) if answer.head.status < 500 => Ok(answer.head.status),
        CallOutcome::Answered(answer) => {
            Err(Cause::new(CauseCode::ServerError, shown_answer(&answer, None, &secrets.masks())))
        }
        CallOutcome::Unknown { head: Some(head), body_bytes, .. } => {
            Err(Cause::new(code, shown_part(&head, body_bytes, &secrets.masks())))
        }
        CallOutcome::Unknown { head: None, .. } | CallOutcome::NotDelivered { .. } | CallOutcome::TimedOut(_) => {
            Err(Cause::code(code))
        }
    }
}

/// Counts a try by what it left behind; one that was the last is an alarm.
fn count(payment: &Payment) {
    let result = if matches!(payment.notice, Notice::Delivered { .. }) { "delivered" } else { "failed" };
    ::metrics::counter!(NOTICES, "result" => result).increment(1);
    if matches!(payment.notice, Notice::GivenUp(_)) {
        ::metrics::counter!(NOTICES_GIVEN_UP).increment(1);
        tracing::error!(payment = payment.id.get(), "a notice was given up: its PSP did not take it in six tries");
    }
}

fn body(payment: &Payment, kind: NoticeKind) -> Vec<u8> {
    let state = match kind {
        NoticeKind::UserCancel => wire::NoticeState::UserCancel,
        NoticeKind::Timeout => wire::NoticeState::Timeout,
    };
    wire::Notice::new(payment.terms.psp_transaction_id.as_str(), payment.terms.msn.as_str(), state).to_body()
}
