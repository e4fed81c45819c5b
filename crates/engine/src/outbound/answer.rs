//! From bytes to one HTTP/1 answer, without a socket: give it what came, it says when the answer is whole.
//!
//! httparse reads the head; how the body is framed is decided here, strictly: an answer that could be read in two ways is none. Interim
//! answers (1xx) are skipped, a few of them, and all heads of an answer have one budget. Whatever follows a whole answer is never looked at.

use bytes::Bytes;
use httparse::{EMPTY_HEADER, Header, Response, Status};

use super::chunks::Chunks;
use super::trace::Trace;
use super::{
    Answer, AnswerHead, MAX_ANSWER_BYTES, MAX_ANSWER_HEAD_BYTES, MAX_ANSWER_HEADERS, MAX_INTERIM_ANSWERS, UnknownCause,
};

/// Reads one answer. Errors are final: after one, nothing more may be pushed.
#[derive(Debug, Default)]
pub(super) struct AnswerReader {
    heard: bool,
    /// Interim answers so far, and the bytes of all heads.
    interim: usize,
    head_bytes: usize,
    head: Option<AnswerHead>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Head { bytes: Vec<u8> },
    Body { framing: Framing, body: Vec<u8> },
}

impl Default for Stage {
    fn default() -> Self {
        Self::Head { bytes: Vec::new() }
    }
}

#[derive(Debug)]
enum Framing {
    Length(usize),
    Chunked(Chunks),
    UntilClosed,
}

/// A whole head and how many bytes it took.
struct Head {
    bytes: usize,
    said: AnswerHead,
    framing: Result<Framing, UnknownCause>,
}

impl AnswerReader {
    /// Whether anything has come.
    pub(super) fn heard(&self) -> bool {
        self.heard
    }

    /// The head, once it is whole, and how many bytes of the body have come.
    pub(super) fn into_partial(self) -> (Option<AnswerHead>, usize) {
        let body_bytes = match &self.stage {
            Stage::Head { .. } => 0,
            Stage::Body { body, .. } => body.len(),
        };
        (self.head, body_bytes)
    }

    /// Takes the next bytes; the answer once it is whole. `trace` gets its head, if somebody wants to see it.
    pub(super) fn push(&mut self, bytes: &[u8], trace: Option<&Trace>) -> Result<Option<Answer>, UnknownCause> {
        self.heard = true;
        let Stage::Head { bytes: pending } = &mut self.stage else {
            return self.push_body(bytes);
        };
        pending.extend_from_slice(bytes);
        // A head ends with a line: without a new one there is nothing new to parse.
        while bytes.contains(&b'\n')
            && let Some(head) = parse_head(pending)?
        {
            let is_last = head.said.status >= 200 || head.said.status == 101;
            if let Some(trace) = trace.filter(|_| is_last) {
                trace.answer(pending.get(..head.bytes).unwrap_or_default());
            }
            pending.drain(..head.bytes);
            self.head_bytes = self.head_bytes.saturating_add(head.bytes);
            if self.head_bytes > MAX_ANSWER_HEAD_BYTES {
                return Err(UnknownCause::HeadTooLarge);
            }
            if is_last {
                let rest = std::mem::take(pending);
                self.head = Some(head.said);
                self.stage = Stage::Body { framing: head.framing?, body: Vec::new() };
                return self.push_body(&rest);
            }
            self.interim = self.interim.saturating_add(1);
            if self.interim > MAX_INTERIM_ANSWERS {
                return Err(UnknownCause::HeadTooLarge);
            }
        }
        let bytes = self.head_bytes.saturating_add(pending.len());
        if bytes > MAX_ANSWER_HEAD_BYTES { Err(UnknownCause::HeadTooLarge) } else { Ok(None) }
    }

    fn push_body(&mut self, bytes: &[u8]) -> Result<Option<Answer>, UnknownCause> {
        let Stage::Body { framing, body, .. } = &mut self.stage else {
            return Ok(None);
        };
        let whole = match framing {
            Framing::Length(length) => {
                let missing = length.saturating_sub(body.len());
                body.extend_from_slice(bytes.get(..missing).unwrap_or(bytes));
                body.len() == *length
            }
            Framing::Chunked(chunks) => chunks.push(bytes, body)?,
            Framing::UntilClosed => {
                body.extend_from_slice(bytes);
                false
            }
        };
        if body.len() > MAX_ANSWER_BYTES {
            return Err(UnknownCause::BodyTooLarge);
        }
        Ok(if whole { self.take() } else { None })
    }

    /// The connection has ended in an orderly way: the answer, if that is what ends it.
    pub(super) fn end(&mut self) -> Result<Answer, UnknownCause> {
        match &self.stage {
            Stage::Head { .. } if !self.heard => Err(UnknownCause::Closed),
            Stage::Head { bytes } => {
                parse_head(bytes)?;
                Err(UnknownCause::Truncated)
            }
            Stage::Body { framing: Framing::UntilClosed, .. } => self.take().ok_or(UnknownCause::Truncated),
            Stage::Body { .. } => Err(UnknownCause::Truncated),
        }
    }

    fn take(&mut self) -> Option<Answer> {
        match (self.head.take(), std::mem::take(&mut self.stage)) {
            (Some(head), Stage::Body { body, .. }) => Some(Answer { head, body: Bytes::from(body) }),
            _ => None,
        }
    }
}

fn parse_head(bytes: &[u8]) -> Result<Option<Head>, UnknownCause> {
    let mut headers = [EMPTY_HEADER; MAX_ANSWER_HEADERS];
    let mut response = Response::new(&mut headers);
    let taken = match response.parse(bytes) {
        Ok(Status::Complete(taken)) => taken,
        Ok(Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(UnknownCause::HeadTooLarge),
        Err(_) => return Err(UnknownCause::NotHttp),
    };
    if taken > MAX_ANSWER_HEAD_BYTES {
        return Err(UnknownCause::HeadTooLarge);
    }
    let status = response.code.filter(|status| *status >= 100).ok_or(UnknownCause::NotHttp)?;
    let first = |name| values(response.headers, name).next().and_then(|value| str::from_utf8(value).ok());
    let said = AnswerHead {
        status,
        content_type: first("content-type").map(str::to_owned),
        content_encoding: first("content-encoding").map(str::to_owned),
        location: first("location").map(str::to_owned),
    };
    Ok(Some(Head { bytes: taken, said, framing: framing(status, response.version, response.headers) }))
}

fn values<'h>(headers: &'h [Header<'h>], name: &'static str) -> impl Iterator<Item = &'h [u8]> {
    headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
}

/// How the body of this answer ends. Both framings at once, an unknown coding, or lengths that differ: not HTTP that we accept.
fn framing(status: u16, version: Option<u8>, headers: &[Header<'_>]) -> Result<Framing, UnknownCause> {
    if matches!(status, 101 | 204 | 304) {
        return Ok(Framing::Length(0));
    }
    let mut codings = values(headers, "transfer-encoding");
    let mut lengths = values(headers, "content-length");
    match (codings.next(), lengths.next()) {
        (None, None) => Ok(Framing::UntilClosed),
        (None, Some(length)) if lengths.all(|other| other == length) => parse_length(length).map(Framing::Length),
        (Some(coding), None)
            if version == Some(1) && coding.eq_ignore_ascii_case(b"chunked") && codings.next().is_none() =>
        {
            Ok(Framing::Chunked(Chunks::default()))
        }
        _ => Err(UnknownCause::NotHttp),
    }
}

fn parse_length(digits: &[u8]) -> Result<usize, UnknownCause> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(UnknownCause::NotHttp);
    }
    let length: u64 =
        str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or(UnknownCause::NotHttp)?;
    usize::try_from(length).ok().filter(|length| *length <= MAX_ANSWER_BYTES).ok_or(UnknownCause::BodyTooLarge)
}
