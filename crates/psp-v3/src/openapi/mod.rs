//! The OpenAPI 3.1 description of every public endpoint, made from the types of this crate, so that it cannot say
//! anything else. `makePayment` is in it as a callback of init. App API and Control API are not in it.
//!
//! Requests that are read by hand have types of their own here (`bodies`), because their fields are more than Rust types
//! say; a test compares their members with those that the readers know.

mod bodies;
mod examples;
mod headers;
mod operations;
mod responses;
mod rules;

use serde_json::{Map, Value};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Info, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, ServerBuilder};

/// The description as indented JSON with a line feed at its end, the same from run to run. It is committed as
/// `openapi.json`, and the server serves that file.
///
/// # Panics
/// Never: the description is made of strings and numbers.
pub fn document() -> String {
    let mut value = serde_json::to_value(open_api()).expect("strings and numbers always have a JSON form");
    if let Some(schemas) = value.pointer_mut("/components/schemas") {
        *schemas = rules::applied(schemas.take());
    }
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

const LICENSE: &str = "https://www.apache.org/licenses/LICENSE-2.0";

fn info() -> Info {
    let description = "The wallet side of the Vipps PSP API v3, with its access-token and signup APIs, as Lommebok \
        implements it. Lommebok is neither made nor endorsed by Vipps MobilePay.\n\n\
        The fixed segments of a path are matched without regard to case, and a slash at the end is accepted. HEAD works \
        where GET does. Members that are unknown are ignored, and one that is `null` counts as left out.\n\n\
        In the sandbox a refusal carries a `Lommebok-Hint` header that names the likely slip. All errors are listed in \
        `docs/errors.md`.\n\n\
        This document says nothing that OpenAPI 3.0 could not say: a tool that knows no 3.1 takes it with `openapi` set to \
        `3.0.3`. In Postman import it with *Parameter generation: Example*, set the variables `CLIENT_ID`, \
        `CLIENT_SECRET`, `SUBSCRIPTION_KEY` and `PSP_ID` to what `lommebok env` prints, and `bearerToken` to the access \
        token.";
    InfoBuilder::new()
        .title("Lommebok")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(description))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").url(Some(LICENSE)).build()))
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
    fn nothing_is_said_that_openapi_3_0_could_not_say() {
        fn walk(value: &Value, path: &str) {
            if let Some(members) = value.as_object() {
                assert!(!value["type"].is_array() && value["type"] != "null", "{path}: null is no type in 3.0");
                assert!(!value["examples"].is_array() && value.get("const").is_none(), "{path}");
                members.iter().for_each(|(name, member)| walk(member, &format!("{path}/{name}")));
            }
            value.as_array().into_iter().flatten().for_each(|element| walk(element, path));
        }
        walk(&described(), "");
    }

    #[test]
    fn no_default_makes_a_generator_take_an_optional_member_for_a_required_one() {
        assert!(!document().contains("\"default\""));
    }

    #[test]
    fn every_credential_is_a_header_parameter_where_it_is_read() {
        let document = described();
        let required = |path: &str, method: &str| -> BTreeSet<String> {
            let parameters = document["paths"][path][method]["parameters"].as_array().unwrap().iter();
            let parameters =
                parameters.map(|one| document.pointer(one["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap());
            let headers = parameters.filter(|one| one["in"] == "header" && one["required"] == true);
            headers.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
        };
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let key = "Ocp-Apim-Subscription-Key";
        assert_eq!(required(crate::paths::ACCESS_TOKEN, "post"), names(&["client_id", "client_secret", key]));
        assert_eq!(required(crate::paths::INIT, "post"), names(&[key, "PSP-ID", "Merchant-Serial-Number"]));
        assert_eq!(required(crate::paths::DETAILS, "get"), names(&[key, "PSP-ID"]));
        assert_eq!(required(crate::paths::MERCHANTS, "get"), names(&[key]));
        assert_eq!(required(crate::paths::MERCHANTS, "post"), names(&[key, "Idempotency-Key"]));
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
