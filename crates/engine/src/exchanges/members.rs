//! A JSON body with `***` for every value whose member is not known to be harmless, in the order in which it was sent.
//!
//! A member that is new is masked until somebody lists it here. A newcomer's mistake: to list what must be hidden.

use std::borrow::Cow;
use std::fmt;

use lommebok_domain::PspTransactionId;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::hiding::{Found, Hiding, MARK, is_name};

/// The most bytes of an id or a word; a longer one is something else.
pub(super) const LONGEST_ID: usize = 50;

/// A part of an address that is itself a secret must not stand elsewhere if it is so long, in bytes.
const SHORTEST_SECRET_PART: usize = 20;

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
    /// An address that is itself a secret, but not where it leads.
    Origin,
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
        | "paymentState"
        | "paymentInstrument"
        | "binNumber"
        | "tokenType"
        | "eci"
        | "errorId"
        | "code"
        | "version"
        | "id"
        | "state"
        | "deadline"
        | "prompt"
        | "cancellable"
        | "serialNumber"
        | "network"
        | "lastFour"
        | "outcome"
        | "reason"
        | "field" => Shown::Plain,
        "paymentText" | "name" | "companyName" | "text" | "errorMessage" | "errorText" | "message"
        | "error_description" | "detail" => Shown::Text,
        "pspRedirectUrl" | "makePaymentUrl" | "vippsRedirectUrl" | "backToShop" | "website" | "logoUrl" => Shown::Url,
        // Where the customer is sent is a way in.
        "url3dSecure" | "stepUpUrl" | "url" => Shown::Origin,
        _ => Shown::Nothing,
    }
}

/// `https://psp.example/` of an address.
fn origin(url: &str) -> Option<&str> {
    let host = url.find("://")?.checked_add("://".len())?;
    let slash = url.get(host..)?.find('/')?;
    url.get(..=host.checked_add(slash)?)
}

/// A body that is being masked.
struct Masked<'a> {
    text: String,
    found: &'a mut Found,
}

/// Masks a body; nothing when it is no JSON.
pub(super) fn masked(body: &[u8], hiding: &Hiding<'_>, found: &mut Found) -> Option<String> {
    let mut masked = Masked { text: String::with_capacity(body.len()), found };
    let mut reader = serde_json::Deserializer::from_slice(body);
    let seed = Value { masked: &mut masked, hiding, shown: Shown::Nothing };
    let read = seed.deserialize(&mut reader).and_then(|()| reader.end());
    read.ok().map(|()| masked.text)
}

/// Writes one value and what is in it.
struct Value<'a, 'f> {
    masked: &'a mut Masked<'f>,
    hiding: &'a Hiding<'a>,
    shown: Shown,
}

impl Value<'_, '_> {
    fn write(&mut self, text: &str) {
        self.masked.text.push_str(text);
    }

    fn write_text(&mut self, text: &str) -> serde_json::Result<()> {
        if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
            let written = serde_json::to_string(text)?;
            self.write(&written);
        } else {
            self.masked.text.push('"');
            self.masked.text.push_str(text);
            self.masked.text.push('"');
        }
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
                let payments = &mut self.masked.found.payments;
                if !payments.iter().any(|known| known == text) {
                    payments.push(text.to_owned());
                }
                self.write_text(&self.hiding.in_word(text))
            }
            Shown::Plain => self.write_text(&self.hiding.in_word(text)),
            Shown::Text => self.write_text(&self.hiding.in_text(text)),
            Shown::Url => self.write_text(&self.hiding.in_url(text)),
            Shown::Origin => {
                for secret in text.split(['/', '?', '&', '=']).filter(|part| part.len() >= SHORTEST_SECRET_PART) {
                    self.masked.found.hidden.add(secret);
                }
                let origin = origin(text).map(|origin| self.hiding.in_url(origin)).unwrap_or_default();
                self.write_text(&format!("{origin}{MARK}"))
            }
        }
    }

    fn number(mut self, number: &str) {
        match self.shown {
            Shown::Plain => self.write(number),
            Shown::Nothing | Shown::Payment | Shown::Text | Shown::Url | Shown::Origin => self.hide(number),
        }
    }

    fn hide(&mut self, value: &str) {
        self.masked.found.hidden.add(value);
        self.masked.text.push('"');
        self.masked.text.push_str(MARK);
        self.masked.text.push('"');
    }
}

/// Reads a name without copying it, unless it is escaped.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
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
        while let Some(name) = members.next_key_seed(Name)? {
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
