//! The one outgoing call, `POST makePaymentUrl`: address, connection, TLS, one HTTP/1.1 exchange, and what its end proves ([`CallOutcome`]).
//!
//! What must not be here: payments, storage, retries, the meaning of the PSP's JSON (crate `psp-v3`), what a payment becomes (`domain`).
//!
//! A newcomer would reach for an ordinary HTTP client. Those retry, follow redirects, obey proxy variables and reuse connections, and can so
//! send a token twice or to the wrong house. Here each call dials, sends once and closes. Not even hyper's connection is used: it holds
//! 16 KiB of buffers for every call that waits.

mod answer;
mod call;
mod chunks;
mod connect;
mod exchange;
mod late;
mod masks;
mod outcome;
mod policy;
mod progress;
mod resolve;
mod shown;
mod slots;
mod target;
mod tls;
mod trace;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use futures_util::future::{Either, select};
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

pub use call::{Call, CallObserver, CallWatch, ShownCall, Stage};
pub use late::LateAnswer;
pub use masks::{CallSecrets, Masks};
pub use outcome::{Answer, AnswerHead, CallOutcome, NotDeliveredCause, UnknownCause};
pub use policy::Policy;
pub use resolve::{Resolver, ScriptedLookup};
pub use shown::{shown_answer, shown_part};
pub use slots::{NoFreeSlot, Slot, Slots};
pub use tls::{TlsRootsError, read_authorities, tls_with_web_roots};
pub use trace::{Phases, Trace};

use crate::clock::ProcessTime;
use call::Content;
use connect::{Dialer, Stream};
use progress::Progress;
use resolve::Lookups;
use target::Target;

/// The most bytes of an answer's body that are read; one more makes the answer [`UnknownCause::BodyTooLarge`].
pub const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// The most interim answers (1xx) before an answer.
pub const MAX_INTERIM_ANSWERS: usize = 8;

/// The most bytes of an answer's status line and headers, those of interim answers before it included.
pub const MAX_ANSWER_HEAD_BYTES: usize = 16 * 1024;

/// The most headers of an answer.
pub const MAX_ANSWER_HEADERS: usize = 100;

/// Makes outgoing calls. One for the whole process; cloning shares its settings and keeps no connection.
#[derive(Clone)]
pub struct OutboundClient {
    dialer: Arc<Dialer>,
    watch: Option<CallWatch>,
}

impl OutboundClient {
    /// A client that reaches what `policy` allows, trusts what `tls` trusts ([`tls_with_web_roots`]) and finds addresses by `resolver`.
    pub fn new(policy: Policy, tls: Arc<rustls::ClientConfig>, resolver: Resolver) -> Self {
        let dialer = Dialer { policy, tls: TlsConnector::from(tls), resolver };
        Self { dialer: Arc::new(dialer), watch: None }
    }

    /// The same client, which shows each call to `watch` before it is made.
    #[must_use]
    pub fn watched_by(mut self, watch: Option<CallWatch>) -> Self {
        self.watch = watch;
        self
    }

    /// Sends `call` once and says how it ended.
    ///
    /// `deadline` bounds everything from the name lookup to the last byte of the answer; the caller decides on which clock it runs. A call
    /// that is still silent then is [`CallOutcome::NotDelivered`] if no byte of the request was handed to the socket, else
    /// [`CallOutcome::TimedOut`], whose handle may be awaited to see what still comes. When the answer and the deadline are both there, the deadline wins.
    ///
    /// `slot` proves that the PSP has a call to spare; it also bounds the PSP's name lookups. Dropping the returned future closes the
    /// connection and sends nothing more.
    pub async fn post<D>(&self, call: Call, slot: &Slot, deadline: D) -> CallOutcome
    where
        D: Future<Output = ()>,
    {
        if let Some(watch) = &self.watch {
            call.show(watch);
        }
        let progress = Arc::new(Progress::of(call.trace()));
        let road = Road { dialer: Arc::clone(&self.dialer), lookups: slot.lookups(), progress: Arc::clone(&progress) };
        let exchange = Box::pin(road.travel(call));
        match select(Box::pin(deadline), exchange).await {
            Either::Right((outcome, _)) => outcome,
            Either::Left(((), exchange)) => match progress.silent_cause() {
                Some(cause) => CallOutcome::NotDelivered { cause },
                None => CallOutcome::TimedOut(LateAnswer::new(exchange)),
            },
        }
    }
}

impl std::fmt::Debug for OutboundClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutboundClient").field("policy", &self.dialer.policy).finish_non_exhaustive()
    }
}

/// What one call needs on its way; owned, so that a late answer may outlive the caller.
struct Road {
    dialer: Arc<Dialer>,
    lookups: Arc<Lookups>,
    progress: Arc<Progress>,
}

impl Road {
    async fn travel(self, call: Call) -> CallOutcome {
        let (url, content, rules) = call.into_parts();
        let outcome = match self.reach(&url, content).await {
            Ok((request, stream)) => {
                call::notify(rules.observer.as_ref(), Stage::Connected);
                if rules.sent_before.is_some_and(|moment| ProcessTime.now() >= moment) {
                    return CallOutcome::NotDelivered { cause: NotDeliveredCause::TooLate };
                }
                exchange::speak(request, stream, &self.progress, rules.observer).await
            }
            Err(cause) => CallOutcome::NotDelivered { cause },
        };
        self.progress.over();
        outcome
    }

    /// The request's bytes and a connection on which they may be sent.
    async fn reach(&self, url: &str, content: Content) -> Result<(Zeroizing<Vec<u8>>, Stream), NotDeliveredCause> {
        let target = Target::parse(url, &self.dialer.policy)?;
        let request = content.into_bytes(&target)?;
        if let Some(trace) = self.progress.trace() {
            trace.request(&request);
        }
        let stream = self.dialer.dial(&target, &self.lookups, &self.progress).await?;
        Ok((request, stream))
    }
}
