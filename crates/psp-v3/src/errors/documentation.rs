//! `docs/errors.md`, written from the table so that it cannot say anything else.

use std::fmt::Write;

use super::code::ErrorCode;
use super::table::TABLE;
use crate::hints;

const HEAD: &str = "\
# Errors

Generated from the tables in `crates/psp-v3/src/errors/table.rs` and `crates/psp-v3/src/hints`; change it there.

Checks run in the order of the table's stages. The first stage with a fault answers alone; of a body all faults are
answered together, at most 100. In the sandbox an answer carries a `Lommebok-Hint` header that names the likely slip: the
first three different hints, with ` | ` between them. A hint depends on nothing but the request and the caller's own things.

* **PSP API**: a JSON array of `{\"errorCode\", \"errorMessage\", \"contextId\"}`; a 401 is `{\"statusCode\": 401, \"message\"}`.
* **Token endpoint** (`/accesstoken/get`): `{\"error\", \"error_description\"}`.
* **Merchants**: RFC 9457 problem details, with `errors` naming each field.

`contextId` is the request's id, also in the log. What the HTTP layer itself refuses has a status only.

A 401 carries `WWW-Authenticate`. App API and Control API have no hints, as their messages say what is wrong; nor have pages
and the service's own addresses, such as `/readyz`.

| stage | status | code | message | when | hint |
| --- | --- | --- | --- | --- | --- |
";

/// The Markdown of `docs/errors.md`, stable from run to run.
pub fn documentation() -> String {
    let mut page = String::from(HEAD);
    let mut rows: Vec<_> = TABLE.iter().collect();
    rows.sort_by_key(|row| row.stage);
    for row in rows {
        let begins = if begins_a_sentence(row.error) { " …" } else { "" };
        writeln!(
            page,
            "| {:?} | {} | `{}` | {}{begins} | {} | {} |",
            row.stage,
            row.status,
            row.code,
            row.message,
            row.when,
            hints::cell(row.hint)
        )
        .expect("writing to a string cannot fail");
    }
    page.push_str(&hints::documentation());
    page
}

/// Whether the table's text is the beginning of a message that goes on with the field.
fn begins_a_sentence(error: ErrorCode) -> bool {
    matches!(
        error,
        ErrorCode::InvalidRequest
            | ErrorCode::IdempotencyKey
            | ErrorCode::Amount
            | ErrorCode::UnsupportedMediaType
            | ErrorCode::MerchantSerialNumberMissing
            | ErrorCode::MerchantSerialNumber
    )
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::documentation;
    use crate::errors::{ErrorCode, TABLE};

    #[test]
    fn every_row_is_documented_once() {
        let page = documentation();
        let errors = page.split("\n## ").next().unwrap_or_default();
        assert_eq!(errors.lines().filter(|line| line.starts_with("| ") && line.contains('`')).count(), TABLE.len());
        assert!(TABLE.iter().all(|row| !row.message.is_empty() && !row.when.is_empty()));
    }

    #[test]
    fn no_error_has_two_rows() {
        let errors: HashSet<_> = TABLE.iter().map(|row| row.error).collect();
        assert_eq!(errors.len(), TABLE.len());
    }

    #[test]
    #[expect(clippy::as_conversions, reason = "the last variant's place counts the variants")]
    fn every_error_has_a_row() {
        assert_eq!(ErrorCode::Unavailable as usize + 1, TABLE.len());
    }
}
