//! `cargo xtask tidy`: the house rules that neither compiler nor clippy knows, each with file, line and reason.
//!
//! A rule is a pure function from text to findings, with a test that plants a violation. There are no exceptions by
//! comment: what may break a rule stands in that rule, with its reason. The reports begin as `path:line:`, so that
//! editors jump there.

mod assets;
mod circles;
mod crates;
mod documents;
mod imports;
mod shape;
mod source;
mod statements;
mod tests_rules;
mod words;

use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::steps::{seconds, stopwatch};

/// One file of the repository.
pub(crate) struct File {
    /// Path from the root, with `/`.
    path: String,
    text: String,
}

impl File {
    /// Lines with their numbers, counted from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    fn finding(&self, line: usize, reason: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, reason: reason.into() }
    }

    fn is_rust(&self) -> bool {
        has_extension(&self.path, "rs")
    }

    fn is_markdown(&self) -> bool {
        has_extension(&self.path, "md")
    }
}

/// A broken rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    line: usize,
    reason: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path, self.line, self.reason)
    }
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// The rules that look at one file alone.
const RULES: [fn(&File) -> Vec<Finding>; 12] = [
    shape::length,
    shape::header,
    shape::names,
    words::leftovers,
    statements::sql_lives_in_the_store,
    tests_rules::none_is_ignored,
    tests_rules::none_sleeps,
    tests_rules::names_are_sentences,
    crates::dependency_reasons,
    assets::stay_at_home,
    assets::old_browsers_parse_scripts,
    assets::heights_have_a_fallback,
];

/// Checks the repository at `root`.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let begun = stopwatch();
    println!("\n── tidy");
    let files = files(root)?;
    let findings = findings(&files);
    for finding in &findings {
        println!("{finding}");
    }
    println!("{}", shape::summary(&files));
    anyhow::ensure!(findings.is_empty(), "tidy is red: {} findings", findings.len());
    println!("── tidy: green, {}", seconds(begun));
    Ok(())
}

fn findings(files: &[File]) -> Vec<Finding> {
    let each = files.iter().flat_map(|file| RULES.iter().flat_map(|rule| rule(file)));
    let mut findings: Vec<Finding> = each.chain(crates::directions(files)).chain(documents::links(files)).collect();
    findings.extend(circles::none(files));
    findings.extend(documents::named_paths(files));
    findings.extend(documents::named_tests(files));
    findings.extend(documents::changelog(files));
    findings.sort();
    findings.dedup();
    findings
}

/// All text files that git knows or would add.
fn files(root: &Path) -> anyhow::Result<Vec<File>> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("tidy asks git which files are ours, and cannot start it")?;
    anyhow::ensure!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    let mut files = Vec::new();
    for path in String::from_utf8(listed.stdout)?.split_terminator('\0') {
        // A file deleted but not yet committed is listed too; one that is not text (a picture) has an empty text.
        if let Ok(bytes) = std::fs::read(root.join(path)) {
            files.push(File { path: path.to_owned(), text: String::from_utf8(bytes).unwrap_or_default() });
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_read_and_our_own_sources_are_among_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let files = files(root).unwrap();
        assert!(files.iter().any(|file| file.path == "xtask/src/tidy/mod.rs" && file.text.contains("RULES")));
    }

    #[test]
    fn a_finding_reads_as_path_line_and_reason() {
        let file = File { path: "a/b.rs".to_owned(), text: String::new() };
        assert_eq!(file.finding(3, "because").to_string(), "a/b.rs:3: because");
    }

    #[test]
    fn a_planted_violation_of_any_rule_reaches_the_report() {
        let planted = File { path: "crates/psp-v3/src/helpers.rs".to_owned(), text: "fn a() {} // TODO\n".to_owned() };
        let findings = findings(&[planted]);
        let reasons: Vec<&str> = findings.iter().map(|finding| finding.reason.as_str()).collect();
        for expected in ["begins with", "helpers", "TODO"] {
            assert!(reasons.iter().any(|reason| reason.contains(expected)), "{expected} in {reasons:?}");
        }
    }
}
