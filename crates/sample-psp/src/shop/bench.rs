//! The test bench: every price that makes something happen, and what.

use askama::Template;

use super::catalogue::{SHELVES, Shelf};
use crate::ui::html::Html;
use crate::ui::lang::{Chosen, Lang};
use crate::ui::page::Page;

#[derive(Template)]
#[template(path = "shop/bench.html")]
struct BenchPage {
    page: Page,
    shelves: &'static [Shelf],
}

pub(super) async fn bench(chosen: Chosen) -> Html {
    Html::page(chosen, &BenchPage { page: Page::new(chosen.lang, "/bench"), shelves: &SHELVES })
}
