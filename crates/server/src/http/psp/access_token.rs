//! `POST /accesstoken/get`: credentials for a token. An unknown client and a wrong secret are answered alike, in the same
//! time: both compare keyed hashes.

use lommebok_engine::directory::Principal;
use lommebok_engine::fault::Fault;
use lommebok_engine::keys::lookup::Purpose;
use lommebok_psp_v3::access_token::{self, TokenAnswer};
use lommebok_store::KeyedHash;
use subtle::ConstantTimeEq;

use super::PspCall;
use super::answer::{Answered, Refused};
use crate::access_token::Subject;
use crate::http::rates::{OfAddress, OfPsp};

pub(super) async fn handle(call: PspCall<'_>) -> Result<Answered, Refused> {
    let edge = call.edge;
    let arriving = edge.arrivals().arrive();
    edge.rates().of_address(OfAddress::AccessToken, call.client)?;
    let request = access_token::parse(call.headers)?;
    let refused = || request.refused();
    let by_key = edge.psp_by_subscription_key(request.subscription_key).await?;
    let by_client = edge.psp_by_client_id(request.client_id).await?;
    let sent = edge.hash(Purpose::ClientSecret, request.client_secret);
    let stored = by_client.as_ref().map_or(KeyedHash::new([0; 32]), |psp| psp.client_secret);
    let secret_is_right = bool::from(sent.as_bytes().ct_eq(stored.as_bytes()));
    let (Some(by_key), Some(psp)) = (by_key, by_client) else { return Err(refused().into()) };
    // One answer for all: only a caller with all three learns whether one is right.
    if !secret_is_right || by_key.id != psp.id {
        return Err(refused().into());
    }
    let wallet = edge.wallet(psp.tenant).ok_or_else(refused)?;
    let _in_flight = wallet.traffic.request().await;
    drop(arriving);
    edge.rates().of_psp(OfPsp::AccessToken, Principal { tenant: psp.tenant, psp: psp.id })?;
    let subject = Subject { tenant: psp.tenant, psp: psp.id, client_id: request.client_id.to_owned() };
    let issued = edge.access_tokens().issue(&subject, &wallet.clock).await.map_err(|fault| {
        tracing::error!(%fault, "no signing key");
        Refused::from(Fault::Stopping)
    })?;
    let resource = edge.access_tokens().audience();
    let answer = TokenAnswer::new(issued.token.expose(), resource, issued.not_before_s, issued.expires_on_s);
    Ok(Answered::json(&answer).in_utf_8())
}
