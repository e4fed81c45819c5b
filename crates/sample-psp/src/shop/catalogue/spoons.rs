//! The test bench: a spoon of coffee at each price that makes something happen.

use super::Product;

/// Prices that belong together.
#[derive(Clone, Copy, Debug)]
pub(in crate::shop) struct Shelf {
    pub(in crate::shop) title: (&'static str, &'static str),
    pub(in crate::shop) lead: (&'static str, &'static str),
    pub(in crate::shop) spoons: &'static [Product],
}

const fn spoon(
    slug: &'static str,
    price: i64,
    name: (&'static str, &'static str),
    text: (&'static str, &'static str),
) -> Product {
    Product { slug, name, text, price, picture: "spoon", tint: "pine" }
}

/// All shelves of the bench.
pub(in crate::shop) static SHELVES: [Shelf; 5] = [
    Shelf {
        title: ("Ja, nesten", "Yes, almost"),
        lead: (
            "Uten testbeløp godkjennes Visa, og Mastercard må gjennom 3‑D Secure. Disse beløpene bestemmer mer.",
            "Without a test amount a Visa is approved and a Mastercard goes through 3‑D Secure. These decide more.",
        ),
        spoons: &STEP_UPS,
    },
    Shelf {
        title: ("Banken sier nei", "The bank says no"),
        lead: (
            "Kortutstederens svarkode (DE39) blir til en errorId. Lommeboken viser at betalingen feilet.",
            "The issuer's response code (DE39) becomes an errorId. The wallet shows that the payment failed.",
        ),
        spoons: &ISSUERS,
    },
    Shelf {
        title: ("PSP-en sier nei", "The PSP says no"),
        lead: (
            "Uten å spørre banken: PSP-en selv avviser med denne errorId-en.",
            "Without asking the bank: the PSP itself refuses with this errorId.",
        ),
        spoons: &PSPS,
    },
    Shelf {
        title: ("Tid og beskjeder", "Time and notices"),
        lead: ("Det som ellers bare skjer når nettet svikter.", "What otherwise only happens when the network fails."),
        spoons: &TIMINGS,
    },
    Shelf {
        title: ("Faste kort", "Fixed cards"),
        lead: (
            "Leverandørens magiske beløp: lommeboken sender et fast token, uansett hvilket kort du velger.",
            "The vendor's magic amounts: the wallet sends a fixed token, whatever card you pick.",
        ),
        spoons: &FIXED,
    },
];

static STEP_UPS: [Product; 2] = [
    spoon(
        "spoon-202",
        202,
        ("3-D Secure for alle", "3-D Secure for all"),
        (
            "Også Visa må gjennom banken. Riktig kode (1234) gir OK.",
            "A Visa too must pass the bank. The right code (1234) gives OK.",
        ),
    ),
    spoon(
        "spoon-197",
        197,
        ("3-D Secure, så nei", "3-D Secure, then no"),
        ("Banken spør, og nekter uansett hva du svarer.", "The bank asks, and denies whatever you answer."),
    ),
];

static ISSUERS: [Product; 9] = [
    spoon("spoon-181", 181, ("errorId 81", "errorId 81"), ("Ingen slik kortutsteder (15).", "No such issuer (15).")),
    spoon(
        "spoon-182",
        182,
        ("errorId 82", "errorId 82"),
        ("Avvist av kortutstederen (05).", "Refused by the issuer (05)."),
    ),
    spoon("spoon-183", 183, ("errorId 83", "errorId 83"), ("Mistanke om svindel (59).", "Suspected fraud (59).")),
    spoon("spoon-184", 184, ("errorId 84", "errorId 84"), ("Over grensen (61).", "Exceeds the limit (61).")),
    spoon("spoon-186", 186, ("errorId 86", "errorId 86"), ("Utløpt kort (54).", "Expired card (54).")),
    spoon("spoon-187", 187, ("errorId 87", "errorId 87"), ("Ugyldig kort (14).", "Invalid card (14).")),
    spoon("spoon-189", 189, ("errorId 89", "errorId 89"), ("Ikke nok penger (51).", "Not enough money (51).")),
    spoon(
        "spoon-151",
        151,
        ("errorId 89 igjen", "errorId 89 again"),
        ("Ikke nok penger (51), på den andre prisen.", "Not enough money (51), at its other price."),
    ),
    spoon(
        "spoon-191",
        191,
        ("errorId 91", "errorId 91"),
        ("Kortutstederen svarer ikke (91).", "The issuer can't be reached (91)."),
    ),
];

static PSPS: [Product; 5] = [
    spoon("spoon-171", 171, ("errorId 71", "errorId 71"), ("Ugyldig forespørsel.", "Invalid request.")),
    spoon("spoon-172", 172, ("errorId 72", "errorId 72"), ("Annen feil.", "Other error.")),
    spoon("spoon-185", 185, ("errorId 85", "errorId 85"), ("Svaret kom for sent.", "The answer came too late.")),
    spoon(
        "spoon-188",
        188,
        ("errorId 88", "errorId 88"),
        ("Kredittkort godtas ikke.", "Credit cards are not accepted."),
    ),
    spoon(
        "spoon-194",
        194,
        ("errorId 94", "errorId 94"),
        ("Mykt avslag som ikke håndteres.", "A soft decline that is not handled."),
    ),
];

static TIMINGS: [Product; 2] = [
    spoon(
        "spoon-201",
        201,
        ("Svar etter 16 sekunder", "Answer after 16 seconds"),
        (
            "Lommeboken gir opp etter 15. Et halvt minutt senere oppdager PSP-en det og melder RESERVED: ordren blir betalt likevel.",
            "The wallet gives up after 15. Half a minute later the PSP finds out and reports RESERVED: the order is paid after all.",
        ),
    ),
    spoon(
        "spoon-193",
        193,
        ("errorId 93", "errorId 93"),
        ("Avbryt på telefonen: beskjeden besvares med 93.", "Cancel on the phone: the notice is answered with 93."),
    ),
];

static FIXED: [Product; 6] = [
    spoon("spoon-3200", 3_200, ("Visa 4111…", "Visa 4111…"), ("Godkjennes uten kontroll.", "Approved without checks.")),
    spoon("spoon-4200", 4_200, ("Visa 4895…", "Visa 4895…"), ("Godkjennes uten kontroll.", "Approved without checks.")),
    spoon(
        "spoon-4400",
        4_400,
        ("Visa, utløpt", "Visa, expired"),
        ("Utløpt token, godkjennes likevel.", "An expired token, approved all the same."),
    ),
    spoon("spoon-4300", 4_300, ("Mastercard 5226…", "Mastercard 5226…"), ("3-D Secure først.", "3-D Secure first.")),
    spoon("spoon-5200", 5_200, ("Mastercard 5413…", "Mastercard 5413…"), ("3-D Secure først.", "3-D Secure first.")),
    spoon(
        "spoon-3100",
        3_100,
        ("Ingen token", "No token"),
        ("Kortet kan ikke brukes: lommeboken avbryter.", "The card can't be used: the wallet cancels."),
    ),
];
