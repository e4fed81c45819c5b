//! Answers to the wallet. One is made only from what it answers, and each request has only the answers that fit it: no
//! SOFT_DECLINE without its page, none on the second attempt, no OK to a notice.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::ErrorId;
use crate::{InvalidValue, PspTransactionId};

/// What you answer; made by the methods of what [`MakePayment`](super::MakePayment) holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an answer that is not returned is not sent"]
pub struct Answer {
    pub(super) id: PspTransactionId,
    pub(super) said: Said,
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// To an approval.
    Outcome(Outcome),
    /// To a notice.
    Noted(Noted),
    /// To a reversal: whether it is done.
    Reversal { done: bool },
}

/// How a notice is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noted {
    Ok,
    StatusFromWallet,
}

/// How an attempt ended. Only this is remembered of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Ok,
    Fail { error: ErrorId, text: Option<String> },
    SoftDecline { url: StepUpUrl },
}

impl Outcome {
    pub(super) const fn fail(error: ErrorId) -> Self {
        Self::Fail { error, text: None }
    }

    /// The body that goes to the wallet.
    pub(super) fn to_json(&self, id: &PspTransactionId) -> Value {
        match self {
            Self::Ok => json!({"paymentInfo": {"pspTransactionId": id, "status": "OK"}}),
            Self::Fail { error, text } => json!({
                "paymentInfo": {"pspTransactionId": id, "status": "FAIL"},
                "errorMessage": {
                    "errorId": error.number().to_string(),
                    "errorText": text.as_deref().unwrap_or(error.text()),
                },
            }),
            Self::SoftDecline { url } => json!({
                "paymentInfo": {"pspTransactionId": id, "status": "SOFT_DECLINE", "url3dSecure": url.as_str()},
                "errorMessage": {"errorId": "1036", "errorText": "Soft decline"},
            }),
        }
    }
}

impl Noted {
    pub(super) fn to_json(self, id: &PspTransactionId) -> Value {
        match self {
            Self::Ok => Outcome::Ok.to_json(id),
            Self::StatusFromWallet => Outcome::fail(ErrorId::StatusFromWallet).to_json(id),
        }
    }
}

/// The address of a 3-D Secure page: http or https, with a host.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StepUpUrl(String);

impl StepUpUrl {
    /// Checks `url`.
    ///
    /// # Errors
    /// When the wallet would not open it: another scheme than http and https, no host, over 2,048 characters. The
    /// production environment wants https.
    pub fn new(url: &Url) -> Result<Self, InvalidValue> {
        let is_right = matches!(url.scheme(), "http" | "https") && url.has_host() && url.as_str().len() <= 2_048;
        let rule = "an http or https URL of at most 2048 characters";
        if is_right { Ok(Self(url.as_str().to_owned())) } else { Err(InvalidValue::new("url3dSecure", rule)) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StepUpUrl {
    /// Scheme, host and port only: path and query may hold the session's secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let page = Url::parse(&self.0).map_err(|_| fmt::Error)?;
        write!(f, "{}/…", page.origin().ascii_serialization())
    }
}

impl FromStr for StepUpUrl {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let url = Url::parse(text).map_err(|_| InvalidValue::new("url3dSecure", "an absolute URL"))?;
        Self::new(&url)
    }
}

impl TryFrom<String> for StepUpUrl {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        text.parse()
    }
}

impl From<StepUpUrl> for String {
    fn from(url: StepUpUrl) -> Self {
        url.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(outcome: &Outcome) -> String {
        outcome.to_json(&PspTransactionId::new("a1").unwrap()).to_string()
    }

    #[test]
    fn each_outcome_has_the_documented_body() {
        assert_eq!(written(&Outcome::Ok), r#"{"paymentInfo":{"pspTransactionId":"a1","status":"OK"}}"#);
        assert_eq!(
            written(&Outcome::fail(ErrorId::InsufficientFunds)),
            r#"{"errorMessage":{"errorId":"89","errorText":"Insufficient funds"},"paymentInfo":{"pspTransactionId":"a1","status":"FAIL"}}"#
        );
        let url = "https://psp.example/3ds/1".parse().unwrap();
        assert_eq!(
            written(&Outcome::SoftDecline { url }),
            r#"{"errorMessage":{"errorId":"1036","errorText":"Soft decline"},"paymentInfo":{"pspTransactionId":"a1","status":"SOFT_DECLINE","url3dSecure":"https://psp.example/3ds/1"}}"#
        );
    }

    #[test]
    fn a_step_up_page_must_be_one_that_a_browser_opens() {
        let long = format!("https://a.example/{}", "x".repeat(2_048));
        for bad in ["", "/3ds", "javascript:alert(1)", "data:text/html,x", "ftp://a.example/", &long] {
            assert!(bad.parse::<StepUpUrl>().is_err(), "{bad}");
        }
        let url: StepUpUrl = "http://127.0.0.1:9/3ds/secret?session=secret".parse().unwrap();
        assert_eq!(format!("{url:?}"), "http://127.0.0.1:9/…");
    }
}
