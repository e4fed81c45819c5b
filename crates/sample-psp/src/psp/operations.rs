//! Captures, cancels and refunds: begun in the ledger, asked of the acquirer under the same name, ended in the ledger.

use super::Psp;
use super::retry::OPERATION_TIMEOUT;
use crate::acquirer::{NoAnswer, Order, ResponseCode, Verdict, verdict};
use crate::database::DatabaseFault;
use crate::ledger::{Asked, Command, LedgerFault, Name, OperationKind, OperationState, Payment, Refusal, State};

/// Why an operation was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OperateFault {
    /// The ledger refused it; nothing happened.
    #[error(transparent)]
    Refused(Refusal),
    /// The acquirer did not answer: it is pending, and asked again.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    /// The acquirer refused it with this code; no money was moved.
    #[error("the acquirer refused with {0}")]
    Declined(ResponseCode),
    /// The ledger failed; if it was begun it is taken up again.
    #[error(transparent)]
    Database(#[from] DatabaseFault),
}

impl Psp {
    /// Does what a merchant asks and answers with the payment as it then is. The same key again does nothing more.
    pub(crate) async fn operate(&self, payment: &Payment, asked: Asked) -> Result<Payment, OperateFault> {
        let key = asked.key.clone();
        let payment = match self.commit(Name::Number(payment.id), Command::Operate(asked)).await {
            Ok(begun) => self.carry_out(begun.payment).await?,
            Err(LedgerFault::Refused(Refusal::AlreadySo, as_it_is)) => self.carry_out(*as_it_is).await?,
            Err(LedgerFault::Refused(refusal, _)) => return Err(OperateFault::Refused(refusal)),
            Err(LedgerFault::Database(fault)) => return Err(fault.into()),
            Err(LedgerFault::Unknown) => return Ok(payment.clone()),
        };
        match payment.operations.iter().find(|operation| operation.key == key).map(|operation| operation.state) {
            Some(OperationState::Refused(code)) => Err(OperateFault::Declined(code)),
            Some(OperationState::Pending(_) | OperationState::Done) | None => Ok(payment),
        }
    }

    /// Asks the acquirer for the pending operation, if there is one, and writes its answer down.
    pub(super) async fn carry_out(&self, payment: Payment) -> Result<Payment, OperateFault> {
        let (Some(operation), State::Reserved { attempt }) = (payment.pending(), &payment.state) else {
            return Ok(payment);
        };
        let order = Order {
            operation: operation.id.clone(),
            authorisation: payment.authorisation(*attempt),
            amount: operation.amount,
        };
        let acquirer = &self.0.acquirer;
        let call = match operation.kind {
            OperationKind::Capture => acquirer.capture(order),
            OperationKind::Cancel => acquirer.release(order),
            OperationKind::Refund => acquirer.refund(order),
        };
        let code = self.answered_within(OPERATION_TIMEOUT, call).await?;
        let ended = Command::EndOperation { id: operation.id.clone(), code };
        match self.commit(Name::Number(payment.id), ended).await {
            Ok(commit) => Ok(commit.payment),
            // The worker was faster.
            Err(LedgerFault::Refused(_, as_it_is)) => Ok(*as_it_is),
            Err(LedgerFault::Unknown) => Ok(payment),
            Err(LedgerFault::Database(fault)) => Err(fault.into()),
        }
    }

    /// Asks the acquirer to undo the authorisation that is being reversed; `true` when nothing is left to undo.
    pub(super) async fn undo(&self, payment: &Payment) -> Result<bool, LedgerFault> {
        let State::Reversing { attempt, .. } = payment.state else { return Ok(true) };
        let call = self.0.acquirer.reverse(payment.authorisation(attempt));
        let refused = match self.answered_within(OPERATION_TIMEOUT, call).await {
            Ok(code) if verdict(code) == Verdict::Approved => None,
            // The issuer still holds the money, so no one may hear that it does not.
            Ok(code) => Some(format!("the acquirer refused with {code}")),
            Err(fault) => Some(fault.to_string()),
        };
        if let Some(why) = refused {
            tracing::warn!(psp_transaction_id = %payment.terms.psp_transaction_id, why, "the reversal is tried again");
            return Ok(false);
        }
        match self.commit(Name::Number(payment.id), Command::EndReversal).await {
            Ok(_) | Err(LedgerFault::Refused(Refusal::AlreadySo, _)) => Ok(true),
            Err(fault) => Err(fault),
        }
    }
}
