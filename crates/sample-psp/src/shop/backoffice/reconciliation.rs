//! Where the PSP's ledger and the wallet say different things.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};

use crate::page::{Chosen, Page};
use crate::psp::{Difference, Reconciliation};
use crate::shop::Shop;
use crate::shop::merchant_client::COMPARED_MAX;

#[derive(Template)]
#[template(path = "backoffice/reconciliation.html")]
struct ReconciliationPage {
    page: Page,
    compared: Option<Compared>,
}

/// All merchants' payments, side by side.
struct Compared {
    together: Reconciliation,
    /// Whether a merchant has older ones, which were not compared.
    has_older: bool,
}

impl ReconciliationPage {
    /// A member that differs, in words.
    fn member(&self, name: &str) -> String {
        let (nb, en) = match name {
            "reserved" => ("reservert", "reserved"),
            "captured" => ("trukket", "captured"),
            "remainingToCapture" => ("kan ennå trekkes", "still to capture"),
            "refunded" => ("refundert", "refunded"),
            "unknown to the wallet" => ("ukjent for lommeboken", "unknown to the wallet"),
            other => (other, other),
        };
        self.page.say(nb, en).to_owned()
    }

    fn members(&self, difference: &Difference) -> String {
        difference.differs.iter().map(|name| self.member(name)).collect::<Vec<_>>().join(", ")
    }
}

pub(in crate::shop) async fn show(State(shop): State<Shop>, chosen: Chosen) -> Response {
    let page = Page::new(chosen.lang, "/backoffice/reconciliation");
    chosen.page(&ReconciliationPage { page, compared: compared(&shop).await }).into_response()
}

/// All merchants' payments; nothing when one of them could not be compared.
async fn compared(shop: &Shop) -> Option<Compared> {
    let mut all: Option<Compared> = None;
    for merchant in [Some(&shop.0.merchant), shop.0.push_merchant.as_ref()].into_iter().flatten() {
        match merchant.reconciliation().await {
            Ok(one) => {
                let has_older = one.next.is_some();
                all = Some(match all {
                    Some(others) => {
                        Compared { together: others.together.with(one), has_older: others.has_older || has_older }
                    }
                    None => Compared { together: one, has_older },
                });
            }
            Err(fault) => {
                tracing::warn!(%fault, "the PSP could not compare");
                return None;
            }
        }
    }
    all
}
