//! The refusals, one shared response for each shape and status.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ComponentsBuilder, Schema, Type};
use utoipa::openapi::{Content, ContentBuilder, ObjectBuilder, Ref, RefOr};

use super::examples;
use crate::errors::Surface;

/// Status and words of the refusals.
const REFUSALS: [(&str, &str); 11] = [
    ("400", "The request is malformed, or refused for the reason that it names."),
    ("401", "A credential is missing or not valid."),
    ("403", "The PSP-ID does not belong to the credentials."),
    ("404", "Unknown, or another PSP's, alike."),
    ("405", "The endpoint has another method; `Allow` names it."),
    ("409", "The idempotency key was used with another request."),
    ("413", "The body is too large."),
    ("415", "The body is not declared as JSON in UTF-8."),
    ("429", "Too many requests; `Retry-After` says when to come back."),
    ("500", "Our fault; the log knows it by the context id."),
    ("503", "Starting, stopping or overloaded; `Retry-After` says when to come back."),
];

/// The refusals that every call of the PSP API and of the merchants can have.
pub(super) const EVERYWHERE: &[&str] = &["400", "401", "403", "405", "429", "500", "503"];
/// The further refusals of a call with a body.
pub(super) const WITH_BODY: &[&str] = &["413", "415"];
/// The refusals of the token endpoint.
pub(super) const TOKEN: &[&str] = &["400", "401", "405", "429", "500", "503"];

/// The headers of answers that say something.
const HEADERS: [(&str, &str); 5] = [
    (
        "Lommebok-Hint",
        "In the sandbox: the likely slip, in words; also beside what was taken although it is not right.",
    ),
    (
        "Lommebok-Exchange",
        "In the sandbox: where the Control API shows this request and its answer, without their secrets.",
    ),
    ("WWW-Authenticate", "Which credential is missing or wrong, and why."),
    ("Retry-After", "Seconds to wait."),
    ("Allow", "The methods that there are."),
];

/// Adds the shared responses that are used.
pub(super) fn add_to(mut components: ComponentsBuilder) -> ComponentsBuilder {
    for (surface, statuses) in [
        (Surface::Psp, &["400", "401", "403", "404", "405", "409", "413", "415", "429", "500", "503"][..]),
        (Surface::Token, TOKEN),
        (Surface::Merchants, &["400", "401", "403", "404", "405", "409", "413", "415", "429", "500", "503"][..]),
    ] {
        for (status, words) in REFUSALS.iter().filter(|(status, _)| statuses.contains(status)) {
            components = components.response(name(surface, status), refusal(surface, status, words));
        }
    }
    HEADERS.iter().fold(components, |components, (name, description)| {
        let schema = ObjectBuilder::new().schema_type(Type::String);
        components.header(*name, HeaderBuilder::new().description(Some(*description)).schema(Some(schema)).build())
    })
}

/// The same operation with the refusals `statuses` of `surface`.
pub(super) fn refuse(mut operation: OperationBuilder, surface: Surface, statuses: &[&str]) -> OperationBuilder {
    for status in statuses {
        operation = operation.response(*status, Ref::from_response_name(name(surface, status)));
    }
    operation
}

/// A success with a body of the schema `schema`.
pub(super) fn json(description: &str, schema: &str) -> Response {
    hinting(ResponseBuilder::new().description(description).content("application/json", content(schema))).build()
}

/// What a PSP answers to `makePayment`.
pub(super) fn make_payment_answer() -> Response {
    let content = examples::make_payment_answer(content("MakePaymentAnswer"));
    let description = "What became of the authorisation.";
    ResponseBuilder::new().description(description).content("application/json", content).build()
}

/// A success of ours without a body.
pub(super) fn done(description: &str) -> Response {
    hinting(ResponseBuilder::new().description(description)).build()
}

/// An answer of a PSP without a body.
pub(super) fn empty(description: &str) -> Response {
    ResponseBuilder::new().description(description).build()
}

/// Content of the schema `schema`.
pub(super) fn content(schema: &str) -> Content {
    ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build()
}

fn name(surface: Surface, status: &str) -> String {
    let prefix = match surface {
        Surface::Psp => "Psp",
        Surface::Token => "Token",
        Surface::Merchants => "Merchants",
    };
    format!("{prefix}{status}")
}

fn refusal(surface: Surface, status: &str, words: &str) -> Response {
    let (content_type, content) = match surface {
        Surface::Psp if status == "401" => ("application/json", content("GatewayError")),
        Surface::Psp => ("application/json", psp_array()),
        Surface::Token => ("application/json", content("TokenError")),
        Surface::Merchants => ("application/problem+json", content("Problem")),
    };
    let response = hinting(ResponseBuilder::new().description(words).content(content_type, content));
    match status {
        "401" => with_header(response, "WWW-Authenticate"),
        "405" => with_header(response, "Allow"),
        "429" | "503" => with_header(response, "Retry-After"),
        _ => response,
    }
    .build()
}

/// Any answer in the sandbox may carry a hint, and the address of its exchange.
fn hinting(response: ResponseBuilder) -> ResponseBuilder {
    with_header(with_header(response, "Lommebok-Hint"), "Lommebok-Exchange")
}

fn with_header(response: ResponseBuilder, name: &str) -> ResponseBuilder {
    response.header_ref(name, Ref::new(format!("#/components/headers/{name}")))
}

fn psp_array() -> Content {
    let array = ArrayBuilder::new().items(RefOr::Ref(Ref::from_schema_name("ErrorDetails"))).max_items(Some(100));
    ContentBuilder::new().schema(Some(Schema::from(array.build()))).build()
}
