//! A call of the wallet as an exchange: begun before it is sent, kept when it is clear what was made of its end.
//!
//! The call knows nothing of it: it notes its steps in a [`Trace`], and the rest is by reference. A late answer is kept in the same
//! exchange.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use lommebok_domain::Timestamp;

use super::record::{About, CallOut, Observed, ObservedBody, ObservedHeaders, Target};
use super::{Exchanges, NotShown, Place};
use crate::observability::calls::millis;
use crate::outbound::{Call, CallOutcome, Trace, UnknownCause};

/// A call that is observed. It has no `Debug`, because it holds secrets.
pub(crate) struct ObservedCall {
    exchanges: Arc<Exchanges>,
    place: Option<Place>,
    /// The number under which it is kept, once it is.
    number: Option<u64>,
    about: About,
    at: Timestamp,
    url: String,
    body: Bytes,
    trace: Arc<Trace>,
    end: End,
}

/// What is known of its end, besides the heads.
struct End {
    took: Duration,
    status: Option<u16>,
    body: ObservedBody,
    failure: Option<&'static str>,
}

impl Exchanges {
    /// Observes `call` if there is a place; answers the call that is to be made.
    pub(crate) fn observe(
        this: Option<&Arc<Self>>,
        about: About,
        at: Timestamp,
        call: Call,
    ) -> (Call, Option<ObservedCall>) {
        let Some((exchanges, place)) = this.and_then(|exchanges| Some((Arc::clone(exchanges), exchanges.place()?)))
        else {
            return (call, None);
        };
        let trace = Arc::new(Trace::default());
        let observed = ObservedCall {
            exchanges,
            place: Some(place),
            number: None,
            about,
            at,
            url: call.url().to_owned(),
            body: call.body().clone(),
            trace: Arc::clone(&trace),
            end: End { took: Duration::ZERO, status: None, body: ObservedBody::Whole(Bytes::new()), failure: None },
        };
        (call.traced(trace), Some(observed))
    }
}

impl ObservedCall {
    /// Notes how the call ended, before anybody reads its outcome.
    pub(crate) fn ended(&mut self, outcome: &CallOutcome) {
        let part = |bytes: usize, why| ObservedBody::Part { bytes: u64::try_from(bytes).unwrap_or(u64::MAX), why };
        let (status, body) = match outcome {
            CallOutcome::Answered(answer) => (Some(answer.head.status), ObservedBody::Whole(answer.body.clone())),
            CallOutcome::Unknown { cause, head, body_bytes } => {
                let why = if *cause == UnknownCause::BodyTooLarge { NotShown::TooLong } else { NotShown::Unread };
                let status = head.as_ref().map(|head| head.status);
                (status, if *body_bytes == 0 { ObservedBody::Whole(Bytes::new()) } else { part(*body_bytes, why) })
            }
            CallOutcome::NotDelivered { .. } | CallOutcome::TimedOut(_) => (None, ObservedBody::Whole(Bytes::new())),
        };
        let failure = (!matches!(outcome, CallOutcome::Answered(_))).then(|| outcome.code());
        self.end = End { took: self.trace.took(), status, body, failure: self.end.failure.or(failure) };
    }

    /// Hands it over, with what was made of its end.
    pub(crate) fn keep(&mut self, outcome: String) {
        let (request, answer) = self.trace.heads_sent_and_heard();
        let observed = Observed {
            about: self.about.clone(),
            at: self.at,
            ms: millis(self.end.took),
            method: Method::POST,
            target: Target::Address(self.url.clone()),
            headers: ObservedHeaders::Head(request),
            body: ObservedBody::Whole(self.body.clone()),
            status: self.end.status,
            answer_headers: ObservedHeaders::Head(answer),
            answer_body: std::mem::replace(&mut self.end.body, ObservedBody::Whole(Bytes::new())),
            reason: None,
            call: Some(CallOut { failure: self.end.failure.map(Cow::Borrowed), outcome, phases: self.trace.phases() }),
        };
        match (self.place.take(), self.number) {
            (Some(place), _) => self.number = self.exchanges.take(place, observed),
            (None, Some(number)) => self.exchanges.take_again(number, observed),
            (None, None) => {}
        }
    }
}
