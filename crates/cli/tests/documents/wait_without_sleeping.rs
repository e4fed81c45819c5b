//! The page on waiting: its shell from top to bottom, and its program in Python and in Node, each beside a sandbox of its own.

use crate::page::{Page, Reader, marked, shell_mark};

const PAGE: &str = include_str!("../../../../docs/wait-without-sleeping.md");

#[test]
fn every_wait_of_the_page_ends_as_it_says() {
    let (page, reader) = (Page::read(PAGE), Reader::new());
    page.agrees("sh", 0, &reader.pastes(&marked(&page.blocks("sh"), shell_mark)));
}

/// Runs the page's program in a language as a CI job would.
fn walks_ten_minutes(language: &str, name: &str, program: &str) {
    if std::env::var("LOMMEBOK_NO_BROWSER").is_ok_and(|value| value == "1") {
        return;
    }
    let (page, reader) = (Page::read(PAGE), Reader::new());
    let blocks = page.blocks(language);
    reader.writes(name, blocks[0]);
    let begin = "lommebok dev --listen 127.0.0.1:0 > sandbox.log 2>&1 &\nSANDBOX=$!\neval \"$(lommebok env --wait)\"\n";
    let run = format!("{program} {name}\nkill $SANDBOX\n");
    page.agrees(language, 0, &reader.pastes(&format!("{begin}{}", marked(&[&run], shell_mark))));
}

#[test]
fn a_test_in_python_walks_a_deadline_of_ten_minutes() {
    walks_ten_minutes("python", "ten_minutes.py", "python3");
}

#[test]
fn a_test_in_node_walks_a_deadline_of_ten_minutes() {
    walks_ten_minutes("js", "ten-minutes.mjs", "node");
}
