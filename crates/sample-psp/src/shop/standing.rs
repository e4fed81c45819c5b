//! The state of an order, from what the PSP says of its payment: the only source there is.

use serde_json::json;

use super::Shop;
use super::catalogue::{self, Product};
use super::phase::Phase;
use crate::database::DatabaseFault;
use crate::database::orders::OrderRow;
use crate::merchant_api::{PaymentView, Reason};
use lommebok_web::pages::lang::Lang;

/// An order with its product and payment.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) order: OrderRow,
    pub(super) product: Option<Product>,
    pub(super) payment: Result<PaymentView, Missing>,
}

/// Why an order has no payment to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// The PSP did not answer as it should; it is asked again.
    NotAnswered,
    /// The PSP does not take it, and will not: what it said, for the back office.
    NotTaken(String),
}

impl Standing {
    pub(super) fn payment(&self) -> Option<&PaymentView> {
        self.payment.as_ref().ok()
    }

    pub(super) fn phase(&self) -> Phase {
        match &self.payment {
            Ok(payment) => Phase::of(payment),
            Err(Missing::NotAnswered) => Phase::Preparing,
            Err(Missing::NotTaken(_)) => Phase::Failed,
        }
    }

    /// Why it was not paid.
    pub(super) fn reason(&self) -> Option<Reason> {
        match &self.payment {
            Ok(payment) => payment.error.as_ref().map(|error| error.reason),
            Err(Missing::NotAnswered) => None,
            Err(Missing::NotTaken(_)) => Some(Reason::NotAccepted),
        }
    }

    /// What was bought, as the shop names it for itself.
    pub(super) fn product_name(&self, lang: Lang) -> &str {
        self.product.as_ref().map_or(self.order.product.as_str(), |product| product.name_in(lang))
    }

    /// What was bought, as the customer reads it.
    pub(super) fn sold_as(&self, lang: Lang) -> &str {
        self.product.as_ref().map_or(self.order.product.as_str(), |product| product.sold_as(lang))
    }
}

impl Shop {
    /// The state of an order now; its payment is created if it has none.
    pub(super) async fn standing(&self, order: OrderRow) -> Result<Standing, DatabaseFault> {
        let seller = self.seller(order.flow);
        let (asked, is_new) = match &order.payment {
            Some(payment) => (seller.payment(payment).await, false),
            None => (seller.create(&self.wanted(&order)).await, true),
        };
        let payment = asked.map_err(|fault| {
            tracing::warn!(order = order.number, %fault, "the PSP did not answer as it should");
            if is_new && fault.status.is_client_error() {
                Missing::NotTaken(fault.to_string())
            } else {
                Missing::NotAnswered
            }
        });
        if let (true, Ok(payment)) = (is_new, &payment) {
            self.0.orders.keep_payment(order.number, payment.psp_transaction_id.clone()).await?;
        }
        Ok(Self::standing_with(order, payment))
    }

    /// The state of an order with a payment that is known already.
    pub(super) fn standing_with(order: OrderRow, payment: Result<PaymentView, Missing>) -> Standing {
        Standing { product: catalogue::product(&order.product), order, payment }
    }

    /// What the PSP is asked for: the same for the same order, so that asking twice is one payment.
    fn wanted(&self, order: &OrderRow) -> serde_json::Value {
        let lang = Lang::parse(&order.lang).unwrap_or(Lang::En);
        let name = catalogue::product(&order.product).map_or("", |product| product.sold_as(lang));
        let mut wanted = json!({
            "orderId": order.order_id,
            "amount": order.amount,
            "description": format!("{} × {name} ({})", order.quantity, order.number),
            "returnUrl": self.address(&format!("/orders/{}", order.handle)),
            "flow": order.flow,
        });
        if !order.phone.is_empty() {
            wanted["mobileNumber"] = order.phone.clone().into();
        }
        wanted
    }
}
