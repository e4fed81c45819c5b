//! Rules for tests: none is ignored, none sleeps, and their names are sentences.
//!
//! A test that sleeps is slow on a good day and red on a bad one. What must wait, waits for an event with a limit;
//! business time is owned and advanced.

use super::{File, Finding, source};

/// Files that may sleep, each with its reason.
const MAY_SLEEP: [(&str, &str); 1] =
    [("crates/testkit/src/eventually.rs", "the one place that asks again until an outside process is ready")];

/// A sentence has at least this many words.
const FEWEST_WORDS: usize = 3;

pub(super) fn none_is_ignored(file: &File) -> Vec<Finding> {
    if file.path.starts_with("xtask/src/tidy/") {
        return Vec::new();
    }
    file.lines()
        .filter(|(_, text)| file.is_rust() && text.trim_start().starts_with("#[ignore"))
        .map(|(line, _)| file.finding(line, "a test that does not run shows nothing: mend it or delete it"))
        .collect()
}

pub(super) fn none_sleeps(file: &File) -> Vec<Finding> {
    if file.path.starts_with("xtask/src/tidy/") || MAY_SLEEP.iter().any(|(path, _)| file.path == *path) {
        return Vec::new();
    }
    source::test_lines(file)
        .filter(|(_, text)| sleeps(text))
        .map(|(line, _)| file.finding(line, "a test never sleeps: own the clock, or wait for an event with a limit"))
        .collect()
}

/// True for a line that calls (not one that only mentions) a sleep.
fn sleeps(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    ["sleep(", "sleep_until("].iter().any(|call| {
        code.match_indices(call).any(|(at, _)| {
            let before = code.get(..at).unwrap_or_default();
            // A method of that name is an owned clock's.
            !before.ends_with("fn ")
                && !before.ends_with(|character: char| character.is_alphanumeric() || ['_', '.'].contains(&character))
        })
    })
}

pub(super) fn names_are_sentences(file: &File) -> Vec<Finding> {
    if !file.is_rust() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut is_test = false;
    for (line, text) in file.lines().map(|(line, text)| (line, text.trim_start())) {
        if text.starts_with("#[test]") || text.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some((_, rest)) = text.split_once("fn ").filter(|_| is_test) {
            is_test = false;
            let name = rest.split(['(', '<']).next().unwrap_or_default();
            if name.split('_').filter(|word| !word.is_empty()).count() < FEWEST_WORDS {
                findings.push(file.finding(line, format!("`{name}` is no sentence: say what holds")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn an_ignored_test_is_found_with_or_without_a_reason() {
        assert_eq!(none_is_ignored(&file("a.rs", "    #[ignore]\n#[ignore = \"slow\"]\n")).len(), 2);
    }

    #[test]
    fn a_sleep_is_found_in_tests_and_not_in_what_runs() {
        let text = "tokio::time::sleep(a).await;\n#[cfg(test)]\nmod tests { std::thread::sleep(a) }\n";
        let found = none_sleeps(&file("crates/server/src/a.rs", text));
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [3]);
        assert_eq!(none_sleeps(&file("crates/cli/tests/a.rs", text)).len(), 2);
        assert!(
            none_sleeps(&file(
                "crates/cli/tests/a.rs",
                "// never sleep()\nlet a = no_sleep(b);\nclock.sleep_until(due)\n"
            ))
            .is_empty()
        );
        assert!(none_sleeps(&file("crates/testkit/src/eventually.rs", text)).is_empty());
    }

    #[test]
    fn a_test_whose_name_is_no_sentence_is_found() {
        let found = names_are_sentences(&file("a.rs", "#[test]\nfn works() {}\n#[test]\nfn it_holds_here() {}\n"));
        assert_eq!(found, [file("a.rs", "").finding(2, "`works` is no sentence: say what holds")]);
    }
}
