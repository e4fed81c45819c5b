//! Seeds: the PSPs, merchants, users and cards with which a sandbox begins, read from TOML into plain types (docs/seed.md).
//!
//! Not here: credentials that the seed does not fix (`keys`, by the PSP's name) and putting the seed into the store. A faulty
//! seed is refused whole, each fault with its place. The built-in seed is next to this module: an example to copy.
//! A newcomer's mistake: to write a whole card number, or to show a secret in a fault.

mod cards;
mod credentials;
mod merchants;
mod users;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::path::Path;

use lommebok_engine::keys::FixedCredentials;
use serde::Deserialize;
use toml::Spanned;

use crate::config::line_of;
use credentials::WrittenSecret;

pub use cards::SeedCard;
pub use merchants::{SeedAddress, SeedMerchant};
pub use users::SeedUser;

/// No seed has more of anything.
const MOST_ENTRIES: usize = 10_000;

/// With what a sandbox begins. Names and numbers are unique, and every merchant's PSP is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// At least one; the first is the one whose credentials are shown to a newcomer.
    pub psps: Vec<SeedPsp>,
    /// At least one.
    pub merchants: Vec<SeedMerchant>,
    /// At least one.
    pub users: Vec<SeedUser>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedPsp {
    /// Its name: 1 to 40 lower-case letters, digits and hyphens. Credentials are kept under it.
    pub name: String,
    /// What of its credentials the seed fixes.
    pub credentials: FixedCredentials,
}

/// One fault of a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedFault {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1 in characters.
    pub column: usize,
    /// What is wrong.
    pub fault: String,
}

/// All faults of a seed; never empty. Shown one a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedFaults {
    /// The file's name.
    pub file: String,
    /// In the order of the file.
    pub faults: Vec<SeedFault>,
}

impl fmt::Display for SeedFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, SeedFault { line, column, fault }) in self.faults.iter().enumerate() {
            let start = if position > 0 { "\n" } else { "" };
            write!(f, "{start}{}, line {line}, column {column}: {fault}", self.file)?;
        }
        Ok(())
    }
}

impl std::error::Error for SeedFaults {}

impl Seed {
    /// The built-in seed's text.
    pub const fn built_in_text() -> &'static str {
        include_str!("seed.toml")
    }

    /// The built-in seed.
    ///
    /// # Panics
    /// Never: a test reads it.
    pub fn built_in() -> Self {
        Self::parse(Path::new("built-in seed"), Self::built_in_text()).expect("a test reads the built-in seed")
    }

    /// Reads a seed; `file` is for faults.
    ///
    /// # Errors
    /// [`SeedFaults`]: the first fault of form, or else all faults of content.
    pub fn parse(file: &Path, text: &str) -> Result<Self, SeedFaults> {
        let mut check = Check { text, faults: Vec::new(), names: BTreeSet::new() };
        let seed = match toml::from_str::<Written>(text) {
            Ok(written) => check.seed(&written),
            Err(fault) => {
                check.fault(fault.span().unwrap_or_default(), fault.message());
                None
            }
        };
        match seed {
            Some(seed) if check.faults.is_empty() => Ok(seed),
            Some(_) | None => {
                check.faults.sort_by_key(|fault| (fault.line, fault.column));
                Err(SeedFaults { file: file.display().to_string(), faults: check.faults })
            }
        }
    }
}

/// The heading under which PSPs' names are known.
const PSP: &str = "name of a PSP";

/// The form of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    psps: Vec<WrittenPsp>,
    #[serde(default)]
    merchants: Vec<merchants::Written>,
    #[serde(default)]
    users: Vec<users::Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPsp {
    name: Spanned<String>,
    client_id: Option<Spanned<WrittenSecret>>,
    client_secret: Option<Spanned<WrittenSecret>>,
    subscription_key: Option<Spanned<WrittenSecret>>,
    secondary_subscription_key: Option<Spanned<WrittenSecret>>,
    psp_id: Option<Spanned<WrittenSecret>>,
}

/// One reading: notes faults and goes on.
struct Check<'a> {
    text: &'a str,
    faults: Vec<SeedFault>,
    /// What must be there once only, by what it is.
    names: BTreeSet<(&'static str, String)>,
}

impl Check<'_> {
    fn seed(&mut self, written: &Written) -> Option<Seed> {
        self.count("psps", written.psps.len());
        self.count("merchants", written.merchants.len());
        self.count("users", written.users.len());
        let psps: Vec<_> = written.psps.iter().map(|psp| self.psp(psp)).collect();
        let merchants: Vec<_> = written.merchants.iter().map(|merchant| merchants::check(self, merchant)).collect();
        let users: Vec<_> = written.users.iter().map(|user| users::check(self, user)).collect();
        Some(Seed {
            psps: psps.into_iter().collect::<Option<_>>()?,
            merchants: merchants.into_iter().collect::<Option<_>>()?,
            users: users.into_iter().collect::<Option<_>>()?,
        })
    }

    fn psp(&mut self, written: &WrittenPsp) -> Option<SeedPsp> {
        self.once(PSP, &written.name);
        let name =
            self.matching(&written.name, "name: must be 1 to 40 lower-case letters, digits and hyphens", |name| {
                (1..=40).contains(&name.len())
                    && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            });
        let credentials = credentials::check(self, written);
        Some(SeedPsp { name: name?, credentials: credentials? })
    }

    /// Notes a name that was there before under the same heading.
    fn once(&mut self, what: &'static str, written: &Spanned<impl AsRef<str>>) {
        if !self.names.insert((what, written.get_ref().as_ref().to_owned())) {
            self.fault(written.span(), &format!("{what}: is there twice"));
        }
    }

    fn count(&mut self, what: &str, count: usize) {
        if count == 0 || count > MOST_ENTRIES {
            self.fault(0..0, &format!("{what}: must be 1 to {MOST_ENTRIES}, not {count}"));
        }
    }

    fn fault(&mut self, span: Range<usize>, fault: &str) {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
        self.faults.push(SeedFault { line: line_of(self.text, span.start), column, fault: fault.to_owned() });
    }

    /// What `parse` makes of a text; else the fault, with the text's line.
    fn parsed<T>(
        &mut self,
        written: &Spanned<impl AsRef<str>>,
        fault: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let parsed = parse(written.get_ref().as_ref());
        if parsed.is_none() {
            self.fault(written.span(), fault);
        }
        parsed
    }

    /// The text, if it is good; else the fault, with the text's line.
    fn matching(
        &mut self,
        written: &Spanned<impl AsRef<str>>,
        fault: &str,
        good: impl FnOnce(&str) -> bool,
    ) -> Option<String> {
        self.parsed(written, fault, |text| good(text).then(|| text.to_owned()))
    }

    /// A text that a person reads, of 1 to `longest` characters.
    fn text(&mut self, written: &Spanned<String>, name: &str, longest: usize) -> Option<String> {
        let fault = format!("{name}: must be a text of 1 to {longest} characters");
        self.matching(written, &fault, |text| {
            (1..=longest).contains(&text.chars().count()) && !text.chars().any(char::is_control)
        })
    }

    /// Exactly so many digits.
    fn digits(&mut self, written: &Spanned<String>, name: &str, count: usize) -> Option<String> {
        self.matching(written, &format!("{name}: must be {count} digits"), |text| are_digits(text, count))
    }
}

fn are_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
