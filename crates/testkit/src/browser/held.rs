//! Answers that a page gets later: a test holds what the server answers to a path, and so decides what a page hears first.

use serde_json::json;

use super::Browser;

/// Holds answers to the path it is given until `letGo()` is called; requests go out at once.
const HOLD: &str = r"
(path) => {
  const own = window.fetch;
  const gone = new Promise((resolve) => { window.letGo = resolve; });
  window.heldAnswers = 0;
  window.fetch = async (address, options) => {
    const answer = await own(address, options);
    if (new URL(address, location.href).pathname !== path) return answer;
    window.heldAnswers += 1;
    await gone;
    return answer;
  };
}";

impl Browser {
    /// Holds the answers to `path` that the shown page's script asks for, and those of pages that this tab opens later.
    ///
    /// # Panics
    /// When the browser does not take the script.
    pub async fn hold_answers(&self, path: &str) {
        let hold = format!("({HOLD})({})", json!(path));
        self.script(&hold, vec![]).await;
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": hold})).await;
    }

    /// Waits until an answer is held.
    ///
    /// # Panics
    /// When none comes in time.
    pub async fn holds_an_answer(&self) {
        self.until("an answer is held", "return window.heldAnswers > 0").await;
    }

    /// Gives the shown page the answers that it waits for, and all later ones at once. Comes back a request later, when the page has
    /// made of them what it makes.
    ///
    /// # Panics
    /// When nothing is held.
    pub async fn let_answers_go(&self) {
        const GO: &str = r"
        const [done] = arguments;
        window.letGo();
        fetch(location.href).then((answer) => answer.text()).then(() => done());";
        self.script_to_its_end(GO, vec![]).await;
    }

    /// Waits until the shown page has read an answer from `path`.
    ///
    /// # Panics
    /// When it does not in time.
    pub async fn has_read(&self, path: &str) {
        let read = "performance.getEntriesByType('resource').some((it) => new URL(it.name).pathname";
        self.until(&format!("{path} is read"), &format!("return {read} === {})", json!(path))).await;
    }
}
