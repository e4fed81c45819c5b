//! What `details` shows of a payment: less than the payment, because it is read so often.

use lommebok_domain::history::HistoryLine;
use lommebok_domain::{MerchantOrderId, Sums};

/// What `details` shows of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentDetails {
    /// The merchant's id.
    pub merchant_order_id: MerchantOrderId,
    /// What became of the money.
    pub sums: Sums,
    /// Oldest first ([`lommebok_domain::history::lines`]).
    pub history: Vec<HistoryLine>,
}
