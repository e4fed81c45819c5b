//! What is not shown as it is stored: a text that a shop wrote, made safe to read, so that it cannot reorder, hide or fake what is
//! around it (escaping for HTML is the templates' work); and how the wallet's clock goes.

use lommebok_engine::clock::{BusinessClock, ClockMode, time_text};

/// How many characters of a shop's text are shown.
pub const SHOWN_CHARS: usize = 100;

/// The text without control, bidirectional and invisible characters, its white space joined, cut to [`SHOWN_CHARS`] characters.
pub fn shown_text(text: &str) -> String {
    let visible =
        text.chars().map(|c| if c.is_whitespace() || c.is_control() { ' ' } else { c }).filter(|c| !is_trickery(*c));
    let joined = visible.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    if joined.chars().count() <= SHOWN_CHARS {
        return joined;
    }
    let mut cut: String = joined.chars().take(SHOWN_CHARS.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// Characters that change the direction of others or cannot be seen. The joiners of emoji and of some scripts stay.
fn is_trickery(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// How the wallet's clock goes, for the pages that show it (`wallet-clock.js`): only what stays the same until a change of the
/// clock, so that a page that did not change reads alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShownClock {
    /// As the machine's.
    Machine,
    /// So many milliseconds ahead of the machine's (negative: behind).
    Ahead(i64),
    /// It is frozen at this moment; RFC 3339 in UTC.
    Stands(String),
}

impl ShownClock {
    /// How this clock goes.
    pub(crate) fn of(clock: &BusinessClock) -> Self {
        match clock.mode() {
            ClockMode::Running { offset_ms: 0 } => Self::Machine,
            ClockMode::Running { offset_ms } => Self::Ahead(offset_ms),
            ClockMode::Frozen { at } => Self::Stands(time_text(at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_turn_the_amount_around() {
        assert_eq!(shown_text("Pay \u{202e}00.1\u{202c} now"), "Pay 00.1 now");
        assert_eq!(shown_text("a\u{2067}b\u{2069}c\u{200f}d"), "abcd");
    }

    #[test]
    fn control_characters_become_one_space() {
        assert_eq!(shown_text("one\r\n\u{7}\u{0}two\u{85}three\u{2028}four"), "one two three four");
    }

    #[test]
    fn a_long_text_is_cut_to_a_hundred_characters_and_says_so() {
        let shown = shown_text(&"æ".repeat(1000));
        assert_eq!(shown.chars().count(), SHOWN_CHARS);
        assert!(shown.ends_with('…'));
        assert_eq!(shown_text(&"æ".repeat(100)), "æ".repeat(100));
    }

    #[test]
    fn emoji_keep_their_joiners() {
        assert_eq!(shown_text("👩\u{200d}🍳"), "👩\u{200d}🍳");
    }
}
