//! Why an order was not paid, in a customer's words: what happened as far as it is the customer's business, and what to do.
//!
//! Numbers and texts of the API are for the back office. A bank that suspects fraud only "says no" here, as banks want it:
//! no answer helps a fraud to succeed.

use lommebok_sdk::MobileNumber;

use crate::merchant_api::Reason;
use lommebok_web::pages::lang::Lang;

/// What the customer reads.
pub(super) fn to_customer(reason: Reason, lang: Lang) -> &'static str {
    let (nb, en) = match reason {
        Reason::RefusedByIssuer | Reason::SuspectedFraud => (
            "Banken din sa nei til betalingen. Velg et annet kort, eller spør banken.",
            "Your bank declined the payment. Choose another card, or ask your bank.",
        ),
        Reason::NoSuchIssuer => (
            "Vi fant ikke banken bak kortet. Velg et annet kort.",
            "The bank behind the card could not be found. Choose another card.",
        ),
        Reason::ExceedsLimit => (
            "Beløpet er over grensen for kortet. Velg et annet kort.",
            "The amount is over the limit of the card. Choose another card.",
        ),
        Reason::ExpiredCard => ("Kortet er utløpt. Velg et annet kort.", "The card has expired. Choose another card."),
        Reason::InvalidCard => {
            ("Kortet er ikke gyldig. Velg et annet kort.", "The card is not valid. Choose another card.")
        }
        Reason::CreditCardsNotAllowed => (
            "Her kan du ikke betale med kredittkort. Velg et debetkort.",
            "Credit cards are not accepted here. Choose a debit card.",
        ),
        Reason::InsufficientFunds => (
            "Det er ikke nok penger på kortet. Velg et annet kort.",
            "There is not enough money on the card. Choose another card.",
        ),
        Reason::ReceivedTooLate => ("Banken svarte for sent. Prøv igjen.", "The bank answered too late. Try again."),
        Reason::InternalError => (
            "Noe gikk galt på veien til banken. Vent litt og prøv igjen.",
            "Something went wrong on the way to the bank. Wait a little and try again.",
        ),
        Reason::UnhandledSoftDecline => (
            "Banken fikk ikke bekreftet at det var deg. Prøv igjen, eller velg et annet kort.",
            "The bank could not confirm that it was you. Try again, or choose another card.",
        ),
        Reason::StatusFromWallet | Reason::EndedByWallet => (
            "Betalingen ble ikke fullført i lommeboken. Prøv igjen.",
            "The payment was not completed in the wallet. Try again.",
        ),
        Reason::UserNotRegistered => (
            "Ingen har en lommebok med dette nummeret. Kontroller nummeret, eller velg en annen måte å betale på.",
            "Nobody has a wallet with this number. Check the number, or choose another way to pay.",
        ),
        Reason::MerchantNotActive => (
            "Butikken kan ikke ta imot betalinger nå. Ta kontakt med oss.",
            "The shop can’t take payments at the moment. Please contact us.",
        ),
        Reason::AlreadyExists => (
            "Denne ordren er sendt til lommeboken før. Bestill på nytt.",
            "This order was sent to the wallet before. Please order again.",
        ),
        Reason::WalletNotReached => (
            "Vi fikk ikke kontakt med lommeboken. Vent litt og prøv igjen.",
            "We could not reach the wallet. Wait a little and try again.",
        ),
        Reason::InvalidRequest | Reason::Other | Reason::NotAccepted => (
            "Feilen er hos oss, ikke hos deg. Prøv igjen, eller ta kontakt med oss.",
            "The fault is ours, not yours. Try again, or contact us.",
        ),
    };
    lang.of(nb, en)
}

/// A number as Norwegians write it: `123 45 678`.
pub(super) fn spaced(number: &MobileNumber) -> String {
    let digits = number.as_str();
    let parts = [digits.get(..3), digits.get(3..5), digits.get(5..)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\u{a0}")
}
