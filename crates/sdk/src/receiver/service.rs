//! The receiver as a tower service, to be mounted wherever your server takes one, and as a route of axum.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower_service::Service;

use super::memory::Memory;
use super::{Authorization, BoxError, PaymentHandler, Receiver};
use crate::BoxFuture;

impl<H, M, A, B> Service<Request<B>> for Receiver<H, M, A>
where
    H: PaymentHandler,
    M: Memory,
    A: Authorization,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let inner = Arc::clone(&self.0);
        Box::pin(async move { Ok(inner.receive(request).await) })
    }
}

#[cfg(feature = "axum")]
impl<H: PaymentHandler, M: Memory, A: Authorization> Receiver<H, M, A> {
    /// A route that takes the wallet's POST.
    ///
    /// ```
    /// # use lommebok_sdk::{Answer, MakePayment, PaymentHandler, Receiver};
    /// # use lommebok_sdk::receiver::{Authorization, Memory};
    /// # fn routes<H: PaymentHandler, M: Memory, A: Authorization>(receiver: &Receiver<H, M, A>) -> axum::Router {
    /// axum::Router::new().route("/make-payment", receiver.clone().into_axum_route())
    /// # }
    /// ```
    pub fn into_axum_route<S: Clone + Send + Sync + 'static>(self) -> axum::routing::MethodRouter<S> {
        axum::routing::post_service(self)
    }
}
