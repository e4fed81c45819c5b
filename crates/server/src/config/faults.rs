//! What is wrong with the settings, and where. Never shows a value: it may be a misplaced secret.

use std::fmt;
use std::path::PathBuf;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line.
    Flag,
    Environment,
    /// The configuration file.
    File {
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// It is not set.
    Nowhere,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// Where the value came from.
    pub origin: Origin,
    /// The setting's name, as it was written.
    pub name: String,
    /// What is wrong, as a sentence about the setting.
    pub fault: String,
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::Flag => write!(f, "--{}: ", self.name.replace('_', "-"))?,
            Origin::Environment => write!(f, "environment: LOMMEBOK_{}: ", self.name.to_ascii_uppercase())?,
            Origin::File { path, line } => {
                write!(f, "{}, line {line}: ", path.display())?;
                if !self.name.is_empty() {
                    write!(f, "{}: ", self.name)?;
                }
            }
            Origin::Nowhere => write!(f, "{}: ", self.name)?,
        }
        f.write_str(&self.fault)
    }
}

/// All faults of one start; never empty. Shown one a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFaults(pub Vec<ConfigFault>);

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, fault) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigFaults {}
