//! The OpenAPI documents before public tools: two linters here, and clients that generators make of `openapi.json` in the tests of
//! crate cli.
//!
//! The tools come from PyPI and npm, pinned to the last of what they need in `crates/cli/tests/openapi/tools`, and live under
//! the target folder. What is checked are the committed files: that they are the code's is the generated files' check.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::steps::step;
use crate::target;

const TOOLS: &str = "crates/cli/tests/openapi/tools";

/// What our own APIs say of themselves, in OpenAPI 3.1.
const OWN: [&str; 2] = ["docs/openapi/control-v1.json", "docs/openapi/app-v1.json"];

/// Lints each document as it stands, and the PSP API's as one of OpenAPI 3.0 too.
pub(crate) fn lint(root: &Path) -> anyhow::Result<()> {
    let tools = tools(root);
    let mut documents = vec![root.join("openapi.json"), as_version_3_0(root, &tools)?];
    documents.extend(OWN.map(|path| root.join(path)));
    let validator = tools.join("python/bin/openapi-spec-validator");
    step(root, "OpenAPI", Command::new(validator).args(&documents))?;
    step(root, "OpenAPI", Command::new("node").arg(tools.join("lint.mjs")).args(&documents))
}

/// Where the tools live, and where the tests look for them.
fn tools(root: &Path) -> PathBuf {
    target(root).join("openapi")
}

/// Installs what the pins name, unless just that is there.
pub(crate) fn install(root: &Path) -> anyhow::Result<()> {
    let (folder, tools) = (root.join(TOOLS), tools(root));
    fs::create_dir_all(&tools).context("the target folder can be written to")?;
    fs::copy(folder.join("lint.mjs"), tools.join("lint.mjs"))?;
    if !is_installed(&folder.join("requirements.txt"), &tools)? {
        let python = tools.join("python");
        step(root, "install", Command::new("python3").args(["-m", "venv", "--clear"]).arg(&python))?;
        let mut pip = Command::new(python.join("bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"]);
        step(root, "install", pip.arg(folder.join("requirements.txt")))?;
        fs::copy(folder.join("requirements.txt"), tools.join("requirements.txt"))?;
    }
    if !is_installed(&folder.join("package-lock.json"), &tools)? {
        fs::copy(folder.join("package.json"), tools.join("package.json"))?;
        // `npm ci` reads the pins where it installs; ours are copied under that name only when they are installed.
        let lock = tools.join("npm-shrinkwrap.json");
        fs::copy(folder.join("package-lock.json"), &lock)?;
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]);
        step(root, "install", npm.arg(&tools))?;
        fs::rename(lock, tools.join("package-lock.json"))?;
    }
    Ok(())
}

/// Whether the tools that this file of pins names were installed: its copy beside them is the last thing that is written.
fn is_installed(pins: &Path, tools: &Path) -> anyhow::Result<bool> {
    let name = pins.file_name().context("pins have a name")?;
    let wanted = fs::read(pins).with_context(|| format!("{} can be read", pins.display()))?;
    Ok(fs::read(tools.join(name)).is_ok_and(|installed| installed == wanted))
}

/// The document as one of OpenAPI 3.0, whose words are the only ones that it uses.
fn as_version_3_0(root: &Path, tools: &Path) -> anyhow::Result<PathBuf> {
    let document = fs::read_to_string(root.join("openapi.json")).context("openapi.json can be read")?;
    let of_version_3_0 = document.replacen(r#""openapi": "3.1.0""#, r#""openapi": "3.0.3""#, 1);
    anyhow::ensure!(document != of_version_3_0, "openapi.json does not say that it is of version 3.1.0");
    let path = tools.join("openapi-3.0.json");
    fs::write(&path, of_version_3_0)?;
    Ok(path)
}
