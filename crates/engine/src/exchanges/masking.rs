//! From an exchange as it was to one that may be kept. Whole bodies are masked; nothing is cut before.
//!
//! Headers and members are shown because they are listed; whatever was masked in one place is also hidden in all others, because a
//! secret may have been sent in the wrong place, and an answer may repeat it.

use http::{HeaderMap, Uri};
use zeroize::Zeroizing;

use super::hiding::{Hiding, MARK, Own, names_only};
use super::members::{LONGEST_ID, masked};
use super::record::{Body, Exchange, Message, NotShown, Observed, ObservedBody, ObservedPath, is_refusal};

/// Headers that are shown: texts that may repeat what was sent.
const TEXTS: [&str; 3] = ["lommebok-hint", "user-agent", "www-authenticate"];
/// Ids.
const IDS: [&str; 9] = [
    "client_id",
    "idempotency-key",
    "merchant-serial-number",
    "psp-id",
    "request-id",
    "vipps-system-name",
    "vipps-system-plugin-name",
    "vipps-system-plugin-version",
    "vipps-system-version",
];
/// Words of HTTP.
const WORDS: [&str; 15] = [
    "accept",
    "accept-encoding",
    "allow",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "host",
    "retry-after",
    "server",
    "transfer-encoding",
    "vary",
    "x-content-type-options",
];
/// The most payments that are noted of one exchange.
const MOST_PAYMENTS: usize = 1_000;

/// What may be kept of `observed`, under this number.
pub(super) fn mask(id: u64, observed: &Observed, own: &Own) -> Exchange {
    let in_request = Hiding::in_request(own);
    let mut hidden = Vec::new();
    let mut payments = Vec::new();
    if let ObservedPath::OfPayment(id) = &observed.path {
        payments.push(id.clone());
    }
    let mut request = Message {
        headers: headers(&observed.headers, &in_request, &mut hidden),
        body: body(&observed.body, &observed.headers, &in_request, (&mut hidden, &mut payments)),
    };
    let refused = is_refusal(observed.status);
    let in_answer = if refused { Hiding::in_refusal(own, &hidden) } else { Hiding::in_request(own) };
    let mut answer = Message {
        headers: headers(&observed.answer_headers, &in_answer, &mut hidden),
        body: body(&observed.answer_body, &observed.answer_headers, &in_answer, (&mut hidden, &mut payments)),
    };
    for message in [&mut request, &mut answer] {
        hide_in(message, &in_answer, &hidden);
    }
    payments.dedup();
    payments.truncate(MOST_PAYMENTS);
    let exactly = |text: &str| in_answer.exactly(text, &hidden);
    let hint = answer.headers.iter().find(|(name, _)| name == "lommebok-hint");
    Exchange {
        id,
        about: observed.about.clone(),
        at: observed.at,
        ms: observed.ms,
        method: in_answer.in_text(observed.method.as_str()),
        path: exactly(&path(&observed.uri, &observed.path, &in_answer)),
        status: observed.status,
        payments: payments.iter().map(|payment| exactly(payment)).collect(),
        reason: observed.reason,
        hint: hint.map(|(_, hint)| hint.clone()),
        request,
        answer,
    }
}

fn path(uri: &Uri, path: &ObservedPath, hiding: &Hiding<'_>) -> String {
    let place = match path {
        ObservedPath::Unknown => hiding.in_unknown_path(uri.path()),
        ObservedPath::Known | ObservedPath::OfPayment(_) => uri.path().to_owned(),
    };
    format!("{place}{}", uri.query().map(names_only).unwrap_or_default())
}

fn headers(headers: &HeaderMap, hiding: &Hiding<'_>, hidden: &mut Vec<Zeroizing<String>>) -> Vec<(String, String)> {
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let text = String::from_utf8_lossy(value.as_bytes());
        let value = if TEXTS.contains(&name.as_str()) {
            hiding.in_text(&text)
        } else if WORDS.contains(&name.as_str()) || IDS.contains(&name.as_str()) && text.len() <= LONGEST_ID {
            text.into_owned()
        } else {
            let (scheme, secret) = match text.split_once(' ') {
                Some((scheme @ ("Bearer" | "Basic"), secret)) => (format!("{scheme} "), secret),
                _ => (String::new(), text.as_ref()),
            };
            hidden.push(Zeroizing::new(secret.trim().to_owned()));
            format!("{scheme}{MARK}")
        };
        (name.as_str().to_owned(), value)
    };
    headers.iter().map(header).collect()
}

fn body(
    body: &ObservedBody,
    headers: &HeaderMap,
    hiding: &Hiding<'_>,
    (hidden, payments): (&mut Vec<Zeroizing<String>>, &mut Vec<String>),
) -> Body {
    let whole = match body {
        ObservedBody::Whole(whole) => whole,
        ObservedBody::Part { bytes, why } => return Body::NotShown { bytes: *bytes, why: *why },
    };
    let bytes = u64::try_from(whole.len()).unwrap_or(u64::MAX);
    if whole.is_empty() {
        return Body::Empty;
    }
    if is_encoded(headers, whole) {
        return Body::NotShown { bytes, why: NotShown::Encoded };
    }
    match masked(whole, hiding) {
        Some(masked) => {
            hidden.extend(masked.hidden);
            payments.extend(masked.payments);
            Body::Shown { bytes, text: masked.text }
        }
        None => Body::NotShown { bytes, why: NotShown::NotJson },
    }
}

fn is_encoded(headers: &HeaderMap, body: &[u8]) -> bool {
    let plain = |value: &http::HeaderValue| value.is_empty() || value.as_bytes().eq_ignore_ascii_case(b"identity");
    headers.get_all("content-encoding").iter().any(|value| !plain(value)) || body.starts_with(b"\x1f\x8b")
}

fn hide_in(message: &mut Message, hiding: &Hiding<'_>, hidden: &[Zeroizing<String>]) {
    for (_, value) in &mut message.headers {
        *value = hiding.exactly(value, hidden);
    }
    if let Body::Shown { text, .. } = &mut message.body {
        *text = hiding.exactly(text, hidden);
    }
}
