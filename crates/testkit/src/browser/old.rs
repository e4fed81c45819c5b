//! A browser of some years ago: today's, without the script APIs that the oldest supported ones lack.

use serde_json::json;

use super::Browser;

/// What is taken away.
const MISSING: &str = include_str!("../../assets/missing-in-old-browsers.txt");

/// What the driver's own scripts need, which run in the same place: only scripts that came from a server do without it.
const NEEDED_BY_THE_DRIVER: [&str; 1] = ["Object.hasOwn"];

/// Takes away what `names` say, and remembers what could not be taken away and what was not there to begin with.
const TAKE_AWAY: &str = r"
(names, needed) => {
  const report = { left: [], absent: [] };
  const { hasOwn } = Object;
  const hide = (owner, key) => {
    const real = owner[key];
    const get = () => (/https?:/.test(new Error().stack) ? undefined : real);
    return Reflect.defineProperty(owner, key, { get, configurable: true });
  };
  for (const name of names) {
    const path = name.split('.');
    const last = path.pop();
    const key = last.startsWith('@@') ? Symbol[last.slice(2)] : last;
    let owner = window;
    for (const step of path) owner = owner?.[step];
    while (owner === window && !hasOwn(owner, key) && key in owner) owner = Object.getPrototypeOf(owner);
    if (!owner || key === undefined || !(key in owner)) report.absent.push(name);
    else if (needed.includes(name)) hide(owner, key) || report.left.push(name);
    else if (!Reflect.deleteProperty(owner, key) || key in owner) report.left.push(name);
  }
  window.takenAway = report;
}";

impl Browser {
    /// From the next page on, pages have only what the oldest supported browsers have.
    ///
    /// # Panics
    /// When the browser does not take the script.
    pub async fn become_old(&self) {
        let lines = MISSING.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let names: Vec<&str> = lines.filter_map(|line| line.split_whitespace().next()).collect();
        let source = format!("({TAKE_AWAY})({}, {})", json!(names), json!(NEEDED_BY_THE_DRIVER));
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": source})).await;
    }

    /// Sees that the shown page really lacks all of it.
    ///
    /// # Panics
    /// When something is still there, or when this Chromium never had much of what the list takes away.
    pub async fn assert_is_old(&self) {
        let report = self.script("return window.takenAway", vec![]).await;
        assert_eq!(report["left"], json!([]), "could not be taken away");
        let absent = report["absent"].as_array().expect("a list").len();
        assert!(absent <= 10, "the list speaks of what this Chromium never had: {}", report["absent"]);
    }
}
