//! Tables of cases over real HTTP: one line says what is sent and what must come back, and a failure names that line.
//!
//! [`Call`] is a request as bytes (no client repairs it), [`Expected`] an answer's status, shape and codes, and [`Table`]
//! sends the one, checks the other, and sees that a refusal leaves no table with a row more or less. All faults of a table
//! are reported together. What is expected is written by hand in the test; nothing here knows the rules.

mod call;
mod expected;
mod states;

use std::collections::{BTreeMap, BTreeSet};

use crate::test_app::{Answer, TestApp};

pub use call::{Call, exchange_bytes, released_together};
pub use expected::{Expected, app, bare, control, gateway, ok, page, problem, psp, token};
pub use states::EachState;

/// The table of the store's evidence of small changes.
const EVIDENCE: &str = "rare_change";

/// The cases of one endpoint or rule, and what was wrong so far.
#[must_use = "a table that is not finished tells no fault"]
pub struct Table<'a> {
    app: &'a TestApp,
    title: &'static str,
    rows: BTreeMap<String, u64>,
    names: BTreeSet<String>,
    faults: Vec<String>,
}

impl<'a> Table<'a> {
    /// A table whose cases begin with the rows as they are now.
    pub fn of(app: &'a TestApp, title: &'static str) -> Self {
        Self { app, title, rows: app.row_counts(), names: BTreeSet::new(), faults: Vec::new() }
    }

    /// Sends a call that must be answered so, and must leave every table as it is.
    pub async fn refuse(&mut self, name: impl Into<String>, call: Call, expected: Expected) {
        self.case(name.into(), &call, &expected, &[]).await;
    }

    /// Sends a call that must be answered so, and must add exactly these rows: tables by name, and how many.
    pub async fn accept(&mut self, name: impl Into<String>, call: Call, expected: Expected, added: &[(&str, u64)]) {
        self.case(name.into(), &call, &expected, added).await;
    }

    /// The same as [`Table::refuse`], and gives the answer for a closer look.
    pub async fn answer_of(&mut self, name: impl Into<String>, call: Call, expected: Expected) -> Option<Answer> {
        self.case(name.into(), &call, &expected, &[]).await
    }

    /// Notes a fault of the test's own finding.
    pub fn fault(&mut self, name: &str, fault: impl std::fmt::Display) {
        self.faults.push(format!("{name}: {fault}"));
    }

    async fn case(&mut self, name: String, call: &Call, expected: &Expected, added: &[(&str, u64)]) -> Option<Answer> {
        let answer = self.app.exchange(call).await;
        match &answer {
            Some(answer) => {
                let faults = expected.faults_of(answer);
                if !faults.is_empty() {
                    let (faults, said) = (faults.join("; "), brief(&answer.text));
                    self.fault(&name, format_args!("{faults}\n    {} {said}", answer.status.as_u16()));
                }
            }
            None => self.fault(&name, "the connection was closed without an answer"),
        }
        self.compare_rows(&name, added);
        if !self.names.insert(name.clone()) {
            self.fault(&name, "two cases have this name");
        }
        answer
    }

    fn compare_rows(&mut self, name: &str, added: &[(&str, u64)]) {
        let mut expected = std::mem::take(&mut self.rows);
        for (table, more) in added {
            let rows = expected.entry((*table).to_owned()).or_default();
            *rows = rows.saturating_add(*more);
        }
        self.rows = self.app.row_counts();
        if !added.is_empty() {
            // A ring of places where the store keeps evidence of small changes: it may take a used one.
            expected.insert(EVIDENCE.to_owned(), self.rows.get(EVIDENCE).copied().unwrap_or(0));
        }
        let differences: Vec<String> = self
            .rows
            .iter()
            .filter(|(table, rows)| expected.get(*table) != Some(rows))
            .map(|(table, rows)| format!("{table} has {rows} rows instead of {:?}", expected.get(table)))
            .collect();
        if !differences.is_empty() {
            self.fault(name, differences.join(", "));
        }
    }

    /// Ends the table.
    ///
    /// # Panics
    /// When a case was not as expected (all are named), or when fewer than `least` cases were run.
    pub fn finish(self, least: usize) {
        let (title, count) = (self.title, self.names.len());
        assert!(
            self.faults.is_empty(),
            "{title}: {} faults in {count} cases\n{}",
            self.faults.len(),
            self.faults.join("\n")
        );
        eprintln!("{title}: {count} cases");
        assert!(count >= least, "{title} has {count} cases, fewer than {least}");
    }
}

/// The beginning of what was answered.
fn brief(text: &str) -> String {
    text.chars().take(400).collect()
}
