//! What a scripted user does, as people write it: `approve-after=3s step-up=passed card=VISA`.

use std::fmt;
use std::time::Duration;

use lommebok_domain::StepUpResult;

use super::CardChoice;
use crate::clock::duration_of;

/// The longest that a scripted user takes, in ms: a day.
const LONGEST_MS: u64 = 86_400_000;
/// The longest script, in characters.
const LONGEST_CHARS: usize = 200;

/// What the words of a script may be.
const WORDS: &str =
    "approve, approve-after=3s, cancel, cancel-after=3s, ignore, step-up=passed|cancelled|failed, card=CARD";

/// What a user does by itself, and how long it takes for each part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// What it does when it is asked to approve.
    pub asked: Asked,
    /// How it comes back from 3-D Secure; it does not without this.
    pub step_up: Option<StepUpResult>,
    /// How long it takes for each, in ms of business time.
    pub after_ms: u32,
    text: String,
}

/// What a user does when it is asked to approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It approves with one of its cards.
    Approve(CardChoice),
    /// It cancels.
    Cancel,
    /// Nothing.
    Ignore,
}

/// Why a text is no script.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScriptFault {
    /// It has no words, or too many.
    #[error("a script has 1 to {LONGEST_CHARS} characters, of words such as {WORDS}")]
    Length,
    /// A word is none of a script's.
    #[error("{0} is no word of a script; its words are {WORDS}")]
    Word(String),
    /// A delay is none.
    #[error("{0} must have a duration of at most 24h after =, such as 3s, 500ms or 2m")]
    Delay(&'static str),
    /// A card is none.
    #[error("card must be a card's last four digits, VISA, MASTERCARD, or our number for it")]
    Card,
    /// Two words that say the same, or contradict each other.
    #[error("{0} and {1} don't go together")]
    Together(&'static str, &'static str),
}

/// The words of a script, as they come.
#[derive(Default)]
struct Words {
    approve: Option<u32>,
    cancel: Option<u32>,
    ignore: bool,
    step_up: Option<StepUpResult>,
    card: Option<CardChoice>,
}

impl Script {
    /// The script that `text` says: words with spaces or commas between.
    ///
    /// # Errors
    /// [`ScriptFault`], in words.
    pub fn parse(text: &str) -> Result<Self, ScriptFault> {
        if text.chars().nth(LONGEST_CHARS).is_some() {
            return Err(ScriptFault::Length);
        }
        let mut words = Words::default();
        let mut written = Vec::new();
        for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
            words.take(word)?;
            written.push(word);
        }
        if written.is_empty() {
            return Err(ScriptFault::Length);
        }
        words.script(written.join(" "))
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Words {
    fn take(&mut self, word: &str) -> Result<(), ScriptFault> {
        let unknown = || ScriptFault::Word(word.chars().take(LONGEST_CHARS).collect());
        match word.split_once('=') {
            None => match word {
                "approve" => once(&mut self.approve, 0, "approve"),
                "cancel" => once(&mut self.cancel, 0, "cancel"),
                "ignore" if self.ignore => Err(ScriptFault::Together("ignore", "ignore")),
                "ignore" => {
                    self.ignore = true;
                    Ok(())
                }
                _ => Err(unknown()),
            },
            Some(("approve-after", after)) => once(&mut self.approve, delay("approve-after", after)?, "approve-after"),
            Some(("cancel-after", after)) => once(&mut self.cancel, delay("cancel-after", after)?, "cancel-after"),
            Some(("step-up", result)) => {
                let result = match result {
                    "passed" => StepUpResult::Success,
                    "cancelled" => StepUpResult::Cancel,
                    "failed" => StepUpResult::Failure,
                    _ => return Err(unknown()),
                };
                once(&mut self.step_up, result, "step-up")
            }
            Some(("card", card)) => once(&mut self.card, CardChoice::parse(card).ok_or(ScriptFault::Card)?, "card"),
            Some(_) => Err(unknown()),
        }
    }

    fn script(self, text: String) -> Result<Script, ScriptFault> {
        let Self { approve, cancel, ignore, step_up, card } = self;
        let contradicts = |name: &'static str, others: &[(bool, &'static str)]| {
            let other = others.iter().find(|(is_there, _)| *is_there);
            other.map_or(Ok(()), |(_, other)| Err(ScriptFault::Together(name, other)))
        };
        let (approves, cancels) = ((approve.is_some(), "approve"), (cancel.is_some(), "cancel"));
        let (steps_up, has_card) = ((step_up.is_some(), "step-up"), (card.is_some(), "card"));
        if ignore {
            contradicts("ignore", &[approves, cancels, steps_up, has_card])?;
        }
        if cancel.is_some() {
            contradicts("cancel", &[approves, steps_up, has_card])?;
        }
        if card.is_some() && approve.is_none() {
            return Err(ScriptFault::Together("card", "a user who does not approve"));
        }
        let asked = match (approve, cancel) {
            (Some(_), _) => Asked::Approve(card.unwrap_or_default()),
            (None, Some(_)) => Asked::Cancel,
            (None, None) => Asked::Ignore,
        };
        Ok(Script { asked, step_up, after_ms: approve.or(cancel).unwrap_or(0), text })
    }
}

fn once<T>(place: &mut Option<T>, value: T, name: &'static str) -> Result<(), ScriptFault> {
    if place.is_some() {
        return Err(ScriptFault::Together(name, name));
    }
    *place = Some(value);
    Ok(())
}

fn delay(name: &'static str, text: &str) -> Result<u32, ScriptFault> {
    let delay = duration_of(text).ok().filter(|delay| *delay <= Duration::from_millis(LONGEST_MS));
    let delay_ms = delay.and_then(|delay| u32::try_from(delay.as_millis()).ok());
    delay_ms.ok_or(ScriptFault::Delay(name))
}

#[cfg(test)]
mod tests {
    use lommebok_domain::CardScheme;

    use super::*;

    #[test]
    fn words_combine_to_what_a_user_does() {
        let script = Script::parse("approve-after=3s,  step-up=passed card=visa").unwrap();
        let visa = CardChoice::Network(CardScheme::Visa);
        assert_eq!((script.asked, script.step_up), (Asked::Approve(visa), Some(StepUpResult::Success)));
        assert_eq!((script.after_ms, script.text.as_str()), (3_000, "approve-after=3s step-up=passed card=visa"));
        for (text, asked, after_ms) in [
            ("approve", Asked::Approve(CardChoice::Any), 0),
            ("cancel", Asked::Cancel, 0),
            ("cancel-after=1m30s", Asked::Cancel, 90_000),
            ("ignore", Asked::Ignore, 0),
            ("step-up=failed", Asked::Ignore, 0),
            ("approve-after=24h", Asked::Approve(CardChoice::Any), 86_400_000),
        ] {
            let script = Script::parse(text).unwrap();
            assert_eq!((script.asked, script.after_ms), (asked, after_ms), "{text}");
        }
    }

    #[test]
    fn what_is_no_script_is_refused_with_what_is_allowed() {
        for (text, said) in [
            ("", "a script has 1 to 200 characters"),
            (" , ", "a script has 1 to 200 characters"),
            ("x".repeat(201).as_str(), "a script has 1 to 200 characters"),
            ("aprove", "aprove is no word of a script; its words are approve, approve-after=3s, cancel"),
            ("approve=3s", "approve=3s is no word of a script"),
            ("step-up=maybe", "step-up=maybe is no word of a script"),
            ("approve-after=3", "approve-after must have a duration of at most 24h after ="),
            ("cancel-after=25h", "cancel-after must have a duration of at most 24h after ="),
            ("approve card=AMEX", "card must be a card's last four digits"),
            ("approve cancel", "cancel and approve don't go together"),
            ("approve approve-after=3s", "approve-after and approve-after don't go together"),
            ("ignore step-up=passed", "ignore and step-up don't go together"),
            ("ignore ignore", "ignore and ignore don't go together"),
            ("cancel step-up=passed", "cancel and step-up don't go together"),
            ("card=VISA", "card and a user who does not approve don't go together"),
        ] {
            let fault = Script::parse(text).unwrap_err().to_string();
            assert!(fault.starts_with(said), "{text}: {fault}");
        }
    }
}
