//! How a page is looked at: on which device, in which theme and language, with or without script, on- or offline.

use serde_json::json;

use super::Browser;

/// The device: a phone or a desktop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// 390 × 844, as phones are.
    Phone,
    /// 1280 × 800.
    Desktop,
}

/// The preferred colour scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark text on light ground.
    Light,
    /// Light text on dark ground.
    Dark,
}

/// The language that the browser asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// `nb-NO`
    Norwegian,
    /// `en-GB`
    English,
}

impl Device {
    /// Both, the phone first.
    pub const ALL: [Self; 2] = [Self::Phone, Self::Desktop];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Desktop => "desktop",
        }
    }
}

impl Theme {
    /// Both, the light one first.
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Language {
    /// Both, Norwegian first.
    pub const ALL: [Self; 2] = [Self::Norwegian, Self::English];

    /// As the pages name it: `nb`, `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Norwegian => "nb",
            Self::English => "en",
        }
    }

    fn accepted(self) -> &'static str {
        match self {
            Self::Norwegian => "nb-NO,nb",
            Self::English => "en-GB,en",
        }
    }
}

impl Browser {
    /// Gives the tab that is shown the size, language and time zone of its device; new tabs need it too.
    pub(super) async fn become_device(&self) {
        self.resize(self.device).await;
        self.theme(Theme::Light).await;
        self.devtools("Emulation.setTimezoneOverride", json!({"timezoneId": "Europe/Oslo"})).await;
        let agent = self.script("return navigator.userAgent", vec![]).await;
        let wish = json!({"userAgent": agent, "acceptLanguage": self.language.accepted()});
        self.devtools("Emulation.setUserAgentOverride", wish).await;
    }

    /// Looks at the page on another device.
    pub async fn resize(&self, device: Device) {
        match device {
            Device::Phone => self.screen(390, 844, true).await,
            Device::Desktop => self.screen(1280, 800, false).await,
        }
    }

    /// Looks at the page in a desktop window of another size.
    pub async fn window(&self, width: u32, height: u32) {
        self.screen(width, height, false).await;
    }

    async fn screen(&self, width: u32, height: u32, mobile: bool) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Asks for light or dark, and for no motion, so that a screenshot is never half-way.
    pub async fn theme(&self, theme: Theme) {
        let features = json!([
            {"name": "prefers-color-scheme", "value": theme.name()},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features})).await;
    }

    /// From the next page on, scripts of pages don't run.
    pub async fn forbid_scripts(&self) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    }

    /// From the next page on, scripts of pages run again.
    pub async fn permit_scripts(&self) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({"value": false})).await;
    }

    /// From the next page on, timers of more than a second wait for [`Browser::let_page_go_on`], so that a page which leaves by
    /// itself stays. Those by which it keeps in touch with its server go as ever.
    pub async fn hold_pages(&self) {
        const HOLD: &str = "const real = setTimeout.bind(window);
            const inTouch = ['listen', 'question', 'silent', 'late', 'rescue'];
            window.heldTimers = [];
            window.setTimeout = (call, ms, ...rest) =>
              ms > 1000 && !inTouch.includes(call.name) ? -window.heldTimers.push(call) : real(call, ms, ...rest);";
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": HOLD})).await;
    }

    /// From the next page on, timers whose function has this name wait for [`Browser::let_page_go_on`]; `window.heldForMs` is what the
    /// last of them was set to.
    pub async fn hold_timer(&self, name: &str) {
        let hold = format!(
            "{{ const real = setTimeout.bind(window);
             window.heldTimers = [];
             window.setTimeout = (call, ms, ...rest) => {{
               if (call.name !== '{name}') return real(call, ms, ...rest);
               window.heldForMs = ms;
               return -window.heldTimers.push(call);
             }}; }}"
        );
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": hold})).await;
    }

    /// Waits until a timer is held, and has all that are held fire.
    ///
    /// # Panics
    /// When none is.
    pub async fn let_page_go_on(&self) {
        self.until("a timer is held", "return window.heldTimers.length > 0").await;
        self.script("for (const call of window.heldTimers.splice(0)) call();", vec![]).await;
    }

    /// From the next page on, the page's clock is frozen at this moment (RFC 3339).
    pub async fn stand_at(&self, moment: &str) {
        let stand = format!(
            "const now = new Date('{moment}').getTime();
             Date.now = () => now;
             window.Date = class extends Date {{ constructor(...at) {{ super(...(at.length > 0 ? at : [now])); }} }};"
        );
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": stand})).await;
    }

    /// Lets pages read what was copied, so that a test can.
    pub async fn allow_reading_the_clipboard(&self) {
        let permissions = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
        self.devtools("Browser.grantPermissions", permissions).await;
    }
}
