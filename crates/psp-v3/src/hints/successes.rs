//! The hints of successes: what the documents don't allow and was accepted all the same. A row without a text says
//! why no client needs to know.

use super::row::{Beside, HintRow, Says, Slip};

const fn taken(slip: Slip, when: &'static str, text: &'static str) -> HintRow {
    HintRow { slip, beside: Beside::Success, when, says: Says::Text(text) }
}

const fn silent(slip: Slip, when: &'static str, reason: &'static str) -> HintRow {
    HintRow { slip, beside: Beside::Success, when, says: Says::Nothing(reason) }
}

/// The rows: first those with a text.
pub(super) static SUCCESSES: &[HintRow] = &[
    taken(
        Slip::MemberUnknown,
        "an unknown member that is like no known one",
        "{} is not read: this endpoint knows no such member",
    ),
    taken(
        Slip::IdempotencyKeyNearly,
        "no idempotency key, but a header that is named like it",
        "{} is not read; the idempotency key's header is Idempotency-Key or Request-Id",
    ),
    taken(
        Slip::SystemHeaderCut,
        "a `Vipps-System-` header over 30 characters, at every endpoint",
        "{} has more than 30 characters and was cut",
    ),
    taken(
        Slip::SystemHeaderDropped,
        "a `Vipps-System-` header that is doubled or not ASCII, at every endpoint",
        "{} was dropped: send it once, in visible ASCII",
    ),
    taken(
        Slip::HalvedTextTaken,
        "`paymentText` with half of a surrogate pair",
        "paymentText was cut in the middle of an emoji (\\ud83d without its second half); the half was replaced by U+FFFD",
    ),
    taken(
        Slip::PaymentTextCut,
        "`paymentText` over 100 characters",
        "users are shown the first 100 characters of paymentText; 1000 are stored",
    ),
    taken(
        Slip::PaymentTextHidden,
        "`paymentText` with control or bidirectional characters",
        "paymentText has control or bidirectional characters, which users are not shown",
    ),
    taken(
        Slip::MakePaymentTokenEmpty,
        "an empty `makePaymentToken`",
        "makePaymentToken is empty: calls to makePaymentUrl carry no Authorization header",
    ),
    taken(Slip::MemberUnused, "`merchantAgreementUrl`, `scope`", "{} is of a withdrawn product: taken and not used"),
    taken(
        Slip::MemberOfOtherEndpoint,
        "`deactivate` in POST, `organizationNumber` in PATCH of a merchant",
        "{} is not read here: {}",
    ),
    taken(
        Slip::HttpsLocalhost,
        "`https://localhost` in `makePaymentUrl` or `pspRedirectUrl`",
        "{}: the vendor's environments refuse https://localhost",
    ),
    taken(
        Slip::CheckDigit,
        "a Norwegian organisation number with a wrong check digit",
        "organizationNumber has a wrong check digit (modulus 11); production refuses it",
    ),
    taken(
        Slip::RepeatedBody,
        "updatestatus without an idempotency key, the same bytes within 24 hours",
        "a byte-identical body came within 24 h; without an idempotency key its entries count again",
    ),
    taken(
        Slip::EntriesNotApplied,
        "updatestatus applied at once: entries that could not be applied",
        "{} could not be applied: {}; `lommebok batch report` says why",
    ),
    taken(
        Slip::EntriesWait,
        "updatestatus applied at once: entries for a payment whose approval is being processed",
        "{} until the approval that is being processed has its outcome",
    ),
    silent(
        Slip::PathSpelling,
        "a path in other letters, with a slash at its end, or with an id that is percent-encoded",
        "the published documents write them so",
    ),
    silent(
        Slip::HeaderSpelling,
        "a header's name in other letters, spaces around its value, PSP-ID in other letters, parameters of Content-Type, both spellings of one idempotency key",
        "HTTP allows it, hex digits know no case, and nothing is lost",
    ),
    silent(Slip::DigitsAsAmount, "an amount as a string of digits", "the quick start sends it so"),
    silent(
        Slip::NullMember,
        "`null` for a member that may be left out",
        "many generated clients write absent members so",
    ),
    silent(
        Slip::EmptyCustomerNumber,
        "an empty `customerMobileNumber`",
        "it counts as absent: the user types the number on the landing page, which shows that nothing was filled in",
    ),
    silent(
        Slip::LocalUrl,
        "http, local hosts and any port in a URL",
        "every local test does so; the table of errors and production say that they are refused there",
    ),
    silent(Slip::LogoLineBreaks, "base64 with line breaks", "MIME writes it so, and the logo is the same"),
    silent(Slip::MsnLeftOut, "no `Merchant-Serial-Number` where it may be left out", "the quick start leaves it out"),
    silent(
        Slip::TypeOnGet,
        "a `Content-Type` on a GET, an empty body sent as JSON to the token endpoint",
        "the quick start sends them",
    ),
    silent(
        Slip::BodyUnread,
        "a query, a body or an idempotency key where none is read",
        "HTTP clients send them by default, and these requests may be repeated without harm",
    ),
    silent(Slip::HeadOfGet, "HEAD where GET is meant", "HTTP asks for it"),
];
