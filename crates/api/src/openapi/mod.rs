//! The OpenAPI 3.1 description of every public endpoint, made from the types of this crate, so that it cannot say
//! anything else. `makePayment` stands in it as a callback of init. App API and Control API are not in it.
//!
//! Requests that are read by hand have types of their own here (`bodies`), because their fields are more than Rust types
//! say; a test compares their members with those that the readers know.

mod bodies;
mod headers;
mod operations;
mod responses;

use serde_json::{Map, Value};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Info, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, ServerBuilder};

/// The description as indented JSON with a line feed at its end, the same from run to run.
///
/// # Panics
/// Never: the description is made of strings and numbers.
pub fn document() -> String {
    let value = serde_json::to_value(open_api()).expect("strings and numbers always have a JSON form");
    let mut text = serde_json::to_string_pretty(&sorted(value)).expect("a JSON value always has a JSON form");
    text.push('\n');
    text
}

fn open_api() -> OpenApi {
    let tag = |name: &str, text: &str| TagBuilder::new().name(name).description(Some(text)).build();
    let server = ServerBuilder::new()
        .url("http://127.0.0.1:8480")
        .description(Some("`lommebok dev`, the sandbox on your own machine"))
        .build();
    OpenApiBuilder::new()
        .info(info())
        .servers(Some([server]))
        .tags(Some([
            tag(operations::ACCESS_TAG, "Get the token that every other call carries."),
            tag(operations::PSP_TAG, "Start payments, tell what became of them, and look at them."),
            tag(operations::MERCHANT_TAG, "The merchants that a PSP sells for."),
            tag(operations::USER_TAG, "What the user's browser opens."),
            tag(operations::CALLBACK_TAG, "The calls from the wallet to the PSP."),
        ]))
        .paths(operations::paths())
        .components(Some(headers::add_to(responses::add_to(bodies::components())).build()))
        .build()
}

fn info() -> Info {
    let description = "The wallet side of the Vipps PSP API v3, with its access-token and signup APIs, as Lommebok \
        implements it. Lommebok is neither made nor endorsed by Vipps MobilePay.\n\n\
        The fixed segments of a path are matched without regard to case, and a slash at the end is accepted. In the \
        sandbox a refusal carries a `Lommebok-Hint` header that names the likely slip. All errors are listed in \
        `docs/errors.md`.";
    InfoBuilder::new()
        .title("Lommebok")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(description))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build()
}

/// The same value with every object's members in alphabetical order, whatever features `serde_json` was built with.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> =
                members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            members.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(Map::from_iter(members))
        }
        Value::Array(elements) => Value::Array(elements.into_iter().map(sorted).collect()),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::document;

    fn described() -> Value {
        serde_json::from_str(&document()).unwrap()
    }

    fn operations(document: &Value) -> Vec<Value> {
        let items = document["paths"].as_object().unwrap().values();
        items.flat_map(|item| item.as_object().unwrap().values().cloned().collect::<Vec<_>>()).collect()
    }

    #[test]
    fn the_document_is_stable_and_of_version_3_1() {
        assert_eq!(document(), document());
        assert!(described()["openapi"].as_str().unwrap().starts_with("3.1"));
    }

    #[test]
    fn every_operation_has_an_id_of_its_own_a_summary_a_tag_and_a_refusal() {
        let operations = operations(&described());
        let ids: BTreeSet<_> = operations.iter().map(|operation| operation["operationId"].to_string()).collect();
        assert_eq!(ids.len(), operations.len());
        for operation in &operations {
            assert!(operation["summary"].is_string() && operation["tags"][0].is_string(), "{operation}");
            let statuses: Vec<_> = operation["responses"].as_object().unwrap().keys().collect();
            assert!(statuses.iter().any(|status| status.starts_with('4')), "{operation}");
        }
    }

    #[test]
    fn every_endpoint_is_described_and_make_payment_is_a_callback_of_init() {
        let document = described();
        for path in [
            crate::paths::ACCESS_TOKEN,
            crate::paths::INIT,
            crate::paths::UPDATE_STATUS,
            crate::paths::DETAILS,
            crate::paths::FORCE_APPROVE,
            crate::paths::MERCHANTS,
            crate::paths::MERCHANT,
            crate::paths::DEEPLINK,
        ] {
            assert!(document["paths"][path].is_object(), "{path}");
        }
        let init = &document["paths"][crate::paths::INIT]["post"];
        assert!(init["callbacks"]["makePayment"]["{$request.body#/makePaymentUrl}"]["post"].is_object());
    }

    #[test]
    fn no_reference_leads_nowhere_and_no_component_is_unused() {
        let text = document();
        let document = described();
        let used: BTreeSet<String> = text
            .split("\"#/components/")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap_or_default().to_owned())
            .collect();
        let mut defined = BTreeSet::new();
        for kind in ["schemas", "responses", "parameters", "headers"] {
            let Some(members) = document["components"][kind].as_object() else { continue };
            defined.extend(members.keys().map(|name| format!("{kind}/{name}")));
        }
        assert_eq!(used, defined);
    }
}
