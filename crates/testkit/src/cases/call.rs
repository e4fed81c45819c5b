//! A request as bytes: headers twice, without value or not ASCII, targets that no client would send, any body.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::test_app::{Answer, Credentials, TestApp};

/// How long a case waits for the server to answer and close, in real time.
const TIMEOUT: Duration = Duration::from_secs(20);
/// More headers than any of our answers has.
const ANSWER_HEADERS: usize = 64;

/// A request that is sent as it is, on a connection of its own.
#[derive(Clone, Debug)]
pub struct Call {
    method: String,
    target: Vec<u8>,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Call {
    /// A request without headers (but for `Host`) and without a body.
    pub fn new(method: &str, target: impl AsRef<[u8]>) -> Self {
        let target = target.as_ref().to_vec();
        Self { method: method.to_owned(), target, headers: Vec::new(), body: Vec::new() }
    }

    /// The same with another method.
    #[must_use]
    pub fn by(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// The same at another target.
    #[must_use]
    pub fn at(mut self, target: impl AsRef<[u8]>) -> Self {
        self.target = target.as_ref().to_vec();
        self
    }

    /// The same with this header once, whatever it was before.
    #[must_use]
    pub fn set(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).add(name, value)
    }

    /// The same with this header once more.
    #[must_use]
    pub fn add(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// The same without this header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// The same with these bytes as its body; what they claim to be stays as it was.
    #[must_use]
    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    /// The same with a JSON body that says so.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.set("Content-Type", "application/json").body(body.to_string())
    }

    /// The same with one member of its JSON body set.
    ///
    /// # Panics
    /// When the body is no JSON object.
    #[must_use]
    pub fn member(self, name: &str, value: Value) -> Self {
        let mut body: Value = serde_json::from_slice(&self.body).expect("the body is JSON");
        body.as_object_mut().expect("the body is an object").insert(name.to_owned(), value);
        self.body(body.to_string())
    }

    /// The same with one member of its JSON body left out.
    ///
    /// # Panics
    /// When the body is no JSON object.
    #[must_use]
    pub fn without_member(self, name: &str) -> Self {
        let mut body: Value = serde_json::from_slice(&self.body).expect("the body is JSON");
        body.as_object_mut().expect("the body is an object").remove(name);
        self.body(body.to_string())
    }

    /// The bytes on the wire: `Host`, `Connection: close` and `Content-Length` are added unless they are there.
    pub fn to_bytes(&self, host: &str) -> Vec<u8> {
        let mut bytes = [self.method.as_bytes(), b" ", &self.target, b" HTTP/1.1\r\n"].concat();
        let has = |name: &str| self.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        let length = self.body.len().to_string();
        let framed = has("Content-Length") || has("Transfer-Encoding");
        let bare = self.body.is_empty() && self.method == "GET";
        let mut line = |name: &str, value: &[u8]| bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        if !has("Host") {
            line("Host", host.as_bytes());
        }
        if !has("Connection") {
            line("Connection", b"close");
        }
        if !(framed || bare) {
            line("Content-Length", length.as_bytes());
        }
        for (name, value) in &self.headers {
            line(name, value);
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Sends it to `address`; `None` when the server closes without an answer.
    ///
    /// # Panics
    /// When the server neither answers nor closes within 20 s of real time, or answers what is no HTTP.
    pub async fn send_to(&self, address: SocketAddr) -> Option<Answer> {
        read_answer(&exchange_bytes(address, &self.to_bytes(&address.to_string())).await)
    }
}

impl TestApp {
    /// Sends a call; `None` when the server closes without an answer.
    pub async fn exchange(&self, call: &Call) -> Option<Answer> {
        call.send_to(self.sandbox().address).await
    }

    /// A call of the PSP API by this PSP, with every header that any endpoint wants.
    pub async fn call(&self, psp: &Credentials, method: &str, target: impl AsRef<[u8]>) -> Call {
        let bearer = self.bearer_of(psp).await;
        Call::new(method, target)
            .set("Authorization", format!("Bearer {bearer}"))
            .set("Ocp-Apim-Subscription-Key", &psp.subscription_key)
            .set("PSP-ID", &psp.psp_id)
            .set("Merchant-Serial-Number", psp.msn)
    }
}

/// Sends bytes on a connection of their own, and reads until the server closes it.
///
/// # Panics
/// When it does not accept, or does not close within 20 s of real time.
pub async fn exchange_bytes(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.expect("the server accepts");
    let mut answer = Vec::new();
    let exchange = async {
        let (mut reading, mut writing) = stream.split();
        // A server may answer and close while we still send; what it said counts.
        tokio::join!(writing.write_all(bytes), reading.read_to_end(&mut answer))
    };
    drop(tokio::time::timeout(TIMEOUT, exchange).await.expect("the server answers and closes within 20 s"));
    answer
}

/// Sends calls at once, each on a connection of its own: everything but the last byte goes first, and when all are ready the
/// last bytes follow. The answers come in the order of the calls.
///
/// # Panics
/// When the server does not answer one within 20 s of real time.
pub async fn released_together(address: SocketAddr, calls: Vec<Call>) -> Vec<Answer> {
    let ready = Arc::new(Barrier::new(calls.len()));
    let mut sending = JoinSet::new();
    for (place, call) in calls.into_iter().enumerate() {
        let ready = Arc::clone(&ready);
        sending.spawn(async move {
            let bytes = call.to_bytes(&address.to_string());
            let (last, first) = bytes.split_last().expect("a call has bytes");
            let mut stream = TcpStream::connect(address).await.expect("the server accepts");
            stream.set_nodelay(true).expect("the connection is there");
            stream.write_all(first).await.expect("the server reads");
            ready.wait().await;
            stream.write_all(&[*last]).await.expect("the server reads");
            let mut answer = Vec::new();
            let read = tokio::time::timeout(TIMEOUT, stream.read_to_end(&mut answer)).await;
            drop(read.expect("the server answers within 20 s"));
            (place, read_answer(&answer).expect("the server answers"))
        });
    }
    let mut answers = sending.join_all().await;
    answers.sort_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// An answer out of what came until the connection was closed.
fn read_answer(bytes: &[u8]) -> Option<Answer> {
    if bytes.is_empty() {
        return None;
    }
    let mut headers = [httparse::EMPTY_HEADER; ANSWER_HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    let parsed = head.parse(bytes);
    let Ok(httparse::Status::Complete(length)) = parsed else {
        panic!("no HTTP answer but {}", String::from_utf8_lossy(bytes));
    };
    let status = head.code.and_then(|code| StatusCode::from_u16(code).ok()).expect("a status has three digits");
    let mut read = HeaderMap::new();
    for header in head.headers.iter() {
        let name = HeaderName::from_bytes(header.name.as_bytes()).expect("our header names are names");
        read.append(name, HeaderValue::from_bytes(header.value).expect("our header values are values"));
    }
    let text = String::from_utf8_lossy(bytes.get(length..).unwrap_or_default()).into_owned();
    let json = serde_json::from_str(&text).unwrap_or(Value::Null);
    Some(Answer { status, headers: read, text, json })
}
