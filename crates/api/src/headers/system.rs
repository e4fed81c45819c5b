//! The four `Vipps-System-…` headers: which software calls. They help in a trace and decide nothing, so a bad one is cut
//! or dropped with a hint, never refused.

use http::HeaderMap;

use super::{Header, SYSTEM_NAME, SYSTEM_PLUGIN_NAME, SYSTEM_PLUGIN_VERSION, SYSTEM_VERSION, read};

/// The most characters of each value; the rest is cut.
pub const SYSTEM_VALUE_MAX_CHARS: usize = 30;

/// Which software calls, each at most 30 characters of visible ASCII.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SystemHeaders<'h> {
    /// `Vipps-System-Name`.
    pub name: Option<&'h str>,
    /// `Vipps-System-Version`.
    pub version: Option<&'h str>,
    /// `Vipps-System-Plugin-Name`.
    pub plugin_name: Option<&'h str>,
    /// `Vipps-System-Plugin-Version`.
    pub plugin_version: Option<&'h str>,
    /// What was cut or dropped, for the `Lommebok-Hint` header.
    pub hint: Option<&'static str>,
}

/// Reads the four headers.
pub fn system_headers(headers: &HeaderMap) -> SystemHeaders<'_> {
    let mut hint = None;
    let mut value = |name| match read(headers, name) {
        Header::Absent => None,
        Header::One(text) if text.len() <= SYSTEM_VALUE_MAX_CHARS => Some(text),
        Header::One(text) => {
            hint = Some("a Vipps-System header has more than 30 characters and was cut");
            text.get(..SYSTEM_VALUE_MAX_CHARS)
        }
        Header::Unreadable | Header::Doubled => {
            hint = Some("a Vipps-System header was dropped: send each once, in visible ASCII");
            None
        }
    };
    let (name, version) = (value(SYSTEM_NAME), value(SYSTEM_VERSION));
    let (plugin_name, plugin_version) = (value(SYSTEM_PLUGIN_NAME), value(SYSTEM_PLUGIN_VERSION));
    SystemHeaders { name, version, plugin_name, plugin_version, hint }
}
