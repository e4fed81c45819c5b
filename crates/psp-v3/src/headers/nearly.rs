//! Slips with headers: one that is named like a missing one, and a placeholder that was not filled in.

use http::HeaderMap;

use crate::errors::Fault;
use crate::hints::{Hint, Slip, closest};

/// Names that are no misspelling and are meant all the same.
const OTHER_NAMES: [(&str, &str); 8] = [
    ("msn", "Merchant-Serial-Number"),
    ("merchant-serial-no", "Merchant-Serial-Number"),
    ("access-token", "Authorization"),
    ("x-access-token", "Authorization"),
    ("access_token", "Authorization"),
    ("token", "Authorization"),
    ("api-key", "Ocp-Apim-Subscription-Key"),
    ("x-api-key", "Ocp-Apim-Subscription-Key"),
];

/// How placeholders, variables and values with their quotes begin.
const UNFILLED: [&str; 9] = ["YOUR-", "YOUR_", "your-", "your_", "<", "$", "{", "%", "\""];

/// The header that came instead of the missing one `shown`, by its name.
pub(crate) fn nearly(headers: &HeaderMap, shown: &'static str) -> Option<String> {
    let came = || headers.keys().map(http::HeaderName::as_str).filter(|name| !name.eq_ignore_ascii_case(shown));
    let nickname = |name: &&str| OTHER_NAMES.iter().any(|(other, meant)| name == other && *meant == shown);
    closest(shown, came()).or_else(|| came().find(nickname)).map(str::to_owned)
}

/// The fault about the value of the header `shown`, with a hint if the value looks like a placeholder.
pub(crate) fn unless_filled_in(fault: Fault, shown: &'static str, value: &str) -> Fault {
    let value = value.strip_prefix("Bearer ").unwrap_or(value);
    if value.starts_with('\'') || UNFILLED.iter().any(|begin| value.starts_with(begin)) {
        return fault.hinting(Hint::about(Slip::NotFilledIn, shown));
    }
    fault
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::nearly;

    fn found(name: &'static str, shown: &'static str) -> Option<String> {
        let mut headers = HeaderMap::new();
        for other in ["host", "content-type", "accept", "user-agent", "x-request-id", name] {
            headers.insert(HeaderName::from_static(other), HeaderValue::from_static("x"));
        }
        nearly(&headers, shown)
    }

    #[test]
    fn a_header_with_nearly_the_right_name_is_found() {
        for (sent, meant) in [
            ("ocp-apim-subscription-key-psp", "Ocp-Apim-Subscription-Key"),
            ("ocp_apim_subscription_key", "Ocp-Apim-Subscription-Key"),
            ("subscription-key", "Ocp-Apim-Subscription-Key"),
            ("pspid", "PSP-ID"),
            ("psp_id", "PSP-ID"),
            ("x-psp-id", "PSP-ID"),
            ("msn", "Merchant-Serial-Number"),
            ("merchantserialnumber", "Merchant-Serial-Number"),
            ("client-id", "client_id"),
            ("x-client-id", "client_id"),
            ("clientsecret", "client_secret"),
            ("authorisation", "Authorization"),
            ("x-authorization", "Authorization"),
            ("access_token", "Authorization"),
            ("idempotence-key", "Idempotency-Key"),
        ] {
            assert_eq!(found(sent, meant).as_deref(), Some(sent), "{sent}");
        }
        for other in ["x-trace", "referer", "x-id", "cookie"] {
            assert_eq!(found(other, "PSP-ID"), None, "{other}");
            assert_eq!(found(other, "Authorization"), None, "{other}");
        }
    }
}
