//! The state of a payment, in the shop's words: one set for customers, one for merchants. States of the API stay inside.

use crate::merchant_api::PaymentView;
use lommebok_web::pages::lang::Lang;

/// The state of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The wallet does not know of it yet.
    Preparing,
    /// The customer has the link, or the notification.
    Waiting,
    /// The bank is asked.
    Processing,
    /// The bank wants to see the customer.
    StepUp,
    /// Paid: the money is set aside, nothing was taken.
    Reserved,
    /// Part of the money was taken, the rest is still set aside.
    PartlyCaptured,
    /// The money was taken.
    Captured,
    /// Part of the taken money was given back.
    PartlyRefunded,
    /// All of the taken money was given back.
    Refunded,
    /// An approval that came too late is undone.
    Reversing,
    /// Not paid.
    Failed,
    /// Not paid, because the wallet did not take the payment.
    Refused,
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
            "AUTHORISING" => Self::Processing,
            "REVERSING" => Self::Reversing,
            "STEP_UP" => Self::StepUp,
            "RESERVED" => Self::of_money(payment),
            "CANCELLED" => Self::Cancelled,
            "EXPIRED" => Self::Expired,
            "REFUSED" => Self::Refused,
            _ => Self::Failed,
        }
    }

    /// What became of reserved money.
    fn of_money(payment: &PaymentView) -> Self {
        let (captured, refunded, left) = (payment.captured, payment.refunded, payment.remaining_to_capture);
        match (captured > 0, left > 0) {
            (true, _) if refunded == captured => Self::Refunded,
            (true, _) if refunded > 0 => Self::PartlyRefunded,
            (true, true) => Self::PartlyCaptured,
            (true, false) => Self::Captured,
            (false, true) => Self::Reserved,
            (false, false) => Self::Cancelled,
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
            Self::PartlyCaptured => "partly-captured",
            Self::Captured => "captured",
            Self::PartlyRefunded => "partly-refunded",
            Self::Refunded => "refunded",
            Self::Reversing => "reversing",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// What a customer reads.
    pub(super) const fn to_customer(self, lang: Lang) -> &'static str {
        let (nb, en) = match self {
            Self::Preparing => ("Forberedes", "Being prepared"),
            Self::Waiting => ("Venter på deg", "Waiting for you"),
            Self::Processing => ("Behandles", "Being processed"),
            Self::StepUp => ("Venter på banken din", "Waiting for your bank"),
            Self::Reserved => ("Betalt", "Paid"),
            Self::PartlyCaptured | Self::Captured => ("Sendt", "Sent"),
            Self::PartlyRefunded => ("Delvis refundert", "Partly refunded"),
            Self::Refunded => ("Refundert", "Refunded"),
            Self::Reversing | Self::Failed | Self::Refused => ("Ikke betalt", "Not paid"),
            Self::Cancelled => ("Avbrutt", "Cancelled"),
            Self::Expired => ("Utløpt", "Expired"),
        };
        in_lang(lang, nb, en)
    }

    /// What a merchant reads, in the words of payments.
    pub(super) const fn to_merchant(self, lang: Lang) -> &'static str {
        let (nb, en) = match self {
            Self::Preparing => ("Opprettet", "Created"),
            Self::Waiting => ("Venter på kunden", "Waiting for customer"),
            Self::Processing => ("Autoriseres", "Authorising"),
            Self::StepUp => ("Venter på 3-D Secure", "Waiting for 3-D Secure"),
            Self::Reserved => ("Reservert", "Reserved"),
            Self::PartlyCaptured => ("Delvis trukket", "Partly captured"),
            Self::Captured => ("Trukket", "Captured"),
            Self::PartlyRefunded => ("Delvis refundert", "Partly refunded"),
            Self::Refunded => ("Refundert", "Refunded"),
            Self::Reversing => ("Reverseres", "Reversing"),
            Self::Failed => ("Mislykket", "Failed"),
            Self::Refused => ("Avvist av lommeboken", "Refused by wallet"),
            Self::Cancelled => ("Kansellert", "Cancelled"),
            Self::Expired => ("Utløpt", "Expired"),
        };
        in_lang(lang, nb, en)
    }

    /// Whether it still changes by itself.
    pub(super) const fn is_moving(self) -> bool {
        matches!(self, Self::Preparing | Self::Waiting | Self::Processing | Self::StepUp | Self::Reversing)
    }

    /// Whether it is over without money, and another try makes sense.
    pub(super) const fn is_over_unpaid(self) -> bool {
        matches!(self, Self::Failed | Self::Refused | Self::Cancelled | Self::Expired)
    }
}

const fn in_lang(lang: Lang, nb: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Nb => nb,
        Lang::En => en,
    }
}
