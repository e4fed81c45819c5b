//! `cargo xtask test` and `cargo xtask check`: all checks in one order, cheapest first, stopping at the first red one.
//!
//! Each check must be a thing that one can also run alone. `check` installs nothing: it leaves out the linters of
//! OpenAPI and the look at the crates of others, and tells the tests that need a browser, Node or generators, by `LOMMEBOK_NO_BROWSER`, that they are left out.

use std::path::Path;
use std::process::Command;

use clap::{Args, ValueEnum};

use crate::steps::{cargo, seconds, step, stopwatch};
use crate::{install, openapi, supply_chain, tidy};

/// Set to `1` for tests that must do with Rust alone.
pub(crate) const NO_BROWSER: &str = "LOMMEBOK_NO_BROWSER";

/// Links to private items are fine: we document those too, for maintainers.
const RUSTDOC: &str = "-D warnings -A rustdoc::private_intra_doc_links";

/// Which checks to run; without a word, all.
#[derive(Args)]
pub(crate) struct Selection {
    /// Only these checks.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Check>,
    /// All but these checks.
    #[arg(long, value_delimiter = ',')]
    skip: Vec<Check>,
}

impl Selection {
    fn has(&self, check: Check) -> bool {
        (self.only.is_empty() || self.only.contains(&check)) && !self.skip.contains(&check)
    }
}

/// Whether the checks take part that need more than Rust and a C compiler.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extras {
    /// What is missing is installed; Chromium is driven, `openapi.json` is linted, and generated clients pay.
    Installed,
    /// Nothing is installed; the tests that need more say that they were left out.
    LeftOut,
}

/// One check of the suite.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Check {
    Format,
    Tidy,
    Clippy,
    Generated,
    Openapi,
    SupplyChain,
    Tests,
    Docs,
}

impl Check {
    const IN_ORDER: [Self; 8] = [
        Self::Format,
        Self::Tidy,
        Self::Clippy,
        Self::Generated,
        Self::Openapi,
        Self::SupplyChain,
        Self::Tests,
        Self::Docs,
    ];

    /// Whether it needs more than Rust and a C compiler, or minutes for a tool of its own.
    const fn is_extra(self) -> bool {
        matches!(self, Self::Openapi | Self::SupplyChain)
    }

    fn run(self, root: &Path, extras: Extras) -> anyhow::Result<()> {
        match self {
            Self::Format => step(root, "format", &mut cargo(&["fmt", "--all", "--check"])),
            Self::Tidy => tidy::run(root),
            Self::Clippy => {
                let arguments = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
                step(root, "clippy", &mut cargo(&arguments))
            }
            Self::Generated => step(root, "generated files", &mut crate::generate::check()),
            Self::Openapi => openapi::lint(root),
            Self::SupplyChain => supply_chain::check(root),
            Self::Tests => {
                // Tests sync: they would wait behind the gigabytes that the build has just written.
                step(root, "build of the tests", &mut tests(extras, &["--no-run"]))?;
                step(root, "disk", &mut Command::new("sync"))?;
                step(root, "tests", &mut tests(extras, &[]))?;
                step(root, "tests beside rivals", &mut beside_rivals())
            }
            Self::Docs => step(
                root,
                "documentation",
                cargo(&["doc", "--workspace", "--no-deps", "--document-private-items"]).env("RUSTDOCFLAGS", RUSTDOC),
            ),
        }
    }
}

/// Runs the selected checks.
pub(crate) fn run(root: &Path, selection: &Selection, extras: Extras) -> anyhow::Result<()> {
    let begun = stopwatch();
    install::toolchain(root)?;
    if extras == Extras::Installed && (selection.has(Check::Tests) || selection.has(Check::Openapi)) {
        install::packages(root)?;
        openapi::install(root)?;
    }
    let takes_part = |check: &Check| selection.has(*check) && (extras == Extras::Installed || !check.is_extra());
    for check in Check::IN_ORDER.into_iter().filter(takes_part) {
        check.run(root, extras)?;
    }
    println!("\nAll green, {}.", seconds(begun));
    Ok(())
}

fn tests(extras: Extras, how: &[&str]) -> Command {
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast"]);
    command.args(how);
    match extras {
        Extras::Installed => command.env_remove(NO_BROWSER),
        Extras::LeftOut => command.env(NO_BROWSER, "1"),
    };
    command
}

/// The tests of the wallet over HTTP once more, while others are at work on their databases (crates/testkit/src/test_app/rivals.rs).
fn beside_rivals() -> Command {
    // The whole workspace and some of its tests, so that it is one build with the tests before.
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast"]);
    for name in ["outcomes", "races", "tenancy", "whole_payment", "caller_goes_away", "bad_input"] {
        command.args(["--test", name]);
    }
    command.env("LOMMEBOK_TEST_RIVALS", "1").env(NO_BROWSER, "1");
    command
}

#[cfg(test)]
mod tests_of_the_selection {
    use super::*;

    fn chosen(only: &[Check], skip: &[Check]) -> usize {
        let selection = Selection { only: only.to_vec(), skip: skip.to_vec() };
        Check::IN_ORDER.into_iter().filter(|check| selection.has(*check)).count()
    }

    #[test]
    fn without_a_word_every_check_runs() {
        assert_eq!(chosen(&[], &[]), Check::value_variants().len());
    }

    #[test]
    fn only_names_the_checks_that_run_and_skip_takes_some_away() {
        assert_eq!(chosen(&[Check::Format, Check::Tests], &[]), 2);
        assert_eq!(chosen(&[], &[Check::Tests]), 7);
        assert_eq!(chosen(&[Check::Tests], &[Check::Tests]), 0);
    }
}
