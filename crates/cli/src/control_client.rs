//! Asks a running server through its Control API, with the token from its data directory. One request per connection.
//!
//! The token goes only to the server that holds the data directory now (see [`Running::read`]), or to where `--url` says. Without a data
//! directory, `LOMMEBOK_CONTROL_TOKEN` gives it.

use std::io;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::ArgMatches;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn as client;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use lommebok_control_api::Problem;
use lommebok_engine::keys::{DataDirectory, Secret};
use lommebok_server::config::SandboxDataConfig;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use crate::commands::data;
use crate::running::{Found, Running};

const NO_TOKEN: &str =
    "the server's token can't be read: name its data directory with --data-dir, or set LOMMEBOK_CONTROL_TOKEN";

/// How long connecting may take, in s.
const CONNECTING_S: u64 = 5;
/// How long an answer may take that only reads, in s.
const READING_S: u64 = 30;
/// How long an answer may take that does things: an advance does all that becomes due on its way, in s.
const DOING_S: u64 = 600;
/// The longest that the server waits in one call.
const ONE_WAIT: Duration = Duration::from_mins(1);
/// A stream says at least every 15 s that it is alive; after so long in silence it counts as dead, in s.
const SILENCE_S: u64 = 60;
/// The longest answer.
const ANSWER_BYTES: usize = 64 * 1024 * 1024;
/// How much is shown of an answer that is no JSON, in characters.
const SHOWN_CHARS: usize = 200;

/// A running server's Control API.
#[derive(Debug)]
pub(crate) struct ControlClient {
    authority: String,
    /// The path below which the world is that is asked: nothing for the first.
    base: String,
    token: Secret,
}

/// A runtime for a command.
pub(crate) fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// Sends one request without a body to the server that a command is about and gives its answer; a problem becomes a fault in
/// its own words.
pub(crate) fn ask<A: DeserializeOwned>(matches: &ArgMatches, method: Method, path: &str) -> anyhow::Result<A> {
    let client = ControlClient::of(matches)?;
    runtime()?.block_on(client.ask(method, path))
}

impl ControlClient {
    /// The server that a command is about.
    pub(crate) fn of(matches: &ArgMatches) -> anyhow::Result<Self> {
        Self::within(&data(matches)?, matches)
    }

    /// The world that a command is about, on the server that holds this data directory unless the command names another.
    pub(crate) fn within(data: &SandboxDataConfig, matches: &ArgMatches) -> anyhow::Result<Self> {
        let client = Self::find(data, matches.get_one::<String>("url").map(String::as_str))?;
        Ok(client.in_world(matches))
    }

    /// The same, for the world that a command names, if it names one.
    fn in_world(mut self, matches: &ArgMatches) -> Self {
        if let Some(tenant) = tenant(matches) {
            self.base = format!("{}/tenants/{tenant}", self.base);
        }
        self
    }

    /// The server that a command is about which also works without one: nothing when none holds the data directory.
    pub(crate) fn if_one_runs(matches: &ArgMatches, data: &SandboxDataConfig) -> anyhow::Result<Option<Self>> {
        let url = match matches.get_one::<String>("url") {
            Some(url) => url.clone(),
            None => match Running::find(&data.data_dir)? {
                Found::Runs(running) => running.url,
                Found::Dead | Found::Nothing if tenant(matches).is_some() => {
                    bail!("--tenant needs a server: is `lommebok dev` running?")
                }
                Found::Dead | Found::Nothing => return Ok(None),
            },
        };
        Self::find(data, Some(&url)).map(|client| Some(client.in_world(matches)))
    }

    /// The server at `url`, or the one that holds this data directory; with the token that is set, or the directory's.
    pub(crate) fn find(data: &SandboxDataConfig, url: Option<&str>) -> anyhow::Result<Self> {
        let url = match url {
            Some(url) => url.to_owned(),
            None => Running::read(&data.data_dir)?.url,
        };
        let token = match &data.control_token {
            Some(token) => token.clone(),
            None => DataDirectory::read_control_token(&data.data_dir).context(NO_TOKEN)?,
        };
        let place = url.trim_end_matches('/').strip_prefix("http://").context("--url must begin with http://")?;
        let (authority, base) = place.split_at(place.find('/').unwrap_or(place.len()));
        Ok(Self { authority: authority.to_owned(), base: base.to_owned(), token })
    }

    /// Sends one request without a body and gives its answer; a problem becomes a fault in its own words.
    pub(crate) async fn ask<A: DeserializeOwned>(&self, method: Method, path: &str) -> anyhow::Result<A> {
        let patience_s = if method == Method::GET { READING_S } else { DOING_S };
        self.answered(self.request(method, path, Bytes::new())?, patience_s).await
    }

    /// Where the world is that it asks.
    pub(crate) fn url(&self) -> String {
        format!("http://{}{}", self.authority, self.base)
    }

    /// A text that `path` gives.
    pub(crate) async fn text(&self, path: &str) -> anyhow::Result<String> {
        let (authority, patience) = (&self.authority, Duration::from_secs(READING_S));
        let request = self.request(Method::GET, path, Bytes::new())?;
        let answer = tokio::time::timeout(patience, exchange(authority, request)).await;
        let (status, answer) = answer.unwrap_or_else(|_| bail!("{authority} has not answered for {READING_S} s"))?;
        if status.is_success() {
            Ok(String::from_utf8_lossy(&answer).into_owned())
        } else {
            Err(fault_of(authority, status, &answer))
        }
    }

    /// Waits `within`, or as long as the server does by itself, for what `path`, whose query it ends, waits for: call by call, until there
    /// is nothing `left` of it, in ms.
    pub(crate) async fn wait<A: DeserializeOwned>(
        &self,
        path: &str,
        within: Option<Duration>,
        mut left: impl FnMut(&A) -> u32,
    ) -> anyhow::Result<A> {
        let mut query = within.map(|within| format!("within_ms={}", within.as_millis())).unwrap_or_default();
        loop {
            let request = self.request(Method::GET, &format!("{path}{query}"), Bytes::new())?;
            let awaited = self.answered(request, READING_S.saturating_add(ONE_WAIT.as_secs())).await?;
            match left(&awaited) {
                0 => return Ok(awaited),
                left => query = format!("within_ms={left}"),
            }
        }
    }

    /// The same for a POST with a body.
    pub(crate) async fn post<A: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> anyhow::Result<A> {
        let request = self.request(Method::POST, path, serde_json::to_vec(body)?.into())?;
        self.answered(request, DOING_S).await
    }

    /// The same for a PUT.
    pub(crate) async fn put<A: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> anyhow::Result<A> {
        let request = self.request(Method::PUT, path, serde_json::to_vec(body)?.into())?;
        self.answered(request, DOING_S).await
    }

    async fn answered<A: DeserializeOwned>(&self, request: Request<Full<Bytes>>, patience_s: u64) -> anyhow::Result<A> {
        let authority = &self.authority;
        let answer = tokio::time::timeout(Duration::from_secs(patience_s), exchange(authority, request)).await;
        let (status, answer) = answer.unwrap_or_else(|_| bail!("{authority} has not answered for {patience_s} s"))?;
        read(authority, status, &answer)
    }

    /// Begins to listen to a stream of events, which has begun when this returns.
    pub(crate) async fn events(&self, path: &str) -> anyhow::Result<Events> {
        let request = self.request(Method::GET, path, Bytes::new())?;
        let (authority, patience) = (&self.authority, Duration::from_secs(READING_S));
        let begun = tokio::time::timeout(patience, Events::begin(authority, request)).await;
        begun.unwrap_or_else(|_| bail!("{authority} has not answered for {READING_S} s"))
    }

    fn request(&self, method: Method, path: &str, body: Bytes) -> anyhow::Result<Request<Full<Bytes>>> {
        let authority = &self.authority;
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("host", authority)
            .header("authorization", format!("Bearer {}", self.token.expose()))
            .header("content-type", "application/json")
            .body(Full::new(body));
        request.with_context(|| format!("http://{authority} is no address"))
    }
}

/// The world that a command names, if it can name one.
fn tenant(matches: &ArgMatches) -> Option<&String> {
    matches.try_get_one::<String>("tenant").ok().flatten()
}

/// Whether the server at `url` says that it takes requests.
pub(crate) async fn is_ready(url: &str) -> bool {
    let Some(authority) = url.strip_prefix("http://") else { return false };
    let request = Request::builder().uri("/readyz").header("host", authority).body(Full::default());
    let Ok(request) = request else { return false };
    exchange(authority, request).await.is_ok_and(|(status, _)| status.is_success())
}

type Connection = client::http1::Connection<TokioIo<TcpStream>, Full<Bytes>>;

async fn connect(authority: &str) -> anyhow::Result<(client::http1::SendRequest<Full<Bytes>>, Connection)> {
    let connecting = TcpStream::connect(authority);
    let stream = match tokio::time::timeout(Duration::from_secs(CONNECTING_S), connecting).await {
        Ok(stream) => stream.with_context(|| format!("nothing answers at {authority}: is `lommebok dev` running?"))?,
        Err(_) => bail!("{authority} took no connection for {CONNECTING_S} s"),
    };
    Ok(client::http1::handshake(TokioIo::new(stream)).await?)
}

/// What `answer` comes to, unless the connection is closed before.
async fn while_connected<T>(
    authority: &str,
    connection: &mut Connection,
    answer: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    tokio::select! {
        biased;
        answer = answer => answer,
        closed = connection => {
            closed.with_context(|| format!("{authority} does not speak HTTP"))?;
            bail!("{authority} closed the connection without an answer")
        }
    }
}

async fn exchange(authority: &str, request: Request<Full<Bytes>>) -> anyhow::Result<(StatusCode, Bytes)> {
    let (mut sender, mut connection) = connect(authority).await?;
    let answer = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        Ok((status, whole(authority, answer.into_body()).await?))
    };
    while_connected(authority, &mut connection, answer).await
}

async fn whole(authority: &str, body: Incoming) -> anyhow::Result<Bytes> {
    let body = Limited::new(body, ANSWER_BYTES).collect().await;
    Ok(body.map_err(|fault| anyhow::anyhow!("{authority} broke off its answer: {fault}"))?.to_bytes())
}

/// A stream of events (`text/event-stream`) of a running server.
pub(crate) struct Events {
    authority: String,
    connection: Connection,
    body: Incoming,
    unread: Vec<u8>,
    /// The connection ends with it.
    _sender: client::http1::SendRequest<Full<Bytes>>,
}

impl Events {
    async fn begin(authority: &str, request: Request<Full<Bytes>>) -> anyhow::Result<Self> {
        let (mut sender, mut connection) = connect(authority).await?;
        let begun = async {
            let answer = sender.send_request(request).await?;
            let status = answer.status();
            if !status.is_success() {
                let refused = whole(authority, answer.into_body()).await?;
                return Err(fault_of(authority, status, &refused));
            }
            Ok(answer.into_body())
        };
        let body = while_connected(authority, &mut connection, begun).await?;
        Ok(Self { authority: authority.to_owned(), connection, body, unread: Vec::new(), _sender: sender })
    }

    /// The next event: its name and what it says.
    ///
    /// # Errors
    /// When the stream is over, or nothing has come for longer than a stream is silent.
    pub(crate) async fn next(&mut self) -> anyhow::Result<(String, String)> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|pair| pair == b"\n\n") {
                let rest = self.unread.split_off(end.saturating_add(2));
                let event = std::mem::replace(&mut self.unread, rest);
                return Ok(event_of(&String::from_utf8_lossy(&event)));
            }
            let Self { authority, connection, body, .. } = self;
            let frame = while_connected(authority, connection, async { Ok(body.frame().await) });
            let frame = tokio::time::timeout(Duration::from_secs(SILENCE_S), frame).await;
            let Ok(frame) = frame else { bail!("{} has been silent for {SILENCE_S} s", self.authority) };
            let Ok(Some(Ok(frame))) = frame else { bail!("the server at {} has gone", self.authority) };
            self.unread.extend(frame.into_data().unwrap_or_default());
            if self.unread.len() > ANSWER_BYTES {
                bail!("{} sends an event without an end", self.authority);
            }
        }
    }
}

/// The name of an event and what it says; a comment has neither.
fn event_of(text: &str) -> (String, String) {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
    (field("event: "), field("data: "))
}

/// The answer; what is refused, or is no answer of ours, becomes a fault that says which.
fn read<A: DeserializeOwned>(authority: &str, status: StatusCode, answer: &[u8]) -> anyhow::Result<A> {
    let answer = if status == StatusCode::NO_CONTENT { b"null" } else { answer };
    match serde_json::from_slice(answer) {
        Ok(answer) if status.is_success() => Ok(answer),
        Err(fault) if status.is_success() && fault.is_data() => {
            Err(fault).with_context(|| format!("{authority} answered {status} with what is no answer of this version"))
        }
        _ => Err(fault_of(authority, status, answer)),
    }
}

/// What an answer says that is no success, or no JSON.
fn fault_of(authority: &str, status: StatusCode, answer: &[u8]) -> anyhow::Error {
    if let (false, Ok(problem)) = (status.is_success(), serde_json::from_slice::<Problem>(answer)) {
        return anyhow::Error::msg(problem.detail);
    }
    let text: String = String::from_utf8_lossy(answer).trim().chars().take(SHOWN_CHARS).collect();
    let is_json = serde_json::from_slice::<IgnoredAny>(answer).is_ok();
    let no_json = if is_json { "" } else { ", and not in JSON" };
    anyhow::anyhow!("{authority} answered {status}{no_json}: {text:?}")
}

#[cfg(test)]
mod tests {
    use lommebok_control_api::Check;

    use super::*;

    fn refused(status: u16, answer: &str) -> String {
        read::<Check>("wallet:1", StatusCode::from_u16(status).unwrap(), answer.as_bytes()).unwrap_err().to_string()
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
        assert_eq!(refused(200, "{}"), "wallet:1 answered 200 OK with what is no answer of this version");
        let sound = Check { sound: true, payments: 3, faults: Vec::new() };
        let answer = br#"{"sound":true,"payments":3,"faults":[],"new":1}"#;
        assert_eq!(read::<Check>("wallet:1", StatusCode::OK, answer).unwrap(), sound);
    }

    #[test]
    fn a_long_answer_is_shown_in_part() {
        assert!(refused(500, &"x".repeat(5_000)).len() < 300);
    }
}
