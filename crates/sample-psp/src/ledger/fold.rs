//! What an entry makes of a payment. Total: an entry that is in the ledger has happened, whatever state it meets.

use super::entry::{Entry, EntryKind};
use super::money::{Operation, OperationKind, OperationState, Sums};
use super::payment::{Ended, Payment, State};
use super::wallet_word::Settled;
use crate::acquirer::{Verdict, verdict};
use crate::clock::Timestamp;

/// How long after its link a payment's end should be known: the wallet's 5 + 5 minutes and one more.
const OPEN_CHECK_AFTER_MS: i64 = 11 * 60_000;
/// How long after an OK the wallet's details are read.
const RESERVED_CHECK_AFTER_MS: i64 = 30_000;
/// How soon an open payment is looked at again.
const AGAIN_AFTER_MS: i64 = 5 * 60_000;

impl Payment {
    /// Adds an entry.
    pub fn apply(&mut self, entry: &Entry) {
        let at = entry.at;
        self.version = self.version.saturating_add(1);
        match &entry.kind {
            EntryKind::InitAccepted { link } => {
                if self.state == State::Created {
                    self.enter(State::Open { link: link.clone() }, at);
                    self.check_at = Some(at.plus_millis(OPEN_CHECK_AFTER_MS));
                }
            }
            EntryKind::InitRefused { why, reason } => {
                self.end(Ended::InitRefused { why: *why, reason: reason.clone() }, at);
            }
            EntryKind::AttemptBegun { attempt, .. } => self.enter(State::Authorising { attempt: *attempt }, at),
            EntryKind::Authorised { attempt } => {
                self.enter(State::Reserved { attempt: *attempt }, at);
                self.sums = Sums { reserved: self.terms.amount.as_ore(), ..Sums::default() };
                self.check_at = Some(at.plus_millis(RESERVED_CHECK_AFTER_MS));
            }
            EntryKind::Declined { error, .. } => self.enter(State::Failed { error: *error }, at),
            EntryKind::SoftDeclined { step_up, .. } => {
                self.enter(State::StepUp(step_up.clone()), at);
                self.check_at = Some(at.plus_millis(OPEN_CHECK_AFTER_MS));
            }
            EntryKind::Challenged { challenge } => {
                if let State::StepUp(step_up) = &mut self.state {
                    step_up.challenge = *challenge;
                }
            }
            EntryKind::Noticed { notice } => match notice {
                super::NoticeKind::UserCancel => self.end(Ended::User, at),
                super::NoticeKind::Timeout => self.end(Ended::Timeout, at),
            },
            EntryKind::CancelledByMerchant => self.end(Ended::Merchant, at),
            EntryKind::OperationBegun { id, key, operation, amount } => self.operations.push(Operation {
                id: id.clone(),
                key: key.clone(),
                kind: *operation,
                amount: *amount,
                state: OperationState::Pending(at),
            }),
            EntryKind::OperationEnded { id, code } => self.end_operation(id.as_str(), *code),
            EntryKind::ReversalBegun { attempt, error } => {
                self.enter(State::Reversing { attempt: *attempt, error: *error }, at);
            }
            EntryKind::Reversed => {
                if let State::Reversing { error, .. } = self.state {
                    self.enter(State::Failed { error }, at);
                    self.sums = Sums::default();
                }
            }
            EntryKind::WalletRead { finding, settled } => self.wallet_read(*finding, *settled, at),
            EntryKind::ReportAccepted { .. } | EntryKind::ReportRefused { .. } => {}
        }
    }

    /// A new state begins, and with it the wait for its check, if it has one.
    fn enter(&mut self, state: State, at: Timestamp) {
        self.state = state;
        self.since = at;
        self.check_at = None;
    }

    fn end(&mut self, how: Ended, at: Timestamp) {
        self.enter(State::Ended(how), at);
    }

    fn end_operation(&mut self, id: &str, code: crate::acquirer::ResponseCode) {
        let Some(operation) = self.operations.iter_mut().find(|operation| operation.id.as_str() == id) else { return };
        if verdict(code) != Verdict::Approved {
            operation.state = OperationState::Refused(code);
            return;
        }
        operation.state = OperationState::Done;
        let sum = match operation.kind {
            OperationKind::Capture => &mut self.sums.captured,
            OperationKind::Cancel => &mut self.sums.released,
            OperationKind::Refund => &mut self.sums.refunded,
        };
        *sum = sum.saturating_add(operation.amount.as_ore());
        // It has been told with this, if it did not know.
        self.wallet_knows = true;
    }

    fn wallet_read(&mut self, finding: super::Finding, settled: Settled, at: Timestamp) {
        match settled {
            Settled::Again => {
                let soon =
                    if matches!(self.state, State::Reserved { .. }) { RESERVED_CHECK_AFTER_MS } else { AGAIN_AFTER_MS };
                self.check_at = Some(at.plus_millis(soon));
            }
            Settled::Nothing | Settled::SendReserved => {
                self.check_at = None;
                self.wallet_knows |= settled == Settled::SendReserved || finding == super::Finding::Reserved;
            }
            Settled::SendCancelled | Settled::End => self.end(Ended::WalletSays { finding }, at),
        }
    }
}
