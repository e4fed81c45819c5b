//! What came to the PSP, counted by the bytes: one approval posts one token once, whatever was killed in between.

use std::collections::BTreeSet;

use lommebok_control_api::Event;

use super::{AllShown, Shown, Wrong};
use crate::fake_psp::{Log, Request};
use crate::recorder::{Plan, RecordedPayment};

/// What is wrong with what the PSP got for these payments, and with its connections and cryptograms as a whole.
pub fn psp(recorded: &[RecordedPayment], shown: &AllShown, log: &Log) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for payment in recorded {
        let Some(shown) = shown.get(&payment.id) else { continue };
        wrong.extend(one(payment, shown, &log.requests_for(&payment.id)));
    }
    let mut cryptograms = BTreeSet::new();
    for request in &log.requests {
        let Some(cryptogram) = request.network_token("cryptogram") else { continue };
        if !cryptograms.insert(cryptogram) {
            wrong.push(Wrong::new(request.psp_transaction_id().unwrap_or_default(), "its cryptogram came twice"));
        }
    }
    for (number, connection) in log.connections.iter().enumerate() {
        if connection.bytes_after_request > 0 {
            wrong.push(Wrong::new("", format!("connection {number} carried bytes after its request")));
        }
    }
    wrong
}

fn one(payment: &RecordedPayment, shown: &Shown, requests: &[Request]) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut say = |what: String| wrong.push(Wrong::new(&payment.id, what));
    let tokens = requests.iter().filter(|request| request.payment_state() == Some("ACCEPTED")).count();
    let notices = requests.len().saturating_sub(tokens);
    let opened = shown.events().filter(|event| matches!(event, Event::AttemptOpened(_))).count();
    let stepped_up = shown.events().any(|event| matches!(event, Event::StepUpStarted(_)));
    let passed = shown.events().any(|event| matches!(event, Event::StepUpPassed(())));
    let most = if payment.plan == Plan::StepUp && passed { 2 } else { 1 };
    if tokens > most || opened > most {
        say(format!("{tokens} tokens at the PSP and {opened} attempts, at most {most} may be"));
    }
    if tokens > opened {
        say(format!("{tokens} tokens at the PSP, and only {opened} attempts are durable"));
    }
    let never_sent = shown.never_sent();
    if never_sent > 0 && tokens > opened.saturating_sub(never_sent) {
        say(format!(
            "{tokens} tokens at the PSP of {opened} attempts, and {never_sent} was opened too late to be sent"
        ));
    }
    if notices > 0 && tokens > 0 && !stepped_up {
        say("the PSP got both a token and a notice".to_owned());
    }
    // What a PSP reports of an attempt that was lost settles it, token or not.
    let lost = shown.failures().any(|failed| failed.cause == "process_lost");
    let answered_ok = shown.events().any(|event| matches!(event, Event::Reserved(money) if money.text.is_empty()));
    let answered_fail = shown.failures().any(|failed| failed.cause == "psp_82");
    if (answered_ok || answered_fail) && !lost && tokens == 0 {
        say("the PSP answered for it, and never got a token".to_owned());
    }
    wrong
}
