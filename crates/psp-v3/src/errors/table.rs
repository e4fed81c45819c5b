//! The table. The order of [`Stage`]s is the precedence of errors and part of the contract: the first stage with a fault
//! answers, and of a body's faults all are listed.

use std::fmt;

use super::code::ErrorCode;
use crate::hints::Slip;

/// The stages of a request's checks, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Path and method.
    Path,
    /// `Ocp-Apim-Subscription-Key`; on the token endpoint all credentials.
    SubscriptionKey,
    /// `Authorization`.
    AccessToken,
    /// `PSP-ID`.
    PspId,
    /// How much the caller may ask.
    Rate,
    /// `Merchant-Serial-Number`.
    MerchantSerialNumber,
    /// Type, encoding and size of the body.
    Content,
    /// The idempotency header and the body: all faults together.
    Body,
    /// Whether the idempotency key was used before.
    Idempotency,
    /// What the stored merchants, users and payments say.
    State,
    /// Ourselves.
    Server,
}

/// What the table says of one error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Which error.
    pub error: ErrorCode,
    /// `errorCode` of the PSP API.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The text, complete or the beginning of one that names the field.
    pub message: &'static str,
    /// Its place in the precedence.
    pub stage: Stage,
    /// When it is answered; for the documentation.
    pub when: &'static str,
    /// Its hint when nothing more is known of its reason.
    pub hint: Slip,
}

impl ErrorCode {
    /// This error's row.
    ///
    /// # Panics
    /// Never: a test shows that every error has its row.
    pub fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.error == self).expect("every error has its row, as a test shows")
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.row();
        write!(formatter, "{} {}: {}", row.status, row.code, row.message)
    }
}

const fn row(error: ErrorCode, code: &'static str, status: u16, stage: Stage, hint: Slip) -> Row {
    Row { error, code, status, message: "", stage, when: "", hint }
}

impl Row {
    const fn says(mut self, message: &'static str) -> Self {
        self.message = message;
        self
    }

    const fn when(mut self, when: &'static str) -> Self {
        self.when = when;
        self
    }
}

/// The one table of errors, in the order of precedence.
pub static TABLE: &[Row] = &[
    row(ErrorCode::PathUnknown, "404", 404, Stage::Path, Slip::PathUnknown)
        .says("Resource not found")
        .when("no endpoint has this path"),
    row(ErrorCode::MethodNotAllowed, "405", 405, Stage::Path, Slip::OtherMethod)
        .says("Method not allowed")
        .when("the endpoint has another method; `Allow` names it"),
    row(ErrorCode::CredentialMissing, "invalid_request", 400, Stage::SubscriptionKey, Slip::CredentialMissing)
        .says("A required header is missing")
        .when("token endpoint: `client_id`, `client_secret` or `Ocp-Apim-Subscription-Key` is missing or empty"),
    row(ErrorCode::CredentialDoubled, "invalid_request", 400, Stage::SubscriptionKey, Slip::HeaderDoubled)
        .says("A header is sent more than once")
        .when("token endpoint: a credential is sent twice"),
    row(ErrorCode::ClientRefused, "invalid_client", 401, Stage::SubscriptionKey, Slip::ClientRefused)
        .says("The credentials are not valid")
        .when("token endpoint: unknown id, wrong secret or another's subscription key, alike"),
    row(ErrorCode::SubscriptionKeyMissing, "401", 401, Stage::SubscriptionKey, Slip::SubscriptionKeyMissing)
        .says("Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.")
        .when("`Ocp-Apim-Subscription-Key` is missing or empty"),
    row(ErrorCode::SubscriptionKeyDoubled, "51", 400, Stage::SubscriptionKey, Slip::HeaderDoubled)
        .says("Invalid request: the header Ocp-Apim-Subscription-Key is sent more than once")
        .when("the header is doubled"),
    row(ErrorCode::SubscriptionKeyInvalid, "401", 401, Stage::SubscriptionKey, Slip::SubscriptionKeyInvalid)
        .says("Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.")
        .when("the subscription key is nobody's, or not of the token's PSP"),
    row(ErrorCode::AccessTokenMissing, "401", 401, Stage::AccessToken, Slip::AccessTokenMissing)
        .says("Access token is missing")
        .when("`Authorization` is missing, empty or not `Bearer …`"),
    row(ErrorCode::AccessTokenDoubled, "51", 400, Stage::AccessToken, Slip::HeaderDoubled)
        .says("Invalid request: the header Authorization is sent more than once")
        .when("the header is doubled"),
    row(ErrorCode::AccessTokenInvalid, "401", 401, Stage::AccessToken, Slip::AccessTokenInvalid)
        .says("Access token is not valid")
        .when("signature, algorithm, key, issuer, audience or a claim's type is wrong"),
    row(ErrorCode::AccessTokenExpired, "401", 401, Stage::AccessToken, Slip::AccessTokenExpired)
        .says("Access token has expired")
        .when("the token was ours and its time is over"),
    row(ErrorCode::PspIdMissing, "51", 400, Stage::PspId, Slip::PspIdMissing)
        .says("Invalid request: the header PSP-ID is required once")
        .when("`PSP-ID` is missing, empty or doubled"),
    row(ErrorCode::PspIdInvalid, "403", 403, Stage::PspId, Slip::PspIdInvalid)
        .says("The PSP-ID does not belong to these credentials")
        .when("`PSP-ID` is malformed, unknown or another PSP's, alike"),
    row(ErrorCode::MerchantSerialNumberMissing, "51", 400, Stage::MerchantSerialNumber, Slip::MsnHeader)
        .says("Invalid request: the header Merchant-Serial-Number")
        .when("it is required and missing, doubled, or not 5 to 10 digits"),
    row(ErrorCode::MerchantSerialNumber, "51", 400, Stage::MerchantSerialNumber, Slip::MsnNotYours)
        .says("Invalid MSN")
        .when("the MSN is unknown or another PSP's, alike; the message names it: `Invalid MSN: 123456. This MSN is not valid for the provided PSP ID. Check that you are using the correct credentials for the right environment.`"),
    row(ErrorCode::TooManyRequests, "429", 429, Stage::Rate, Slip::TooManyRequests)
        .says("Too many requests")
        .when("a limit is reached; `Retry-After` says when to come back"),
    row(ErrorCode::UnsupportedMediaType, "415", 415, Stage::Content, Slip::ContentType)
        .says("Unsupported media type")
        .when("the body is not declared as `application/json` in UTF-8, or it is encoded (gzip, br)"),
    row(ErrorCode::BodyTooLarge, "413", 413, Stage::Content, Slip::BodyTooLarge)
        .says("The request body is too large")
        .when("a body over 1 MiB (updatestatus and merchants 8 MiB)"),
    row(ErrorCode::IdempotencyKey, "51", 400, Stage::Body, Slip::IdempotencyKey)
        .says("Invalid request")
        .when("the idempotency key is required and missing, malformed, or its two spellings differ"),
    row(ErrorCode::InvalidRequest, "51", 400, Stage::Body, Slip::Body)
        .says("Invalid request")
        .when("a member is missing, doubled or malformed, or the body is not one JSON object; the message names the field"),
    row(ErrorCode::InvalidPspRedirectUrl, "51", 400, Stage::Body, Slip::Url)
        .says("Invalid pspRedirectUrl")
        .when("not an absolute URL that this environment allows"),
    row(ErrorCode::MakePaymentUrl, "makePaymentUrl", 400, Stage::Body, Slip::Url)
        .says("Invalid makePaymentUrl")
        .when("not an absolute URL that this environment allows"),
    row(ErrorCode::Amount, "amount", 400, Stage::Body, Slip::Amount)
        .says("Invalid amount")
        .when("not an integer or a string of digits, or above 2147483647"),
    row(ErrorCode::AmountLessThanOne, "amount", 400, Stage::Body, Slip::AmountTooSmall)
        .says("amount.less.than.one")
        .when("init: below 100 (1 krone); updatestatus: below 1"),
    row(ErrorCode::Currency, "currency", 400, Stage::Body, Slip::Currency)
        .says("transaction.currency.invalid")
        .when("a currency that is not `NOK`"),
    row(ErrorCode::PaymentModelType, "42", 400, Stage::State, Slip::PaymentModelType)
        .says("Invalid payment model type")
        .when("listed by the vendor; never answered by this implementation"),
    row(ErrorCode::IdempotencyConflict, "409", 409, Stage::Idempotency, Slip::IdempotencyConflict)
        .says("The idempotency key was used with another request")
        .when("same key, other request, within 24 hours"),
    row(ErrorCode::MerchantNotActive, "21", 400, Stage::State, Slip::MerchantNotActive)
        .says("Merchant not available or active")
        .when("init for a merchant of this PSP that is deactivated"),
    row(ErrorCode::SkipLandingPageNotAllowed, "51", 400, Stage::State, Slip::SkipLandingPage)
        .says("Invalid request: skipLandingPage is not allowed for this merchant")
        .when("init with `skipLandingPage` for a merchant that has not been allowed it"),
    row(ErrorCode::UserNotRegistered, "81", 400, Stage::State, Slip::UserNotRegistered)
        .says("User not registered")
        .when("init with `skipLandingPage`, or force-approve, for a number that is nobody's"),
    row(ErrorCode::PspTransactionIdExists, "44", 400, Stage::State, Slip::PspTransactionIdExists)
        .says("PSP Transaction ID already exists")
        .when("this PSP has used the id before"),
    row(ErrorCode::MerchantOrderIdExists, "99", 400, Stage::State, Slip::MerchantOrderIdExists)
        .says("OrderId already exists")
        .when("this merchant has used the order id before"),
    row(ErrorCode::PaymentNotFound, "404", 404, Stage::State, Slip::PaymentNotFound)
        .says("Payment not found")
        .when("details or force-approve: the id is unknown or another PSP's, alike"),
    row(ErrorCode::MerchantNotFound, "404", 404, Stage::State, Slip::MerchantNotFound)
        .says("Item does not exist")
        .when("merchants: the MSN is unknown or another PSP's, alike"),
    row(ErrorCode::MerchantDeactivated, "400", 400, Stage::State, Slip::MerchantDeactivated)
        .says("A deactivated merchant cannot be updated")
        .when("merchants: PATCH after `deactivate`"),
    row(ErrorCode::WrongState, "51", 400, Stage::State, Slip::WrongState)
        .says("Invalid request: the payment does not wait for an approval")
        .when("force-approve in any other state than awaiting user or approval"),
    row(ErrorCode::WrongLandingToken, "51", 400, Stage::State, Slip::WrongLandingToken)
        .says("Invalid request: token is not the token of this payment's vippsRedirectUrl")
        .when("force-approve with another payment's or an altered token"),
    row(ErrorCode::NoEligibleCard, "51", 400, Stage::State, Slip::NoEligibleCard)
        .says("Invalid request: the user has no eligible card")
        .when("force-approve for a user without a card that can pay"),
    row(ErrorCode::Internal, "500", 500, Stage::Server, Slip::OurFault)
        .says("Internal server error")
        .when("our fault; the log knows it by `contextId`"),
    row(ErrorCode::Unavailable, "503", 503, Stage::Server, Slip::Unavailable)
        .says("Service unavailable")
        .when("starting, stopping or overloaded; `Retry-After` says when to come back"),
];
