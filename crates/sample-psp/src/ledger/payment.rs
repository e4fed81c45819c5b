//! A payment as the PSP sees it: what was agreed, and its state.

use lommebok_sdk::{Amount, ErrorId, MerchantOrderId, MerchantSerialNumber, MobileNumber, PspTransactionId};
use serde::{Deserialize, Serialize};

use super::money::{Operation, OperationState, Sums};
use super::wallet_word::{Finding, InitRefusal};
use crate::acquirer::OperationId;
use crate::clock::Timestamp;

/// What was agreed when the merchant created it. Nothing later changes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Our id of it, which the wallet knows it by.
    pub psp_transaction_id: PspTransactionId,
    /// Who sells.
    pub msn: MerchantSerialNumber,
    pub order_id: MerchantOrderId,
    pub amount: Amount,
    /// What the user reads.
    pub text: String,
    /// Where the merchant wants the user back.
    pub return_url: String,
    /// How the user comes to it.
    pub entrance: Entrance,
    pub created_at: Timestamp,
}

/// How the user comes to a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Entrance {
    /// Through the wallet's landing page, with this number filled in.
    LandingPage {
        /// The user's number, if the merchant knows it.
        number: Option<MobileNumber>,
    },
    /// Through a link that opens the wallet's app.
    App,
    /// Straight to the phone with this number.
    Push {
        /// Whose phone.
        number: MobileNumber,
    },
}

/// The state of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Not yet known to the wallet, as far as we know.
    Created,
    /// The user has the link.
    Open {
        /// The wallet's link.
        link: String,
    },
    /// The acquirer is being asked.
    Authorising { attempt: AttemptNumber },
    /// 3-D Secure first.
    StepUp(StepUp),
    /// The money is set aside; the sums say what became of it.
    Reserved {
        /// The authorisation that holds.
        attempt: AttemptNumber,
    },
    /// An authorisation that may hold is being undone.
    Reversing {
        attempt: AttemptNumber,
        /// What the payment failed with.
        error: ErrorId,
    },
    /// Not authorised.
    Failed {
        /// What we told the wallet.
        error: ErrorId,
    },
    /// Over without an approval.
    Ended(Ended),
}

/// The attempts of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptNumber {
    /// The user's approval.
    First,
    /// The one after 3-D Secure.
    Second,
}

impl AttemptNumber {
    /// 1 or 2.
    pub const fn get(self) -> u8 {
        match self {
            Self::First => 1,
            Self::Second => 2,
        }
    }
}

/// A 3-D Secure session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUp {
    /// Its name, random: the page's address.
    pub session: String,
    /// Where the page sends the user who passed.
    pub success_url: String,
    /// Where it sends the user who gave up.
    pub cancel_url: String,
    /// Where it sends the user who failed.
    pub failure_url: String,
    /// How far the user has come.
    pub challenge: Challenge,
}

/// The state of a 3-D Secure challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Challenge {
    /// The user has not answered.
    Waiting {
        /// Wrong codes so far.
        wrong: u8,
    },
    /// The user is who he says.
    Passed,
    /// The user gave up.
    Cancelled,
    /// The user is not, or the bank denies.
    Failed,
}

/// Why a payment ended without an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Ended {
    /// The wallet said: cancelled by the user, or there was no token.
    User,
    /// The wallet said: the time was up.
    Timeout,
    /// The merchant cancelled.
    Merchant,
    /// The wallet refused the init, or could not be reached while its link would have lived.
    InitRefused {
        /// Why, as far as it makes a difference.
        why: InitRefusal,
        reason: String,
    },
    /// No word came, and the wallet's details say that it is over.
    WalletSays {
        /// What they say.
        finding: Finding,
    },
}

/// A payment at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Its number in the ledger.
    pub id: i64,
    /// The number of its entries.
    pub version: i64,
    /// What was agreed.
    pub terms: Terms,
    pub state: State,
    pub sums: Sums,
    /// What the merchant did with it, oldest first.
    pub operations: Vec<Operation>,
    /// When the wallet's details are to be read, if they are.
    pub check_at: Option<Timestamp>,
    /// When the state was entered.
    pub since: Timestamp,
    /// Whether the wallet is known to know of the reservation, or has been told.
    pub wallet_knows: bool,
}

impl Payment {
    /// A payment of which nothing has happened yet.
    pub const fn new(id: i64, terms: Terms) -> Self {
        let since = terms.created_at;
        let sums = Sums { reserved: 0, captured: 0, released: 0, refunded: 0 };
        Self {
            id,
            version: 0,
            terms,
            state: State::Created,
            sums,
            operations: Vec::new(),
            check_at: None,
            since,
            wallet_knows: false,
        }
    }

    /// The operation that the acquirer is being asked for, if one is.
    pub fn pending(&self) -> Option<&Operation> {
        self.operations.iter().find(|operation| matches!(operation.state, OperationState::Pending(_)))
    }

    /// The name of an attempt's authorisation at the acquirer.
    pub fn authorisation(&self, attempt: AttemptNumber) -> OperationId {
        OperationId::authorisation(self.terms.psp_transaction_id.as_str(), attempt.get())
    }
}
