//! What is Chromium's own: how it is started, its DevTools commands, and its log. Everything else speaks plain WebDriver.

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::{Browser, expected};

/// Nothing of the outside world, no first-run pages, and a pipe by which Chromium ends with its driver.
const ARGUMENTS: [&str; 14] = [
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-breakpad",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
];

/// Starts a browser with a fresh profile.
pub(super) async fn start(driver: &str) -> Client {
    let wishes = json!({
        "browserName": "chrome",
        "goog:loggingPrefs": {"browser": "ALL"},
        "goog:chromeOptions": {"args": ARGUMENTS},
        "timeouts": {"script": 30_000, "pageLoad": 30_000, "implicit": 0},
    });
    let wishes = wishes.as_object().expect("the wishes are an object").clone();
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = ClientBuilder::new(connector).capabilities(wishes).connect(driver).await;
    client.unwrap_or_else(|fault| panic!("Chromium does not start: {fault}"))
}

/// A command that only chromedriver knows.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _url: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

impl Browser {
    /// A command of the DevTools protocol, for the tab that is shown.
    pub(super) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        expected(self.client.issue_cmd(Extension { path: "goog/cdp/execute", body }).await, command)
    }

    /// What the pages logged since this was last asked.
    pub(super) async fn log(&self) -> Vec<Value> {
        let command = Extension { path: "se/log", body: json!({"type": "browser"}) };
        let entries = expected(self.client.issue_cmd(command).await, "the log can be read");
        entries.as_array().cloned().unwrap_or_default()
    }
}
