//! Rules for documents: links and pictures point at files that exist, so do the paths of the maps, tests that the page on reliability names are there,
//! and the changelog knows this version.
//!
//! Links to the web are not followed: a check that needs the network is red for other people's reasons.

use std::collections::BTreeSet;

use super::{File, Finding};

pub(super) fn links(files: &[File]) -> Vec<Finding> {
    let known = known(files);
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_markdown()) {
        for (line, target) in file.lines().flat_map(|(line, text)| targets(text).map(move |target| (line, target))) {
            let path = target.split('#').next().unwrap_or_default();
            if is_outside(target) || path.is_empty() || known.contains(resolved(&file.path, path).as_str()) {
                continue;
            }
            findings.push(file.finding(line, format!("the link to `{target}` leads nowhere")));
        }
    }
    findings
}

/// Every file and every folder.
fn known(files: &[File]) -> BTreeSet<&str> {
    let mut known = BTreeSet::new();
    for file in files {
        known.insert(file.path.as_str());
        let mut folder = file.path.as_str();
        while let Some((above, _)) = folder.rsplit_once('/') {
            known.insert(above);
            folder = above;
        }
    }
    known
}

/// The pages that lead a reader through the code, with paths below `crates/`.
const MAPS: [&str; 2] = ["ARCHITECTURE.md", "docs/glossary.md"];

/// Source files and folders that a map names must be there.
pub(super) fn named_paths(files: &[File]) -> Vec<Finding> {
    let known = known(files);
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| MAPS.contains(&file.path.as_str())) {
        for (line, text) in file.lines() {
            let named =
                text.split('`').skip(1).step_by(2).map(|path| path.trim_start_matches("crates/").trim_end_matches('/'));
            for path in named.filter(|path| path.contains("/src/") || path.contains("/tests/")) {
                if !known.contains(format!("crates/{path}").as_str()) {
                    findings.push(file.finding(line, format!("there is no `crates/{path}`")));
                }
            }
        }
    }
    findings
}

/// What the Markdown links and HTML pictures of a line point at.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let between = |opening: &'static str, closing: char| {
        line.match_indices(opening).filter_map(move |(at, _)| {
            let rest = line.get(at.saturating_add(opening.len())..)?;
            rest.split_once(closing).and_then(|(target, _)| target.split(' ').next())
        })
    };
    between("](", ')').chain(between("src=\"", '"')).chain(between("srcset=\"", '"')).chain(between("href=\"", '"'))
}

fn is_outside(target: &str) -> bool {
    target.contains("://") || target.starts_with("mailto:")
}

/// `target` as a path from the root, seen from the document at `from`.
fn resolved(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// The page that has a heading for each setting.
const SETTINGS: &str = "docs/configuration.md";

/// The page whose invariants name the tests that show them.
const PROMISES: &str = "docs/reliability.md";

/// A code span of this many words joined by `_` is the name of a test.
const FEWEST_WORDS: usize = 4;

pub(super) fn named_tests(files: &[File]) -> Vec<Finding> {
    let functions: BTreeSet<&str> = files.iter().filter(|file| file.is_rust()).flat_map(functions).collect();
    let configuration = files.iter().filter(|file| file.path == SETTINGS).flat_map(File::lines);
    let settings: BTreeSet<&str> =
        configuration.filter_map(|(_, text)| text.strip_prefix("### `")?.strip_suffix('`')).collect();
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.path == PROMISES) {
        for (line, text) in file.lines() {
            let spans = text.split('`').skip(1).step_by(2);
            let named = spans.filter(|span| span.split('_').count() >= FEWEST_WORDS && !span.contains(['=', ' ', '.']));
            for test in named.filter(|span| span.starts_with(|first: char| first.is_ascii_lowercase())) {
                let metric_or_setting = test.starts_with("lommebok_") || settings.contains(test);
                if !metric_or_setting && !functions.contains(test) {
                    findings.push(file.finding(line, format!("there is no test `{test}`")));
                }
            }
        }
    }
    findings
}

/// The names of a file's functions.
fn functions(file: &File) -> impl Iterator<Item = &str> {
    let names = file.lines().filter_map(|(_, text)| text.split_once("fn ").map(|(_, rest)| rest));
    names.filter_map(|rest| rest.split(['(', '<']).next())
}

pub(super) fn changelog(files: &[File]) -> Vec<Finding> {
    let Some(root) = files.iter().find(|file| file.path == "Cargo.toml") else { return Vec::new() };
    let version = root
        .text
        .parse::<toml::Table>()
        .ok()
        .and_then(|table| table.get("workspace")?.get("package")?.get("version")?.as_str().map(str::to_owned));
    let known = files
        .iter()
        .filter(|file| file.path == "CHANGELOG.md")
        .flat_map(File::lines)
        .any(|(_, text)| text.starts_with("## ") && version.as_ref().is_some_and(|version| text.contains(version)));
    if known {
        return Vec::new();
    }
    let version = version.unwrap_or_default();
    let reason = format!("no heading for {version}: what changes for a user stands there");
    vec![Finding { path: "CHANGELOG.md".to_owned(), line: 1, reason }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found_and_one_to_a_file_or_folder_is_not() {
        let text = "[a](docs/a.md#b) [folder](docs/) [web](https://example.com) [here](#here)\n[gone](docs/gone.md)\n";
        let files = [file("README.md", text), file("docs/a.md", "[up](../README.md) <img src=\"no.png\">\n")];
        let found: Vec<String> = links(&files).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "README.md:2: the link to `docs/gone.md` leads nowhere",
                "docs/a.md:1: the link to `no.png` leads nowhere"
            ]
        );
    }

    #[test]
    fn a_path_that_a_map_names_and_is_not_there_is_found() {
        let map =
            file("ARCHITECTURE.md", "1. `values/src/ids.rs`, `crates/values/src/`: ids\n2. `api/src/init.rs`: gone\n");
        let found: Vec<String> =
            named_paths(&[map, file("crates/values/src/ids.rs", "")]).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["ARCHITECTURE.md:2: there is no `crates/api/src/init.rs`"]);
    }

    #[test]
    fn a_test_that_the_page_on_reliability_names_and_nobody_wrote_is_found() {
        let page =
            "| I1 | `a_thing_that_holds_always` | `a_thing_that_nobody_wrote`, `lommebok_payments_of_somebody` |\n";
        let tests = "#[test]\nfn a_thing_that_holds_always() {}\n";
        let found = named_tests(&[file(PROMISES, page), file("a.rs", tests), file("b.md", page)]);
        assert_eq!(found, [file(PROMISES, "").finding(1, "there is no test `a_thing_that_nobody_wrote`")]);
    }

    #[test]
    fn a_changelog_without_a_heading_for_the_version_is_found() {
        let root = file("Cargo.toml", "[workspace.package]\nversion = \"0.1.0\"\n");
        assert_eq!(changelog(&[root, file("CHANGELOG.md", "# Changelog\n\n0.1.0 is near\n")]).len(), 1);
        let root = file("Cargo.toml", "[workspace.package]\nversion = \"0.1.0\"\n");
        assert!(changelog(&[root, file("CHANGELOG.md", "# Changelog\n\n## 0.1.0 (unreleased)\n")]).is_empty());
    }
}
