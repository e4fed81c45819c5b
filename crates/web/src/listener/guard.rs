//! What is looked at before the router sees a request (the size of its head, its `Host`), and what every answer owes: its
//! place in the connection's books, and a word on how long the connection may lie idle.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use futures_util::future::{Either, Ready, ready as at_once};
use http::header::{CONNECTION, HOST, HeaderName, RETRY_AFTER, TRANSFER_ENCODING};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Version};
use hyper::body::Incoming;
use tower::Service;

use super::Limits;
use super::activity::{Activity, Counted, Counter};
use super::answers::watched;
use super::body::ClientBody;
use super::held::Account;
use super::peers::Peers;

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

/// The router of one connection behind its limits.
pub(super) struct Guard {
    router: Router,
    limits: Limits,
    announced: HeaderValue,
    peers: Arc<Peers>,
    client: Client,
}

/// Who is at the other end of a connection.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) address: IpAddr,
    pub(super) account: Account,
    pub(super) activity: Arc<Activity>,
}

/// Whose request it is, as far as proxies that are trusted say; among the extensions of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(Option<u128>);

impl ClientAddress {
    /// What the address is counted as where one address may only do so much; nothing when it has no such limit.
    pub const fn counted_as(self) -> Option<u128> {
        self.0
    }
}

type RouterFuture = <Router as Service<Request<ClientBody>>>::Future;

impl Guard {
    pub(super) fn new(
        router: Router,
        limits: Limits,
        announced: HeaderValue,
        peers: Arc<Peers>,
        client: Client,
    ) -> Self {
        Self { router, limits, announced, peers, client }
    }

    /// Whose request it is. What is held for it counts for that client.
    fn client(&self, request: &Request<Incoming>) -> (ClientAddress, Account) {
        let Client { address, account, .. } = &self.client;
        let (address, other) = self.peers.client(*address, request.headers());
        let counted = ClientAddress(self.peers.counted_as(address));
        (counted, other.map_or_else(|| account.clone(), |peer| account.of_peer(peer)))
    }
}

impl hyper::service::Service<Request<Incoming>> for Guard {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Result<Response, Infallible>>, Answering>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let handled = Counted::new(Arc::clone(&self.client.activity), Counter::Handled);
        if let Some(status) = fault_of(&request, &self.limits) {
            return Either::Left(at_once(Ok(refusal(status))));
        }
        let (address, account) = self.client(&request);
        let announced = (request.version() == Version::HTTP_11).then(|| self.announced.clone());
        let mut request = request.map(|body| ClientBody::new(body, account.open()));
        request.extensions_mut().insert(address);
        if let Some(wait) = self.limits.unusual_body_wait() {
            request.extensions_mut().insert(wait);
        }
        let inner = self.router.clone().call(request);
        Either::Right(Answering { inner, handled, account, announced })
    }
}

/// A request that a handler has.
pub(super) struct Answering {
    inner: RouterFuture,
    handled: Counted,
    account: Account,
    announced: Option<HeaderValue>,
}

impl Future for Answering {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Ok(response) = ready!(Pin::new(&mut self.inner).poll(cx));
        let mut response = watched(response, self.handled.activity(), &self.account).unwrap_or_else(no_memory);
        if let Some(announced) = self.announced.take()
            && !response.headers().contains_key(CONNECTION)
        {
            response.headers_mut().insert(KEEP_ALIVE, announced);
        }
        Poll::Ready(Ok(response))
    }
}

fn fault_of<B>(request: &Request<B>, limits: &Limits) -> Option<StatusCode> {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > limits.target_bytes {
        return Some(StatusCode::URI_TOO_LONG);
    }
    let headers = request.headers();
    if headers.len() > limits.header_count {
        return Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    let bytes = headers
        .iter()
        .fold(0_usize, |bytes, (name, value)| bytes.saturating_add(name.as_str().len()).saturating_add(value.len()));
    if bytes > limits.header_bytes {
        return Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    (coded_twice(headers) || !one_host(request)).then_some(StatusCode::BAD_REQUEST)
}

/// Whether the body is encoded twice over: a proxy that decodes it differently takes a part of it for the next request. What
/// else tells its end in two ways hyper refuses, or closes the connection behind it.
fn coded_twice(headers: &HeaderMap) -> bool {
    headers.get_all(TRANSFER_ENCODING).iter().count() > 1
}

/// Whether a `Host` is a name or an address, with a port or without; an empty one names no host, and is harmless.
fn is_host(host: &HeaderValue) -> bool {
    let bytes = host.as_bytes();
    bytes.is_empty() || (!bytes.contains(&b'@') && Authority::try_from(bytes).is_ok())
}

/// Whether the request says one host: two, by header or by an address that names another, is how one is smuggled past
/// a proxy that reads the other.
fn one_host<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (first, second) = (hosts.next(), hosts.next());
    let named = request.uri().authority().filter(|_| request.method() != Method::CONNECT);
    match (first, second, named) {
        (None, _, _) => request.version() != Version::HTTP_11,
        (Some(_), Some(_), _) => false,
        (Some(host), None, None) => is_host(host),
        (Some(host), None, Some(named)) => host.as_bytes().eq_ignore_ascii_case(named.as_str().as_bytes()),
    }
}

fn refusal(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Instead of an answer for which no memory is left.
fn no_memory() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}
