//! `/control/v1/users`: users with their cards, and scripts by which they act themselves; only in a sandbox.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use lommebok_control_api as wire;
use lommebok_control_api::{SetScript, User, Users};
use lommebok_domain::{CardKind, PhoneNumber};
use lommebok_engine::simulated_user::Script;
use lommebok_store::{Card, User as StoredUser};

use super::SandboxControl;
use super::problem::Problem;
use crate::http::{Answer, json_object};
use lommebok_web::listener::body;

/// Users in the list.
const MOST_LISTED: u32 = 1_000;
/// The longest body, in bytes.
const BODY_BYTES: usize = 1_024;

type Number = Result<Path<String>, PathRejection>;

#[utoipa::path(
    get,
    path = "/control/v1/users",
    tag = "users",
    operation_id = "listUsers",
    summary = "Users, with their cards and scripts",
    responses((status = 200, description = "The first 1,000.", body = Users))
)]
pub(super) async fn list(State(sandbox): State<SandboxControl>) -> Result<Answer<Users>, Problem> {
    let mut users = Vec::new();
    for user in sandbox.wallet.people.all(MOST_LISTED).await? {
        users.push(shown(&sandbox, &user).await?);
    }
    Ok(Answer(Users { users }))
}

#[utoipa::path(
    get,
    path = "/control/v1/users/{number}",
    tag = "users",
    operation_id = "showUser",
    summary = "One user",
    params(("number" = String, Path, description = "The phone number.")),
    responses(
        (status = 200, description = "With its cards and script.", body = User),
        (status = 404, description = "No user has this number.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn show(State(sandbox): State<SandboxControl>, number: Number) -> Result<Answer<User>, Problem> {
    the_one(&sandbox, &phone_number(number)?).await
}

#[utoipa::path(
    put,
    path = "/control/v1/users/{number}/script",
    tag = "users",
    operation_id = "setScript",
    summary = "The user acts by itself from now on",
    params(("number" = String, Path, description = "The phone number.")),
    request_body = SetScript,
    responses(
        (status = 200, description = "The user, with its script.", body = User),
        (status = 404, description = "No user has this number.", body = wire::Problem, content_type = "application/problem+json"),
        (status = 408, description = "The body took too long.", body = wire::Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body has more than 1,024 bytes.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn set_script(
    State(sandbox): State<SandboxControl>,
    number: Number,
    request: Request,
) -> Result<Answer<User>, Problem> {
    let number = phone_number(number)?;
    let body = body::collect(request, BODY_BYTES).await?;
    let SetScript { script } = json_object(&body).map_err(|fault| {
        Problem::bad_request(format!("the body must be {{\"script\": \"approve-after=3s\"}}: {fault}"))
    })?;
    let script = Script::parse(&script).map_err(|fault| Problem::bad_request(format!("script: {fault}")))?;
    drop(the_one(&sandbox, &number).await?);
    sandbox.scripted_users.set(&number, script).await?;
    the_one(&sandbox, &number).await
}

#[utoipa::path(
    delete,
    path = "/control/v1/users/{number}/script",
    tag = "users",
    operation_id = "clearScript",
    summary = "A person plays the user again",
    params(("number" = String, Path, description = "The phone number.")),
    responses(
        (status = 200, description = "The user, without a script.", body = User),
        (status = 404, description = "No user has this number.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn clear_script(
    State(sandbox): State<SandboxControl>,
    number: Number,
) -> Result<Answer<User>, Problem> {
    let number = phone_number(number)?;
    drop(the_one(&sandbox, &number).await?);
    sandbox.scripted_users.clear(&number).await?;
    the_one(&sandbox, &number).await
}

fn phone_number(number: Number) -> Result<PhoneNumber, Problem> {
    let number = number.map(|Path(number)| number).unwrap_or_default();
    PhoneNumber::of_norway(&number).ok_or_else(|| Problem::bad_request("number must be a phone number of 8 digits"))
}

async fn the_one(sandbox: &SandboxControl, number: &PhoneNumber) -> Result<Answer<User>, Problem> {
    let user = sandbox.wallet.people.user_by_number(number).await?;
    let user = user.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "no user has this number".to_owned()))?;
    Ok(Answer(shown(sandbox, &user).await?))
}

async fn shown(sandbox: &SandboxControl, user: &StoredUser) -> Result<User, Problem> {
    let people = &sandbox.wallet.people;
    let cards = people.cards_of(user.id).await?;
    Ok(User {
        id: user.id.get(),
        phone_number: people.phone_number(user)?,
        name: user.name.clone(),
        cards: cards.iter().map(|card| card_shown(card, people.usable(card))).collect(),
        script: sandbox.scripted_users.script_of(user.id).map(|script| script.to_string()),
    })
}

fn card_shown(card: &Card, usable: bool) -> wire::Card {
    let details = &card.details;
    let kind = match details.kind {
        CardKind::Debit => "debit",
        CardKind::Credit => "credit",
    };
    wire::Card {
        id: card.id.get(),
        network: details.scheme.as_str().to_owned(),
        kind: kind.to_owned(),
        last_four: details.last_four.clone(),
        expiry: format!("{:02}/{:04}", details.expiry_month, details.expiry_year),
        usable,
    }
}
