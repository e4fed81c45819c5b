//! What a test sees of a payment from inside: its state and why, and what the wallet received.

use std::fmt;

use lommebok_domain::{Cause, CauseCode, Failure, OperationStatus, Payment, State as DomainState};
use lommebok_sdk::{Amount, PspTransactionId, Status};
use lommebok_store::{BatchEntry, BatchRefusal, Fate, StoreError};
use pollster::block_on;

use crate::{State, TestError, TestWallet};

/// The most updatestatus requests that are looked through for a payment's entries.
const REQUESTS_LOOKED_THROUGH: u32 = 1_000;

/// A payment's state after your PSP was called, and why if it failed. It equals its [`State`], and what is shown when they
/// differ says why: `assert_eq!(wallet.approvals.approve(&id).await?, State::Reserved)`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The payment's state.
    pub state: State,
    /// Why it failed: a stable word, such as `psp_89` or `timeout`; empty for any other state.
    pub cause: String,
    /// Why it failed, for a person: what your PSP or the network said, and the likely slip; empty for any other state.
    pub why: String,
}

impl Outcome {
    pub(crate) fn of(payment: &Payment) -> Self {
        let cause = cause(payment);
        let why = cause.map(|cause| match slip(&cause.code) {
            "" => cause.detail.clone(),
            slip if cause.detail.is_empty() => slip.to_owned(),
            slip => format!("{}: {slip}", cause.detail),
        });
        let cause = cause.map(|cause| cause.code.to_string()).unwrap_or_default();
        Self { state: State::of(payment), cause, why: why.unwrap_or_default() }
    }
}

impl PartialEq<State> for Outcome {
    fn eq(&self, state: &State) -> bool {
        self.state == *state
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.cause.as_str(), self.why.as_str()) {
            ("", _) => write!(f, "{}", self.state),
            (cause, "") => write!(f, "{}, because of {cause}", self.state),
            (cause, why) => write!(f, "{}, because of {cause} ({why})", self.state),
        }
    }
}

fn cause(payment: &Payment) -> Option<&Cause> {
    match &payment.state {
        DomainState::Failed(Failure::Certain { cause } | Failure::Unknown { cause, .. }) => Some(cause),
        DomainState::AwaitingUser { .. }
        | DomainState::AwaitingApproval { .. }
        | DomainState::Authorizing { .. }
        | DomainState::StepUp { .. }
        | DomainState::Reserved { .. }
        | DomainState::Cancelled(_)
        | DomainState::Expired => None,
    }
}

/// What a PSP's author most likely did, by the cause's code.
const SLIPS: [(&[CauseCode], &str); 10] = [
    (&[CauseCode::NoToken], "the wallet had no token for this card"),
    (
        &[CauseCode::SecondSoftDecline],
        "your PSP answered SOFT_DECLINE to the second call too; the SDK's receiver does so unless it was told before, with \
         step_up_passed, that the user has passed",
    ),
    (&[CauseCode::SoftDeclineWithoutUrl], "SOFT_DECLINE needs a url3dSecure that a browser can open"),
    (&[CauseCode::ThreeDSecureFailed], "the user came back through 3dsfailure"),
    (
        &[CauseCode::NotDelivered],
        "nothing reached your PSP; does its makePaymentUrl lead to your server, and is that running?",
    ),
    (&[CauseCode::Timeout], "your PSP did not answer within 15 s of the wallet's time"),
    (&[CauseCode::NotStatus200], "your PSP must answer with HTTP 200, whatever became of the payment"),
    (&[CauseCode::NotJsonType], "the answer's Content-Type must be application/json"),
    (&[CauseCode::OtherId, CauseCode::NoId], "the answer's paymentInfo must name this payment's pspTransactionId"),
    (
        &[CauseCode::NoPaymentInfo, CauseCode::NoStatus, CauseCode::UnknownStatus],
        "the answer must have paymentInfo with the status OK, FAIL or SOFT_DECLINE",
    ),
];

fn slip(code: &CauseCode) -> &'static str {
    SLIPS.iter().find(|(codes, _)| codes.contains(code)).map_or("", |(_, slip)| slip)
}

/// A payment as the wallet has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// The payment's state.
    pub state: State,
    /// Why it failed: a stable word, such as `psp_89` or `timeout`; empty for any other state.
    pub cause: String,
    /// What was to be paid, in øre.
    pub amount_ore: i64,
    /// Reserved, in øre.
    pub reserved_ore: i64,
    /// Captured, in øre.
    pub captured_ore: i64,
    /// Released, in øre.
    pub released_ore: i64,
    /// Refunded, in øre.
    pub refunded_ore: i64,
}

/// An updatestatus entry that the wallet received.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// What your PSP said had happened.
    pub status: Status,
    /// To how much.
    pub amount: Amount,
    /// Whether it said that the operation had failed.
    pub failed: bool,
    /// What came of it.
    pub effect: Effect,
}

/// What came of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// It was applied (which may have changed nothing), or waits for an attempt to end.
    Applied,
    /// Its turn has not come.
    Waiting,
    /// It does not fit the payment: it changed nothing. The text says why.
    Refused(String),
}

impl TestWallet {
    /// A payment's state.
    ///
    /// # Errors
    /// When there is none.
    pub fn state(&self, id: &PspTransactionId) -> Result<State, TestError> {
        Ok(State::of(&self.found(id)?))
    }

    /// A payment as the wallet has it.
    ///
    /// # Errors
    /// When there is none.
    pub fn payment(&self, id: &PspTransactionId) -> Result<Seen, TestError> {
        let payment = self.found(id)?;
        let cause = cause(&payment).map(|cause| cause.code.to_string()).unwrap_or_default();
        Ok(Seen {
            state: State::of(&payment),
            cause,
            amount_ore: payment.terms.amount.ore(),
            reserved_ore: payment.sums.reserved(),
            captured_ore: payment.sums.captured(),
            released_ore: payment.sums.released(),
            refunded_ore: payment.sums.refunded(),
        })
    }

    /// The page to which the phone sends the user for 3-D Secure; `None` when it sends no user.
    ///
    /// # Errors
    /// When there is no such payment.
    pub fn step_up_page(&self, id: &PspTransactionId) -> Result<Option<String>, TestError> {
        let payment = self.found(id)?;
        Ok(if let DomainState::StepUp { url, .. } = payment.state { Some(url) } else { None })
    }

    /// The updatestatus entries about a payment that the wallet received, oldest first. Only the newest 1,000 requests are
    /// looked through, whatever they are about, and of a request that is done the first 100 entries.
    ///
    /// # Errors
    /// When there is no such payment.
    pub fn received(&self, id: &PspTransactionId) -> Result<Vec<Received>, TestError> {
        drop(self.found(id)?);
        block_on(self.entries(id)).map_err(|fault| TestError::Wallet(fault.to_string()))
    }

    async fn entries(&self, id: &PspTransactionId) -> Result<Vec<Received>, StoreError> {
        let (store, tenant) = (&self.running.store, self.wallet().tenant);
        let mut received = Vec::new();
        for batch in store.batches(tenant, None, REQUESTS_LOOKED_THROUGH).await?.iter().rev() {
            let refusals = store.batch_refusals(tenant, batch.id).await?;
            let entries = store.batch_entries(tenant, batch.id).await?;
            let fates =
                store.batch_fates(tenant, batch.id, 0, u32::try_from(entries.len()).unwrap_or(u32::MAX)).await?;
            let fates = fates.into_iter().map(Some).chain(std::iter::repeat(None));
            for ((position, entry), fate) in (0_u32..).zip(entries).zip(fates) {
                if entry.psp_transaction_id.as_str() == id.as_str() {
                    received.extend(one_received(&entry, effect(position, fate, &refusals)));
                }
            }
        }
        Ok(received)
    }
}

fn effect(position: u32, fate: Option<Fate>, refusals: &[BatchRefusal]) -> Effect {
    match fate {
        None => Effect::Waiting,
        Some(Fate::Applied | Fate::Waiting) => Effect::Applied,
        Some(Fate::Refused(code)) => {
            let kept = refusals.iter().find(|refusal| refusal.position == position);
            let code = code.as_str();
            Effect::Refused(kept.map_or_else(|| code.to_owned(), |refusal| format!("{code}: {}", refusal.detail)))
        }
    }
}

fn one_received(entry: &BatchEntry, effect: Effect) -> Option<Received> {
    use lommebok_domain::EntryStatus;
    let status = match entry.entry.status {
        EntryStatus::Reserved => Status::Reserved,
        EntryStatus::Captured => Status::Captured,
        EntryStatus::Cancelled => Status::Cancelled,
        EntryStatus::Refunded => Status::Refunded,
    };
    let amount = Amount::ore(entry.entry.amount.ore()).ok()?;
    Some(Received { status, amount, failed: entry.entry.operation == OperationStatus::Failed, effect })
}
