//! What one connection is doing, and since when: written by its socket, its requests and its answers, read by the code that decides
//! whether it may stay.
//!
//! Times are milliseconds since the connection began, in atomics, because HTTP/2 streams are tasks of their own. No rule is
//! here: how long each standing may last is [`super::Limits`]' to say.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::task::Waker;
use std::time::Duration;

use futures_util::task::AtomicWaker;
use tokio::time::Instant;

/// What a connection is doing, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing is asked and nothing is owed.
    Idle(Instant),
    /// A request's head has begun and is not whole.
    InHead(Instant),
    /// An answer is ready, and the client has taken nothing of it since then.
    Unsent(Instant),
    /// A handler has a request, or an answer waits for its own next piece.
    Busy,
}

/// The books of one connection.
#[derive(Debug)]
pub(super) struct Activity {
    began: Instant,
    is_http2: AtomicBool,
    /// Requests that came.
    requests: AtomicU32,
    /// Requests that a handler has.
    handled: AtomicU32,
    /// HTTP/2 streams that are not over.
    streams: AtomicU32,
    /// Answers that wait for their own next piece, as event streams do.
    waiting: AtomicU32,
    /// When something last moved.
    moved_ms: AtomicU64,
    /// When the head began that is not whole; 0 when none has.
    head_ms: AtomicU64,
    /// When the socket became full; 0 when it is not.
    full_ms: AtomicU64,
    asked_to_leave: AtomicBool,
    waker: AtomicWaker,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            is_http2: AtomicBool::new(false),
            requests: AtomicU32::new(0),
            handled: AtomicU32::new(0),
            streams: AtomicU32::new(0),
            waiting: AtomicU32::new(0),
            moved_ms: AtomicU64::new(0),
            head_ms: AtomicU64::new(0),
            full_ms: AtomicU64::new(0),
            asked_to_leave: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        }
    }
}

impl Activity {
    /// What it is doing.
    pub(super) fn standing(&self) -> Standing {
        let is_http2 = self.is_http2.load(Ordering::Relaxed);
        let full = self.full_ms.load(Ordering::Relaxed);
        if full != 0 {
            return Standing::Unsent(self.at(full));
        }
        let busy = self.handled.load(Ordering::Relaxed).saturating_add(self.waiting.load(Ordering::Relaxed));
        // An HTTP/2 answer may wait for the client's window although the socket has room.
        if is_http2 && self.streams.load(Ordering::Relaxed) > busy {
            return Standing::Unsent(self.at(self.moved_ms.load(Ordering::Relaxed)));
        }
        if busy > 0 {
            return Standing::Busy;
        }
        let head = self.head_ms.load(Ordering::Relaxed);
        if head != 0 || self.requests() == 0 {
            return Standing::InHead(self.at(head));
        }
        Standing::Idle(self.at(self.moved_ms.load(Ordering::Relaxed)))
    }

    /// Whether not one byte has come.
    pub(super) fn has_said_nothing(&self) -> bool {
        self.requests() == 0 && !self.is_in_head()
    }

    /// Whether a head has begun that is not whole.
    pub(super) fn is_in_head(&self) -> bool {
        self.head_ms.load(Ordering::Relaxed) != 0
    }

    /// How many requests came.
    pub(super) fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    /// It speaks HTTP/2: bytes on the socket may be pings, which move nothing.
    pub(super) fn speaks_http2(&self) {
        self.is_http2.store(true, Ordering::Relaxed);
    }

    /// Bytes were read.
    pub(super) fn read(&self) {
        if self.is_http2.load(Ordering::Relaxed) {
            return;
        }
        let now = self.now_ms();
        self.moved_ms.store(now, Ordering::Relaxed);
        let between_requests = self.handled.load(Ordering::Relaxed) == 0 && self.waiting.load(Ordering::Relaxed) == 0;
        if between_requests && self.head_ms.load(Ordering::Relaxed) == 0 {
            self.head_ms.store(now, Ordering::Relaxed);
        }
    }

    /// Bytes were written, so the socket has room.
    pub(super) fn wrote(&self) {
        self.full_ms.store(0, Ordering::Relaxed);
        if !self.is_http2.load(Ordering::Relaxed) {
            self.moved();
        }
    }

    /// The socket takes no more.
    pub(super) fn is_full(&self) {
        if self.full_ms.load(Ordering::Relaxed) == 0 {
            self.full_ms.store(self.now_ms(), Ordering::Relaxed);
        }
    }

    /// A piece of an answer left for the client.
    pub(super) fn moved(&self) {
        self.moved_ms.store(self.now_ms(), Ordering::Relaxed);
    }

    /// Whether it is asked to make room for others.
    pub(super) fn is_asked_to_leave(&self) -> bool {
        self.asked_to_leave.load(Ordering::Relaxed)
    }

    /// Asks it to make room for others, if it is idle when it hears so.
    pub(super) fn ask_to_leave(&self) {
        self.asked_to_leave.store(true, Ordering::Relaxed);
        self.waker.wake();
    }

    /// It could not leave: it is not idle any more.
    pub(super) fn stays(&self) {
        self.asked_to_leave.store(false, Ordering::Relaxed);
    }

    /// Who is woken by [`Activity::ask_to_leave`].
    pub(super) fn wakes(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    fn now_ms(&self) -> u64 {
        let millis = Instant::now().duration_since(self.began).as_millis();
        u64::try_from(millis).unwrap_or(u64::MAX).max(1)
    }

    fn at(&self, ms: u64) -> Instant {
        self.began.checked_add(Duration::from_millis(ms)).unwrap_or(self.began)
    }
}

/// Counts one more of something until it is dropped.
#[derive(Debug)]
pub(super) struct Counted {
    of: Arc<Activity>,
    which: Counter,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Counter {
    /// A request that a handler has.
    Handled,
    /// An HTTP/2 stream.
    Stream,
    /// An answer that waits for its own next piece.
    Waiting,
}

impl Counted {
    pub(super) fn new(of: Arc<Activity>, which: Counter) -> Self {
        if let Counter::Handled = which {
            of.requests.fetch_add(1, Ordering::Relaxed);
            of.head_ms.store(0, Ordering::Relaxed);
        }
        of.moved();
        of.counter(which).fetch_add(1, Ordering::Relaxed);
        Self { of, which }
    }

    /// Of which connection.
    pub(super) fn activity(&self) -> &Arc<Activity> {
        &self.of
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.of.counter(self.which).fetch_sub(1, Ordering::Relaxed);
        self.of.moved();
    }
}

impl Activity {
    fn counter(&self, which: Counter) -> &AtomicU32 {
        match which {
            Counter::Handled => &self.handled,
            Counter::Stream => &self.streams,
            Counter::Waiting => &self.waiting,
        }
    }
}
