//! `/merchant-management/psp/v1/merchants`: a PSP's merchants.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lommebok_domain::MerchantStatus;
use lommebok_domain::Msn;
use lommebok_engine::clock::time_text;
use lommebok_engine::directory::MERCHANTS_LISTED;
use lommebok_engine::fault::Fault;
use lommebok_engine::operations::Whose;
use lommebok_psp_v3::errors::{ErrorCode, Fault as WireFault, together};
use lommebok_psp_v3::headers;
use lommebok_psp_v3::merchants::{
    self as wire, CreateMerchantAnswer, CreateMerchantRequest, MerchantList, UpdateMerchantRequest,
};
use lommebok_psp_v3::paths::PathId;
use lommebok_store::{Address, IdempotentRoute, Merchant, MerchantDetails};

use super::PspCall;
use super::answer::{Answered, Refused};
use super::auth::Caller;

/// Merchants that are listed in place; more are read apart from what others wait for.
const LISTED_IN_PLACE: u32 = 50;

pub(super) async fn list(call: PspCall<'_>) -> Result<Answered, Refused> {
    let Caller { wallet, principal, in_flight: _in_flight } = Caller::of_merchants(call.edge, call.headers).await?;
    let first = wallet.directory.merchants_of(principal, LISTED_IN_PLACE).await?;
    if u32::try_from(first.len()).is_ok_and(|listed| listed < LISTED_IN_PLACE) {
        return Ok(listed(first));
    }
    let reading = wallet.clone();
    let read = async move { reading.directory.merchants_of(principal, MERCHANTS_LISTED).await.map(listed) };
    Ok(wallet.long_work.read(Whose::Psp(principal.psp), read).await??)
}

fn listed(merchants: Vec<Merchant>) -> Answered {
    let merchants = merchants.into_iter().map(shown).collect();
    Answered::json(&MerchantList { merchants }).in_utf_8()
}

pub(super) async fn show(call: PspCall<'_>, msn: &PathId<'_>) -> Result<Answered, Refused> {
    let caller = Caller::of_merchants(call.edge, call.headers).await?;
    let merchant = caller.wallet.directory.merchant_of(caller.principal, &named(msn)?).await?;
    Ok(Answered::json(&shown(merchant)).in_utf_8())
}

pub(super) async fn create(call: PspCall<'_>) -> Result<Answered, Refused> {
    let caller = Caller::of_merchants(call.edge, call.headers).await?;
    let body = call.edge.batch_body(call.body).await?;
    headers::check_json(call.headers, body.len())?;
    let read = caller.reads(body, |wallet, body| {
        let request = wire::parse_create(body)?;
        let hash = wallet.idempotency.hash(&request.canonical().into_bytes());
        let logo = request.logo.as_ref().map(|logo| STANDARD.encode(logo.png()));
        Ok((request, hash, logo))
    });
    let (key, (request, hash, logo)) = together(headers::required_idempotency_key(call.headers), read.await?)?;
    let idempotency = caller.wallet.idempotency.request(IdempotentRoute::CreateMerchant, key, hash);
    let hints = request.hints.clone();
    let msn = caller.wallet.directory.create_merchant(caller.principal, created(request), logo, idempotency).await?;
    Ok(Answered::json(&CreateMerchantAnswer { merchant_serial_number: msn.as_str() }).in_utf_8().hinting(hints))
}

pub(super) async fn update(call: PspCall<'_>, msn: &PathId<'_>) -> Result<Answered, Refused> {
    let caller = Caller::of_merchants(call.edge, call.headers).await?;
    let body = call.edge.batch_body(call.body).await?;
    headers::check_json(call.headers, body.len())?;
    let read = caller.reads(body, |_, body| {
        let request = wire::parse_update(body)?;
        let logo = request.logo.as_ref().map(|logo| STANDARD.encode(logo.png()));
        Ok::<_, Vec<WireFault>>((request, logo))
    });
    let (request, logo) = read.await??;
    let msn = named(msn)?;
    let updated = caller
        .wallet
        .directory
        .update_merchant(caller.principal, &msn, |before| (edited(before, &request), logo.clone()))
        .await;
    match updated {
        Ok(_) => Ok(Answered::empty().hinting(request.hints)),
        Err(Fault::MerchantNotActive) => Err(WireFault::of(ErrorCode::MerchantDeactivated).into()),
        Err(fault) => Err(fault.into()),
    }
}

fn named(msn: &PathId<'_>) -> Result<Msn, Refused> {
    msn.id().and_then(Msn::new).ok_or_else(|| WireFault::of(ErrorCode::MerchantNotFound).into())
}

fn created(request: CreateMerchantRequest) -> MerchantDetails {
    MerchantDetails {
        status: MerchantStatus::Active,
        may_skip_landing_page: false,
        organization_number: request.organization_number,
        company_name: request.company_name,
        company_email: request.company_email,
        name: request.name,
        mcc_code: request.mcc_code,
        email: request.email,
        website: request.website,
        logo_url: request.logo_url,
        terms_of_service_accepted: request.terms_of_service_accepted,
        address: kept_address(request.address),
    }
}

fn edited(before: &Merchant, request: &UpdateMerchantRequest) -> MerchantDetails {
    let mut details = before.details.clone();
    let set = |target: &mut String, value: &Option<String>| {
        if let Some(value) = value {
            target.clone_from(value);
        }
    };
    set(&mut details.name, &request.name);
    set(&mut details.mcc_code, &request.mcc_code);
    set(&mut details.company_name, &request.company_name);
    set(&mut details.company_email, &request.company_email);
    details.email = request.email.clone().or(details.email);
    details.website = request.website.clone().or(details.website);
    details.logo_url = request.logo_url.clone().or(details.logo_url);
    details.terms_of_service_accepted = request.terms_of_service_accepted.or(details.terms_of_service_accepted);
    if let Some(address) = request.address.clone() {
        details.address = kept_address(address);
    }
    if request.deactivate == Some(true) {
        details.status = MerchantStatus::Deactivated;
    }
    details
}

fn kept_address(address: wire::Address) -> Address {
    Address {
        line_1: address.address_line1,
        line_2: address.address_line2,
        city: address.city,
        post_code: address.post_code,
        country: address.country,
    }
}

fn shown(merchant: Merchant) -> wire::Merchant {
    let details = merchant.details;
    wire::Merchant {
        organization_number: details.organization_number,
        company_name: details.company_name,
        company_email: details.company_email,
        merchant_serial_number: merchant.msn.as_str().to_owned(),
        name: details.name,
        status: details.status,
        email: details.email,
        website: details.website,
        logo_url: details.logo_url,
        created_at: time_text(merchant.created_at),
        updated_at: time_text(merchant.updated_at),
        address: wire::Address {
            address_line1: details.address.line_1,
            address_line2: details.address.line_2,
            city: details.address.city,
            post_code: details.address.post_code,
            country: details.address.country,
        },
    }
}
