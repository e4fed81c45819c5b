//! Words that must not stay behind: marks of unfinished work, and paths of the machine that somebody wrote on.
//!
//! This folder is left out, since it has to spell the words. Clippy finds `todo!` and `dbg!`; this finds the comments.

use super::{File, Finding, source};

/// Marks of unfinished work: an issue is the place for that.
const MARKS: [&str; 5] = ["TODO", "FIXME", "XXX", "HACK", "TEMP"];

/// Beginnings of paths that exist on one machine only.
const MACHINES: [&str; 3] = ["/home/", "/root/", "/Users/"];

pub(super) fn leftovers(file: &File) -> Vec<Finding> {
    if file.path.starts_with("xtask/src/tidy/") || file.path == "Cargo.lock" {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (line, text) in file.lines() {
        for mark in MARKS {
            if source::words(text).any(|word| word == mark) {
                findings.push(file.finding(line, format!("`{mark}`: finish it, or put it into an issue")));
            }
        }
        if let Some(machine) = MACHINES.into_iter().find(|machine| text.contains(machine)) {
            findings.push(file.finding(line, format!("`{machine}…` is a path of one person's machine")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        leftovers(&File { path: path.to_owned(), text: text.to_owned() }).len()
    }

    #[test]
    fn a_mark_of_unfinished_work_is_found_as_a_word_only() {
        assert_eq!(found("a.rs", "// TODO: later\n"), 1);
        assert_eq!(found("README.md", "FIXME\n"), 1);
        assert_eq!(found("a.rs", "const TEMPLATES: u8 = 1;\n"), 0);
        assert_eq!(found("xtask/src/tidy/words.rs", "// TODO\n"), 0);
    }

    #[test]
    fn a_path_of_the_writers_own_machine_is_found() {
        assert_eq!(found("README.md", "cd /home/somebody/lommebok\n"), 1);
    }
}
