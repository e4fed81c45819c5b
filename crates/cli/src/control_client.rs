//! Asks a running server through its Control API, with the token from its data directory. One request per connection.

use std::path::Path;

use anyhow::{Context, bail};
use clap::ArgMatches;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use lommebok_server::keys::DataDirectory;
use serde_json::Value;

use crate::running::Running;

/// Sends one request and gives the answer's JSON; a problem answer becomes a fault in its own words.
pub(crate) fn ask(matches: &ArgMatches, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
    let data_dir = matches.get_one::<String>("data-dir").map_or(".lommebok", String::as_str);
    let token = DataDirectory::read_control_token(Path::new(data_dir))?;
    let url = match matches.get_one::<String>("url") {
        Some(url) => url.clone(),
        None => Running::read(Path::new(data_dir))?.url,
    };
    let authority =
        url.trim_end_matches('/').strip_prefix("http://").context("--url must begin with http://")?.to_owned();
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", &authority)
        .header("authorization", format!("Bearer {}", token.expose()))
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body.map(Value::to_string).unwrap_or_default())))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (status, answer) = runtime.block_on(exchange(&authority, request))?;
    let answer: Value = serde_json::from_slice(&answer).unwrap_or(Value::Null);
    if status >= 400 {
        bail!("{}", answer["detail"].as_str().unwrap_or("the server refused"));
    }
    Ok(answer)
}

async fn exchange(authority: &str, request: Request<Full<Bytes>>) -> anyhow::Result<(u16, Bytes)> {
    let stream = tokio::net::TcpStream::connect(authority)
        .await
        .with_context(|| format!("nothing answers at {authority}: is `lommebok dev` running?"))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let answer = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status().as_u16();
        Ok::<_, anyhow::Error>((status, answer.into_body().collect().await?.to_bytes()))
    };
    tokio::pin!(connection);
    tokio::select! {
        answer = answer => answer,
        closed = &mut connection => {
            closed?;
            bail!("{authority} closed the connection without an answer")
        }
    }
}
