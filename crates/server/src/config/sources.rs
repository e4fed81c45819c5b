//! Where settings come from, as text, before they are parsed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::settings::{Mode, Setting, find};
use super::{ConfigFault, Origin, Unset, settings};

/// What was said on the command line, in the environment and in the file. Reading them is the caller's, so that a test can say
/// what it likes.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Values of flags, by the settings' names.
    pub flags: BTreeMap<String, String>,
    /// Environment variables, by their full names; those that are no settings are passed over.
    pub environment: BTreeMap<String, String>,
    /// The file's path and content.
    pub file: Option<(PathBuf, String)>,
}

impl Sources {
    /// Environment variables that begin like ours but are no settings: worth a warning, because they may be misspelt. Not a
    /// fault, because container platforms set such names by themselves.
    pub fn unknown_environment(&self) -> Vec<&str> {
        let known: Vec<String> = settings().iter().map(Setting::environment_name).collect();
        let spoken_for = |name: &str| known.iter().any(|known| known == name) || PRINTED.contains(&name);
        let ours = self.environment.keys().map(String::as_str).filter(|name| name.starts_with("LOMMEBOK_"));
        ours.filter(|name| !spoken_for(name)).collect()
    }
}

/// Names that mean something else: what `lommebok env` prints, and which file to read.
const PRINTED: [&str; 2] = ["LOMMEBOK_URL", "LOMMEBOK_CONFIG"];

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) text: String,
    pub(super) origin: Origin,
}

/// The value of each setting that is set, and what is wrong before any value is looked at.
pub(super) fn layer(mode: Mode, sources: &Sources) -> (BTreeMap<&'static str, Found>, Vec<ConfigFault>) {
    let mut values = BTreeMap::new();
    let mut faults = Vec::new();
    if let Some((path, text)) = &sources.file {
        layer_file(path, text, &mut values, &mut faults);
    }
    for setting in settings() {
        if let Some(text) = sources.environment.get(&setting.environment_name()) {
            values.insert(setting.name, Found { text: text.clone(), origin: Origin::Environment });
        }
        if let Some(text) = sources.flags.get(setting.name) {
            values.insert(setting.name, Found { text: text.clone(), origin: Origin::Flag });
        }
        if setting.default_in(mode) == Unset::Absent
            && let Some(found) = values.remove(setting.name)
        {
            faults.push(out_of_place(mode, setting.name, found.origin));
        }
    }
    (values, faults)
}

fn out_of_place(mode: Mode, name: &str, origin: Origin) -> ConfigFault {
    let owner = match mode {
        Mode::Dev => "`lommebok serve`",
        Mode::Serve => "`lommebok dev`",
    };
    ConfigFault { origin, name: name.to_owned(), fault: format!("belongs to {owner} only") }
}

fn layer_file(path: &Path, text: &str, values: &mut BTreeMap<&'static str, Found>, faults: &mut Vec<ConfigFault>) {
    let (table, syntax) = DeTable::parse_recoverable(text);
    let at = |start: usize| Origin::File { path: path.to_owned(), line: line_of(text, start) };
    for fault in syntax {
        let origin = at(fault.span().map_or(0, |span| span.start));
        faults.push(ConfigFault { origin, name: String::new(), fault: fault.message().to_owned() });
    }
    for (key, value) in table.get_ref() {
        let origin = at(key.span().start);
        let name = key.get_ref().as_ref();
        let Some(setting) = find(name) else {
            faults.push(ConfigFault { origin, name: name.to_owned(), fault: "unknown setting".to_owned() });
            continue;
        };
        let text = if setting.many { several(value.get_ref()) } else { scalar(value.get_ref()) };
        if let Some(text) = text {
            values.insert(setting.name, Found { text, origin });
        } else {
            let wanted = if setting.many { "a text or a list of texts" } else { "a text or a whole number" };
            let fault = format!("must be {wanted}, not of type {}", value.get_ref().type_str());
            faults.push(ConfigFault { origin, name: name.to_owned(), fault });
        }
    }
}

/// One text, or a list of them as a text between commas.
fn several(value: &DeValue<'_>) -> Option<String> {
    let DeValue::Array(values) = value else { return scalar(value) };
    let texts: Option<Vec<String>> = values.iter().map(|value| scalar(value.get_ref())).collect();
    Some(texts?.join(","))
}

fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.clone().into_owned()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => None,
    }
}

/// The line of a position in a text, counted from 1.
pub(crate) fn line_of(text: &str, position: usize) -> usize {
    let before = text.as_bytes().get(..position).unwrap_or(text.as_bytes());
    before.split(|byte| *byte == b'\n').count()
}
