//! The accept loop: one task per connection, up to the limit; who comes beyond it is told so and sent away.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Limits;
use super::connection::Connections;
use crate::observability::names::{CONNECTIONS, CONNECTIONS_REFUSED};
use crate::tasks::Tasks;

/// How long to wait when the operating system has no more descriptors or memory for us.
const PAUSE_MS: u64 = 50;
/// Farewells at a time; more are cut off without a word.
const FAREWELLS: usize = 256;
/// How long a farewell may take.
const FAREWELL_MS: u64 = 500;
/// How much of what a client sends after its farewell is read, so that it gets to see the answer.
const FAREWELL_BYTES: u64 = 65_536;

const FAREWELL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

pub(super) async fn accept(socket: TcpListener, router: Router, limits: Limits, tasks: Tasks) {
    let connections = Arc::new(Connections::new(router, limits, tasks.clone()));
    let places = Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS)));
    let farewells = Arc::new(Semaphore::new(FAREWELLS));
    loop {
        let accepted = tokio::select! {
            biased;
            () = tasks.stopping().cancelled() => return,
            accepted = socket.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(fault) if is_the_clients(&fault) => continue,
            Err(fault) => {
                tracing::error!(%fault, "no connection can be accepted");
                tokio::time::sleep(Duration::from_millis(PAUSE_MS)).await;
                continue;
            }
        };
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            tasks.spawn("connection", serve(Arc::clone(&connections), stream, peer, place));
            continue;
        }
        metrics::counter!(CONNECTIONS_REFUSED).increment(1);
        if let Ok(place) = Arc::clone(&farewells).try_acquire_owned() {
            tasks.spawn("farewell", send_away(stream, place));
        }
    }
}

async fn serve(connections: Arc<Connections>, stream: TcpStream, peer: SocketAddr, place: OwnedSemaphorePermit) {
    let open = Open::new();
    connections.serve(stream, peer).await;
    drop((open, place));
}

/// Counts one connection as open until it is dropped.
struct Open;

impl Open {
    fn new() -> Self {
        metrics::gauge!(CONNECTIONS).increment(1.0);
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        metrics::gauge!(CONNECTIONS).decrement(1.0);
    }
}

/// Says 503 and reads a little of what comes, because a socket that is closed with unread data takes its answer back.
async fn send_away(mut stream: TcpStream, place: OwnedSemaphorePermit) {
    let farewell = async {
        stream.write_all(FAREWELL).await?;
        stream.shutdown().await?;
        tokio::io::copy(&mut stream.take(FAREWELL_BYTES), &mut tokio::io::sink()).await
    };
    // Whoever does not wait for the farewell misses nothing.
    drop(tokio::time::timeout(Duration::from_millis(FAREWELL_MS), farewell).await);
    drop(place);
}

fn is_the_clients(fault: &io::Error) -> bool {
    matches!(fault.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused)
}
