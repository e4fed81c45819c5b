//! The paths of the public endpoints and the one function that routes a raw path to its endpoint. Fixed segments are
//! matched without regard to case, and one slash at the end is accepted, as the published documents write them both ways.
//! An id is taken byte for byte after one percent-decoding.
//!
//! Give [`route`] the path as it stood in the request line, not decoded and without the query. Pages, App API and
//! Control API have routes of their own in crate `server`.

mod nearly;

use std::borrow::Cow;

use http::Method;

use lommebok_values::{Msn, PspTransactionId};
pub use nearly::nearly;

/// The path of the token endpoint.
pub const ACCESS_TOKEN: &str = "/accesstoken/get";
/// The path of init.
pub const INIT: &str = "/psp/v3/psppayments/init";
/// The path of updatestatus.
pub const UPDATE_STATUS: &str = "/psp/v3/psppayments/updatestatus";
/// The path of details, with its id as a template.
pub const DETAILS: &str = "/psp/v3/psppayments/{pspTransactionId}/details";
/// The path of force-approve, with its id as a template.
pub const FORCE_APPROVE: &str = "/psp/v3/integration-test/psppayments/{pspTransactionId}/approve";
/// The path of the merchants.
pub const MERCHANTS: &str = "/merchant-management/psp/v1/merchants";
/// The path of one merchant, with its MSN as a template.
pub const MERCHANT: &str = "/merchant-management/psp/v1/merchants/{merchantSerialNumber}";
/// The path of the landing page.
pub const DEEPLINK: &str = "/dwo-api-application/v1/deeplink/vippsgateway";

/// An id out of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathId<'p> {
    /// An id of the right pattern.
    Id(Cow<'p, str>),
    /// Something that no payment or merchant can be called (an encoded slash, `..`, NUL, invalid UTF-8, 37 characters):
    /// to be answered, after all checks of the caller, exactly like an id that is unknown.
    Impossible,
}

impl PathId<'_> {
    /// The id, if it can be one.
    pub fn id(&self) -> Option<&str> {
        match self {
            PathId::Id(id) => Some(id),
            PathId::Impossible => None,
        }
    }
}

/// A public endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint<'p> {
    /// `POST /accesstoken/get`.
    AccessToken,
    /// `POST /psp/v3/psppayments/init`.
    Init,
    /// `POST /psp/v3/psppayments/updatestatus`.
    UpdateStatus,
    /// `GET /psp/v3/psppayments/{pspTransactionId}/details`.
    Details {
        /// The PSP's id of the payment.
        id: PathId<'p>,
    },
    /// `POST /psp/v3/integration-test/psppayments/{pspTransactionId}/approve`; in production there is no such path.
    ForceApprove {
        /// The PSP's id of the payment.
        id: PathId<'p>,
    },
    /// `GET` and `POST /merchant-management/psp/v1/merchants`.
    Merchants,
    /// `GET` and `PATCH /merchant-management/psp/v1/merchants/{merchantSerialNumber}`.
    Merchant {
        /// The MSN, 5 to 10 digits.
        msn: PathId<'p>,
    },
    /// `GET /dwo-api-application/v1/deeplink/vippsgateway`.
    Deeplink,
}

impl Endpoint<'_> {
    /// The methods that the endpoint has; HEAD wherever GET is one.
    pub fn methods(&self) -> &'static [Method] {
        match self {
            Endpoint::AccessToken | Endpoint::Init | Endpoint::UpdateStatus | Endpoint::ForceApprove { .. } => {
                &[Method::POST]
            }
            Endpoint::Details { .. } | Endpoint::Deeplink => &[Method::GET, Method::HEAD],
            Endpoint::Merchants => &[Method::GET, Method::HEAD, Method::POST],
            Endpoint::Merchant { .. } => &[Method::GET, Method::HEAD, Method::PATCH],
        }
    }

    /// The value of the `Allow` header of a 405.
    pub fn allow(&self) -> &'static str {
        match self {
            Endpoint::AccessToken | Endpoint::Init | Endpoint::UpdateStatus | Endpoint::ForceApprove { .. } => "POST",
            Endpoint::Details { .. } | Endpoint::Deeplink => "GET, HEAD",
            Endpoint::Merchants => "GET, HEAD, POST",
            Endpoint::Merchant { .. } => "GET, HEAD, PATCH",
        }
    }
}

/// The endpoint of a raw path; `None` if there is none.
pub fn route(raw_path: &str) -> Option<Endpoint<'_>> {
    let mut rest = raw_path.strip_prefix('/')?;
    rest = rest.strip_suffix('/').unwrap_or(rest);
    let mut segments = [""; SEGMENTS_MAX];
    let mut count = 0_usize;
    for segment in rest.split('/') {
        *segments.get_mut(count)? = segment;
        count = count.checked_add(1)?;
    }
    match segments.get(..count)? {
        [a, b] if fixed(&[a, b], &["accesstoken", "get"]) => Some(Endpoint::AccessToken),
        [a, b, c, d] if fixed(&[a, b, c], &["psp", "v3", "psppayments"]) => {
            if d.eq_ignore_ascii_case("init") {
                Some(Endpoint::Init)
            } else {
                d.eq_ignore_ascii_case("updatestatus").then_some(Endpoint::UpdateStatus)
            }
        }
        [a, b, c, id, e] if fixed(&[a, b, c, e], &["psp", "v3", "psppayments", "details"]) => {
            Some(Endpoint::Details { id: path_id(id, PspTransactionId::is) })
        }
        [a, b, c, d, id, last]
            if fixed(&[a, b, c, d, last], &["psp", "v3", "integration-test", "psppayments", "approve"]) =>
        {
            Some(Endpoint::ForceApprove { id: path_id(id, PspTransactionId::is) })
        }
        [a, b, c, d] if fixed(&[a, b, c, d], &["merchant-management", "psp", "v1", "merchants"]) => {
            Some(Endpoint::Merchants)
        }
        [a, b, c, d, msn] if fixed(&[a, b, c, d], &["merchant-management", "psp", "v1", "merchants"]) => {
            Some(Endpoint::Merchant { msn: path_id(msn, Msn::is) })
        }
        [a, b, c, d] if fixed(&[a, b, c, d], &["dwo-api-application", "v1", "deeplink", "vippsgateway"]) => {
            Some(Endpoint::Deeplink)
        }
        _ => None,
    }
}

/// The most segments of any of our paths.
const SEGMENTS_MAX: usize = 6;

fn fixed(segments: &[&str], expected: &[&str]) -> bool {
    segments.iter().zip(expected).all(|(segment, expected)| segment.eq_ignore_ascii_case(expected))
}

/// The id in `segment`, decoded once.
fn path_id(segment: &str, is_id: fn(&str) -> bool) -> PathId<'_> {
    let decoded = if segment.contains('%') { decode(segment).map(Cow::Owned) } else { Some(Cow::Borrowed(segment)) };
    decoded.filter(|id| is_id(id)).map_or(PathId::Impossible, PathId::Id)
}

/// Percent-decoding, once: `%2541` is `%41`, not `A`.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = segment.bytes();
    let mut decoded = Vec::with_capacity(segment.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let (high, low) = (hex(bytes.next()?)?, hex(bytes.next()?)?);
            decoded.push(high << 4 | low);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
