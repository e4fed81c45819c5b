//! What a person sees: text that is really visible, fields by their labels, where the browser is.

use serde_json::{Value, json};

use super::{Browser, TIMEOUT, expected};
use crate::eventually::{TimedOut, eventually};

/// The visible text, with its white space joined, so that a test need not know about spaces that don't break.
const TEXT: &str = "return (document.body?.innerText ?? '').replace(/\\s+/g, ' ').trim()";

/// The field with this label (`arguments[0]`).
const FIELD: &str = r"
const same = (text) => text.replace(/\s+/g, ' ').trim() === arguments[0];
const label = [...document.querySelectorAll('label')].find((label) => same(label.innerText));
return label ? label.control : null;";

impl Browser {
    /// The visible text of the page, on one line.
    pub async fn text(&self) -> String {
        let text = self.client.execute(TEXT, vec![]).await.unwrap_or_default();
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page shows `text`.
    ///
    /// # Panics
    /// When it does not in time.
    pub async fn sees(&self, text: &str) {
        let seen = eventually(TIMEOUT, async || self.text().await.contains(text).then_some(())).await;
        if seen.is_err() {
            self.give_up(&format!("“{text}” is not shown")).await;
        }
    }

    /// Waits until the page no longer shows `text`.
    ///
    /// # Panics
    /// When it still does.
    pub async fn no_longer_sees(&self, text: &str) {
        let gone = eventually(TIMEOUT, async || (!self.text().await.contains(text)).then_some(())).await;
        if gone.is_err() {
            self.give_up(&format!("“{text}” is still shown")).await;
        }
    }

    /// Makes sure that the page does not show `text` now. Wait for something else first.
    ///
    /// # Panics
    /// When it does.
    pub async fn does_not_see(&self, text: &str) {
        let shown = self.text().await;
        assert!(!shown.contains(text), "“{text}” is shown: {shown}");
    }

    /// The value of the field with this label.
    ///
    /// # Panics
    /// When there is no such field.
    pub async fn value_of(&self, label: &str) -> String {
        let field = self.field(label).await;
        expected(field.prop("value").await, label).unwrap_or_default()
    }

    pub(super) async fn field(&self, label: &str) -> fantoccini::elements::Element {
        let found = eventually(TIMEOUT, async || self.element(FIELD, json!(label)).await).await;
        match found {
            Ok(field) => field,
            Err(TimedOut) => self.give_up(&format!("there is no field “{label}”")).await,
        }
    }

    /// The element that a script returns, if it returns one.
    pub(super) async fn element(&self, script: &str, argument: Value) -> Option<fantoccini::elements::Element> {
        let found = self.client.execute(script, vec![argument]).await.ok()?;
        let id = found.as_object()?.values().next()?.as_str()?.to_owned();
        Some(fantoccini::elements::Element::from_element_id(self.client.clone(), id.into()))
    }

    /// Waits until a script returns true.
    ///
    /// # Panics
    /// When it does not in time.
    pub async fn until(&self, what: &str, script: &str) {
        let so = eventually(TIMEOUT, async || {
            let answer = self.client.execute(script, vec![]).await.ok()?;
            (answer == Value::Bool(true)).then_some(())
        });
        if so.await.is_err() {
            self.give_up(&format!("{what}: never so")).await;
        }
    }

    /// Waits until the address begins with `address`.
    ///
    /// # Panics
    /// When it does not in time.
    pub async fn arrives_at(&self, address: &str) {
        let there = eventually(TIMEOUT, async || self.address().await.starts_with(address).then_some(())).await;
        if there.is_err() {
            self.give_up(&format!("the browser does not come to {address}")).await;
        }
    }

    /// Where the browser is; empty while it is between two pages.
    pub async fn address(&self) -> String {
        self.client.current_url().await.map(String::from).unwrap_or_default()
    }

    /// What has the focus, as a screen reader names it: its label or its text.
    pub async fn focused(&self) -> String {
        const FOCUSED: &str = r"
        const it = document.activeElement;
        if (!it || it === document.body) return '';
        const name = it.getAttribute('aria-label') ?? it.labels?.[0]?.innerText ?? it.innerText ?? '';
        return name.replace(/\s+/g, ' ').trim();";
        self.script(FOCUSED, vec![]).await.as_str().unwrap_or_default().to_owned()
    }

    /// Ends the test with what was missed, and what there is instead.
    pub(super) async fn give_up(&self, missed: &str) -> ! {
        let (address, text) = (self.address().await, self.text().await);
        panic!("{missed}; at {address} the page shows: {text}")
    }
}
