//! The accept loop: one task per connection, up to the limits. When no place is free the longest idle connections close; one that
//! still finds none gets a 503 and is closed.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use metrics::Gauge;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;

use super::connection::Connections;
use super::idle::{Entry, Open};
use super::peers::{Admitted, Peers, Shares};
use super::{ConnectionMetrics, Settings, Stop, WhenFull};

/// How long to wait when the operating system has no more descriptors or memory for us.
const PAUSE_MS: u64 = 50;
/// So many idle connections are asked to leave together, because finding them means looking at all.
const LEAVE_TOGETHER: usize = 32;
/// How long one waits for a place.
const PLACE_WAIT_MS: u64 = 500;
/// How long a farewell may take.
const FAREWELL_MS: u64 = 500;
/// How much of what a client sends after its farewell is read, so that it gets to see the answer.
const FAREWELL_BYTES: u64 = 65_536;

const FAREWELL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// Serves until `stop` is stopping, and returns when the last connection has ended.
pub(super) async fn accept(socket: TcpListener, router: Router, settings: Settings, stop: Stop) {
    let Settings { limits, proxies, metrics } = settings;
    let tasks = TaskTracker::new();
    let shares = Shares { connections: limits.connections_per_address, held_bytes: limits.held_bytes_per_address };
    let peers = Arc::new(Peers::new(shares, proxies));
    let places = Arc::new(Places {
        connections: Connections::new(router, limits, Arc::clone(&peers), stop.clone(), tasks.clone()),
        free: Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS))),
        waiting: Arc::new(Semaphore::new(limits.waiting)),
        open: Open::default(),
        peers,
        metrics,
        tasks: tasks.clone(),
    });
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.stopping.cancelled() => break,
            accepted = places.next(&socket, limits.when_full) => accepted,
        };
        match accepted {
            Ok((stream, address)) => places.take_in(stream, address),
            Err(fault) if is_the_clients(&fault) => {}
            Err(fault) => {
                tracing::error!(%fault, "no connection can be accepted");
                places.open.ask_the_idle_to_leave(LEAVE_TOGETHER, None);
                tokio::time::sleep(Duration::from_millis(PAUSE_MS)).await;
            }
        }
    }
    drop((socket, places));
    tasks.close();
    tasks.wait().await;
}

/// Where connections find room.
struct Places {
    connections: Connections,
    free: Arc<Semaphore>,
    /// For clients that wait for a place or get a 503; more are closed without an answer.
    waiting: Arc<Semaphore>,
    open: Open,
    peers: Arc<Peers>,
    metrics: ConnectionMetrics,
    tasks: TaskTracker,
}

impl Places {
    /// The next connection that comes; with [`WhenFull::Queue`] none does before there is a place for it.
    async fn next(&self, socket: &TcpListener, when_full: WhenFull) -> io::Result<(TcpStream, SocketAddr)> {
        if when_full == WhenFull::Queue {
            // Only the accept loop takes places, so the one that is free now still is when the connection comes.
            drop(self.free.acquire().await);
        }
        socket.accept().await
    }

    /// Serves a connection if there is room for it, or lets it wait for some, or sends it away.
    fn take_in(self: &Arc<Self>, stream: TcpStream, address: SocketAddr) {
        let admitted = match self.peers.admit(address.ip()) {
            Ok(admitted) => admitted,
            Err(peer) => {
                self.open.ask_the_idle_to_leave(1, Some(&peer));
                return self.send_away(stream);
            }
        };
        if let Ok(place) = Arc::clone(&self.free).try_acquire_owned() {
            self.tasks.spawn(Arc::clone(self).serve(stream, (address, admitted), place));
            return;
        }
        self.open.ask_the_idle_to_leave(LEAVE_TOGETHER, None);
        let Ok(waiting) = Arc::clone(&self.waiting).try_acquire_owned() else {
            self.metrics.refused.increment(1);
            return;
        };
        self.tasks.spawn(Arc::clone(self).wait(stream, (address, admitted), waiting));
    }

    async fn wait(self: Arc<Self>, stream: TcpStream, peer: (SocketAddr, Admitted), waiting: OwnedSemaphorePermit) {
        let place = Arc::clone(&self.free).acquire_owned();
        if let Ok(Ok(place)) = tokio::time::timeout(Duration::from_millis(PLACE_WAIT_MS), place).await {
            drop(waiting);
            self.serve(stream, peer, place).await;
        } else {
            self.metrics.refused.increment(1);
            farewell(stream, waiting).await;
        }
    }

    async fn serve(
        self: Arc<Self>,
        stream: TcpStream,
        (address, admitted): (SocketAddr, Admitted),
        place: OwnedSemaphorePermit,
    ) {
        let _counted = Gauged::new(&self.metrics.open);
        let entry = Entry { activity: Arc::default(), peer: Arc::clone(&admitted.peer) };
        let activity = Arc::clone(&entry.activity);
        let _open = self.open.enter(entry);
        self.connections.serve(stream, (address.ip(), admitted), (activity, place)).await;
    }

    fn send_away(&self, stream: TcpStream) {
        self.metrics.refused.increment(1);
        if let Ok(place) = Arc::clone(&self.waiting).try_acquire_owned() {
            self.tasks.spawn(farewell(stream, place));
        }
    }
}

/// Counts one connection as open until it is dropped.
struct Gauged<'a>(&'a Gauge);

impl<'a> Gauged<'a> {
    fn new(open: &'a Gauge) -> Self {
        open.increment(1.0);
        Self(open)
    }
}

impl Drop for Gauged<'_> {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// Says 503 and reads a little of what comes, because a socket that is closed with unread data takes its answer back.
async fn farewell(mut stream: TcpStream, place: OwnedSemaphorePermit) {
    let farewell = async {
        stream.write_all(FAREWELL).await?;
        stream.shutdown().await?;
        tokio::io::copy(&mut stream.take(FAREWELL_BYTES), &mut tokio::io::sink()).await
    };
    // A client that does not wait for this answer misses nothing.
    drop(tokio::time::timeout(Duration::from_millis(FAREWELL_MS), farewell).await);
    drop(place);
}

fn is_the_clients(fault: &io::Error) -> bool {
    matches!(fault.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused)
}
