//! The pages that are shown: the number form, the waiting page, the result, and what became of a link that is gone.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, StatusCode, Uri};
use lommebok_domain::payment::MAX_PROMPTS;
use lommebok_domain::{Entrance, Failure, Payment, PhoneNumber, State as PaymentState};
use lommebok_engine::after_commit::Topic;
use lommebok_engine::clock::time_text;
use lommebok_engine::fault::Fault;
use lommebok_engine::operations::Reader;
use serde_json::json;

use super::form;
use crate::http::event_stream::{self, Heeds, Lasts};
use crate::http::pages::{Pages, language, query, remember_language};
use crate::ui::error_page::Wrong;
use crate::ui::landing::{
    AnotherNumber, Deadline, FormKeys, Gone, GonePage, NumberPage, OtherWays, Outcome, Purchase, ResultPage, TooLate,
    WaitingFor, WaitingPage, WrongNumber,
};
use crate::ui::shown::{ShownClock, shown_text};
use lommebok_web::pages::html::{Html, Policy};
use lommebok_web::pages::lang::Lang;

/// Who looks, and with which link.
pub(super) struct Looking<'a> {
    pub(super) pages: &'a Pages,
    pub(super) lang: Lang,
    pub(super) headers: &'a HeaderMap,
    pub(super) here: String,
    pub(super) token: &'a str,
}

/// The link's own page.
pub(super) async fn deeplink(State(pages): State<Pages>, uri: Uri, headers: HeaderMap) -> Response {
    let token = query(&uri, "token").unwrap_or_default();
    let lang = language(&uri, &headers);
    let here = format!("{}?v=2&token={token}", lommebok_psp_v3::paths::DEEPLINK);
    let looking = Looking { pages: &pages, lang, headers: &headers, here, token: &token };
    let shown = match pages.wallet.approvals.linked(&token).await {
        Ok(payment) => match &payment.state {
            PaymentState::AwaitingUser { .. } => looking.number_page(&payment, None).await,
            state if state.is_final() && form::has_seen(&pages, &payment, &headers) => {
                looking.waiting(&payment, None, None).await
            }
            state if state.is_final() => looking.gone(&payment).await,
            PaymentState::AwaitingApproval { .. }
            | PaymentState::Authorizing { .. }
            | PaymentState::StepUp { .. }
            | PaymentState::Reserved { .. }
            | PaymentState::Failed(_)
            | PaymentState::Cancelled(_)
            | PaymentState::Expired => pages.see_other(&wait_address(&token), Policy::Closed),
        },
        Err(fault) => looking.unknown(&fault),
    };
    remember_language(shown, &uri, lang)
}

/// The waiting page, and the result once there is one.
pub(super) async fn wait(State(pages): State<Pages>, uri: Uri, headers: HeaderMap) -> Response {
    let token = query(&uri, "token").unwrap_or_default();
    let lang = language(&uri, &headers);
    let looking = Looking { pages: &pages, lang, headers: &headers, here: wait_address(&token), token: &token };
    let shown = match pages.wallet.approvals.linked(&token).await {
        Ok(payment) => looking.waiting(&payment, refused(&uri), None).await,
        Err(fault) => looking.unknown(&fault),
    };
    remember_language(shown, &uri, lang)
}

/// Hints of the payment's changes.
pub(super) async fn events(State(pages): State<Pages>, uri: Uri, headers: HeaderMap) -> Response {
    let token = query(&uri, "token").unwrap_or_default();
    let payment = match pages.wallet.approvals.linked(&token).await {
        Ok(payment) => payment,
        Err(Fault::UnknownLink) => return pages.error(language(&uri, &headers), Wrong::NotFound, None),
        Err(fault) => {
            tracing::error!(%fault, "hints of a landing page can't be given");
            return pages.error(language(&uri, &headers), Wrong::Internal, None);
        }
    };
    let Some(place) = pages.wallet.readers.admit(Reader::Link(payment.id)) else {
        return (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, event_stream::RETRY_AFTER_S)]).into_response();
    };
    let subscription = pages.wallet.payments.hints().subscribe(Topic::Payment(payment.id));
    // Read after subscribing, or a change between the two would be missed.
    let already = pages.wallet.payments.load(payment.id).await.is_ok_and(|payment| payment.state.is_final());
    event_stream::hints(subscription, Heeds::of(&pages.wallet), place, Lasts::UntilFinal { already })
}

/// The payment's version and how often the clock was set: another one means that the page is to be read anew. For a page whose
/// stream brings nothing, so it costs one read and says nothing that the page does not show.
pub(super) async fn status(State(pages): State<Pages>, uri: Uri) -> Response {
    let token = query(&uri, "token").unwrap_or_default();
    match pages.wallet.approvals.linked(&token).await {
        Ok(payment) => {
            let clock = *pages.wallet.clock.changes().borrow();
            Json(json!({"version": payment.version, "clock": clock})).into_response()
        }
        Err(Fault::UnknownLink) => StatusCode::NOT_FOUND.into_response(),
        Err(fault) => {
            tracing::error!(%fault, "the status of a landing page can't be given");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Where the waiting page of a link is.
pub(super) fn wait_address(token: &str) -> String {
    format!("/landing/wait?token={token}")
}

/// Where the waiting page is that says what came too late.
pub(super) fn refused_address(token: &str, refused: TooLate) -> String {
    format!("{}&refused={}", wait_address(token), word(refused))
}

fn word(refused: TooLate) -> &'static str {
    match refused {
        TooLate::Cancel => "cancel",
        TooLate::Number => "number",
    }
}

fn refused(uri: &Uri) -> Option<TooLate> {
    let said = query(uri, "refused")?;
    [TooLate::Cancel, TooLate::Number].into_iter().find(|refused| word(*refused) == said)
}

/// Whether the page still says what came too late.
fn still_matters(refused: TooLate, waiting_for: WaitingFor) -> bool {
    match refused {
        TooLate::Cancel => waiting_for != WaitingFor::Approval,
        TooLate::Number => waiting_for != WaitingFor::StepUp,
    }
}

fn another_number<'a>(payment: &Payment, wrong: Option<WrongNumber<'a>>) -> AnotherNumber<'a> {
    if !matches!(payment.state, PaymentState::AwaitingApproval { .. }) || payment.terms.entrance == Entrance::Push {
        return AnotherNumber::Never;
    }
    if payment.prompts >= MAX_PROMPTS {
        return AnotherNumber::Exhausted;
    }
    wrong.map_or(AnotherNumber::Welcome, AnotherNumber::Wrong)
}

impl Looking<'_> {
    /// The number form; `wrong` is what was typed that is no number.
    pub(super) async fn number_page(&self, payment: &Payment, wrong: Option<WrongNumber<'_>>) -> Response {
        let known = match self.pages.wallet.secrets.customer_number(payment).await {
            Ok(known) => known,
            Err(fault) => return self.unknown(&fault),
        };
        let known = known.as_ref().map(PhoneNumber::as_str).unwrap_or_default();
        let purchase = self.purchase(payment).await;
        self.with_keys(payment, &wait_address(self.token), |keys| {
            let page = NumberPage {
                page: self.pages.page(self.lang, &self.here),
                purchase: &purchase,
                keys,
                number: wrong.map_or(known, |wrong| wrong.typed),
                number_wrong: wrong.map(|wrong| wrong.why),
                other_ways: &self.other_ways(),
            };
            let status = if wrong.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
            Html::page(self.lang, &page).status(status)
        })
    }

    /// The page for a number that is none: of the form that asked for it.
    pub(super) async fn wrong_number(&self, payment: &Payment, wrong: WrongNumber<'_>) -> Response {
        match &payment.state {
            PaymentState::AwaitingUser { .. } => self.number_page(payment, Some(wrong)).await,
            PaymentState::AwaitingApproval { .. }
            | PaymentState::Authorizing { .. }
            | PaymentState::StepUp { .. }
            | PaymentState::Reserved { .. }
            | PaymentState::Failed(_)
            | PaymentState::Cancelled(_)
            | PaymentState::Expired => self.waiting(payment, None, Some(wrong)).await,
        }
    }

    async fn waiting(&self, payment: &Payment, refused: Option<TooLate>, wrong: Option<WrongNumber<'_>>) -> Response {
        let waiting_for = match &payment.state {
            PaymentState::AwaitingUser { .. } => {
                let link = format!("{}?v=2&token={}", lommebok_psp_v3::paths::DEEPLINK, self.token);
                return self.pages.see_other(&link, Policy::Closed);
            }
            PaymentState::AwaitingApproval { .. } => WaitingFor::Approval,
            PaymentState::Authorizing { .. } => WaitingFor::Bank,
            PaymentState::StepUp { .. } => WaitingFor::StepUp,
            PaymentState::Reserved { .. } => return self.result(payment, Outcome::Paid).await,
            PaymentState::Failed(Failure::Certain { .. }) => return self.result(payment, Outcome::Failed).await,
            PaymentState::Failed(Failure::Unknown { .. }) => return self.result(payment, Outcome::Unclear).await,
            PaymentState::Cancelled(_) => return self.result(payment, Outcome::Cancelled).await,
            PaymentState::Expired => return self.result(payment, Outcome::Expired).await,
        };
        let another_number = another_number(payment, wrong);
        let asked = form::asked_number(self.pages, payment, self.headers);
        let refused = refused.filter(|refused| still_matters(*refused, waiting_for));
        let now = refused.map_or_else(|| wait_address(self.token), |refused| refused_address(self.token, refused));
        let purchase = self.purchase(payment).await;
        self.with_keys(payment, &now, |keys| {
            let page = WaitingPage {
                page: self.pages.page(self.lang, &self.here),
                purchase: &purchase,
                keys,
                waiting_for,
                number: asked.as_deref(),
                another_number,
                refused,
                other_ways: &self.other_ways(),
            };
            Html::page(self.lang, &page).status(if wrong.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK })
        })
    }

    async fn result(&self, payment: &Payment, outcome: Outcome) -> Response {
        let page = ResultPage {
            page: self.pages.page(self.lang, &self.here),
            purchase: &self.purchase(payment).await,
            outcome,
            shop: &payment.terms.psp_redirect_url,
        };
        Html::page(self.lang, &page).into_response()
    }

    async fn gone(&self, payment: &Payment) -> Response {
        let gone = match &payment.state {
            PaymentState::Cancelled(_) => Gone::Cancelled,
            PaymentState::Expired => Gone::Expired,
            PaymentState::AwaitingUser { .. }
            | PaymentState::AwaitingApproval { .. }
            | PaymentState::Authorizing { .. }
            | PaymentState::StepUp { .. }
            | PaymentState::Reserved { .. }
            | PaymentState::Failed(_) => Gone::Used,
        };
        let merchant = self.purchase(payment).await.merchant;
        let shop = Some((merchant.as_str(), payment.terms.psp_redirect_url.as_str()));
        let page = GonePage { page: self.pages.page(self.lang, &self.here), gone, shop };
        Html::page(self.lang, &page).status(StatusCode::GONE).into_response()
    }

    /// A link that is none of ours, or a fault of our own.
    pub(super) fn unknown(&self, fault: &Fault) -> Response {
        if !matches!(fault, Fault::UnknownLink) {
            tracing::error!(%fault, "a landing page could not be shown");
            return self.pages.error(self.lang, Wrong::Internal, None);
        }
        let page = GonePage { page: self.pages.page(self.lang, "/"), gone: Gone::Unknown, shop: None };
        Html::page(self.lang, &page).status(StatusCode::NOT_FOUND).into_response()
    }

    /// Renders a page with forms; `now` is where its script reads it again.
    fn with_keys(&self, payment: &Payment, now: &str, render: impl FnOnce(FormKeys<'_>) -> Html) -> Response {
        let (secret, cookie) = form::secret(self.pages, payment, self.headers);
        let form_token = form::form_token(self.pages, payment, &secret);
        let [events, status] =
            ["events", "status"].map(|what| self.pages.at(&format!("/landing/{what}?token={}", self.token)));
        let now = &self.pages.at(now);
        let keys = FormKeys { token: self.token, form_token: &form_token, events: &events, status: &status, now };
        let mut response = render(keys).into_response();
        if let Some(cookie) = cookie {
            response.headers_mut().append(SET_COOKIE, cookie);
            if let Some(seen) = form::remember_seen(self.pages, payment) {
                response.headers_mut().append(SET_COOKIE, seen);
            }
        }
        response
    }

    async fn purchase(&self, payment: &Payment) -> Purchase {
        let deadline = match &payment.state {
            PaymentState::AwaitingUser { deadline } | PaymentState::AwaitingApproval { deadline, .. } => {
                Some(Deadline::OfTheLink(time_text(*deadline)))
            }
            PaymentState::StepUp { deadline, .. } => Some(Deadline::OfTheBank(time_text(*deadline))),
            PaymentState::Authorizing { .. }
            | PaymentState::Reserved { .. }
            | PaymentState::Failed(_)
            | PaymentState::Cancelled(_)
            | PaymentState::Expired => None,
        };
        Purchase {
            merchant: shown_text(&self.pages.wallet.directory.merchant_name(&payment.terms.msn).await),
            text: shown_text(&payment.terms.payment_text),
            amount: self.lang.kroner(payment.terms.amount.ore()),
            deadline,
            clock: ShownClock::of(&self.pages.wallet.clock),
        }
    }

    fn other_ways(&self) -> OtherWays {
        let scheme = self.pages.wallet.settings.environment.app_scheme;
        let app_link = format!("{scheme}://?token={}", self.token);
        let encoded: String = url::form_urlencoded::byte_serialize(app_link.as_bytes()).collect();
        let simulator = self.pages.sandbox.then(|| self.pages.at(&format!("/phone?link={encoded}")));
        OtherWays { qr: self.pages.qr_codes.of(&app_link), app_link, simulator }
    }
}
