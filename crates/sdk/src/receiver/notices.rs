//! A notice from its arrival to its answer. The handler gets it once; if it breaks, the wallet is answered 503 and sends
//! the notice again.

use std::sync::Arc;

use super::answer::Said;
use super::in_flight::{Place, Reply, Worker};
use super::memory::{Memory, Saved};
use super::record::Record;
use super::{Authorization, BoxError, Inner, MakePayment, Notice, PaymentHandler};
use crate::PspTransactionId;
use crate::receiver::answer::Noted;

impl<H: PaymentHandler, M: Memory, A: Authorization> Inner<H, M, A> {
    /// The reply to a notice.
    pub(super) async fn on_notice(self: &Arc<Self>, notice: Notice, call: MakePayment) -> Reply {
        let worker = match self.notices.enter(&notice.psp_transaction_id) {
            Place::First(worker) => worker,
            Place::Later(waiter) => return waiter.reply().await,
            Place::Full => return Reply::Unavailable,
        };
        let waiter = worker.waiter();
        let inner = Arc::clone(self);
        self.spawn(async move { inner.notice(notice, call, worker).await });
        waiter.reply().await
    }

    async fn notice(self: Arc<Self>, notice: Notice, call: MakePayment, worker: Worker) {
        let id = &notice.psp_transaction_id;
        match self.take(&notice).await {
            Ok(true) => {}
            Ok(false) => return worker.publish(Reply::Noted(Noted::Ok)),
            Err(error) => {
                tracing::error!(%error, "the memory failed; the wallet will send the notice again");
                return worker.publish(Reply::Unavailable);
            }
        }
        let answer = self.call_handler(call).await;
        match answer.map(|answer| answer.said) {
            Ok(Said::Noted(noted)) => {
                self.amend(id, None, Record::notice_handled).await;
                worker.publish(Reply::Noted(noted));
            }
            Ok(Said::Outcome(_) | Said::Reversal { .. }) => {
                tracing::error!("the handler returned the answer to another call");
                worker.publish(Reply::Unavailable);
            }
            Err(_) => {
                tracing::error!("the handler panicked; the wallet will send the notice again");
                worker.publish(Reply::Unavailable);
            }
        }
    }

    /// Remembers that the notice came; `false` if the handler has finished with it before.
    async fn take(&self, notice: &Notice) -> Result<bool, BoxError> {
        let id: &PspTransactionId = &notice.psp_transaction_id;
        for _ in 0..super::CONFLICTS_MAX {
            let found = self.memory.load(id).await?;
            let version = found.as_ref().map(|found| found.version);
            let blank = || Record::blank(notice.merchant_serial_number.clone());
            let Some(record) = found.map_or_else(blank, |found| found.record).notice_taken() else { return Ok(false) };
            if let Saved::As(_) = self.memory.save(id, &record, version).await? {
                return Ok(true);
            }
        }
        Err("the record changes too often".into())
    }
}
