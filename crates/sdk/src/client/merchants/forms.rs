//! What is sent about merchants: a new one, and changes to one.

use serde::{Deserialize, Serialize};

use super::call;
use crate::IdempotencyKey;

/// A merchant to be signed up.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewMerchant {
    organization_number: String,
    name: String,
    mcc_code: String,
    company_name: String,
    company_email: String,
    address: Address,
    #[serde(flatten)]
    optional: Optional,
    #[serde(skip)]
    idempotency_key: IdempotencyKey,
}

/// What both forms may have.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Optional {
    #[serde(skip_serializing_if = "Option::is_none")]
    logo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    website: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terms_of_service_accepted: Option<bool>,
}

/// Defines the setters of what both forms may have.
macro_rules! optional_setters {
    () => {
        /// A PNG in base64, 100 to 1000 pixels a side.
        #[must_use]
        pub fn logo(mut self, png_in_base64: impl Into<String>) -> Self {
            self.optional.logo = Some(png_in_base64.into());
            self
        }

        /// Where the logo is, instead of the logo itself.
        #[must_use]
        pub fn logo_url(mut self, url: impl Into<String>) -> Self {
            self.optional.logo_url = Some(url.into());
            self
        }

        /// The contact's e-mail address.
        #[must_use]
        pub fn email(mut self, email: impl Into<String>) -> Self {
            self.optional.email = Some(email.into());
            self
        }

        /// The web site.
        #[must_use]
        pub fn website(mut self, url: impl Into<String>) -> Self {
            self.optional.website = Some(url.into());
            self
        }

        /// The merchant has accepted the terms of service.
        #[must_use]
        pub fn terms_of_service_accepted(mut self) -> Self {
            self.optional.terms_of_service_accepted = Some(true);
            self
        }
    };
}

impl NewMerchant {
    /// A merchant that users see as `name`; `mcc_code` is ISO 18245, four digits.
    pub fn new(
        organization_number: impl Into<String>,
        name: impl Into<String>,
        mcc_code: impl Into<String>,
        company: Company,
        address: Address,
    ) -> Self {
        Self {
            organization_number: organization_number.into(),
            name: name.into(),
            mcc_code: mcc_code.into(),
            company_name: company.name,
            company_email: company.email,
            address,
            optional: Optional::default(),
            idempotency_key: call::fresh_key(),
        }
    }

    optional_setters!();

    /// The key under which the wallet remembers this request, instead of a random one: to repeat it after a restart.
    #[must_use]
    pub fn idempotency_key(mut self, key: IdempotencyKey) -> Self {
        self.idempotency_key = key;
        self
    }

    /// As it is sent: the API wants a logo in one form or the other, and takes an empty one for none.
    pub(super) fn with_some_logo(&self) -> Self {
        let mut merchant = self.clone();
        if merchant.optional.logo_url.is_none() {
            merchant.optional.logo.get_or_insert_default();
        }
        merchant
    }

    pub(super) fn key(&self) -> &IdempotencyKey {
        &self.idempotency_key
    }
}

/// The company behind a merchant.
#[derive(Clone, Debug)]
pub struct Company {
    name: String,
    email: String,
}

impl Company {
    /// Its legal name and e-mail address.
    pub fn new(name: impl Into<String>, email: impl Into<String>) -> Self {
        Self { name: name.into(), email: email.into() }
    }
}

/// Changes to a merchant: what is not set stays.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MerchantChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    deactivate: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mcc_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
    #[serde(flatten)]
    optional: Optional,
}

impl MerchantChanges {
    /// No changes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// It sells no more, for good: new payments are refused with `21`, running ones go on.
    #[must_use]
    pub fn deactivate(mut self) -> Self {
        self.deactivate = Some(true);
        self
    }

    /// What the user sees.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// ISO 18245, four digits.
    #[must_use]
    pub fn mcc_code(mut self, code: impl Into<String>) -> Self {
        self.mcc_code = Some(code.into());
        self
    }

    /// The legal name.
    #[must_use]
    pub fn company_name(mut self, name: impl Into<String>) -> Self {
        self.company_name = Some(name.into());
        self
    }

    /// Where it is.
    #[must_use]
    pub fn address(mut self, address: Address) -> Self {
        self.address = Some(address);
        self
    }

    optional_setters!();
}

/// Where a merchant is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    #[serde(rename = "addressLine1", default)]
    line_1: String,
    #[serde(rename = "addressLine2", skip_serializing_if = "Option::is_none")]
    line_2: Option<String>,
    #[serde(default)]
    city: String,
    #[serde(default)]
    post_code: String,
    #[serde(default)]
    country: String,
}

impl Address {
    /// Street, city, post code and country (ISO 3166, two letters).
    pub fn new(
        line_1: impl Into<String>,
        city: impl Into<String>,
        post_code: impl Into<String>,
        country: impl Into<String>,
    ) -> Self {
        Self {
            line_1: line_1.into(),
            line_2: None,
            city: city.into(),
            post_code: post_code.into(),
            country: country.into(),
        }
    }

    /// A second line.
    #[must_use]
    pub fn line_2(mut self, line: impl Into<String>) -> Self {
        self.line_2 = Some(line.into());
        self
    }

    /// The city.
    pub fn city(&self) -> &str {
        &self.city
    }
}
