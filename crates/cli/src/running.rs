//! A running server's addresses, kept in its data directory so that other commands find it, also on a port of its own choice.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

/// Where a server runs.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Running {
    /// Where it listens.
    pub(crate) url: String,
    /// What its links begin with.
    pub(crate) public_url: String,
    /// The stub PSP's `makePaymentUrl`.
    pub(crate) make_payment_url: String,
    /// The first merchant, which may not skip the landing page.
    pub(crate) msn: String,
    /// A merchant that may.
    pub(crate) msn_skip_landing_page: String,
    /// The first user's number.
    pub(crate) mobile_number: String,
    /// That user's PIN.
    pub(crate) pin: String,
    /// The PSP whose credentials are shown.
    pub(crate) psp: String,
}

impl Running {
    fn path(data_dir: &Path) -> PathBuf {
        data_dir.join("running.json")
    }

    pub(crate) fn write(&self, data_dir: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        let path = Self::path(data_dir);
        std::fs::write(&path, text).with_context(|| format!("{} can't be written", path.display()))
    }

    pub(crate) fn read(data_dir: &Path) -> anyhow::Result<Self> {
        let path = Self::path(data_dir);
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!("{} is not there: start `lommebok dev` first, or name its --data-dir", path.display())
        })?;
        serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))
    }
}
