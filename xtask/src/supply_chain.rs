//! The crates of others: whether each that a manifest names is used (`cargo machete`), their licences, sources and advisories
//! (`cargo deny`, rules in `deny.toml`), and the list of them all (an SBOM in CycloneDX).
//!
//! The tools are built from the registry, of one version each, under the target folder. The advisories live in a repository of
//! their own, which not every machine reaches: there they are left out, and that is said.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::steps::{cargo, step};
use crate::target;

/// A program of the registry.
struct Tool {
    name: &'static str,
    version: &'static str,
    features: &'static [&'static str],
}

/// Its default features would build a client of git; it then uses the machine's.
const DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2", features: &["--no-default-features"] };
const MACHETE: Tool = Tool { name: "cargo-machete", version: "0.9.2", features: &[] };
const CYCLONEDX: Tool = Tool { name: "cargo-cyclonedx", version: "0.5.9", features: &[] };

/// Where the SBOM is left, in the target folder.
const SBOM: &str = "lommebok.cdx.json";

/// Unused dependencies, licences, sources and duplicates; advisories where their database can be fetched.
pub(crate) fn check(root: &Path) -> anyhow::Result<()> {
    step(root, "unused dependencies", MACHETE.command(root)?.args(["crates", "xtask"]))?;
    let deny = || {
        DENY.command(root).map(|mut command| {
            command.arg("deny");
            command
        })
    };
    step(
        root,
        "licences and sources",
        deny()?.args(["check", "--hide-inclusion-graph", "bans", "licenses", "sources"]),
    )?;
    let fetched =
        deny()?.args(["fetch", "db"]).current_dir(root).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if !fetched.success() {
        println!("\n── advisories: left out, their database can't be fetched from here");
        return Ok(());
    }
    step(root, "advisories", deny()?.args(["--offline", "check", "advisories"]))
}

/// Writes the SBOM of the product, `lommebok`.
pub(crate) fn sbom(root: &Path) -> anyhow::Result<()> {
    let mut command = CYCLONEDX.command(root)?;
    command.args(["cyclonedx", "--format", "json", "--spec-version", "1.5", "--describe", "binaries"]);
    step(root, "SBOM", command.args(["--manifest-path", "crates/cli/Cargo.toml"]))?;
    // The tool leaves one beside each program's manifest.
    let to = target(root).join(SBOM);
    std::fs::rename(root.join("crates/cli/lommebok_bin.cdx.json"), &to).context("the tool has written its file")?;
    for other in ["crates/bench/lommebok-bench_bin.cdx.json", "xtask/xtask_bin.cdx.json"] {
        std::fs::remove_file(root.join(other)).with_context(|| format!("{other} can be removed"))?;
    }
    println!("\n{}", to.display());
    Ok(())
}

impl Tool {
    /// The program, which is built first where it is missing.
    fn command(&self, root: &Path) -> anyhow::Result<Command> {
        let folder = target(root).join("tools").join(format!("{}-{}", self.name, self.version));
        let program = folder.join("bin").join(self.name);
        if !program.is_file() {
            self.build(root, &folder)?;
        }
        Ok(Command::new(program))
    }

    fn build(&self, root: &Path, folder: &Path) -> anyhow::Result<()> {
        let mut install = cargo(&["install", "--locked", "--debug", self.name, "--version", self.version]);
        install.args(self.features).arg("--root").arg(folder).env("CARGO_TARGET_DIR", folder.join("build"));
        install.env("CARGO_PROFILE_DEV_DEBUG", "0");
        step(root, "install", &mut install)?;
        std::fs::remove_dir_all(folder.join("build")).context("what the build left behind can be removed")
    }
}
