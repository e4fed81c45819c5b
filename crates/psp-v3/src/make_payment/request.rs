//! What the wallet sends. The bodies hold a network token, so their `Debug` is a mask and only `to_body` shows them.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

/// The user has approved: the token that the PSP is to charge.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Accepted<'a> {
    /// The PSP's own id of the payment.
    #[schema(example = "abcABC12345")]
    pub psp_transaction_id: &'a str,
    /// The merchant that sells.
    #[schema(example = "100001")]
    pub merchant_serial_number: &'a str,
    /// Always `ACCEPTED`.
    payment_state: AcceptedState,
    /// Always `TOKEN`.
    pub payment_instrument: PaymentInstrument,
    /// The first 6 digits of the card (not of the token).
    #[schema(example = "492556")]
    pub bin_number: &'a str,
    /// The card's network token with a cryptogram for one authorisation.
    pub network_token: NetworkToken<'a>,
    /// Where a 3-D Secure page sends the user.
    pub operations: Vec<Operation>,
}

impl<'a> Accepted<'a> {
    /// The call of one attempt.
    pub fn new(
        psp_transaction_id: &'a str,
        merchant_serial_number: &'a str,
        bin_number: &'a str,
        network_token: NetworkToken<'a>,
        operations: Vec<Operation>,
    ) -> Self {
        Self {
            psp_transaction_id,
            merchant_serial_number,
            payment_state: AcceptedState::Accepted,
            payment_instrument: PaymentInstrument::Token,
            bin_number,
            network_token,
            operations,
        }
    }

    /// The bytes to send; they are secret.
    ///
    /// # Panics
    /// Never: strings always have a JSON form.
    pub fn to_body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings always have a JSON form")
    }
}

impl fmt::Debug for Accepted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Accepted")
            .field("psp_transaction_id", &self.psp_transaction_id)
            .field("merchant_serial_number", &self.merchant_serial_number)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
enum AcceptedState {
    #[serde(rename = "ACCEPTED")]
    Accepted,
}

/// How the user pays: always with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum PaymentInstrument {
    /// A network token.
    #[serde(rename = "TOKEN")]
    Token,
}

/// A network token, good for one authorisation.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetworkToken<'a> {
    /// 16 to 19 digits, from a token range.
    #[schema(example = "4895370013193500")]
    pub number: &'a str,
    /// `MM`.
    #[schema(example = "03")]
    pub expiry_month: &'a str,
    /// `YYYY`.
    #[schema(example = "2030")]
    pub expiry_year: &'a str,
    /// Base64 of 20 bytes.
    #[schema(example = "AlhlvxmN2ZKuAAESNFZ4GoABFA==")]
    pub cryptogram: &'a str,
    /// The card scheme.
    pub token_type: TokenType,
    /// The electronic commerce indicator: `07` for Visa, `06` for Mastercard.
    #[schema(example = "07")]
    pub eci: &'a str,
}

impl fmt::Debug for NetworkToken<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("NetworkToken").field("token_type", &self.token_type).finish_non_exhaustive()
    }
}

/// The scheme of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum TokenType {
    /// Visa.
    Visa,
    /// Mastercard.
    Mastercard,
}

impl TokenType {
    /// The electronic commerce indicator that goes with a fresh token of this scheme.
    pub const fn eci(self) -> &'static str {
        match self {
            TokenType::Visa => "07",
            TokenType::Mastercard => "06",
        }
    }
}

/// Where the 3-D Secure page sends the user with one result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Operation {
    /// The result.
    pub operation: OperationName,
    /// The address for this result.
    #[schema(
        example = "http://127.0.0.1:8480/mobileintercept?transactionId=0123456789abcdef0123456789abcdef&responsecode=OK"
    )]
    pub url: String,
}

/// A result of 3-D Secure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum OperationName {
    /// The user passed.
    #[serde(rename = "3dssuccess")]
    Success,
    /// The user gave up.
    #[serde(rename = "3dscancel")]
    Cancel,
    /// The user failed.
    #[serde(rename = "3dsfailure")]
    Failure,
}

/// The three operations of a step-up: `{public_url}/mobileintercept?transactionId={step_up_id}&responsecode=…`.
/// `public_url` has no slash at its end; `step_up_id` is the payment's random step-up id in characters of a query.
pub fn operations(public_url: &str, step_up_id: &str) -> Vec<Operation> {
    [(OperationName::Success, "OK"), (OperationName::Cancel, "CANCEL"), (OperationName::Failure, "FAIL")]
        .into_iter()
        .map(|(operation, code)| Operation {
            operation,
            url: format!("{public_url}/mobileintercept?transactionId={step_up_id}&responsecode={code}"),
        })
        .collect()
}

/// The payment ended without an approval. Exactly these four members: the other ones that the vendor's schema requires
/// can't be meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notice<'a> {
    /// The PSP's own id of the payment.
    #[schema(example = "abcABC12345")]
    pub psp_transaction_id: &'a str,
    /// The merchant that sells.
    #[schema(example = "100001")]
    pub merchant_serial_number: &'a str,
    /// Why it ended.
    pub payment_state: NoticeState,
    /// Always `TOKEN`.
    payment_instrument: PaymentInstrument,
}

impl<'a> Notice<'a> {
    /// The notice of one payment.
    pub fn new(psp_transaction_id: &'a str, merchant_serial_number: &'a str, payment_state: NoticeState) -> Self {
        Self { psp_transaction_id, merchant_serial_number, payment_state, payment_instrument: PaymentInstrument::Token }
    }

    /// The bytes to send.
    ///
    /// # Panics
    /// Never: strings always have a JSON form.
    pub fn to_body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings always have a JSON form")
    }
}

/// Why a payment ended without an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoticeState {
    /// The user cancelled, or there was no token.
    UserCancel,
    /// The deadline passed.
    Timeout,
}

#[cfg(test)]
mod tests {
    use super::{Accepted, NetworkToken, Notice, NoticeState, TokenType, operations};

    fn accepted(operations: Vec<super::Operation>) -> Accepted<'static> {
        let token = NetworkToken {
            number: "4895370013193500",
            expiry_month: "03",
            expiry_year: "2030",
            cryptogram: "AlhlvxmN2ZKuAAESNFZ4GoABFA==",
            token_type: TokenType::Visa,
            eci: TokenType::Visa.eci(),
        };
        Accepted::new("abcABC12345", "123456", "492556", token, operations)
    }

    #[test]
    fn an_accepted_call_has_the_documented_members() {
        let body = accepted(operations("http://127.0.0.1:8480", "aa")).to_body();
        let expected = concat!(
            r#"{"pspTransactionId":"abcABC12345","merchantSerialNumber":"123456","paymentState":"ACCEPTED","#,
            r#""paymentInstrument":"TOKEN","binNumber":"492556","networkToken":{"number":"4895370013193500","#,
            r#""expiryMonth":"03","expiryYear":"2030","cryptogram":"AlhlvxmN2ZKuAAESNFZ4GoABFA==","tokenType":"VISA","eci":"07"},"#,
            r#""operations":[{"operation":"3dssuccess","url":"http://127.0.0.1:8480/mobileintercept?transactionId=aa&responsecode=OK"},"#,
            r#"{"operation":"3dscancel","url":"http://127.0.0.1:8480/mobileintercept?transactionId=aa&responsecode=CANCEL"},"#,
            r#"{"operation":"3dsfailure","url":"http://127.0.0.1:8480/mobileintercept?transactionId=aa&responsecode=FAIL"}]}"#
        );
        assert_eq!(String::from_utf8(body).unwrap(), expected);
    }

    #[test]
    fn a_notice_has_exactly_four_members() {
        let body = Notice::new("a1", "123456", NoticeState::UserCancel).to_body();
        let expected = r#"{"pspTransactionId":"a1","merchantSerialNumber":"123456","paymentState":"USER_CANCEL","paymentInstrument":"TOKEN"}"#;
        assert_eq!(String::from_utf8(body).unwrap(), expected);
        assert!(serde_json::to_string(&NoticeState::Timeout).unwrap() == r#""TIMEOUT""#);
    }

    #[test]
    fn debug_shows_neither_token_nor_cryptogram() {
        let call = accepted(Vec::new());
        let shown = format!("{call:?} {:?}", call.network_token);
        assert!(!shown.contains("4895370013193500") && !shown.contains("Alhl") && shown.contains("abcABC12345"));
    }
}
