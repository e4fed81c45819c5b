//! `cargo xtask generate`: rewrites the files that are generated from the code, or with `--check` only compares.
//!
//! What is generated, and how, is the test `generated_files` of crate cli: it sees the wire's types, the server's
//! configuration and the finished binary. We only start it, so that a plain `cargo test` compares the files too.

use std::path::Path;
use std::process::Command;

use clap::Args;

use crate::steps::{cargo, step};

/// Set to `1`, the test writes the files instead of comparing them.
const WRITE: &str = "LOMMEBOK_WRITE_GENERATED";

/// How `generate` goes about it.
#[derive(Args)]
pub(crate) struct Options {
    /// Write nothing; fail when a file differs from what would be written.
    #[arg(long)]
    check: bool,
}

/// Writes the generated files, or compares them.
pub(crate) fn run(root: &Path, options: &Options) -> anyhow::Result<()> {
    let mut command = check();
    if !options.check {
        command.env(WRITE, "1");
    }
    step(root, "generated files", &mut command)
}

/// The command that compares. It takes the whole workspace, so that nothing is built a second time for the tests.
pub(crate) fn check() -> Command {
    let mut command = cargo(&["test", "--quiet", "--workspace", "--test", "generated_files"]);
    command.env_remove(WRITE);
    command
}
