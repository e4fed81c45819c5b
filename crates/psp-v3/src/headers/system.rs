//! The four `Vipps-System-…` headers: which software calls. They help in a trace and decide nothing, so a bad one is cut
//! or dropped with a hint, never refused.

use http::HeaderMap;

use super::{Header, SYSTEM_NAME, SYSTEM_PLUGIN_NAME, SYSTEM_PLUGIN_VERSION, SYSTEM_VERSION, read};
use crate::hints::{Hint, Slip};

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
    pub hint: Option<Hint>,
}

/// Reads the four headers.
pub fn system_headers(headers: &HeaderMap) -> SystemHeaders<'_> {
    let mut hint = None;
    let mut value = |name, shown: &'static str| match read(headers, name) {
        Header::Absent => None,
        Header::One(text) if text.len() <= SYSTEM_VALUE_MAX_CHARS => Some(text),
        Header::One(text) => {
            hint = Some(Hint::about(Slip::SystemHeaderCut, shown));
            text.get(..SYSTEM_VALUE_MAX_CHARS)
        }
        Header::Unreadable | Header::Doubled => {
            hint = Some(Hint::about(Slip::SystemHeaderDropped, shown));
            None
        }
    };
    let name = value(SYSTEM_NAME, "Vipps-System-Name");
    let version = value(SYSTEM_VERSION, "Vipps-System-Version");
    let plugin_name = value(SYSTEM_PLUGIN_NAME, "Vipps-System-Plugin-Name");
    let plugin_version = value(SYSTEM_PLUGIN_VERSION, "Vipps-System-Plugin-Version");
    SystemHeaders { name, version, plugin_name, plugin_version, hint }
}
