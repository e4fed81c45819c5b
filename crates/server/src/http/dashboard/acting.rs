//! A payment's user at work, from the payment's page: the Control API's acting calls as forms. What is refused is said on the page.

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use lommebok_control_api::{ApprovePayment, Expired, Payment, StepUp, StepUpResult};
use lommebok_web::pages::html::Policy;

use super::door::{Refused, encoded};
use super::form::Form;
use super::payment::{Id, page};
use super::{Dashboard, Making, PATH, notice_of};

pub(super) async fn approve(State(dashboard): State<Dashboard>, id: Id, request: Request) -> Response {
    act(&dashboard, id, request, "approve", async |id: &str, form: &Form| {
        let chosen = form.field("card").split_once(' ').map(|(user, card)| (user.to_owned(), card.to_owned()));
        let (user, card) = chosen.unzip();
        // The page goes on by itself when the PSP has answered.
        let body = ApprovePayment { user, card, wait: false };
        dashboard.door.post::<Payment>(&format!("payments/{id}/approve"), &body).await.map(|_| 0)
    })
    .await
}

pub(super) async fn cancel(State(dashboard): State<Dashboard>, id: Id, request: Request) -> Response {
    act(&dashboard, id, request, "cancel", async |id: &str, _: &Form| {
        dashboard.door.post_empty::<Payment>(&format!("payments/{id}/cancel")).await.map(|_| 0)
    })
    .await
}

pub(super) async fn step_up(State(dashboard): State<Dashboard>, id: Id, request: Request) -> Response {
    act(&dashboard, id, request, "step-up", async |id: &str, form: &Form| {
        let result = match form.field("result") {
            "passed" => StepUpResult::Passed,
            "failed" => StepUpResult::Failed,
            _ => StepUpResult::Cancelled,
        };
        let body = StepUp { result, wait: false };
        dashboard.door.post::<Payment>(&format!("payments/{id}/step-up"), &body).await.map(|_| 0)
    })
    .await
}

pub(super) async fn expire(State(dashboard): State<Dashboard>, id: Id, request: Request) -> Response {
    act(&dashboard, id, request, "expire", async |id: &str, _: &Form| {
        let expired = dashboard.door.post_empty::<Expired>(&format!("payments/{id}/expire")).await?;
        Ok(expired.done.len().saturating_sub(1))
    })
    .await
}

/// Does `what` if our own page asks, and shows the payment, with why not if it was refused. `doing` answers how much else happened.
async fn act(
    dashboard: &Dashboard,
    id: Id,
    request: Request,
    what: &str,
    doing: impl AsyncFnOnce(&str, &Form) -> Result<usize, Refused>,
) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let form = match Form::read(dashboard, request).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let named = encoded(id.as_ref().map(|id| id.0.as_str()).unwrap_or_default());
    let back = format!("{PATH}/payments/{named}");
    match doing(&named, &form).await {
        Ok(0) => dashboard.pages.see_other(&format!("{back}?done={what}"), Policy::Closed),
        Ok(also) => dashboard.pages.see_other(&format!("{back}?done={what}&also={also}"), Policy::Closed),
        Err(refused) => {
            let mut making = Making::new(dashboard, &uri, &headers);
            making.here = back;
            let mut response = page(&making, id, Some(notice_of(&refused))).await;
            if response.status() == StatusCode::OK {
                *response.status_mut() = refused.status;
            }
            response
        }
    }
}
