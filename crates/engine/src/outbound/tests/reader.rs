//! The reader of answers by itself: it may be cut anywhere, and nothing makes it panic.

use proptest::prelude::*;

use super::super::answer::AnswerReader;
use super::super::{Answer, UnknownCause};

const ANSWERS: [&str; 6] = [
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x\r\n{\r\n1\r\n}\r\n0\r\nA: b\r\n\r\n",
    "HTTP/1.0 500 Oops\r\n\r\n<html>",
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}}\r\n0\r\n\r\n",
    "HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n",
];

/// Reads `pieces` and then the end of the connection: the answer, or why there is none and the status if it was heard.
fn read<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> (Result<Answer, UnknownCause>, Option<u16>) {
    let mut reader = AnswerReader::default();
    for piece in pieces {
        match reader.push(piece, None) {
            Ok(None) => {}
            Ok(Some(answer)) => return (Ok(answer), None),
            Err(cause) => return (Err(cause), status(reader)),
        }
    }
    (reader.end(), status(reader))
}

fn status(reader: AnswerReader) -> Option<u16> {
    reader.into_partial().0.map(|head| head.status)
}

#[test]
fn an_answer_reads_alike_however_it_is_cut() {
    for answer in ANSWERS {
        let bytes = answer.as_bytes();
        let whole = read([bytes]);
        for cut in 0..=bytes.len() {
            let (before, after) = bytes.split_at(cut);
            assert_eq!(read([before, after].into_iter().filter(|piece| !piece.is_empty())), whole, "{answer} at {cut}");
        }
        assert_eq!(read(bytes.chunks(1)), whole, "{answer} byte by byte");
    }
}

#[test]
fn no_proper_prefix_of_an_answer_that_says_its_length_is_an_answer() {
    for answer in &ANSWERS[..2] {
        for end in 0..answer.len() {
            assert!(read([&answer.as_bytes()[..end]]).0.is_err(), "{answer} up to {end}");
        }
    }
}

proptest! {
    #[test]
    fn nothing_makes_the_reader_panic(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..20)) {
        let _ = read(pieces.iter().map(Vec::as_slice));
    }

    #[test]
    fn a_damaged_answer_never_panics_and_keeps_the_limits(which in 0_usize..6, at in 0_usize..120, byte in any::<u8>()) {
        let mut bytes = ANSWERS[which].as_bytes().to_vec();
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        if let Ok(answer) = read([bytes.as_slice()]).0 {
            prop_assert!(answer.head.status >= 100 && answer.body.len() <= bytes.len());
        }
    }
}
