//! Credentials that a seed fixes, so that a test run knows them beforehand; in the shapes of the vendor's, and never shown in
//! a fault: not even the value of a wrong type is.

use std::fmt;

use lommebok_engine::keys::{FixedCredentials, Secret};
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::{Check, WrittenPsp};

/// The lengths of a `client_secret`, in characters.
const SECRET_CHARS: std::ops::RangeInclusive<usize> = 8..=128;

pub(super) fn check(check: &mut Check<'_>, written: &WrittenPsp) -> Option<FixedCredentials> {
    let client_id = if_written(written.client_id.as_ref(), |written| {
        check.once("client_id", written);
        check.matching(written, "client_id: must be a GUID", is_guid)
    });
    let client_secret = if_written(written.client_secret.as_ref(), |written| {
        let fault = "client_secret: must be 8 to 128 letters, digits or + / = _ . ~ -";
        check.parsed(written, fault, |text| is_client_secret(text).then(|| Secret::new(text.to_owned())))
    });
    let first = written.subscription_key.as_ref();
    let subscription_key = if_written(first, |written| key(check, "subscription_key", written));
    let second = written.secondary_subscription_key.as_ref();
    let secondary = if_written(second, |written| key(check, "secondary_subscription_key", written));
    let psp_id = if_written(written.psp_id.as_ref(), |written| {
        check.once("psp_id", written);
        let digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'A'..=b'F');
        let good = |text: &str| is_guid(text) || is_hex(text, digit);
        check.matching(written, "psp_id: must be 32 upper-case hex digits or a GUID", good)
    });
    Some(FixedCredentials {
        client_id: client_id.ok()?,
        client_secret: client_secret.ok()?,
        subscription_key: subscription_key.ok()?,
        secondary_subscription_key: secondary.ok()?,
        psp_id: psp_id.ok()?,
    })
}

/// What was written is faulty, and that is noted.
struct Noted;

fn if_written<W, T>(written: Option<&W>, read: impl FnOnce(&W) -> Option<T>) -> Result<Option<T>, Noted> {
    written.map(|written| read(written).ok_or(Noted)).transpose()
}

/// First and second keys give the same access, so that no key may come twice in all of them.
fn key(check: &mut Check<'_>, name: &str, written: &Spanned<WrittenSecret>) -> Option<Secret> {
    check.once("subscription_key", written);
    let fault = format!("{name}: must be 32 hex digits");
    check.parsed(written, &fault, |text| {
        is_hex(text, |byte| byte.is_ascii_hexdigit()).then(|| Secret::new(text.to_owned()))
    })
}

fn is_hex(text: &str, digit: impl Fn(u8) -> bool) -> bool {
    text.len() == 32 && text.bytes().all(digit)
}

fn is_guid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

fn is_client_secret(text: &str) -> bool {
    SECRET_CHARS.contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=_.~-".contains(&byte))
}

/// A text that no fault shows, whatever is in its place.
pub(super) struct WrittenSecret(String);

impl AsRef<str> for WrittenSecret {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for WrittenSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfText)
    }
}

/// Takes a text; of anything else it says what is wanted, where serde's own words hold the value.
struct OfText;

impl OfText {
    fn no_text<E: Error>() -> E {
        E::custom("must be a text, in quotes")
    }
}

impl<'de> Visitor<'de> for OfText {
    type Value = WrittenSecret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<WrittenSecret, E> {
        Ok(WrittenSecret(text.to_owned()))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<WrittenSecret, E> {
        Err(Self::no_text())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<WrittenSecret, E> {
        Err(Self::no_text())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<WrittenSecret, E> {
        Err(Self::no_text())
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<WrittenSecret, E> {
        Err(Self::no_text())
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<WrittenSecret, E> {
        Err(Self::no_text())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<WrittenSecret, E> {
        Err(Self::no_text())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<WrittenSecret, A::Error> {
        while values.next_element::<IgnoredAny>()?.is_some() {}
        Err(Self::no_text())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut values: A) -> Result<WrittenSecret, A::Error> {
        while values.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Err(Self::no_text())
    }
}
