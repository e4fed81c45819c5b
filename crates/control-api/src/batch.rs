//! Accepted updatestatus requests: what was applied, refused, or waits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Moment;

/// The query of `GET /batch/report`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchReportQuery {
    /// The `before` of the answer: its next page.
    pub before: Option<i64>,
}

/// The query of `GET /batch/{id}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchQuery {
    /// The `from` of the answer: its next page.
    #[serde(default)]
    pub from: u32,
}

/// The answer of `GET /batch/report`: at most 50 requests, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchReport {
    /// The requests.
    pub batches: Vec<Batch>,
    /// Where the next page begins; null on the last one.
    #[schema(required = true)]
    pub before: Option<i64>,
}

/// The answer of `POST /batch/run`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunBatches {
    /// The requests that this call ended.
    pub batches: Vec<Batch>,
}

/// One accepted updatestatus request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchHead {
    /// The wallet's number for it.
    pub id: i64,
    /// When it was answered with 200.
    pub accepted_at: Moment,
    /// How many entries it has.
    pub entries: u32,
    /// How many of them were dealt with.
    pub applied: u32,
    /// Whether all of them were.
    pub finished: bool,
    /// Whether the same bytes came within the 24 h before, without an idempotency key.
    #[serde(rename = "sameBodyWithin24h")]
    pub same_body_within_24h: bool,
}

/// A request with how many of its entries were refused, and the first of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    /// The request.
    #[serde(flatten)]
    pub head: BatchHead,
    /// How many entries were refused.
    pub refused_entries: u64,
    /// How many wait for the end of their payment's attempt.
    pub waiting_entries: u64,
    /// The first 100 that were refused.
    pub refused: Vec<RefusedEntry>,
}

/// An entry that was refused, with what is kept of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefusedEntry {
    /// Its place in the request, from 0.
    pub position: u32,
    /// The payment that it names.
    pub psp_transaction_id: String,
    /// Why, a word that stays: `not_reserved`.
    pub code: String,
    /// Why, for people.
    pub reason: String,
}

/// The answer of `GET /batch/{id}`: at most 500 entries are looked at for a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchWithEntries {
    /// The request.
    #[serde(flatten)]
    pub head: BatchHead,
    /// Each entry of this page that was refused or waits.
    pub not_applied: Vec<BatchEntry>,
    /// Where the next page begins; null on the last one.
    #[schema(required = true)]
    pub from: Option<u32>,
}

/// An entry that was refused or waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchEntry {
    /// Its place in the request, from 0.
    pub position: u32,
    /// What became of it.
    #[serde(flatten)]
    pub fate: EntryFate,
}

/// What became of an entry that was not applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "fate", rename_all = "lowercase")]
pub enum EntryFate {
    /// It waits for the end of its payment's attempt.
    Waits,
    /// It was refused.
    Refused {
        /// Why, a word that stays: `not_reserved`.
        code: String,
        /// What else is kept of the first 100 of a request; left out of the others.
        #[serde(flatten)]
        kept: Option<KeptRefusal>,
    },
}

/// What is kept of the first 100 refused entries of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeptRefusal {
    /// The payment that it names.
    pub psp_transaction_id: String,
    /// Why, for people.
    pub reason: String,
}

/// The query of `GET /batch`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchListQuery {
    /// The `before` of the answer: its next page.
    pub before: Option<i64>,
    /// Requests on the page, 1 to 50; 50 if it is left out.
    #[param(minimum = 1, maximum = 50)]
    pub limit: Option<u32>,
}

/// The answer of `GET /batch`: newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchList {
    /// The requests.
    pub batches: Vec<CountedBatch>,
    /// Where the next page begins; null on the last one.
    #[schema(required = true)]
    pub before: Option<i64>,
}

/// A request with what became of its entries, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CountedBatch {
    /// The request.
    #[serde(flatten)]
    pub head: BatchHead,
    /// The wallet's number for the PSP that sent it.
    pub psp: i64,
    /// How many entries had which fate.
    pub fates: FateCounts,
}

/// How many entries of a request had which fate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FateCounts {
    /// Applied, with or without effect.
    pub applied: u64,
    /// They wait for the end of their payment's attempt.
    pub waits: u64,
    /// Refused,
    pub refused: u64,
    /// and these of them with which code.
    pub refused_by_code: BTreeMap<String, u64>,
    /// They have not had their turn.
    pub not_yet: u64,
}

/// The query of `GET /batch/{id}/entries`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchEntriesQuery {
    /// Only those with this fate.
    pub fate: Option<Fate>,
    /// The `from` of the answer: its next page.
    #[serde(default)]
    pub from: u32,
    /// Entries on the page, 1 to 500; 500 if it is left out.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// The answer of `GET /batch/{id}/entries`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchEntries {
    /// The request.
    #[serde(flatten)]
    pub head: BatchHead,
    /// The entries, in their order.
    pub page: Vec<Entry>,
    /// Where the next page begins; null on the last one.
    #[schema(required = true)]
    pub from: Option<u32>,
}

/// An entry of a request, with what is kept of it: of a request that is done, the first 100 entries and the first 100 refusals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its place in the request, from 0.
    pub position: u32,
    /// What became of it.
    pub fate: Fate,
    /// Why it was refused, a word that stays; else null.
    #[schema(required = true)]
    pub code: Option<String>,
    /// Why, for people; null where it is not kept.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// The payment that it names; null where it is not kept.
    #[schema(required = true)]
    pub psp_transaction_id: Option<String>,
    /// `CAPTURED`, …; null where it is not kept.
    #[schema(required = true)]
    pub status: Option<String>,
    /// In minor units of the currency; null where it is not kept.
    #[schema(required = true)]
    pub amount: Option<i64>,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It was applied, with or without effect.
    Applied,
    /// It waits for the end of its payment's attempt.
    Waits,
    /// It was refused.
    Refused,
    /// It has not had its turn.
    NotYet,
}
