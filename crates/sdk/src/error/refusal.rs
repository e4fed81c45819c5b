//! What the wallet says when it refuses: the PSP API's array, the gateway's object, the token endpoint's pair or the
//! merchants' problem details, read into one form. A body that is none of them leaves only the status.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

/// The most characters that are kept of any text of an answer.
const TEXT_MAX_CHARS: usize = 1_000;
/// The most details that are kept of one answer.
const DETAILS_MAX: usize = 100;

/// A refusal as the wallet worded it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Each fault that the wallet named, in its order; empty when it named none.
    pub details: Vec<RefusalDetail>,
    /// The wallet's id of this request, to be quoted to its support.
    pub context_id: Option<String>,
    /// What the sandbox thinks the slip was (the header `Lommebok-Hint`); the vendor's environments have none.
    pub hint: Option<String>,
    /// How long the wallet asked to be left alone.
    pub retry_after: Option<Duration>,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusalDetail {
    /// The `errorCode` (such as `51`), the OAuth word of the token endpoint, or a merchant's field; empty when none was given.
    pub code: String,
    /// What is wrong, in words.
    pub message: String,
}

impl Refusal {
    /// Whether one of the details has this code.
    pub fn has_code(&self, code: &str) -> bool {
        self.details.iter().any(|detail| detail.code == code)
    }

    /// Reads a refusal.
    pub(crate) fn read(status: u16, body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let mut refusal = Self { status, details: Vec::new(), context_id: None, hint: None, retry_after: None };
        match &body {
            Value::Array(errors) => {
                refusal.details = errors.iter().take(DETAILS_MAX).filter_map(psp_error).collect();
                refusal.context_id = errors.iter().find_map(|error| text(error, "contextId"));
            }
            Value::Object(_) => refusal.read_object(&body),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        refusal
    }

    fn read_object(&mut self, body: &Value) {
        self.context_id = text(body, "contextId").or_else(|| {
            let instance = text(body, "instance")?;
            instance.strip_prefix("urn:uuid:").map(str::to_owned)
        });
        let faults = body.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        self.details = faults.iter().take(DETAILS_MAX).filter_map(|fault| detail(fault, "field", "detail")).collect();
        if self.details.is_empty() {
            let shapes = [
                psp_error(body),
                detail(body, "error", "error_description"),
                detail(body, "", "message"),
                detail(body, "", "detail"),
            ];
            self.details.extend(shapes.into_iter().flatten().next());
        }
    }
}

fn psp_error(error: &Value) -> Option<RefusalDetail> {
    detail(error, "errorCode", "errorMessage")
}

/// A detail whose code and message have these names; none without a message.
fn detail(value: &Value, code: &str, message: &str) -> Option<RefusalDetail> {
    Some(RefusalDetail { code: text(value, code).unwrap_or_default(), message: text(value, message)? })
}

/// A member as text (numbers too), cut and without control characters.
fn text(value: &Value, name: &str) -> Option<String> {
    let text = match value.get(name)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    Some(text.chars().filter(|character| !character.is_control()).take(TEXT_MAX_CHARS).collect())
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.status)?;
        for detail in &self.details {
            let separator = if detail.code.is_empty() { "" } else { ": " };
            write!(f, "; {}{separator}{}", detail.code, detail.message)?;
        }
        if let Some(context) = &self.context_id {
            write!(f, " (contextId {context})")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, " (hint: {hint})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(body: &str) -> Vec<(String, String)> {
        let refusal = Refusal::read(400, body.as_bytes());
        refusal.details.into_iter().map(|detail| (detail.code, detail.message)).collect()
    }

    fn pair(code: &str, message: &str) -> (String, String) {
        (code.to_owned(), message.to_owned())
    }

    #[test]
    fn all_four_shapes_are_read_and_codes_may_be_numbers() {
        let array =
            r#"[{"errorCode":"44","errorMessage":"exists","contextId":"c-1"},{"errorCode":51,"errorMessage":"b"}]"#;
        assert_eq!(details(array), [pair("44", "exists"), pair("51", "b")]);
        assert_eq!(Refusal::read(400, array.as_bytes()).context_id.as_deref(), Some("c-1"));
        assert_eq!(details(r#"{"statusCode":401,"message":"no"}"#), [pair("", "no")]);
        assert_eq!(details(r#"{"error":"invalid_client","error_description":"no"}"#), [pair("invalid_client", "no")]);
        let problem = r#"{"type":"about:blank","detail":"d","instance":"urn:uuid:c-2","errors":[{"field":"name","detail":"is required"}]}"#;
        assert_eq!(details(problem), [pair("name", "is required")]);
        assert_eq!(Refusal::read(400, problem.as_bytes()).context_id.as_deref(), Some("c-2"));
        assert_eq!(details(r#"{"detail":"not found"}"#), [pair("", "not found")]);
    }

    #[test]
    fn a_body_that_says_nothing_leaves_the_status() {
        for body in ["", "<html>", "null", "[1,{}]", "{}", "{\"message\":1e3", "[[[["] {
            assert_eq!(details(body), [], "{body}");
        }
        assert_eq!(Refusal::read(502, b"<html>").to_string(), "status 502");
    }

    #[test]
    fn long_and_wild_texts_are_cut() {
        let body = format!(r#"[{{"errorCode":"51","errorMessage":"a\r\nb{}"}}]"#, "x".repeat(5_000));
        let found = details(&body);
        assert!(found[0].1.starts_with("abx") && found[0].1.len() == 1_000);
        let many = format!("[{}]", vec![r#"{"errorCode":"51","errorMessage":"a"}"#; 500].join(","));
        assert_eq!(details(&many).len(), 100);
    }

    #[test]
    fn a_refusal_reads_as_a_sentence() {
        let mut refusal =
            Refusal::read(400, br#"[{"errorCode":"51","errorMessage":"Invalid request","contextId":"c"}]"#);
        refusal.hint = Some("amounts are in ore".to_owned());
        assert_eq!(refusal.to_string(), "status 400; 51: Invalid request (contextId c) (hint: amounts are in ore)");
    }
}
