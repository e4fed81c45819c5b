//! A server on 127.0.0.1 that answers each request as a test says: with bytes, with a reset, or not at all.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use lommebok_sdk::{Client, Credentials, Retries};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::jumping_clock::JumpingClock;

/// What is done with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// A status and a JSON body.
    Json(u16, String),
    /// A status, further header lines, and a JSON body.
    With(u16, &'static str, String),
    /// These bytes, then the end of the connection.
    Raw(Vec<u8>),
    Reset,
    /// The end of the connection, without an answer.
    Close,
    /// Nothing; the connection stays open.
    Never,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Request {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }

    pub(crate) fn is_token_request(&self) -> bool {
        self.line.starts_with("POST /accesstoken/get ")
    }
}

type Script = Arc<dyn Fn(&Request, usize) -> Reply + Send + Sync>;

/// The server; it ends when it is dropped.
pub(crate) struct ScriptedWallet {
    address: SocketAddr,
    log: Arc<watch::Sender<Vec<Request>>>,
    pub(crate) clock: JumpingClock,
    _serving: JoinSet<()>,
}

impl ScriptedWallet {
    /// Answers each request as `script` says; it gets the number of earlier ones on the same path.
    pub(crate) async fn start(script: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (script, log): (Script, _) = (Arc::new(script), Arc::new(watch::Sender::new(Vec::new())));
        let mut serving = JoinSet::new();
        let seen = Arc::clone(&log);
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, Arc::clone(&script), Arc::clone(&seen)));
            }
        });
        Self { address, log, clock: JumpingClock::default(), _serving: serving }
    }

    /// Issues tokens as it should, and answers calls in this order; the last reply is repeated.
    pub(crate) async fn that_answers(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies: Vec<Reply> = replies.into_iter().collect();
        Self::start(move |request, before| {
            if request.is_token_request() {
                return token_reply("token-1");
            }
            replies.get(before).or(replies.last()).cloned().unwrap()
        })
        .await
    }

    /// A client of it that jumps over pauses.
    pub(crate) fn client(&self, retries: Retries) -> Client {
        let credentials = Credentials::new("the-client", "the-secret", "the-key", "THE-PSP");
        let builder = Client::builder(credentials).base_url(format!("http://{}", self.address)).retries(retries);
        builder.timeout(Duration::from_hours(1)).clock(self.clock.clone()).build().unwrap()
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests that were no token requests.
    pub(crate) fn calls(&self) -> Vec<Request> {
        self.log.borrow().iter().filter(|request| !request.is_token_request()).cloned().collect()
    }

    /// How many token requests came.
    pub(crate) fn token_requests(&self) -> usize {
        self.log.borrow().iter().filter(|request| request.is_token_request()).count()
    }

    /// Waits until so many requests have come.
    pub(crate) async fn until_requests(&self, count: usize) {
        drop(self.log.subscribe().wait_for(|log| log.len() >= count).await.unwrap());
    }
}

/// A token as the wallet issues it, for an hour.
pub(crate) fn token_reply(token: &str) -> Reply {
    Reply::Json(200, format!(r#"{{"token_type":"Bearer","expires_in":"3600","access_token":"{token}"}}"#))
}

async fn serve(mut stream: TcpStream, script: Script, log: Arc<watch::Sender<Vec<Request>>>) {
    while let Some(request) = read(&mut stream).await {
        let path = request.line.clone();
        let before = log.borrow().iter().filter(|earlier| earlier.line == path).count();
        log.send_modify(|log| log.push(request.clone()));
        match script(&request, before) {
            Reply::Json(status, body) => answer(&mut stream, status, "", &body).await,
            Reply::With(status, headers, body) => answer(&mut stream, status, headers, &body).await,
            Reply::Raw(bytes) => {
                drop(stream.write_all(&bytes).await);
                return;
            }
            Reply::Reset => {
                drop(stream.set_zero_linger());
                return;
            }
            Reply::Close => return,
            Reply::Never => std::future::pending().await,
        }
    }
}

async fn answer(stream: &mut TcpStream, status: u16, headers: &str, body: &str) {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    drop(stream.write_all(text.as_bytes()).await);
}

/// A whole request; `None` at the end of the connection.
async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
            let (line, head) = head.split_once("\r\n")?;
            let mut request = Request { line: line.to_owned(), head: head.to_owned(), body: String::new() };
            let length: usize = request.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
            let begin = end.checked_add(4)?;
            if bytes.len().checked_sub(begin)? >= length {
                request.body = String::from_utf8(bytes[begin..].to_vec()).ok()?;
                return Some(request);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
