//! One connection from its first byte to its end: which HTTP it speaks, how long it may do what it does, its part in a
//! shutdown.

use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use http::HeaderValue;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::{AsyncReadExt as _, Interest};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};
use tokio_util::task::TaskTracker;

use super::activity::{Activity, Counted, Counter, Standing};
use super::guard::{Client, Guard};
use super::held::{Account, Memory};
use super::peers::{Admitted, Peers};
use super::socket::{LeftBehind, Socket};
use super::{Limits, Stop};

/// What a head has in addition to target and headers: the method, and the separators. What does not fit is refused by hyper
/// itself (431).
const HEAD_REST_BYTES: usize = 8_192;
/// How often an HTTP/2 client is asked whether it is still there, and how long it may take to say so.
const HTTP2_PING_MS: u64 = 20_000;
const HTTP2_PONG_MS: u64 = 10_000;
/// HTTP/2 streams that we may reset for a client's faults before we close the connection.
const HTTP2_OWN_RESETS: usize = 64;
/// What an HTTP/2 client may send of bodies before they are read: of one stream, and of all.
const HTTP2_STREAM_WINDOW_BYTES: u32 = 131_072;
const HTTP2_WINDOW_BYTES: u32 = 262_144;
/// What is buffered of an HTTP/2 answer beyond the client's window.
const HTTP2_SEND_BUFFER_BYTES: usize = 65_536;
/// The method of HTTP/2's preface; no other method begins so.
const HTTP2_PREFACE: &[u8] = b"PRI ";
/// How long to wait for the second byte of a client that sends its first alone.
const TRICKLE_MS: u64 = 5;
/// A connection is looked at this often at least: HTTP/2's streams are tasks of their own, and don't wake it.
const LOOK_EVERY_MS: u64 = 5_000;
/// How long a client that was left may go on sending, and how much of that is read: a socket that is closed over unread data
/// takes back what was answered last.
const LINGER_MS: u64 = 500;
const LINGER_BYTES: u64 = 65_536;

/// What all connections of a listener share.
pub(super) struct Connections {
    router: Router,
    limits: Limits,
    announced: HeaderValue,
    http1: http1::Builder,
    memory: Arc<Memory>,
    peers: Arc<Peers>,
    leaving: Semaphore,
    stop: Stop,
    tasks: TaskTracker,
}

enum Protocol {
    Http1,
    Http2,
}

/// How a connection ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Both sides were done, or the client went.
    Over,
    /// We left, in order.
    Left,
    /// We broke it off.
    Cut,
}

/// Runs the streams of an HTTP/2 connection as tasks that the listener waits for.
#[derive(Clone)]
struct Streams {
    tasks: TaskTracker,
    activity: Arc<Activity>,
}

impl<F> hyper::rt::Executor<F> for Streams
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, stream: F) {
        let counted = Counted::new(Arc::clone(&self.activity), Counter::Stream);
        drop(self.tasks.spawn(async move {
            let _counted = counted;
            stream.await
        }));
    }
}

impl Connections {
    pub(super) fn new(router: Router, limits: Limits, peers: Arc<Peers>, stop: Stop, tasks: TaskTracker) -> Self {
        let mut http1 = http1::Builder::new();
        // Heads have their time in the connection's own books, where idleness has another.
        let head_bytes = limits.target_bytes.saturating_add(limits.header_bytes).saturating_add(HEAD_REST_BYTES);
        http1.timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(head_bytes);
        // Our answers are small: copying one behind its head costs less than handing the kernel two pieces.
        http1.writev(false);
        let seconds = limits.idle_ms.checked_div(1_000).unwrap_or_default();
        let announced =
            HeaderValue::try_from(format!("timeout={seconds}")).expect("a name and a number are a header's value");
        let memory = Arc::new(Memory::new(limits.held_bytes));
        let leaving = Semaphore::new(limits.leaving);
        Self { router, limits, announced, http1, memory, peers, leaving, stop, tasks }
    }

    /// Serves a connection to its end. It has a place among those of its address, and one among all; both are free again
    /// before the last farewell.
    pub(super) async fn serve(
        &self,
        stream: TcpStream,
        (address, admitted): (IpAddr, Admitted),
        (activity, place): (Arc<Activity>, OwnedSemaphorePermit),
    ) {
        if let Err(fault) = stream.set_nodelay(true) {
            tracing::debug!(%address, %fault, "gone before it was served");
            return;
        }
        let protocol = tokio::select! {
            // Bytes that are there may be a whole request, which a stop lets through.
            biased;
            protocol = tokio::time::timeout(self.limits.header_wait(), protocol(&stream)) => protocol,
            () = self.stop.stopping.cancelled() => return,
            () = asked_to_leave(&activity) => return,
        };
        // Closed, or silent for too long.
        let Ok(Some(protocol)) = protocol else { return };
        let account =
            Account::new(Arc::clone(&self.memory), Arc::clone(&admitted.peer), self.limits.held_bytes_per_connection);
        let (socket, left_behind) = Socket::new(stream, Arc::clone(&activity), account.open());
        let client = Client { address, account, activity: Arc::clone(&activity) };
        let (announced, peers) = (self.announced.clone(), Arc::clone(&self.peers));
        let guard = Guard::new(self.router.clone(), self.limits, announced, peers, client);
        let end = match protocol {
            Protocol::Http1 => {
                let connection = self.http1.serve_connection(TokioIo::new(socket), guard);
                self.drive(connection, &activity).await
            }
            Protocol::Http2 => {
                activity.speaks_http2();
                let connection = self.http2(&activity).serve_connection(TokioIo::new(socket), guard);
                self.drive(connection, &activity).await
            }
        };
        drop((admitted, place));
        if end != End::Left || self.stop.stopping.is_cancelled() {
            return;
        }
        if let Ok(_leaving) = self.leaving.try_acquire() {
            linger(&left_behind).await;
        }
    }

    fn http2(&self, activity: &Arc<Activity>) -> http2::Builder<Streams> {
        let mut http2 = http2::Builder::new(Streams { tasks: self.tasks.clone(), activity: Arc::clone(activity) });
        http2
            .timer(TokioTimer::new())
            .max_concurrent_streams(self.limits.streams_per_connection)
            .max_pending_accept_reset_streams(self.limits.pending_resets)
            .max_local_error_reset_streams(HTTP2_OWN_RESETS)
            .max_header_list_size(u32::try_from(self.limits.header_bytes).unwrap_or(u32::MAX))
            .initial_stream_window_size(HTTP2_STREAM_WINDOW_BYTES)
            .initial_connection_window_size(HTTP2_WINDOW_BYTES)
            .max_send_buf_size(HTTP2_SEND_BUFFER_BYTES)
            .keep_alive_interval(Duration::from_millis(HTTP2_PING_MS))
            .keep_alive_timeout(Duration::from_millis(HTTP2_PONG_MS));
        http2
    }

    /// Runs the connection until it is over, has done one thing for too long, or the server stops. It leaves in order, with
    /// its requests answered, except where the client is what holds it up.
    async fn drive<C>(&self, connection: C, activity: &Activity) -> End
    where
        C: GracefulConnection,
        C::Error: std::fmt::Display,
    {
        let mut connection = pin!(connection);
        let mut timer = Timer::new();
        let mut stopping = pin!(self.stop.stopping.cancelled());
        let why = poll_fn(|cx| {
            activity.wakes(cx.waker());
            if let Poll::Ready(ended) = connection.as_mut().poll(cx) {
                note(ended);
                return Poll::Ready(Some(End::Over));
            }
            if stopping.as_mut().poll(cx).is_ready() {
                // One that never had a request has nothing to finish; it may not even have got through its greeting.
                return Poll::Ready((activity.requests() == 0).then_some(End::Cut));
            }
            if activity.is_asked_to_leave() {
                match activity.standing() {
                    Standing::Idle(_) => return Poll::Ready(None),
                    Standing::InHead(_) | Standing::Unsent(_) | Standing::Busy => activity.stays(),
                }
            }
            self.overdue(&mut timer, activity, cx).map(|overdue| match overdue {
                Standing::Idle(_) => None,
                Standing::InHead(_) | Standing::Unsent(_) | Standing::Busy => Some(End::Cut),
            })
        });
        if let Some(end) = why.await {
            return end;
        }
        connection.as_mut().graceful_shutdown();
        let mut ending = pin!(self.stop.ending.cancelled());
        poll_fn(|cx| {
            if let Poll::Ready(ended) = connection.as_mut().poll(cx) {
                note(ended);
                return Poll::Ready(End::Left);
            }
            if ending.as_mut().poll(cx).is_ready() {
                return Poll::Ready(End::Cut);
            }
            self.overdue(&mut timer, activity, cx).map(|_| End::Cut)
        })
        .await
    }

    /// What the connection has done for too long, once it has.
    fn overdue(&self, timer: &mut Timer, activity: &Activity, cx: &mut Context<'_>) -> Poll<Standing> {
        loop {
            let standing = activity.standing();
            let until = self.limits.until(standing);
            let now = Instant::now();
            if until.is_some_and(|until| until <= now) {
                return Poll::Ready(standing);
            }
            let look = now.checked_add(Duration::from_millis(LOOK_EVERY_MS)).unwrap_or(now);
            if timer.wakes_by(until.map_or(look, |until| until.min(look)), cx).is_pending() {
                return Poll::Pending;
            }
        }
    }
}

/// Wakes a connection. It may wake too early, never too late, so that a busy connection need not set it with each request.
struct Timer(Pin<Box<Sleep>>);

impl Timer {
    fn new() -> Self {
        Self(Box::pin(tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS))))
    }

    /// Sees to it that the task is woken by `at` at the latest; ready when it has just been.
    fn wakes_by(&mut self, at: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if self.0.is_elapsed() || at < self.0.deadline() {
            self.0.as_mut().reset(at);
        }
        self.0.as_mut().poll(cx)
    }
}

/// Returns when the connection is asked to make room.
async fn asked_to_leave(activity: &Activity) {
    poll_fn(|cx| {
        activity.wakes(cx.waker());
        if activity.is_asked_to_leave() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Which HTTP the client speaks, by its first bytes, which stay unread; nothing when it closes first.
async fn protocol(stream: &TcpStream) -> Option<Protocol> {
    let mut first = [0; HTTP2_PREFACE.len()];
    loop {
        let seen = stream.peek(&mut first).await.ok().and_then(|length| first.get(..length))?;
        if seen.is_empty() {
            return None;
        }
        if !HTTP2_PREFACE.starts_with(seen) {
            return Some(Protocol::Http1);
        }
        if seen.len() == HTTP2_PREFACE.len() {
            return Some(Protocol::Http2);
        }
        // What is there stays readable, so a client that will send no more shows only by this.
        if stream.ready(Interest::READABLE).await.ok()?.is_read_closed() {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(TRICKLE_MS)).await;
    }
}

/// Reads a little of what a client still sends after the end of our answers.
async fn linger(left_behind: &LeftBehind) {
    let Some(reading) = left_behind.take() else { return };
    let (mut rest, mut nowhere) = (reading.take(LINGER_BYTES), tokio::io::sink());
    let to_the_end = tokio::io::copy(&mut rest, &mut nowhere);
    drop(tokio::time::timeout(Duration::from_millis(LINGER_MS), to_the_end).await);
}

fn note<E: std::fmt::Display>(ended: Result<(), E>) {
    if let Err(fault) = ended {
        // The client's doing, and nothing is lost by it: every acknowledged change was durable before.
        tracing::debug!(%fault, "connection ended");
    }
}
