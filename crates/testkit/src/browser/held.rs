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

/// What a stream may do instead of telling what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamFault {
    /// Nothing comes, not even an answer: a proxy collects it.
    NeverAnswers,
    /// It begins and is silent from then on: the connection has died.
    FallsSilent,
    /// Comments come, and nothing else.
    OnlyComments,
    /// Something on the way refuses it.
    IsRefused,
}

impl StreamFault {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::NeverAnswers, Self::FallsSilent, Self::OnlyComments, Self::IsRefused];

    /// What comes in the stream's place, as a script.
    fn answer(self) -> &'static str {
        match self {
            Self::NeverAnswers => "new Promise(() => {})",
            Self::FallsSilent => "new Response(new ReadableStream({ start: (body) => say(body, ': connected') }))",
            Self::OnlyComments => {
                "new Response(new ReadableStream({ start: (body) => setInterval(() => say(body, ': alive'), 300) }))"
            }
            Self::IsRefused => "new Response('', { status: 502 })",
        }
    }
}

/// Puts something else in the place of the answers to a path.
const SPOIL: &str = r"
(path, answer) => {
  const own = window.fetch;
  window.spoiled = 0;
  window.wasHidden = document.hidden;
  document.addEventListener('visibilitychange', () => { window.wasHidden = true; });
  window.fetch = async (address, options) => {
    if (new URL(address, location.href).pathname !== path) return own(address, options);
    window.spoiled += 1;
    return answer();
  };
}";

impl Browser {
    /// From the next page on, this script runs before the page's own.
    pub async fn run_first(&self, script: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": script})).await;
    }

    /// From now on, files whose address fits this pattern don't come.
    pub async fn block(&self, pattern: &str) {
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.setBlockedURLs", json!({"urls": [pattern]})).await;
    }

    /// From the next page on, the stream at `path` has this fault.
    ///
    /// # Panics
    /// When the browser does not take the script.
    pub async fn spoil_stream(&self, path: &str, fault: StreamFault) {
        let say = "const say = (body, text) => body.enqueue(new TextEncoder().encode(text + '\\n\\n'));";
        let source = format!("{{ {say} ({SPOIL})({}, () => {}); }}", json!(path), fault.answer());
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": source})).await;
    }

    /// How often the shown page has asked for that stream.
    ///
    /// # Panics
    /// When no stream has a fault.
    pub async fn spoiled_streams(&self) -> u64 {
        self.script("return window.spoiled", vec![]).await.as_u64().expect("a stream has a fault")
    }

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
