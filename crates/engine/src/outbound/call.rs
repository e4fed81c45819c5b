//! What is to be sent, and who watches it being sent.
//!
//! A call carries two secrets, the PSP's `makePaymentToken` and the body's network token; neither shows in `Debug`.

use std::sync::Arc;

use bytes::Bytes;
use lommebok_values::Secret;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::NotDeliveredCause;
use super::target::Target;
use super::trace::Trace;

const USER_AGENT: &str = concat!("lommebok/", env!("CARGO_PKG_VERSION"));

/// A moment of a call, for its observer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Connected, TLS included; nothing of the request has been written.
    Connected,
    /// Exactly one byte of the request has been handed to the socket.
    FirstByte,
    /// The whole request has been handed to the socket.
    LastByte,
    /// The whole answer has been read.
    AnswerReceived,
}

/// Gets each [`Stage`] in turn, on the task of the call. It may block: crash tests hold the process at a stage and kill it there.
/// A call with an observer writes its first byte by itself, which costs a packet; leave it out otherwise.
pub type CallObserver = Arc<dyn Fn(Stage) + Send + Sync>;

/// A call as it is about to be made. It holds the makePaymentToken and the network token.
pub struct ShownCall<'c> {
    /// Where it goes.
    pub url: &'c str,
    /// The value of its `Authorization` header, if it has one.
    pub authorization: Option<&'c str>,
    /// Its body, JSON.
    pub body: &'c [u8],
}

/// Is shown each call before it is made, for a test that wants to see what its PSP was sent. A server has none.
pub type CallWatch = Arc<dyn Fn(&ShownCall<'_>) + Send + Sync>;

pub(super) fn notify(observer: Option<&CallObserver>, stage: Stage) {
    if let Some(observer) = observer {
        observer(stage);
    }
}

/// One request to a PSP.
#[derive(Clone)]
pub struct Call {
    url: String,
    content: Content,
    rules: Rules,
}

/// What else a call obeys.
#[derive(Clone, Default)]
pub(super) struct Rules {
    pub(super) observer: Option<CallObserver>,
    /// Process time from which on no first byte may be sent.
    pub(super) sent_before: Option<Instant>,
    pub(super) trace: Option<Arc<Trace>>,
}

#[derive(Clone)]
pub(super) struct Content {
    authorization: Option<Secret>,
    body: Bytes,
}

impl Call {
    /// A POST of `body` (JSON) to `url`, without an `Authorization` header.
    pub fn new(url: impl Into<String>, body: Bytes) -> Self {
        Self { url: url.into(), content: Content { authorization: None, body }, rules: Rules::default() }
    }

    /// Sends `value` verbatim as the `Authorization` header; an empty one sends no such header.
    #[must_use]
    pub fn with_authorization(mut self, value: &str) -> Self {
        self.content.authorization =
            Some(value).filter(|value| !value.is_empty()).map(|value| Secret::new(value.to_owned()));
        self
    }

    /// Tells `observer` each stage.
    #[must_use]
    pub fn with_observer(mut self, observer: CallObserver) -> Self {
        self.rules.observer = Some(observer);
        self
    }

    /// Sends nothing once process time has reached `moment`: it is looked at right before the first byte, when the
    /// connection is there.
    #[must_use]
    pub fn sent_before(mut self, moment: Instant) -> Self {
        self.rules.sent_before = Some(moment);
        self
    }

    /// Notes in `trace` how it goes.
    #[must_use]
    pub fn traced(mut self, trace: Arc<Trace>) -> Self {
        self.rules.trace = Some(trace);
        self
    }

    pub(super) fn trace(&self) -> Option<Arc<Trace>> {
        self.rules.trace.clone()
    }

    /// Where it goes.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its body, which may be secret.
    pub fn body(&self) -> &Bytes {
        &self.content.body
    }

    pub(super) fn show(&self, watch: &CallWatch) {
        let authorization = self.content.authorization.as_ref().map(Secret::expose);
        watch(&ShownCall { url: &self.url, authorization, body: &self.content.body });
    }

    pub(super) fn into_parts(self) -> (String, Content, Rules) {
        (self.url, self.content, self.rules)
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("url", &self.url)
            .field("authorization", &self.content.authorization)
            .field("body_bytes", &self.content.body.len())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ShownCall<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShownCall").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Content {
    /// The request as it goes over the wire.
    pub(super) fn into_bytes(self, target: &Target) -> Result<Zeroizing<Vec<u8>>, NotDeliveredCause> {
        let Target { authority, path_and_query, .. } = target;
        let authorization = self.authorization.as_ref().map_or("", Secret::expose);
        if !is_token(authority) || !is_token(path_and_query) || !is_visible(authorization) {
            return Err(NotDeliveredCause::UrlRefused);
        }
        let head = format!(
            "POST {path_and_query} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/json\r\n\
             Accept: application/json\r\nAccept-Encoding: identity\r\nUser-Agent: {USER_AGENT}\r\n\
             Connection: close\r\nContent-Length: {}\r\n",
            self.body.len(),
        );
        let length =
            [head.len(), authorization.len(), self.body.len(), 64].into_iter().fold(0_usize, usize::saturating_add);
        let mut request = Zeroizing::new(Vec::with_capacity(length));
        request.extend_from_slice(head.as_bytes());
        if !authorization.is_empty() {
            request.extend_from_slice(b"Authorization: ");
            request.extend_from_slice(authorization.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"\r\n");
        request.extend_from_slice(&self.body);
        Ok(request)
    }
}

/// Visible ASCII without spaces: cannot end a line or a word of the request.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Visible ASCII and spaces: cannot end a header.
fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}
