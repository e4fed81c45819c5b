//! Why a payment failed, as the order page says it: in Norwegian in the shop's own words, in English in the PSP's.

use crate::merchant_api::ErrorView;
use crate::ui::lang::Lang;

/// What the customer reads, and the language that it is in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) text: String,
    pub(super) lang: Lang,
}

impl Reason {
    pub(super) fn of(error: &ErrorView, lang: Lang) -> Self {
        let (text, lang) = match (lang, norwegian(&error.error_id)) {
            (Lang::Nb, Some(ours)) => (ours, Lang::Nb),
            _ => (error.error_text.as_str(), Lang::En),
        };
        // An init that the wallet refused has a text, but no number.
        let text = if error.error_id.is_empty() { text.to_owned() } else { format!("{text} ({})", error.error_id) };
        Self { text, lang }
    }
}

fn norwegian(error_id: &str) -> Option<&'static str> {
    Some(match error_id {
        "71" => "Ugyldig forespørsel",
        "72" => "Annen feil",
        "81" => "Ingen slik kortutsteder",
        "82" => "Avvist av kortutstederen",
        "83" => "Mistanke om svindel",
        "84" => "Over grensen",
        "85" => "Svaret kom for sent",
        "86" => "Kortet er utløpt",
        "87" => "Ugyldig kort",
        "88" => "Kredittkort godtas ikke",
        "89" => "Ikke nok penger",
        "91" => "Intern feil",
        "93" => "Status fra lommeboken",
        "94" => "Ubehandlet krav om 3-D Secure",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use lommebok_sdk::ErrorId;

    use super::*;

    fn said(error_id: &str, error_text: &str, lang: Lang) -> Reason {
        Reason::of(&ErrorView { error_id: error_id.to_owned(), error_text: error_text.to_owned() }, lang)
    }

    #[test]
    fn a_reason_is_in_the_language_of_its_page_where_the_shop_has_words() {
        let reason = |text: &str, lang| Reason { text: text.to_owned(), lang };
        assert_eq!(said("86", "Expired card", Lang::Nb), reason("Kortet er utløpt (86)", Lang::Nb));
        assert_eq!(said("86", "Expired card", Lang::En), reason("Expired card (86)", Lang::En));
        assert_eq!(said("99", "Quite new", Lang::Nb), reason("Quite new (99)", Lang::En));
        assert_eq!(said("", "The wallet refused", Lang::Nb), reason("The wallet refused", Lang::En));
    }

    #[test]
    fn the_shop_has_words_for_every_error() {
        let without = ErrorId::ALL.map(ErrorId::number).into_iter().filter(|id| norwegian(&id.to_string()).is_none());
        assert_eq!(without.collect::<Vec<_>>(), [0_u16; 0]);
    }
}
