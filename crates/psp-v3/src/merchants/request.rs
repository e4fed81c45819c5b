//! What a PSP asks of the merchant endpoints, free of faults: only `read` makes these.

use serde::Serialize;
use utoipa::ToSchema;

use super::Logo;
use crate::canonical::Canonical;
use crate::hints::Hints;

/// A request to create a merchant.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct CreateMerchantRequest {
    /// For Norway 9 digits, else 1 to 50 characters, no control characters.
    #[schema(example = "123456785")]
    pub organization_number: String,
    /// What the user sees, at most 200 characters.
    #[schema(example = "Example")]
    pub name: String,
    /// ISO 18245, 4 digits.
    #[schema(example = "5411")]
    pub mcc_code: String,
    /// Base64 of a PNG, 100 to 1000 pixels a side, or empty for none. This or `logoUrl` is required.
    #[schema(value_type = Option<String>)]
    pub logo: Option<Logo>,
    /// Where the logo is, instead of `logo`; kept, never fetched.
    #[schema(example = "https://example.com/logo.png")]
    pub logo_url: Option<String>,
    /// The legal name, at most 255 characters.
    #[schema(example = "Example AS")]
    pub company_name: String,
    /// At most 255 characters.
    #[schema(example = "user@example.com")]
    pub company_email: String,
    /// At most 255 characters.
    #[schema(example = "user@example.com")]
    pub email: Option<String>,
    /// An http(s) URL, or a host with a path; at most 255 characters.
    #[schema(example = "https://example.com")]
    pub website: Option<String>,
    /// Where the merchant is.
    pub address: Address,
    /// Whether the merchant has accepted the terms.
    #[schema(example = true)]
    pub terms_of_service_accepted: Option<bool>,
    /// What was taken although it is not as it should be; for the `Lommebok-Hint` header of a success.
    #[schema(ignore)]
    pub hints: Hints,
}

impl CreateMerchantRequest {
    /// What the request means, for the HMAC of its idempotency row.
    pub fn canonical(&self) -> Canonical {
        let canonical = Canonical::of("create merchant")
            .text(&self.organization_number)
            .text(&self.name)
            .text(&self.mcc_code)
            .bytes(self.logo.as_ref().map(Logo::png))
            .optional(self.logo_url.as_deref())
            .text(&self.company_name)
            .text(&self.company_email)
            .optional(self.email.as_deref())
            .optional(self.website.as_deref())
            .optional(self.terms_of_service_accepted.map(|yes| if yes { "yes" } else { "no" }));
        self.address.add_to(canonical)
    }
}

/// A request to change a merchant: at least one member is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct UpdateMerchantRequest {
    /// `true` deactivates the merchant for good.
    #[schema(example = false)]
    pub deactivate: Option<bool>,
    /// What the user sees, at most 200 characters.
    #[schema(example = "Example")]
    pub name: Option<String>,
    /// ISO 18245, 4 digits.
    #[schema(example = "5411")]
    pub mcc_code: Option<String>,
    /// Base64 of a PNG, 100 to 1000 pixels a side, or empty.
    #[schema(value_type = Option<String>)]
    pub logo: Option<Logo>,
    /// Where the logo is; kept, never fetched.
    #[schema(example = "https://example.com/logo.png")]
    pub logo_url: Option<String>,
    /// The legal name, at most 255 characters.
    #[schema(example = "Example AS")]
    pub company_name: Option<String>,
    /// At most 255 characters.
    #[schema(example = "user@example.com")]
    pub company_email: Option<String>,
    /// At most 255 characters.
    #[schema(example = "user@example.com")]
    pub email: Option<String>,
    /// An http(s) URL, or a host with a path; at most 255 characters.
    #[schema(example = "https://example.com")]
    pub website: Option<String>,
    /// Where the merchant is; replaces the whole address.
    pub address: Option<Address>,
    /// Whether the merchant has accepted the terms.
    #[schema(example = true)]
    pub terms_of_service_accepted: Option<bool>,
    /// What was taken although it is not as it should be; for the `Lommebok-Hint` header of a success.
    #[schema(ignore)]
    pub hints: Hints,
}

impl UpdateMerchantRequest {
    /// What the request means, for the HMAC of its idempotency row.
    pub fn canonical(&self) -> Canonical {
        let word = |flag: Option<bool>| flag.map(|yes| if yes { "yes" } else { "no" });
        let canonical = Canonical::of("update merchant")
            .optional(word(self.deactivate))
            .optional(self.name.as_deref())
            .optional(self.mcc_code.as_deref())
            .bytes(self.logo.as_ref().map(Logo::png))
            .optional(self.logo_url.as_deref())
            .optional(self.company_name.as_deref())
            .optional(self.company_email.as_deref())
            .optional(self.email.as_deref())
            .optional(self.website.as_deref())
            .optional(word(self.terms_of_service_accepted))
            .flag(self.address.is_some());
        match &self.address {
            Some(address) => address.add_to(canonical),
            None => canonical,
        }
    }
}

/// Where a merchant is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// 1 to 255 characters.
    #[schema(example = "Robert Levins gate 5")]
    pub address_line1: String,
    /// At most 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2nd floor")]
    pub address_line2: Option<String>,
    /// 1 to 255 characters.
    #[schema(example = "Oslo")]
    pub city: String,
    /// 1 to 10 letters, digits and spaces.
    #[schema(example = "0154")]
    pub post_code: String,
    /// ISO 3166, two letters.
    #[schema(example = "NO")]
    pub country: String,
}

impl Address {
    fn add_to(&self, canonical: Canonical) -> Canonical {
        canonical
            .text(&self.address_line1)
            .optional(self.address_line2.as_deref())
            .text(&self.city)
            .text(&self.post_code)
            .text(&self.country)
    }
}
