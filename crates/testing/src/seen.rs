//! What a test sees of a payment from inside: where it stands, what the wallet received, what it sent.

use std::fmt;

use lommebok_domain::{
    AttemptNumber, Event, EventKind, Failure, NoticeKind, OperationStatus, Payment, State as DomainState,
};
use lommebok_sdk::{Amount, PspTransactionId, Status};
use lommebok_store::{BatchEntry, BatchRefusal, StoreError};

use crate::{TestError, TestWallet};

/// The most updatestatus requests that are looked through for a payment's entries.
const REQUESTS_LOOKED_THROUGH: u32 = 1_000;
/// The most refused entries of one request.
const REFUSALS_LOOKED_THROUGH: u32 = 10_000;

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// The link waits for its user.
    AwaitingUser,
    /// The phone has been prompted.
    AwaitingApproval,
    /// Approved; your PSP is called.
    Authorizing,
    /// Your PSP wants 3-D Secure.
    StepUp,
    /// Your PSP said OK.
    Reserved,
    /// It failed, and nothing was reserved for certain.
    Failed,
    /// It failed, and your PSP may have reserved the money: only its updatestatus settles that.
    OutcomeUnknown,
    /// It was cancelled.
    Cancelled,
    /// Its time was up.
    Expired,
}

impl State {
    pub(crate) fn of(payment: &Payment) -> Self {
        match &payment.state {
            DomainState::AwaitingUser { .. } => Self::AwaitingUser,
            DomainState::AwaitingApproval { .. } => Self::AwaitingApproval,
            DomainState::Authorizing { .. } => Self::Authorizing,
            DomainState::StepUp { .. } => Self::StepUp,
            DomainState::Reserved { .. } => Self::Reserved,
            DomainState::Failed(Failure::Certain { .. }) => Self::Failed,
            DomainState::Failed(Failure::Unknown { .. }) => Self::OutcomeUnknown,
            DomainState::Cancelled(_) => Self::Cancelled,
            DomainState::Expired => Self::Expired,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AwaitingUser => "AWAITING_USER",
            Self::AwaitingApproval => "AWAITING_APPROVAL",
            Self::Authorizing => "AUTHORIZING",
            Self::StepUp => "STEP_UP",
            Self::Reserved => "RESERVED",
            Self::Failed => "FAILED",
            Self::OutcomeUnknown => "FAILED with an unknown outcome",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
        })
    }
}

/// A payment as the wallet has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// Where it stands.
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

/// A call of makePayment that the wallet made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sent {
    /// ACCEPTED, the first attempt: your PSP is being called, or may have got it. Not one that certainly never reached it.
    Accepted,
    /// ACCEPTED, the second attempt, in the same way.
    AcceptedAfterStepUp,
    /// USER_CANCEL, and your PSP answered it.
    Cancelled,
    /// TIMEOUT, and your PSP answered it.
    TimedOut,
    /// A notice that failed; it is sent again as time advances.
    NoticeFailed,
}

impl TestWallet {
    /// Where a payment stands.
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
        let cause =
            if let DomainState::Failed(Failure::Certain { cause } | Failure::Unknown { cause, .. }) = &payment.state {
                cause.code.clone()
            } else {
                String::new()
            };
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

    /// The page to which the phone sends the user for 3-D Secure; `None` when it sends nobody.
    ///
    /// # Errors
    /// When there is no such payment.
    pub fn step_up_page(&self, id: &PspTransactionId) -> Result<Option<String>, TestError> {
        let payment = self.found(id)?;
        Ok(if let DomainState::StepUp { url, .. } = payment.state { Some(url) } else { None })
    }

    /// The updatestatus entries about a payment that the wallet received, oldest first. Only the newest 1,000 requests are
    /// looked through, whatever they are about.
    ///
    /// # Errors
    /// When there is no such payment.
    pub fn received(&self, id: &PspTransactionId) -> Result<Vec<Received>, TestError> {
        drop(self.found(id)?);
        self.entries(id).map_err(|fault| TestError::Wallet(fault.to_string()))
    }

    fn entries(&self, id: &PspTransactionId) -> Result<Vec<Received>, StoreError> {
        let (store, tenant) = (self.wallet().store(), self.wallet().tenant());
        let mut received = Vec::new();
        for batch in store.batches(tenant, None, REQUESTS_LOOKED_THROUGH)?.iter().rev() {
            let refusals = store.batch_refusals(tenant, batch.id, 0, REFUSALS_LOOKED_THROUGH)?;
            for (position, entry) in (0_u32..).zip(store.batch_entries(tenant, batch.id)?) {
                if entry.psp_transaction_id.as_str() == id.as_str() {
                    let effect = effect(position, batch.next, &refusals);
                    received.extend(one_received(&entry, effect));
                }
            }
        }
        Ok(received)
    }

    /// The makePayment calls about a payment, oldest first.
    ///
    /// # Errors
    /// When there is no such payment.
    pub fn sent(&self, id: &PspTransactionId) -> Result<Vec<Sent>, TestError> {
        let payment = self.found(id)?;
        let events = self.wallet().store().events(self.wallet().tenant(), payment.id, payment.version);
        let events = events.map_err(|fault| TestError::Wallet(fault.to_string()))?;
        let mut sent = Vec::new();
        for event in &events {
            if never_arrived(event) {
                // Nothing is sent while an attempt is open, so the attempt is the last.
                sent.pop();
            }
            sent.extend(one_sent(event));
        }
        Ok(sent)
    }
}

/// Whether an attempt ended here of which not one byte reached the PSP.
fn never_arrived(event: &Event) -> bool {
    let EventKind::Failed(Failure::Certain { cause }) = &event.kind else { return false };
    ["not_delivered", "not_sent"].contains(&cause.code.as_str())
}

fn effect(position: u32, next: u32, refusals: &[BatchRefusal]) -> Effect {
    if let Some(refusal) = refusals.iter().find(|refusal| refusal.position == position) {
        return Effect::Refused(format!("{}: {}", refusal.code, refusal.detail));
    }
    if position < next { Effect::Applied } else { Effect::Waiting }
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

fn one_sent(event: &Event) -> Option<Sent> {
    match &event.kind {
        EventKind::AttemptOpened(AttemptNumber::One) => Some(Sent::Accepted),
        EventKind::AttemptOpened(AttemptNumber::Two) => Some(Sent::AcceptedAfterStepUp),
        EventKind::NoticeDelivered { kind: NoticeKind::UserCancel, .. } => Some(Sent::Cancelled),
        EventKind::NoticeDelivered { kind: NoticeKind::Timeout, .. } => Some(Sent::TimedOut),
        EventKind::NoticeFailed(_) | EventKind::NoticeGivenUp(_) => Some(Sent::NoticeFailed),
        EventKind::Bound(_)
        | EventKind::Approved { .. }
        | EventKind::Reserved { .. }
        | EventKind::StepUpStarted(_)
        | EventKind::StepUpPassed
        | EventKind::Failed(_)
        | EventKind::Cancelled(_)
        | EventKind::Expired
        | EventKind::Captured { .. }
        | EventKind::Released { .. }
        | EventKind::Refunded { .. }
        | EventKind::OperationFailed { .. }
        | EventKind::NoEffect { .. }
        | EventKind::EntryParked
        | EventKind::WaitingEntryRefused(_)
        | EventKind::LateAnswer(_) => None,
    }
}
