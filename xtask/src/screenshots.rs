//! `cargo xtask screenshots`: takes the README's pictures anew, in `docs/screenshots`.
//!
//! How each is come by is a browser test called `readme` (the wallet's in `crates/server/tests/browser`, the shop's in
//! `crates/sample-psp/tests/payments`), so that the way there is walked on every run.

use std::path::Path;

use crate::install;
use crate::steps::{cargo, step};

/// Where a browser test leaves its pictures.
const SCREENSHOTS: &str = "LOMMEBOK_SCREENSHOTS";

/// The packages and test files that take pictures.
const TAKEN_BY: [(&str, &str); 2] = [("lommebok-server", "browser"), ("lommebok-sample-psp", "payments")];

/// Takes them.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    install::packages(root)?;
    for (package, test) in TAKEN_BY {
        let mut command = cargo(&["test", "--package", package, "--test", test, "readme"]);
        command.env(SCREENSHOTS, root.join("docs/screenshots")).env_remove(crate::suite::NO_BROWSER);
        step(root, &format!("screenshots of {package}"), &mut command)?;
    }
    Ok(())
}
