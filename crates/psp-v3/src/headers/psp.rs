//! `PSP-ID` and `Merchant-Serial-Number`: on whose behalf the call is.

use http::HeaderMap;

use super::{Header, MERCHANT_SERIAL_NUMBER, PSP_ID, nearly, read, unless_filled_in};
use crate::errors::{ErrorCode, Fault};
use crate::hints::{Hint, Slip, same_letters};
use lommebok_values::Msn;

const SHOWN_PSP_ID: &str = "PSP-ID";
const SHOWN_MSN: &str = "Merchant-Serial-Number";

/// The `PSP-ID` of the call, as it was sent. Whether it belongs to the credentials tells [`same_psp_id`].
pub fn psp_id(headers: &HeaderMap) -> Result<&str, Fault> {
    match read(headers, PSP_ID) {
        Header::One(id) => Ok(id),
        Header::Absent => {
            let missing = Fault::of(ErrorCode::PspIdMissing);
            Err(missing.missing_header(SHOWN_PSP_ID, nearly(headers, SHOWN_PSP_ID)))
        }
        Header::Unreadable => Err(Fault::of(ErrorCode::PspIdInvalid)),
        Header::Doubled => {
            Err(Fault::of(ErrorCode::PspIdMissing).hinting(Hint::about(Slip::HeaderDoubled, SHOWN_PSP_ID)))
        }
    }
}

/// Whether two PSP ids are the same: 32 hex digits or a GUID, without regard to case.
pub fn same_psp_id(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The refusal of a `PSP-ID` that is not `own`, the caller's; another PSP's and an unknown one get the same answer.
pub fn invalid_psp_id(sent: &str, own: &str) -> Fault {
    let fault = Fault::of(ErrorCode::PspIdInvalid);
    if same_letters(sent, own) {
        return fault.hinting(Hint::of(Slip::PspIdSpelling));
    }
    unless_filled_in(fault, SHOWN_PSP_ID, sent)
}

/// The `Merchant-Serial-Number` of the call, 5 to 10 digits, if it is sent.
pub fn merchant_serial_number(headers: &HeaderMap) -> Result<Option<&str>, Fault> {
    match read(headers, MERCHANT_SERIAL_NUMBER) {
        Header::Absent => Ok(None),
        Header::One(msn) if Msn::is(msn) => Ok(Some(msn)),
        Header::One(msn) => Err(unless_filled_in(fault("must be 5 to 10 digits"), SHOWN_MSN, msn)),
        Header::Unreadable => Err(fault("must be 5 to 10 digits")),
        Header::Doubled => Err(fault("is sent more than once").hinting(Hint::about(Slip::HeaderDoubled, SHOWN_MSN))),
    }
}

/// The `Merchant-Serial-Number` of a call that needs one (init).
pub fn required_merchant_serial_number(headers: &HeaderMap) -> Result<&str, Fault> {
    merchant_serial_number(headers)?
        .ok_or_else(|| fault("is required").missing_header(SHOWN_MSN, nearly(headers, SHOWN_MSN)))
}

fn fault(what: &str) -> Fault {
    let code = ErrorCode::MerchantSerialNumberMissing;
    let mut fault = Fault::at(code, SHOWN_MSN);
    fault.message = format!("{} {what}", code.row().message).into();
    fault
}
