//! Exchanges: requests with their answers, without their secrets.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Moment;

/// The query of `GET /exchanges`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExchangeQuery {
    /// Only those about this payment: a `pspTransactionId`, or the wallet's own number.
    pub payment: Option<String>,
    /// Only those that were refused.
    #[serde(default)]
    pub refused: bool,
    /// Only those after this one.
    pub after: Option<u64>,
    /// The `before` of the answer: its next page.
    pub before: Option<u64>,
    /// 1 to 1,000; 100 if it is left out.
    pub limit: Option<u32>,
}

/// The query of `GET /exchanges/stream`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExchangeStreamQuery {
    /// Only those about this payment: a `pspTransactionId`, or the wallet's own number.
    pub payment: Option<String>,
    /// Only those that were refused.
    #[serde(default)]
    pub refused: bool,
}

/// The query of `GET /exchanges/{id}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExchangeAsQuery {
    /// In which form; `json` if it is left out.
    #[serde(rename = "as", default)]
    #[param(inline)]
    pub form: ExchangeForm,
}

/// The form of an exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExchangeForm {
    /// For programs.
    #[default]
    Json,
    /// For people, as it went over the wire.
    Text,
    /// A command of the shell that sends the request again, with its secrets as variables.
    Curl,
}

/// The answer of `GET /exchanges`, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExchangePage {
    /// The exchanges.
    pub exchanges: Vec<ExchangeHead>,
    /// Where the next page begins; null on the last one.
    #[schema(required = true)]
    pub before: Option<u64>,
}

/// One exchange in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeHead {
    /// Its number; later ones have greater ones, also after a restart.
    pub id: u64,
    /// Where it is.
    #[schema(example = "http://127.0.0.1:8480/control/v1/exchanges/179603165500017")]
    pub url: String,
    /// Who sent the request.
    pub direction: Direction,
    /// Which conversation it belongs to.
    pub interface: Interface,
    /// When the request came, or the call began.
    pub at: Moment,
    /// Until the answer, or until it was clear that none would come in time, in milliseconds of the machine's own time.
    pub ms: u64,
    /// The request's method.
    pub method: String,
    /// Its path, with the names in its query; of a call out the whole address.
    pub path: String,
    /// The answer's status; null when a call out ended without an answer: then `failure` says why.
    #[schema(required = true)]
    pub status: Option<u16>,
    /// How a call out ended that got no whole answer in time, as an operator sees it in the payment's log: `connect`, `timeout`, …
    #[schema(required = true)]
    pub failure: Option<String>,
    /// The number of the PSP whose subscription key it carried, or to which it went; null without one.
    #[schema(required = true)]
    pub psp: Option<i64>,
    /// Each `pspTransactionId` in path and bodies.
    pub payments: Vec<String>,
    /// The wallet's own number of the payment, where it is known: in calls out, on the phone and on the landing page.
    #[schema(required = true)]
    pub payment_number: Option<i64>,
    /// Which attempt of that payment a makePayment call was: 1, or 2 after a step-up.
    #[schema(required = true)]
    pub attempt: Option<u32>,
    /// What the wallet made of the answer to a call out: `RESERVED`; `STEP_UP`; `FAILED (PSP_REFUSED)`; …
    #[schema(required = true)]
    pub outcome: Option<String>,
    /// Why a request to the wallet was refused; null when it was not, and for a call out.
    #[schema(required = true)]
    pub refused: Option<Refused>,
    /// What the answer hinted at (`Lommebok-Hint`).
    #[schema(required = true)]
    pub hint: Option<String>,
}

/// Which way a request went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// To the wallet.
    In,
    /// From the wallet to a PSP.
    Out,
}

/// Which conversation an exchange belongs to. New ones may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interface {
    /// A PSP asks the wallet: payments, access tokens, merchants, and whatever no address takes.
    PspApi,
    /// A phone asks the wallet.
    AppApi,
    /// A browser on the landing page.
    Landing,
    /// The wallet posts a card's token to the `makePaymentUrl`.
    MakePayment,
    /// The wallet tells a PSP that a payment was cancelled or has expired.
    Notice,
}

/// Why a request was refused: a row of `docs/errors.md`. Both are null for a status that has none there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refused {
    /// The code.
    #[schema(required = true)]
    pub code: Option<String>,
    /// The reason, for people.
    #[schema(required = true)]
    pub reason: Option<String>,
}

/// An exchange with all that is kept of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Exchange {
    /// As in the list.
    #[serde(flatten)]
    pub head: ExchangeHead,
    /// The request.
    pub request: Message,
    /// The answer.
    pub answer: Message,
    /// Where the time of a call out went; null for a request to the wallet.
    #[schema(required = true)]
    pub phases: Option<Phases>,
}

/// Where the time of a call out went, in microseconds of the machine's own time; null for what it did not come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Phases {
    /// Finding the addresses of the host's name.
    #[schema(required = true)]
    pub dns_us: Option<u64>,
    /// Connecting, until one of them accepted.
    #[schema(required = true)]
    pub connect_us: Option<u64>,
    /// TLS; null with `http`.
    #[schema(required = true)]
    pub tls_us: Option<u64>,
    /// From the last byte of the request to the end of the answer's head.
    #[schema(required = true)]
    pub wait_us: Option<u64>,
    /// Reading the answer's body.
    #[schema(required = true)]
    pub read_us: Option<u64>,
}

/// Headers and body of a request or an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// In the order in which they are kept.
    pub headers: Vec<Header>,
    /// Null when there was none.
    #[schema(required = true)]
    pub body: Option<MessageBody>,
}

/// A header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Header {
    /// In lower case.
    pub name: String,
    /// `***` where it is secret.
    pub value: String,
}

/// A body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageBody {
    /// How long it was, as far as it was read.
    pub bytes: u64,
    /// The JSON as it was sent, with `***` in place of what is secret; null when it is not shown.
    #[schema(required = true)]
    pub shown: Option<String>,
    /// Why it is not shown; null when it is.
    #[schema(required = true)]
    pub not_shown: Option<NotShown>,
}

/// Why a body is kept as kind and length only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotShown {
    /// It was not read to its end: the answer was known before, or it broke off.
    Unread,
    /// It is longer than 65,536 bytes.
    TooLong,
    /// It is compressed, or said to be encoded.
    Encoded,
    /// It is no JSON in UTF-8.
    NotJson,
}
