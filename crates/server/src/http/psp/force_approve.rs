//! `POST /psp/v3/integration-test/psppayments/{pspTransactionId}/approve`: approve without a phone, sandbox only.

use lommebok_psp_v3::errors::{ErrorCode, Fault as WireFault};
use lommebok_psp_v3::paths::PathId;
use lommebok_psp_v3::{force_approve as wire, headers};

use super::answer::{Answered, Refused};
use super::auth::Caller;
use super::{PspCall, payment_named};

pub(super) async fn handle(call: PspCall<'_>, id: &PathId<'_>) -> Result<Answered, Refused> {
    let unknown = || WireFault::of(ErrorCode::PathUnknown);
    let force_approve = call.force_approve.ok_or_else(unknown)?;
    let caller = Caller::of_anything(call.edge, call.headers).await?;
    caller.check_msn(call.headers).await?;
    let body = call.edge.body(call.body).await?;
    headers::check_json(call.headers, body.len())?;
    let request = wire::parse(&body)?;
    let id = payment_named(id)?;
    force_approve.approve(caller.principal, &id, &request.customer_phone_number, request.token.expose()).await?;
    Ok(Answered::empty().hinting(request.hints))
}
