//! `POST /psp/v3/psppayments/init`: start a payment.

use lommebok_domain::Entrance;
use lommebok_engine::clock::ProcessTime;
use lommebok_engine::inits::NewInit;
use lommebok_engine::observability::calls::{self, Ids, Kind, Line};
use lommebok_engine::wallet::Wallet;
use lommebok_psp_v3::errors::{ErrorCode, Fault as WireFault, together};
use lommebok_psp_v3::headers;
use lommebok_psp_v3::hints::{Hint, Slip};
use lommebok_psp_v3::init::{self, InitAnswer, InitRequest};
use lommebok_store::IdempotentRoute;

use super::PspCall;
use super::answer::{Answered, Refused};
use super::auth::Caller;
use crate::http::rates::OfPsp;

pub(super) async fn handle(call: PspCall<'_>) -> Result<Answered, Refused> {
    let (headers, began) = (call.headers, call.began);
    let caller = Caller::of(call.edge, headers, OfPsp::Init).await?;
    let msn = caller.required_msn(headers).await?;
    let body = call.edge.body(call.body).await?;
    headers::check_json(headers, body.len())?;
    let policy = caller.wallet.settings.environment.url_policy;
    let parsed = caller.reads(body, move |_, body| init::parse(body, policy)).await?;
    let (key, request) = together(headers::idempotency_key(headers), parsed)?;
    let unkeyed = if key.is_none() { headers::idempotency_hint(headers) } else { None };
    if caller.wallet.settings.is_own_listener(&request.make_payment_url) {
        let fault = WireFault::at(ErrorCode::MakePaymentUrl, "makePaymentUrl");
        return Err(fault.hinting(Hint::of(Slip::OwnListener)).into());
    }
    let idempotency = key.map(|key| {
        let canonical = request.canonical().text(msn.as_str()).into_bytes();
        let request = caller.wallet.idempotency.hash(&canonical);
        caller.wallet.idempotency.request(IdempotentRoute::Init, key, request)
    });
    let is_app = request.is_app;
    let hints = request.hints.clone();
    let new = new_init(request);
    let initiated = caller.wallet.inits.start(caller.principal, &msn, new, idempotency).await?;
    let terms = &initiated.payment.terms;
    calls::say(Kind::Init, || {
        Line::Init(calls::Init {
            payment: Ids::of(&initiated.payment),
            merchant_order_id: terms.merchant_order_id.as_str().to_owned(),
            msn: msn.to_string(),
            ms: calls::millis(ProcessTime.now().duration_since(began)),
        })
    });
    let link = redirect_link(&caller.wallet, is_app, &initiated.token);
    let answer = InitAnswer {
        psp_transaction_id: terms.psp_transaction_id.as_str(),
        merchant_order_id: terms.merchant_order_id.as_str(),
        vipps_redirect_url: &link,
    };
    Ok(Answered::json(&answer).in_utf_8().hinting(hints).hinting(unkeyed))
}

/// The request as the wallet wants it.
fn new_init(request: InitRequest) -> NewInit {
    let entrance = match (request.skip_landing_page, request.is_app) {
        (true, _) => Entrance::Push,
        (false, true) => Entrance::App,
        (false, false) => Entrance::LandingPage,
    };
    NewInit {
        psp_transaction_id: request.psp_transaction_id,
        merchant_order_id: request.merchant_order_id,
        customer_number: request.customer_mobile_number,
        amount: request.amount,
        psp_redirect_url: request.psp_redirect_url,
        make_payment_url: request.make_payment_url,
        make_payment_token: request.make_payment_token,
        payment_text: request.payment_text.unwrap_or_default(),
        entrance,
    }
}

/// The link for the user: the landing page, or the app's own.
pub(crate) fn redirect_link(wallet: &Wallet, is_app: bool, token: &str) -> String {
    let settings = &wallet.settings;
    if is_app {
        format!("{}://?token={token}", settings.environment.app_scheme)
    } else {
        format!("{}/dwo-api-application/v1/deeplink/vippsgateway?v=2&token={token}", settings.public_url)
    }
}
