//! What the merchant endpoints answer, as types; the problems they answer instead are in `errors`.

use lommebok_values::MerchantStatus;
use serde::Serialize;
use utoipa::ToSchema;

use super::Address;

/// One merchant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Merchant {
    /// The organisation number.
    #[schema(example = "123456785")]
    pub organization_number: String,
    /// The legal name.
    #[schema(example = "Example AS")]
    pub company_name: String,
    /// The company's e-mail address.
    #[schema(example = "user@example.com")]
    pub company_email: String,
    /// The MSN, 5 to 10 digits.
    #[schema(example = "100001")]
    pub merchant_serial_number: String,
    /// What the user sees.
    #[schema(example = "Example")]
    pub name: String,
    /// Whether it may sell.
    pub status: MerchantStatus,
    /// The contact's e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "user@example.com")]
    pub email: Option<String>,
    /// The web site.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://example.com")]
    pub website: Option<String>,
    /// Where the logo is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://example.com/logo.png")]
    pub logo_url: Option<String>,
    /// When it was created, in RFC 3339.
    #[schema(format = DateTime, example = "2019-01-01T00:00:00Z")]
    pub created_at: String,
    /// When it was last changed, in RFC 3339.
    #[schema(format = DateTime, example = "2019-01-01T00:00:00Z")]
    pub updated_at: String,
    /// Where it is.
    pub address: Address,
}

/// All merchants of a PSP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MerchantList {
    /// The merchants.
    pub merchants: Vec<Merchant>,
}

/// The answer to a merchant that was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateMerchantAnswer<'a> {
    /// The MSN of the new merchant, 6 digits.
    #[schema(example = "100001")]
    pub merchant_serial_number: &'a str,
}
