//! Accepted updatestatus requests, and what became of the entries of each.

use askama::Template;
use lommebok_control_api::{BatchHead, CountedBatch, Entry, Fate, FateCounts};
use lommebok_web::pages::lang::Lang;

use super::frame::{Frame, Section};
use super::words;
use super::words::Tone;
use crate::ui::page::Page;

/// One request of the list.
#[derive(Clone, Debug)]
pub struct BatchRow {
    pub head: BatchHead,
    pub fates: FateCounts,
    /// With which codes entries were refused.
    pub why: String,
}

impl BatchRow {
    pub fn of(batch: &CountedBatch) -> Self {
        let why = batch.fates.refused_by_code.iter().map(|(code, count)| format!("{code} {count}×"));
        Self { head: batch.head.clone(), fates: batch.fates.clone(), why: why.collect::<Vec<_>>().join(", ") }
    }

    /// How it is, in a word.
    pub fn state(&self, lang: Lang) -> (&'static str, Tone) {
        match self.fates {
            FateCounts { not_yet: 1.., .. } => (lang.of("står for tur", "not yet"), Tone::Warn),
            FateCounts { refused: 1.., .. } => (lang.of("delvis", "in part"), Tone::Bad),
            FateCounts { waits: 1.., .. } => (lang.of("venter på svar", "awaits answers"), Tone::Warn),
            _ => (lang.of("utført", "applied"), Tone::Good),
        }
    }

    /// When it came, for who has no script.
    pub fn time(&self) -> &str {
        words::time_of_day(&self.head.accepted_at)
    }
}

/// The page at `/dashboard/batches`.
#[derive(Template)]
#[template(path = "dashboard/batches.html")]
pub struct BatchesPage<'a> {
    pub page: Page<'a>,
    pub frame: Frame,
    pub rows: Vec<BatchRow>,
    pub next: Option<String>,
}

/// An entry and what became of it.
#[derive(Clone, Debug)]
pub struct EntryRow {
    /// From 1, as people count.
    pub place: u32,
    pub tone: Tone,
    pub fate: &'static str,
    /// The payment that it names, if that is kept.
    pub payment: Option<String>,
    /// `CAPTURED 100,00 kr`, if that is kept.
    pub what: String,
    /// Why it was refused.
    pub why: String,
}

impl EntryRow {
    pub fn of(lang: Lang, entry: &Entry) -> Self {
        let (fate, tone) = match entry.fate {
            Fate::Applied => (lang.of("utført", "applied"), Tone::Good),
            Fate::Waits => (lang.of("venter på svaret", "awaits the answer"), Tone::Warn),
            Fate::Refused => (lang.of("avvist", "refused"), Tone::Bad),
            Fate::NotYet => (lang.of("står for tur", "not yet"), Tone::Plain),
        };
        let amount = entry.amount.map(|amount| lang.kroner(amount));
        let what = [entry.status.clone(), amount].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let why = match (&entry.code, &entry.reason) {
            (Some(code), Some(reason)) => format!("{code}: {reason}"),
            (Some(code), None) => code.clone(),
            (None, _) => String::new(),
        };
        let place = entry.position.saturating_add(1);
        Self { place, tone, fate, payment: entry.psp_transaction_id.clone(), what, why }
    }
}

/// The page at `/dashboard/batches/{id}`.
#[derive(Template)]
#[template(path = "dashboard/batch.html")]
pub struct BatchPage<'a> {
    pub page: Page<'a>,
    pub frame: Frame,
    pub head: BatchHead,
    pub entries: Vec<EntryRow>,
    pub next: Option<String>,
}
