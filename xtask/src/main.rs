//! `cargo xtask`: the project's own tasks, one module each.
//!
//! Nothing here is part of the product, and nothing here may depend on the product's crates: it must build in seconds
//! and still run when the server does not compile.
#![expect(clippy::print_stdout, reason = "the terminal is this program's only interface")]

mod bench;
mod generate;
mod install;
mod openapi;
mod screenshots;
mod steps;
mod suite;
mod supply_chain;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

/// Tasks of the project. `cargo xtask test` is everything that CI runs.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what the tests need, then run all of them: format, tidy, clippy, generated files, tests, documentation.
    Test(suite::Selection),
    /// The same before a commit: installs nothing and leaves out what needs a browser, Node or generators of clients.
    Check(suite::Selection),
    /// Only install what the tests need on a fresh Debian machine: rustfmt, clippy, Chromium, a font, nginx, curl, Python, Node.
    Install,
    /// Take the README's pictures anew.
    Screenshots,
    /// Check the house rules that neither compiler nor clippy knows.
    Tidy,
    /// Write the generated files (the wire's description, errors, configuration, command line).
    Generate(generate::Options),
    /// List the crates that the product is built of, as an SBOM (CycloneDX) in the target folder.
    Sbom,
    /// Build for release and measure; what follows is handed to `lommebok-bench` (try `-- --help`).
    Bench(bench::Options),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("\n{fault:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let root = root()?;
    match Arguments::parse().task {
        Task::Test(selection) => suite::run(&root, &selection, suite::Extras::Installed),
        Task::Check(selection) => suite::run(&root, &selection, suite::Extras::LeftOut),
        Task::Install => install::toolchain(&root).and_then(|()| install::packages(&root)),
        Task::Screenshots => screenshots::run(&root),
        Task::Tidy => tidy::run(&root),
        Task::Generate(options) => generate::run(&root, &options),
        Task::Sbom => supply_chain::sbom(&root),
        Task::Bench(options) => bench::run(&root, &options),
    }
}

/// The repository's root: the parent of this crate.
fn root() -> anyhow::Result<PathBuf> {
    let parent = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies inside the repository")?;
    Ok(parent.to_path_buf())
}

/// The folder that cargo builds in.
fn target(root: &Path) -> PathBuf {
    root.join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}
