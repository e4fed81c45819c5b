//! [`Browser`]: a real headless Chromium that a test drives as a person would: by what is written on buttons, labels and pages.
//!
//! One browser is one device with a profile of its own; all of a test process share one chromedriver, which ends with the process
//! however that ends. Every wait is for a condition, with a limit. [`Browser::close`] is part of each test: it sees that the pages
//! logged no error and broke no content policy.

mod acting;
mod audit;
mod chrome;
mod console;
mod driver;
mod emulation;
mod held;
mod line;
mod nginx;
mod old;
mod seeing;
mod site;
mod tabs;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Once;
use std::time::Duration;

use fantoccini::Client;
use fantoccini::error::CmdError;
use serde_json::Value;

pub use emulation::{Device, Language, Theme};
pub use held::StreamFault;
pub use line::Line;
pub use nginx::Nginx;
pub use site::{Document, Site};
pub use tabs::Tab;

/// Set to `1` for tests that must not start a browser.
const NO_BROWSER: &str = "LOMMEBOK_NO_BROWSER";

/// How long a test waits for what a page never shows, in real time, before it fails.
pub const TIMEOUT: Duration = Duration::from_secs(15);

/// A browser on a device of its own.
pub struct Browser {
    client: Client,
    device: Device,
    language: Language,
    /// Statuses that a page's own requests may be answered with; else they are errors of the console.
    expected_statuses: BTreeSet<u16>,
    expected_complaints: Vec<&'static str>,
    closed: bool,
}

impl Browser {
    /// Starts one; `None` when browser tests are left out (`LOMMEBOK_NO_BROWSER=1`), and then says so.
    ///
    /// # Panics
    /// When there is no Chromium; the message is the command that installs it.
    pub async fn open(device: Device, language: Language) -> Option<Self> {
        if std::env::var(NO_BROWSER).is_ok_and(|value| value == "1") {
            say_that_tests_are_left_out();
            return None;
        }
        let client = chrome::start(driver::address()).await;
        let expected_statuses = BTreeSet::new();
        let browser =
            Self { client, device, language, expected_statuses, expected_complaints: Vec::new(), closed: false };
        browser.become_device().await;
        Some(browser)
    }

    /// A desktop browser set to English.
    pub async fn desktop() -> Option<Self> {
        Self::open(Device::Desktop, Language::English).await
    }

    /// A phone set to English.
    pub async fn phone() -> Option<Self> {
        Self::open(Device::Phone, Language::English).await
    }

    /// Sees that nothing was wrong, and ends.
    ///
    /// # Panics
    /// When a page logged an error or broke its content policy.
    pub async fn close(mut self) {
        self.closed = true;
        self.assert_clean_console().await;
        expected(self.client.clone().close().await, "the browser closes");
    }

    /// Runs a script in the page and answers what it returns.
    ///
    /// # Panics
    /// When it throws.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Value {
        expected(self.client.execute(script, arguments).await, script)
    }

    /// Runs a script in the page and waits until it calls its last argument, with what it answers.
    ///
    /// # Panics
    /// When it throws, or does not call within 30 s.
    pub async fn script_to_its_end(&self, script: &str, arguments: Vec<Value>) -> Value {
        expected(self.client.execute_async(script, arguments).await, script)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let forgotten = !self.closed && !std::thread::panicking();
        assert!(!forgotten, "a browser was not closed, so nobody looked at its console");
    }
}

impl std::fmt::Debug for Browser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Browser").field("device", &self.device).finish_non_exhaustive()
    }
}

/// Once, and past the test harness, which shows nothing of a test that passes.
fn say_that_tests_are_left_out() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let _unseen = writeln!(std::io::stderr(), "browser tests are left out: {NO_BROWSER}=1");
    });
}

/// The value, or the end of the test with what was tried.
fn expected<T>(result: Result<T, CmdError>, what: &str) -> T {
    result.unwrap_or_else(|fault| panic!("{what}: {fault}"))
}
