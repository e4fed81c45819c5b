//! The bank's 3-D Secure page, simulated: `/3ds/{session}`. It asks for a code, says which one is right, and leads back to
//! the wallet. Its address is the session's secret; the session itself is in the ledger and outlives a restart.
//!
//! A POST answers 303 to our own page, which leaves by script, refresh and link, because browsers apply `form-action` to
//! redirects. Only the wallet that the session leads back to may frame it.

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Path, Request, State as Shared};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{ALLOW, CONTENT_TYPE};
use lommebok_sdk::Url;
use serde::Deserialize;

use crate::database::DatabaseFault;
use crate::ledger::{Challenge, Payment, State, StepUp};
use crate::page::{self, Chosen, Page};
use crate::psp::{ChallengeFault, OurReceiver, Psp, Way};
use lommebok_web::pages::html::Policy;

/// The most bytes of a form.
const BODY_MAX_BYTES: usize = 4 * 1024;

#[derive(Clone)]
struct Desk {
    psp: Psp,
    receiver: OurReceiver,
}

/// The routes.
pub(crate) fn router(psp: Psp, receiver: OurReceiver) -> Router {
    Router::new()
        .route("/3ds/{session}", get(show).post(answer))
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(middleware::from_fn(in_our_words))
        .with_state(Desk { psp, receiver })
        .merge(page::files())
}

#[derive(Deserialize)]
struct Answer {
    way: String,
    #[serde(default)]
    code: String,
}

async fn show(Shared(desk): Shared<Desk>, chosen: Chosen, Path(session): Path<String>) -> Response {
    match desk.psp.of_session(&session).await {
        Ok(Some(payment)) => desk.page(chosen, &session, &payment).await,
        Ok(None) => over(chosen, &session),
        Err(fault) => failed(chosen, &session, &fault),
    }
}

async fn answer(
    Shared(desk): Shared<Desk>,
    chosen: Chosen,
    Path(session): Path<String>,
    Form(answer): Form<Answer>,
) -> Response {
    let way = match answer.way.as_str() {
        "code" => Way::Code(answer.code),
        "cancel" => Way::Cancel,
        "fail" => Way::Fail,
        _ => return no_question(chosen, path(&session), NoQuestion::Unreadable, StatusCode::BAD_REQUEST),
    };
    match desk.psp.challenged(&session, way).await {
        Ok(_) => Redirect::to(&path(&session)).into_response(),
        Err(ChallengeFault::Over) => over(chosen, &session),
        Err(ChallengeFault::Database(fault)) => failed(chosen, &session, &fault),
    }
}

impl Desk {
    /// The page for the session's state.
    async fn page(&self, chosen: Chosen, session: &str, payment: &Payment) -> Response {
        let State::StepUp(step_up) = &payment.state else { return over(chosen, session) };
        let page = Page::new(chosen.lang, path(session));
        let html = match step_up.challenge {
            Challenge::Waiting { wrong } => {
                let amount = payment.terms.amount.as_ore();
                let text = payment.terms.text.clone();
                chosen.page(&ChallengePage { page, amount, text, is_wrong: wrong > 0, code: crate::psp::CODE })
            }
            ended @ (Challenge::Passed | Challenge::Cancelled | Challenge::Failed) => {
                // The receiver must know before the user is back at the wallet.
                if ended == Challenge::Passed
                    && let Err(fault) = self.receiver.step_up_passed(&payment.terms.psp_transaction_id).await
                {
                    tracing::error!(%fault, "a passed session was not taken note of");
                    return no_question(chosen, path(session), NoQuestion::Failed, StatusCode::SERVICE_UNAVAILABLE);
                }
                chosen.page(&LeavingPage { page, ended, url: leads_to(step_up).to_owned() })
            }
        };
        let policy = origin(&step_up.success_url).map_or(Policy::Closed, Policy::FramedBy);
        html.policy(policy).into_response()
    }
}

fn leads_to(step_up: &StepUp) -> &str {
    match step_up.challenge {
        Challenge::Passed => &step_up.success_url,
        Challenge::Cancelled => &step_up.cancel_url,
        Challenge::Failed | Challenge::Waiting { .. } => &step_up.failure_url,
    }
}

/// The origin of the wallet's page, as a source of a content security policy.
fn origin(url: &str) -> Option<String> {
    let origin = Url::parse(url).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

fn path(session: &str) -> String {
    format!("/3ds/{session}")
}

fn over(chosen: Chosen, session: &str) -> Response {
    no_question(chosen, path(session), NoQuestion::Over, StatusCode::NOT_FOUND)
}

fn failed(chosen: Chosen, session: &str, fault: &DatabaseFault) -> Response {
    tracing::error!(%fault, "the 3-D Secure page failed");
    no_question(chosen, path(session), NoQuestion::Failed, StatusCode::INTERNAL_SERVER_ERROR)
}

fn no_question(chosen: Chosen, here: String, why: NoQuestion, status: StatusCode) -> Response {
    let page = Page::new(chosen.lang, here);
    // A page that frames it shows what it says; nothing can be done on it.
    let html = chosen.page(&NoQuestionPage { page, why }).status(status);
    html.policy(Policy::FramedBy("http: https:".to_owned())).into_response()
}

/// What the framework refuses by itself, in its own words, is refused with a page.
async fn in_our_words(chosen: Chosen, request: Request, next: Next) -> Response {
    let here = request.uri().path().to_owned();
    let answer = next.run(request).await;
    let is_plain = answer.headers().get(CONTENT_TYPE).is_none_or(|kind| kind == "text/plain; charset=utf-8");
    if !is_plain || !answer.status().is_client_error() {
        return answer;
    }
    let mut page = no_question(chosen, here, NoQuestion::Unreadable, answer.status());
    if let Some(methods) = answer.headers().get(ALLOW) {
        page.headers_mut().insert(ALLOW, methods.clone());
    }
    page
}

/// The question.
#[derive(Template)]
#[template(path = "step_up/challenge.html")]
struct ChallengePage {
    page: Page,
    amount: i64,
    text: String,
    is_wrong: bool,
    code: &'static str,
}

/// Back to the wallet.
#[derive(Template)]
#[template(path = "step_up/leaving.html")]
struct LeavingPage {
    page: Page,
    ended: Challenge,
    url: String,
}

/// Nothing to do here, or nothing that can be done now.
#[derive(Template)]
#[template(path = "step_up/no_question.html")]
struct NoQuestionPage {
    page: Page,
    why: NoQuestion,
}

/// Why the bank asks nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NoQuestion {
    /// There is no such session, or it is over.
    Over,
    /// A form that is none of ours, or not whole.
    Unreadable,
    /// Our fault; nothing was changed.
    Failed,
}

impl NoQuestionPage {
    fn title(&self) -> &'static str {
        let (nb, en) = match self.why {
            NoQuestion::Over => ("Dette steget er over", "This step is over"),
            NoQuestion::Unreadable => ("Skjemaet kunne ikke leses", "The form could not be read"),
            NoQuestion::Failed => ("Noe gikk galt hos banken", "Something went wrong at the bank"),
        };
        self.page.say(nb, en)
    }
}
