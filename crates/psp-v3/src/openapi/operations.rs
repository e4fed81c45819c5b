//! The operations of the OpenAPI document, one function for each endpoint.

use utoipa::openapi::path::{
    Operation, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, PathItemBuilder, Paths, PathsBuilder,
};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{Discriminator, OneOfBuilder, Schema, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, HttpMethod, ObjectBuilder, Ref, RefOr, Required};

use super::examples;
use super::headers::{self, parameter};
use super::responses::{self, EVERYWHERE, TOKEN, WITH_BODY, refuse};
use crate::errors::Surface;
use crate::paths;

pub(super) const ACCESS_TAG: &str = "Access token";
pub(super) const PSP_TAG: &str = "PSP API";
pub(super) const MERCHANT_TAG: &str = "Merchants";
pub(super) const USER_TAG: &str = "User";
pub(super) const CALLBACK_TAG: &str = "Calls to the PSP";

/// All paths.
pub(super) fn paths() -> Paths {
    let post = |operation| PathItem::new(HttpMethod::Post, operation);
    let get = |operation| PathItem::new(HttpMethod::Get, operation);
    let merchants = PathItemBuilder::new()
        .operation(HttpMethod::Get, list_merchants())
        .operation(HttpMethod::Post, create_merchant())
        .build();
    let merchant = PathItemBuilder::new()
        .operation(HttpMethod::Get, get_merchant())
        .operation(HttpMethod::Patch, update_merchant())
        .build();
    PathsBuilder::new()
        .path(paths::ACCESS_TOKEN, post(access_token()))
        .path(paths::INIT, post(init()))
        .path(paths::UPDATE_STATUS, post(update_status()))
        .path(paths::DETAILS, get(details()))
        .path(paths::FORCE_APPROVE, post(force_approve()))
        .path(paths::MERCHANTS, merchants)
        .path(paths::MERCHANT, merchant)
        .path(paths::DEEPLINK, get(deeplink()))
        .build()
}

fn operation(tag: &str, id: &str, summary: &str) -> OperationBuilder {
    OperationBuilder::new().tag(tag).operation_id(Some(id)).summary(Some(summary))
}

/// An operation of the PSP API: token, subscription key and PSP-ID, with the refusals that all of those have.
fn of_psp(id: &str, summary: &str) -> OperationBuilder {
    with_token(PSP_TAG, id, summary, &["PspId"], Surface::Psp)
}

/// An operation on merchants, where PSP-ID may be left out.
fn of_merchants(id: &str, summary: &str) -> OperationBuilder {
    with_token(MERCHANT_TAG, id, summary, &["OptionalPspId"], Surface::Merchants)
}

fn with_token(tag: &str, id: &str, summary: &str, psp_id: &[&str], surface: Surface) -> OperationBuilder {
    let operation = operation(tag, id, summary).security(headers::requirement("accessToken"));
    let operation = parameters(operation, ["SubscriptionKey"].iter().chain(psp_id).chain(&headers::SYSTEM));
    refuse(operation, surface, EVERYWHERE)
}

fn parameters<'n>(operation: OperationBuilder, names: impl IntoIterator<Item = &'n &'n str>) -> OperationBuilder {
    names.into_iter().fold(operation, |operation, name| operation.parameter_ref(parameter(name)))
}

fn body(schema: &str) -> RequestBody {
    let content = examples::of_request(responses::content(schema), schema);
    RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True)).build()
}

fn access_token() -> Operation {
    let credentials = ["ClientId", "ClientSecret", "SubscriptionKey", "OptionalMerchantSerialNumber"];
    let operation = operation(ACCESS_TAG, "getAccessToken", "Get an access token")
        .description(Some("All credentials are headers; a body is ignored. Every number of the answer is a string."))
        .securities(Some(Vec::<SecurityRequirement>::new()));
    let operation = parameters(operation, credentials.iter().chain(&headers::SYSTEM));
    refuse(operation, Surface::Token, TOKEN).response("200", responses::json("The token.", "TokenAnswer")).build()
}

fn init() -> Operation {
    let description = "The answer holds the link to send the user to. It leads to the landing page, or with `isApp` \
        straight to the app, for 5 minutes.";
    let operation = of_psp("initiatePayment", "Initiate a payment")
        .description(Some(description))
        .parameter_ref(parameter("MerchantSerialNumber"))
        .parameter_ref(parameter("IdempotencyKey"))
        .request_body(Some(body("InitRequest")))
        .response("200", responses::json("The payment is started.", "InitAnswer"))
        .callback("makePayment", make_payment());
    refuse(refuse(operation, Surface::Psp, WITH_BODY), Surface::Psp, &["409"]).build()
}

fn make_payment() -> utoipa::openapi::path::Callback {
    let either = OneOfBuilder::new()
        .item(RefOr::Ref(Ref::from_schema_name("Accepted")))
        .item(RefOr::Ref(Ref::from_schema_name("Notice")))
        .discriminator(Some(by_payment_state()));
    let content = ContentBuilder::new().schema(Some(Schema::from(either.build()))).build();
    let content = examples::make_payment(content);
    let request = RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True)).build();
    let description = "Sent once when the user has approved (`ACCEPTED`), and once more with a fresh cryptogram after a \
        3-D Secure step-up; the PSP has 15 seconds. Sent as a notice (`USER_CANCEL`, `TIMEOUT`) when the payment ended \
        without an approval; any complete answer below 500 ends a notice.";
    let operation = operation(CALLBACK_TAG, "makePayment", "Charge the card, or take note that the payment ended")
        .description(Some(description))
        .security(headers::requirement("makePaymentToken"))
        .security(SecurityRequirement::default())
        .request_body(Some(request))
        .response("200", responses::make_payment_answer())
        .response("4XX", responses::empty("The outcome counts as unknown: only 200 says anything."))
        .build();
    let item = PathItem::new(HttpMethod::Post, operation);
    [("{$request.body#/makePaymentUrl}".to_owned(), RefOr::T(item))].into()
}

fn by_payment_state() -> Discriminator {
    let reference = |name: &str| format!("#/components/schemas/{name}");
    Discriminator::with_mapping(
        "paymentState",
        [("ACCEPTED", reference("Accepted")), ("TIMEOUT", reference("Notice")), ("USER_CANCEL", reference("Notice"))],
    )
}

fn update_status() -> Operation {
    let description = "A 200 means that the entries are durable. An entry that cannot be applied changes nothing, holds \
        back nobody, and is kept with its reason in the batch report.";
    let operation = of_psp("updateStatus", "Tell what became of payments")
        .description(Some(description))
        .parameter_ref(parameter("OptionalMerchantSerialNumber"))
        .parameter_ref(parameter("IdempotencyKey"))
        .request_body(Some(body("UpdateStatusRequest")))
        .response("200", responses::json("The entries are durable.", "UpdateStatusAnswer"));
    refuse(refuse(operation, Surface::Psp, WITH_BODY), Surface::Psp, &["409"]).build()
}

fn details() -> Operation {
    let operation = of_psp("getPaymentDetails", "Get sums and history of a payment")
        .parameter_ref(parameter("PspTransactionId"))
        .parameter_ref(parameter("OptionalMerchantSerialNumber"))
        .response("200", responses::json("The payment.", "DetailsAnswer"));
    refuse(operation, Surface::Psp, &["404"]).build()
}

fn force_approve() -> Operation {
    let description = "Binds the number to the payment, takes that user's first eligible card, and answers once the \
        first outcome is durable. Only the sandbox has this endpoint.";
    let operation = of_psp("forceApprovePayment", "Approve a payment without a phone")
        .description(Some(description))
        .parameter_ref(parameter("PspTransactionId"))
        .parameter_ref(parameter("OptionalMerchantSerialNumber"))
        .request_body(Some(body("ForceApproveRequest")))
        .response("200", responses::done("The first outcome is durable; details tell it."));
    refuse(refuse(operation, Surface::Psp, WITH_BODY), Surface::Psp, &["404"]).build()
}

fn list_merchants() -> Operation {
    of_merchants("listMerchants", "Get all merchants of this PSP")
        .response("200", responses::json("The merchants.", "MerchantList"))
        .build()
}

fn create_merchant() -> Operation {
    let operation = of_merchants("createMerchant", "Create a merchant")
        .parameter_ref(parameter("RequiredIdempotencyKey"))
        .request_body(Some(body("CreateMerchantRequest")))
        .response("200", responses::json("The merchant is created.", "CreateMerchantAnswer"));
    refuse(refuse(operation, Surface::Merchants, WITH_BODY), Surface::Merchants, &["409"]).build()
}

fn get_merchant() -> Operation {
    let operation = of_merchants("getMerchant", "Get a merchant")
        .parameter_ref(parameter("MerchantSerialNumberInPath"))
        .response("200", responses::json("The merchant.", "Merchant"));
    refuse(operation, Surface::Merchants, &["404"]).build()
}

fn update_merchant() -> Operation {
    let operation = of_merchants("updateMerchant", "Change or deactivate a merchant")
        .description(Some("At least one member is required. A deactivated merchant stays so."))
        .parameter_ref(parameter("MerchantSerialNumberInPath"))
        .request_body(Some(body("UpdateMerchantRequest")))
        .response("200", responses::done("The merchant is changed."));
    refuse(refuse(operation, Surface::Merchants, WITH_BODY), Surface::Merchants, &["404"]).build()
}

fn deeplink() -> Operation {
    let query = |name: &str, description: &str, example: &str| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Query)
            .required(Required::True)
            .description(Some(description))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .example(Some(example.into()))
            .build()
    };
    let page = |description: &str| {
        let html = ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::String).build())).build();
        ResponseBuilder::new().description(description).content("text/html", html).build()
    };
    operation(USER_TAG, "openLandingPage", "Open the landing page")
        .description(Some("The page behind `vippsRedirectUrl`, for a browser."))
        .securities(Some(Vec::<SecurityRequirement>::new()))
        .parameter(query("v", "The version of the link, always 2.", "2"))
        .parameter(query("token", "The token of the link.", examples::LANDING_TOKEN))
        .response("200", page("The landing page."))
        .response("4XX", page("The link is unknown, used or expired, and what to do next."))
        .build()
}
