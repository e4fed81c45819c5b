//! The authorisation message and the name of an operation. Which value goes into which data element of which scheme is typed, so that a Visa cryptogram
//! can't end up in Mastercard's element; [`Authorisation::shown`] is its masked form for the back office.
//!
//! Token and cryptogram live in this value and nowhere else of the PSP: the ledger keeps only the masked form.

use std::fmt;

use lommebok_sdk::{Amount, Secret};
use serde::{Deserialize, Serialize};

/// An authorisation message.
#[derive(Clone, Debug)]
pub struct Authorisation {
    /// The attempt that it is for.
    pub operation: OperationId,
    /// DE2: the network token.
    pub de2: Secret,
    /// DE4: how much.
    pub de4: Amount,
    /// DE14: until when the token is good.
    pub de14: Expiry,
    /// DE42: who sells.
    pub de42: String,
    /// What differs between the schemes.
    pub scheme: Scheme,
    /// The proof of a 3-D Secure session, for the attempt after one.
    pub authentication: Option<Authentication>,
}

/// The last month in which a token is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// Four digits.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
}

/// Where each scheme carries the token's cryptogram.
#[derive(Clone, Debug)]
pub enum Scheme {
    Visa {
        /// F126.8: the token's cryptogram (TAVV).
        f126_8: Secret,
    },
    Mastercard {
        /// DE104 SE001 (formerly DE48 SE43): the token's cryptogram.
        de104_se001: Secret,
    },
}

/// What a passed 3-D Secure session proves: the second cryptogram of an authorisation.
#[derive(Clone, Debug)]
pub struct Authentication {
    /// The session that it is of.
    pub session: String,
    /// The authentication value: base64 of 20 bytes.
    pub value: Secret,
}

/// One line of a message as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The data element.
    pub name: String,
    /// Its value, masked where it is secret.
    pub value: String,
}

impl Authorisation {
    /// The electronic commerce indicator: Visa 07; Mastercard 06 with a token alone, 02 after 3-D Secure.
    pub const fn eci(&self) -> &'static str {
        match (&self.scheme, &self.authentication) {
            (Scheme::Visa { .. }, _) => "07",
            (Scheme::Mastercard { .. }, None) => "06",
            (Scheme::Mastercard { .. }, Some(_)) => "02",
        }
    }

    /// The token's cryptogram.
    pub const fn cryptogram(&self) -> &Secret {
        match &self.scheme {
            Scheme::Visa { f126_8 } => f126_8,
            Scheme::Mastercard { de104_se001 } => de104_se001,
        }
    }

    /// The message as the back office may show it: the token cut to six and four digits, cryptograms to nothing.
    pub fn shown(&self) -> Vec<Field> {
        let mut fields = vec![
            field("DE2", masked(self.de2.expose())),
            field("DE4", format!("{:012}", self.de4.as_ore())),
            field("DE14", format!("{:02}{:02}", self.de14.year % 100, self.de14.month)),
            field("DE42", self.de42.clone()),
            field("DE49", "578".to_owned()),
        ];
        let hidden = || "•••••••• (20 bytes)".to_owned();
        match &self.scheme {
            Scheme::Visa { .. } => {
                fields.push(field("F126.8 (TAVV)", hidden()));
                if self.authentication.is_some() {
                    fields.push(field("F126.9 (CAVV)", hidden()));
                }
            }
            Scheme::Mastercard { .. } => {
                fields.push(field("DE104 SE001", hidden()));
                if self.authentication.is_some() {
                    fields.push(field("DE48 SE43 (AAV)", hidden()));
                }
            }
        }
        fields.push(field("ECI", self.eci().to_owned()));
        fields
    }
}

fn field(name: &str, value: String) -> Field {
    Field { name: name.to_owned(), value }
}

/// Six digits, dots, four digits.
fn masked(number: &str) -> String {
    let digits = number.chars().count();
    let hidden = |place: usize| place >= 6 && place < digits.saturating_sub(4);
    number.chars().enumerate().map(|(place, digit)| if hidden(place) { '•' } else { digit }).collect()
}

/// The name of one operation, made from what it is for, so that a repeat after a crash has the same one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationId(String);

impl OperationId {
    /// The authorisation of one attempt (1 or 2) of a payment.
    pub fn authorisation(psp_transaction_id: &str, attempt: u8) -> Self {
        Self(format!("{psp_transaction_id}/a{attempt}"))
    }

    /// The `number`th operation on a payment's reserved money.
    pub fn following(psp_transaction_id: &str, number: usize) -> Self {
        Self(format!("{psp_transaction_id}/o{number}"))
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(scheme: Scheme, authentication: Option<Authentication>) -> Authorisation {
        Authorisation {
            operation: OperationId::authorisation("p-1", 1),
            de2: Secret::new("4895370013193500"),
            de4: Amount::ore(49_900).unwrap(),
            de14: Expiry { year: 2030, month: 3 },
            de42: "100001".to_owned(),
            scheme,
            authentication,
        }
    }

    fn authentication() -> Authentication {
        Authentication { session: "s".to_owned(), value: Secret::new("the-proof") }
    }

    fn shown(message: &Authorisation) -> Vec<String> {
        message.shown().into_iter().map(|field| format!("{}={}", field.name, field.value)).collect()
    }

    #[test]
    fn a_visa_token_goes_into_de2_and_its_cryptogram_into_f126_8_with_eci_07() {
        let visa = message(Scheme::Visa { f126_8: Secret::new("the-cryptogram") }, None);
        let expected = [
            "DE2=489537••••••3500",
            "DE4=000000049900",
            "DE14=3003",
            "DE42=100001",
            "DE49=578",
            "F126.8 (TAVV)=•••••••• (20 bytes)",
            "ECI=07",
        ];
        assert_eq!(shown(&visa), expected);
    }

    #[test]
    fn a_mastercard_goes_from_eci_06_to_02_when_both_cryptograms_are_in_it() {
        let scheme = || Scheme::Mastercard { de104_se001: Secret::new("the-cryptogram") };
        assert_eq!(shown(&message(scheme(), None)).get(5..).unwrap(), ["DE104 SE001=•••••••• (20 bytes)", "ECI=06"]);
        let after = ["DE104 SE001=•••••••• (20 bytes)", "DE48 SE43 (AAV)=•••••••• (20 bytes)", "ECI=02"];
        assert_eq!(shown(&message(scheme(), Some(authentication()))).get(5..).unwrap(), after);
    }

    #[test]
    fn neither_debug_nor_the_shown_form_holds_a_secret() {
        let visa = message(Scheme::Visa { f126_8: Secret::new("the-cryptogram") }, Some(authentication()));
        let seen = format!("{visa:?} {:?}", visa.shown());
        for secret in ["4895370013193500", "the-cryptogram", "the-proof"] {
            assert!(!seen.contains(secret), "{secret}");
        }
    }
}
