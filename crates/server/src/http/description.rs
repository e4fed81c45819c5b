//! What the OpenAPI documents of Control API and App API have in common; [`openapi`](super::openapi) serves the files made of them.
//!
//! An operation is described by the attribute of its handler and is in its API's list; what any operation may be refused for is
//! a table of that API. A newcomer's mistake: to write such a refusal at a handler too.

use serde_json::{Value, json};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ComponentsBuilder, ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi, Ref, RefOr};

/// What every operation of an API shares.
pub(super) struct Shared {
    /// The name of its credential, a bearer token, and where that comes from.
    pub(super) token: (&'static str, &'static str),
    /// The media type of a refusal, and the name of its schema.
    pub(super) refusal: (&'static str, &'static str),
    /// Statuses with which every operation may be refused, and when.
    pub(super) refusals: &'static [(&'static str, &'static str)],
}

impl Shared {
    /// Adds it to a document that knows only what each operation has of its own.
    pub(super) fn add_to(&self, document: &mut OpenApi) {
        let components = document.components.take().map_or_else(ComponentsBuilder::new, Into::into);
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(self.token.1)).build();
        let components = components.security_scheme(self.token.0, SecurityScheme::Http(bearer));
        let components = self
            .refusals
            .iter()
            .fold(components, |components, (status, when)| components.response(*status, self.refused(status, when)));
        document.components = Some(components.build());
        let items = document.paths.paths.values_mut();
        for operation in
            items.flat_map(|item| [&mut item.get, &mut item.post, &mut item.put, &mut item.delete]).flatten()
        {
            self.refuse(operation);
        }
    }

    /// An operation that has said more of a status keeps its words.
    fn refuse(&self, operation: &mut Operation) {
        for (status, _) in self.refusals {
            let shared = || RefOr::Ref(Ref::from_response_name(*status));
            operation.responses.responses.entry((*status).to_owned()).or_insert_with(shared);
        }
    }

    fn refused(&self, status: &str, when: &str) -> utoipa::openapi::Response {
        let (media_type, schema) = self.refusal;
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
        let response = ResponseBuilder::new().description(when).content(media_type, content);
        let header = |description: &str| {
            let text = ObjectBuilder::new().schema_type(Type::String);
            HeaderBuilder::new().description(Some(description)).schema(Some(text)).build()
        };
        match status {
            "401" => response.header("WWW-Authenticate", header("Which credential is missing or wrong.")),
            "405" => response.header("Allow", header("The methods that there are.")),
            _ => response,
        }
        .build()
    }
}

/// The document as indented JSON with a line feed at its end, its members in the order of the alphabet.
pub(super) fn text(document: &OpenApi) -> String {
    let mut document = serde_json::to_value(document).expect("strings and numbers always have a JSON form");
    name_null(&mut document);
    format!("{document:#}\n")
}

/// What is always null has the schema `{"default": null}` of utoipa, which would allow anything.
fn name_null(schema: &mut Value) {
    if *schema == json!({"default": null}) {
        *schema = json!({"type": "null"});
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(name_null),
        Value::Array(elements) => elements.iter_mut().for_each(name_null),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
