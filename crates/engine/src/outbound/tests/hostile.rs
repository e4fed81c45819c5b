//! A TCP server that does, on each connection, exactly what its script says, and records what it was sent.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// One thing that the server does on a connection.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Reads one whole request (by its `Content-Length`).
    Request,
    /// Reads one byte.
    OneByte,
    /// Writes these bytes at once.
    Send(Vec<u8>),
    /// Writes these bytes one by one, each in a packet of its own.
    SendOneByOne(Vec<u8>),
    /// Ends its own direction and goes on.
    HalfClose,
    /// Resets the connection.
    Reset,
    /// Waits until the client has closed.
    UntilClosed,
    /// Waits until the test calls `release`.
    UntilReleased,
}

#[derive(Debug, Default, Clone)]
pub(super) struct Seen {
    pub(super) connections: usize,
    pub(super) bytes: Vec<u8>,
    pub(super) steps_done: usize,
    pub(super) closed_by_client: usize,
    released: bool,
}

pub(super) struct Hostile {
    pub(super) address: SocketAddr,
    seen: Arc<watch::Sender<Seen>>,
    _serving: JoinSet<()>,
}

impl Hostile {
    pub(super) async fn new(steps: Vec<Step>) -> Self {
        Self::at("127.0.0.1:0", steps).await
    }

    pub(super) async fn at(address: &str, steps: Vec<Step>) -> Self {
        let listener = TcpListener::bind(address).await.expect("the loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let seen = Arc::new(watch::channel(Seen::default()).0);
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, steps, Arc::clone(&seen)));
        Self { address, seen, _serving: serving }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/makePayment", self.address)
    }

    pub(super) fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    pub(super) fn release(&self) {
        self.seen.send_modify(|seen| seen.released = true);
    }

    /// Waits until what was seen satisfies `condition`.
    pub(super) async fn until(&self, condition: impl FnMut(&Seen) -> bool) -> Seen {
        self.seen.subscribe().wait_for(condition).await.expect("the sender lives as long as the server").clone()
    }
}

async fn serve(listener: TcpListener, steps: Vec<Step>, seen: Arc<watch::Sender<Seen>>) {
    let connections = Mutex::new(JoinSet::new());
    while let Ok((stream, _)) = listener.accept().await {
        seen.send_modify(|seen| seen.connections = seen.connections.saturating_add(1));
        let script = play(stream, steps.clone(), Arc::clone(&seen));
        connections.lock().unwrap_or_else(PoisonError::into_inner).spawn(script);
    }
}

/// Errors end the script: the client is free to hang up.
async fn play(mut stream: TcpStream, steps: Vec<Step>, seen: Arc<watch::Sender<Seen>>) {
    stream.set_nodelay(true).expect("a fresh socket takes options");
    for step in steps {
        if take(&mut stream, step, &seen).await.is_err() {
            break;
        }
        seen.send_modify(|seen| seen.steps_done = seen.steps_done.saturating_add(1));
    }
}

async fn take(stream: &mut TcpStream, step: Step, seen: &watch::Sender<Seen>) -> std::io::Result<()> {
    match step {
        Step::Request => {
            let mut request = Vec::new();
            while !is_whole(&request) {
                read_one_byte(stream, seen)
                    .await?
                    .map(|byte| request.push(byte))
                    .ok_or(std::io::ErrorKind::UnexpectedEof)?;
            }
            Ok(())
        }
        Step::OneByte => read_one_byte(stream, seen).await.map(|_| ()),
        Step::Send(bytes) => stream.write_all(&bytes).await,
        Step::SendOneByOne(bytes) => {
            for byte in bytes {
                stream.write_all(&[byte]).await?;
                tokio::task::yield_now().await;
            }
            Ok(())
        }
        Step::HalfClose => stream.shutdown().await,
        Step::Reset => {
            stream.set_zero_linger()?;
            Err(std::io::ErrorKind::ConnectionReset.into())
        }
        Step::UntilClosed => {
            while read_one_byte(stream, seen).await.is_ok_and(|byte| byte.is_some()) {}
            seen.send_modify(|seen| seen.closed_by_client = seen.closed_by_client.saturating_add(1));
            Ok(())
        }
        Step::UntilReleased => {
            let mut seen = seen.subscribe();
            seen.wait_for(|seen| seen.released).await.map(|_| ()).map_err(std::io::Error::other)
        }
    }
}

async fn read_one_byte(stream: &mut TcpStream, seen: &watch::Sender<Seen>) -> std::io::Result<Option<u8>> {
    let mut byte = [0_u8];
    if stream.read(&mut byte).await? == 0 {
        return Ok(None);
    }
    seen.send_modify(|seen| seen.bytes.extend_from_slice(&byte));
    Ok(Some(byte[0]))
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}
