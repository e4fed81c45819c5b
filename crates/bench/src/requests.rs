//! The requests of a PSP, as bytes: what the quick start's client would send.
//!
//! Written out by hand rather than taken from crate psp-v3: the benchmark is an outsider, and a mistake in our own types
//! must not hide here too.

use std::fmt::Write as _;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::Full;
use serde_json::json;

use crate::identifiers;

/// Length of every init's body, in bytes.
pub(crate) const INIT_BYTES: usize = 581;

/// Minor units: enough for thousands of captures of 1, and not one of the magic amounts.
const AMOUNT: &str = "49900";

/// Where requests go, and the headers that each carries.
pub(crate) struct Requests {
    headers: HeaderMap,
    make_payment_url: String,
    mobile_number: String,
}

/// What a PSP was given, as header values.
pub(crate) struct Credentials {
    pub(crate) access_token: String,
    pub(crate) subscription_key: String,
    pub(crate) psp_id: String,
    pub(crate) msn: String,
    pub(crate) mobile_number: String,
}

impl Requests {
    pub(crate) fn new(host: &str, credentials: &Credentials, make_payment_url: String) -> anyhow::Result<Self> {
        let mut headers = HeaderMap::new();
        let bearer = format!("Bearer {}", credentials.access_token);
        headers.insert(HOST, host.parse()?);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(AUTHORIZATION, bearer.parse()?);
        headers.insert("ocp-apim-subscription-key", credentials.subscription_key.parse()?);
        headers.insert("psp-id", credentials.psp_id.parse()?);
        headers.insert("merchant-serial-number", credentials.msn.parse()?);
        headers.insert("vipps-system-name", HeaderValue::from_static("bench"));
        headers.insert("vipps-system-version", HeaderValue::from_static("1.0"));
        Ok(Self { headers, make_payment_url, mobile_number: credentials.mobile_number.clone() })
    }

    /// Where the PSP is called.
    pub(crate) fn make_payment_url(&self) -> &str {
        &self.make_payment_url
    }

    /// The same to a server that now listens at `host`.
    pub(crate) fn at(&self, host: &str) -> anyhow::Result<Self> {
        let mut headers = self.headers.clone();
        headers.insert(HOST, host.parse()?);
        let (make_payment_url, mobile_number) = (self.make_payment_url.clone(), self.mobile_number.clone());
        Ok(Self { headers, make_payment_url, mobile_number })
    }

    pub(crate) fn init(&self, serial: u64) -> Request<Full<Bytes>> {
        self.request(Method::POST, "/psp/v3/psppayments/init", init_body(serial, &self.make_payment_url))
    }

    pub(crate) fn details(&self, serial: u64) -> Request<Full<Bytes>> {
        let path = format!("/psp/v3/psppayments/{}/details", identifiers::transaction(serial));
        self.request(Method::GET, &path, Bytes::new())
    }

    /// Force-approve, with the `token` in the redirect link.
    pub(crate) fn approve(&self, serial: u64, token: &str) -> Request<Full<Bytes>> {
        let path = format!("/psp/v3/integration-test/psppayments/{}/approve", identifiers::transaction(serial));
        let body = json!({ "customerPhoneNumber": self.mobile_number, "token": token });
        self.request(Method::POST, &path, body.to_string().into())
    }

    /// One `CAPTURED` entry of `amount` (minor units) for each payment.
    pub(crate) fn capture(&self, serials: &[u64], amount: u32) -> Request<Full<Bytes>> {
        let mut body = String::with_capacity(serials.len().saturating_mul(150));
        body.push_str(r#"{"transactions":["#);
        for (position, serial) in serials.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            let id = identifiers::transaction(*serial);
            write!(
                body,
                r#"{comma}{{"pspTransactionId":"{id}","status":"CAPTURED","amount":{amount},"currency":"NOK","paymentText":"captured by the benchmark"}}"#
            )
            .expect("writing to a String cannot fail");
        }
        body.push_str("]}");
        self.request(Method::POST, "/psp/v3/psppayments/updatestatus", body.into())
    }

    fn request(&self, method: Method, path: &str, body: Bytes) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().expect("our paths are made of letters, digits and hyphens");
        request.headers_mut().clone_from(&self.headers);
        request
    }
}

/// The body of an init, filled up with payment text to its length.
pub(crate) fn init_body(serial: u64, make_payment_url: &str) -> Bytes {
    let id = identifiers::transaction(serial);
    let order = identifiers::order(serial);
    let mut body = format!(
        "{{\"pspTransactionId\":\"{id}\",\"merchantOrderId\":\"{order}\",\"customerMobileNumber\":\"12345678\",\
         \"amount\":\"{AMOUNT}\",\"currency\":\"NOK\",\"pspRedirectUrl\":\"https://shop.example.com/page-seen-after\",\
         \"makePaymentUrl\":\"{make_payment_url}\",\"makePaymentToken\":\"a-token-that-the-psp-gave-us\",\
         \"paymentText\":\""
    );
    let end = "\"}";
    let text = INIT_BYTES.saturating_sub(body.len()).saturating_sub(end.len());
    body.extend("One hundred and one things for the kitchen, the cellar and the boat. ".chars().cycle().take(text));
    body.push_str(end);
    body.into()
}

/// The `token` parameter of the redirect link in an init's answer.
pub(crate) fn landing_token(answer: &[u8]) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_slice(answer).ok()?;
    let link = answer.get("vippsRedirectUrl")?.as_str()?;
    let (_, query) = link.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix("token=")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_init_has_the_length_of_the_yardsticks_and_an_id_of_its_own() {
        let [one, other] = [1, 2].map(|serial| init_body(serial, "http://127.0.0.1:40000/makePayment"));
        assert_eq!((one.len(), other.len()), (INIT_BYTES, INIT_BYTES));
        assert_ne!(one, other);
        let parsed: serde_json::Value = serde_json::from_slice(&one).unwrap();
        assert_eq!(parsed["pspTransactionId"], identifiers::transaction(1));
    }

    #[test]
    fn the_landing_token_is_found_among_the_links_parameters() {
        let answer = br#"{"vippsRedirectUrl":"http://a/b?v=2&token=abc.d"}"#;
        assert_eq!(landing_token(answer).as_deref(), Some("abc.d"));
        assert_eq!(landing_token(b"{}"), None);
    }
}
