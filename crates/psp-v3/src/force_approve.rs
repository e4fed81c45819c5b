//! `POST /psp/v3/integration-test/psppayments/{pspTransactionId}/approve`, sandbox only: approves a payment without a
//! phone. A success has an empty body.

use lommebok_values::{PhoneNumber, Secret};
use utoipa::ToSchema;

use crate::errors::{Fault, Faults};
use crate::hints::{Hint, Hints, Slip};
use crate::json::{Fields, Flat, Place, read_document};

/// The most characters of a landing token.
pub const LANDING_TOKEN_MAX_CHARS: usize = 2_048;

/// A request to approve a payment in a user's name.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct ForceApproveRequest {
    /// The user who is to pay: 8 digits.
    #[schema(value_type = String, example = "12345678")]
    pub customer_phone_number: PhoneNumber,
    /// The query parameter `token` of `vippsRedirectUrl`.
    #[schema(value_type = String, example = "AQAAAAAAAAABAAAAAAAAAAEAAAGiLmhsTWaqe7cJLr7AaWB4XEQtGEk")]
    pub token: Secret,
    /// What was taken although it is not as it should be; for the `Lommebok-Hint` header of a success.
    #[schema(ignore)]
    pub hints: Hints,
}

/// The members that are known.
pub(crate) const NAMES: &[&str; 2] = &["customerPhoneNumber", "token"];

/// Reads the body of a force-approve. All faults are found; each names its field.
pub fn parse(body: &[u8]) -> Result<ForceApproveRequest, Vec<Fault>> {
    let read = read_document(body, |manner| Flat::new(NAMES, manner));
    let members = read.map_err(|broken| vec![broken.into()])?;
    let (mut faults, mut hints) = (Faults::default(), Hints::default());
    let request = request(&mut Fields::new(&mut faults, &mut hints, Place::Top), members);
    match request {
        Some(request) if faults.is_empty() => Ok(ForceApproveRequest { hints, ..request }),
        _ => Err(faults.into_vec()),
    }
}

fn request(fields: &mut Fields<'_>, mut members: Flat<'_, 2>) -> Option<ForceApproveRequest> {
    if !fields.check_object(&mut members) {
        return None;
    }
    let [number, token] = members.values;
    let number = fields.required("customerPhoneNumber", number);
    let number = fields.phone_number("customerPhoneNumber", number);
    let token = fields.required_text("token", token).filter(|token| {
        let good = (1..=LANDING_TOKEN_MAX_CHARS).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_graphic());
        if !good {
            fields.invalid("token", "must be 1 to 2048 characters of visible ASCII");
        } else if token.contains("token=") {
            let fault = Fault::invalid("token", "must be the value of the query parameter, not the link");
            fields.faults.push(fault.hinting(Hint::of(Slip::WholeLink)));
        }
        good
    });
    let token = Secret::new(token?.into_owned());
    Some(ForceApproveRequest { customer_phone_number: number?, token, hints: Hints::default() })
}
