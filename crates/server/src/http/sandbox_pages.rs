//! The pages that only a sandbox has: the start page, which leads a newcomer to everything, and the phone simulator, which
//! is a plain client of the App API.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, Uri};

use super::pages::{Pages, language, remember_language};
use crate::seeds::{CardKind, CardScheme, Seed, SeedCard, SeedUser};
use crate::ui::error_page::Wrong;
use crate::ui::html::{Html, Policy};
use crate::ui::phone::{PhonePage, TestUser};
use crate::ui::start::{StartPage, TestCard};

/// The only closed world so far.
const OWN_TENANT: &str = "default";

/// What the sandbox's pages show.
#[derive(Clone, Debug)]
pub struct SandboxPages {
    pages: Pages,
    make_payment_url: Arc<str>,
    users: Arc<Vec<TestUser>>,
    cards: Arc<Vec<TestCard>>,
}

impl SandboxPages {
    /// The pages of a sandbox with this seed and stub PSP.
    pub fn new(pages: Pages, make_payment_url: &str, seed: &Seed) -> Self {
        let users = seed.users.iter().map(test_user).collect();
        let cards = seed.users.iter().flat_map(|user| user.cards.iter().map(|card| test_card(user, card))).collect();
        Self { pages, make_payment_url: make_payment_url.into(), users: Arc::new(users), cards: Arc::new(cards) }
    }
}

pub(crate) fn routes(shown: SandboxPages) -> Router {
    Router::new()
        .route("/", get(start))
        .route("/phone", get(phone))
        .route("/phone/{tenant}", get(phone_of))
        .with_state(shown)
}

async fn start(State(shown): State<SandboxPages>, uri: Uri, headers: HeaderMap) -> Response {
    let lang = language(&uri, &headers);
    let page = StartPage {
        page: shown.pages.page(lang, "/"),
        public_url: shown.pages.wallet.public_url(),
        make_payment_url: &shown.make_payment_url,
        version: env!("CARGO_PKG_VERSION"),
        test_users: &shown.users,
        test_cards: &shown.cards,
    };
    remember_language(Html::page(lang, &page).into_response(), &uri, lang)
}

async fn phone(State(shown): State<SandboxPages>, uri: Uri, headers: HeaderMap) -> Response {
    phone_page(&shown, &uri, &headers, OWN_TENANT)
}

async fn phone_of(
    State(shown): State<SandboxPages>,
    tenant: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    match tenant {
        Ok(Path(tenant)) if tenant == OWN_TENANT => phone_page(&shown, &uri, &headers, OWN_TENANT),
        Ok(_) | Err(_) => shown.pages.error(language(&uri, &headers), Wrong::NotFound, None),
    }
}

fn phone_page(shown: &SandboxPages, uri: &Uri, headers: &HeaderMap, tenant: &str) -> Response {
    let lang = language(uri, headers);
    let page = PhonePage { page: shown.pages.page(lang, uri.path()), tenant, test_users: &shown.users };
    remember_language(Html::page(lang, &page).policy(Policy::FramesWeb).into_response(), uri, lang)
}

fn test_user(user: &SeedUser) -> TestUser {
    let count = user.cards.len();
    TestUser {
        name: user.name.clone(),
        phone_number: user.phone_number.to_string(),
        pin: user.pin.expose().to_owned(),
        about: (format!("{count} kort"), format!("{count} cards")),
    }
}

fn test_card(user: &SeedUser, card: &SeedCard) -> TestCard {
    let scheme = match card.scheme {
        CardScheme::Visa => "Visa",
        CardScheme::Mastercard => "Mastercard",
    };
    let kind = match card.kind {
        CardKind::Credit => ("kreditt", "credit"),
        CardKind::Debit => ("debet", "debit"),
    };
    let cannot_pay = (!card.eligible).then(|| ("gir ikke token".to_owned(), "gives no token".to_owned()));
    TestCard {
        user: user.phone_number.to_string(),
        card: format!("{scheme} •••• {}", card.last_four),
        kind: (kind.0.to_owned(), kind.1.to_owned()),
        expiry: format!("{:02}/{:04}", card.expiry_month, card.expiry_year),
        cannot_pay,
    }
}
