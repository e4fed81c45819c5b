//! The table of hints: all rows, and the row of a hint.

use super::refusals::REFUSALS;
use super::row::{HintRow, Slip};
use super::successes::SUCCESSES;

impl Slip {
    /// This hint's row.
    ///
    /// # Panics
    /// Never: a test shows that every hint has its row.
    pub fn row(self) -> &'static HintRow {
        hints().find(|row| row.slip == self).expect("every hint has its row, as a test shows")
    }
}

/// All rows: first those of refusals, in the order of the table of errors, then those of successes.
pub fn hints() -> impl Iterator<Item = &'static HintRow> {
    REFUSALS.iter().chain(SUCCESSES)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::row::{Says, Slip};
    use super::hints;
    use crate::errors::TABLE;

    #[test]
    #[expect(clippy::as_conversions, reason = "the last variant's place counts the variants")]
    fn every_hint_has_one_row() {
        let slips: HashSet<_> = hints().map(|row| row.slip).collect();
        assert_eq!(slips.len(), hints().count());
        assert_eq!(slips.len(), Slip::HeadOfGet as usize + 1);
    }

    #[test]
    fn every_error_has_a_hint_of_its_own_or_a_reason_to_have_none() {
        for error in TABLE {
            let beside = error.hint.row().beside;
            assert!(beside.errors().contains(&error.error), "{:?} has the hint {:?}", error.error, error.hint);
        }
    }

    #[test]
    fn texts_are_short_lines_of_visible_ascii_with_at_most_two_places() {
        for row in hints() {
            let (Says::Text(text) | Says::Nothing(text)) = row.says;
            assert!(!text.is_empty() && !row.when.is_empty(), "{:?}", row.slip);
            assert!(text.len() <= 180 && text.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{:?}", row.slip);
            assert!(text.matches("{}").count() <= 2 && !text.contains('|'), "{:?}", row.slip);
        }
    }
}
