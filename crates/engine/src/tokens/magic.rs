//! The vendor's magic amounts (docs/domain.md §9): the amount at init decides the token, whatever card was picked.
//!
//! The values are the vendor's, faults included: some are expired, and some cryptograms have 19 bytes.

use lommebok_psp_v3::make_payment::TokenType;

/// A token of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MagicToken {
    pub(super) number: &'static str,
    pub(super) expiry_month: &'static str,
    pub(super) expiry_year: &'static str,
    pub(super) cryptogram: &'static str,
    pub(super) token_type: TokenType,
}

/// What an amount asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Magic {
    Token(MagicToken),
    /// No token is given.
    NotEligible,
    /// Nothing special.
    None,
}

const fn visa(
    number: &'static str,
    (expiry_month, expiry_year): (&'static str, &'static str),
    cryptogram: &'static str,
) -> MagicToken {
    MagicToken { number, expiry_month, expiry_year, cryptogram, token_type: TokenType::Visa }
}

const fn mastercard(
    number: &'static str,
    (expiry_month, expiry_year): (&'static str, &'static str),
    cryptogram: &'static str,
) -> MagicToken {
    MagicToken { number, expiry_month, expiry_year, cryptogram, token_type: TokenType::Mastercard }
}

const NINETEEN_BYTES: &str = "AlhlvxmN2ZKuAAESNFZ4GoABFA==";
const TWENTY_BYTES: &str = "AgAAAAAAAIR8CQrXSohbQAAAAAA=";

/// What the vendor's environment sends for every amount that is not in the table.
pub(super) const VENDOR_DEFAULT: MagicToken = visa("4895370013193500", ("05", "2025"), NINETEEN_BYTES);

/// What `ore` asks for.
pub(super) const fn magic(ore: i64) -> Magic {
    Magic::Token(match ore {
        2_200 => mastercard("5226603115488031", ("05", "2025"), NINETEEN_BYTES),
        3_100 => return Magic::NotEligible,
        3_200 => visa("4111111111111111", ("03", "2030"), "uxToh3Ep6gsR8AAkvZALN19Iz34="),
        4_200 => visa("4895370013193500", ("03", "2030"), NINETEEN_BYTES),
        4_300 => mastercard("5226603115488031", ("03", "2030"), NINETEEN_BYTES),
        4_400 => visa("4895370012792682", ("12", "2022"), TWENTY_BYTES),
        5_100 => visa("4268270087302871", ("09", "2024"), TWENTY_BYTES),
        5_200 => mastercard("5413330089010442", ("12", "2025"), TWENTY_BYTES),
        _ => return Magic::None,
    })
}

/// The numbers of the table: no token of ours may have one, because a test acquirer does not check those.
pub(super) const NUMBERS: [&str; 6] = [
    "5226603115488031",
    "4111111111111111",
    "4895370013193500",
    "4895370012792682",
    "4268270087302871",
    "5413330089010442",
];
