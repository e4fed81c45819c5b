//! Lints `openapi.json` with a public tool, openapi-spec-validator, which knows OpenAPI 3.1.
//!
//! The tool is Python's; it lives in a virtual environment under the target folder and is installed there once, from
//! PyPI, at a pinned version. What is linted is the committed file: that it is the code's is the generated files' check.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::steps::step;

/// The tool, pinned, so that a new release of it turns nobody's build red.
const TOOL: &str = "openapi-spec-validator==0.9.0";

/// Lints the document; installs the tool first where it is missing.
pub(crate) fn lint(root: &Path) -> anyhow::Result<()> {
    let environment = environment(root);
    let tool = environment.join("bin/openapi-spec-validator");
    if !tool.is_file() {
        step(root, "install", Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
        let mut install = Command::new(environment.join("bin/pip"));
        step(root, "install", install.args(["install", "--quiet", "--disable-pip-version-check", TOOL]))?;
    }
    step(root, "OpenAPI", Command::new(tool).arg("openapi.json"))
}

/// Where the tool lives.
fn environment(root: &Path) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    root.join(target).join("openapi-lint")
}
