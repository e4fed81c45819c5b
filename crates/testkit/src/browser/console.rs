//! The console: errors of scripts, refused requests and violations of the content policy end a test, unless it expects them.

use serde_json::Value;

use super::Browser;

impl Browser {
    /// This test lets pages, forms and requests be answered with `status`, which the console takes for an error.
    pub fn expect_status(&mut self, status: u16) {
        self.expected_statuses.insert(status);
    }

    /// This test lets something happen that the console complains of in these words.
    pub fn expect_complaint(&mut self, words: &'static str) {
        self.expected_complaints.push(words);
    }

    /// This test stops the server while pages talk to it.
    pub fn expect_lost_connections(&mut self) {
        self.expect_complaint("net::ERR_");
    }

    /// This test frames what refuses to be framed.
    pub fn expect_refused_frames(&mut self) {
        self.expect_complaint("frame-ancestors");
        self.expect_complaint("X-Frame-Options");
    }

    /// What the console complained of since this was last asked, without what the test expects.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.log().await;
        entries.iter().filter(|entry| !self.is_expected(entry)).map(|entry| text(entry).to_owned()).collect()
    }

    pub(super) async fn assert_clean_console(&self) {
        let complaints = self.complaints().await;
        assert!(complaints.is_empty(), "the console of {self:?} says: {complaints:#?}");
    }

    fn is_expected(&self, entry: &Value) -> bool {
        let is_harmless = matches!(entry["level"].as_str(), Some("DEBUG" | "INFO" | "FINE"));
        let text = text(entry);
        let status = text.split_once("responded with a status of ").map(|(_, rest)| rest.chars().take(3).collect());
        let status = status.and_then(|digits: String| digits.parse().ok());
        is_harmless
            || status.is_some_and(|status: u16| self.expected_statuses.contains(&status))
            || self.expected_complaints.iter().any(|words| text.contains(words))
    }
}

fn text(entry: &Value) -> &str {
    entry["message"].as_str().unwrap_or_default()
}
