//! A JSON body with `***` for every value whose member is not known to be harmless, in the order in which it was sent.
//!
//! A member that is new is masked until somebody lists it here. A newcomer's mistake: to list what must be hidden.

use std::fmt;

use lommebok_domain::PspTransactionId;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

use super::hiding::{Hiding, MARK, is_name};

/// The most bytes of an id or a word; a longer one is something else.
pub(super) const LONGEST_ID: usize = 50;

/// What may be shown of a value.
#[derive(Clone, Copy)]
enum Shown {
    Nothing,
    /// An id, an amount, a word of ours or of the caller's systems.
    Plain,
    /// The id of a payment.
    Payment,
    /// What a person or a system wrote: a card's number may stand in it.
    Text,
    /// An address: its query may hold secrets.
    Url,
}

fn shown(member: &str) -> Shown {
    match member {
        "pspTransactionId" => Shown::Payment,
        "merchantOrderId"
        | "amount"
        | "currency"
        | "isApp"
        | "skipLandingPage"
        | "status"
        | "operationStatus"
        | "capturedAmount"
        | "remainingAmountToCapture"
        | "refundedAmount"
        | "remainingAmountToRefund"
        | "timeStamp"
        | "operation"
        | "operationSuccess"
        | "merchantSerialNumber"
        | "organizationNumber"
        | "mccCode"
        | "createdAt"
        | "updatedAt"
        | "deactivate"
        | "termsOfServiceAccepted"
        | "country"
        | "token_type"
        | "expires_in"
        | "ext_expires_in"
        | "expires_on"
        | "not_before"
        | "resource"
        | "errorCode"
        | "contextId"
        | "statusCode"
        | "error"
        | "type"
        | "title"
        | "instance"
        | "field" => Shown::Plain,
        "paymentText" | "name" | "companyName" | "errorMessage" | "message" | "error_description" | "detail" => {
            Shown::Text
        }
        "pspRedirectUrl" | "makePaymentUrl" | "vippsRedirectUrl" | "website" | "logoUrl" => Shown::Url,
        _ => Shown::Nothing,
    }
}

/// A masked body.
pub(super) struct Masked {
    pub(super) text: String,
    /// What was masked: it must not stand elsewhere either.
    pub(super) hidden: Vec<Zeroizing<String>>,
    /// Each `pspTransactionId`.
    pub(super) payments: Vec<String>,
}

/// Masks a body; nothing when it is no JSON.
pub(super) fn masked(body: &[u8], hiding: &Hiding<'_>) -> Option<Masked> {
    let mut masked = Masked { text: String::with_capacity(body.len()), hidden: Vec::new(), payments: Vec::new() };
    let mut reader = serde_json::Deserializer::from_slice(body);
    let seed = Value { masked: &mut masked, hiding, shown: Shown::Nothing };
    let read = seed.deserialize(&mut reader).and_then(|()| reader.end());
    read.ok().map(|()| masked)
}

/// Writes one value and what is in it.
struct Value<'a> {
    masked: &'a mut Masked,
    hiding: &'a Hiding<'a>,
    shown: Shown,
}

impl Value<'_> {
    fn write(&mut self, text: &str) {
        self.masked.text.push_str(text);
    }

    fn write_text(&mut self, text: &str) -> serde_json::Result<()> {
        let written = serde_json::to_string(text)?;
        self.write(&written);
        Ok(())
    }

    fn string(mut self, text: &str) -> serde_json::Result<()> {
        match self.shown {
            Shown::Nothing => {
                self.hide(text);
                Ok(())
            }
            Shown::Payment if PspTransactionId::new(text).is_none() => {
                self.hide(text);
                Ok(())
            }
            Shown::Plain if text.len() > LONGEST_ID => {
                self.hide(text);
                Ok(())
            }
            Shown::Payment => {
                if !self.masked.payments.iter().any(|known| known == text) {
                    self.masked.payments.push(text.to_owned());
                }
                self.write_text(text)
            }
            Shown::Plain => self.write_text(text),
            Shown::Text => self.write_text(&self.hiding.in_text(text)),
            Shown::Url => self.write_text(&self.hiding.in_url(text)),
        }
    }

    fn number(mut self, number: &str) {
        match self.shown {
            Shown::Plain => self.write(number),
            Shown::Nothing | Shown::Payment | Shown::Text | Shown::Url => self.hide(number),
        }
    }

    fn hide(&mut self, value: &str) {
        self.masked.hidden.push(Zeroizing::new(value.to_owned()));
        self.write(&format!("\"{MARK}\""));
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(mut self) -> Result<(), E> {
        self.write("null");
        Ok(())
    }

    fn visit_bool<E>(mut self, value: bool) -> Result<(), E> {
        self.write(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.number(&value.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.number(&value.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.number(&value.to_string());
        Ok(())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.string(value).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        self.write("[");
        loop {
            let (before, shown) = (self.masked.text.len(), self.shown);
            if !self.masked.text.ends_with('[') {
                self.write(",");
            }
            let item = Value { masked: &mut *self.masked, hiding: self.hiding, shown };
            if items.next_element_seed(item)?.is_none() {
                self.masked.text.truncate(before);
                self.write("]");
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        self.write("{");
        while let Some(name) = members.next_key::<String>()? {
            if !self.masked.text.ends_with('{') {
                self.write(",");
            }
            if is_name(&name) {
                self.write_text(&name).map_err(A::Error::custom)?;
            } else {
                self.hide(&name);
            }
            self.write(":");
            members.next_value_seed(Value { masked: &mut *self.masked, hiding: self.hiding, shown: shown(&name) })?;
        }
        self.write("}");
        Ok(())
    }
}
