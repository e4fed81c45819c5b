//! What a person does: go somewhere, press a control by its name, type into a field by its label, use the keyboard, go back.

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::json;

use super::{Browser, TIMEOUT, expected};
use crate::eventually::eventually;

/// The visible button, link or summary with the name `arguments[0]`; a name may also be only how it begins. What is about to be
/// replaced (`aria-busy`) is left out: a press there would be lost.
const PRESSABLE: &str = r"
const isFolded = (it) => it.closest('details:not([open])') !== null && it.closest('summary, details') === it.closest('details');
const isShown = (it) => it.getClientRects().length > 0 && getComputedStyle(it).visibility === 'visible' && !isFolded(it);
const text = (node) => node.nodeType === Node.TEXT_NODE ? node.data
  : node.nodeType !== Node.ELEMENT_NODE || node.getAttribute('aria-hidden') === 'true' || !isShown(node) ? ''
  : [...node.childNodes].map(text).join(' ');
const named = (it) => (it.getAttribute('aria-label') ?? text(it)).replace(/\s+/g, ' ').trim();
const shown = [...document.querySelectorAll('a[href], button, summary, input[type=radio], label')]
  .filter((it) => isShown(it) && !it.disabled && !it.closest('[aria-busy=true]'));
return shown.find((it) => named(it) === arguments[0]) ?? shown.find((it) => named(it).startsWith(arguments[0])) ?? null;";

/// More steps than any page has places to stop at.
const MOST_STEPS: usize = 60;

impl Browser {
    /// Goes to an address.
    ///
    /// # Panics
    /// When it leads nowhere.
    pub async fn go(&self, address: &str) {
        expected(self.client.goto(address).await, address);
    }

    /// Presses what has this name. Waits for it, and presses again what was replaced under the finger.
    ///
    /// # Panics
    /// When there is nothing of this name that can be pressed.
    pub async fn press(&self, name: &str) {
        let mut why = String::from("it is not there");
        let pressed = eventually(TIMEOUT, async || {
            let element = self.element(PRESSABLE, json!(name)).await?;
            match element.click().await.map_err(|fault| fault.to_string()) {
                // The press ended the frame before the driver had its answer.
                Err(fault) if fault.contains("target frame detached") => Some(()),
                outcome => outcome.map_err(|fault| why = fault).ok(),
            }
        });
        if pressed.await.is_err() {
            self.give_up(&format!("“{name}” can't be pressed: {why}")).await;
        }
    }

    /// Writes into the field with this label, in place of what stood there; again if the field was replaced meanwhile.
    ///
    /// # Panics
    /// When there is no such field.
    pub async fn fill(&self, label: &str, text: &str) {
        let mut why = String::new();
        let filled = eventually(TIMEOUT, async || {
            let field = self.field(label).await;
            field.clear().await.map_err(|fault| why = fault.to_string()).ok()?;
            field.send_keys(text).await.map_err(|fault| why = fault.to_string()).ok()
        });
        if filled.await.is_err() {
            self.give_up(&format!("nothing can be written into “{label}”: {why}")).await;
        }
    }

    /// Touches the page where nothing happens.
    ///
    /// # Panics
    /// When there is no heading.
    pub async fn touch(&self) {
        let heading = self.element("return document.querySelector('h1')", json!(null)).await;
        expected(heading.expect("the page has a heading").click().await, "the heading is touched");
    }

    /// Types on the keyboard, wherever the focus is.
    ///
    /// # Panics
    /// When the browser takes no keys.
    pub async fn types(&self, text: &str) {
        let mut keys = KeyActions::new("keyboard".to_owned());
        for value in text.chars() {
            keys = keys.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        expected(self.client.perform_actions(keys).await, "keys are typed");
    }

    /// Presses Enter.
    pub async fn enter(&self) {
        self.types(&char::from(Key::Enter).to_string()).await;
    }

    /// Presses the space bar.
    pub async fn space(&self) {
        self.types(" ").await;
    }

    /// Walks with the Tab key until the focus is on what has this name (or a name that begins so), and sees that the
    /// focus can be seen.
    ///
    /// # Panics
    /// When the keyboard does not reach it.
    pub async fn tab_to(&self, name: &str) {
        let mut passed = Vec::new();
        for _ in 0..MOST_STEPS {
            self.types(&char::from(Key::Tab).to_string()).await;
            let focused = self.focused().await;
            if focused.starts_with(name) {
                self.assert_focus_is_visible(name).await;
                return;
            }
            passed.push(focused);
        }
        panic!("the Tab key does not come to “{name}”, only to {passed:?}");
    }

    async fn assert_focus_is_visible(&self, name: &str) {
        const VISIBLE: &str = r"
        const it = document.activeElement;
        const outlined = (element) => element && getComputedStyle(element).outlineStyle !== 'none';
        return outlined(it) || outlined(it.labels?.[0]);";
        assert_eq!(self.script(VISIBLE, vec![]).await, json!(true), "the focus on “{name}” can't be seen");
    }

    /// The browser's Back.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn back(&self) {
        expected(self.client.back().await, "back");
    }

    /// Loads the page again.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn reload(&self) {
        expected(self.client.refresh().await, "reload");
    }

    /// Goes on inside the frame that a selector finds; [`Browser::leave_frame`] comes back.
    ///
    /// # Panics
    /// When there is no such frame.
    pub async fn enter_frame(&self, selector: &str) {
        let entered = eventually(TIMEOUT, async || {
            let frame = self.element("return document.querySelector(arguments[0])", json!(selector)).await?;
            frame.enter_frame().await.ok()
        });
        entered.await.unwrap_or_else(|_| panic!("there is no frame {selector}"));
    }

    /// Comes back out of a frame.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn leave_frame(&self) {
        expected(self.client.enter_parent_frame().await, "leave the frame");
    }
}
