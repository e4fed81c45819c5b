//! A connection's socket as hyper uses it: every byte in and out is noted, a head is charged for its length, and when hyper is
//! done the reading half stays behind for a farewell.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::activity::Activity;
use super::held::{Charge, FREE_HEAD_BYTES};

/// A socket whose bytes are noted.
pub(super) struct Socket {
    reading: Option<OwnedReadHalf>,
    writing: OwnedWriteHalf,
    activity: Arc<Activity>,
    head: Head,
    left_behind: LeftBehind,
}

/// Where the reading half is found when the socket is gone. By then the client has been told that nothing more comes.
#[derive(Clone, Default)]
pub(super) struct LeftBehind(Arc<Mutex<Option<OwnedReadHalf>>>);

impl LeftBehind {
    pub(super) fn take(&self) -> Option<OwnedReadHalf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The head that is being read.
struct Head {
    charge: Charge,
    /// The request that it belongs to, counted.
    request: u32,
    bytes: usize,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>, head: Charge) -> (Self, LeftBehind) {
        let (reading, writing) = stream.into_split();
        let left_behind = LeftBehind::default();
        let head = Head { charge: head, request: 0, bytes: 0 };
        let socket = Self { reading: Some(reading), writing, activity, head, left_behind: left_behind.clone() };
        (socket, left_behind)
    }

    /// Notes `bytes` that were read; they are refused when no memory is left for so long a head.
    fn has_read(&mut self, bytes: usize) -> io::Result<()> {
        self.activity.read();
        let request = self.activity.requests();
        if !self.activity.is_in_head() || request != self.head.request {
            self.head.bytes = 0;
            self.head.request = request;
            self.head.charge.shrink_to(0);
        }
        if self.activity.is_in_head() {
            self.head.bytes = self.head.bytes.saturating_add(bytes);
            let beyond = self.head.bytes.saturating_sub(FREE_HEAD_BYTES);
            if !self.head.charge.grow_to(beyond) {
                return Err(io::Error::other("no memory is left for a head of this length"));
            }
        }
        Ok(())
    }

    fn note(&self, written: &Poll<io::Result<usize>>) {
        match written {
            Poll::Ready(Ok(count)) if *count > 0 => self.activity.wrote(),
            Poll::Pending => self.activity.is_full(),
            Poll::Ready(_) => {}
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let Some(reading) = self.reading.as_mut() else { return Poll::Ready(Ok(())) };
        ready!(Pin::new(reading).poll_read(cx, buf))?;
        let bytes = buf.filled().len().saturating_sub(before);
        Poll::Ready(if bytes == 0 { Ok(()) } else { self.has_read(bytes) })
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.writing).poll_write(cx, bytes);
        self.note(&written);
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.writing).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.writing).poll_shutdown(cx)
    }
}

impl Drop for Socket {
    /// The writing half says the end when it is dropped.
    fn drop(&mut self) {
        *self.left_behind.0.lock().unwrap_or_else(PoisonError::into_inner) = self.reading.take();
    }
}
