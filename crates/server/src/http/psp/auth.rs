//! Who calls: subscription key, token and PSP-ID must all belong to one PSP. The first fault answers alone.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use lommebok_domain::Msn;
use lommebok_engine::directory::Principal;
use lommebok_engine::operations::{IN_PLACE_BYTES, Whose};
use lommebok_engine::traffic::RequestInFlight;
use lommebok_engine::wallet::Wallet;
use lommebok_psp_v3::errors::{ErrorCode, Fault as WireFault};
use lommebok_psp_v3::headers;
use lommebok_psp_v3::hints::{Hint, Slip};
use lommebok_store::Psp;

use super::answer::Refused;
use crate::access_token::TokenFault;
use crate::http::Edge;
use crate::http::rates::OfPsp;

/// A caller whose credentials belong together. A handler can't be called without one, and keeps it until it has answered.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    pub(crate) wallet: Arc<Wallet>,
    /// The call, as one of this wallet's.
    pub(crate) in_flight: RequestInFlight,
}

impl Caller {
    /// Checks the credentials of a call, and how often its PSP asks. Force-approve, which stands for a person, has no rate.
    pub(crate) async fn of(edge: &Edge, headers: &HeaderMap, asked: OfPsp) -> Result<Self, Refused> {
        let caller = Self::of_anything(edge, headers).await?;
        edge.rates().of_psp(asked, caller.principal)?;
        Ok(caller)
    }

    /// Checks the credentials of a call.
    pub(crate) async fn of_anything(edge: &Edge, headers: &HeaderMap) -> Result<Self, Refused> {
        let (caller, psp) = Self::of_token(edge, headers).await?;
        same_psp_id(headers::psp_id(headers)?, &psp)?;
        Ok(caller)
    }

    /// The same for the merchants' endpoints, where `PSP-ID` may be left out.
    pub(crate) async fn of_merchants(edge: &Edge, headers: &HeaderMap) -> Result<Self, Refused> {
        let (caller, psp) = Self::of_token(edge, headers).await?;
        if headers.contains_key(headers::PSP_ID) {
            same_psp_id(headers::psp_id(headers)?, &psp)?;
        }
        edge.rates().of_psp(OfPsp::Merchants, caller.principal)?;
        Ok(caller)
    }

    /// Reads a body, in place when it is short.
    pub(super) async fn reads<T: Send + 'static>(
        &self,
        body: Bytes,
        read: impl FnOnce(&Wallet, &[u8]) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        if body.len() <= IN_PLACE_BYTES {
            return Ok(read(&self.wallet, &body));
        }
        let wallet = Arc::clone(&self.wallet);
        // Boxed: what is rare must not make the future of an init larger.
        Ok(Box::pin(self.wallet.long_work.run(Whose::Psp(self.principal.psp), move || read(&wallet, &body))).await?)
    }

    async fn of_token(edge: &Edge, headers: &HeaderMap) -> Result<(Self, Arc<Psp>), Refused> {
        let arriving = edge.arrivals().arrive();
        let key = headers::subscription_key(headers)?;
        let unknown_key = || headers::invalid_subscription_key(key);
        let psp = edge.psp_by_subscription_key(key).await?.ok_or_else(unknown_key)?;
        let wallet = edge.wallet(psp.tenant).ok_or_else(unknown_key)?.clone();
        let token = headers::bearer(headers)?;
        let verified = edge.access_tokens().verify(token, &wallet.clock);
        let subject = verified.map_err(|fault| token_fault(token, fault))?;
        if subject.tenant != psp.tenant || subject.psp != psp.id {
            // Two of three decide whose call it is. Another's key gets the same answer as an unknown one.
            let keeps_key = headers::psp_id(headers).is_ok_and(|id| headers::same_psp_id(id, &psp.psp_id));
            return Err(if keeps_key { token_of_another() } else { unknown_key() }.into());
        }
        let in_flight = wallet.traffic.request().await;
        drop(arriving);
        Ok((Self { principal: Principal { tenant: psp.tenant, psp: psp.id }, wallet, in_flight }, psp))
    }

    /// The call's merchant, which must be the PSP's own. Whether it is active is not asked here.
    pub(crate) async fn required_msn(&self, headers: &HeaderMap) -> Result<Msn, Refused> {
        let text = headers::required_merchant_serial_number(headers)?;
        self.own_msn(text).await
    }

    /// The same where the header may be left out.
    pub(crate) async fn check_msn(&self, headers: &HeaderMap) -> Result<(), Refused> {
        match headers::merchant_serial_number(headers)? {
            Some(text) => self.own_msn(text).await.map(drop),
            None => Ok(()),
        }
    }

    async fn own_msn(&self, text: &str) -> Result<Msn, Refused> {
        let refused = || WireFault::merchant_serial_number(text);
        let msn = Msn::new(text).ok_or_else(refused)?;
        if self.wallet.directory.has_merchant(self.principal, &msn).await? { Ok(msn) } else { Err(refused().into()) }
    }
}

fn same_psp_id(sent: &str, psp: &Psp) -> Result<(), Refused> {
    if headers::same_psp_id(sent, &psp.psp_id) {
        Ok(())
    } else {
        Err(headers::invalid_psp_id(sent, &psp.psp_id).into())
    }
}

fn token_of_another() -> WireFault {
    WireFault::of(ErrorCode::AccessTokenInvalid).hinting(Hint::of(Slip::AccessTokenOfOther))
}

fn token_fault(token: &str, fault: TokenFault) -> WireFault {
    match fault {
        TokenFault::Expired => WireFault::of(ErrorCode::AccessTokenExpired),
        TokenFault::TooLong
        | TokenFault::Malformed
        | TokenFault::Header
        | TokenFault::Algorithm
        | TokenFault::Type
        | TokenFault::UnknownKey
        | TokenFault::Signature
        | TokenFault::Claims
        | TokenFault::Issuer
        | TokenFault::Audience
        | TokenFault::NotYetValid => headers::invalid_access_token(token, fault.to_string()),
    }
}
