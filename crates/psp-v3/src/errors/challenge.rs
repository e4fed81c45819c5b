//! `WWW-Authenticate`: which credential a 401 asks for. A subscription key is asked for as the vendor's gateway does it,
//! an access token as RFC 6750 wants it.

use super::code::ErrorCode;
use super::fault::Fault;
use super::table::Stage;

/// The protection space of the endpoints that PSPs call.
const REALM: &str = "lommebok";
const SUBSCRIPTION_KEY: &str =
    "AzureApiManagementKey realm=\"lommebok\", name=\"Ocp-Apim-Subscription-Key\", type=\"header\"";
/// No registered scheme has id and secret in headers of their own; a scheme that has would bring browsers and clients to
/// send what is not read.
const CLIENT: &str = "ClientCredentials realm=\"lommebok\", error=\"invalid_client\"";

/// The challenge of a 401 with this fault.
pub(super) fn challenge(fault: &Fault) -> String {
    let row = fault.code.row();
    if fault.code == ErrorCode::ClientRefused {
        CLIENT.to_owned()
    } else if row.stage == Stage::SubscriptionKey {
        SUBSCRIPTION_KEY.to_owned()
    } else {
        bearer_challenge(REALM, (fault.code != ErrorCode::AccessTokenMissing).then_some(row.message))
    }
}

/// The challenge for a bearer token; `refused` says why the one that came is not taken, in visible ASCII without quotes.
/// None came, or none in that form: then RFC 6750 wants no error.
pub fn bearer_challenge(realm: &str, refused: Option<&str>) -> String {
    match refused {
        Some(why) => format!("Bearer realm=\"{realm}\", error=\"invalid_token\", error_description=\"{why}\""),
        None => format!("Bearer realm=\"{realm}\""),
    }
}

#[cfg(test)]
mod tests {
    use crate::errors::{ErrorCode, Fault, Surface, TABLE, answer};

    fn asked(code: ErrorCode) -> String {
        answer(Surface::Psp, &[Fault::of(code)], "c").challenge.expect("a 401 asks for a credential")
    }

    #[test]
    fn every_401_and_no_other_status_asks_for_a_credential() {
        for row in TABLE {
            let rendered = answer(Surface::Psp, &[Fault::of(row.error)], "c");
            assert_eq!(rendered.challenge.is_some(), row.status == 401, "{:?}", row.error);
        }
    }

    #[test]
    fn a_token_that_came_is_told_what_is_wrong_with_it_and_one_that_did_not_is_asked_for() {
        assert_eq!(asked(ErrorCode::AccessTokenMissing), "Bearer realm=\"lommebok\"");
        assert_eq!(
            asked(ErrorCode::AccessTokenExpired),
            "Bearer realm=\"lommebok\", error=\"invalid_token\", error_description=\"Access token has expired\""
        );
        assert!(asked(ErrorCode::SubscriptionKeyInvalid).contains("name=\"Ocp-Apim-Subscription-Key\""));
        assert!(asked(ErrorCode::ClientRefused).contains("error=\"invalid_client\""));
    }
}
