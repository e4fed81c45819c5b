//! What must come back: the status, the shape of the body by interface, and the codes or fields in it.

use serde_json::Value;

use crate::test_app::Answer;

/// Traces of the inside that no refusal may show.
const INSIDES: [&str; 9] = ["sqlite", "select ", "panicked", ".rs:", "/src/", "backtrace", "thread '", "rustc", "axum"];

/// The answer that a case must get.
#[derive(Clone, Debug)]
pub struct Expected {
    status: u16,
    shape: Shape,
    texts: Vec<String>,
    hint: Option<String>,
    header: Option<(&'static str, String)>,
}

#[derive(Clone, Debug)]
enum Shape {
    Psp(Vec<String>),
    Gateway,
    Token(String),
    Problem,
    App(String),
    Control,
    Page,
    Bare,
    Success,
}

fn expected(status: u16, shape: Shape) -> Expected {
    Expected { status, shape, texts: Vec::new(), hint: None, header: None }
}

/// A refusal of the PSP API: an array with exactly these codes in this order.
pub fn psp(status: u16, codes: &[&str]) -> Expected {
    expected(status, Shape::Psp(codes.iter().map(|code| (*code).to_owned()).collect()))
}

/// A 401 of the PSP API, in the gateway's form.
pub fn gateway() -> Expected {
    expected(401, Shape::Gateway)
}

/// A refusal of the token endpoint with this `error`.
pub fn token(status: u16, error: &str) -> Expected {
    expected(status, Shape::Token(error.to_owned()))
}

/// A refusal of the merchants' endpoints: problem details.
pub fn problem(status: u16) -> Expected {
    expected(status, Shape::Problem)
}

/// A refusal of the App API with this `code`.
pub fn app(status: u16, code: &str) -> Expected {
    expected(status, Shape::App(code.to_owned()))
}

/// A refusal of the Control API: problem details.
pub fn control(status: u16) -> Expected {
    expected(status, Shape::Control)
}

/// A page with this status.
pub fn page(status: u16) -> Expected {
    expected(status, Shape::Page)
}

/// A status without a body.
pub fn bare(status: u16) -> Expected {
    expected(status, Shape::Bare)
}

/// A success: 200 with JSON or without a body.
pub fn ok() -> Expected {
    expected(200, Shape::Success)
}

impl Expected {
    /// The same, and the body holds this text: the field's name, as a rule.
    #[must_use]
    pub fn naming(mut self, text: &str) -> Self {
        self.texts.push(text.to_owned());
        self
    }

    /// The same, and `Lommebok-Hint` holds this text.
    #[must_use]
    pub fn hinting(mut self, text: &str) -> Self {
        self.hint = Some(text.to_owned());
        self
    }

    /// The same, and this header has this value.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.header = Some((name, value.to_owned()));
        self
    }

    /// What is wrong with `answer`; nothing if it is as expected.
    pub fn faults_of(&self, answer: &Answer) -> Vec<String> {
        let mut faults = Vec::new();
        if answer.status.as_u16() != self.status {
            faults.push(format!("status {} instead of {}", answer.status.as_u16(), self.status));
        } else if let Err(fault) = self.shape.check(answer) {
            faults.push(fault);
        }
        faults.extend(self.texts.iter().filter(|text| !answer.text.contains(*text)).map(|text| format!("no {text:?}")));
        if let Some(hint) = self.hint.as_ref().filter(|hint| !answer.hint().contains(*hint)) {
            faults.push(format!("the hint is {:?}, without {hint:?}", answer.hint()));
        }
        if let Some((name, value)) = &self.header {
            let found = answer.headers.get(*name).map(|found| String::from_utf8_lossy(found.as_bytes()).into_owned());
            if found.as_deref() != Some(value) {
                faults.push(format!("{name} is {found:?} instead of {value:?}"));
            }
        }
        if answer.status.as_u16() == 401 && !answer.headers.contains_key("www-authenticate") {
            faults.push("a 401 that asks for no credential".to_owned());
        }
        if !answer.status.is_success() {
            let text = answer.text.to_ascii_lowercase();
            faults.extend(INSIDES.iter().filter(|inside| text.contains(*inside)).map(|text| format!("shows {text:?}")));
        }
        faults
    }
}

impl Shape {
    fn check(&self, answer: &Answer) -> Result<(), String> {
        match self {
            Self::Psp(codes) => of_type(answer, "application/json").and_then(|()| psp_array(&answer.json, codes)),
            Self::Gateway => {
                of_type(answer, "application/json")?;
                members(&answer.json, &["statusCode", "message"])?;
                same("statusCode", &answer.json["statusCode"], &Value::from(401))
            }
            Self::Token(error) => {
                of_type(answer, "application/json")?;
                members(&answer.json, &["error", "error_description"])?;
                same("error", &answer.json["error"], &Value::from(error.as_str()))
            }
            Self::Problem => problem_details(answer, &["type", "title", "status", "detail", "instance", "errors"]),
            Self::App(code) => {
                of_type(answer, "application/json")?;
                members(&answer.json, &["code", "message", "payment"])?;
                same("code", &answer.json["code"], &Value::from(code.as_str()))
            }
            Self::Control => problem_details(answer, &["type", "title", "status", "detail"]),
            Self::Page => {
                of_type(answer, "text/html; charset=utf-8")?;
                if answer.text.contains("<main") { Ok(()) } else { Err("is no page".to_owned()) }
            }
            Self::Bare | Self::Success if answer.text.is_empty() => Ok(()),
            Self::Bare => Err(format!("has a body: {}", answer.text)),
            Self::Success => {
                of_type(answer, "application/json").or_else(|_| of_type(answer, "application/json;charset=UTF-8"))
            }
        }
    }
}

fn of_type(answer: &Answer, expected: &str) -> Result<(), String> {
    let found = answer.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or("nothing");
    if found == expected { Ok(()) } else { Err(format!("declares {found} instead of {expected}")) }
}

fn psp_array(body: &Value, codes: &[String]) -> Result<(), String> {
    let errors = body.as_array().ok_or("is no array")?;
    let found: Vec<&str> = errors.iter().map(|error| error["errorCode"].as_str().unwrap_or("none")).collect();
    if found != codes {
        return Err(format!("codes {found:?} instead of {codes:?}"));
    }
    for error in errors {
        members(error, &["errorCode", "errorMessage", "contextId"])?;
        same("contextId", &error["contextId"], &errors[0]["contextId"])?;
        if error["errorMessage"].as_str().is_none_or(str::is_empty) {
            return Err("has no errorMessage".to_owned());
        }
    }
    is_uuid(errors[0]["contextId"].as_str().unwrap_or_default())
}

fn problem_details(answer: &Answer, names: &[&str]) -> Result<(), String> {
    of_type(answer, "application/problem+json")?;
    members(&answer.json, names)?;
    same("status", &answer.json["status"], &Value::from(answer.status.as_u16()))?;
    if names.contains(&"instance") {
        let instance = answer.json["instance"].as_str().unwrap_or_default();
        is_uuid(instance.strip_prefix("urn:uuid:").unwrap_or_default())?;
    }
    Ok(())
}

/// The object has no other members; what may be left out is left out.
fn members(object: &Value, names: &[&str]) -> Result<(), String> {
    let object = object.as_object().ok_or_else(|| format!("{object} is no object"))?;
    match object.keys().find(|name| !names.contains(&name.as_str())) {
        Some(other) => Err(format!("has a member {other}")),
        None => Ok(()),
    }
}

fn same(name: &str, found: &Value, expected: &Value) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{name} is {found} instead of {expected}")) }
}

fn is_uuid(text: &str) -> Result<(), String> {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    let hex = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    if parts == [8, 4, 4, 4, 12] && hex { Ok(()) } else { Err(format!("{text:?} is no request id")) }
}
