//! An exchange as JSON, as text for people, and as a command of the shell. It has no secret any more.

use std::fmt::Write as _;
use std::time::Duration;

use lommebok_control_api as wire;
use lommebok_domain::{PaymentId, PspId};
use lommebok_engine::exchanges::{Body, Exchange, Interface, Message, NotShown};

use lommebok_engine::outbound::Phases;

use super::super::view::moment;

/// What stands in the place of a secret.
const MARK: &str = "***";
/// Headers that curl makes itself.
const CURLS_OWN: [&str; 6] =
    ["accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent"];
/// Members and headers whose secret the commands of `lommebok env` know, with the variable.
const VARIABLES: [(&str, &str); 6] = [
    ("authorization", "TOKEN"),
    ("ocp-apim-subscription-key", "SUBSCRIPTION_KEY"),
    ("customerMobileNumber", "MOBILE_NUMBER"),
    ("customerPhoneNumber", "MOBILE_NUMBER"),
    ("phoneNumber", "MOBILE_NUMBER"),
    ("token", "LINK"),
];

pub(super) fn head_shown(exchange: &Exchange, public_url: &str) -> wire::ExchangeHead {
    wire::ExchangeHead {
        id: exchange.id,
        url: format!("{public_url}/control/v1/exchanges/{}", exchange.id),
        direction: direction(exchange),
        interface: interface(exchange.about.interface),
        at: moment(exchange.at),
        ms: exchange.ms,
        method: exchange.method.clone(),
        path: exchange.path.clone(),
        status: exchange.status,
        failure: exchange.call.as_ref().and_then(|call| call.failure.as_deref()).map(str::to_owned),
        psp: exchange.about.psp.map(PspId::get),
        payments: exchange.payments.clone(),
        payment_number: exchange.about.payment.map(PaymentId::get),
        attempt: exchange.about.attempt,
        outcome: exchange.call.as_ref().map(|call| call.outcome.clone()),
        refused: exchange.is_refused().then(|| wire::Refused {
            code: exchange.reason.as_ref().map(|reason| reason.code.to_string()),
            reason: exchange.reason.as_ref().map(|reason| reason.message.to_string()),
        }),
        hint: exchange.hint.clone(),
    }
}

pub(super) fn shown(exchange: &Exchange, public_url: &str) -> wire::Exchange {
    wire::Exchange {
        head: head_shown(exchange, public_url),
        request: message(&exchange.request),
        answer: message(&exchange.answer),
        phases: exchange.call.as_ref().map(|call| phases(call.phases)),
    }
}

fn phases(phases: Phases) -> wire::Phases {
    let us = |phase: Option<Duration>| phase.map(|took| u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    wire::Phases {
        dns_us: us(phases.dns),
        connect_us: us(phases.connect),
        tls_us: us(phases.tls),
        wait_us: us(phases.wait),
        read_us: us(phases.read),
    }
}

fn direction(exchange: &Exchange) -> wire::Direction {
    if exchange.about.interface.is_call_out() { wire::Direction::Out } else { wire::Direction::In }
}

fn interface(interface: Interface) -> wire::Interface {
    match interface {
        Interface::PspApi => wire::Interface::PspApi,
        Interface::AppApi => wire::Interface::AppApi,
        Interface::Landing => wire::Interface::Landing,
        Interface::MakePayment => wire::Interface::MakePayment,
        Interface::Notice => wire::Interface::Notice,
    }
}

fn message(message: &Message) -> wire::Message {
    let header = |(name, value): &(String, String)| wire::Header { name: name.clone(), value: value.clone() };
    let body = match &message.body {
        Body::Empty => None,
        Body::Shown { bytes, text } => {
            Some(wire::MessageBody { bytes: *bytes, shown: Some(text.clone()), not_shown: None })
        }
        Body::NotShown { bytes, why } => {
            Some(wire::MessageBody { bytes: *bytes, shown: None, not_shown: Some(not_shown(*why)) })
        }
    };
    wire::Message { headers: message.headers.iter().map(header).collect(), body }
}

fn not_shown(why: NotShown) -> wire::NotShown {
    match why {
        NotShown::Unread => wire::NotShown::Unread,
        NotShown::TooLong => wire::NotShown::TooLong,
        NotShown::Encoded => wire::NotShown::Encoded,
        NotShown::NotJson => wire::NotShown::NotJson,
    }
}

/// As it went over the wire.
pub(super) fn text(exchange: &Exchange) -> String {
    let Exchange { method, path, ms, .. } = exchange;
    let call = exchange.call.as_ref();
    let status = exchange.status.map_or_else(|| "no answer".to_owned(), |status| format!("HTTP {status}"));
    let failure = call.and_then(|call| call.failure.as_ref()).map(|code| format!(" ({code})")).unwrap_or_default();
    let mut text = format!("{method} {path}\n{}\n{status}{failure} after {ms} ms\n", lines(&exchange.request));
    text.push_str(&lines(&exchange.answer));
    if let Some(reason) = &exchange.reason {
        // A String takes all that is written into it.
        let _infallible = writeln!(text, "\nRefused: {} ({})", reason.message, reason.code);
    }
    if let Some(call) = call {
        let _infallible = writeln!(text, "\nOutcome: {}", call.outcome);
    }
    text
}

fn lines(message: &Message) -> String {
    let headers = message.headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
    let body = match &message.body {
        Body::Empty => String::new(),
        Body::Shown { text, .. } => format!("\n{text}\n"),
        Body::NotShown { bytes, why } => format!("\n({bytes} bytes, {})\n", in_words(*why)),
    };
    headers.chain([body]).collect()
}

fn in_words(why: NotShown) -> &'static str {
    match why {
        NotShown::Unread => "not read to their end",
        NotShown::TooLong => "too long to be shown",
        NotShown::Encoded => "encoded",
        NotShown::NotJson => "no JSON in UTF-8",
    }
}

/// A command that sends the request again. Each secret is a variable of the shell; a body that is not shown is a file `body`.
pub(super) fn curl(exchange: &Exchange) -> String {
    let mut command = format!("curl -X {} \"$LOMMEBOK_URL\"{}", quoted(&exchange.method), quoted(&exchange.path));
    let own = |name: &str| CURLS_OWN.contains(&name);
    for (name, value) in exchange.request.headers.iter().filter(|(name, _)| !own(name)) {
        let value = match value.split_once(MARK) {
            Some((before, after)) => {
                format!("{}\"${}\"{}", quoted(&format!("{name}: {before}")), variable(name), quoted(after))
            }
            None => quoted(&format!("{name}: {value}")),
        };
        command = format!("{command} \\\n  -H {value}");
    }
    match &exchange.request.body {
        Body::Empty => {}
        Body::Shown { text, .. } => command = format!("{command} \\\n  -d {}", with_variables(text)),
        Body::NotShown { .. } => command = format!("{command} \\\n  --data-binary @body"),
    }
    format!("{command}\n")
}

/// A masked body as a word of the shell: `"name":"***"` takes its value from a variable.
fn with_variables(body: &str) -> String {
    let masked = format!("\":\"{MARK}\"");
    let mut word = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once(&masked) {
        let name = before.rsplit('"').next().unwrap_or_default();
        word.push_str(&quoted(&format!("{before}\":\"")));
        let _infallible = write!(word, "\"${}\"", variable(name));
        // The quote that ends the value begins the next part.
        word.push_str("'\"'");
        rest = after;
    }
    word.push_str(&quoted(rest));
    word
}

/// `makePaymentToken` is `MAKE_PAYMENT_TOKEN`.
fn variable(name: &str) -> String {
    if let Some((_, variable)) = VARIABLES.iter().find(|(known, _)| *known == name) {
        return (*variable).to_owned();
    }
    let mut variable = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            variable.push('_');
        }
        variable.push(if character.is_ascii_alphabetic() { character.to_ascii_uppercase() } else { '_' });
    }
    if variable.starts_with(|character: char| character.is_ascii_alphabetic()) { variable } else { "SECRET".to_owned() }
}

/// A word of the shell that says just this.
fn quoted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_a_body_are_variables_and_nothing_else_is_the_shells() {
        let body = r#"{"customerMobileNumber":"***","paymentText":"it's $(rm) `x` ***","makePaymentToken":"***"}"#;
        assert_eq!(
            with_variables(body),
            r#"'{"customerMobileNumber":"'"$MOBILE_NUMBER"'"'',"paymentText":"it'\''s $(rm) `x` ***","makePaymentToken":"'"$MAKE_PAYMENT_TOKEN"'"''}'"#
        );
        assert_eq!(quoted("a'$(b)"), r"'a'\''$(b)'");
        assert_eq!([variable("client_secret"), variable("***")], ["CLIENT_SECRET", "SECRET"]);
    }
}
