//! `/control/v1/tenants`: worlds beside the first, made and deleted in milliseconds. Only the first world of a sandbox has it.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use lommebok_control_api as wire;
use lommebok_control_api::{NewTenant, TenantHead, TenantList, TenantMerchant, TenantPsp, TenantUser};
use lommebok_engine::clock::time_text;

use super::problem::Problem;
use crate::http::{Answer, json_object};
use crate::seeds::{Seed, SeedPsp};
use crate::tenants::{Entry, TenantFault, Tenants, Wanted};
use lommebok_web::listener::body;

/// The longest body, in bytes: a seed of thousands of entries.
const BODY_BYTES: usize = 4_194_304;

#[utoipa::path(
    post,
    path = "/control/v1/tenants",
    tag = "tenants",
    operation_id = "createTenant",
    summary = "Makes a world",
    request_body = Option<NewTenant>,
    responses(
        (status = 201, description = "It is at work. The answer holds its credentials.", body = wire::Tenant),
        (status = 408, description = "The body took too long.", body = wire::Problem, content_type = "application/problem+json"),
        (status = 409, description = "The name or a credential is taken, or there are 1,000 already.", body = wire::Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body has more than 4,194,304 bytes.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn create(State(tenants): State<Tenants>, request: Request) -> Result<Response, Problem> {
    let body = body::collect(request, BODY_BYTES).await?;
    let wanted = if body.is_empty() {
        NewTenant::default()
    } else {
        json_object(&body).map_err(|fault| Problem::bad_request(format!("the body is not as asked: {fault}")))?
    };
    let NewTenant { name, seed, ttl_s, keep_credentials } = wanted;
    let entry = tenants.make(Wanted { name, seed, ttl_s, keep_credentials }).await?;
    Ok((StatusCode::CREATED, Answer(shown(&tenants, &entry)?)).into_response())
}

#[utoipa::path(
    get,
    path = "/control/v1/tenants",
    tag = "tenants",
    operation_id = "listTenants",
    summary = "All worlds beside the first",
    responses((status = 200, description = "By their names.", body = TenantList))
)]
pub(super) async fn list(State(tenants): State<Tenants>) -> Answer<TenantList> {
    let heads = tenants.all().iter().map(|entry| head(&tenants, entry)).collect();
    Answer(TenantList { tenants: heads })
}

#[utoipa::path(
    get,
    path = "/control/v1/tenants/{name}",
    tag = "tenants",
    operation_id = "showTenant",
    summary = "A world with its credentials",
    params(("name" = String, Path, description = "Its name.")),
    responses(
        (status = 200, description = "All that a test needs.", body = wire::Tenant),
        (status = 404, description = "There is no such world.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn show(
    State(tenants): State<Tenants>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Answer<wire::Tenant>, Problem> {
    let name = named(name)?;
    let entry = tenants.named(&name).ok_or(TenantFault::Unknown(name))?;
    Ok(Answer(shown(&tenants, &entry)?))
}

#[utoipa::path(
    post,
    path = "/control/v1/tenants/{name}/reset",
    tag = "tenants",
    operation_id = "resetTenant",
    summary = "Makes a world anew with the same credentials",
    params(("name" = String, Path, description = "Its name.")),
    responses(
        (status = 200, description = "It is as it was made, and its life begins again. Access tokens go on to work.", body = wire::Tenant),
        (status = 404, description = "There is no such world.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn reset(
    State(tenants): State<Tenants>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Answer<wire::Tenant>, Problem> {
    let name = named(name)?;
    let entry = tenants.reset(&name).await?;
    Ok(Answer(shown(&tenants, &entry)?))
}

#[utoipa::path(
    delete,
    path = "/control/v1/tenants/{name}",
    tag = "tenants",
    operation_id = "deleteTenant",
    summary = "Deletes a world with all that is in it",
    params(("name" = String, Path, description = "Its name.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "There is no such world.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn delete(
    State(tenants): State<Tenants>,
    name: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Problem> {
    let name = named(name)?;
    tenants.delete(&name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A name that is no text is nobody's.
fn named(name: Result<Path<String>, PathRejection>) -> Result<String, TenantFault> {
    name.map(|Path(name)| name).map_err(|_| TenantFault::Unknown("with such a name".to_owned()))
}

fn shown(tenants: &Tenants, entry: &Arc<Entry>) -> Result<wire::Tenant, Problem> {
    let psps = entry.seed.psps.iter().filter_map(|psp| psp_shown(entry, psp)).collect();
    let users = entry.seed.users.iter().map(|user| TenantUser {
        name: user.name.clone(),
        phone_number: user.phone_number.to_string(),
        pin: user.pin.expose().to_owned(),
    });
    Ok(wire::Tenant {
        head: head(tenants, entry),
        phone_url: format!("{}/phone", tenants.url(entry)),
        make_payment_url: tenants.make_payment_url().map_err(TenantFault::from)?,
        psps,
        users: users.collect(),
    })
}

fn head(tenants: &Tenants, entry: &Entry) -> TenantHead {
    let moment = |at| wire::Moment(time_text(at));
    TenantHead {
        name: entry.name.clone(),
        url: tenants.url(entry),
        made_at: moment(entry.terms.made_at),
        ends_at: entry.terms.ends_at().map(moment),
    }
}

fn psp_shown(entry: &Entry, psp: &SeedPsp) -> Option<TenantPsp> {
    let granted = entry.credentials.psps.get(&psp.name)?;
    Some(TenantPsp {
        name: psp.name.clone(),
        client_id: granted.client_id.clone(),
        client_secret: granted.client_secret.expose().to_owned(),
        subscription_key: granted.subscription_key.expose().to_owned(),
        secondary_subscription_key: granted.secondary_subscription_key.expose().to_owned(),
        psp_id: granted.psp_id.clone(),
        merchants: merchants_of(&entry.seed, &psp.name),
    })
}

fn merchants_of(seed: &Seed, psp: &str) -> Vec<TenantMerchant> {
    let own = seed.merchants.iter().filter(|merchant| merchant.psp == psp);
    let shown = own.map(|merchant| TenantMerchant {
        msn: merchant.msn.to_string(),
        name: merchant.name.clone(),
        may_skip_landing_page: merchant.may_skip_landing_page,
    });
    shown.collect()
}
