//! One kept-alive HTTP/1.1 connection to the server, one request at a time, as a PSP's pool would hold it.
//!
//! An answer other than the expected one ends the measurement: figures about refusals are worthless.

use std::net::SocketAddr;

use anyhow::Context as _;
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// A connection, opened again when the server has closed it.
pub(crate) struct Connection {
    target: SocketAddr,
    sender: SendRequest<Full<Bytes>>,
    /// Drives the socket; ends with this value.
    _driver: JoinSet<()>,
}

impl Connection {
    pub(crate) async fn open(target: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(target).await.with_context(|| format!("cannot connect to {target}"))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        let mut driver = JoinSet::new();
        driver.spawn(async move {
            // A broken connection shows in the next request.
            let _ = connection.await;
        });
        Ok(Self { target, sender, _driver: driver })
    }

    /// Sends `request` and reads the whole answer.
    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> anyhow::Result<(StatusCode, Bytes)> {
        if self.sender.ready().await.is_err() {
            *self = Self::open(self.target).await?;
        }
        let answer = self.sender.send_request(request).await?;
        let status = answer.status();
        Ok((status, answer.into_body().collect().await?.to_bytes()))
    }

    /// The body of a 200; anything else is an error that shows what came instead.
    pub(crate) async fn expect_ok(&mut self, request: Request<Full<Bytes>>) -> anyhow::Result<Bytes> {
        let what = format!("{} {}", request.method(), request.uri());
        let (status, body) = self.send(request).await.with_context(|| what.clone())?;
        anyhow::ensure!(status == StatusCode::OK, "{what}: {status} {}", String::from_utf8_lossy(&body));
        Ok(body)
    }
}
