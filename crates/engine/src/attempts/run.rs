//! One attempt, from its slot to its outcome.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use lommebok_domain::due::{ATTEMPT_ANSWER_MS, ATTEMPT_SLOT_MS};
use lommebok_domain::{
    AttemptAnswer, AttemptNumber, Cause, CauseCode, Command, Payment, PaymentId, Phase, ReturnId, State, TenantId,
    Timestamp,
};
use lommebok_psp_v3::make_payment as wire;

use super::Attempts;
use super::call_deadline::call_deadline;
use super::call_end::{CallEnd, words};
use super::crash_points::CrashPoint;
use crate::after_commit::QueuedAttempt;
use crate::clock::ProcessTime;
use crate::exchanges::{About, Exchanges, Interface, ObservedCall};
use crate::observability::calls::{self, Kind, Line};
use crate::observability::names::ATTEMPTS;
use crate::outbound::{Call, CallObserver, CallOutcome, CallSecrets, LateAnswer, Slot, Stage as CallStage};
use crate::retry::{retry, retry_until};
use crate::tokens::{IssuedToken, TokenRequest};

/// How long a sandbox keeps reading after the 15 s, in ms of process time.
const LATE_ANSWER_MS: u64 = 45_000;

/// An attempt that this task has committed as open, and that no other may send.
struct OpenAttempt {
    payment: Payment,
    attempt: AttemptNumber,
    at: Timestamp,
    return_id: ReturnId,
    send_before: tokio::time::Instant,
}

impl Attempts {
    pub(super) async fn make(&self, queued: QueuedAttempt) {
        let QueuedAttempt { payment, held } = queued;
        let id = payment.id;
        self.crash_points.reached(CrashPoint::ApproveCommitted, id);
        let State::Authorizing { phase: Phase::Queued { since }, .. } = payment.state else { return };
        let Some(slot) = self.slot(&payment, since).await else { return };
        let Some(token) = self.token(&payment).await else { return };
        if self.tasks.stopping().is_cancelled() {
            return;
        }
        let Some(open) = self.open(&payment, since).await else { return };
        held.ends_by(open.at.plus_millis(ATTEMPT_ANSWER_MS));
        self.crash_points.reached(CrashPoint::OpenCommitted, id);
        let secrets = match self.secrets_of(&open, &token).await {
            Ok(secrets) => secrets,
            Err(cause) => return self.end(&open, AttemptAnswer::NotDelivered(cause), 0).await,
        };
        let began = ProcessTime.now();
        let call = self.call(&open, &token, &secrets);
        let about = open.about(self.payments.tenant);
        let (call, mut observed) = Exchanges::observe(self.exchanges.as_ref(), about, open.at, call);
        drop(token);
        let Some(outcome) = self.unless_ending(id, self.send(&open, call, &slot)).await else { return };
        drop(slot);
        let call_end = CallEnd { payment: &open.payment, policy: self.url_policy, secrets: &secrets };
        let took = ProcessTime.now().duration_since(began);
        if let Some(observed) = &mut observed {
            observed.ended(&outcome);
        }
        let (answer, late) = call_end.read(outcome);
        // Before the commit: who sees the payment's new state finds the call that led to it.
        if let Some(observed) = &mut observed {
            observed.keep(outcome_in_words(open.attempt, &answer));
        }
        self.end(&open, answer, calls::millis(took)).await;
        drop(held);
        if let Some(late) = late {
            self.keep_late_answer(&call_end, late, observed).await;
        }
    }

    /// A free slot of the PSP, or the payment fails when none comes in 10 s. Nothing when the server stops: the next start
    /// goes on from the queue.
    async fn slot(&self, payment: &Payment, since: Timestamp) -> Option<Slot> {
        let deadline = self.clock.sleep_until(since.plus_millis(ATTEMPT_SLOT_MS));
        let acquired = tokio::select! {
            biased;
            acquired = self.slots.acquire(payment.terms.psp.get(), deadline) => acquired,
            () = self.tasks.stopping().cancelled() => return None,
        };
        match acquired {
            Ok(slot) => Some(slot),
            Err(_no_free_slot) => {
                self.give_up(payment, Cause::new(CauseCode::NoFreeSlot, "no free call to the PSP within 10 s")).await;
                None
            }
        }
    }

    async fn token(&self, payment: &Payment) -> Option<IssuedToken> {
        match self.request_token(payment).await {
            Ok(token) => Some(token),
            Err(cause) => {
                self.give_up(payment, cause).await;
                None
            }
        }
    }

    async fn request_token(&self, payment: &Payment) -> Result<IssuedToken, Cause> {
        let State::Authorizing { card, attempt, .. } = payment.state else {
            return Err(Cause::code(CauseCode::NotAuthorizing));
        };
        let card = self.people.card(card).await.map_err(|fault| Cause::new(CauseCode::NoToken, fault.to_string()))?;
        if !self.people.usable(&card) {
            return Err(Cause::new(CauseCode::NoToken, "the card is not eligible any more"));
        }
        let request = TokenRequest { terms: &payment.terms, card: &card, payment: payment.id, attempt };
        self.tokens.issue(&request).map_err(|refused| Cause::new(CauseCode::NoToken, refused.to_string()))
    }

    async fn give_up(&self, queued: &Payment, cause: Cause) {
        let State::Authorizing { attempt, .. } = queued.state else { return };
        let id = queued.id;
        let command = Command::GiveUpQueued { cause };
        match retry(&self.tasks, || self.payments.apply(id, command.clone())).await {
            Ok(payment) => {
                ::metrics::counter!(ATTEMPTS, "outcome" => "not_sent").increment(1);
                calls::say(Kind::MakePayment, || {
                    Line::MakePayment(calls::MakePayment::new(&payment, attempt.get(), 0))
                });
            }
            Err(fault) => {
                tracing::warn!(payment = id.get(), %fault, "a queued attempt could not be given up; its timer will");
            }
        }
    }

    /// Commits the opening; a store in trouble gets the rest of the ten seconds, for nothing has been sent yet.
    async fn open(&self, payment: &Payment, since: Timestamp) -> Option<OpenAttempt> {
        let return_id = ReturnId::new(u128::from_be_bytes(self.randomness.bytes()));
        let too_late = async {
            tokio::select! {
                () = self.clock.sleep_until(since.plus_millis(ATTEMPT_SLOT_MS)) => {}
                () = self.tasks.stopping().cancelled() => {}
            }
        };
        let opened = retry_until(&self.tasks, too_late, async || {
            // Counted from before the commit, which is the stricter side.
            let began = ProcessTime.now();
            let payment = self.payments.apply_to(payment.clone(), Command::OpenAttempt { return_id }).await?;
            Ok((payment, began))
        });
        let (payment, began) = match opened.await {
            Ok(opened) => opened,
            Err(fault) => {
                tracing::warn!(payment = payment.id.get(), %fault, "the attempt was not opened");
                if fault.passes() && !self.tasks.stopping().is_cancelled() {
                    self.give_up(
                        payment,
                        Cause::new(CauseCode::NotStored, "the attempt could not be stored within 10 s"),
                    )
                    .await;
                }
                return None;
            }
        };
        let send_before = began.checked_add(self.sends_within)?;
        let State::Authorizing { attempt, phase: Phase::Open { at, .. }, .. } = payment.state else { return None };
        Some(OpenAttempt { payment, attempt, at, return_id, send_before })
    }

    /// What the call carries and must not show.
    async fn secrets_of(&self, open: &OpenAttempt, token: &IssuedToken) -> Result<CallSecrets, Cause> {
        let authorization = self.secrets.make_payment_token(&open.payment).await.map_err(|fault| {
            tracing::error!(payment = open.payment.id.get(), %fault, "makePaymentToken can't be read");
            Cause::new(CauseCode::NotSent, "makePaymentToken can't be read")
        })?;
        Ok(CallSecrets::new(&token.secrets(), authorization.as_ref().map(|token| token.as_str())))
    }

    async fn send(&self, open: &OpenAttempt, call: Call, slot: &Slot) -> CallOutcome {
        let deadline = call_deadline(&self.clock, open.at.plus_millis(ATTEMPT_ANSWER_MS));
        self.outbound.post(call, slot, deadline).await
    }

    fn call(&self, open: &OpenAttempt, token: &IssuedToken, secrets: &CallSecrets) -> Call {
        let body = Bytes::from(self.accepted_body(open, token));
        let mut call = Call::new(open.payment.terms.make_payment_url.as_str(), body).sent_before(open.send_before);
        if let Some(authorization) = secrets.authorization() {
            call = call.with_authorization(authorization);
        }
        if let Some(observer) = self.stage_observer(open.payment.id) {
            call = call.with_observer(observer);
        }
        call
    }

    /// The call's end, or nothing when the server ends first: the attempt stays open, and the next start settles it.
    async fn unless_ending<T>(&self, id: PaymentId, call: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            outcome = call => Some(outcome),
            () = self.tasks.ending().cancelled() => {
                tracing::warn!(payment = id.get(), "ended before the PSP answered; the next start settles it as unknown");
                None
            }
        }
    }

    fn stage_observer(&self, id: PaymentId) -> Option<CallObserver> {
        self.crash_points.are_watched().then(|| {
            let points = self.crash_points.clone();
            let observer: CallObserver = Arc::new(move |stage| match stage {
                CallStage::FirstByte => points.reached(CrashPoint::FirstByte, id),
                CallStage::LastByte => points.reached(CrashPoint::LastByte, id),
                CallStage::AnswerReceived => points.reached(CrashPoint::AnswerReceived, id),
                CallStage::Connected => {}
            });
            observer
        })
    }

    fn accepted_body(&self, open: &OpenAttempt, token: &IssuedToken) -> Vec<u8> {
        let terms = &open.payment.terms;
        let operations = wire::operations(&self.public_url, &format!("{:032x}", open.return_id.get()));
        let (id, msn) = (terms.psp_transaction_id.as_str(), terms.msn.as_str());
        wire::Accepted::new(id, msn, token.bin_number(), token.network_token(), operations).to_body()
    }

    /// Commits the outcome, however long the store is in trouble. Only when the server ends before, the payment stays open, and
    /// the next start settles it as unknown.
    async fn end(&self, open: &OpenAttempt, answer: AttemptAnswer, ms: u64) {
        let id = open.payment.id;
        let outcome = outcome_label(&answer);
        let command = Command::EndAttempt { attempt: open.attempt, answer };
        match retry(&self.tasks, || self.payments.apply_to(open.payment.clone(), command.clone())).await {
            Ok(payment) => {
                ::metrics::counter!(ATTEMPTS, "outcome" => outcome).increment(1);
                calls::say(Kind::MakePayment, || {
                    Line::MakePayment(calls::MakePayment::new(&payment, open.attempt.get(), ms))
                });
                self.crash_points.reached(CrashPoint::OutcomeCommitted, id);
            }
            Err(fault) => tracing::error!(payment = id.get(), %fault, "an attempt's outcome was not committed"),
        }
    }

    /// A sandbox keeps what comes after the 15 s; it changes nothing.
    async fn keep_late_answer(&self, call_end: &CallEnd<'_>, late: LateAnswer, observed: Option<ObservedCall>) {
        if !self.keeps_late_answers {
            return;
        }
        let too_late = async {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(LATE_ANSWER_MS)) => {}
                () = self.tasks.stopping().cancelled() => {}
            }
        };
        let Some(outcome @ CallOutcome::Answered(_)) = late.wait(too_late).await else { return };
        let id = call_end.payment.id;
        let observed = observed.map(|mut observed| {
            observed.ended(&outcome);
            observed
        });
        let CallOutcome::Answered(answer) = outcome else { return };
        let answer = call_end.late(&answer);
        if let Some(mut observed) = observed {
            observed.keep(format!("FAILED, outcome unknown ({}); later: {}", CauseCode::Timeout, words(&answer)));
        }
        let command = Command::KeepLateAnswer { answer };
        if let Err(fault) = retry(&self.tasks, || self.payments.apply(id, command.clone())).await {
            tracing::warn!(payment = id.get(), %fault, "a late answer was not kept");
        }
    }
}

impl OpenAttempt {
    fn about(&self, tenant: TenantId) -> About {
        let attempt = u32::try_from(self.attempt.get()).ok();
        let (psp, payment) = (Some(self.payment.terms.psp), Some(self.payment.id));
        About { psp, payment, attempt, ..About::new(tenant, Interface::MakePayment) }
    }
}

/// What the payment becomes of it, and why (`domain::decide`), for people.
fn outcome_in_words(attempt: AttemptNumber, answer: &AttemptAnswer) -> String {
    match answer {
        AttemptAnswer::Ok => "RESERVED".to_owned(),
        AttemptAnswer::SoftDecline { .. } if attempt == AttemptNumber::One => "STEP_UP".to_owned(),
        AttemptAnswer::SoftDecline { .. } => format!("FAILED ({})", CauseCode::SecondSoftDecline),
        AttemptAnswer::SoftDeclineWithoutUrl(cause) | AttemptAnswer::Fail(cause) => {
            format!("FAILED ({})", words(cause))
        }
        AttemptAnswer::NotDelivered(cause) => format!("FAILED ({})", words(cause)),
        AttemptAnswer::Unknown(cause) => format!("FAILED, outcome unknown ({})", words(cause)),
    }
}

fn outcome_label(answer: &AttemptAnswer) -> &'static str {
    match answer {
        AttemptAnswer::Ok => "ok",
        AttemptAnswer::Fail(_) => "fail",
        AttemptAnswer::SoftDecline { .. } | AttemptAnswer::SoftDeclineWithoutUrl(_) => "soft_decline",
        AttemptAnswer::NotDelivered(_) => "not_delivered",
        AttemptAnswer::Unknown(_) => "unknown",
    }
}
