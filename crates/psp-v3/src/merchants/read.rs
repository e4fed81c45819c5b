//! Reading the two requests. Both have the same members with the same rules; they differ in what must be there.

use std::borrow::Cow;

use super::rules::{has_check_digit, is_email, is_line, is_website};
use super::{Address, CreateMerchantRequest, Logo, UpdateMerchantRequest};
use crate::errors::{Fault, Faults};
use crate::hints::{Hint, Hints, Slip};
use crate::json::{Fields, Flat, Manner, Place, Scalar, read_document};
use crate::urls;

/// The members that are known.
pub(crate) const NAMES: &[&str; 12] = &[
    "organizationNumber",
    "name",
    "mccCode",
    "logo",
    "logoUrl",
    "companyName",
    "companyEmail",
    "email",
    "website",
    "address",
    "termsOfServiceAccepted",
    "deactivate",
];
/// The members of `address` that are known.
pub(crate) const ADDRESS_NAMES: &[&str; 5] = &["addressLine1", "addressLine2", "city", "postCode", "country"];
const REQUIRED: [&str; 6] = ["organizationNumber", "name", "mccCode", "companyName", "companyEmail", "address"];

/// Reads the body of a request to create a merchant. All faults are found, at most 100; each names its field.
pub fn parse_create(body: &[u8]) -> Result<CreateMerchantRequest, Vec<Fault>> {
    let (mut faults, mut hints) = (Faults::default(), Hints::default());
    let given = Given::read(body, &mut Fields::new(&mut faults, &mut hints, Place::Top), Wanted::All)?;
    if given.deactivate.is_some() {
        hints.push(Hint::between(Slip::MemberOfOtherEndpoint, "deactivate", "PATCH deactivates a merchant"));
    }
    match given.into_create(&mut hints) {
        Some(request) if faults.is_empty() => Ok(CreateMerchantRequest { hints, ..request }),
        _ => Err(faults.into_vec()),
    }
}

/// Reads the body of a request to change a merchant. All faults are found, at most 100; each names its field.
pub fn parse_update(body: &[u8]) -> Result<UpdateMerchantRequest, Vec<Fault>> {
    let (mut faults, mut hints) = (Faults::default(), Hints::default());
    let given = Given::read(body, &mut Fields::new(&mut faults, &mut hints, Place::Top), Wanted::Any)?;
    if given.organization_number.is_some() {
        let why = "the number of an organisation never changes";
        hints.push(Hint::between(Slip::MemberOfOtherEndpoint, "organizationNumber", why));
    }
    let request = given.into_update();
    if faults.is_empty() && request == UpdateMerchantRequest::default() {
        let nothing = Fault::invalid("", "at least one member that can be changed is required");
        faults.push(nothing.hinting(Hint::of(Slip::NothingToChange)));
    }
    if faults.is_empty() { Ok(UpdateMerchantRequest { hints, ..request }) } else { Err(faults.into_vec()) }
}

/// Which members must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// [`REQUIRED`], and a logo in either form.
    All,
    /// None of them.
    Any,
}

/// The members that were sent, as far as they are good.
struct Given {
    organization_number: Option<String>,
    deactivate: Option<bool>,
    name: Option<String>,
    mcc_code: Option<String>,
    logo: Option<Logo>,
    logo_url: Option<String>,
    company_name: Option<String>,
    company_email: Option<String>,
    email: Option<String>,
    website: Option<String>,
    address: Option<Address>,
    terms_of_service_accepted: Option<bool>,
}

impl Given {
    fn read(body: &[u8], fields: &mut Fields<'_>, wanted: Wanted) -> Result<Self, Vec<Fault>> {
        let read = read_document(body, |_| Flat::new(NAMES, Manner::Careful));
        let mut members = read.map_err(|broken| vec![broken.into()])?;
        if !fields.check_object(&mut members) {
            return Err(std::mem::take(fields.faults).into_vec());
        }
        if wanted == Wanted::All {
            report_missing(fields, &members);
        }
        let [number, name, mcc, logo, logo_url, company, company_email, email, website, address, terms, deactivate] =
            members.values;
        let mut reader = Reader(fields);
        let line = |max_chars| move |text: &str| is_line(text, max_chars);
        let address = reader.address(address);
        let country = address.as_ref().map_or("NO", |address| address.country.as_str());
        Ok(Self {
            organization_number: reader.organization_number(number, country),
            deactivate: reader.0.flag("deactivate", deactivate),
            name: reader.text("name", name, "must be 1 to 200 characters", line(200)),
            mcc_code: reader.text("mccCode", mcc, "must be 4 digits", is_mcc),
            logo: reader.logo(logo),
            logo_url: reader.text("logoUrl", logo_url, "must be an http(s) URL", is_logo_url),
            company_name: reader.text("companyName", company, "must be 1 to 255 characters", line(255)),
            company_email: reader.text("companyEmail", company_email, "must be an e-mail address", is_email),
            email: reader.text("email", email, "must be an e-mail address", is_email),
            website: reader.text("website", website, "must be an http(s) URL of at most 255 characters", is_website),
            address,
            terms_of_service_accepted: reader.0.flag("termsOfServiceAccepted", terms),
        })
    }

    fn into_create(self, hints: &mut Hints) -> Option<CreateMerchantRequest> {
        let organization_number = self.organization_number?;
        let address = self.address?;
        if address.country.eq_ignore_ascii_case("NO") && !has_check_digit(&organization_number) {
            hints.push(Hint::of(Slip::CheckDigit));
        }
        Some(CreateMerchantRequest {
            organization_number,
            name: self.name?,
            mcc_code: self.mcc_code?,
            logo: self.logo,
            logo_url: self.logo_url,
            company_name: self.company_name?,
            company_email: self.company_email?,
            email: self.email,
            website: self.website,
            address,
            terms_of_service_accepted: self.terms_of_service_accepted,
            hints: Hints::default(),
        })
    }

    /// The organisation number cannot be changed: sent or not, it is ignored like any unknown member.
    fn into_update(self) -> UpdateMerchantRequest {
        UpdateMerchantRequest {
            deactivate: self.deactivate,
            name: self.name,
            mcc_code: self.mcc_code,
            logo: self.logo,
            logo_url: self.logo_url,
            company_name: self.company_name,
            company_email: self.company_email,
            email: self.email,
            website: self.website,
            address: self.address,
            terms_of_service_accepted: self.terms_of_service_accepted,
            hints: Hints::default(),
        }
    }
}

fn report_missing(fields: &mut Fields<'_>, members: &Flat<'_, 12>) {
    let is_there = |wanted: &str| {
        let mut sent = NAMES.iter().zip(&members.values).filter(|(name, _)| **name == wanted);
        sent.any(|(_, value)| !matches!(value, None | Some(Scalar::Null)))
    };
    for name in REQUIRED {
        if !is_there(name) {
            fields.missing(name, "is required");
        }
    }
    if !is_there("logo") && !is_there("logoUrl") {
        fields.missing("logo", "or logoUrl is required");
    }
}

struct Reader<'r, 'f>(&'r mut Fields<'f>);

impl Reader<'_, '_> {
    /// The text of `name`, if it is sent and keeps its rule.
    fn text(
        &mut self,
        name: &'static str,
        value: Option<Scalar<'_>>,
        rule: &'static str,
        keeps: impl Fn(&str) -> bool,
    ) -> Option<String> {
        let text = self.0.text(name, value)?;
        if keeps(&text) {
            return Some(text.into_owned());
        }
        match text.chars().find(|character| character.is_control()) {
            Some(control) => {
                let code = u32::from(control);
                self.0.invalid(name, &format!("must not contain control characters, but has U+{code:04X}"));
            }
            None => self.0.invalid(name, rule),
        }
        None
    }

    fn organization_number(&mut self, value: Option<Scalar<'_>>, country: &str) -> Option<String> {
        if country.eq_ignore_ascii_case("NO") {
            let nine_digits = |text: &str| text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_digit());
            return self.text("organizationNumber", value, "must be 9 digits", nine_digits);
        }
        self.text("organizationNumber", value, "must be 1 to 50 characters", |text| is_line(text, 50))
    }

    fn logo(&mut self, value: Option<Scalar<'_>>) -> Option<Logo> {
        let text = self.0.text("logo", value)?;
        match Logo::parse(&text) {
            Ok(logo) => Some(logo),
            Err(what) => {
                self.0.invalid("logo", what);
                None
            }
        }
    }

    fn address(&mut self, value: Option<Scalar<'_>>) -> Option<Address> {
        let members = match value? {
            Scalar::Null => return None,
            Scalar::Object(raw) => read_document(raw.as_bytes(), |manner| Flat::new(ADDRESS_NAMES, manner)).ok()?,
            other @ (Scalar::Bool(_)
            | Scalar::Integer(_)
            | Scalar::Fraction
            | Scalar::Text(_)
            | Scalar::HalvedText(_)
            | Scalar::Array) => {
                self.0.invalid("address", &format!("must be an object, not {}", other.kind()));
                return None;
            }
        };
        let mut fields = Fields::new(self.0.faults, self.0.hints, Place::Member("address"));
        AddressReader(Reader(&mut fields)).address(members)
    }
}

struct AddressReader<'r, 'f>(Reader<'r, 'f>);

impl AddressReader<'_, '_> {
    fn address(&mut self, mut members: Flat<'_, 5>) -> Option<Address> {
        if !self.0.0.check_object(&mut members) {
            return None;
        }
        let [line1, line2, city, post_code, country] = members.values;
        let line = |text: &str| is_line(text, 255);
        let line1 = self.required("addressLine1", line1, "must be 1 to 255 characters", line);
        let line2 = self.0.text("addressLine2", line2, "must be at most 255 characters", |text| {
            text.is_empty() || is_line(text, 255)
        });
        let city = self.required("city", city, "must be 1 to 255 characters", line);
        let post_code =
            self.required("postCode", post_code, "must be 1 to 10 letters, digits and spaces", is_post_code);
        let country = self.required("country", country, "must be two letters (ISO 3166)", is_country);
        Some(Address {
            address_line1: line1?,
            address_line2: line2,
            city: city?,
            post_code: post_code?,
            country: country?,
        })
    }

    fn required(
        &mut self,
        name: &'static str,
        value: Option<Scalar<'_>>,
        rule: &'static str,
        keeps: impl Fn(&str) -> bool,
    ) -> Option<String> {
        let text: Cow<'_, str> = self.0.0.required_text(name, value)?;
        self.0.text(name, Some(Scalar::Text(text)), rule, keeps)
    }
}

fn is_mcc(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_post_code(text: &str) -> bool {
    (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_logo_url(text: &str) -> bool {
    urls::kept_url(text).is_ok()
}
