//! What each way of answering, and of not answering, is taken for.

use super::hostile::{Hostile, Step};
use super::{call, client, line, post};

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

/// The server reads the request, sends this and closes.
fn reply(bytes: impl Into<Vec<u8>>) -> Vec<Step> {
    vec![Step::Request, Step::Send(bytes.into())]
}

fn head_and(rest: &str) -> Vec<Step> {
    reply(format!("{HEAD}{rest}"))
}

fn status(line: &str) -> Vec<Step> {
    reply(format!("HTTP/1.1 {line}\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\nnope"))
}

fn large(framing: &str, bytes: usize) -> Vec<Step> {
    reply(format!("{HEAD}{framing}\r\n\r\n{}", "x".repeat(bytes)))
}

fn chunked(bytes: usize) -> Vec<Step> {
    head_and(&format!("Transfer-Encoding: chunked\r\n\r\n{bytes:x}\r\n{}\r\n0\r\n\r\n", "x".repeat(bytes)))
}

fn headers(count: usize) -> Vec<Step> {
    reply(format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(count)))
}

async fn expect(cases: Vec<(&str, Vec<Step>, &str)>) {
    let mut wrong = Vec::new();
    for (name, steps, expected) in cases {
        let server = Hostile::new(steps).await;
        let outcome = post(&client(), call(server.url())).await;
        let (outcome, connections) = (line(&outcome), server.seen().connections);
        if outcome != expected || connections != 1 {
            wrong.push(format!("{name}: {outcome}, not {expected}; {connections} connections"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_complete_answer_of_any_framing_is_handed_over_as_it_is() {
    let json = "200 application/json {}";
    expect(vec![
        ("content length", reply(OK), json),
        ("chunked", head_and("Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"), json),
        ("chunks with extensions", head_and("Transfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\n\r\n"), json),
        ("chunks with a trailer", head_and("Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\n"), json),
        ("until the connection closes", head_and("\r\n{}"), json),
        (
            "HTTP/1.0 until the connection closes",
            reply("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{}"),
            json,
        ),
        ("HTTP/1.0 with a length", reply("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"), "200 - {}"),
        ("no reason phrase", reply("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}"), "200 - {}"),
        ("bare line feeds", reply("HTTP/1.1 200 OK\nContent-Length: 2\n\n{}"), "200 - {}"),
        ("the same length twice", head_and("Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"), json),
        ("an empty body", head_and("Content-Length: 0\r\n\r\n"), "200 application/json "),
        (
            "a content type that is not text",
            reply(b"HTTP/1.1 200 OK\r\nContent-Type: \xff\r\nContent-Length: 0\r\n\r\n"),
            "200 - ",
        ),
        (
            "a compressed body",
            head_and("Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x08."),
            "200 application/json \u{1f}\u{8}.",
        ),
        ("64 KiB by length", large("Content-Length: 65536", 65_536), "200 application/json 65536 bytes"),
        ("64 KiB chunked", chunked(65_536), "200 application/json 65536 bytes"),
        ("a hundred headers", headers(100), "200 - "),
        ("byte by byte", vec![Step::Request, Step::SendOneByOne(OK.into())], json),
        ("two answers", reply(format!("{OK}HTTP/1.1 500 Oops\r\n\r\n")), json),
        ("rubbish after the answer", reply(format!("{OK}rubbish")), json),
        (
            "half closed after the answer",
            vec![Step::Request, Step::Send(OK.into()), Step::HalfClose, Step::UntilClosed],
            json,
        ),
        ("half closed before the request", vec![Step::Send(OK.into()), Step::HalfClose, Step::UntilClosed], json),
        ("answered before the request is read", vec![Step::Send(OK.into()), Step::UntilClosed], json),
        ("kept open after the answer", vec![Step::Request, Step::Send(OK.into()), Step::UntilClosed], json),
        (
            "reset after the answer was read",
            vec![Step::Request, Step::Send(OK.into()), Step::UntilClosed, Step::Reset],
            json,
        ),
    ])
    .await;
}

#[tokio::test]
async fn every_status_is_an_answer_and_nothing_but_interim_ones_is_skipped() {
    let json = "200 application/json {}";
    expect(vec![
        ("201", status("201 Created"), "201 text/html nope"),
        ("202", status("202 Accepted"), "202 text/html nope"),
        ("204", reply("HTTP/1.1 204 No Content\r\n\r\n"), "204 - "),
        ("204 with a body", status("204 No Content"), "204 text/html "),
        ("206", status("206 Partial Content"), "206 text/html nope"),
        ("304", reply("HTTP/1.1 304 Not Modified\r\n\r\n"), "304 - "),
        ("400", status("400 Bad Request"), "400 text/html nope"),
        ("401", status("401 Unauthorized"), "401 text/html nope"),
        ("404", status("404 Not Found"), "404 text/html nope"),
        ("429", reply("HTTP/1.1 429 Wait\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"), "429 - "),
        ("500", status("500 Oops"), "500 text/html nope"),
        ("502", status("502 Bad Gateway"), "502 text/html nope"),
        ("503", reply("HTTP/1.1 503 Wait\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"), "503 - "),
        ("504", status("504 Late"), "504 text/html nope"),
        ("999", status("999 Blocked"), "999 text/html nope"),
        ("100, then 200", reply(format!("HTTP/1.1 100 Continue\r\n\r\n{OK}")), json),
        ("102 and 103, then 200", reply(format!("HTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 E\r\nLink: x\r\n\r\n{OK}")), json),
        ("eight interim answers", reply(format!("{}{OK}", "HTTP/1.1 100 C\r\n\r\n".repeat(8))), json),
        (
            "nine interim answers",
            reply(format!("{}{OK}", "HTTP/1.1 100 C\r\n\r\n".repeat(9))),
            "unknown: head_too_large",
        ),
        ("heads of 16 KiB together", reply(format!("HTTP/1.1 103 E\r\nX: {}\r\n\r\n{OK}", "x".repeat(15_000))), json),
        (
            "heads of more than 16 KiB together",
            reply(format!("{}{OK}", format!("HTTP/1.1 103 E\r\nX: {}\r\n\r\n", "x".repeat(6_000)).repeat(3))),
            "unknown: head_too_large",
        ),
        (
            "an upgrade that nobody asked for",
            reply("HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
            "101 - ",
        ),
    ])
    .await;
}

#[tokio::test]
async fn an_answer_that_is_cut_off_proves_nothing() {
    expect(vec![
        ("closed after the request", vec![Step::Request], "unknown: closed"),
        ("half closed, nothing said", vec![Step::HalfClose, Step::UntilClosed], "unknown: closed"),
        ("closed in the status line", reply("HTTP/1.1 20"), "unknown: truncated"),
        ("closed in a header", reply("HTTP/1.1 200 OK\r\nContent-Ty"), "unknown: truncated"),
        ("closed after an interim answer", reply("HTTP/1.1 100 Continue\r\n\r\n"), "unknown: truncated"),
        ("closed before the body", head_and("Content-Length: 2\r\n\r\n"), "unknown: truncated after 200"),
        ("closed in the body", head_and("Content-Length: 3\r\n\r\n{}"), "unknown: truncated after 200"),
        ("closed in a chunk", head_and("Transfer-Encoding: chunked\r\n\r\n9\r\n{}"), "unknown: truncated after 200"),
        (
            "closed before the last chunk",
            head_and("Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
            "unknown: truncated after 200",
        ),
        ("reset after the request", vec![Step::Request, Step::Reset], "unknown: reset"),
        ("reset after the first byte", vec![Step::OneByte, Step::Reset], "unknown: reset"),
        ("closed after the first byte, the rest unread", vec![Step::OneByte], "unknown: reset"),
    ])
    .await;
}

#[tokio::test]
async fn a_reset_inside_the_answer_proves_nothing() {
    for part in ["HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"] {
        let server = Hostile::new(vec![Step::Request, Step::Send(part.into()), Step::Reset]).await;
        let outcome = line(&post(&client(), call(server.url())).await);
        assert!(["unknown: reset", "unknown: reset after 200"].contains(&outcome.as_str()), "{part}: {outcome}");
    }
}

#[tokio::test]
async fn an_answer_beyond_the_limits_is_not_read_to_its_end() {
    let hold = |mut steps: Vec<Step>| {
        steps.push(Step::UntilClosed);
        steps
    };
    let too_large = "unknown: body_too_large after 200";
    expect(vec![
        ("one byte more, by length", hold(large("Content-Length: 65537", 0)), too_large),
        ("a gigabyte announced", hold(large("Content-Length: 1073741824", 0)), too_large),
        ("one byte more, chunked", hold(chunked(65_537)), too_large),
        ("one byte more, until closed", hold(large("X: y", 65_537)), too_large),
        ("endless", hold(large("X: y", 400_000)), too_large),
        (
            "a head of 17 KiB",
            hold(reply(format!("HTTP/1.1 200 OK\r\na: {}", "x".repeat(17_408)))),
            "unknown: head_too_large",
        ),
        (
            "a trailer of 17 KiB",
            hold(head_and(&format!("Transfer-Encoding: chunked\r\n\r\n0\r\n{}", "a: 1234567890\r\n".repeat(1_500)))),
            "unknown: head_too_large after 200",
        ),
        (
            "a chunk beyond the limit announced",
            hold(head_and("Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n")),
            too_large,
        ),
        ("101 headers", hold(headers(101)), "unknown: head_too_large"),
    ])
    .await;
}

#[tokio::test]
async fn what_is_not_http_1_is_not_an_answer() {
    let broken = "unknown: not_http";
    let broken_body = "unknown: not_http after 200";
    expect(vec![
        ("another protocol", reply("SSH-2.0-OpenSSH_9.9\r\n"), broken),
        ("zeros", reply(vec![0_u8; 64]), broken),
        ("a TLS alert", reply([0x15, 3, 1, 0, 2, 2, 70]), broken),
        ("HTTP/0.9", reply("<html>OK</html>"), broken),
        ("HTTP/2 in words", reply("HTTP/2 200\r\n\r\n"), broken),
        ("lower case", reply("http/1.1 200 ok\r\n\r\n"), broken),
        ("a status of two digits", reply("HTTP/1.1 20 OK\r\n\r\n"), broken),
        ("a status of four digits", reply("HTTP/1.1 2000 OK\r\n\r\n"), broken),
        ("a status below 100", reply("HTTP/1.1 099 OK\r\n\r\n"), broken),
        ("NUL in a header", reply("HTTP/1.1 200 OK\r\na: \0\r\n\r\n"), broken),
        ("a header without a colon", reply("HTTP/1.1 200 OK\r\nabc\r\n\r\n"), broken),
        ("a folded header", reply("HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n"), broken),
        ("a space before the colon", reply("HTTP/1.1 200 OK\r\na : b\r\n\r\n"), broken),
        ("two lengths", head_and("Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), broken_body),
        ("a negative length", head_and("Content-Length: -1\r\n\r\n"), broken_body),
        ("a length beyond 64 bits", head_and("Content-Length: 99999999999999999999\r\n\r\n"), broken_body),
        ("an empty length", head_and("Content-Length: \r\n\r\n{}"), broken_body),
        ("a length with a sign", head_and("Content-Length: +2\r\n\r\n{}"), broken_body),
        ("a list of lengths", head_and("Content-Length: 2, 2\r\n\r\n{}"), broken_body),
        (
            "a length and chunks",
            head_and("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
            broken_body,
        ),
        ("an unknown coding", head_and("Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"), broken_body),
        ("chunks in HTTP/1.0", reply("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), broken_body),
        ("a chunk size with a sign", head_and("Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n"), broken_body),
        (
            "a chunk size without end",
            head_and(&format!("Transfer-Encoding: chunked\r\n\r\n2;{}", "x".repeat(1_100))),
            broken_body,
        ),
        ("bare line feeds between chunks", head_and("Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n"), broken_body),
        ("a chunk size that is none", head_and("Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"), broken_body),
        (
            "a chunk size beyond 64 bits",
            head_and("Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}"),
            broken_body,
        ),
        (
            "a chunk longer than it says",
            head_and("Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n"),
            broken_body,
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_never_followed() {
    let sink = Hostile::new(vec![Step::UntilClosed]).await;
    for status in [301, 302, 303, 307, 308] {
        for place in [sink.url(), "http://169.254.169.254/".to_owned(), "/elsewhere".to_owned()] {
            let steps = reply(format!(
                "HTTP/1.1 {status} Moved\r\nLocation: {place}\r\nRefresh: 0; url={place}\r\nContent-Length: 0\r\n\r\n"
            ));
            let server = Hostile::new(steps).await;
            let outcome = post(&client(), call(server.url())).await;
            assert_eq!(line(&outcome), format!("{status} - "));
            assert_eq!(server.seen().connections, 1);
        }
    }
    assert_eq!(sink.seen().connections, 0);
}
