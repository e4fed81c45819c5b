//! What a row of the table of hints is, and one name for each. The rows themselves are in `refusals` and `successes`.

use crate::errors::ErrorCode;

/// What a client most likely did, or what was taken although it is not as the documents want it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each row of the table says when it is given")]
pub enum Slip {
    PathUnknown,
    PathNearly,
    OtherMethod,
    CredentialMissing,
    HeaderNearly,
    HeaderDoubled,
    NotFilledIn,
    ClientRefused,
    SubscriptionKeyMissing,
    SubscriptionKeyInvalid,
    AccessTokenMissing,
    BearerSpelling,
    BearerWord,
    BearerSpaces,
    AccessTokenInvalid,
    AccessTokenOfOther,
    AccessTokenExpired,
    PspIdMissing,
    PspIdInvalid,
    PspIdSpelling,
    MsnHeader,
    MsnNotYours,
    TooManyRequests,
    ContentType,
    ContentTypeDoubled,
    Charset,
    ContentEncoding,
    BodyTooLarge,
    IdempotencyKeyMissing,
    IdempotencyKey,
    IdempotencyKeysDiffer,
    Body,
    BodyEmpty,
    BodyEncoding,
    BodyOtherKind,
    BodyInArray,
    BodyEncodedTwice,
    JsonSyntax,
    JsonEndsEarly,
    JsonGoesOn,
    JsonTrailingComma,
    JsonSingleQuotes,
    JsonWord,
    JsonComment,
    JsonControlCharacter,
    JsonEscape,
    JsonForm,
    JsonMarkup,
    Member,
    MemberNearly,
    MemberDoubled,
    HalvedText,
    PhoneNumber,
    WholeLink,
    NothingToChange,
    TooManyEntries,
    Url,
    AppScheme,
    OwnListener,
    Amount,
    AmountTooSmall,
    AmountTooLarge,
    Currency,
    PaymentModelType,
    IdempotencyConflict,
    MerchantNotActive,
    SkipLandingPage,
    UserNotRegistered,
    PspTransactionIdExists,
    MerchantOrderIdExists,
    PaymentNotFound,
    NoPaymentsId,
    MerchantNotFound,
    MerchantDeactivated,
    WrongState,
    WrongLandingToken,
    NoEligibleCard,
    OurFault,
    Unavailable,
    StatusAlone,
    MemberUnknown,
    IdempotencyKeyNearly,
    SystemHeaderCut,
    SystemHeaderDropped,
    HalvedTextTaken,
    PaymentTextCut,
    PaymentTextHidden,
    MakePaymentTokenEmpty,
    MemberUnused,
    MemberOfOtherEndpoint,
    HttpsLocalhost,
    CheckDigit,
    RepeatedBody,
    EntriesNotApplied,
    EntriesWait,
    PathSpelling,
    HeaderSpelling,
    DigitsAsAmount,
    NullMember,
    EmptyCustomerNumber,
    LocalUrl,
    LogoLineBreaks,
    MsnLeftOut,
    TypeOnGet,
    BodyUnread,
    HeadOfGet,
}

/// The answers that carry a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Beside {
    /// A refusal of one of these rows of the table of errors.
    Refusal(&'static [ErrorCode]),
    /// The same, and an answer to something that was taken all the same.
    Either(&'static [ErrorCode]),
    /// An answer to something that was taken all the same.
    Success,
    /// A refusal of the HTTP layer, which has a status and nothing more.
    StatusAlone,
}

/// What a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// The text; each `{}` stands for something that the request says.
    Text(&'static str),
    /// No text, for this reason.
    Nothing(&'static str),
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HintRow {
    /// Which row.
    pub slip: Slip,
    /// The answers that carry it.
    pub beside: Beside,
    /// When it is given; for the documentation.
    pub when: &'static str,
    /// What it says.
    pub says: Says,
}

impl Beside {
    /// The rows of the table of errors.
    pub const fn errors(self) -> &'static [ErrorCode] {
        match self {
            Self::Refusal(errors) | Self::Either(errors) => errors,
            Self::Success | Self::StatusAlone => &[],
        }
    }

    /// Whether successes carry it.
    pub const fn success(self) -> bool {
        matches!(self, Self::Success | Self::Either(_))
    }
}
