//! Judging a PSP's answer. It is hostile input: only the exact documented shape with the payment's own id says anything;
//! everything else is [`Answer::Wrong`] with its cause, because the PSP may have reserved the money all the same.

use super::psp_error::PspErrorId;
use crate::json::{Broken, Flat, Manner, Scalar, read_document};
use crate::urls::{self, UrlFault, UrlPolicy};

/// The most bytes of an answer that are read: 64 KiB.
pub const ANSWER_MAX_BYTES: usize = 64 * 1024;
/// The most characters of an error's id that are kept.
pub const ERROR_ID_MAX_CHARS: usize = 40;
/// The most characters of an error's text that are kept.
pub const ERROR_TEXT_MAX_CHARS: usize = 500;

/// What a PSP answered to an [`super::Accepted`] call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Authorised.
    Ok,
    /// Refused, and the PSP says so.
    Fail {
        /// Why, if the PSP says it.
        error: Option<PspError>,
    },
    /// The issuer wants 3-D Secure first.
    SoftDecline {
        /// The 3-D Secure page, as it was sent.
        url: String,
        /// Usually errorId 1036.
        error: Option<PspError>,
    },
    /// The issuer wants 3-D Secure, but the PSP gave no usable page: certainly not authorised.
    SoftDeclineWithoutGoodUrl {
        /// What is wrong with `url3dSecure`; `None` if it is missing or no string.
        fault: Option<UrlFault>,
        /// Usually errorId 1036.
        error: Option<PspError>,
    },
    /// Nothing that can be trusted: the outcome is unknown.
    Wrong {
        /// What is wrong with it.
        cause: Cause,
        /// Where the JSON is broken and how, in words that repeat nothing of it; only with [`Cause::NotJson`].
        json_fault: Option<String>,
        /// The PSP's error, if one can be read all the same. It decides nothing.
        error: Option<PspError>,
    },
}

/// Why an answer says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Cause {
    /// Another HTTP status than 200.
    #[error("the status is not 200")]
    NotStatus200,
    /// Not declared as `application/json`.
    #[error("the Content-Type is not application/json")]
    NotJsonType,
    /// Over [`ANSWER_MAX_BYTES`].
    #[error("the answer is larger than 64 KiB")]
    TooLarge,
    /// No body.
    #[error("the answer has no body")]
    Empty,
    /// Not one JSON document in UTF-8.
    #[error("the body is not JSON in UTF-8")]
    NotJson,
    /// JSON, but no object.
    #[error("the body is not an object")]
    NotAnObject,
    /// No `paymentInfo`, or it is no object.
    #[error("paymentInfo is missing or not an object")]
    NoPaymentInfo,
    /// `status` more than once.
    #[error("status is given more than once")]
    DoubledStatus,
    /// Another member that decides, more than once.
    #[error("a member is given more than once")]
    DoubledMember,
    /// No `pspTransactionId`, or it is no string.
    #[error("pspTransactionId is missing or not a string")]
    NoId,
    /// The id of another payment, or this one's in another spelling.
    #[error("pspTransactionId is another payment's")]
    OtherId,
    /// No `status`, or it is no string.
    #[error("status is missing or not a string")]
    NoStatus,
    /// Not exactly `OK`, `FAIL` or `SOFT_DECLINE`.
    #[error("status is not OK, FAIL or SOFT_DECLINE")]
    UnknownStatus,
}

impl Cause {
    /// A stable word for storage, logs and metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Cause::NotStatus200 => "not_status_200",
            Cause::NotJsonType => "not_json_type",
            Cause::TooLarge => "too_large",
            Cause::Empty => "empty",
            Cause::NotJson => "not_json",
            Cause::NotAnObject => "not_an_object",
            Cause::NoPaymentInfo => "no_payment_info",
            Cause::DoubledStatus => "doubled_status",
            Cause::DoubledMember => "doubled_member",
            Cause::NoId => "no_id",
            Cause::OtherId => "other_id",
            Cause::NoStatus => "no_status",
            Cause::UnknownStatus => "unknown_status",
        }
    }
}

/// The error that a PSP gave, as it was sent. It may repeat a secret of the call: before it is kept or shown, it goes
/// through [`PspError::kept`].
#[derive(Clone, PartialEq, Eq)]
pub struct PspError {
    /// `errorId` as text, whether it came as a string or a number.
    pub id: Option<String>,
    /// `errorText`
    pub text: Option<String>,
}

impl std::fmt::Debug for PspError {
    /// The text stays out of logs: a hostile PSP may echo the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let chars = |text: &Option<String>| text.as_ref().map(|text| text.chars().count());
        f.debug_struct("PspError").field("id_chars", &chars(&self.id)).field("text_chars", &chars(&self.text)).finish()
    }
}

impl PspError {
    /// The listed error that this is.
    pub fn listed(&self) -> Option<PspErrorId> {
        self.id.as_deref().and_then(PspErrorId::from_id)
    }

    /// The error as it may be kept: `hide` takes the call's secrets out first, then it is cut to
    /// [`ERROR_ID_MAX_CHARS`] and [`ERROR_TEXT_MAX_CHARS`], without control characters.
    #[must_use]
    pub fn kept(self, hide: impl Fn(&str) -> String) -> Self {
        let kept = |text: Option<String>, max_chars| text.map(|text| cut(&hide(&text), max_chars));
        Self { id: kept(self.id, ERROR_ID_MAX_CHARS), text: kept(self.text, ERROR_TEXT_MAX_CHARS) }
    }
}

/// Judges a complete answer: HTTP `status`, the `Content-Type` header, the body, and the id of the payment it must name.
pub fn read_answer(
    status: u16,
    content_type: Option<&str>,
    body: &[u8],
    expected_id: &str,
    policy: UrlPolicy,
) -> Answer {
    judge(status, content_type, body, expected_id, policy).unwrap_or_else(|cause| Answer::Wrong {
        cause,
        json_fault: (cause == Cause::NotJson).then(|| json_fault(body)).flatten(),
        error: error_beside(body),
    })
}

/// What is wrong with a body that is not JSON, and where.
fn json_fault(body: &[u8]) -> Option<String> {
    read_document(body, |manner| Flat::new(TOP, manner)).err().map(|broken| broken.to_string())
}

/// The error of an answer that is wrong otherwise, whether it is in `errorMessage` or at the top.
fn error_beside(body: &[u8]) -> Option<PspError> {
    let top = read_document(body, |_| Flat::new(BESIDE, Manner::Careful)).ok()?;
    let [message, id, text] = top.values;
    psp_error(message.as_ref()).or_else(|| read_error(id, text))
}

const TOP: &[&str; 2] = &["paymentInfo", "errorMessage"];
pub(crate) const PAYMENT_INFO_NAMES: &[&str; 3] = &["pspTransactionId", "status", "url3dSecure"];
const ERROR_MESSAGE: &[&str; 2] = &["errorId", "errorText"];
const BESIDE: &[&str; 3] = &["errorMessage", "errorId", "errorText"];

fn judge(
    status: u16,
    content_type: Option<&str>,
    body: &[u8],
    expected_id: &str,
    policy: UrlPolicy,
) -> Result<Answer, Cause> {
    if status != 200 {
        return Err(Cause::NotStatus200);
    }
    if !content_type.is_some_and(is_json) {
        return Err(Cause::NotJsonType);
    }
    if body.len() > ANSWER_MAX_BYTES {
        return Err(Cause::TooLarge);
    }
    let [info, error] = inner_objects(body)?;
    let info = object(info.as_ref(), PAYMENT_INFO_NAMES).ok_or(Cause::NoPaymentInfo)?;
    check_doubled(&info)?;
    let [id, status, url] = info.values;
    match id {
        Some(Scalar::Text(id)) if id == expected_id => {}
        Some(Scalar::Text(_) | Scalar::HalvedText(_)) => return Err(Cause::OtherId),
        _ => return Err(Cause::NoId),
    }
    let status = match status {
        Some(Scalar::Text(status)) => status,
        Some(Scalar::HalvedText(_)) => return Err(Cause::UnknownStatus),
        _ => return Err(Cause::NoStatus),
    };
    let error = psp_error(error.as_ref());
    match &*status {
        "OK" => Ok(Answer::Ok),
        "FAIL" => Ok(Answer::Fail { error }),
        "SOFT_DECLINE" => Ok(soft_decline(url, error, policy)),
        _ => Err(Cause::UnknownStatus),
    }
}

/// Whether the media type is `application/json`; JSON's registration knows no parameters, so they say nothing.
fn is_json(content_type: &str) -> bool {
    content_type.split(';').next().is_some_and(|essence| essence.trim_ascii().eq_ignore_ascii_case("application/json"))
}

fn inner_objects(body: &[u8]) -> Result<[Option<Scalar<'_>>; 2], Cause> {
    let top = read_document(body, |_| Flat::new(TOP, Manner::Careful)).map_err(|broken| match broken {
        Broken::Empty => Cause::Empty,
        Broken::Halved => Cause::NotAnObject,
        Broken::Encoding | Broken::Utf8 | Broken::Syntax { .. } => Cause::NotJson,
    })?;
    if top.other.is_some() {
        return Err(Cause::NotAnObject);
    }
    if top.doubled.iter().any(|name| TOP.contains(&name.as_str())) {
        return Err(Cause::DoubledMember);
    }
    Ok(top.values)
}

fn object<'de, const N: usize>(value: Option<&Scalar<'de>>, names: &'static [&'static str; N]) -> Option<Flat<'de, N>> {
    let Some(Scalar::Object(raw)) = value else { return None };
    read_document(raw.as_bytes(), |manner| Flat::new(names, manner)).ok()
}

fn check_doubled(info: &Flat<'_, 3>) -> Result<(), Cause> {
    if info.doubled.iter().any(|name| name == "status") {
        return Err(Cause::DoubledStatus);
    }
    if info.doubled.iter().any(|name| PAYMENT_INFO_NAMES.contains(&name.as_str())) {
        return Err(Cause::DoubledMember);
    }
    Ok(())
}

fn soft_decline(url: Option<Scalar<'_>>, error: Option<PspError>, policy: UrlPolicy) -> Answer {
    let url = match url {
        Some(Scalar::Text(url)) => url,
        Some(Scalar::HalvedText(_)) => {
            return Answer::SoftDeclineWithoutGoodUrl { fault: Some(UrlFault::Character), error };
        }
        _ => return Answer::SoftDeclineWithoutGoodUrl { fault: None, error },
    };
    match urls::url_3d_secure(&url, policy) {
        Ok(()) => Answer::SoftDecline { url: url.into_owned(), error },
        Err(fault) => Answer::SoftDeclineWithoutGoodUrl { fault: Some(fault), error },
    }
}

/// The error, as far as it can be read: it decides nothing, so a malformed one is dropped.
fn psp_error(value: Option<&Scalar<'_>>) -> Option<PspError> {
    let [id, text] = object(value, ERROR_MESSAGE)?.values;
    read_error(id, text)
}

/// The error of these members. Its text is for people, so one that was cut in the middle of an emoji is kept.
fn read_error(id: Option<Scalar<'_>>, text: Option<Scalar<'_>>) -> Option<PspError> {
    let id = match id {
        Some(Scalar::Text(id)) => Some(id.into_owned()),
        Some(Scalar::Integer(id)) => Some(id.to_string()),
        _ => None,
    };
    let text = match text {
        Some(Scalar::Text(text)) => Some(text.into_owned()),
        Some(Scalar::HalvedText(text)) => Some(text.into()),
        _ => None,
    };
    (id.is_some() || text.is_some()).then_some(PspError { id, text })
}

fn cut(text: &str, max_chars: usize) -> String {
    text.chars().filter(|character| !character.is_control()).take(max_chars).collect()
}
