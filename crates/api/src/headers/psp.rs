//! `PSP-ID` and `Merchant-Serial-Number`: on whose behalf the call is.

use http::HeaderMap;

use super::{Header, MERCHANT_SERIAL_NUMBER, PSP_ID, read};
use crate::errors::{ErrorCode, Fault};
use crate::ids;

/// The `PSP-ID` of the call, as it was sent. Whether it belongs to the credentials tells [`same_psp_id`].
pub fn psp_id(headers: &HeaderMap) -> Result<&str, Fault> {
    match read(headers, PSP_ID) {
        Header::One(id) => Ok(id),
        Header::Absent => {
            Err(Fault::of(ErrorCode::PspIdMissing).hinting("send the header PSP-ID with the id of your PSP"))
        }
        Header::Unreadable => Err(Fault::of(ErrorCode::PspIdInvalid)),
        Header::Doubled => Err(Fault::of(ErrorCode::PspIdMissing).hinting("PSP-ID is sent more than once")),
    }
}

/// Whether two PSP ids are the same: 32 hex digits or a GUID, without regard to case.
pub fn same_psp_id(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The `Merchant-Serial-Number` of the call, 5 to 10 digits, if it is sent.
pub fn merchant_serial_number(headers: &HeaderMap) -> Result<Option<&str>, Fault> {
    match read(headers, MERCHANT_SERIAL_NUMBER) {
        Header::Absent => Ok(None),
        Header::One(msn) if ids::is_merchant_serial_number(msn) => Ok(Some(msn)),
        Header::One(_) | Header::Unreadable => Err(fault("must be 5 to 10 digits")),
        Header::Doubled => Err(fault("is sent more than once")),
    }
}

/// The `Merchant-Serial-Number` of a call that needs one (init).
pub fn required_merchant_serial_number(headers: &HeaderMap) -> Result<&str, Fault> {
    merchant_serial_number(headers)?.ok_or_else(|| fault("is required"))
}

fn fault(what: &str) -> Fault {
    let code = ErrorCode::MerchantSerialNumberMissing;
    let mut fault = Fault::of(code);
    fault.field = "Merchant-Serial-Number".into();
    fault.message = format!("{} {what}", code.row().message).into();
    fault.hinting("Merchant-Serial-Number is the MSN of the merchant that sells, 5 to 10 digits")
}
