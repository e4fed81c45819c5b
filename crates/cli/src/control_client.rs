//! Asks a running server through its Control API, with the token from its data directory. One request per connection.
//!
//! The token goes only to the server that holds the data directory now (see [`Running::read`]), or to where the user says.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::ArgMatches;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use lommebok_server::keys::DataDirectory;
use serde_json::Value;

use crate::commands::data_dir;
use crate::running::Running;

/// How long connecting may take, in s.
const CONNECTING_S: u64 = 5;
/// How long an answer may take that only reads, in s.
const READING_S: u64 = 30;
/// How long an answer may take that does things: an advance does all that becomes due on its way, in s.
const DOING_S: u64 = 600;
/// The longest answer.
const ANSWER_BYTES: usize = 64 * 1024 * 1024;
/// How much is shown of an answer that is no JSON, in characters.
const SHOWN_CHARS: usize = 200;

/// Sends one request and gives the answer's JSON; a problem answer becomes a fault in its own words.
pub(crate) fn ask(matches: &ArgMatches, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
    let data_dir = data_dir(matches)?;
    let url = match matches.get_one::<String>("url") {
        Some(url) => url.clone(),
        None => Running::read(&data_dir)?.url,
    };
    ask_at(&data_dir, &url, (method, path), body)
}

/// The same of the server at `url`, which holds this data directory.
pub(crate) fn ask_at(
    data_dir: &Path,
    url: &str,
    (method, path): (Method, &str),
    body: Option<&Value>,
) -> anyhow::Result<Value> {
    let token = DataDirectory::read_control_token(data_dir)?;
    let authority =
        url.trim_end_matches('/').strip_prefix("http://").context("--url must begin with http://")?.to_owned();
    let patience_s = if method == Method::GET { READING_S } else { DOING_S };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", &authority)
        .header("authorization", format!("Bearer {}", token.expose()))
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body.map(Value::to_string).unwrap_or_default())))
        .with_context(|| format!("{url} is no address"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (status, answer) = runtime.block_on(async {
        let exchange = tokio::time::timeout(Duration::from_secs(patience_s), exchange(&authority, request)).await;
        exchange.unwrap_or_else(|_| bail!("{authority} has not answered for {patience_s} s"))
    })?;
    read(&authority, status, &answer)
}

/// Whether the server at `url` says that it takes requests.
pub(crate) async fn is_ready(url: &str) -> bool {
    let Some(authority) = url.strip_prefix("http://") else { return false };
    let request = Request::builder().uri("/readyz").header("host", authority).body(Full::default());
    let Ok(request) = request else { return false };
    exchange(authority, request).await.is_ok_and(|(status, _)| status.is_success())
}

async fn exchange(authority: &str, request: Request<Full<Bytes>>) -> anyhow::Result<(StatusCode, Bytes)> {
    let connecting = tokio::net::TcpStream::connect(authority);
    let stream = match tokio::time::timeout(Duration::from_secs(CONNECTING_S), connecting).await {
        Ok(stream) => stream.with_context(|| format!("nothing answers at {authority}: is `lommebok dev` running?"))?,
        Err(_) => bail!("{authority} took no connection for {CONNECTING_S} s"),
    };
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let answer = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES).collect().await;
        let body = body.map_err(|fault| anyhow::anyhow!("{authority} broke off its answer: {fault}"))?;
        Ok::<_, anyhow::Error>((status, body.to_bytes()))
    };
    tokio::pin!(connection);
    tokio::select! {
        answer = answer => answer,
        closed = &mut connection => {
            closed.with_context(|| format!("{authority} does not speak HTTP"))?;
            bail!("{authority} closed the connection without an answer")
        }
    }
}

/// The answer's JSON; what is refused, or is no answer of ours, becomes a fault that says which.
fn read(authority: &str, status: StatusCode, answer: &[u8]) -> anyhow::Result<Value> {
    let json = serde_json::from_slice::<Value>(answer).ok();
    if let Some(json) = &json
        && status.is_success()
    {
        return Ok(json.clone());
    }
    if let Some(detail) = json.as_ref().and_then(|json| json["detail"].as_str()) {
        bail!("{detail}");
    }
    let text: String = String::from_utf8_lossy(answer).trim().chars().take(SHOWN_CHARS).collect();
    let no_json = if json.is_none() { ", and not in JSON" } else { "" };
    bail!("{authority} answered {status}{no_json}: {text:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, answer: &str) -> String {
        read("wallet:1", StatusCode::from_u16(status).unwrap(), answer.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_problem_speaks_for_itself_and_anything_else_keeps_its_status() {
        assert_eq!(
            refused(400, r#"{"title":"Bad Request","detail":"state must be one of A, B"}"#),
            "state must be one of A, B"
        );
        assert_eq!(
            refused(502, "<h1>no</h1>\n"),
            r#"wallet:1 answered 502 Bad Gateway, and not in JSON: "<h1>no</h1>""#
        );
        assert_eq!(refused(500, "[]"), r#"wallet:1 answered 500 Internal Server Error: "[]""#);
        assert_eq!(refused(200, "ok"), r#"wallet:1 answered 200 OK, and not in JSON: "ok""#);
        assert_eq!(read("wallet:1", StatusCode::OK, b"{}").unwrap(), serde_json::json!({}));
    }

    #[test]
    fn a_long_answer_is_shown_in_part() {
        assert!(refused(500, &"x".repeat(5_000)).len() < 300);
    }
}
