//! The accept loop: one task per connection, up to the limit. Whoever comes when all places are taken waits in the operating
//! system's queue; a place is free again at the latest when a silent client's time is up.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;

use super::connection::Connections;

/// How long to wait when the operating system has no more descriptors or memory for us.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves until the connections are told to stop, and returns when the last of them has ended.
pub(super) async fn accept(listener: &TcpListener, connections: Connections) {
    let places = Arc::new(Semaphore::new(connections.limits.connections));
    let (connections, tasks) = (Arc::new(connections), TaskTracker::new());
    loop {
        let next = tokio::select! {
            biased;
            () = connections.stopping.cancelled() => break,
            next = next(listener, &places) => next,
        };
        match next {
            Ok((stream, place)) => {
                let connections = Arc::clone(&connections);
                tasks.spawn(async move {
                    connections.serve(stream).await;
                    drop(place);
                });
            }
            Err(fault) if is_the_clients(&fault) => {}
            Err(fault) => {
                tracing::error!(%fault, "no connection can be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    tasks.close();
    tasks.wait().await;
}

/// The next connection, once there is a place for it.
async fn next(listener: &TcpListener, places: &Arc<Semaphore>) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, place))
}

fn is_the_clients(fault: &io::Error) -> bool {
    matches!(fault.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused)
}
