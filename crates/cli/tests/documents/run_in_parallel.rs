//! The page on worlds: its commands from top to bottom, and its program beside a sandbox that is started as the page does it.

use crate::page::{Page, Reader, marked, shell_mark};

const PAGE: &str = include_str!("../../../../docs/run-in-parallel.md");

#[test]
fn tests_run_in_parallel_as_the_page_says() {
    let (page, reader) = (Page::read(PAGE), Reader::new());
    page.agrees("sh", 0, &reader.pastes(&marked(&page.blocks("sh"), shell_mark)));
}

#[test]
fn eight_tests_at_once_each_have_a_world() {
    if std::env::var("LOMMEBOK_NO_BROWSER").is_ok_and(|value| value == "1") {
        return;
    }
    let (page, reader) = (Page::read(PAGE), Reader::new());
    reader.writes("tests.py", &marked(&page.blocks("python"), |mark| format!("print('\\n{mark}', flush=True)")));
    let begin = page.blocks("sh")[0];
    page.agrees("python", 0, &reader.pastes(&format!("{begin}\npython3 tests.py\nkill $SANDBOX")));
}
