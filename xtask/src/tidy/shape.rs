//! The shape of source files: length, opening lines, names, and the one line of figures about all of them.
//!
//! Length is counted in lines of the file as it stands, tests included: what a reader has to scroll.

use super::{File, Finding};

/// No file is longer (CONTRIBUTING.md: rather 150, few over 400).
const LONGEST: usize = 600;

/// From here on a file is named in the figures.
const LONG: usize = 400;

/// A module opens with at most this many lines of `//!`.
const HEADER_LINES: usize = 8;

/// A header shorter than this (in bytes, over all its lines) only repeats the file's name.
const HEADER_BYTES: usize = 40;

/// Names that say nothing about what lives there.
const EMPTY_NAMES: [&str; 8] = ["utils", "util", "helpers", "helper", "common", "manager", "misc", "shared"];

pub(super) fn length(file: &File) -> Vec<Finding> {
    let lines = file.text.lines().count();
    if !file.is_rust() || lines <= LONGEST {
        return Vec::new();
    }
    vec![file.finding(lines, format!("{lines} lines, at most {LONGEST}: which room is missing?"))]
}

pub(super) fn header(file: &File) -> Vec<Finding> {
    if !file.is_rust() {
        return Vec::new();
    }
    let header: Vec<&str> = file.text.lines().map_while(|line| line.strip_prefix("//!")).collect();
    let bytes: usize = header.iter().map(|line| line.len()).sum();
    if header.len() <= HEADER_LINES && bytes >= HEADER_BYTES {
        return Vec::new();
    }
    let reason = format!(
        "a file begins with up to {HEADER_LINES} lines of `//!`: what lives here, what must not, what a newcomer would \
         get wrong; this one has {} lines, {bytes} bytes",
        header.len()
    );
    vec![file.finding(1, reason)]
}

pub(super) fn names(file: &File) -> Vec<Finding> {
    if !file.is_rust() {
        return Vec::new();
    }
    let parts = file.path.split('/').map(|part| part.trim_end_matches(".rs"));
    let of_files = parts.filter(|part| EMPTY_NAMES.contains(part)).map(|part| (1, part));
    let of_modules = file.lines().filter_map(|(line, text)| module(text).map(|name| (line, name)));
    of_files
        .chain(of_modules.filter(|(_, name)| EMPTY_NAMES.contains(name)))
        .map(|(line, name)| file.finding(line, format!("`{name}` says nothing; name what lives there")))
        .collect()
}

/// The name in a line that declares a module.
fn module(line: &str) -> Option<&str> {
    let (before, rest) = line.trim_start().split_once("mod ")?;
    let declares = before.is_empty() || before.starts_with("pub");
    declares.then(|| rest.split([';', ' ', '{']).next()).flatten()
}

/// Files, median length and the long ones.
pub(super) fn summary(files: &[File]) -> String {
    let mut lengths: Vec<(usize, &str)> = files
        .iter()
        .filter(|file| file.is_rust())
        .map(|file| (file.text.lines().count(), file.path.as_str()))
        .collect();
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).map_or(0, |(lines, _)| *lines);
    let long: Vec<String> = lengths
        .iter()
        .rev()
        .filter(|(lines, _)| *lines > LONG)
        .map(|(lines, path)| format!("{path} ({lines})"))
        .collect();
    let mut summary = format!("{} Rust files, median {median} lines, {} over {LONG}", lengths.len(), long.len());
    if !long.is_empty() {
        summary.push_str(": ");
        summary.push_str(&long.join(", "));
    }
    summary
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_file_of_601_lines_is_found_and_one_of_600_is_not() {
        assert!(length(&file("a.rs", &"x\n".repeat(600))).is_empty());
        assert_eq!(length(&file("a.rs", &"x\n".repeat(601))).len(), 1);
        assert!(length(&file("a.md", &"x\n".repeat(601))).is_empty());
    }

    #[test]
    fn a_file_must_begin_with_a_few_lines_about_itself() {
        let good = "//! What lives here, what must not, and why.\n\nfn a() {}\n";
        assert!(header(&file("a.rs", good)).is_empty());
        assert_eq!(header(&file("a.rs", "//! One.\nfn a() {}\n")).len(), 1);
        assert_eq!(header(&file("a.rs", "fn a() {}\n")).len(), 1);
        assert_eq!(header(&file("a.rs", &"//! Chatter about this and that.\n".repeat(9))).len(), 1);
    }

    #[test]
    fn an_empty_name_is_found_in_a_path_and_in_a_declaration() {
        assert_eq!(names(&file("crates/psp-v3/src/utils.rs", "")).len(), 1);
        assert_eq!(names(&file("crates/psp-v3/src/common/mod.rs", "")).len(), 1);
        assert_eq!(
            names(&file("a.rs", "pub(crate) mod helpers {\n")),
            [file("a.rs", "").finding(1, "`helpers` says nothing; name what lives there")]
        );
        assert!(names(&file("a.rs", "mod money;\n// the mod manager;\n")).is_empty());
    }

    #[test]
    fn the_figures_name_the_median_and_each_long_file() {
        let files = [file("a.rs", "x\n"), file("b.rs", &"x\n".repeat(7)), file("c.rs", &"x\n".repeat(401))];
        assert_eq!(summary(&files), "3 Rust files, median 7 lines, 1 over 400: c.rs (401)");
    }
}
