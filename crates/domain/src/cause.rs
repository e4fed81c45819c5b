//! Why something ended as it did: a stable code that may decide what is shown, and words for the operator.

use std::borrow::Cow;
use std::fmt;

use crate::refusal_code::RefusalCode;

/// Why something ended as it did (never with a secret in it).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cause {
    /// A stable code.
    pub code: CauseCode,
    /// What the PSP or the network said, for a person.
    pub detail: String,
}

impl Cause {
    /// A cause with this code and nothing more to say.
    pub fn code(code: impl Into<CauseCode>) -> Self {
        Self { code: code.into(), detail: String::new() }
    }

    /// A cause with this code and detail.
    pub fn new(code: impl Into<CauseCode>, detail: impl Into<String>) -> Self {
        Self { code: code.into(), detail: detail.into() }
    }
}

macro_rules! codes {
    ($($(#[$about:meta])* $name:ident = $text:literal,)*) => {
        /// The stable code of a cause, as it is stored and shown.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum CauseCode {
            $($(#[$about])* $name,)*
            /// `psp_` and the PSP's `errorId`.
            Psp(String),
            /// An updatestatus entry could not be applied.
            Entry(RefusalCode),
            /// A code that this version does not write.
            Other(String),
        }

        const WORDS: &[(CauseCode, &str)] = &[$((CauseCode::$name, $text)),*];

        impl CauseCode {
            /// The code as it is stored and shown.
            pub fn text(&self) -> Cow<'_, str> {
                match self {
                    $(Self::$name => Cow::Borrowed($text),)*
                    Self::Psp(id) => Cow::Owned(format!("{OF_PSP}{id}")),
                    Self::Entry(code) => Cow::Borrowed(code.as_str()),
                    Self::Other(text) => Cow::Borrowed(text),
                }
            }
        }
    };
}

codes! {
    /// The PSP said FAIL and named no errorId.
    PspRefused = "psp_refused",
    /// The PSP said `SOFT_DECLINE` and named no errorId.
    SoftDecline = "soft_decline",
    /// `SOFT_DECLINE` without a URL that a browser can open.
    SoftDeclineWithoutUrl = "soft_decline_without_url",
    /// `SOFT_DECLINE` to the second attempt.
    SecondSoftDecline = "second_soft_decline",
    /// The user came back through `3dsfailure`.
    ThreeDSecureFailed = "three_d_secure_failed",
    /// The PSP reported that nothing is reserved.
    SettledAsNotReserved = "settled_as_not_reserved",
    /// Nothing reached the PSP.
    NotDelivered = "not_delivered",
    /// The call could not be made.
    NotSent = "not_sent",
    /// No free call to the PSP in time.
    NoFreeSlot = "no_free_slot",
    /// The token service gave no token.
    NoToken = "no_token",
    /// The attempt was over before it had a token.
    NotAuthorizing = "not_authorizing",
    /// The attempt could not be stored in time.
    NotStored = "not_stored",
    /// The process that sent the token ended before the answer.
    ProcessLost = "process_lost",
    /// Business time was reset.
    ClockReset = "clock_reset",
    /// The database was restored from a backup.
    Restored = "restored",
    /// Evidence: an OK after the time was up.
    LateOk = "late_ok",
    /// Evidence: a FAIL after the time was up.
    LateFail = "late_fail",
    /// Evidence: a `SOFT_DECLINE` after the time was up.
    LateSoftDecline = "late_soft_decline",
    /// Evidence: a wrong answer after the time was up.
    LateWrong = "late_wrong",
    /// A notice was answered 5xx.
    ServerError = "server_error",
    // The answer was no answer of the documents'.
    /// Not HTTP 200.
    NotStatus200 = "not_status_200",
    /// Not `application/json`.
    NotJsonType = "not_json_type",
    /// Longer than is read.
    TooLarge = "too_large",
    /// No body.
    Empty = "empty",
    /// Not JSON.
    NotJson = "not_json",
    /// JSON, but no object.
    NotAnObject = "not_an_object",
    /// Without `paymentInfo`.
    NoPaymentInfo = "no_payment_info",
    /// `status` twice.
    DoubledStatus = "doubled_status",
    /// Another member twice.
    DoubledMember = "doubled_member",
    /// Without `pspTransactionId`.
    NoId = "no_id",
    /// Another payment's `pspTransactionId`.
    OtherId = "other_id",
    /// Without `status`.
    NoStatus = "no_status",
    /// A `status` that the documents don't have.
    UnknownStatus = "unknown_status",
    // The connection ended without a whole answer.
    /// Not within 15 s.
    Timeout = "timeout",
    /// The connection was reset.
    Reset = "reset",
    /// The connection was closed.
    Closed = "closed",
    /// The answer was cut.
    Truncated = "truncated",
    /// The answer's head is longer than is read.
    HeadTooLarge = "head_too_large",
    /// The answer's body is longer than is read.
    BodyTooLarge = "body_too_large",
    /// What came is not HTTP.
    NotHttp = "not_http",
    /// TLS broke.
    TlsBroken = "tls_broken",
    /// The connection broke otherwise.
    Broken = "broken",
    // The PSP was not reached.
    /// The URL is not one to be called.
    UrlRefused = "url_refused",
    /// The address is not one to be called.
    AddressRefused = "address_refused",
    /// The name has no address.
    Dns = "dns",
    /// The name was not resolved in time.
    DnsTimeout = "dns_timeout",
    /// Nothing accepts there.
    Connect = "connect",
    /// Nothing accepted in time.
    ConnectTimeout = "connect_timeout",
    /// The certificate is not good.
    TlsCertificate = "tls_certificate",
    /// No TLS could be agreed on.
    Tls = "tls",
    /// Not in time.
    TlsTimeout = "tls_timeout",
    /// The connection came too late to send.
    TooLate = "too_late",
}

/// The prefix of a PSP's own `errorId`.
const OF_PSP: &str = "psp_";

impl From<&str> for CauseCode {
    fn from(text: &str) -> Self {
        if let Some((code, _)) = WORDS.iter().find(|(_, word)| *word == text) {
            return code.clone();
        }
        match (text.strip_prefix(OF_PSP), RefusalCode::named(text)) {
            (Some(id), _) => Self::Psp(id.to_owned()),
            (None, RefusalCode::Other) if text != RefusalCode::Other.as_str() => Self::Other(text.to_owned()),
            (None, code) => Self::Entry(code),
        }
    }
}

impl fmt::Display for CauseCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_what_was_written() {
        let own = WORDS.iter().map(|(code, word)| (code.clone(), *word));
        let others = [
            (CauseCode::Psp("82".to_owned()), "psp_82"),
            (CauseCode::Entry(RefusalCode::NotReserved), "not_reserved"),
            (CauseCode::Entry(RefusalCode::Other), "refused"),
            (CauseCode::Other("of_tomorrow".to_owned()), "of_tomorrow"),
        ];
        for (code, text) in own.chain(others) {
            assert_eq!(code.to_string(), text);
            assert_eq!(CauseCode::from(text), code);
        }
    }
}
