//! What can be committed, and what a commit gives back. One [`Change`] is stored as a whole or not at all.
//!
//! The due rows and the step-up's handle are derived from the transition, never given beside it.

use std::sync::Arc;

use lommebok_domain::{Binding, DueKind, Msn, Payment, PaymentId, PspId, TenantId, Terms, Timestamp, Transition};

use crate::batch::{BatchId, BatchRefusal, BatchTarget, ParkedEntry, TakenEntry};
use crate::records::{ClockRecord, MerchantWrite, Seed, SessionWrite};
use crate::secret::{KeyedHash, Sealed};

#[derive(Clone, Debug)]
pub struct Change {
    /// Random and unique: shows what was stored when the answer to a COMMIT was lost.
    pub change_id: u128,
    pub tenant: TenantId,
    /// The number of resets of the tenant's clock when this was decided: what was decided on another time is refused
    /// ([`crate::CommitFault::ClockReset`]). Means nothing for a change that has no date.
    pub clock_epoch: i64,
    /// The request's idempotency key, if it came with one.
    pub idempotency: Option<NewIdempotency>,
    pub write: Write,
}

/// An idempotency key that belongs to a change. The stored subject is what the change makes (of several payments the
/// first). Only new payments, payments, new batches and merchants carry one; any other change with one is refused.
#[derive(Clone, Debug)]
pub struct NewIdempotency {
    pub psp: PspId,
    /// For which kind of request.
    pub route: IdempotentRoute,
    /// Keyed hash of the key.
    pub key: KeyedHash,
    /// Keyed hash of the parsed request.
    pub request: KeyedHash,
    /// Now (business time). A stored key that is 24 h older counts no more.
    pub at: Timestamp,
}

/// Requests that may carry an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdempotentRoute {
    /// init; the subject is a payment.
    Init,
    /// updatestatus; the subject is a batch.
    UpdateStatus,
    /// A new merchant; the subject is it.
    CreateMerchant,
    /// A changed merchant; the subject is it.
    UpdateMerchant,
    /// The sandbox's force-approve; the subject is the payment.
    ForceApprove,
}

#[derive(Clone, Debug)]
pub enum Write {
    /// A payment at version 1.
    NewPayment(NewPayment),
    /// Payments that exist; all of them or none.
    Payments(Vec<PaymentWrite>),
    /// A step of an updatestatus request.
    Batch(Box<BatchWrite>),
    Merchant(Box<MerchantWrite>),
    /// A phone session, or a try to begin one.
    Session(SessionWrite),
    Clock(ClockRecord),
    /// Sets the tenant's clock to another moment, also an earlier one.
    ResetClock(Box<ClockResetWrite>),
    /// Seeds: made, or brought up to date.
    Seed(Box<Seed>),
    /// Removes rows whose time is over, some `limit` of them.
    Purge {
        rows: Expiring,
        /// Business time: what expired before it.
        before: Timestamp,
        /// So many at most, and what belongs to the last of them.
        limit: u32,
    },
    /// Numbers up to these are given to nothing that comes, also after the next start.
    SkipNumbers(SkippedNumbers),
}

impl Write {
    /// The payments that it changes; nothing for a write that changes none that exists.
    pub(crate) fn payments_changed(&self) -> Option<Vec<PaymentId>> {
        let writes = match self {
            Self::Payments(writes) => writes,
            Self::Batch(batch) => &batch.payments,
            Self::ResetClock(reset) => &reset.moved,
            Self::NewPayment(_)
            | Self::Merchant(_)
            | Self::Session(_)
            | Self::Clock(_)
            | Self::Seed(_)
            | Self::Purge { .. }
            | Self::SkipNumbers(_) => return None,
        };
        (!writes.is_empty()).then(|| writes.iter().map(|write| write.transition.payment.id).collect())
    }
}

/// Numbers that a lost database may have given, in links and answers that are still about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkippedNumbers {
    /// Of payments, up to this one.
    pub payment: PaymentId,
    pub batch: BatchId,
    /// Serial numbers that are issued to merchants.
    pub msn: i64,
}

/// Rows that count for some time, and are then only in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiring {
    /// Idempotency keys, [`crate::IDEMPOTENCY_LIFE_MS`] after their request.
    IdempotencyKeys,
    /// Sessions, from their end.
    Sessions,
    /// Wrong PINs, when their 24 h are over.
    WrongPins,
    /// Browsers that are known, [`crate::KNOWN_BROWSER_LIFE_MS`] after their last sign-in.
    KnownBrowsers,
    /// Requests of updatestatus that are done, with what became of their entries: accepted before the time that is named. The
    /// newest of all stays, because the next one's number follows it.
    Batches,
}

impl Expiring {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::IdempotencyKeys, Self::Sessions, Self::WrongPins, Self::KnownBrowsers, Self::Batches];
}

impl Write {
    /// Whether it holds moments of business time, which mean nothing any more after a reset.
    pub(crate) const fn is_dated(&self) -> bool {
        match self {
            Self::NewPayment(_)
            | Self::Payments(_)
            | Self::Batch(_)
            | Self::Merchant(_)
            | Self::Session(SessionWrite::SignIn(_))
            | Self::Clock(_)
            | Self::ResetClock(_)
            | Self::Purge { .. } => true,
            Self::Session(SessionWrite::Close(_)) | Self::Seed(_) | Self::SkipNumbers(_) => false,
        }
    }
}

/// A reset of a clock. It is recorded, the clock then goes with the wall clock, requests that wait to be applied move by the
/// same distance, and sessions, known browsers, wrong PINs and idempotency keys that are dated after `to` end.
#[derive(Clone, Debug)]
pub struct ClockResetWrite {
    /// Business time before.
    pub from: Timestamp,
    /// Business time after.
    pub to: Timestamp,
    /// All payments for which work is due, each moving its notice by the same distance. When any other work is due, or is
    /// due for another payment, the change is refused as stale.
    pub moved: Vec<PaymentWrite>,
}

/// A payment to be stored at version 1, as [`Payment::initiate`] makes it with the id that the committer gives.
#[derive(Clone, Debug)]
pub struct NewPayment {
    /// What was agreed at init.
    pub terms: Arc<Terms>,
    /// Whom a payment without a landing page is bound to.
    pub push_to: Binding,
    /// `makePaymentToken`, sealed.
    pub sealed_make_payment_token: Option<Sealed>,
    /// The number that the PSP sent, sealed: to be filled in on the landing page.
    pub sealed_customer_number: Option<Sealed>,
}

/// A change of a payment that exists.
#[derive(Clone, Debug)]
pub struct PaymentWrite {
    /// The version that the transition was decided on; else [`crate::CommitFault::Stale`].
    pub guard_version: i64,
    pub transition: Transition,
    /// The waiting entries that have their result in this transition.
    pub taken: Vec<TakenEntry>,
    /// Whether it binds the payment anew; if not, the index of users' payments is left alone.
    rebinds: bool,
}

impl PaymentWrite {
    /// The transition that was decided on `before`, with no waiting entry.
    pub fn new(before: &Payment, transition: Transition) -> Self {
        let rebinds = before.binding != transition.payment.binding;
        Self { guard_version: before.version, transition, taken: Vec::new(), rebinds }
    }

    /// The same with these waiting entries.
    #[must_use]
    pub fn taking(self, taken: Vec<TakenEntry>) -> Self {
        Self { taken, ..self }
    }

    /// Whether it changes whom the payment is bound to.
    pub(crate) const fn rebinds(&self) -> bool {
        self.rebinds
    }
}

/// A step of a batch: the entries from the one that was next until `next` have their results in this change. Those that are neither
/// refused nor parked are applied.
#[derive(Clone, Debug)]
pub struct BatchWrite {
    pub target: BatchTarget,
    /// The payments that entries were applied to or parked at; each payment once.
    pub payments: Vec<PaymentWrite>,
    /// The entries that can't be applied.
    pub refusals: Vec<BatchRefusal>,
    /// The entries that wait for their payment's attempt to end.
    pub parked: Vec<ParkedEntry>,
    /// The first position that has no result yet; the batch is finished when that is its count.
    pub next: u32,
}

/// One row of work that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DueRow {
    /// When (business time).
    pub at: Timestamp,
    pub payment: PaymentId,
    pub kind: DueKind,
}

/// What ended with a reset of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockResetEnded {
    /// Its number: the clock's epoch from now on.
    pub number: i64,
    pub sessions: u64,
    pub idempotency_keys: u64,
}

/// What a commit gives back. It is durable by then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Committed {
    NewPayment(PaymentId),
    /// The payments are as the transitions say.
    Payments,
    /// The batch's number, and whether it is byte-identical to one of the last 24 h.
    Batch {
        id: BatchId,
        /// Whether it is flagged.
        repeated: bool,
    },
    Merchant(Msn),
    /// How many rows were removed.
    Purged(u64),
    /// A try to sign in was counted, or began a session.
    PinTried {
        /// How many older sessions of the user ended with it.
        sessions_ended: u64,
    },
    /// The clock was reset, and this ended with it.
    ClockReset(ClockResetEnded),
    /// Done; there is nothing to say.
    Done,
}
