//! Security schemes and the parameters that calls share.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ComponentsBuilder, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Object, ObjectBuilder, Ref, Required};

/// The parameters of every call of the PSP API, by their names among the components.
pub(super) const SYSTEM: [&str; 4] =
    ["VippsSystemName", "VippsSystemVersion", "VippsSystemPluginName", "VippsSystemPluginVersion"];

/// Adds the security schemes and shared parameters.
pub(super) fn add_to(components: ComponentsBuilder) -> ComponentsBuilder {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The `access_token` of `/accesstoken/get`; `Bearer` with a capital B."))
        .build();
    let key = |name: &str, text: &str| {
        SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(name.to_owned(), text.to_owned())))
    };
    components
        .security_scheme("accessToken", SecurityScheme::Http(bearer))
        .security_scheme("subscriptionKey", key("Ocp-Apim-Subscription-Key", "The PSP's subscription key."))
        .security_scheme("clientId", key("client_id", "The PSP's client id."))
        .security_scheme("clientSecret", key("client_secret", "The PSP's client secret."))
        .security_scheme("makePaymentToken", key("Authorization", "The `makePaymentToken` of the init, verbatim."))
        .parameter("PspId", psp_id())
        .parameter("MerchantSerialNumber", msn(Required::True))
        .parameter("OptionalMerchantSerialNumber", msn(Required::False))
        .parameter("RequestId", idempotency("Request-Id", Required::False))
        .parameter("IdempotencyKey", idempotency("Idempotency-Key", Required::False))
        .parameter("RequiredIdempotencyKey", idempotency("Idempotency-Key", Required::True))
        .parameter("PspTransactionId", psp_transaction_id())
        .parameter("MerchantSerialNumberInPath", msn_in_path())
        .parameter(SYSTEM[0], system("Vipps-System-Name", "The name of the calling software.", "acme"))
        .parameter(SYSTEM[1], system("Vipps-System-Version", "Its version.", "3.1.2"))
        .parameter(SYSTEM[2], system("Vipps-System-Plugin-Name", "The name of its plugin.", "acme-checkout"))
        .parameter(SYSTEM[3], system("Vipps-System-Plugin-Version", "Its plugin's version.", "1.4.1"))
}

/// A reference to a shared parameter.
pub(super) fn parameter(name: &str) -> Ref {
    Ref::new(format!("#/components/parameters/{name}"))
}

/// Token and subscription key together.
pub(super) fn psp_security() -> SecurityRequirement {
    requirement("accessToken").add("subscriptionKey", NO_SCOPES)
}

/// The three credentials of the token endpoint together.
pub(super) fn token_security() -> SecurityRequirement {
    requirement("clientId").add("clientSecret", NO_SCOPES).add("subscriptionKey", NO_SCOPES)
}

/// The one scheme `name`.
pub(super) fn requirement(name: &str) -> SecurityRequirement {
    SecurityRequirement::new(name, NO_SCOPES)
}

const NO_SCOPES: [String; 0] = [];

fn header(name: &str, required: Required, description: &str, schema: Object) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn psp_id() -> Parameter {
    let schema = text().examples(["C948DFD1546347568874C4DDC93A2E3C"]).build();
    header("PSP-ID", Required::True, "The id of the PSP: 32 hex digits, or a GUID.", schema)
}

fn msn(required: Required) -> Parameter {
    let schema = text().pattern(Some(r"^\d{5,10}$")).examples(["123456"]).build();
    let description = "The MSN of the merchant that sells. If it is sent, it must be the PSP's own.";
    header("Merchant-Serial-Number", required, description, schema)
}

fn idempotency(name: &str, required: Required) -> Parameter {
    let schema = text().min_length(Some(1)).max_length(Some(255)).build();
    let description = "The idempotency key. `Request-Id` and `Idempotency-Key` are one header in two spellings. The same \
        key with the same request has the same answer for 24 hours; with another request it is a 409.";
    header(name, required, description, schema)
}

fn system(name: &str, description: &str, example: &str) -> Parameter {
    let description = format!("{description} Over 30 characters are cut.");
    header(name, Required::False, &description, text().examples([example]).build())
}

fn psp_transaction_id() -> Parameter {
    let schema = text().pattern(Some("^[A-Za-z0-9._-]{1,36}$")).examples(["abcABC12345"]).build();
    in_path("pspTransactionId", "The PSP's own id of the payment.", schema)
}

fn msn_in_path() -> Parameter {
    let schema = text().pattern(Some(r"^\d{5,10}$")).examples(["123456"]).build();
    in_path("merchantSerialNumber", "The merchant's MSN.", schema)
}

fn in_path(name: &str, description: &str, schema: Object) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}
