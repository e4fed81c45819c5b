//! Hands what phones and the customer's browsers ask to the sandbox's exchanges.
//!
//! Not what a page asks by itself, again and again: streams, the small addresses that say whether something has changed, and files.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use lommebok_domain::{PaymentId, ReturnId};
use lommebok_engine::exchanges::{About, Exchanges, Interface, Target};
use lommebok_engine::wallet::Wallet;
use lommebok_psp_v3::paths::DEEPLINK;
use serde::Deserialize;

use super::observed::{Kept, Watching};
use super::pages::query;
use super::{app, payment_number};

/// A payment as a phone is shown it, without the rest.
#[derive(Deserialize)]
struct OnlyId {
    id: String,
}

/// Where exchanges are kept, and whose they are.
#[derive(Clone, Debug)]
pub(super) struct KeepsExchanges {
    pub(super) exchanges: Option<Arc<Exchanges>>,
    pub(super) wallet: Arc<Wallet>,
}

/// Keeps what was asked and answered, where it is one of the conversations that are kept.
pub(super) async fn observed(State(keeps): State<KeepsExchanges>, request: Request, next: Next) -> Response {
    let KeepsExchanges { exchanges, wallet } = &keeps;
    let interface = interface(request.uri().path());
    let place = exchanges.as_ref().zip(interface).and_then(|(exchanges, _)| exchanges.place());
    let (Some(exchanges), Some(interface), Some(place)) = (exchanges, interface, place) else {
        return next.run(request).await;
    };
    let (watching, request) = Watching::begin(wallet.clock.now(), request);
    let answered = watching.answered(next.run(request).await).await;
    let payment = if interface == Interface::AppApi {
        on_phone(watching.uri.path(), answered.body())
    } else {
        on_page(wallet, &watching).await
    };
    let about = About { payment, ..About::new(wallet.tenant, interface) };
    let kept = Kept { exchanges, place, public_url: &wallet.settings.public_url };
    watching.keep(kept, (about, Target::Endpoint), answered)
}

/// The conversation that a path belongs to.
fn interface(path: &str) -> Option<Interface> {
    if let Some(rest) = path.strip_prefix(app::PATH) {
        return (!matches!(rest, "/events" | "/status")).then_some(Interface::AppApi);
    }
    let is_page = [DEEPLINK, "/landing/wait", "/landing/number", "/landing/cancel"].contains(&path)
        || path.starts_with("/mobileintercept");
    is_page.then_some(Interface::Landing)
}

/// The payment that a call of a phone is about: by its path, or, when a link was opened, by its answer.
fn on_phone(path: &str, answer: &[u8]) -> Option<PaymentId> {
    let named = path.strip_prefix(app::PATH)?.strip_prefix("/payments/")?.split('/').next()?;
    if named == "open" {
        return payment_number(&serde_json::from_slice::<OnlyId>(answer).ok()?.id);
    }
    payment_number(named)
}

/// The payment behind a page's token, or the return from its 3-D Secure page.
async fn on_page(wallet: &Wallet, watching: &Watching) -> Option<PaymentId> {
    let uri = &watching.uri;
    if let Some(id) = query(uri, "transactionId") {
        let id = u128::from_str_radix(&id, 16).ok()?;
        return Some(wallet.payments.of_step_up(ReturnId::new(id)).await.ok()?.id);
    }
    let token = query(uri, "token").or_else(|| {
        let body = watching.whole_body()?;
        let mut fields = url::form_urlencoded::parse(&body);
        fields.find(|(name, _)| name == "token").map(|(_, token)| token.into_owned())
    });
    wallet.approvals.number_of_link(&token?)
}
