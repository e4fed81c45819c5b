//! What the wallet is told of an entry. A function of the payment before and the entry, so that no change can be forgotten
//! and none be told twice.
//!
//! Whatever ends without money after an attempt is told as `CANCELLED`: the answer that said so may have been lost, and
//! then only this settles the wallet's unknown outcome. Where the wallet knows it already, the entry has no effect.

use lommebok_sdk::{Amount, Status};

use super::entry::EntryKind;
use super::payment::{OperationKind, Payment, Settled};
use crate::acquirer::{Verdict, verdict};

/// One entry of updatestatus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// What happened.
    pub status: Status,
    /// How much.
    pub amount: Amount,
    /// It was tried and did not work.
    pub failed: bool,
}

/// What is told of `entry`, which happened to `before`.
pub(super) fn report(before: &Payment, entry: &EntryKind) -> Option<Report> {
    let whole = before.terms.amount;
    let told = |status, amount| Some(Report { status, amount, failed: false });
    match entry {
        EntryKind::Declined { .. } | EntryKind::CancelledByMerchant | EntryKind::Reversed => {
            told(Status::Cancelled, whole)
        }
        EntryKind::OperationEnded { id, code } => {
            let operation = before.operations.iter().find(|operation| operation.id == *id)?;
            let status = match operation.kind {
                OperationKind::Capture => Status::Captured,
                OperationKind::Cancel => Status::Cancelled,
                OperationKind::Refund => Status::Refunded,
            };
            Some(Report { status, amount: operation.amount, failed: verdict(*code) != Verdict::Approved })
        }
        EntryKind::WalletRead { settled, .. } => match settled {
            Settled::SendReserved => told(Status::Reserved, whole),
            Settled::SendCancelled => told(Status::Cancelled, whole),
            Settled::Nothing | Settled::Again | Settled::End => None,
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
        | EntryKind::ReportRefused { .. } => None,
    }
}
