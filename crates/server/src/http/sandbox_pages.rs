//! The pages that only a sandbox has: the start page, which leads a newcomer to everything, and the phone simulator, which
//! is a plain client of the App API.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, Uri};
use lommebok_domain::{CardKind, CardScheme};
use lommebok_engine::keys::{SandboxKeys, Secret};
use lommebok_engine::wallet::Wallet;

use super::dashboard::Dashboard;
use super::pages::{Pages, language, remember_language};
use crate::seeds::{Seed, SeedCard, SeedUser};
use crate::tenants::FIRST;
use crate::ui::brand::Brand;
use crate::ui::error_page::Wrong;
use crate::ui::qr::QrCodes;
pub use crate::ui::sandbox::{Invocation, ShopAddresses};
use crate::ui::sandbox::{PhonePage, PspValues, StartPage, TestCard, TestUser};
use crate::ui::shown::ShownClock;
use lommebok_web::pages::html::{Html, Policy};

/// What runs with the wallet, and how its commands are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// A `makePaymentUrl` that answers.
    pub make_payment_url: String,
    /// The sample PSP's shop, if it runs.
    pub shop: Option<ShopAddresses>,
    /// How this program's commands are called from a terminal.
    pub invocation: Invocation,
}

/// What the sandbox's pages show.
#[derive(Clone, Debug)]
pub struct SandboxPages {
    pub(super) pages: Pages,
    beside: Arc<Beside>,
    users: Arc<Vec<SeedUser>>,
    psps: Arc<Vec<PspValues>>,
}

impl SandboxPages {
    /// The pages of a sandbox with this seed; with these `credentials` on the start page, if they may be shown there.
    pub fn new(
        wallet: Arc<Wallet>,
        brand: Arc<Brand>,
        beside: Beside,
        seed: &Seed,
        credentials: Option<&SandboxKeys>,
    ) -> Self {
        let pages = Pages { wallet, brand, sandbox: true, qr_codes: QrCodes::default() };
        let psps = credentials.map(|credentials| psp_values(seed, credentials)).unwrap_or_default();
        Self { pages, beside: Arc::new(beside), users: Arc::new(seed.users.clone()), psps: Arc::new(psps) }
    }

    /// The name of the world.
    fn tenant(&self) -> &str {
        self.pages.wallet.settings.base_path.rsplit_once('/').map_or(FIRST, |(_, name)| name)
    }

    /// How this program's commands are called.
    pub(super) fn invocation(&self) -> &Invocation {
        &self.beside.invocation
    }

    fn test_users(&self) -> Vec<TestUser> {
        self.users.iter().map(|user| self.test_user(user)).collect()
    }

    fn test_cards(&self) -> Vec<TestCard> {
        self.users.iter().flat_map(|user| user.cards.iter().map(|card| self.test_card(user, card))).collect()
    }
}

pub(crate) fn routes(shown: SandboxPages, dashboard: Dashboard) -> Router {
    Router::new()
        .route("/", get(start).with_state((shown.clone(), dashboard)))
        .route("/phone", get(phone))
        .route("/phone/{tenant}", get(phone_of))
        .with_state(shown)
}

async fn start(State((shown, dashboard)): State<(SandboxPages, Dashboard)>, uri: Uri, headers: HeaderMap) -> Response {
    let lang = language(&uri, &headers);
    let latest = dashboard.latest(lang, &headers).await;
    let page = StartPage {
        page: shown.pages.page(lang, "/"),
        public_url: &shown.pages.wallet.settings.public_url,
        make_payment_url: &shown.beside.make_payment_url,
        shop: shown.beside.shop.as_ref(),
        invocation: &shown.beside.invocation,
        psps: &shown.psps,
        version: env!("CARGO_PKG_VERSION"),
        test_users: &shown.test_users(),
        test_cards: &shown.test_cards(),
        latest: latest.as_ref(),
    };
    remember_language(Html::page(lang, &page).into_response(), &uri, lang)
}

async fn phone(State(shown): State<SandboxPages>, uri: Uri, headers: HeaderMap) -> Response {
    phone_page(&shown, &uri, &headers)
}

async fn phone_of(
    State(shown): State<SandboxPages>,
    tenant: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    match tenant {
        Ok(Path(tenant)) if tenant == shown.tenant() => phone_page(&shown, &uri, &headers),
        Ok(_) | Err(_) => shown.pages.error(language(&uri, &headers), Wrong::NotFound, None),
    }
}

fn phone_page(shown: &SandboxPages, uri: &Uri, headers: &HeaderMap) -> Response {
    let lang = language(uri, headers);
    let clock = ShownClock::of(&shown.pages.wallet.clock);
    let page = PhonePage {
        page: shown.pages.page(lang, uri.path()),
        clock: &clock,
        tenant: shown.tenant(),
        test_users: &shown.test_users(),
    };
    remember_language(Html::page(lang, &page).policy(Policy::FramesWeb).into_response(), uri, lang)
}

/// What each PSP of the seed has to send, under the names that `lommebok env` gives it.
fn psp_values(seed: &Seed, credentials: &SandboxKeys) -> Vec<PspValues> {
    let known = seed.psps.iter().filter_map(|psp| Some((psp, credentials.psps.get(&psp.name)?)));
    let values = known.map(|(psp, granted)| {
        let msn = |skips: bool| {
            let mut own = seed.merchants.iter().filter(|merchant| merchant.psp == psp.name);
            own.find(|merchant| merchant.may_skip_landing_page == skips).map(|merchant| merchant.msn.to_string())
        };
        let fixed = [
            ("CLIENT_ID", granted.client_id.clone()),
            ("CLIENT_SECRET", granted.client_secret.expose().to_owned()),
            ("SUBSCRIPTION_KEY", granted.subscription_key.expose().to_owned()),
            ("PSP_ID", granted.psp_id.clone()),
        ];
        let own = [("MSN", msn(false)), ("MSN_SKIP_LANDING_PAGE", msn(true))];
        let own = own.into_iter().filter_map(|(name, msn)| Some((name, msn?)));
        let values = fixed.into_iter().chain(own).map(|(name, value)| (name, Secret::new(value)));
        PspValues { name: psp.name.clone(), values: values.collect() }
    });
    values.collect()
}

impl SandboxPages {
    fn test_user(&self, user: &SeedUser) -> TestUser {
        let unusable = user.cards.iter().filter(|card| self.cannot_pay(card).is_some()).count();
        let (nb, en) = match user.cards.len() {
            0 => ("Ingen kort".to_owned(), "No card".to_owned()),
            1 => ("Ett kort".to_owned(), "One card".to_owned()),
            count => (format!("{count} kort"), format!("{count} cards")),
        };
        let about = if unusable == 0 {
            (nb, en)
        } else {
            (format!("{nb}, {unusable} kan ikke betale"), format!("{en}, {unusable} of them can’t pay"))
        };
        TestUser {
            name: user.name.clone(),
            phone_number: user.phone_number.to_string(),
            pin: user.pin.expose().to_owned(),
            about,
        }
    }

    fn test_card(&self, user: &SeedUser, card: &SeedCard) -> TestCard {
        let scheme = match card.scheme {
            CardScheme::Visa => "Visa",
            CardScheme::Mastercard => "Mastercard",
        };
        let kind = match card.kind {
            CardKind::Credit => ("kreditt", "credit"),
            CardKind::Debit => ("debet", "debit"),
        };
        let why = self.cannot_pay(card);
        TestCard {
            user: user.phone_number.to_string(),
            card: format!("{scheme} •••• {}", card.last_four),
            kind: (kind.0.to_owned(), kind.1.to_owned()),
            expiry: format!("{:02}/{:04}", card.expiry_month, card.expiry_year),
            cannot_pay: why.map(|(nb, en)| (nb.to_owned(), en.to_owned())),
        }
    }

    /// Why a card can't pay today, by the wallet's clock: Norwegian, English.
    fn cannot_pay(&self, card: &SeedCard) -> Option<(&'static str, &'static str)> {
        if self.pages.wallet.people.month_is_over(card.expiry_year, card.expiry_month) {
            Some(("utløpt", "expired"))
        } else if card.eligible {
            None
        } else {
            Some(("gir ikke token", "gives no token"))
        }
    }
}
