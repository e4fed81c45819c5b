//! The timeline in words: who did what, and the fields of messages. What a field of the card networks or of the API is called
//! stays; our own words are the reader's.

use crate::acquirer::Field;
use crate::merchant_api::{By, What};
use lommebok_web::pages::lang::Lang;

/// A field as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ShownField {
    pub(super) name: String,
    pub(super) value: String,
    /// Whether the value is a text of PSP or wallet, which have English only.
    pub(super) is_english: bool,
}

/// Who did something.
pub(super) fn who(by: By, lang: Lang) -> &'static str {
    let (nb, en) = match by {
        By::Merchant => ("Butikken", "Shop"),
        By::Psp => ("PSP", "PSP"),
        By::Wallet => ("Lommeboken", "Wallet"),
        By::Acquirer => ("Innløser", "Acquirer"),
        By::User => ("Kunden", "Customer"),
    };
    lang.of(nb, en)
}

/// What was done.
pub(super) fn what(what: What, lang: Lang) -> &'static str {
    let (nb, en) = match what {
        What::Created => ("Betaling opprettet", "Payment created"),
        What::InitAccepted => ("Tok imot betalingen (init)", "Took the payment (init)"),
        What::InitRefused => ("Tok ikke imot betalingen (init)", "Refused the payment (init)"),
        What::AttemptBegun => ("Kunden godkjente; autorisasjon sendt", "The customer approved; authorisation sent"),
        What::Authorised => ("Godkjent", "Approved"),
        What::Declined => ("Avvist", "Declined"),
        What::SoftDeclined => ("Mykt avslag: 3-D Secure først", "Soft decline: 3-D Secure first"),
        What::Challenged => ("Svarte banken", "Answered the bank"),
        What::Noticed => ("Sendte en beskjed", "Sent a notice"),
        What::CancelledByMerchant => ("Kansellerte betalingen", "Cancelled the payment"),
        What::OperationBegun => ("Ba om", "Asked for"),
        What::OperationEnded => ("Svarte", "Answered"),
        What::ReversalBegun => ("Reverserer autorisasjonen", "Reverses the authorisation"),
        What::Reversed => ("Reversert", "Reversed"),
        What::WalletRead => ("Detaljene ble lest", "The details were read"),
        What::ReportAccepted => ("Tok imot updatestatus", "Took an updatestatus"),
        What::ReportRefused => ("Avviste updatestatus", "Refused an updatestatus"),
    };
    lang.of(nb, en)
}

/// Our own words in fields: as they are stored, in Norwegian, in English.
const OURS: [(&str, &str, &str); 21] = [
    ("attempt", "forsøk", "attempt"),
    ("operation", "operasjon", "operation"),
    ("capture", "trekk", "capture"),
    ("cancel", "frigivelse", "release"),
    ("refund", "refusjon", "refund"),
    ("challenge", "3-D Secure", "3-D Secure"),
    ("wrong code", "feil kode", "wrong code"),
    ("passed", "bestått", "passed"),
    ("cancelled", "avbrutt", "cancelled"),
    ("failed", "ikke bestått", "failed"),
    ("details", "detaljer", "details"),
    ("RESERVED failed", "RESERVED, mislykket", "RESERVED, failed"),
    ("open", "åpen", "open"),
    ("unknown", "ukjent", "unknown"),
    ("then", "deretter", "then"),
    ("nothing", "ingenting", "nothing"),
    ("read again later", "leses igjen senere", "read again later"),
    ("send RESERVED", "sender RESERVED", "send RESERVED"),
    ("end, send CANCELLED", "avsluttes, sender CANCELLED", "end, send CANCELLED"),
    ("end", "avsluttes", "end"),
    ("reason", "teknisk årsak", "technical reason"),
];

/// A field in the reader's language, as far as it is ours.
pub(super) fn field(field: &Field, lang: Lang) -> ShownField {
    let ours = |text: &str| {
        let found = OURS.iter().find(|(stored, ..)| *stored == text);
        found.map_or_else(|| text.to_owned(), |(_, nb, en)| lang.of(nb, en).to_owned())
    };
    ShownField { name: ours(&field.name), value: ours(&field.value), is_english: field.name == "reason" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_ours_is_in_the_readers_language_and_a_networks_is_not_touched() {
        let shown = |name: &str, value: &str| {
            let shown = field(&Field { name: name.to_owned(), value: value.to_owned() }, Lang::Nb);
            (shown.name, shown.value, shown.is_english)
        };
        let words = |name: &str, value: &str, is_english| (name.to_owned(), value.to_owned(), is_english);
        assert_eq!(shown("operation", "cancel"), words("operasjon", "frigivelse", false));
        assert_eq!(shown("details", "RESERVED"), words("detaljer", "RESERVED", false));
        assert_eq!(shown("DE39", "00"), words("DE39", "00", false));
        assert_eq!(shown("reason", "status 400"), words("teknisk årsak", "status 400", true));
    }
}
