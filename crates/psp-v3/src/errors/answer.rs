//! Faults as bytes: the PSP API's array, the gateway's 401, the token endpoint's pair and the merchants' problem details.
//! Every shape carries the context id where it has room; hints are in a header.

use serde::Serialize;
use utoipa::ToSchema;

use super::challenge::challenge;
use super::code::ErrorCode;
use super::fault::{Fault, MAX_FAULTS};
use crate::hints::Hints;

/// Whose error shape an endpoint has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// The PSP API: an array, and the gateway's object for 401.
    Psp,
    /// `/accesstoken/get`.
    Token,
    /// The merchants: RFC 9457.
    Merchants,
}

/// An error answer, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// The body, JSON.
    pub body: String,
    /// `WWW-Authenticate` of a 401.
    pub challenge: Option<String>,
    /// For the `Lommebok-Hint` header, where the environment shows hints.
    pub hints: Hints,
}

/// One element of the PSP API's error array.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetails<'a> {
    /// The code, from the table of errors.
    #[schema(example = "21")]
    pub error_code: &'a str,
    /// What is wrong.
    #[schema(example = "Merchant not available or active")]
    pub error_message: &'a str,
    /// The id of this request, also in the log.
    #[schema(example = "cf6d52c9-98cc-4285-b9b3-c7d36b6b06d9")]
    pub context_id: &'a str,
}

/// The body of a 401 of the PSP API.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GatewayError<'a> {
    /// Always 401.
    #[schema(example = 401)]
    pub status_code: u16,
    /// What is wrong.
    #[schema(example = "Access token is not valid")]
    pub message: &'a str,
}

/// The body of an error of the token endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenError<'a> {
    /// The kind of the error, in OAuth's words.
    #[schema(example = "invalid_client")]
    pub error: &'a str,
    /// What is wrong.
    #[schema(example = "The credentials are not valid")]
    pub error_description: &'a str,
}

/// RFC 9457 problem details, the merchants' errors.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem<'a> {
    /// A URI reference of the problem's kind.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub kind: &'a str,
    /// The status in words.
    #[schema(example = "Bad Request")]
    pub title: &'a str,
    /// The HTTP status.
    #[schema(example = 400)]
    pub status: u16,
    /// What is wrong, of the first fault.
    #[schema(example = "Invalid request: address.postCode is required")]
    pub detail: &'a str,
    /// This occurrence: the context id as a URN.
    #[schema(example = "urn:uuid:cf6d52c9-98cc-4285-b9b3-c7d36b6b06d9")]
    pub instance: String,
    /// All faults, where the fault is in the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemFault<'a>>,
}

/// One fault of a problem.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemFault<'a> {
    /// The member or header at fault.
    #[schema(example = "address.postCode")]
    pub field: &'a str,
    /// What is wrong with it.
    #[schema(example = "Invalid request: address.postCode is required")]
    pub detail: &'a str,
}

/// The answer to `faults` on `surface`. The earliest stage decides the status, and the faults of that status are listed,
/// at most [`MAX_FAULTS`]. No faults at all is our own mistake: 500.
pub fn answer(surface: Surface, faults: &[Fault], context_id: &str) -> Rendered {
    let internal = [Fault::of(ErrorCode::Internal)];
    let faults = if faults.is_empty() { internal.as_slice() } else { faults };
    let first = faults.iter().min_by_key(|fault| fault.stage()).unwrap_or(&internal[0]);
    let status = first.status();
    let listed: Vec<&Fault> = faults.iter().filter(|fault| fault.status() == status).take(MAX_FAULTS).collect();
    let (content_type, body) = match surface {
        Surface::Psp if status == 401 => (JSON, json(&GatewayError { status_code: 401, message: &first.message })),
        Surface::Psp => (JSON, json(&psp_array(&listed, context_id))),
        Surface::Token => (JSON, json(&TokenError { error: oauth_word(status), error_description: &first.message })),
        Surface::Merchants => (PROBLEM, json(&problem(first, &listed, context_id))),
    };
    let hints = listed.iter().map(|fault| fault.hint.clone()).collect();
    Rendered { status, content_type, body, challenge: (status == 401).then(|| challenge(first)), hints }
}

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

fn psp_array<'a>(faults: &[&'a Fault], context_id: &'a str) -> Vec<ErrorDetails<'a>> {
    let details = |fault: &&'a Fault| ErrorDetails {
        error_code: fault.code.row().code,
        error_message: &fault.message,
        context_id,
    };
    faults.iter().map(details).collect()
}

fn problem<'a>(first: &'a Fault, faults: &[&'a Fault], context_id: &str) -> Problem<'a> {
    let named = faults.iter().filter(|fault| !fault.field.is_empty());
    Problem {
        kind: "about:blank",
        title: status_phrase(first.status()),
        status: first.status(),
        detail: &first.message,
        instance: format!("urn:uuid:{context_id}"),
        errors: named.map(|fault| ProblemFault { field: &fault.field, detail: &fault.message }).collect(),
    }
}

fn oauth_word(status: u16) -> &'static str {
    match status {
        401 => "invalid_client",
        429 | 503 => "temporarily_unavailable",
        500 => "server_error",
        _ => "invalid_request",
    }
}

fn status_phrase(status: u16) -> &'static str {
    http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error")
}

fn json(body: &impl Serialize) -> String {
    serde_json::to_string(body).expect("strings and numbers always have a JSON form")
}

#[cfg(test)]
mod tests {
    use super::{Surface, answer};
    use crate::errors::{ErrorCode, Fault};
    use crate::hints::{Hint, Slip};

    const CONTEXT: &str = "cf6d52c9-98cc-4285-b9b3-c7d36b6b06d9";

    #[test]
    fn the_psp_api_answers_an_array_that_names_every_fault() {
        let faults = [Fault::invalid("merchantOrderId", "is required"), Fault::of(ErrorCode::AmountLessThanOne)];
        let rendered = answer(Surface::Psp, &faults, CONTEXT);
        assert_eq!(rendered.status, 400);
        assert_eq!(
            rendered.body,
            format!(
                r#"[{{"errorCode":"51","errorMessage":"Invalid request: merchantOrderId is required","contextId":"{CONTEXT}"}},{{"errorCode":"amount","errorMessage":"amount.less.than.one","contextId":"{CONTEXT}"}}]"#
            )
        );
    }

    #[test]
    fn a_401_of_the_psp_api_has_the_gateways_form() {
        let rendered = answer(Surface::Psp, &[Fault::of(ErrorCode::AccessTokenExpired)], CONTEXT);
        assert_eq!(rendered.body, r#"{"statusCode":401,"message":"Access token has expired"}"#);
    }

    #[test]
    fn the_token_endpoint_answers_in_oauths_words() {
        let rendered = answer(Surface::Token, &[Fault::of(ErrorCode::ClientRefused)], CONTEXT);
        assert_eq!(rendered.status, 401);
        assert_eq!(rendered.body, r#"{"error":"invalid_client","error_description":"The credentials are not valid"}"#);
    }

    #[test]
    fn merchants_answer_problem_details() {
        let rendered = answer(Surface::Merchants, &[Fault::invalid("address.city", "is required")], CONTEXT);
        assert_eq!(rendered.content_type, "application/problem+json");
        let body: serde_json::Value = serde_json::from_str(&rendered.body).unwrap();
        assert_eq!(body["title"], "Bad Request");
        assert_eq!(body["status"], 400);
        assert_eq!(body["instance"], format!("urn:uuid:{CONTEXT}"));
        assert_eq!(body["errors"][0]["field"], "address.city");
    }

    #[test]
    fn the_earliest_stage_decides_and_no_fault_at_all_is_a_500() {
        let faults = [Fault::of(ErrorCode::InvalidRequest), Fault::of(ErrorCode::SubscriptionKeyInvalid)];
        assert_eq!(answer(Surface::Psp, &faults, CONTEXT).status, 401);
        assert_eq!(answer(Surface::Psp, &[], CONTEXT).status, 500);
    }

    #[test]
    fn the_hints_of_the_listed_faults_go_with_the_answer() {
        let faults = [
            Fault::invalid("merchantOrderId", "is required"),
            Fault::of(ErrorCode::AmountLessThanOne).hinting(Hint::about(Slip::AmountTooSmall, "100")),
            Fault::of(ErrorCode::PaymentNotFound),
        ];
        let header = answer(Surface::Psp, &faults, CONTEXT).hints.header().unwrap();
        assert!(header.starts_with("merchantOrderId: the merchant's own id"), "{header}");
        assert!(
            header.contains(" | the smallest amount is 100, in minor units") && !header.contains("no payment"),
            "{header}"
        );
    }
}
