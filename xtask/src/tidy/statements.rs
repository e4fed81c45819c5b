//! The wallet's SQL lives in crate store, and nowhere else: not in a string, not in a file. The SDK's memory and the sample
//! PSP's ledger, which are not the wallet's, have one folder each.
//!
//! Tests may look into the database that they made (an outside recorder must), and so may the test kit.

use super::{File, Finding, source};

/// How a statement begins: in upper case, as ours are written, so that prose never looks like one.
const BEGINNINGS: [&str; 11] = [
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "CREATE INDEX ",
    "DROP TABLE ",
    "ALTER TABLE ",
    "PRAGMA ",
    "pragma ",
    "WITH RECURSIVE ",
];

/// Where SQL may stand.
const ROOMS: [&str; 4] =
    ["crates/store/", "crates/sdk/src/receiver/memory/sqlite/", "crates/sample-psp/src/database/", "xtask/src/tidy/"];

pub(super) fn sql_lives_in_the_store(file: &File) -> Vec<Finding> {
    if ROOMS.iter().any(|room| file.path.starts_with(room)) || source::is_of_tests(&file.path) {
        return Vec::new();
    }
    if super::has_extension(&file.path, "sql") {
        return vec![file.finding(1, "SQL lives in crates/store")];
    }
    if !file.is_rust() {
        return Vec::new();
    }
    file.lines()
        .filter(|(_, text)| holds_statement(text))
        .map(|(line, _)| {
            file.finding(line, "SQL lives in crates/store; give the store a function that says what you want")
        })
        .collect()
}

/// True when a string in this line, or a line of a longer string, begins as a statement does.
fn holds_statement(line: &str) -> bool {
    let begins = |text: &str| BEGINNINGS.iter().any(|beginning| text.trim_start().starts_with(beginning));
    begins(line) || line.split('"').skip(1).any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        sql_lives_in_the_store(&File { path: path.to_owned(), text: text.to_owned() }).len()
    }

    #[test]
    fn a_statement_outside_the_store_is_found_in_any_kind_of_string() {
        assert_eq!(found("crates/server/src/a.rs", "let a = \"SELECT id FROM payment\";\n"), 1);
        assert_eq!(found("crates/server/src/a.rs", "let a = r#\"\n    UPDATE payment SET a = 1\n\"#;\n"), 1);
        assert_eq!(found("crates/server/src/a.rs", "run(\"pragma synchronous\");\n"), 1);
        assert_eq!(found("crates/server/src/a.sql", "select 1"), 1);
    }

    #[test]
    fn the_store_and_tests_may_hold_statements_and_prose_is_not_one() {
        assert_eq!(found("crates/store/src/a.rs", "let a = \"SELECT id FROM payment\";\n"), 0);
        assert_eq!(found("crates/sdk/src/receiver/memory/sqlite/a.rs", "let a = \"SELECT id\";\n"), 0);
        assert_eq!(found("crates/sdk/src/client/a.rs", "let a = \"SELECT id\";\n"), 1);
        assert_eq!(found("crates/cli/tests/kill.rs", "let a = \"SELECT id FROM payment\";\n"), 0);
        assert_eq!(found("crates/server/src/a.rs", "let a = \"Select a card\"; // UPDATE of status\n"), 0);
    }
}
