//! One exchange on a fresh connection: the request out, one answer in, and what a failure means.
//!
//! Everything here may happen after the first byte was sent, so every failure is "unknown". Nothing is read before the request is out, so
//! that a peer who talks or hangs up first cannot make the outcome a matter of timing. While a call waits for its answer it holds no buffer.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead as _, AsyncWriteExt as _, ReadBuf};
use zeroize::Zeroizing;

use super::answer::AnswerReader;
use super::call::{CallObserver, Stage, notify};
use super::connect::Stream;
use super::progress::Progress;
use super::{Answer, CallOutcome, UnknownCause};

/// Bytes read at a time, on the stack.
const READ_BYTES: usize = 4096;

/// Sends `request` on `stream` and reads one answer. The connection is closed when this returns.
pub(super) async fn speak(
    request: Zeroizing<Vec<u8>>,
    mut stream: Stream,
    progress: &Progress,
    observer: Option<CallObserver>,
) -> CallOutcome {
    progress.sent();
    if let Err(error) = send(&request, &mut stream, observer.as_ref()).await {
        return CallOutcome::Unknown { cause: cause_of(&error, false), head: None, body_bytes: 0 };
    }
    drop(request);
    progress.asked();
    let mut reader = AnswerReader::default();
    match poll_fn(|cx| poll_answer(&mut stream, &mut reader, progress, cx)).await {
        Ok(answer) => {
            notify(observer.as_ref(), Stage::AnswerReceived);
            CallOutcome::Answered(answer)
        }
        Err(cause) => {
            let (head, body_bytes) = reader.into_partial();
            CallOutcome::Unknown { cause, head, body_bytes }
        }
    }
}

/// Hands the whole request over; with an observer the first byte by itself.
async fn send(request: &[u8], stream: &mut Stream, observer: Option<&CallObserver>) -> io::Result<()> {
    let mut rest = request;
    if let (Some(_), Some((first, others))) = (observer, request.split_at_checked(1)) {
        stream.write_all(first).await?;
        stream.flush().await?;
        notify(observer, Stage::FirstByte);
        rest = others;
    }
    stream.write_all(rest).await?;
    stream.flush().await?;
    notify(observer, Stage::LastByte);
    Ok(())
}

fn poll_answer(
    stream: &mut Stream,
    reader: &mut AnswerReader,
    progress: &Progress,
    cx: &mut Context<'_>,
) -> Poll<Result<Answer, UnknownCause>> {
    loop {
        let mut space = [0_u8; READ_BYTES];
        let mut space = ReadBuf::new(&mut space);
        if let Err(error) = ready!(Pin::new(&mut *stream).poll_read(cx, &mut space)) {
            return Poll::Ready(Err(cause_of(&error, reader.heard())));
        }
        if space.filled().is_empty() {
            return Poll::Ready(reader.end());
        }
        if let Some(answer) = reader.push(space.filled(), progress.trace())? {
            return Poll::Ready(Ok(answer));
        }
    }
}

/// What an error of the socket means; `heard` when a part of an answer had come.
fn cause_of(error: &io::Error, heard: bool) -> UnknownCause {
    if error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>) {
        return UnknownCause::TlsBroken;
    }
    let kind = error.kind();
    if [io::ErrorKind::ConnectionReset, io::ErrorKind::ConnectionAborted, io::ErrorKind::BrokenPipe].contains(&kind) {
        UnknownCause::Reset
    } else if kind == io::ErrorKind::UnexpectedEof {
        // TLS ended without a word that it ends.
        if heard { UnknownCause::Truncated } else { UnknownCause::Closed }
    } else {
        UnknownCause::Broken
    }
}
