//! From the wallet's token to the acquirer's message, and from the issuer's answer to the wallet's.
//!
//! Token and cryptogram are in the message and in the SDK's approval, and in nothing that lasts longer than this call.

use lommebok_sdk::receiver::{Approval, TokenType};
use lommebok_sdk::{ErrorId, Secret};

use super::Psp;
use crate::acquirer::{Authorisation, Expiry, ResponseCode, Scheme, TestAmount, Verdict, test_amount, verdict};
use crate::database::DatabaseFault;
use crate::ledger::{AttemptNumber, Challenge, Command, LedgerFault, Name, Payment, State, StepUp};
use crate::randomness;

/// How an attempt ended, as we tell the wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Approved,
    Declined(ErrorId),
    /// 3-D Secure first, in this session.
    StepUp(String),
    /// The ledger failed after the acquirer was asked: the only answer left is that it must be undone.
    Unknown,
}

impl Psp {
    /// Carries one attempt out.
    pub(super) async fn attempt(&self, approval: &Approval, attempt: AttemptNumber) -> Outcome {
        match self.begun(approval, attempt).await {
            Ok(Ok((payment, message))) => self.asked(approval, payment, attempt, message).await,
            Ok(Err(refused)) => refused,
            Err(fault) => {
                tracing::error!(%fault, "the ledger failed before the acquirer was asked");
                Outcome::Declined(ErrorId::InternalError)
            }
        }
    }

    /// Writes down that the attempt begins. What can't be sent is refused here.
    async fn begun(
        &self,
        approval: &Approval,
        attempt: AttemptNumber,
    ) -> Result<Result<(Payment, Authorisation), Outcome>, DatabaseFault> {
        let name = Name::PspTransactionId(approval.psp_transaction_id.to_string());
        let Some(payment) = self.0.ledger.find(name).await? else {
            return Ok(Err(Outcome::Declined(ErrorId::InvalidRequest)));
        };
        let Some(message) = self.message(&payment, approval, attempt) else {
            return Ok(Err(Outcome::Declined(ErrorId::InvalidRequest)));
        };
        let begin = Command::BeginAttempt { attempt, message: message.shown() };
        match self.commit(Name::Number(payment.id), begin).await {
            Ok(commit) => Ok(Ok((commit.payment, message))),
            // Cancelled by the merchant, or over: the wallet knows 85 for that.
            Err(LedgerFault::Refused(..) | LedgerFault::Unknown) => {
                Ok(Err(Outcome::Declined(ErrorId::ReceivedTooLate)))
            }
            Err(LedgerFault::Database(fault)) => Err(fault),
        }
    }

    /// Asks the acquirer and writes its answer down.
    async fn asked(
        &self,
        approval: &Approval,
        payment: Payment,
        attempt: AttemptNumber,
        message: Authorisation,
    ) -> Outcome {
        let amount = payment.terms.amount;
        let (command, outcome) = if let Some(TestAmount::Psp(error)) = test_amount(amount) {
            (Command::Decline { attempt, code: None, error }, Outcome::Declined(error))
        } else {
            let call = self.0.acquirer.authorise(message);
            match self.answered_within(approval.budget.remaining(), call).await {
                Ok(_) if approval.budget.is_over() => {
                    (Command::BeginReversal { error: ErrorId::ReceivedTooLate }, Outcome::Approved)
                }
                Ok(code) => answered(code, attempt, approval),
                Err(fault) => {
                    tracing::warn!(%fault, "the authorisation may stand; it is undone");
                    let error = without_an_answer(approval);
                    (Command::BeginReversal { error }, Outcome::Declined(error))
                }
            }
        };
        match self.commit(Name::Number(payment.id), command).await {
            Ok(_) => outcome,
            Err(fault) => {
                tracing::error!(%fault, "the ledger failed after the acquirer was asked");
                Outcome::Unknown
            }
        }
    }

    fn message(&self, payment: &Payment, approval: &Approval, attempt: AttemptNumber) -> Option<Authorisation> {
        let token = &approval.network_token;
        let cryptogram = token.cryptogram.clone();
        let scheme = match token.token_type {
            TokenType::Visa => Scheme::Visa { f126_8: cryptogram },
            TokenType::Mastercard => Scheme::Mastercard { de104_se001: cryptogram },
            TokenType::Other(_) | _ => return None,
        };
        let amount = payment.terms.amount;
        let authentication = if let (State::StepUp(step_up), AttemptNumber::Second) = (&payment.state, attempt) {
            Some(self.0.bank.authenticate(&step_up.session, amount))
        } else {
            None
        };
        Some(Authorisation {
            operation: payment.authorisation(attempt),
            de2: token.number.clone(),
            de4: amount,
            de14: Expiry { year: token.expiry_year, month: token.expiry_month },
            de42: payment.terms.msn.to_string(),
            scheme,
            authentication,
        })
    }
}

/// What we tell the wallet when the acquirer said nothing: 85 if that took the whole budget, as the receiver says then.
fn without_an_answer(approval: &Approval) -> ErrorId {
    if approval.budget.remaining().is_zero() { ErrorId::ReceivedTooLate } else { ErrorId::InternalError }
}

/// What the issuer's answer means to ledger and wallet.
fn answered(code: ResponseCode, attempt: AttemptNumber, approval: &Approval) -> (Command, Outcome) {
    match (verdict(code), attempt) {
        (Verdict::Approved, _) => (Command::Authorise { attempt }, Outcome::Approved),
        (Verdict::Declined(error), _) => {
            (Command::Decline { attempt, code: Some(code), error }, Outcome::Declined(error))
        }
        (Verdict::StepUp, AttemptNumber::First) => match step_up(approval) {
            Some(step_up) => {
                let session = step_up.session.clone();
                (Command::SoftDecline { code, step_up }, Outcome::StepUp(session))
            }
            None => unhandled(code, attempt),
        },
        (Verdict::StepUp, AttemptNumber::Second) => unhandled(code, attempt),
    }
}

fn unhandled(code: ResponseCode, attempt: AttemptNumber) -> (Command, Outcome) {
    let error = ErrorId::UnhandledSoftDecline;
    (Command::Decline { attempt, code: Some(code), error }, Outcome::Declined(error))
}

/// A new session; `None` if the wallet did not say where it should lead.
fn step_up(approval: &Approval) -> Option<StepUp> {
    let url = |operation: &Option<Secret>| operation.as_ref().map(|url| url.expose().to_owned());
    Some(StepUp {
        session: randomness::hex::<16>(),
        success_url: url(&approval.operations.success)?,
        cancel_url: url(&approval.operations.cancel)?,
        failure_url: url(&approval.operations.failure)?,
        challenge: Challenge::Waiting { wrong: 0 },
    })
}
