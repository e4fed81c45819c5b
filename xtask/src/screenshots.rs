//! `cargo xtask screenshots`: takes the README's pictures anew, in `docs/screenshots`.
//!
//! How each is come by is a browser test (`crates/server/tests/browser/readme.rs`), so that the way there is walked on every run.

use std::path::Path;

use crate::install;
use crate::steps::{cargo, step};

/// Where a browser test leaves its pictures.
const SCREENSHOTS: &str = "LOMMEBOK_SCREENSHOTS";

/// Takes them.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    install::packages(root)?;
    let mut command = cargo(&["test", "--package", "lommebok-server", "--test", "browser", "readme"]);
    command.env(SCREENSHOTS, root.join("docs/screenshots")).env_remove(crate::suite::NO_BROWSER);
    step(root, "screenshots", &mut command)
}
