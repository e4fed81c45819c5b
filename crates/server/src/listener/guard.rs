//! What is looked at before the router sees a request: the size of its head, and its `Host`.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use futures_util::future::{Either, Ready, ready};
use http::header::{CONNECTION, HOST};
use http::{HeaderValue, Method, Request, StatusCode, Version};
use hyper::body::Incoming;
use tower::Service;

use super::Limits;

/// The router of one connection behind its limits.
pub(super) struct Guard {
    router: Router,
    limits: Limits,
    requests: Arc<AtomicU64>,
}

type RouterFuture = <Router as Service<Request<Incoming>>>::Future;

impl Guard {
    pub(super) fn new(router: Router, limits: Limits, requests: Arc<AtomicU64>) -> Self {
        Self { router, limits, requests }
    }
}

impl hyper::service::Service<Request<Incoming>> for Guard {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Result<Response, Infallible>>, RouterFuture>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if let Some(status) = fault_of(&request, &self.limits) {
            return Either::Left(ready(Ok(refusal(status))));
        }
        if let Some(wait) = self.limits.unusual_body_wait() {
            request.extensions_mut().insert(wait);
        }
        Either::Right(self.router.clone().call(request))
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
    (!one_host(request)).then_some(StatusCode::BAD_REQUEST)
}

/// Whether the request says one host: two, by header or by an address that names another, is how one is smuggled past
/// whoever looks at the other.
fn one_host<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (first, second) = (hosts.next(), hosts.next());
    let named = request.uri().authority().filter(|_| request.method() != Method::CONNECT);
    match (first, second, named) {
        (None, _, _) => request.version() != Version::HTTP_11,
        (Some(_), Some(_), _) => false,
        (Some(_), None, None) => true,
        (Some(host), None, Some(named)) => host.as_bytes().eq_ignore_ascii_case(named.as_str().as_bytes()),
    }
}

fn refusal(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
