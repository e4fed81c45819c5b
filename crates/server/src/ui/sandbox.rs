//! The pages that only a sandbox has: the start page, which leads a newcomer to everything, and the phone simulator, an empty shell
//! for the script, which is a client of the App API.

use askama::Template;
use lommebok_engine::keys::Secret;

use super::dashboard::exchanges::{ExchangeRow, Latest};
use super::{page::Page, shown::ShownClock};

/// A row of the table of magic amounts.
#[derive(Clone, Copy, Debug)]
pub struct MagicAmount {
    /// Minor units, as init takes them.
    pub amount: &'static str,
    /// What it makes the wallet or the sample PSP do: Norwegian, English.
    pub effect: (&'static str, &'static str),
}

/// Amounts at which the wallet or the sample PSP does something of its own.
pub const MAGIC_AMOUNTS: [MagicAmount; 9] = [
    MagicAmount {
        amount: "2200",
        effect: ("Token 5226603115488031, utløpt (05/25)", "Token 5226603115488031, expired (05/25)"),
    },
    MagicAmount {
        amount: "3100",
        effect: (
            "Kortet kan ikke brukes: intet token, betalingen feiler",
            "Card not eligible: no token can be had, the payment fails",
        ),
    },
    MagicAmount { amount: "3200", effect: ("Token 4111111111111111, 03/30", "Token 4111111111111111, 03/30") },
    MagicAmount { amount: "4200", effect: ("Token 4895370013193500, 03/30", "Token 4895370013193500, 03/30") },
    MagicAmount { amount: "4300", effect: ("Token 5226603115488031, 03/30", "Token 5226603115488031, 03/30") },
    MagicAmount {
        amount: "4400",
        effect: ("Token 4895370012792682, utløpt (12/22)", "Token 4895370012792682, expired (12/22)"),
    },
    MagicAmount {
        amount: "5100",
        effect: ("Token 4268270087302871, utløpt (09/24)", "Token 4268270087302871, expired (09/24)"),
    },
    MagicAmount {
        amount: "5200",
        effect: ("Token 5413330089010442, utløpt (12/25)", "Token 5413330089010442, expired (12/25)"),
    },
    MagicAmount {
        amount: "…",
        effect: (
            "Alle andre beløp: et ferskt, gyldig token for det valgte kortet",
            "Any other amount: a fresh, valid token of the chosen card",
        ),
    },
];

/// A test card of the sandbox, as the table shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestCard {
    /// Whose card it is.
    pub user: String,
    /// `Visa ···· 4321`.
    pub card: String,
    /// Debit or credit: Norwegian, English.
    pub kind: (String, String),
    /// `03/30`.
    pub expiry: String,
    /// Whether it can pay, and why not: Norwegian, English. None for a card that can.
    pub cannot_pay: Option<(String, String)>,
}

/// What one PSP has to send, by the names that `lommebok env` gives it.
#[derive(Clone, Debug)]
pub struct PspValues {
    /// The PSP's name in the seed.
    pub name: String,
    /// Name and value.
    pub values: Vec<(&'static str, Secret)>,
}

/// How this program's commands are called from a terminal, so that what is printed works where it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The program, as a shell takes it: its name where the path leads to it, else its own path.
    pub program: String,
    /// What comes after every command, such as `--data-dir …`, as a shell takes it; or nothing.
    pub options: String,
}

impl Default for Invocation {
    fn default() -> Self {
        Self { program: "lommebok".to_owned(), options: String::new() }
    }
}

impl Invocation {
    /// The whole line for a command such as `clock advance 5m`.
    pub fn line(&self, command: &str) -> String {
        let Self { program, options } = self;
        if options.is_empty() { format!("{program} {command}") } else { format!("{program} {command} {options}") }
    }
}

/// Where the sample PSP and its shop are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopAddresses {
    /// The shop's front.
    pub shop: String,
    pub back_office: String,
    /// The sample PSP's merchant API.
    pub merchant_api: String,
}

/// The page at `/` of a sandbox.
#[derive(Template)]
#[template(path = "start/start.html")]
pub struct StartPage<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The wallet's public address, without a trailing slash.
    pub public_url: &'a str,
    /// A makePayment address that answers: the stub's, or the sample PSP's.
    pub make_payment_url: &'a str,
    /// The sample PSP and its shop, if they run.
    pub shop: Option<&'a ShopAddresses>,
    /// How commands are called.
    pub invocation: &'a Invocation,
    /// Credentials, where they may be shown; else none.
    pub psps: &'a [PspValues],
    /// The version of this program.
    pub version: &'a str,
    /// Whom one may be on the phone.
    pub test_users: &'a [TestUser],
    /// Their cards.
    pub test_cards: &'a [TestCard],
    /// What was said last, for who is signed in to the dashboard.
    pub latest: Option<&'a Latest>,
}

impl StartPage<'_> {
    /// The rows of what was said last.
    pub fn exchanges(&self) -> &[ExchangeRow] {
        self.latest.map(|latest| latest.rows.as_slice()).unwrap_or_default()
    }

    /// The amounts for the table.
    pub fn magic_amounts(&self) -> &'static [MagicAmount] {
        &MAGIC_AMOUNTS
    }
}

/// A test user whom a visitor of the sandbox may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestUser {
    pub name: String,
    /// Eight digits.
    pub phone_number: String,
    /// Four digits, public on purpose.
    pub pin: String,
    /// What this user is good for, in a few words per language: Norwegian, English.
    pub about: (String, String),
}

/// The page at `/phone`.
#[derive(Template)]
#[template(path = "phone/phone.html")]
pub struct PhonePage<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// How the wallet's clock goes, for the phone's status bar.
    pub clock: &'a ShownClock,
    /// The tenant to sign in to.
    pub tenant: &'a str,
    /// Whom one may be; empty outside the sandbox.
    pub test_users: &'a [TestUser],
}
