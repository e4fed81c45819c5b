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

/// The lines of the file that are tests: all of them, or those from the module of tests on.
pub(super) fn test_lines(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let mut inside = is_of_tests(&file.path);
    let mut is_announced = false;
    file.lines().filter(move |(_, text)| {
        let text = text.trim_start();
        if text.starts_with("#[cfg(test)]") {
            is_announced = true;
        } else if !text.starts_with("#[") {
            inside |= is_announced && text.starts_with("mod ");
            is_announced = false;
        }
        inside && file.is_rust()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        test_lines(&File { path: path.to_owned(), text: text.to_owned() }).count()
    }

    #[test]
    fn tests_are_whole_files_or_the_module_that_cfg_test_announces() {
        let unit = "fn a() {}\n#[cfg(test)]\n#[expect(b)]\nmod tests {\n}\n";
        assert_eq!(count("crates/psp-v3/src/a.rs", unit), 2);
        assert_eq!(count("crates/psp-v3/src/a.rs", "#[cfg(test)]\nfn only_for_tests() {}\nmod b;\n"), 0);
        assert_eq!(count("crates/psp-v3/tests/a.rs", unit), 5);
    }
}
