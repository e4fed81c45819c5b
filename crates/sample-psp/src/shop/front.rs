//! The front page: the inn, its goods, and the way to the test bench.

use askama::Template;

use super::catalogue::{GOODS, Product};
use crate::ui::html::Html;
use crate::ui::lang::{Chosen, Lang};
use crate::ui::page::Page;

#[derive(Template)]
#[template(path = "shop/front.html")]
struct FrontPage {
    page: Page,
    goods: &'static [Product],
}

pub(super) async fn front(chosen: Chosen) -> Html {
    Html::page(chosen, &FrontPage { page: Page::new(chosen.lang, "/"), goods: &GOODS })
}
