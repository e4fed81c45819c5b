//! What the rules need to know about Rust text: words, and where a file's tests begin.
//!
//! This is not a parser and must not become one: our sources are formatted by rustfmt, and the rules only ask what
//! can be seen line by line.

use super::File;

/// The identifiers and words of a line.
pub(super) fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|character: char| !(character.is_alphanumeric() || character == '_')).filter(|word| !word.is_empty())
}

/// True for a whole file of tests: under `tests/`, or of a crate that only tests use.
pub(super) fn is_of_tests(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.starts_with("crates/testkit/")
}

/// The lines of the file that are tests: all of them, or those from the first `#[cfg(test)]` on.
pub(super) fn test_lines(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let mut inside = is_of_tests(&file.path);
    file.lines().filter(move |(_, text)| {
        inside |= text.trim_start().starts_with("#[cfg(test)]");
        inside && file.is_rust()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_whole_files_or_what_follows_cfg_test() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {}\n".to_owned();
        let unit = File { path: "crates/api/src/a.rs".to_owned(), text: text.clone() };
        assert_eq!(test_lines(&unit).count(), 2);
        let whole = File { path: "crates/api/tests/a.rs".to_owned(), text };
        assert_eq!(test_lines(&whole).count(), 3);
    }
}
