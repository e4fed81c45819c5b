//! The page on worlds: its commands from top to bottom, and its program in Python and in Node.

use crate::page::{Page, Reader, marked, shell_mark};

const PAGE: &str = include_str!("../../../../docs/run-in-parallel.md");

#[test]
fn tests_run_in_parallel_as_the_page_says() {
    let (page, reader) = (Page::read(PAGE), Reader::new());
    page.agrees("sh", 0, &reader.pastes(&marked(&page.blocks("sh"), shell_mark)));
}

/// Runs the page's program in a language, with a sandbox that is started as the page does it.
fn eight_tests_at_once(language: &str, name: &str, program: &str) {
    if std::env::var("LOMMEBOK_NO_BROWSER").is_ok_and(|value| value == "1") {
        return;
    }
    let (page, reader) = (Page::read(PAGE), Reader::new());
    reader.writes(name, page.blocks(language)[0]);
    let begin = page.blocks("sh")[0];
    let run = marked(&[&format!("{program} {name}\nkill $SANDBOX\n")], shell_mark);
    page.agrees(language, 0, &reader.pastes(&format!("{begin}\n{run}")));
}

#[test]
fn eight_tests_in_python_at_once_each_have_a_world() {
    eight_tests_at_once("python", "tests.py", "python3");
}

#[test]
fn eight_tests_in_node_at_once_each_have_a_world() {
    eight_tests_at_once("js", "tests.mjs", "node");
}
