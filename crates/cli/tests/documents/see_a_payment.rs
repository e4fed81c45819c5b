//! The page on seeing a payment: its commands, from top to bottom.

use crate::page::{Page, Reader, marked, shell_mark};

const PAGE: &str = include_str!("../../../../docs/see-a-payment.md");

#[test]
fn whoever_looks_for_a_reason_finds_what_the_page_shows() {
    let (page, reader) = (Page::read(PAGE), Reader::new());
    page.agrees("sh", 0, &reader.pastes(&marked(&page.blocks("sh"), shell_mark)));
}
