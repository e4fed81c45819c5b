//! The makePayment attempt from the queue to its outcome.
//!
//! The order is the promise: slot, token, commit of *open*, then at most one send, by this task and no other. The token
//! and its cryptogram live in this task's memory only (ADR 0001). A newcomer's mistake: to retry anything after *open*.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use lommebok_api::make_payment as wire;
use lommebok_domain::due::{ATTEMPT_ANSWER_MS, ATTEMPT_SLOT_MS};
use lommebok_domain::{
    AttemptAnswer, AttemptNumber, Cause, CauseCode, Command, Payment, PaymentId, Phase, ReturnId, State, Timestamp,
};

use super::call_deadline::call_deadline;
use super::call_end::CallEnd;
use crate::clock::ProcessTime;
use crate::observability::calls::{self, Kind, Line};
use crate::observability::names::ATTEMPTS;
use crate::outbound::{Call, CallObserver, CallOutcome, CallSecrets, LateAnswer, Slot, Stage as CallStage};
use crate::tokens::{IssuedToken, TokenRequest};
use crate::wallet::{CrashPoint, Environment, InFlightGuard, Wallet, Work};

/// How long the sandbox keeps reading after the 15 s, in ms of process time.
const LATE_ANSWER_MS: u64 = 45_000;

impl Wallet {
    /// Starts the attempt of a payment that has just been queued; does nothing for any other.
    pub(crate) fn start_attempt(&self, payment: &Payment) {
        let State::Authorizing { attempt, phase: Phase::Queued { since }, .. } = payment.state else { return };
        if self.tasks().stopping().is_cancelled() {
            return;
        }
        let ends_by = since.plus_millis(ATTEMPT_SLOT_MS);
        let Some(held) = self.in_flight().take(payment.id, Work::Attempt(attempt), ends_by) else { return };
        self.tasks().spawn("attempt", run(self.clone(), payment.clone(), held));
    }
}

async fn run(wallet: Wallet, payment: Payment, held: InFlightGuard) {
    let (wallet, id) = (&wallet, payment.id);
    wallet.reached(CrashPoint::ApproveCommitted, id);
    let State::Authorizing { phase: Phase::Queued { since }, .. } = payment.state else { return };
    let Some(slot) = slot(wallet, &payment, since).await else { return };
    let Some(token) = token(wallet, &payment).await else { return };
    if wallet.tasks().stopping().is_cancelled() {
        return;
    }
    let Some(open) = open(wallet, &payment, (since, &held)).await else { return };
    let secrets = match secrets(wallet, &open, &token) {
        Ok(secrets) => secrets,
        Err(cause) => return end(wallet, &open, AttemptAnswer::NotDelivered(cause), 0).await,
    };
    let began = ProcessTime.now();
    let Some(outcome) = unless_ending(wallet, id, send(wallet, &open, (token, &secrets), &slot)).await else { return };
    drop(slot);
    let call_end = CallEnd { payment: &open.payment, policy: wallet.url_policy(), secrets: &secrets };
    let took = ProcessTime.now().duration_since(began);
    let (answer, late) = call_end.read(outcome);
    end(wallet, &open, answer, calls::millis(took)).await;
    drop(held);
    if let Some(late) = late {
        keep_late_answer(wallet, &call_end, late).await;
    }
}

/// A free slot of the PSP, or the payment fails when none comes in 10 s. Nothing when the server stops: the next start
/// goes on from the queue.
async fn slot(wallet: &Wallet, payment: &Payment, since: Timestamp) -> Option<Slot> {
    let deadline = wallet.clock().sleep_until(since.plus_millis(ATTEMPT_SLOT_MS));
    let acquired = tokio::select! {
        biased;
        acquired = wallet.slots().acquire(payment.terms.psp.get(), deadline) => acquired,
        () = wallet.tasks().stopping().cancelled() => return None,
    };
    match acquired {
        Ok(slot) => Some(slot),
        Err(_no_free_slot) => {
            give_up(wallet, payment, Cause::new(CauseCode::NoFreeSlot, "no free call to the PSP within 10 s")).await;
            None
        }
    }
}

async fn token(wallet: &Wallet, payment: &Payment) -> Option<IssuedToken> {
    match request_token(wallet, payment) {
        Ok(token) => Some(token),
        Err(cause) => {
            give_up(wallet, payment, cause).await;
            None
        }
    }
}

fn request_token(wallet: &Wallet, payment: &Payment) -> Result<IssuedToken, Cause> {
    let State::Authorizing { card, attempt, .. } = payment.state else {
        return Err(Cause::code(CauseCode::NotAuthorizing));
    };
    let card = wallet.card(card).map_err(|fault| Cause::new(CauseCode::NoToken, fault.to_string()))?;
    if !wallet.usable(&card) {
        return Err(Cause::new(CauseCode::NoToken, "the card is not eligible any more"));
    }
    let request = TokenRequest { terms: &payment.terms, card: &card, payment: payment.id, attempt };
    wallet.issue_token(&request).map_err(|refused| Cause::new(CauseCode::NoToken, refused.to_string()))
}

async fn give_up(wallet: &Wallet, queued: &Payment, cause: Cause) {
    let State::Authorizing { attempt, .. } = queued.state else { return };
    let id = queued.id;
    let command = Command::GiveUpQueued { cause };
    match wallet.retry(|| wallet.apply(id, command.clone())).await {
        Ok(payment) => {
            ::metrics::counter!(ATTEMPTS, "outcome" => "not_sent").increment(1);
            calls::say(Kind::MakePayment, || Line::MakePayment(calls::MakePayment::new(&payment, attempt.get(), 0)));
        }
        Err(fault) => {
            tracing::warn!(payment = id.get(), %fault, "a queued attempt could not be given up; its timer will");
        }
    }
}

/// An attempt that this task has committed as open, and nobody else may send.
struct OpenAttempt {
    payment: Payment,
    attempt: AttemptNumber,
    at: Timestamp,
    return_id: ReturnId,
    send_before: tokio::time::Instant,
}

/// Commits the opening; a store in trouble gets the rest of the ten seconds, for nothing has been sent yet.
async fn open(wallet: &Wallet, payment: &Payment, (since, held): (Timestamp, &InFlightGuard)) -> Option<OpenAttempt> {
    let return_id = ReturnId::new(u128::from_be_bytes(wallet.randomness().bytes()));
    let too_late = async {
        tokio::select! {
            () = wallet.clock().sleep_until(since.plus_millis(ATTEMPT_SLOT_MS)) => {}
            () = wallet.tasks().stopping().cancelled() => {}
        }
    };
    let opened = wallet.retry_until(too_late, async || {
        // Counted from before the commit, which is the stricter side.
        let began = ProcessTime.now();
        let payment = wallet.apply_to(payment.clone(), Command::OpenAttempt { return_id }).await?;
        Ok((payment, began))
    });
    let (payment, began) = match opened.await {
        Ok(opened) => opened,
        Err(fault) => {
            tracing::warn!(payment = payment.id.get(), %fault, "the attempt was not opened");
            if fault.passes() && !wallet.tasks().stopping().is_cancelled() {
                give_up(
                    wallet,
                    payment,
                    Cause::new(CauseCode::NotStored, "the attempt could not be stored within 10 s"),
                )
                .await;
            }
            return None;
        }
    };
    let send_before = began.checked_add(wallet.sends_within())?;
    let State::Authorizing { attempt, phase: Phase::Open { at, .. }, .. } = payment.state else { return None };
    held.ends_by(at.plus_millis(ATTEMPT_ANSWER_MS));
    wallet.reached(CrashPoint::OpenCommitted, payment.id);
    Some(OpenAttempt { payment, attempt, at, return_id, send_before })
}

/// What the call carries and must not show.
fn secrets(wallet: &Wallet, open: &OpenAttempt, token: &IssuedToken) -> Result<CallSecrets, Cause> {
    let authorization = wallet.make_payment_token(&open.payment).map_err(|fault| {
        tracing::error!(payment = open.payment.id.get(), %fault, "makePaymentToken can't be read");
        Cause::new(CauseCode::NotSent, "makePaymentToken can't be read")
    })?;
    Ok(CallSecrets::new(&token.secrets(), authorization.as_ref().map(|token| token.as_str())))
}

async fn send(
    wallet: &Wallet,
    open: &OpenAttempt,
    (token, secrets): (IssuedToken, &CallSecrets),
    slot: &Slot,
) -> CallOutcome {
    let body = Bytes::from(accepted_body(wallet, open, &token));
    drop(token);
    let mut call = Call::new(open.payment.terms.make_payment_url.as_str(), body).sent_before(open.send_before);
    if let Some(authorization) = secrets.authorization() {
        call = call.with_authorization(authorization);
    }
    if let Some(observer) = stage_observer(wallet, open.payment.id) {
        call = call.with_observer(observer);
    }
    let deadline = call_deadline(wallet.clock(), open.at.plus_millis(ATTEMPT_ANSWER_MS));
    wallet.outbound().post(call, slot, deadline).await
}

/// The call's end, or nothing when the server's patience is over first: the attempt stays open, and the next start settles it.
async fn unless_ending<T>(wallet: &Wallet, id: PaymentId, call: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        outcome = call => Some(outcome),
        () = wallet.tasks().ending().cancelled() => {
            tracing::warn!(payment = id.get(), "ended before the PSP answered; the next start settles it as unknown");
            None
        }
    }
}

fn stage_observer(wallet: &Wallet, id: PaymentId) -> Option<CallObserver> {
    wallet.observes_crash_points().then(|| {
        let wallet = wallet.clone();
        let observer: CallObserver = Arc::new(move |stage| match stage {
            CallStage::FirstByte => wallet.reached(CrashPoint::FirstByte, id),
            CallStage::LastByte => wallet.reached(CrashPoint::LastByte, id),
            CallStage::AnswerReceived => wallet.reached(CrashPoint::AnswerReceived, id),
            CallStage::Connected => {}
        });
        observer
    })
}

fn accepted_body(wallet: &Wallet, open: &OpenAttempt, token: &IssuedToken) -> Vec<u8> {
    let terms = &open.payment.terms;
    let operations = wire::operations(wallet.public_url(), &format!("{:032x}", open.return_id.get()));
    let (id, msn) = (terms.psp_transaction_id.as_str(), terms.msn.as_str());
    wire::Accepted::new(id, msn, token.bin_number(), token.network_token(), operations).to_body()
}

/// Commits the outcome, however long the store is in trouble. Only when the server ends before, the payment stays open, and
/// the next start settles it as unknown.
async fn end(wallet: &Wallet, open: &OpenAttempt, answer: AttemptAnswer, ms: u64) {
    let id = open.payment.id;
    let outcome = outcome_label(&answer);
    let command = Command::EndAttempt { attempt: open.attempt, answer };
    match wallet.retry(|| wallet.apply_to(open.payment.clone(), command.clone())).await {
        Ok(payment) => {
            ::metrics::counter!(ATTEMPTS, "outcome" => outcome).increment(1);
            calls::say(Kind::MakePayment, || {
                Line::MakePayment(calls::MakePayment::new(&payment, open.attempt.get(), ms))
            });
            wallet.reached(CrashPoint::OutcomeCommitted, id);
        }
        Err(fault) => tracing::error!(payment = id.get(), %fault, "an attempt's outcome was not committed"),
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

/// The sandbox keeps what comes after the 15 s as evidence; it changes nothing.
async fn keep_late_answer(wallet: &Wallet, call_end: &CallEnd<'_>, late: LateAnswer) {
    if wallet.environment() != Environment::Test {
        return;
    }
    let patience = async {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(LATE_ANSWER_MS)) => {}
            () = wallet.tasks().stopping().cancelled() => {}
        }
    };
    let Some(CallOutcome::Answered(answer)) = late.wait(patience).await else { return };
    let (id, evidence) = (call_end.payment.id, call_end.evidence(&answer));
    let command = Command::KeepLateAnswer { evidence };
    if let Err(fault) = wallet.retry(|| wallet.apply(id, command.clone())).await {
        tracing::warn!(payment = id.get(), %fault, "a late answer was not kept");
    }
}
