//! The page on waiting: its commands, from top to bottom.

use crate::page::{Page, Reader, marked, shell_mark};

const PAGE: &str = include_str!("../../../../docs/wait-without-sleeping.md");

#[test]
fn a_script_that_never_sleeps_waits_as_the_page_says() {
    let (page, reader) = (Page::read(PAGE), Reader::new());
    page.agrees("sh", 0, &reader.pastes(&marked(&page.blocks("sh"), shell_mark)));
}
