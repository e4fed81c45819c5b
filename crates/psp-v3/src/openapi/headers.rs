//! Security schemes and the parameters that calls share.
//!
//! All credentials but the access token are header parameters and no security schemes: Postman's importer takes one scheme
//! of an operation and drops the others. Their examples are Postman's variables, named as `lommebok env` names the values.

use serde_json::json;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ComponentsBuilder, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Object, ObjectBuilder, Ref, Required};

use super::rules::{HEADER, MERCHANT_SERIAL_NUMBER, PSP_TRANSACTION_ID, Rule};

/// The parameters of every call of the PSP API, by their names among the components.
pub(super) const SYSTEM: [&str; 4] =
    ["VippsSystemName", "VippsSystemVersion", "VippsSystemPluginName", "VippsSystemPluginVersion"];

/// A merchant of the sandbox's own seed.
const MSN_EXAMPLE: &str = "100001";

/// Adds the security schemes and shared parameters.
pub(super) fn add_to(components: ComponentsBuilder) -> ComponentsBuilder {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The `access_token` of `/accesstoken/get`; `Bearer` with a capital B."))
        .build();
    let token = "The `makePaymentToken` of the init, verbatim.".to_owned();
    let token = ApiKeyValue::with_description("Authorization".to_owned(), token);
    components
        .security_scheme("accessToken", SecurityScheme::Http(bearer))
        .security_scheme("makePaymentToken", SecurityScheme::ApiKey(ApiKey::Header(token)))
        .parameter("ClientId", credential("client_id", "The PSP's client id.", "{{CLIENT_ID}}"))
        .parameter("ClientSecret", credential("client_secret", "The PSP's client secret.", "{{CLIENT_SECRET}}"))
        .parameter(
            "SubscriptionKey",
            credential("Ocp-Apim-Subscription-Key", "The PSP's subscription key.", "{{SUBSCRIPTION_KEY}}"),
        )
        .parameter("PspId", psp_id(Required::True))
        .parameter("OptionalPspId", psp_id(Required::False))
        .parameter("MerchantSerialNumber", msn(Required::True))
        .parameter("OptionalMerchantSerialNumber", msn(Required::False))
        .parameter("IdempotencyKey", idempotency_key(Required::False))
        .parameter("RequiredIdempotencyKey", idempotency_key(Required::True))
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

/// The one scheme `name`.
pub(super) fn requirement(name: &str) -> SecurityRequirement {
    SecurityRequirement::new(name, [""; 0])
}

fn header(name: &str, required: Required, description: &str, (schema, example): (Object, &str)) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(description))
        .schema(Some(schema))
        .example(Some(json!(example)))
        .build()
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn ruled(rule: &Rule) -> Object {
    text().pattern(Some(rule.pattern)).max_length(rule.max_chars).build()
}

fn credential(name: &str, description: &str, example: &str) -> Parameter {
    header(name, Required::True, description, (text().build(), example))
}

fn psp_id(required: Required) -> Parameter {
    let description =
        "The id of the PSP: 32 hex digits, or a GUID. If it is sent, it must be the one of the credentials.";
    header("PSP-ID", required, description, (text().build(), "{{PSP_ID}}"))
}

fn msn(required: Required) -> Parameter {
    let description = "The MSN of the merchant that sells. If it is sent, it must be the PSP's own.";
    header("Merchant-Serial-Number", required, description, (ruled(&MERCHANT_SERIAL_NUMBER), MSN_EXAMPLE))
}

fn idempotency_key(required: Required) -> Parameter {
    let schema = text().pattern(Some(HEADER)).max_length(Some(255)).build();
    let description = "The same key with the same request has the same answer for 24 hours; with another request it is a \
        409. `Request-Id` is another spelling of this header: send one of them.";
    header("Idempotency-Key", required, description, (schema, "{{$guid}}"))
}

fn system(name: &str, description: &str, example: &str) -> Parameter {
    let description = format!("{description} Over 30 characters are cut.");
    header(name, Required::False, &description, (text().build(), example))
}

fn psp_transaction_id() -> Parameter {
    in_path("pspTransactionId", "The PSP's own id of the payment.", (ruled(&PSP_TRANSACTION_ID), "abcABC12345"))
}

fn msn_in_path() -> Parameter {
    in_path("merchantSerialNumber", "The merchant's MSN.", (ruled(&MERCHANT_SERIAL_NUMBER), MSN_EXAMPLE))
}

fn in_path(name: &str, description: &str, (schema, example): (Object, &str)) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(schema))
        .example(Some(json!(example)))
        .build()
}
