//! The page on makePayment's 15 seconds: an answer in time, one that comes too late, and what settles it.

use crate::page::{Page, Reader, marked, shell_mark};

const PAGE: &str = include_str!("../../../../docs/the-15-seconds.md");

#[test]
fn an_answer_in_time_and_one_too_late_become_what_the_page_says() {
    if std::env::var("LOMMEBOK_NO_BROWSER").is_ok_and(|value| value == "1") {
        return;
    }
    let (page, reader) = (Page::read(PAGE), Reader::new());
    page.agrees("sh", 0, &reader.pastes(&marked(&page.blocks("sh"), shell_mark)));
}
