//! What the shop sells, and the two pages that list it: the front page has the coffee, the test bench one spoon of coffee at
//! each price that makes something happen.
//!
//! Prices of the bench are the test amounts of the sample PSP and the vendor's magic amounts; what they say they do is
//! what `acquirer::test_amounts` makes them do.

mod goods;
mod spoons;

use askama::Template;

use crate::page::{Chosen, Page};
use goods::GOODS;
use lommebok_web::pages::html::Html;
use lommebok_web::pages::lang::Lang;
use spoons::{SHELVES, Shelf};

/// Something to buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Product {
    /// Its name in addresses.
    pub(super) slug: &'static str,
    /// Its name, Norwegian and English.
    pub(super) name: (&'static str, &'static str),
    /// What it is, Norwegian and English.
    pub(super) text: (&'static str, &'static str),
    /// In øre.
    pub(super) price: i64,
    /// Its picture's symbol.
    pub(super) picture: &'static str,
    /// Its picture's colours.
    pub(super) tint: &'static str,
}

impl Product {
    pub(super) fn name_in(&self, lang: Lang) -> &'static str {
        if lang == Lang::Nb { self.name.0 } else { self.name.1 }
    }

    /// What a customer reads that it is. A spoon is named after what it makes happen, and that is for the bench.
    pub(super) fn sold_as(&self, lang: Lang) -> &'static str {
        if self.is_spoon() {
            return lang.of("teskje kaffe fra testbenken", "spoon of coffee from the test bench");
        }
        self.name_in(lang)
    }

    pub(super) fn text_in(&self, lang: Lang) -> &'static str {
        if lang == Lang::Nb { self.text.0 } else { self.text.1 }
    }

    /// The bench sells one spoon at a time: its price is the point of it.
    pub(super) fn is_spoon(&self) -> bool {
        self.picture == "spoon"
    }
}

/// The product with this name.
pub(super) fn product(slug: &str) -> Option<Product> {
    let spoons = SHELVES.iter().flat_map(|shelf| shelf.spoons);
    GOODS.iter().chain(spoons).find(|product| product.slug == slug).copied()
}

#[derive(Template)]
#[template(path = "shop/front.html")]
struct FrontPage {
    page: Page,
    goods: &'static [Product],
}

pub(super) async fn front(chosen: Chosen) -> Html {
    chosen.page(&FrontPage { page: Page::new(chosen.lang, "/"), goods: &GOODS })
}

#[derive(Template)]
#[template(path = "shop/bench.html")]
struct BenchPage {
    page: Page,
    shelves: &'static [Shelf],
}

pub(super) async fn bench(chosen: Chosen) -> Html {
    chosen.page(&BenchPage { page: Page::new(chosen.lang, "/bench"), shelves: &SHELVES })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use lommebok_sdk::Amount;

    use super::*;
    use crate::acquirer::test_amount;

    #[test]
    fn every_product_is_found_by_its_own_name_and_can_be_paid() {
        let spoons = SHELVES.iter().flat_map(|shelf| shelf.spoons);
        let all: Vec<&Product> = GOODS.iter().chain(spoons).collect();
        let names: BTreeSet<&str> = all.iter().map(|product| product.slug).collect();
        assert_eq!(names.len(), all.len());
        assert!(all.iter().all(|product| product.price >= 100 && super::product(product.slug) == Some(**product)));
    }

    #[test]
    fn the_bench_has_every_test_amount_and_the_goods_have_none() {
        let spoons: BTreeSet<i64> = SHELVES.iter().flat_map(|shelf| shelf.spoons).map(|spoon| spoon.price).collect();
        for ore in 100..=300 {
            let acts = test_amount(Amount::ore(ore).unwrap()).is_some();
            assert_eq!(acts, spoons.contains(&ore), "{ore}");
        }
        let goods = GOODS.iter().flat_map(|product| (1..=9).map(|quantity| product.price * quantity));
        assert!(
            goods.into_iter().all(|ore| test_amount(Amount::ore(ore).unwrap()).is_none() && !spoons.contains(&ore))
        );
    }
}
