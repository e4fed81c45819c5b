//! The Control API's page: each of its commands, and a place in it for each of its routes.

use crate::page::{Page, Reader, marked, shell_mark};

const PAGE: &str = include_str!("../../../../docs/control-api.md");
const ROUTES: &str = include_str!("../../../server/src/http/control/mod.rs");

#[test]
fn every_call_of_the_control_api_answers_as_its_page_says() {
    let (page, reader) = (Page::read(PAGE), Reader::new());
    page.agrees("sh", 0, &reader.pastes(&marked(&page.blocks("sh"), shell_mark)));
}

#[test]
fn the_page_has_every_route_and_no_other() {
    let route = |line: &str| {
        let (path, rest) = line.split_once(".route(\"")?.1.split_once("\", ")?;
        let (method, _) = rest.split_once('(')?;
        (method != "any").then(|| format!("### {} `{path}`", method.to_uppercase()))
    };
    let mut routes: Vec<String> = ROUTES.lines().filter_map(route).collect();
    let mut headings: Vec<&str> = PAGE.lines().filter(|line| line.starts_with("### ")).collect();
    routes.sort();
    headings.sort_unstable();
    assert_eq!(routes, headings);
    assert_eq!(routes.len(), 35);
}
