//! `cargo xtask bench`: builds server and benchmark as they are released, each by itself, and starts the benchmark.
//!
//! The measuring is crate bench (`lommebok-bench`). The server is built alone because cargo joins the features of
//! what it builds together, and the binary that we measure must be the one that users get.

use std::path::Path;
use std::process::Command;

use clap::Args;

use crate::steps::{cargo, step};
use crate::target;

/// What to hand over.
#[derive(Args)]
pub(crate) struct Options {
    /// Arguments of `lommebok-bench run`, for example `--quick --only P1,P6 --write`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds and measures.
pub(crate) fn run(root: &Path, options: &Options) -> anyhow::Result<()> {
    step(root, "build the server", &mut cargo(&["build", "--profile", "dist", "--package", "lommebok"]))?;
    step(root, "build the benchmark", &mut cargo(&["build", "--profile", "dist", "--package", "lommebok-bench"]))?;
    let built = target(root).join("dist");
    let mut command = Command::new(built.join("lommebok-bench"));
    command.arg("run").arg("--server").arg(built.join("lommebok")).args(&options.arguments);
    step(root, "measure", &mut command)
}
