//! How requests reach the wallet: one trait, and the transport that is used unless you bring your own.
//!
//! A transport sends one request once. It must not repeat it (the client does that, with one idempotency key), follow no
//! redirect (a redirect would carry credentials elsewhere), and be honest about what may have been sent.

mod http_transport;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
pub use http_transport::HttpTransport;

use crate::BoxFuture;
use crate::error::Cause;

/// The most bytes of an answer that a transport should read: 8 MiB.
pub const ANSWER_MAX_BYTES: usize = 8 * 1024 * 1024;

/// Sends requests. An [`Arc`] of a transport is that transport, so one can be handed to many.
///
/// ```
/// use bytes::Bytes;
/// use lommebok_sdk::BoxFuture;
/// use lommebok_sdk::transport::{Transport, TransportError};
///
/// /// Answers everything by itself: for a test that needs no wallet.
/// #[derive(Debug)]
/// struct AlwaysBusy;
///
/// impl Transport for AlwaysBusy {
///     fn send(&self, _request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
///         let answer = http::Response::builder().status(429).body(Bytes::new());
///         Box::pin(async move { answer.map_err(|fault| TransportError::not_sent(fault)) })
///     }
/// }
/// ```
pub trait Transport: Send + Sync + fmt::Debug + 'static {
    /// Sends `request` once and reads the whole answer. Dropping the future gives the call up.
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        (**self).send(request)
    }
}

/// Why a transport has no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TransportError {
    /// Not a byte of the request left.
    #[error("not sent")]
    NotSent(#[source] Cause),
    /// Some of it may have.
    #[error("may have been sent")]
    MaybeSent(#[source] Cause),
}

impl TransportError {
    /// Not a byte of the request left.
    pub fn not_sent(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::NotSent(Cause::new(cause))
    }

    /// Some of the request may have left.
    pub fn maybe_sent(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::MaybeSent(Cause::new(cause))
    }
}
