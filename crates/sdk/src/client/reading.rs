//! Reading what wallets send: numbers that may come as strings, hints, refusals, and both forms of `Retry-After`.

use std::time::Duration;

use bytes::Bytes;
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, Response};
use serde::{Deserialize, Deserializer};

use crate::Refusal;

/// The most characters of a hint that are kept.
const HINT_MAX_CHARS: usize = 1_000;

/// A whole number of 0 or more, given as a number or as a string of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Given {
    Number(u64),
    #[serde(deserialize_with = "from_digits")]
    Digits(u64),
}

fn from_digits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_digits).ok_or_else(|| serde::de::Error::custom("a string that is no whole number"))
}

/// For `#[serde(deserialize_with)]`.
pub(super) fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match Given::deserialize(deserializer)? {
        Given::Number(number) | Given::Digits(number) => Ok(number),
    }
}

/// For `#[serde(default, deserialize_with)]`: `None` for `null`.
pub(super) fn maybe_whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let given = Option::<Given>::deserialize(deserializer)?;
    Ok(given.map(|given| match given {
        Given::Number(number) | Given::Digits(number) => number,
    }))
}

/// The sandbox's hint.
pub(super) fn hint(headers: &HeaderMap) -> Option<String> {
    let hint = headers.get("lommebok-hint")?.to_str().ok()?;
    Some(hint.chars().take(HINT_MAX_CHARS).collect())
}

/// An answer of 400 or more.
pub(super) fn refusal(answer: &Response<Bytes>) -> Refusal {
    let mut refusal = Refusal::read(answer.status().as_u16(), answer.body());
    refusal.hint = hint(answer.headers());
    refusal.retry_after = retry_after(answer.headers());
    refusal
}

/// `Retry-After` in seconds, or as a date, which is compared with the answer's own `Date`, so that our clock may be wrong.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim_ascii();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let now = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    httpdate::parse_http_date(text).ok().map(|then| then.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Sum {
        #[serde(deserialize_with = "whole_number")]
        sum: u64,
        #[serde(default, deserialize_with = "maybe_whole_number")]
        other: Option<u64>,
    }

    #[test]
    fn a_number_may_come_as_a_string_of_digits() {
        for (text, expected) in [("5", Some(5)), ("\"5\"", Some(5)), ("\"0\"", Some(0))] {
            let sum: Sum = serde_json::from_str(&format!("{{\"sum\":{text},\"other\":{text}}}")).unwrap();
            assert_eq!((Some(sum.sum), sum.other), (expected, expected));
        }
        for bad in ["-1", "1.5", "1e3", "\"\"", "\"+1\"", "\" 1\"", "null", "[]", "99999999999999999999"] {
            assert!(serde_json::from_str::<Sum>(&format!("{{\"sum\":{bad}}}")).is_err(), "{bad}");
        }
        let sum: Sum = serde_json::from_str("{\"sum\":1,\"other\":null}").unwrap();
        assert_eq!(sum.other, None);
    }

    #[test]
    fn a_retry_after_is_seconds_or_a_date_beside_the_answers_own() {
        let after = |value: &str, date: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            retry_after(&headers)
        };
        assert_eq!(after("7", None), Some(Duration::from_secs(7)));
        assert_eq!(after("99999999999999999999", None), Some(Duration::MAX), "more seconds than there are");
        let (noon, later) = ("Mon, 04 May 2026 12:00:00 GMT", "Mon, 04 May 2026 12:01:30 GMT");
        assert_eq!(after(later, Some(noon)), Some(Duration::from_secs(90)));
        assert_eq!(after(noon, Some(later)), Some(Duration::ZERO));
        assert_eq!(after(later, None), None);
        assert_eq!(after("soon", Some(noon)), None);
        for nonsense in ["-1", "+1", ""] {
            assert_eq!(after(nonsense, Some(noon)), None, "{nonsense}");
        }
    }
}
