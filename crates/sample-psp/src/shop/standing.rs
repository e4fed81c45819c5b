//! How an order stands, from what the PSP says of its payment: the only source there is.

use serde_json::json;

use super::Shop;
use super::catalogue::{self, Product};
use super::merchant_client::MerchantFault;
use crate::database::DatabaseFault;
use crate::database::orders::OrderRow;
use crate::merchant_api::PaymentView;
use crate::ui::lang::Lang;

/// How an order stands, in the shop's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The wallet does not know of it yet.
    Preparing,
    /// The customer has the link.
    Waiting,
    /// The bank is asked.
    Processing,
    /// The bank wants to see the customer.
    StepUp,
    /// Paid: the money is set aside, nothing was taken.
    Reserved,
    /// Sent: the money was taken, or part of it.
    Captured,
    /// All of the taken money was given back.
    Refunded,
    /// Not paid.
    Failed,
    /// Cancelled by the customer or by us.
    Cancelled,
    /// The time was up.
    Expired,
}

impl Phase {
    /// The phase of a payment.
    pub(super) fn of(payment: &PaymentView) -> Self {
        match payment.state.as_str() {
            "CREATED" => Self::Preparing,
            "OPEN" => Self::Waiting,
            "AUTHORISING" | "REVERSING" => Self::Processing,
            "STEP_UP" => Self::StepUp,
            "RESERVED" if payment.captured > 0 && payment.refunded == payment.captured => Self::Refunded,
            "RESERVED" if payment.captured > 0 => Self::Captured,
            "RESERVED" if payment.remaining_to_capture == 0 => Self::Cancelled,
            "RESERVED" => Self::Reserved,
            "CANCELLED" => Self::Cancelled,
            "EXPIRED" => Self::Expired,
            _ => Self::Failed,
        }
    }

    /// A word for styles and scripts.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Waiting => "waiting",
            Self::Processing => "processing",
            Self::StepUp => "step-up",
            Self::Reserved => "reserved",
            Self::Captured => "captured",
            Self::Refunded => "refunded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// The word that people read.
    pub(super) const fn say(self, lang: Lang) -> &'static str {
        let (nb, en) = match self {
            Self::Preparing => ("Forberedes", "Preparing"),
            Self::Waiting => ("Venter på kunden", "Waiting for the customer"),
            Self::Processing => ("Behandles", "Processing"),
            Self::StepUp => ("3-D Secure", "3-D Secure"),
            Self::Reserved => ("Betalt", "Paid"),
            Self::Captured => ("Sendt", "Sent"),
            Self::Refunded => ("Refundert", "Refunded"),
            Self::Failed => ("Ikke betalt", "Not paid"),
            Self::Cancelled => ("Avbrutt", "Cancelled"),
            Self::Expired => ("Utløpt", "Expired"),
        };
        match lang {
            Lang::Nb => nb,
            Lang::En => en,
        }
    }

    /// Whether it still changes by itself.
    pub(super) const fn is_moving(self) -> bool {
        matches!(self, Self::Preparing | Self::Waiting | Self::Processing | Self::StepUp)
    }
}

/// An order with its product and payment.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) order: OrderRow,
    pub(super) product: Option<Product>,
    /// `None` while the PSP has not taken it.
    pub(super) payment: Option<PaymentView>,
}

impl Standing {
    pub(super) fn phase(&self) -> Phase {
        self.payment.as_ref().map_or(Phase::Preparing, Phase::of)
    }

    pub(super) fn product_name(&self, lang: Lang) -> &str {
        self.product.as_ref().map_or(self.order.product.as_str(), |product| product.name_in(lang))
    }
}

impl Shop {
    /// How an order stands now; its payment is created if it has none.
    pub(super) async fn standing(&self, order: OrderRow) -> Result<Standing, DatabaseFault> {
        let product = catalogue::product(&order.product);
        let seller = self.seller(&order.way);
        let asked = match &order.payment {
            Some(payment) => seller.payment(payment).await,
            None => seller.create(&self.wanted(&order)).await,
        };
        let payment = match asked {
            Ok(payment) => Some(payment),
            Err(fault) => {
                tracing::warn!(order = order.number, %fault, "the PSP did not answer as it should");
                None
            }
        };
        if let (None, Some(payment)) = (&order.payment, &payment) {
            self.0.orders.keep_payment(order.number, payment.psp_transaction_id.clone()).await?;
        }
        Ok(Standing { order, product, payment })
    }

    /// What the PSP is asked for: the same for the same order, so that asking twice is one payment.
    fn wanted(&self, order: &OrderRow) -> serde_json::Value {
        let lang = Lang::parse(&order.lang).unwrap_or(Lang::En);
        let name = catalogue::product(&order.product).map_or("", |product| product.name_in(lang));
        let mut wanted = json!({
            "orderId": order.order_id,
            "amount": order.amount,
            "description": format!("{} × {name} ({})", order.quantity, order.number),
            "returnUrl": self.address(&format!("/orders/{}", order.handle)),
            "flow": order.way,
        });
        if !order.phone.is_empty() {
            wanted["mobileNumber"] = order.phone.clone().into();
        }
        wanted
    }

    /// The payment of an order, for the back office.
    pub(super) async fn operate(
        &self,
        order: &OrderRow,
        operation: &str,
        amount: Option<i64>,
        key: &str,
    ) -> Result<PaymentView, MerchantFault> {
        let payment = order.payment.as_deref().unwrap_or_default();
        self.seller(&order.way).operate(payment, operation, amount, key).await
    }
}
