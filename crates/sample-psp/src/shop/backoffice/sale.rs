//! What the back office deals with: an order of the shop with its payment, or a payment of ours that a developer started
//! elsewhere, at the walk-in address or with the merchant's key.

use lommebok_sdk::{MobileNumber, PspTransactionId};

use crate::clock::Timestamp;
use crate::database::DatabaseFault;
use crate::database::orders::OrderRow;
use crate::merchant_api::{Flow, PaymentView};
use crate::shop::merchant_client::MerchantClient;
use crate::shop::phase::Phase;
use crate::shop::standing::{Missing, Standing};
use crate::shop::{Shop, reason};
use lommebok_web::pages::lang::Lang;

#[derive(Clone, Debug)]
pub(super) enum Sale {
    Order(Box<Standing>),
    Elsewhere(Box<PaymentView>),
}

impl Sale {
    pub(super) fn order(&self) -> Option<&OrderRow> {
        match self {
            Self::Order(standing) => Some(&standing.order),
            Self::Elsewhere(_) => None,
        }
    }

    pub(super) fn payment(&self) -> Option<&PaymentView> {
        match self {
            Self::Order(standing) => standing.payment(),
            Self::Elsewhere(payment) => Some(payment),
        }
    }

    pub(super) fn phase(&self) -> Phase {
        match self {
            Self::Order(standing) => standing.phase(),
            Self::Elsewhere(payment) => Phase::of(payment),
        }
    }

    /// The address of its page in the back office.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Order(standing) => format!("/backoffice/orders/{}", standing.order.number),
            Self::Elsewhere(payment) => format!("/backoffice/payments/{}", payment.psp_transaction_id),
        }
    }

    /// What is sold.
    pub(super) fn item(&self, lang: Lang) -> String {
        match self {
            Self::Order(standing) => format!("{} × {}", standing.order.quantity, standing.product_name(lang)),
            Self::Elsewhere(payment) if payment.description.is_empty() => {
                lang.of("Startet et annet sted", "Started elsewhere").to_owned()
            }
            Self::Elsewhere(payment) => payment.description.clone(),
        }
    }

    pub(super) fn amount(&self) -> i64 {
        match self {
            Self::Order(standing) => standing.order.amount,
            Self::Elsewhere(payment) => payment.amount,
        }
    }

    /// When it was begun.
    pub(super) fn at(&self) -> Timestamp {
        match self {
            Self::Order(standing) => standing.order.placed_at,
            Self::Elsewhere(payment) => Timestamp::from_rfc3339(&payment.created_at),
        }
    }

    /// The payment's number in the ledger, which rises; a sale without a payment is the newest.
    fn number(&self) -> i64 {
        self.payment().map_or(i64::MAX, |payment| payment.number)
    }

    /// How the customer comes to it.
    pub(super) fn way(&self, lang: Lang) -> String {
        let Some(order) = self.order() else {
            return lang.of("Startet et annet sted enn i butikken", "Started elsewhere than in the shop").to_owned();
        };
        let (nb, en) = match order.flow {
            Flow::LandingPage => ("Lommebokens side", "The wallet’s page"),
            Flow::App => ("Lenke til appen", "Link to the app"),
            Flow::Push => ("Varsel til telefonen", "Notification on the phone"),
        };
        let number = order.phone.parse::<MobileNumber>().map(|number| format!(", {}", reason::spaced(&number)));
        format!("{}{}", lang.of(nb, en), number.unwrap_or_default())
    }

    /// Why it was not paid, as the customer reads it.
    pub(super) fn customers_reason(&self, lang: Lang) -> Option<&'static str> {
        let reason = match self {
            Self::Order(standing) => standing.reason(),
            Self::Elsewhere(payment) => payment.error.as_ref().map(|error| error.reason),
        };
        reason.map(|reason| reason::to_customer(reason, lang))
    }

    /// Why it was not paid, as PSP and wallet word it.
    pub(super) fn technical_reason(&self) -> Option<String> {
        if let Self::Order(standing) = self
            && let Err(Missing::NotTaken(said)) = &standing.payment
        {
            return Some(format!("the PSP refused the payment: {said}"));
        }
        let error = self.payment()?.error.as_ref()?;
        Some(match &error.error_id {
            Some(id) => format!("errorId {id}: {}", error.error_text),
            None => error.error_text.clone(),
        })
    }
}

impl Shop {
    /// The newest sales, at most `limit`.
    pub(super) async fn sales(&self, limit: u32) -> Result<Vec<Sale>, DatabaseFault> {
        let mut payments = self.newest_payments(limit).await;
        let mut sales = Vec::new();
        for order in self.0.orders.newest(limit).await? {
            let known = order.payment.as_ref().and_then(|id| {
                let place = payments.iter().position(|payment| payment.psp_transaction_id == *id)?;
                Some(payments.swap_remove(place))
            });
            let standing = match known {
                Some(payment) => Self::standing_with(order, Ok(payment)),
                None => self.standing(order).await?,
            };
            sales.push(Sale::Order(Box::new(standing)));
        }
        for payment in payments {
            // What belongs to an older order has its place further down.
            if self.0.orders.with_payment(payment.psp_transaction_id.clone()).await?.is_none() {
                sales.push(Sale::Elsewhere(Box::new(payment)));
            }
        }
        sales.sort_by_key(|sale| std::cmp::Reverse((sale.at(), sale.number())));
        sales.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(sales)
    }

    async fn newest_payments(&self, limit: u32) -> Vec<PaymentView> {
        let mut all = Vec::new();
        for seller in self.sellers() {
            match seller.newest(limit).await {
                Ok(payments) => all.extend(payments),
                Err(fault) => tracing::warn!(%fault, "the PSP does not list a merchant's payments"),
            }
        }
        all
    }

    /// The sale of an order.
    pub(super) async fn sale_of_order(&self, number: i64) -> Result<Option<(Sale, &MerchantClient)>, DatabaseFault> {
        let Some(order) = self.0.orders.with_number(number).await? else { return Ok(None) };
        let seller = self.seller(order.flow);
        Ok(Some((Sale::Order(Box::new(self.standing(order).await?)), seller)))
    }

    /// The sale of a payment: its order, if it has one.
    pub(super) async fn sale_of_payment(&self, id: &str) -> Result<Option<(Sale, &MerchantClient)>, DatabaseFault> {
        if let Some(order) = self.0.orders.with_payment(id.to_owned()).await? {
            return self.sale_of_order(order.number).await;
        }
        // It becomes part of an address.
        let Ok(id) = PspTransactionId::new(id) else { return Ok(None) };
        for seller in self.sellers() {
            match seller.payment(id.as_str()).await {
                Ok(payment) => return Ok(Some((Sale::Elsewhere(Box::new(payment)), seller))),
                Err(fault) if fault.status == http::StatusCode::NOT_FOUND => {}
                Err(fault) => tracing::warn!(%fault, "the PSP did not answer as it should"),
            }
        }
        Ok(None)
    }
}
