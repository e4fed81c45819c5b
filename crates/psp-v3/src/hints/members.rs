//! What each member of a body is to be, in words: one list for all endpoints, so that no member is left without a hint.

const YES_OR_NO: &str = "the JSON value true or false, without quotes";
const LINE_OF_255: &str = "a string of 1 to 255 characters in one line";
const PHONE_NUMBER: &str = "a string of 8 digits without country code and spaces, such as \"12345678\"";
const UNUSED: &str = "of a withdrawn product; leave it out";

/// Each member by its name, and what it is to be; for the hint `name: what`.
pub const MEMBERS: &[(&str, &str)] = &[
    // init
    ("pspTransactionId", "your own id of the payment, a string of 1 to 36 of A-Z a-z 0-9 . _ -"),
    ("merchantOrderId", "the merchant's own id of the order, a string of 1 to 50 of A-Z a-z 0-9 -"),
    ("customerMobileNumber", PHONE_NUMBER),
    ("amount", "whole minor units: 499 kr is 49900"),
    ("currency", "the only currency is NOK"),
    ("pspRedirectUrl", "where the user goes at the end, an absolute URL such as https://example.com/done"),
    (
        "makePaymentUrl",
        "where your PSP takes the card's token, an absolute URL such as https://example.com/make-payment",
    ),
    (
        "makePaymentToken",
        "the Authorization header of calls to makePaymentUrl, at most 255 characters of visible ASCII",
    ),
    ("paymentText", "what the user reads, a string without NUL"),
    ("isApp", YES_OR_NO),
    ("skipLandingPage", YES_OR_NO),
    ("merchantAgreementUrl", UNUSED),
    ("scope", UNUSED),
    // updatestatus
    (
        "transactions",
        "an array of 1 to 10000 entries: {\"transactions\":[{\"pspTransactionId\":...,\"status\":...,\"amount\":...}]}",
    ),
    ("status", "RESERVED, CAPTURED, CANCELLED or REFUNDED, in capitals"),
    ("operationStatus", "SUCCESS or FAILED, in capitals; left out it is SUCCESS"),
    // force-approve
    ("customerPhoneNumber", PHONE_NUMBER),
    ("token", "what stands after token= in the init's vippsRedirectUrl, and nothing more"),
    // merchants
    ("organizationNumber", "a string: 9 digits in Norway, else 1 to 50 characters"),
    ("name", "what users read, a string of 1 to 200 characters in one line"),
    ("mccCode", "a string of 4 digits (ISO 18245), such as \"5411\""),
    ("logo", "base64 of a PNG with 100 to 1000 pixels a side; an empty string for none"),
    ("logoUrl", "an absolute http or https URL"),
    ("companyName", LINE_OF_255),
    ("companyEmail", "an e-mail address of at most 255 characters"),
    ("email", "an e-mail address of at most 255 characters"),
    ("website", "an http or https URL, or a host name, of at most 255 characters"),
    ("address", "an object with addressLine1, city, postCode and country"),
    ("termsOfServiceAccepted", YES_OR_NO),
    ("deactivate", YES_OR_NO),
    ("addressLine1", LINE_OF_255),
    ("addressLine2", "a string of at most 255 characters in one line"),
    ("city", LINE_OF_255),
    ("postCode", "a string of 1 to 10 letters, digits and spaces, such as \"0154\""),
    ("country", "two letters (ISO 3166), such as NO"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::MEMBERS;
    use crate::{force_approve, init, merchants, updatestatus};

    #[test]
    fn every_member_of_every_body_is_described_once_and_no_other() {
        let known: BTreeSet<&str> = init::NAMES
            .iter()
            .chain(updatestatus::TOP_NAMES)
            .chain(updatestatus::ENTRY_NAMES)
            .chain(force_approve::NAMES)
            .chain(merchants::NAMES)
            .chain(merchants::ADDRESS_NAMES)
            .copied()
            .collect();
        let described: BTreeSet<&str> = MEMBERS.iter().map(|(name, _)| *name).collect();
        assert_eq!(described, known);
        assert_eq!(MEMBERS.len(), described.len());
    }
}
