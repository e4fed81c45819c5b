//! The usual transport: hyper with rustls, connections kept and reused, HTTP/1 and HTTP/2. It trusts the web's
//! certificate authorities, which are compiled in, so that a container needs no files. Proxies are not its business.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};

use super::{ANSWER_MAX_BYTES, Transport, TransportError};
use crate::BoxFuture;

/// How long making a connection may take, TLS not included.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// How long a connection is kept unused. Servers close theirs after a minute or so; ours go first.
const KEPT_UNUSED_FOR: Duration = Duration::from_secs(30);

/// Sends over the network.
#[derive(Clone)]
pub struct HttpTransport(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl HttpTransport {
    /// Trusts the web's certificate authorities.
    ///
    /// # Panics
    /// Never: the cryptography that is compiled in speaks TLS 1.2 and 1.3.
    pub fn new() -> Self {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the cryptography that is compiled in speaks TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self::with_tls(config)
    }

    /// Trusts what `tls` trusts, and shows the client certificate that it holds, if any. Leave its ALPN empty.
    pub fn with_tls(tls: ClientConfig) -> Self {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(CONNECT_WITHIN));
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(http);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(KEPT_UNUSED_FOR)
            .build(https);
        Self(client)
    }
}

impl Default for HttpTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpTransport")
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        let answer = self.0.request(request.map(Full::new));
        Box::pin(async move {
            let answer = answer.await.map_err(|error| {
                if error.is_connect() { TransportError::not_sent(error) } else { TransportError::maybe_sent(error) }
            })?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, ANSWER_MAX_BYTES).collect().await.map_err(TransportError::maybe_sent)?;
            Ok(http::Response::from_parts(head, body.to_bytes()))
        })
    }
}
