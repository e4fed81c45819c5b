//! What the wallet says: to the init, in a notice, and in its details.

use super::super::command::{IfMissing, Refusal};
use super::super::entry::EntryKind;
use super::super::payment::{Payment, State};
use super::super::wallet_word::{Finding, InitRefusal, NoticeKind, Settled};
use super::authorisation;

pub(super) fn accept_init(payment: &Payment, link: String) -> Result<Vec<EntryKind>, Refusal> {
    match payment.state {
        // With a push the user may be faster than the answer to the init: the link then changes nothing any more.
        State::Created
        | State::Authorising { .. }
        | State::Reserved { .. }
        | State::StepUp(_)
        | State::Failed { .. } => Ok(vec![EntryKind::InitAccepted { link }]),
        State::Open { .. } => Err(Refusal::AlreadySo),
        State::Reversing { .. } | State::Ended(_) => Err(payment.state.wrong()),
    }
}

pub(super) fn refuse_init(payment: &Payment, why: InitRefusal, reason: String) -> Result<Vec<EntryKind>, Refusal> {
    match payment.state {
        State::Created => Ok(vec![EntryKind::InitRefused { why, reason }]),
        State::Open { .. }
        | State::Authorising { .. }
        | State::StepUp(_)
        | State::Reserved { .. }
        | State::Reversing { .. }
        | State::Failed { .. }
        | State::Ended(_) => Err(payment.state.wrong()),
    }
}

pub(super) fn notice(payment: &Payment, notice: NoticeKind) -> Result<Vec<EntryKind>, Refusal> {
    match payment.state {
        State::Created | State::Open { .. } | State::StepUp(_) => Ok(vec![EntryKind::Noticed { notice }]),
        State::Ended(_) | State::Failed { .. } => Err(Refusal::AlreadySo),
        State::Authorising { .. } | State::Reserved { .. } | State::Reversing { .. } => Err(payment.state.wrong()),
    }
}

/// The wallet's details were read: what follows.
pub(super) fn read(payment: &Payment, finding: Finding, if_missing: IfMissing) -> Result<Vec<EntryKind>, Refusal> {
    let settled = |settled| Ok(vec![EntryKind::WalletRead { finding, settled }]);
    match &payment.state {
        State::Reserved { .. } => reserved_here(payment, finding, if_missing),
        // A PSP that holds nothing and finds more there says so: `CANCELLED` also settles an outcome that is unknown.
        // The wallet has it and we have no link: the user may come by a push, or not at all before it expires.
        State::Created if finding == Finding::Open => Err(Refusal::BeingProcessed),
        State::Created | State::Open { .. } | State::StepUp(_) => match finding {
            Finding::Open => settled(Settled::Again),
            Finding::Failed | Finding::Reserved => settled(Settled::SendCancelled),
            Finding::Cancelled | Finding::Unknown => settled(Settled::End),
        },
        State::Authorising { .. } | State::Reversing { .. } => Err(Refusal::BeingProcessed),
        State::Failed { .. } | State::Ended(_) => Err(Refusal::AlreadySo),
    }
}

/// Money is set aside here. Does the wallet know?
fn reserved_here(payment: &Payment, finding: Finding, if_missing: IfMissing) -> Result<Vec<EntryKind>, Refusal> {
    let settled = |settled| Ok(vec![EntryKind::WalletRead { finding, settled }]);
    let is_untouched = payment.operations.is_empty();
    match finding {
        Finding::Reserved | Finding::Unknown => settled(Settled::Nothing),
        Finding::Open => settled(Settled::Again),
        Finding::Failed if !is_untouched || if_missing == IfMissing::SendReserved => settled(Settled::SendReserved),
        // The user was told for certain that nothing was paid: only giving it back is right.
        Finding::Cancelled if !is_untouched => settled(Settled::Nothing),
        Finding::Failed | Finding::Cancelled => {
            let mut entries = vec![EntryKind::WalletRead { finding, settled: Settled::Nothing }];
            entries.extend(authorisation::begin_reversal(payment, lommebok_sdk::ErrorId::ReceivedTooLate)?);
            Ok(entries)
        }
    }
}
