//! [`Site`]: a small web site of another party, on an origin of its own: the shop, a bank's 3-D Secure page, a page that frames.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A page of the site.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The content of its body.
    pub body: String,
    /// Headers in addition to the content type.
    pub headers: Vec<(&'static str, &'static str)>,
}

type Documents = Arc<Mutex<HashMap<String, Document>>>;

/// A site that a test owns; gone when dropped.
#[derive(Debug)]
pub struct Site {
    address: SocketAddr,
    documents: Documents,
    _serving: JoinSet<()>,
}

impl Site {
    /// Starts one on a free port, with a page at `/thanks` that says so.
    ///
    /// # Panics
    /// When 127.0.0.1 has no free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("127.0.0.1 has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let documents = Documents::default();
        let router = Router::new().fallback(serve).with_state(Arc::clone(&documents));
        let mut serving = JoinSet::new();
        serving.spawn(async move { drop(axum::serve(listener, router).await) });
        let site = Self { address, documents, _serving: serving };
        site.put("/thanks", "<h1>Back in the shop</h1>");
        site
    }

    /// The address of a path. The host's name differs from the wallet's, so that not even the site is the same.
    pub fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.address.port())
    }

    /// Shows `body` at `path` from now on.
    pub fn put(&self, path: &str, body: &str) {
        self.put_document(path, Document { body: body.to_owned(), headers: Vec::new() });
    }

    /// Shows a document at `path` from now on.
    pub fn put_document(&self, path: &str, document: Document) {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), document);
    }
}

async fn serve(State(documents): State<Documents>, OriginalUri(uri): OriginalUri) -> Response {
    let found = documents.lock().unwrap_or_else(PoisonError::into_inner).get(uri.path()).cloned();
    if uri.path() == "/favicon.ico" {
        return StatusCode::NO_CONTENT.into_response();
    }
    let Some(document) = found else { return StatusCode::NOT_FOUND.into_response() };
    let html = format!(
        "<!doctype html><html lang=\"en\"><title>Somebody else</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><body>{}</body></html>",
        document.body
    );
    let mut response = axum::response::Html(html).into_response();
    for (name, value) in document.headers {
        response.headers_mut().insert(name, http::HeaderValue::from_static(value));
    }
    response
}
