//! Reading the wallet's call, tolerant of all its spellings: numbers as strings and strings as numbers, two-digit
//! years, unknown members, notices with or without the members that only an approval needs.

use serde_json::Value;

use super::approval::{NetworkToken, Operations, TokenType};
use super::unique_members::UniqueMembers;
use crate::{MerchantSerialNumber, PspTransactionId, Secret};

/// A call that names a payment.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) psp_transaction_id: PspTransactionId,
    body: Value,
}

/// What the call says about it.
#[derive(Debug)]
pub(super) enum Kind {
    Accepted(Box<Handed>),
    Cancelled,
    TimedOut,
}

/// What an approval brings.
#[derive(Debug)]
pub(super) struct Handed {
    pub(super) bin_number: String,
    pub(super) network_token: NetworkToken,
    pub(super) operations: Operations,
}

impl Incoming {
    /// Reads as much as is needed to know which payment it is; the rest is read once the caller is known to be the wallet.
    pub(super) fn read(body: &[u8]) -> Result<Self, String> {
        let UniqueMembers(body) =
            serde_json::from_slice(body).map_err(|fault| format!("the body can't be read as JSON: {fault}"))?;
        let id = text(&body, "pspTransactionId").ok_or("pspTransactionId is missing")?;
        let psp_transaction_id = PspTransactionId::new(id).map_err(|fault| fault.to_string())?;
        Ok(Self { psp_transaction_id, body })
    }

    /// Who sells.
    pub(super) fn merchant_serial_number(&self) -> Result<MerchantSerialNumber, String> {
        let msn = text(&self.body, "merchantSerialNumber").ok_or("merchantSerialNumber is missing")?;
        MerchantSerialNumber::new(msn).map_err(|fault| fault.to_string())
    }

    /// What happened.
    pub(super) fn kind(&self) -> Result<Kind, String> {
        let state = text(&self.body, "paymentState").ok_or("paymentState is missing")?;
        match state.as_str() {
            "ACCEPTED" => Ok(Kind::Accepted(Box::new(handed(&self.body)?))),
            "USER_CANCEL" => Ok(Kind::Cancelled),
            "TIMEOUT" => Ok(Kind::TimedOut),
            _ => Err("paymentState is none of ACCEPTED, USER_CANCEL, TIMEOUT".to_owned()),
        }
    }
}

fn handed(body: &Value) -> Result<Handed, String> {
    let token = body.get("networkToken").filter(|token| token.is_object()).ok_or("networkToken is missing")?;
    let required = |name: &str| text(token, name).ok_or_else(|| format!("networkToken.{name} is missing"));
    let number = required("number")?;
    if !(12..=19).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("networkToken.number is not 12 to 19 digits".to_owned());
    }
    Ok(Handed {
        bin_number: text(body, "binNumber").unwrap_or_default(),
        network_token: NetworkToken {
            number: Secret::new(number),
            expiry_month: month(&required("expiryMonth")?)?,
            expiry_year: year(&required("expiryYear")?)?,
            cryptogram: Secret::new(required("cryptogram")?),
            token_type: token_type(text(token, "tokenType").unwrap_or_default()),
            eci: text(token, "eci").unwrap_or_default(),
        },
        operations: operations(body),
    })
}

fn month(text: &str) -> Result<u8, String> {
    let month = text.parse().ok().filter(|month| (1..=12).contains(month));
    month.ok_or_else(|| "networkToken.expiryMonth is not a month".to_owned())
}

/// A year of four digits, or of two, which are of this century.
fn year(text: &str) -> Result<u16, String> {
    let year: u16 = text.parse().map_err(|_| "networkToken.expiryYear is not a year".to_owned())?;
    match (text.len(), year) {
        (2, 0..=99) => Ok(year.saturating_add(2_000)),
        (4, 2_000..=2_999) => Ok(year),
        _ => Err("networkToken.expiryYear is not a year".to_owned()),
    }
}

fn token_type(word: String) -> TokenType {
    if word.eq_ignore_ascii_case("VISA") {
        TokenType::Visa
    } else if word.eq_ignore_ascii_case("MASTERCARD") {
        TokenType::Mastercard
    } else {
        TokenType::Other(word)
    }
}

/// Operations as a list of `operation` and `url`; what can't be read is left out.
fn operations(body: &Value) -> Operations {
    let listed = body.get("operations").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let url = |name: &str| {
        let named =
            listed.iter().find(|entry| text(entry, "operation").is_some_and(|word| word.eq_ignore_ascii_case(name)));
        named.and_then(|entry| text(entry, "url")).map(Secret::new)
    };
    Operations { success: url("3dssuccess"), cancel: url("3dscancel"), failure: url("3dsfailure") }
}

/// A member as text; whole numbers too. An empty one is none.
fn text(value: &Value, name: &str) -> Option<String> {
    let text = match value.get(name)? {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_u64() => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}
