//! The operator's calls, over HTTP, with the bearer token from the data directory.

use lommebok_engine::keys::DataDirectory;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::{Answer, TestApp};

impl TestApp {
    /// A call of the Control API, such as `/payments?outcome_unknown=true`.
    ///
    /// # Panics
    /// When the data directory holds no token.
    pub fn control_call(&self, method: Method, path: &str) -> RequestBuilder {
        let token = DataDirectory::read_control_token(self.directory.path()).expect("the server has made its token");
        self.client().request(method, self.url(&format!("/control/v1{path}"))).bearer_auth(token.expose())
    }

    /// Reads something of the Control API.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn control(&self, path: &str) -> Value {
        Answer::to(self.control_call(Method::GET, path)).await.succeeded().json
    }

    /// A payment as the operator sees it, with its log.
    ///
    /// # Panics
    /// When there is none.
    pub async fn shown(&self, id: &str) -> Value {
        self.control(&format!("/payments/{id}")).await
    }
}
