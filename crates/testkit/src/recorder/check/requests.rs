//! Every acknowledged updatestatus entry is applied once or listed with its reason; one without answer is whole or not there.

use std::collections::BTreeMap;

use lommebok_control_api::{Batch, Event, RefusedEntry};

use super::{AllShown, Shown, Wrong};
use crate::recorder::{Known, RecordedEntry, RecordedRequest};

/// What is wrong with these requests, given the batch report.
pub fn requests(recorded: &[RecordedRequest], shown: &AllShown, report: &[Batch]) -> Vec<Wrong> {
    let mut by_marker: BTreeMap<&str, Vec<&Batch>> = BTreeMap::new();
    for batch in report {
        if let Some(marker) = refused_at(batch, 0) {
            by_marker.entry(&marker.psp_transaction_id).or_default().push(batch);
        }
    }
    recorded
        .iter()
        .flat_map(|request| one(request, shown, by_marker.get(request.marker().as_str()).map_or(&[], Vec::as_slice)))
        .collect()
}

fn one(request: &RecordedRequest, shown: &AllShown, batches: &[&Batch]) -> Vec<Wrong> {
    let wrong = |what: String| Wrong::new(&request.marker(), what);
    let batch = match batches {
        [] if request.known == Known::Acknowledged => {
            return vec![wrong("it was acknowledged, and is in no report".to_owned())];
        }
        [] => return not_there(request, shown),
        [batch] => *batch,
        more => return vec![wrong(format!("it was taken {} times", more.len()))],
    };
    let mut found = Vec::new();
    let count = request.entries.len().saturating_add(1);
    let head = &batch.head;
    if [head.entries, head.applied].iter().any(|said| usize::try_from(*said) != Ok(count)) || !head.finished {
        found.push(wrong(format!("it has {count} entries, and the report says {head:?}")));
    }
    for (position, entry) in (1..).zip(&request.entries) {
        let refused = usize::from(refused_at(batch, position).is_some());
        let applied = applied(shown.get(&entry.id), entry, &request.text(position));
        if refused.saturating_add(applied) != 1 {
            let text = request.text(position);
            found.push(Wrong::new(&entry.id, format!("{text}: applied {applied} times and refused {refused} times")));
        }
    }
    found
}

/// Of a request that was never taken, not one entry may have been.
fn not_there(request: &RecordedRequest, shown: &AllShown) -> Vec<Wrong> {
    let half = (1..)
        .zip(&request.entries)
        .filter(|(position, entry)| applied(shown.get(&entry.id), entry, &request.text(*position)) > 0);
    half.map(|(position, entry)| {
        Wrong::new(&entry.id, format!("{}: applied, but the request was not taken", request.text(position)))
    })
    .collect()
}

fn refused_at(batch: &Batch, position: usize) -> Option<&RefusedEntry> {
    batch.refused.iter().find(|refused| usize::try_from(refused.position) == Ok(position))
}

/// How often an entry is in its payment's log, with its amount.
fn applied(shown: Option<&Shown>, entry: &RecordedEntry, text: &str) -> usize {
    let of_entry = |event: &&Event| {
        let (("CAPTURED", Event::Captured(money))
        | ("REFUNDED", Event::Refunded(money))
        | ("RESERVED", Event::Reserved(money))
        | ("CANCELLED", Event::Released(money))) = (entry.status, *event)
        else {
            return false;
        };
        money.text == text && u64::try_from(money.amount) == Ok(entry.amount)
    };
    shown.map_or(0, |shown| shown.events().filter(of_entry).count())
}
