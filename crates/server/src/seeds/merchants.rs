//! Merchants of a seed, in the fields of the signup API.

use lommebok_domain::Msn;
use serde::Deserialize;
use toml::Spanned;

use super::{Check, PSP};

/// A merchant; it begins ACTIVE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedMerchant {
    /// The name of its PSP in the seed.
    pub psp: String,
    /// Its number: 6 digits, as makePayment's schema wants it.
    pub msn: Msn,
    /// The name that users read.
    pub name: String,
    /// The legal name.
    pub company_name: String,
    /// The company's address for mail.
    pub company_email: String,
    /// 9 digits.
    pub organization_number: String,
    /// What it sells: 4 digits of ISO 18245.
    pub mcc_code: String,
    pub address: SeedAddress,
    /// Whether its inits may ask for `skipLandingPage`.
    pub may_skip_landing_page: bool,
}

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedAddress {
    /// Street and number.
    pub address_line1: String,
    pub city: String,
    pub post_code: String,
    /// Two capitals of ISO 3166.
    pub country: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    psp: Spanned<String>,
    msn: Spanned<String>,
    name: Spanned<String>,
    company_name: Spanned<String>,
    company_email: Spanned<String>,
    organization_number: Spanned<String>,
    mcc_code: Spanned<String>,
    address: WrittenAddress,
    #[serde(default)]
    may_skip_landing_page: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAddress {
    address_line1: Spanned<String>,
    city: Spanned<String>,
    post_code: Spanned<String>,
    country: Spanned<String>,
}

pub(super) fn check(check: &mut Check<'_>, written: &Written) -> Option<SeedMerchant> {
    check.once("msn", &written.msn);
    let psp = check.known_psp(&written.psp);
    let msn = check.parsed(&written.msn, "msn: must be 6 digits", |text| {
        super::are_digits(text, 6).then(|| Msn::new(text)).flatten()
    });
    let name = check.text(&written.name, "name", 200);
    let company_name = check.text(&written.company_name, "company_name", 255);
    let company_email = check.matching(&written.company_email, "company_email: must be an address for mail", |text| {
        let parts = text.split_once('@');
        text.len() <= 255 && parts.is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
    });
    let organization_number = check.digits(&written.organization_number, "organization_number", 9);
    let mcc_code = check.digits(&written.mcc_code, "mcc_code", 4);
    let address = check_address(check, &written.address);
    Some(SeedMerchant {
        psp: psp?,
        msn: msn?,
        name: name?,
        company_name: company_name?,
        company_email: company_email?,
        organization_number: organization_number?,
        mcc_code: mcc_code?,
        address: address?,
        may_skip_landing_page: written.may_skip_landing_page,
    })
}

fn check_address(check: &mut Check<'_>, written: &WrittenAddress) -> Option<SeedAddress> {
    let address_line1 = check.text(&written.address_line1, "address_line1", 255);
    let city = check.text(&written.city, "city", 255);
    let post_code = check.text(&written.post_code, "post_code", 10);
    let country = check.matching(&written.country, "country: must be two capital letters", |text| {
        text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
    });
    Some(SeedAddress { address_line1: address_line1?, city: city?, post_code: post_code?, country: country? })
}

impl Check<'_> {
    fn known_psp(&mut self, written: &Spanned<String>) -> Option<String> {
        let known = self.names.contains(&(PSP, written.get_ref().clone()));
        self.matching(written, "psp: is not the name of one of this seed's PSPs", |_| known)
    }
}
