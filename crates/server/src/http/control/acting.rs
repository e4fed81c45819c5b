//! `/control/v1/payments/{id}/approve` and its neighbours: a user's part without a phone and without a page, only in a sandbox.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use lommebok_control_api as wire;
use lommebok_control_api::{ApprovePayment, Expired, StepUp, StepUpResult};
use lommebok_domain::{PhoneNumber, StepUpResult as Result3ds};
use lommebok_engine::simulated_user::{Approval, CardChoice};

use super::SandboxControl;
use super::clock::timer_done;
use super::payments::the_one;
use super::problem::Problem;
use super::view::{moment, payment_shown};
use crate::http::{Answer, json_object};
use lommebok_web::listener::body;

/// The longest body, in bytes.
const BODY_BYTES: usize = 1_024;

type Id = Result<Path<String>, PathRejection>;

#[utoipa::path(
    post,
    path = "/control/v1/payments/{id}/approve",
    tag = "acting",
    operation_id = "approvePayment",
    summary = "Its user approves",
    params(("id" = String, Path, description = "A `pspTransactionId`, or the wallet's own number.")),
    request_body = Option<ApprovePayment>,
    responses(
        (status = 200, description = "The payment as it is after the first outcome: reserved, failed, or at 3-D Secure.", body = wire::Payment),
        (status = 404, description = "There is no such payment.", body = wire::Problem, content_type = "application/problem+json"),
        (status = 408, description = "The body took too long.", body = wire::Problem, content_type = "application/problem+json"),
        (status = 409, description = "Its state does not allow it; the detail says what is possible.", body = wire::Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body has more than 1,024 bytes.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn approve(
    State(sandbox): State<SandboxControl>,
    id: Id,
    request: Request,
) -> Result<Answer<wire::Payment>, Problem> {
    let body = body::collect(request, BODY_BYTES).await?;
    let asked: ApprovePayment = if body.is_empty() {
        ApprovePayment::default()
    } else {
        json_object(&body).map_err(|fault| {
            Problem::bad_request(format!(
                "the body must be {{\"user\": NUMBER, \"card\": CARD, \"wait\": true}}, or less: {fault}"
            ))
        })?
    };
    let approval = approval(&asked)?;
    let payment = the_one(&sandbox.wallet, id).await?;
    let user = &sandbox.user;
    let approved = if asked.wait {
        user.approve(payment.id, &approval).await
    } else {
        user.begin_approval(payment.id, &approval).await
    };
    Ok(Answer(payment_shown(&approved?)))
}

fn approval(asked: &ApprovePayment) -> Result<Approval, Problem> {
    let number = asked.user.as_deref().map(|user| {
        PhoneNumber::of_norway(user).ok_or_else(|| Problem::bad_request("user must be a phone number of 8 digits"))
    });
    let card = asked.card.as_deref().map(|card| {
        let names = "card must be a card's last four digits, VISA, MASTERCARD, or our number for it";
        CardChoice::parse(card).ok_or_else(|| Problem::bad_request(names))
    });
    Ok(Approval { number: number.transpose()?, card: card.transpose()?.unwrap_or_default() })
}

#[utoipa::path(
    post,
    path = "/control/v1/payments/{id}/cancel",
    tag = "acting",
    operation_id = "cancelPayment",
    summary = "Its user cancels",
    params(("id" = String, Path, description = "A `pspTransactionId`, or the wallet's own number.")),
    responses(
        (status = 200, description = "The payment, cancelled. Its notice is on its way.", body = wire::Payment),
        (status = 404, description = "There is no such payment.", body = wire::Problem, content_type = "application/problem+json"),
        (status = 409, description = "Its state does not allow it; the detail says what is possible.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn cancel(State(sandbox): State<SandboxControl>, id: Id) -> Result<Answer<wire::Payment>, Problem> {
    let payment = the_one(&sandbox.wallet, id).await?;
    Ok(Answer(payment_shown(&sandbox.user.cancel(payment.id).await?)))
}

#[utoipa::path(
    post,
    path = "/control/v1/payments/{id}/step-up",
    tag = "acting",
    operation_id = "stepUpPayment",
    summary = "Its user comes back from 3-D Secure",
    params(("id" = String, Path, description = "A `pspTransactionId`, or the wallet's own number.")),
    request_body = StepUp,
    responses(
        (status = 200, description = "The payment as it then is; after `passed`, when the PSP has answered again.", body = wire::Payment),
        (status = 404, description = "There is no such payment.", body = wire::Problem, content_type = "application/problem+json"),
        (status = 408, description = "The body took too long.", body = wire::Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is not at 3-D Secure; the detail says what is possible.", body = wire::Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body has more than 1,024 bytes.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn step_up(
    State(sandbox): State<SandboxControl>,
    id: Id,
    request: Request,
) -> Result<Answer<wire::Payment>, Problem> {
    let body = body::collect(request, BODY_BYTES).await?;
    let StepUp { result, wait } = json_object(&body).map_err(|fault| {
        Problem::bad_request(format!("the body must be {{\"result\": \"passed\"}}, or cancelled or failed: {fault}"))
    })?;
    let result = match result {
        StepUpResult::Passed => Result3ds::Success,
        StepUpResult::Cancelled => Result3ds::Cancel,
        StepUpResult::Failed => Result3ds::Failure,
    };
    let payment = the_one(&sandbox.wallet, id).await?;
    let user = &sandbox.user;
    let returned =
        if wait { user.step_up(payment.id, result).await } else { user.begin_step_up(payment.id, result).await };
    Ok(Answer(payment_shown(&returned?)))
}

#[utoipa::path(
    post,
    path = "/control/v1/payments/{id}/expire",
    tag = "acting",
    operation_id = "expirePayment",
    summary = "Business time moves on to its deadline, and all deadlines on the way happen",
    params(("id" = String, Path, description = "A `pspTransactionId`, or the wallet's own number.")),
    responses(
        (status = 200, description = "All of them have happened.", body = Expired),
        (status = 404, description = "There is no such payment.", body = wire::Problem, content_type = "application/problem+json"),
        (status = 409, description = "It has no deadline, or a PSP has been called and has not answered.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn expire(State(sandbox): State<SandboxControl>, id: Id) -> Result<Answer<Expired>, Problem> {
    let payment = the_one(&sandbox.wallet, id).await?;
    let expired = sandbox.time_travel.expire(payment.id).await?;
    let advanced = expired.advanced;
    Ok(Answer(Expired {
        payment: payment_shown(&expired.payment),
        from: moment(advanced.from),
        to: moment(advanced.to),
        done: advanced.done.iter().map(timer_done).collect(),
    }))
}
