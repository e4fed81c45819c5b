//! A hostile client as a process of its own, so that its work is neither the server's nor the load generator's: it sends the
//! requests that it reads on stdin again and again, on so many connections, until it is killed.
//!
//! It is nice: on a machine whose cores all share, what the server does for it is measured, and not what it takes itself.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body_util::{BodyExt as _, Full};
use serde::{Deserialize, Serialize};
use tokio::task::{JoinSet, LocalSet};

use crate::connection::Connection;

/// What is sent, and how.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Attack {
    pub(crate) address: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) requests: Vec<Sent>,
}

/// One request, as text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sent {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Sent {
    /// What `request` is as text.
    pub(crate) async fn of(request: Request<Full<Bytes>>) -> anyhow::Result<Self> {
        let (parts, body) = request.into_parts();
        let text = |(name, value): (&HeaderName, &HeaderValue)| Ok((name.to_string(), value.to_str()?.to_owned()));
        let headers: anyhow::Result<_> = parts.headers.iter().map(text).collect();
        let body = String::from_utf8(body.collect().await?.to_bytes().to_vec())?;
        Ok(Self { method: parts.method.to_string(), path: parts.uri.to_string(), headers: headers?, body })
    }

    /// The same as a request.
    fn request(&self) -> anyhow::Result<Request<Full<Bytes>>> {
        let mut request = Request::new(Full::new(Bytes::from(self.body.clone())));
        *request.method_mut() = self.method.parse()?;
        *request.uri_mut() = self.path.parse()?;
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            headers.append(name.parse::<HeaderName>()?, value.parse()?);
        }
        *request.headers_mut() = headers;
        Ok(request)
    }
}

/// Sends until this process is killed.
pub(crate) fn attack() -> anyhow::Result<()> {
    let attack: Attack = serde_json::from_reader(std::io::stdin())?;
    let requests: anyhow::Result<Vec<_>> = attack.requests.iter().map(Sent::request).collect();
    let requests = Rc::new(requests?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let mut workers = JoinSet::new();
        for _ in 0..attack.connections {
            workers.spawn_local(again_and_again(attack.address, Rc::clone(&requests)));
        }
        workers.join_all().await;
    });
    Ok(())
}

async fn again_and_again(address: SocketAddr, requests: Rc<Vec<Request<Full<Bytes>>>>) {
    loop {
        // A refused or broken connection is the server's way to defend itself: the next one is tried a moment later.
        if let Ok(mut connection) = Connection::open(address).await {
            for request in requests.iter().cycle() {
                if connection.send(request.clone()).await.is_err() {
                    break;
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
