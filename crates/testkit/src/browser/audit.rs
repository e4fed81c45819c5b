//! Looking at a page in every look: axe finds nothing serious on either device in either theme, nothing sticks out at the side, and
//! with `LOMMEBOK_SCREENSHOTS` set to a folder a picture of each look is left there.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Browser, Device, Theme, expected};

/// Where pictures go.
const SCREENSHOTS: &str = "LOMMEBOK_SCREENSHOTS";

const AXE: &str = include_str!("../../assets/axe.min.js");

/// All rules that are not experimental. Frames are pages of their own and are audited as such.
const RUN: &str = "
const [rules, done] = arguments;
const options = { iframes: false, resultTypes: ['violations'], elementRef: false };
if (rules) options.runOnly = { type: 'rule', values: rules };
axe.run(document, options).then(
  ({ violations }) => done(violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id} (${help}): ` + nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`).join(' | '))),
  (fault) => done([String(fault)]));";

const OVERFLOW: &str = r"
const all = [...document.querySelectorAll('body *')];
const root = document.documentElement;
if (root.scrollWidth > root.clientWidth) {
  const wide = all.find((it) => it.getBoundingClientRect().right > root.clientWidth + 1);
  return `wider than the screen: ${wide?.outerHTML.slice(0, 200)}`;
}
const flows = (it) => getComputedStyle(it).overflowX;
for (const text of all.filter((it) => [...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))) {
  const range = document.createRange();
  range.selectNodeContents(text);
  const { left, right, width } = range.getBoundingClientRect();
  let box = text;
  while (box && flows(box) === 'visible') box = box.parentElement;
  if (!box || !['hidden', 'clip'].includes(flows(box)) || width === 0 || box.clientWidth <= 1 || getComputedStyle(box).textOverflow === 'ellipsis') continue;
  const edge = box.getBoundingClientRect();
  if (right > edge.right + 1 || left < edge.left - 1) return `cut off at the side: ${text.outerHTML.slice(0, 200)}`;
}
return null;";

impl Browser {
    /// Looks at the page on both devices and in both themes, then on the browser's own device again, in the light.
    ///
    /// # Panics
    /// When axe finds something serious, or something sticks out of the screen.
    pub async fn inspect(&self, name: &str) {
        if self.script("return typeof axe", vec![]).await != "object" {
            expected(self.client.execute(AXE, vec![]).await, "axe can be loaded");
        }
        let mut faults = Vec::new();
        for device in Device::ALL {
            self.resize(device).await;
            for theme in Theme::ALL {
                self.theme(theme).await;
                let look = format!("{name}.{}.{}.{}", self.language.tag(), device.name(), theme.name());
                // What is where does not depend on the theme; only the colours do.
                let rules = (theme == Theme::Dark).then(|| json!(["color-contrast"]));
                faults.extend(self.violations(rules).await.into_iter().map(|fault| format!("{look}: {fault}")));
                faults.extend(self.overflow().await.map(|fault| format!("{look}: {fault}")));
                self.screenshot(&look).await;
            }
        }
        self.resize(self.device).await;
        self.theme(Theme::Light).await;
        assert!(faults.is_empty(), "{faults:#?}");
    }

    async fn violations(&self, rules: Option<Value>) -> Vec<String> {
        let found = self.client.execute_async(RUN, vec![rules.unwrap_or_default()]).await;
        let found = expected(found, "axe runs");
        let found = found.as_array().expect("axe answers a list");
        found.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// What makes the page wider than the screen, or is cut off at the side by its container.
    async fn overflow(&self) -> Option<String> {
        self.script(OVERFLOW, vec![]).await.as_str().map(str::to_owned)
    }

    /// Leaves a picture of the whole page in the folder that `LOMMEBOK_SCREENSHOTS` names, if it names one.
    ///
    /// # Panics
    /// When the picture can't be written.
    pub async fn screenshot(&self, name: &str) {
        self.take(name, true).await;
    }

    /// Leaves a picture of what the screen shows, in the same folder.
    ///
    /// # Panics
    /// When the picture can't be written.
    pub async fn picture(&self, name: &str) {
        self.script("document.activeElement?.blur()", vec![]).await;
        self.take(name, false).await;
    }

    async fn take(&self, name: &str, beyond_the_screen: bool) {
        let Some(folder) = std::env::var_os(SCREENSHOTS).map(PathBuf::from) else { return };
        std::fs::create_dir_all(&folder).expect("the folder for screenshots can be made");
        let how = json!({"captureBeyondViewport": beyond_the_screen});
        let shot = self.devtools("Page.captureScreenshot", how).await;
        let picture = shot["data"].as_str().map(|data| STANDARD.decode(data)).expect("a screenshot is data");
        let path = folder.join(format!("{name}.png"));
        std::fs::write(path, picture.expect("a screenshot is base64")).expect("a screenshot can be written");
    }
}
