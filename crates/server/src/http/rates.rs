//! How often one party may ask: each PSP at each endpoint of its own, each address before authentication. A caller that asks more
//! often gets 429 and `Retry-After`, before anything is read, looked up or stored for it.
//!
//! This is about load, so it goes by process time; what a payment may do says crate `domain`. A newcomer's mistake: to count a
//! refused token request for the PSP that it names, which would let a stranger use up that PSP's share.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::Request;
use governor::clock::{Clock as _, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use lommebok_engine::directory::Principal;

use lommebok_web::listener::ClientAddress;

/// How often: so many times in a span, and twice as many at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub times: NonZeroU32,
    /// In how long.
    pub per: Duration,
}

/// What is limited; `None` has no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateLimits {
    /// Inits of a PSP.
    pub init: Option<Rate>,
    /// Details of a PSP.
    pub details: Option<Rate>,
    /// Updatestatus of a PSP.
    pub update_status: Option<Rate>,
    /// The merchants' endpoints of a PSP.
    pub merchants: Option<Rate>,
    /// Access tokens of a PSP, and asked for by an address.
    pub access_token: Option<Rate>,
    /// Sign-ins tried by an address.
    pub sign_in: Option<Rate>,
    /// Landing pages shown to and forms taken from an address.
    pub landing: Option<Rate>,
}

/// An endpoint that counts by PSP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfPsp {
    Init,
    Details,
    UpdateStatus,
    Merchants,
    AccessToken,
}

/// What counts by address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfAddress {
    AccessToken,
    SignIn,
    Landing,
}

/// Asked too often: the seconds until the next time, at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooOften {
    pub(crate) retry_after_s: u64,
}

/// The counts of all parties.
#[derive(Debug)]
pub(crate) struct Rates {
    init: Option<Buckets>,
    details: Option<Buckets>,
    update_status: Option<Buckets>,
    merchants: Option<Buckets>,
    access_token_of_psp: Option<Buckets>,
    access_token_of_address: Option<Buckets>,
    sign_in: Option<Buckets>,
    landing: Option<Buckets>,
}

impl Rates {
    pub(crate) fn new(limits: RateLimits) -> Self {
        let buckets = |rate: Option<Rate>| rate.map(Buckets::new);
        Self {
            init: buckets(limits.init),
            details: buckets(limits.details),
            update_status: buckets(limits.update_status),
            merchants: buckets(limits.merchants),
            access_token_of_psp: buckets(limits.access_token),
            access_token_of_address: buckets(limits.access_token),
            sign_in: buckets(limits.sign_in),
            landing: buckets(limits.landing),
        }
    }

    /// Counts a call of a PSP.
    pub(crate) fn of_psp(&self, asked: OfPsp, who: Principal) -> Result<(), TooOften> {
        let buckets = match asked {
            OfPsp::Init => &self.init,
            OfPsp::Details => &self.details,
            OfPsp::UpdateStatus => &self.update_status,
            OfPsp::Merchants => &self.merchants,
            OfPsp::AccessToken => &self.access_token_of_psp,
        };
        buckets.as_ref().map_or(Ok(()), |buckets| buckets.take(Party::Psp(who.tenant.get(), who.psp.get())))
    }

    /// Counts a request of an address; one that shares no limits is not counted.
    pub(crate) fn of_address(&self, asked: OfAddress, who: Option<ClientAddress>) -> Result<(), TooOften> {
        let buckets = match asked {
            OfAddress::AccessToken => &self.access_token_of_address,
            OfAddress::SignIn => &self.sign_in,
            OfAddress::Landing => &self.landing,
        };
        match (buckets, who.and_then(ClientAddress::counted_as)) {
            (Some(buckets), Some(address)) => buckets.take(Party::Address(address)),
            (Some(_) | None, _) => Ok(()),
        }
    }
}

/// Whose request this is.
pub(crate) fn client(request: &Request) -> Option<ClientAddress> {
    request.extensions().get().copied()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Party {
    /// A PSP and its tenant.
    Psp(i64, i64),
    Address(u128),
}

/// The counts of one kind, by party. Those who have not asked for long are forgotten when so many are known.
#[derive(Debug)]
struct Buckets {
    limiter: RateLimiter<Party, HashMapStateStore<Party>, MonotonicClock, NoOpMiddleware<std::time::Instant>>,
    forgets_at: AtomicUsize,
}

/// So many parties are never too many.
const FORGETS_FROM: usize = 1_024;

impl Buckets {
    fn new(rate: Rate) -> Self {
        let each =
            rate.per.checked_div(rate.times.get()).filter(|each| !each.is_zero()).unwrap_or(Duration::from_nanos(1));
        let burst = rate.times.saturating_mul(NonZeroU32::MIN.saturating_add(1));
        let quota = Quota::with_period(each).unwrap_or_else(|| Quota::per_second(rate.times)).allow_burst(burst);
        Self {
            limiter: RateLimiter::new(quota, HashMapStateStore::default(), MonotonicClock),
            forgets_at: AtomicUsize::new(FORGETS_FROM),
        }
    }

    fn take(&self, party: Party) -> Result<(), TooOften> {
        if self.limiter.len() >= self.forgets_at.load(Ordering::Relaxed) {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
            self.forgets_at.store(self.limiter.len().saturating_mul(2).max(FORGETS_FROM), Ordering::Relaxed);
        }
        self.limiter.check_key(&party).map_err(|until| {
            let wait = until.wait_time_from(self.limiter.clock().now());
            let begun = u64::from(wait.subsec_nanos() > 0);
            TooOften { retry_after_s: wait.as_secs().saturating_add(begun).max(1) }
        })
    }
}
