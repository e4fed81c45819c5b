//! What the texts of the wire look like, by the name of their member: one name has one rule, in requests and in answers.
//! The readers (`ids`, `urls`, `merchants::rules`) have the last word, and may say more than a pattern can; a test sends
//! what a schema allows and what it forbids to the real server.
//!
//! Also here: what a schema says in another way than Rust's types do, so that generators of clients read it.

use serde_json::{Map, Value, json};

/// The rule of the members of one name.
pub(super) struct Rule {
    name: &'static str,
    pub(super) pattern: &'static str,
    pub(super) max_chars: Option<usize>,
}

impl Rule {
    const fn new(name: &'static str, pattern: &'static str) -> Self {
        Self { name, pattern, max_chars: None }
    }

    const fn at_most(self, chars: usize) -> Self {
        Self { max_chars: Some(chars), ..self }
    }
}

pub(super) const PSP_TRANSACTION_ID: Rule =
    Rule::new("pspTransactionId", "^[._-]*[A-Za-z0-9][A-Za-z0-9._-]*$").at_most(36);
pub(super) const MERCHANT_SERIAL_NUMBER: Rule = Rule::new("merchantSerialNumber", "^[0-9]{5,10}$");
/// What a header can hold: visible ASCII, with spaces inside.
pub(super) const HEADER: &str = "^[!-~]([ -~]*[!-~])?$";
const PHONE_NUMBER: &str = "^[0-9]{8}$";
/// One line: at least one character, no control characters.
const LINE: &str = r"^[^\x00-\x1f\x7f-\x9f]+$";
/// An absolute http(s) URL in visible ASCII without backslashes.
const WEB_URL: &str = r"^https?://[!-\[\]-~]+$";
const EMAIL: &str = concat!(
    r"^[A-Za-z0-9.!#$%&*+/=?^_{|}~'`-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
    r"(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$"
);
const SECONDS: &str = "^[0-9]+$";

const RULES: [Rule; 32] = [
    PSP_TRANSACTION_ID,
    MERCHANT_SERIAL_NUMBER,
    Rule::new("merchantOrderId", "^[A-Za-z0-9-]+$").at_most(50),
    Rule::new("customerMobileNumber", PHONE_NUMBER),
    Rule::new("customerPhoneNumber", PHONE_NUMBER),
    Rule::new("pspRedirectUrl", r"^[A-Za-z][A-Za-z0-9+.-]*:[!-\[\]-~]+$").at_most(2_048),
    Rule::new("makePaymentUrl", r#"^https?://[!"$-\[\]-~]+$"#).at_most(2_048),
    Rule::new("makePaymentToken", HEADER).at_most(255),
    Rule::new("url3dSecure", WEB_URL).at_most(2_048),
    Rule::new("token", "^[!-~]+$").at_most(2_048),
    Rule::new("expires_in", SECONDS),
    Rule::new("expires_on", SECONDS),
    Rule::new("not_before", SECONDS),
    Rule::new("binNumber", "^[0-9]{6}$"),
    Rule::new("number", "^[0-9]{16,19}$"),
    Rule::new("expiryMonth", "^(0[1-9]|1[0-2])$"),
    Rule::new("expiryYear", "^[0-9]{4}$"),
    Rule::new("cryptogram", "^[A-Za-z0-9+/]{26}[A-Za-z0-9+/=]{2}$"),
    Rule::new("eci", "^0[0-9]$"),
    Rule::new("organizationNumber", LINE).at_most(50),
    Rule::new("name", LINE).at_most(200),
    Rule::new("mccCode", "^[0-9]{4}$"),
    Rule::new("logoUrl", WEB_URL).at_most(2_048),
    Rule::new("companyName", LINE).at_most(255),
    Rule::new("companyEmail", EMAIL).at_most(255),
    Rule::new("email", EMAIL).at_most(255),
    Rule::new("website", r"^(https?://)?[^\s\\@/?#:]+\.[^\s\\@/?#:]+(:[0-9]+)?([/?#][!-\[\]-~]*)?$").at_most(255),
    Rule::new("addressLine1", LINE).at_most(255),
    Rule::new("addressLine2", r"^[^\x00-\x1f\x7f-\x9f]*$").at_most(255),
    Rule::new("city", LINE).at_most(255),
    Rule::new("postCode", "^[A-Za-z0-9 ]{1,10}$"),
    Rule::new("country", "^[A-Za-z]{2}$"),
];

/// The schemas as the document has them.
pub(super) fn applied(mut schemas: Value) -> Value {
    let schemas_mut = schemas.as_object_mut().into_iter().flat_map(Map::values_mut);
    for members in schemas_mut.filter_map(|schema| schema.get_mut("properties")?.as_object_mut()) {
        for (name, member) in members {
            without_null(member);
            with_one_example(member);
            let Some(rule) = RULES.iter().find(|rule| rule.name == name) else { continue };
            member["pattern"] = json!(rule.pattern);
            if let Some(max_chars) = rule.max_chars {
                member["maxLength"] = json!(max_chars);
            }
        }
    }
    schemas
}

/// An optional member may be left out. That `null` is taken as well is our lenience: as a type it would make every
/// generated field a union of three, and generators disagree on how it is written.
fn without_null(member: &mut Value) {
    if let Some(types) = member["type"].as_array() {
        let only = types.iter().find(|kind| *kind != "null").cloned();
        member["type"] = only.unwrap_or_default();
    }
    let either = member["oneOf"].as_array().cloned().unwrap_or_default();
    if let [one, null] = either.as_slice()
        && null["type"] == "null"
    {
        *member = one.clone();
    }
}

/// The one example as OpenAPI 3.0 has it; 3.1 reads it as well.
fn with_one_example(member: &mut Value) {
    if let Some(example) = member.as_object_mut().and_then(|member| member.remove("examples")) {
        member["example"] = example[0].clone();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{RULES, applied};

    #[test]
    fn every_rule_is_the_rule_of_a_member_that_is_a_text() {
        let schemas = serde_json::to_value(crate::openapi::bodies::components().build()).unwrap()["schemas"].take();
        let schemas = applied(schemas);
        let members = || schemas.as_object().unwrap().values().filter_map(|schema| schema["properties"].as_object());
        for rule in &RULES {
            let mut named = members().filter_map(|members| members.get(rule.name)).peekable();
            assert!(named.peek().is_some(), "{}", rule.name);
            assert!(named.all(|member| member["type"] == "string" && member["pattern"].is_string()), "{}", rule.name);
        }
    }

    #[test]
    fn a_member_that_may_be_left_out_is_not_said_to_be_null() {
        let either = json!({"oneOf": [{"$ref": "#/x"}, {"type": "null"}]});
        let real = json!({"oneOf": [{"type": "integer"}, {"type": "string"}]});
        let before = json!({"A": {"properties": {"t": {"type": ["string", "null"]}, "e": either, "r": real}}, "B": {}});
        let after = json!({"A": {"properties": {"t": {"type": "string"}, "e": {"$ref": "#/x"}, "r": real}}, "B": {}});
        assert_eq!(applied(before), after);
    }
}
