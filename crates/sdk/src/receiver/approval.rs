//! What the wallet hands over when the user has approved: a network token with a cryptogram that is good for one
//! authorisation, and where the 3-D Secure page sends the user at its end. All of it is masked in `Debug`.

use std::fmt;
use std::ops::Deref;

use super::answer::{Answer, Outcome, Said, StepUpUrl};
use super::{Budget, ErrorId};
use crate::{MerchantSerialNumber, PspTransactionId, Secret};

/// The user's approval: whom to charge, with which token. The amount is in your own records, by
/// [`Approval::psp_transaction_id`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Approval {
    /// Your own id of the payment.
    pub psp_transaction_id: PspTransactionId,
    /// The merchant that sells.
    pub merchant_serial_number: MerchantSerialNumber,
    /// The first six digits of the card (not of the token); empty if the wallet sent none.
    pub bin_number: String,
    /// What to charge.
    pub network_token: NetworkToken,
    /// Where the 3-D Secure page sends the user.
    pub operations: Operations,
    /// How long your answer may take.
    pub budget: Budget,
}

/// A network token, good for one authorisation.
#[derive(Clone)]
#[non_exhaustive]
pub struct NetworkToken {
    /// 16 to 19 digits; not the card's number.
    pub number: Secret,
    /// 1 to 12.
    pub expiry_month: u8,
    /// Four digits.
    pub expiry_year: u16,
    /// Base64, good once.
    pub cryptogram: Secret,
    /// The scheme.
    pub token_type: TokenType,
    /// The electronic commerce indicator, such as `07`; empty if the wallet sent none.
    pub eci: String,
}

impl fmt::Debug for NetworkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetworkToken").field("token_type", &self.token_type).finish_non_exhaustive()
    }
}

/// The scheme of a token.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenType {
    /// Visa.
    Visa,
    /// Mastercard.
    Mastercard,
    /// A word that this version does not know.
    Other(String),
}

/// Where the 3-D Secure page sends the user with each result. Any holder of these addresses can end the session: secrets.
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Operations {
    /// The user passed (`3dssuccess`).
    pub success: Option<Secret>,
    /// The user gave up (`3dscancel`).
    pub cancel: Option<Secret>,
    /// The user failed (`3dsfailure`).
    pub failure: Option<Secret>,
}

impl fmt::Debug for Operations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Operations(***)")
    }
}

/// The first attempt. Derefs to its [`Approval`].
#[derive(Clone, Debug)]
pub struct Accepted(pub(super) Approval);

/// The second attempt, after a 3-D Secure session that the user passed. Derefs to its [`Approval`], whose cryptogram is a
/// fresh one.
#[derive(Clone, Debug)]
pub struct AcceptedAfterStepUp(pub(super) Approval);

impl Deref for Accepted {
    type Target = Approval;

    fn deref(&self) -> &Approval {
        &self.0
    }
}

impl Deref for AcceptedAfterStepUp {
    type Target = Approval;

    fn deref(&self) -> &Approval {
        &self.0
    }
}

impl Approval {
    fn ended(&self, outcome: Outcome) -> Answer {
        Answer { id: self.psp_transaction_id.clone(), said: Said::Outcome(outcome) }
    }
}

impl Accepted {
    /// Authorised: the money is reserved.
    pub fn ok(&self) -> Answer {
        self.ended(Outcome::Ok)
    }

    /// Not authorised, for certain.
    pub fn fail(&self, error: ErrorId) -> Answer {
        self.ended(Outcome::fail(error))
    }

    /// Not authorised, for certain, with a text of your own in place of the error's.
    pub fn fail_with(&self, error: ErrorId, text: impl Into<String>) -> Answer {
        self.ended(Outcome::Fail { error, text: Some(text.into()) })
    }

    /// Not authorised yet: the issuer wants 3-D Secure first, on the page at `url`. When the user has passed there, call
    /// [`Receiver::step_up_passed`](super::Receiver::step_up_passed) and then send the user to `operations.success`.
    pub fn soft_decline(&self, url: StepUpUrl) -> Answer {
        self.ended(Outcome::SoftDecline { url })
    }
}

impl AcceptedAfterStepUp {
    /// Authorised: the money is reserved.
    pub fn ok(&self) -> Answer {
        self.ended(Outcome::Ok)
    }

    /// Not authorised, for certain.
    pub fn fail(&self, error: ErrorId) -> Answer {
        self.ended(Outcome::fail(error))
    }

    /// Not authorised, for certain, with a text of your own in place of the error's.
    pub fn fail_with(&self, error: ErrorId, text: impl Into<String>) -> Answer {
        self.ended(Outcome::Fail { error, text: Some(text.into()) })
    }
}
