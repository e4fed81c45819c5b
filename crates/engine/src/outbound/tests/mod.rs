//! The outgoing call against real, hostile TCP servers on the loopback. The deadlines are futures that the tests complete; nothing sleeps.

mod answers;
mod connecting;
mod deadlines;
mod encrypted;
mod hostile;
mod reader;
mod requests;
mod resolving;
mod slots;

use std::sync::Arc;

use bytes::Bytes;
use lommebok_psp_v3::urls::UrlPolicy;

use super::{Call, CallOutcome, OutboundClient, Policy, Resolver, Slots, tls_with_web_roots};

/// A client of the sandbox that uses the system's resolver.
fn client() -> OutboundClient {
    client_with(Resolver::System)
}

fn client_with(resolver: Resolver) -> OutboundClient {
    let tls = tls_with_web_roots(&[]).expect("the built-in roots are usable");
    OutboundClient::new(Policy::new(UrlPolicy::Sandbox), tls, resolver)
}

/// A resolver that answers every name with `addresses`.
fn answering(addresses: &[&str]) -> Resolver {
    let addresses: Vec<std::net::IpAddr> =
        addresses.iter().map(|address| address.parse().expect("a test's address is one")).collect();
    Resolver::Scripted(Arc::new(move |_| {
        let addresses = addresses.clone();
        Box::pin(async move { Ok(addresses) })
    }))
}

fn call(url: impl Into<String>) -> Call {
    Call::new(url, Bytes::from_static(b"{\"a\":1}"))
}

/// Sends `call` without a deadline.
async fn post(client: &OutboundClient, call: Call) -> CallOutcome {
    let slot = Slots::new(1).try_acquire(1).expect("a fresh lane has a slot");
    client.post(call, &slot, std::future::pending()).await
}

/// An outcome as a line that a test can write down.
fn line(outcome: &CallOutcome) -> String {
    match outcome {
        CallOutcome::NotDelivered { cause } => format!("not delivered: {}", cause.code()),
        CallOutcome::Answered(answer) => {
            let body = String::from_utf8_lossy(&answer.body);
            let body = if body.len() > 40 { format!("{} bytes", body.len()) } else { body.into_owned() };
            format!("{} {} {body}", answer.head.status, answer.head.content_type.as_deref().unwrap_or("-"))
        }
        CallOutcome::Unknown { cause, head: Some(head), .. } => {
            format!("unknown: {} after {}", cause.code(), head.status)
        }
        CallOutcome::Unknown { cause, head: None, .. } => format!("unknown: {}", cause.code()),
        CallOutcome::TimedOut(_) => "timed out".to_owned(),
    }
}
