//! Answers that a page gets later, or not to their end: a test holds or breaks what the server answers to a path, and so decides
//! what a page hears.

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

/// Breaks the next answer from the path it is given after its headers.
const BREAK: &str = r"
(path) => {
  const own = window.fetch;
  window.brokenAnswers = 0;
  window.fetch = async (address, options) => {
    const answer = await own(address, options);
    if (window.brokenAnswers > 0 || new URL(address, location.href).pathname !== path) return answer;
    window.brokenAnswers += 1;
    return new Response(new ReadableStream({ start: (body) => body.error(new TypeError('broken')) }), answer);
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

    /// Breaks the connection once, in the middle of the next answer from `path` that the shown page's script asks for.
    ///
    /// # Panics
    /// When the browser does not take the script.
    pub async fn break_next_answer(&self, path: &str) {
        self.script(&format!("({BREAK})({})", json!(path)), vec![]).await;
    }

    /// Waits until that answer was broken.
    ///
    /// # Panics
    /// When none comes in time.
    pub async fn broke_an_answer(&self) {
        self.until("an answer is broken", "return window.brokenAnswers > 0").await;
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
