//! From an exchange as it was to one that may be kept. Whole bodies are masked; nothing is cut before.
//!
//! Headers and members are shown because they are listed; whatever was masked in one place is also hidden in all others, because a
//! secret may have been sent in the wrong place, and an answer may repeat it.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::hiding::{Everywhere, Found, Hidden, Hiding, MARK, Own, names_only};
use super::members::{LONGEST_ID, masked};
use super::record::{
    Body, CallOut, Exchange, Message, NotShown, Observed, ObservedBody, ObservedHeaders, Target, is_refusal,
};
use crate::outbound::MAX_ANSWER_HEADERS;

/// What a header holds.
enum Kind {
    /// What may repeat what was sent.
    Text,
    Id,
    /// Words of HTTP.
    Word,
    /// Something else, which is not shown.
    Other,
}

fn kind(header: &str) -> Kind {
    match header {
        "lommebok-hint" | "user-agent" | "www-authenticate" => Kind::Text,
        "client_id"
        | "idempotency-key"
        | "merchant-serial-number"
        | "psp-id"
        | "request-id"
        | "vipps-system-name"
        | "vipps-system-plugin-name"
        | "vipps-system-plugin-version"
        | "vipps-system-version" => Kind::Id,
        "accept"
        | "accept-encoding"
        | "allow"
        | "cache-control"
        | "connection"
        | "content-encoding"
        | "content-length"
        | "content-type"
        | "date"
        | "host"
        | "retry-after"
        | "server"
        | "transfer-encoding"
        | "vary"
        | "x-content-type-options" => Kind::Word,
        _ => Kind::Other,
    }
}

/// The most payments that are noted of one exchange.
const MOST_PAYMENTS: usize = 1_000;

/// What may be kept of `observed`, under this number.
pub(super) fn mask(id: u64, observed: &Observed, own: &Own) -> Exchange {
    let in_request = Hiding::in_request(own);
    let mut asked = Found::default();
    if let Target::OfPayment(_, id) = &observed.target {
        asked.payments.push(id.clone());
    }
    let request = message(&observed.headers, &observed.body, &in_request, &mut asked);
    let in_answer = match &observed.call {
        Some(_) => Hiding::in_strangers_answer(own, &asked),
        None if is_refusal(observed.status) => Hiding::in_refusal(own, &asked),
        None => Hiding::in_request(own),
    };
    let mut answered = Found::default();
    let answer = message(&observed.answer_headers, &observed.answer_body, &in_answer, &mut answered);
    let method = in_answer.in_text(observed.method.as_str()).into_owned();
    let call = observed.call.as_ref().map(|call| CallOut {
        failure: call.failure.clone(),
        outcome: outcome(&call.outcome, &in_answer),
        phases: call.phases,
    });
    let path = path(&observed.target, &in_answer);
    drop(in_answer);
    let Found { hidden, mut payments } = asked.both(answered);
    payments.truncate(MOST_PAYMENTS);
    let everywhere = Everywhere::of(own, &hidden);
    let mut exchange = Exchange {
        id,
        about: observed.about.clone(),
        at: observed.at,
        ms: observed.ms,
        method,
        path,
        status: observed.status,
        payments,
        reason: observed.reason.clone(),
        hint: None,
        call,
        request,
        answer,
    };
    for text in texts(&mut exchange) {
        everywhere.hide(text);
    }
    let hint = exchange.answer.headers.iter().find(|(name, _)| name == "lommebok-hint");
    exchange.hint = hint.map(|(_, hint)| hint.clone());
    exchange
}

/// Each text of an exchange that may hold what came from outside.
fn texts(exchange: &mut Exchange) -> impl Iterator<Item = &mut String> {
    let Exchange { path, payments, call, request, answer, .. } = exchange;
    let messages = [request, answer].into_iter().flat_map(|Message { headers, body }| {
        let text = if let Body::Shown { text, .. } = body { Some(text) } else { None };
        headers.iter_mut().map(|(_, value)| value).chain(text)
    });
    messages.chain([path]).chain(payments).chain(call.as_mut().map(|call| &mut call.outcome))
}

fn outcome(text: &str, hiding: &Hiding<'_>) -> String {
    // Words of our own have no detail.
    if text.contains('(') { hiding.in_text(text).into_owned() } else { text.to_owned() }
}

fn path(target: &Target, hiding: &Hiding<'_>) -> String {
    let (mut place, uri) = match target {
        Target::Unknown(uri) => (hiding.in_unknown_path(uri.path()), uri),
        Target::Endpoint(uri) | Target::OfPayment(uri, _) => (uri.path().to_owned(), uri),
        Target::Address(url) => return hiding.in_url(url),
    };
    if let Some(query) = uri.query() {
        names_only(query, &mut place);
    }
    place
}

fn message(headers: &ObservedHeaders, whole: &ObservedBody, hiding: &Hiding<'_>, found: &mut Found) -> Message {
    let read;
    let map = match headers {
        ObservedHeaders::Map(map) => map,
        ObservedHeaders::Head(head) => {
            read = read_head(head);
            &read
        }
    };
    Message { headers: shown_headers(map, hiding, &mut found.hidden), body: body(whole, map, hiding, found) }
}

/// The headers of a head of HTTP/1, of a request or an answer.
fn read_head(head: &[u8]) -> HeaderMap {
    let first_line = head.iter().position(|byte| *byte == b'\n').map_or(head.len(), |at| at.saturating_add(1));
    let mut space = [httparse::EMPTY_HEADER; MAX_ANSWER_HEADERS];
    let parsed = httparse::parse_headers(head.get(first_line..).unwrap_or_default(), &mut space);
    let Ok(httparse::Status::Complete((_, headers))) = parsed else { return HeaderMap::new() };
    let header = |header: &httparse::Header<'_>| {
        let name = HeaderName::from_bytes(header.name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_bytes(header.value).ok()?))
    };
    headers.iter().filter_map(header).collect()
}

fn shown_headers(headers: &HeaderMap, hiding: &Hiding<'_>, hidden: &mut Hidden) -> Vec<(String, String)> {
    let mut shown = Vec::with_capacity(headers.len());
    for (name, value) in headers {
        let text = String::from_utf8_lossy(value.as_bytes());
        let value = match kind(name.as_str()) {
            Kind::Text => hiding.in_text(&text).into_owned(),
            Kind::Word => hiding.in_word(&text).into_owned(),
            Kind::Id if text.len() <= LONGEST_ID => hiding.in_word(&text).into_owned(),
            Kind::Id | Kind::Other => {
                let (scheme, secret) = match text.split_once(' ') {
                    Some(("Bearer", secret)) => ("Bearer ***", secret),
                    Some(("Basic", secret)) => ("Basic ***", secret),
                    _ => (MARK, text.as_ref()),
                };
                hidden.add(secret);
                scheme.to_owned()
            }
        };
        shown.push((name.as_str().to_owned(), value));
    }
    shown
}

fn body(body: &ObservedBody, headers: &HeaderMap, hiding: &Hiding<'_>, found: &mut Found) -> Body {
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
    match masked(whole, hiding, found) {
        Some(text) => Body::Shown { bytes, text },
        None => Body::NotShown { bytes, why: NotShown::NotJson },
    }
}

fn is_encoded(headers: &HeaderMap, body: &[u8]) -> bool {
    let plain = |value: &http::HeaderValue| value.is_empty() || value.as_bytes().eq_ignore_ascii_case(b"identity");
    headers.get_all("content-encoding").iter().any(|value| !plain(value)) || body.starts_with(b"\x1f\x8b")
}
