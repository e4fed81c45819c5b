//! The schemas. Answers describe themselves; the requests that are read by hand are described here.

use lommebok_values::{Amount, EntryStatus, OperationStatus};
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Components, ComponentsBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, SchemaFormat};

use crate::access_token::TokenAnswer;
use crate::amount::{ENTRY_AMOUNT_MIN, PAYMENT_AMOUNT_MIN};
use crate::details::DetailsAnswer;
use crate::errors::{ErrorDetails, GatewayError, Problem, TokenError};
use crate::force_approve::ForceApproveRequest;
use crate::init::InitAnswer;
use crate::make_payment::{Accepted, Notice};
use crate::merchants::{CreateMerchantAnswer, CreateMerchantRequest, MerchantList, UpdateMerchantRequest};
use crate::updatestatus::UpdateStatusAnswer;

/// A request to start a payment.
#[derive(ToSchema)]
#[schema(as = InitRequest, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what `init::parse` reads")]
struct InitBody {
    /// The PSP's own id of the payment, unique per PSP, with at least one letter or digit.
    #[schema(example = "abcABC12345")]
    psp_transaction_id: String,
    /// The merchant's order, unique per merchant.
    #[schema(example = "abcABC-12345")]
    merchant_order_id: String,
    /// The payer's number; required with `skipLandingPage`.
    #[schema(example = "12345678")]
    customer_mobile_number: Option<String>,
    #[schema(schema_with = payment_amount)]
    amount: i64,
    currency: Currency,
    /// Where the user goes at the end: an absolute http(s) URL, or any URL of an app with `isApp`.
    #[schema(example = "https://example.com/page-seen-after-payment")]
    psp_redirect_url: String,
    /// Where the wallet calls the PSP: an absolute http(s) URL without a fragment.
    #[schema(example = "https://example.com/your-endpoint-for-card-data")]
    make_payment_url: String,
    /// Sent verbatim as the `Authorization` header of every call to `makePaymentUrl`; visible ASCII.
    #[schema(example = "a-secret-of-the-psp")]
    make_payment_token: Option<String>,
    /// What the user reads: 1,000 characters are stored, 100 are shown.
    #[schema(example = "One pair of socks")]
    payment_text: Option<String>,
    /// Whether the link is to be the app's own (`vipps://`, in test `vippsMT://`). Left out: `false`.
    #[schema(example = false)]
    is_app: Option<bool>,
    /// Push straight to the phone; only for merchants that have been allowed it. Left out: `false`.
    #[schema(example = false)]
    skip_landing_page: Option<bool>,
    /// A leftover of a withdrawn product: accepted, unused.
    #[schema(deprecated)]
    merchant_agreement_url: Option<String>,
    /// A leftover of a withdrawn product: accepted, unused.
    #[schema(deprecated)]
    scope: Option<String>,
}

/// What became of payments.
#[derive(ToSchema)]
#[schema(as = UpdateStatusRequest)]
#[expect(dead_code, reason = "describes what `updatestatus::parse` reads")]
struct UpdateStatusBody {
    /// The entries, applied in this order.
    #[schema(min_items = 1, max_items = 10000)]
    transactions: Vec<EntryBody>,
}

/// What became of one payment.
#[derive(ToSchema)]
#[schema(as = Transaction, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what `updatestatus::parse` reads")]
struct EntryBody {
    /// The PSP's own id of the payment.
    #[schema(example = "abcABC12345")]
    psp_transaction_id: String,
    status: EntryStatus,
    #[schema(schema_with = entry_amount)]
    amount: i64,
    currency: Option<Currency>,
    /// What the user reads: 1,000 characters are stored, 100 are shown.
    #[schema(example = "Captured")]
    payment_text: Option<String>,
    /// Left out: `SUCCESS`.
    operation_status: Option<OperationStatus>,
}

/// ISO 4217.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `init::parse` and `updatestatus::parse` read")]
enum Currency {
    #[schema(rename = "NOK")]
    Nok,
}

/// What the PSP answers to an approved payment.
#[derive(ToSchema)]
#[schema(as = MakePaymentAnswer, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what `make_payment::read_answer` reads")]
struct AnswerBody {
    payment_info: PaymentInfoBody,
    /// With `FAIL` and `SOFT_DECLINE`.
    error_message: Option<ErrorMessageBody>,
}

/// The outcome.
#[derive(ToSchema)]
#[schema(as = PaymentInfo, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what `make_payment::read_answer` reads")]
struct PaymentInfoBody {
    /// The payment's id, exactly as it was sent.
    #[schema(example = "abcABC12345")]
    psp_transaction_id: String,
    status: AnswerStatus,
    /// The 3-D Secure page, with `SOFT_DECLINE`.
    #[schema(example = "https://example.com/3ds")]
    url_3d_secure: Option<String>,
}

/// What the PSP says of the payment.
#[derive(ToSchema)]
#[schema(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(dead_code, reason = "describes what `make_payment::read_answer` reads")]
enum AnswerStatus {
    Ok,
    Fail,
    SoftDecline,
}

/// Why not.
#[derive(ToSchema)]
#[schema(as = ErrorMessage, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what `make_payment::read_answer` reads")]
struct ErrorMessageBody {
    #[schema(schema_with = error_id)]
    error_id: Option<String>,
    /// The error in words.
    #[schema(example = "Refused by issuer")]
    error_text: Option<String>,
}

/// All schemas, with those that they refer to.
pub(super) fn components() -> ComponentsBuilder {
    let mut schemas = Vec::new();
    add::<TokenAnswer<'static>>(&mut schemas);
    add::<InitBody>(&mut schemas);
    add::<InitAnswer<'static>>(&mut schemas);
    add::<UpdateStatusBody>(&mut schemas);
    add::<UpdateStatusAnswer>(&mut schemas);
    add::<DetailsAnswer<'static>>(&mut schemas);
    add::<ForceApproveRequest>(&mut schemas);
    add::<CreateMerchantRequest>(&mut schemas);
    add::<CreateMerchantAnswer<'static>>(&mut schemas);
    add::<UpdateMerchantRequest>(&mut schemas);
    add::<MerchantList>(&mut schemas);
    add::<Accepted<'static>>(&mut schemas);
    add::<Notice<'static>>(&mut schemas);
    add::<AnswerBody>(&mut schemas);
    add::<ErrorDetails<'static>>(&mut schemas);
    add::<GatewayError<'static>>(&mut schemas);
    add::<TokenError<'static>>(&mut schemas);
    add::<Problem<'static>>(&mut schemas);
    Components::builder().schemas_from_iter(schemas)
}

fn add<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
}

fn payment_amount() -> RefOr<Schema> {
    amount(PAYMENT_AMOUNT_MIN)
}

fn entry_amount() -> RefOr<Schema> {
    amount(ENTRY_AMOUNT_MIN)
}

fn amount(min: i64) -> RefOr<Schema> {
    let integer = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(i32::try_from(min).unwrap_or(i32::MAX)))
        .maximum(Some(i32::try_from(Amount::MAX_ORE).unwrap_or(i32::MAX)));
    let max = Amount::MAX_ORE;
    // As many digits as the smallest and the largest amount have.
    let fewest = min.to_string().len().saturating_sub(1);
    let most = max.to_string().len().saturating_sub(1);
    let digits =
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(format!("^0*[1-9][0-9]{{{fewest},{most}}}$")));
    let description = format!("In minor units (499 kr is 49900), from {min} to {max}, best as an integer.");
    let either = OneOfBuilder::new().item(integer).item(digits).description(Some(description));
    Schema::from(either.examples([json!(49_900)]).build()).into()
}

fn error_id() -> RefOr<Schema> {
    let either = OneOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::String))
        .item(ObjectBuilder::new().schema_type(Type::Integer))
        .description(Some("The PSP's id of the error, such as 82."))
        .examples([json!("82")]);
    Schema::from(either.build()).into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::components;

    fn members(schema: &str) -> BTreeSet<String> {
        let components = serde_json::to_value(components().build()).unwrap();
        let Value::Object(members) = &components["schemas"][schema]["properties"] else { panic!("{schema}") };
        members.keys().cloned().collect()
    }

    fn known(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_described_members_are_those_that_are_read() {
        assert_eq!(members("InitRequest"), known(crate::init::NAMES));
        assert_eq!(members("Transaction"), known(crate::updatestatus::ENTRY_NAMES));
        assert_eq!(members("ForceApproveRequest"), known(crate::force_approve::NAMES));
        assert_eq!(members("PaymentInfo"), known(crate::make_payment::PAYMENT_INFO_NAMES));
        let mut all = members("CreateMerchantRequest");
        all.extend(members("UpdateMerchantRequest"));
        assert_eq!(all, known(crate::merchants::NAMES));
        assert_eq!(members("Address"), known(crate::merchants::ADDRESS_NAMES));
    }
}
