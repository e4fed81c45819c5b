//! What we report to the wallet of an entry. A function of the payment before and the entry, so that no change can be forgotten
//! or reported twice.
//!
//! Whatever ends without money after an attempt is reported as `CANCELLED`: the answer that said so may have been lost, and
//! then only this settles the wallet's unknown outcome. Where the wallet knows it already, the entry has no effect.

use lommebok_sdk::{Amount, Status};

use super::entry::EntryKind;
use super::money::{Operation, OperationKind};
use super::payment::Payment;
use super::wallet_word::Settled;
use crate::acquirer::{ResponseCode, Verdict, verdict};

/// One entry of updatestatus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    pub status: Status,
    pub amount: Amount,
    /// It was tried and did not work.
    pub failed: bool,
}

/// The status in the wallet's words.
pub(crate) const fn status_word(status: Status) -> &'static str {
    match status {
        Status::Reserved => "RESERVED",
        Status::Captured => "CAPTURED",
        Status::Cancelled => "CANCELLED",
        Status::Refunded => "REFUNDED",
    }
}

/// The reports of `entry`, which happened to `before`, in this order.
pub(super) fn reports(before: &Payment, entry: &EntryKind) -> Vec<Report> {
    let whole = before.terms.amount;
    let told = |status, amount| vec![Report { status, amount, failed: false }];
    match entry {
        EntryKind::Declined { .. } | EntryKind::CancelledByMerchant | EntryKind::Reversed => {
            told(Status::Cancelled, whole)
        }
        EntryKind::OperationEnded { id, code } => {
            let operation = before.operations.iter().find(|operation| operation.id == *id);
            operation.map_or_else(Vec::new, |operation| ended(before, operation, *code))
        }
        EntryKind::WalletRead { settled, .. } => match settled {
            Settled::SendReserved => told(Status::Reserved, whole),
            Settled::SendCancelled => told(Status::Cancelled, whole),
            Settled::Nothing | Settled::Again | Settled::End => Vec::new(),
        },
        EntryKind::InitAccepted { .. }
        | EntryKind::InitRefused { .. }
        | EntryKind::AttemptBegun { .. }
        | EntryKind::Authorised { .. }
        | EntryKind::SoftDeclined { .. }
        | EntryKind::Challenged { .. }
        | EntryKind::Noticed { .. }
        | EntryKind::OperationBegun { .. }
        | EntryKind::ReversalBegun { .. }
        | EntryKind::ReportAccepted { .. }
        | EntryKind::ReportRefused { .. } => Vec::new(),
    }
}

/// The report of an operation's end. A release is reported only to a wallet that knows of the reservation: to one that never
/// heard our OK, `CANCELLED` of a part would say that all of it failed.
fn ended(before: &Payment, operation: &Operation, code: ResponseCode) -> Vec<Report> {
    let status = match operation.kind {
        OperationKind::Capture => Status::Captured,
        OperationKind::Cancel => Status::Cancelled,
        OperationKind::Refund => Status::Refunded,
    };
    let failed = verdict(code) != Verdict::Approved;
    let first = Report { status: Status::Reserved, amount: before.terms.amount, failed: false };
    let needs_first = operation.kind == OperationKind::Cancel && !failed && !before.wallet_knows;
    let own = Report { status, amount: operation.amount, failed };
    needs_first.then_some(first).into_iter().chain([own]).collect()
}
