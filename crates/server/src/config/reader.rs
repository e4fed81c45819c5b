//! Takes values out of the layers and makes types of them; what is wrong is noted, and reading goes on.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use super::settings::{Mode, find};
use super::sources::{self, Found};
use super::{ConfigFault, ConfigFaults, Origin, Sources, Unset};

/// One reading of all settings.
pub(super) struct Reader {
    mode: Mode,
    values: BTreeMap<&'static str, Found>,
    faults: Vec<ConfigFault>,
}

/// There was a fault, and it is in the list.
#[derive(Debug)]
pub(super) struct Noted;

impl Reader {
    pub(super) fn new(mode: Mode, sources: &Sources) -> Self {
        let (values, faults) = sources::layer(mode, sources);
        Self { mode, values, faults }
    }

    pub(super) const fn mode(&self) -> Mode {
        self.mode
    }

    /// The setting's value, set or default. Nothing when there was a fault (which is noted).
    pub(super) fn take<T>(&mut self, name: &'static str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        self.take_if_set(name, parse).ok()?
    }

    /// As [`Reader::take`], for a setting that may be unset and has no default.
    pub(super) fn take_if_set<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Noted> {
        let setting = find(name).expect("only settings of the list are taken, which a test sees");
        let found = self.values.remove(name);
        let (text, origin) = match (found, setting.default_in(self.mode)) {
            (Some(found), _) => (found.text, found.origin),
            (None, Unset::Value(default)) => (default.to_owned(), Origin::Nowhere),
            (None, Unset::Derived | Unset::Absent) => return Ok(None),
            (None, Unset::Wanted) => {
                return Err(self.note(Origin::Nowhere, name, "is missing".to_owned()));
            }
        };
        parse(&text).map(Some).map_err(|fault| self.note(origin, name, fault))
    }

    fn note(&mut self, origin: Origin, name: &str, fault: String) -> Noted {
        self.faults.push(ConfigFault { origin, name: name.to_owned(), fault });
        Noted
    }

    /// The whole, when there was no fault.
    pub(super) fn finish<T>(self, whole: impl FnOnce() -> Option<T>) -> Result<T, ConfigFaults> {
        match whole() {
            Some(whole) if self.faults.is_empty() => Ok(whole),
            Some(_) | None => Err(ConfigFaults(self.faults)),
        }
    }
}

/// A whole number in a range.
pub(super) fn number<T>(range: RangeInclusive<T>) -> impl FnOnce(&str) -> Result<T, String>
where
    T: FromStr + PartialOrd + std::fmt::Display,
{
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("must be a whole number from {} to {}", range.start(), range.end()))
    }
}

/// Values between commas, each read by `one`; an empty text is none of them.
pub(super) fn list<T>(text: &str, one: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    if text.trim().is_empty() { Ok(Vec::new()) } else { text.split(',').map(|part| one(part.trim())).collect() }
}

/// A path; empty is none.
pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() {
        return Err("must be a path".to_owned());
    }
    Ok(PathBuf::from(text))
}

/// A text that a person reads: 1 to 60 characters, none of them a control character.
pub(super) fn short_text(text: &str) -> Result<String, String> {
    let good = (1..=60).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if good { Ok(text.to_owned()) } else { Err("must be a text of 1 to 60 characters".to_owned()) }
}
