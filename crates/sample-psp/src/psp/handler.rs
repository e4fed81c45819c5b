//! What the SDK's receiver calls: each call of the wallet, once, and what must be undone until it is; and what a call must carry.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use lommebok_sdk::receiver::{
    Accepted, AcceptedAfterStepUp, Authorization, BoxError, Expected, Notice, Reversal, StepUpUrl,
};
use lommebok_sdk::{Answer, ErrorId, MakePayment, MakePaymentToken, PaymentHandler, PspTransactionId};
use sha2::Sha256;

use super::Psp;
use super::authorising::Outcome;
use super::checks::Checked;
use crate::acquirer::{TestAmount, test_amount};
use crate::ledger::{AttemptNumber, Command, Ledger, LedgerFault, Name, NoticeKind, Payment, Refusal, State};

/// The PSP as the receiver's handler.
#[derive(Clone, Debug)]
pub(crate) struct Handler(pub(crate) Psp);

impl PaymentHandler for Handler {
    async fn make_payment(&self, call: MakePayment) -> Answer {
        match call {
            MakePayment::Accepted(accepted) => self.first(&accepted).await,
            MakePayment::AcceptedAfterStepUp(accepted) => self.second(&accepted).await,
            MakePayment::Cancelled(notice) => self.noticed(&notice, NoticeKind::UserCancel).await,
            MakePayment::TimedOut(notice) => self.noticed(&notice, NoticeKind::Timeout).await,
            MakePayment::Reverse(reversal) => self.reverse(&reversal).await,
        }
    }
}

impl Handler {
    async fn first(&self, accepted: &Accepted) -> Answer {
        match self.0.attempt(accepted, AttemptNumber::First).await {
            Outcome::Approved => accepted.ok(),
            Outcome::Declined(error) => accepted.fail(error),
            Outcome::StepUp(session) => match self.step_up_url(&session) {
                Some(url) => accepted.soft_decline(url),
                None => accepted.fail(ErrorId::UnhandledSoftDecline),
            },
            Outcome::Unknown => {
                // The receiver answers 85 in our place and then has us undo it.
                accepted.budget.over().await;
                accepted.ok()
            }
        }
    }

    async fn second(&self, accepted: &AcceptedAfterStepUp) -> Answer {
        match self.0.attempt(accepted, AttemptNumber::Second).await {
            Outcome::Approved => accepted.ok(),
            Outcome::Declined(error) => accepted.fail(error),
            Outcome::StepUp(_) => accepted.fail(ErrorId::UnhandledSoftDecline),
            Outcome::Unknown => {
                accepted.budget.over().await;
                accepted.ok()
            }
        }
    }

    fn step_up_url(&self, session: &str) -> Option<StepUpUrl> {
        let url = self.0.0.public_url.join(&format!("/3ds/{session}")).ok()?;
        StepUpUrl::new(&url).ok()
    }

    async fn noticed(&self, notice: &Notice, kind: NoticeKind) -> Answer {
        let name = Name::PspTransactionId(notice.psp_transaction_id.to_string());
        let amount = match self.0.commit(name, Command::Notice(kind)).await {
            Ok(commit) => Some(commit.payment.terms.amount),
            Err(LedgerFault::Refused(refusal, payment)) => {
                if refusal != Refusal::AlreadySo {
                    tracing::warn!(%refusal, "a notice does not fit; the check of the details will tell");
                }
                Some(payment.terms.amount)
            }
            Err(fault) => {
                // The check of the details finds it out.
                tracing::error!(%fault, "a notice was not written down");
                None
            }
        };
        match amount.and_then(test_amount) {
            Some(TestAmount::NoticesAnswered93) => notice.status_from_wallet(),
            _ => notice.noted(),
        }
    }

    async fn reverse(&self, reversal: &Reversal) -> Answer {
        let name = Name::PspTransactionId(reversal.psp_transaction_id.to_string());
        let begun = self.0.commit(name, Command::BeginReversal { error: ErrorId::ReceivedTooLate }).await;
        let payment = match begun {
            Ok(commit) => commit.payment,
            Err(LedgerFault::Refused(Refusal::WrongState(_), payment))
                if matches!(payment.state, State::Reserved { .. }) =>
            {
                return self.keep(reversal, &payment).await;
            }
            Err(LedgerFault::Refused(Refusal::AlreadySo | Refusal::WrongState(_), payment)) => *payment,
            Err(fault) => {
                tracing::warn!(%fault, "the reversal is not begun yet");
                return reversal.not_yet();
            }
        };
        match self.0.undo(&payment).await {
            Ok(true) => reversal.done(),
            Ok(false) => reversal.not_yet(),
            Err(fault) => {
                tracing::warn!(%fault, "the reversal is not written down yet");
                reversal.not_yet()
            }
        }
    }

    /// The merchant has used the money, so it is not given back: whether the wallet must be told of it, its details say.
    async fn keep(&self, reversal: &Reversal, payment: &Payment) -> Answer {
        tracing::error!(
            psp_transaction_id = %reversal.psp_transaction_id,
            "the merchant has used money that the wallet may count as not reserved; it is not reversed"
        );
        match self.0.check(payment).await {
            Ok(Checked::Done) => reversal.done(),
            Ok(Checked::Later) => reversal.not_yet(),
            Err(fault) => {
                tracing::warn!(%fault, "what the wallet must be told is not written down yet");
                reversal.not_yet()
            }
        }
    }
}

/// The makePaymentToken of each payment: made from its id with our key, so that it is a payment's own and nothing is stored.
#[derive(Clone)]
pub(crate) struct MakePaymentTokens([u8; 32]);

impl MakePaymentTokens {
    pub(crate) const fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The token of a payment.
    pub(crate) fn of(&self, id: &PspTransactionId) -> MakePaymentToken {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of every length");
        mac.update(b"makePaymentToken");
        mac.update(id.as_str().as_bytes());
        let code = mac.finalize().into_bytes();
        let text = code.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        MakePaymentToken::new(text).expect("hexadecimal digits are visible ASCII")
    }
}

impl fmt::Debug for MakePaymentTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MakePaymentTokens(***)")
    }
}

/// What a call about a payment of ours must carry.
#[derive(Clone, Debug)]
pub(crate) struct OurPayments {
    pub(crate) ledger: Ledger,
    pub(crate) tokens: MakePaymentTokens,
}

impl Authorization for OurPayments {
    async fn expected(&self, id: &PspTransactionId) -> Result<Expected, BoxError> {
        let found = self.ledger.find(Name::PspTransactionId(id.to_string())).await?;
        Ok(if found.is_some() { Expected::Token(self.tokens.of(id)) } else { Expected::UnknownPayment })
    }
}
