//! States, causes and times in a few words of either language.

use jiff::Timestamp;
use lommebok_control_api::{
    Cancelled, Failure, Moment, Notice, NoticeKind, NoticeStatus, Outcome, Payment, PaymentState, Phase, StateDetail,
};
use lommebok_web::pages::lang::Lang;

/// How something is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Good,
    Warn,
    Bad,
}

impl Tone {
    /// The end of its classes in the style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// How a state is meant.
pub fn tone(payment: &Payment) -> Tone {
    match payment.state {
        PaymentState::Reserved => Tone::Good,
        PaymentState::Failed => Tone::Bad,
        PaymentState::Cancelled | PaymentState::Expired => Tone::Plain,
        PaymentState::AwaitingUser
        | PaymentState::AwaitingApproval
        | PaymentState::Authorizing
        | PaymentState::StepUp => Tone::Warn,
    }
}

/// Whether it failed and may have taken money.
pub fn is_unknown(payment: &Payment) -> bool {
    matches!(&payment.state_detail, Some(StateDetail::Failed(failure)) if failure.outcome == Outcome::Unknown)
}

/// When what the payment waits for is over.
pub fn deadline(payment: &Payment) -> Option<&Moment> {
    match payment.state_detail.as_ref()? {
        StateDetail::Waits { deadline } | StateDetail::StepUp { deadline, .. } => Some(deadline),
        StateDetail::Attempt { .. } | StateDetail::Failed(_) | StateDetail::Cancelled(_) => None,
    }
}

/// What there is to say about a payment beside its state, without the deadline.
pub fn detail(lang: Lang, payment: &Payment) -> String {
    let sums = &payment.sums;
    let of_state = match payment.state_detail.as_ref() {
        Some(StateDetail::Failed(failure)) => self::failure(lang, failure),
        Some(StateDetail::Cancelled(Cancelled { by })) => by_whom(lang, by),
        Some(StateDetail::Attempt { attempt, phase, .. }) => match phase {
            Phase::Queued => {
                format!("{} {attempt} {}", lang.of("forsøk", "attempt"), lang.of("står i kø", "is queued"))
            }
            Phase::Open => {
                format!(
                    "{} {attempt}: {}",
                    lang.of("forsøk", "attempt"),
                    lang.of("PSP-en er spurt", "the PSP is asked")
                )
            }
        },
        Some(StateDetail::StepUp { .. }) => lang.of("3-D Secure hos banken", "3-D Secure at the bank").to_owned(),
        Some(StateDetail::Waits { .. }) | None => String::new(),
    };
    let moved = [
        (lang.of("trukket", "captured"), sums.captured),
        (lang.of("frigitt", "released"), sums.released),
        (lang.of("refundert", "refunded"), sums.refunded),
    ];
    let moved = moved.iter().filter(|(_, sum)| *sum != 0).map(|(name, sum)| format!("{name} {}", lang.kroner(*sum)));
    let notice = payment.notice.as_ref().and_then(|told| notice(lang, told));
    let waits = (payment.waiting_entries > 0)
        .then(|| format!("{} {}", payment.waiting_entries, lang.of("oppføringer venter", "entries wait")));
    let parts = [of_state].into_iter().chain(moved).chain(notice).chain(waits);
    parts.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Who cancelled, from the Control API's English words.
pub fn by_whom(lang: Lang, by: &str) -> String {
    let known = match by {
        "user, in the app" => "brukeren, i appen",
        "user, on the landing page" => "brukeren, på landingssiden",
        other => other,
    };
    format!("{} {}", lang.of("av", "by"), lang.of(known, by))
}

/// Why it failed, in a few words.
pub fn failure(lang: Lang, failure: &Failure) -> String {
    match failure.outcome {
        Outcome::Certain => failure.cause.clone(),
        Outcome::Unknown => format!("{}: {}", lang.of("ukjent utfall", "outcome unknown"), failure.cause),
    }
}

/// What is worth knowing about a notice; nothing once it was taken.
pub fn notice(lang: Lang, notice: &Notice) -> Option<String> {
    match &notice.status {
        NoticeStatus::Delivered { .. } => None,
        NoticeStatus::Due { tries: 0, .. } => Some(lang.of("varsel på vei", "notice under way").to_owned()),
        NoticeStatus::Due { tries, .. } => Some(format!("{} {tries}×", lang.of("varsel prøvd", "notice tried"))),
        NoticeStatus::GivenUp => Some(lang.of("varsel gitt opp", "notice given up").to_owned()),
    }
}

/// What a notice says.
pub fn kind(notice: NoticeKind) -> &'static str {
    notice.as_str()
}

/// A moment in ms since the epoch; nothing for what is none.
pub fn millis(moment: &Moment) -> Option<i64> {
    moment.0.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// The time of a moment to the second, in UTC, for who has no script: `10:00:00`.
pub fn time_of_day(moment: &Moment) -> &str {
    moment.0.get(11..19).unwrap_or(&moment.0)
}

/// A span in its two largest units: `4 min 50 s`, `1.2 s`, `12 ms`.
pub fn span(ms: i64) -> String {
    let part = |unit: i64| ms.checked_div(unit).unwrap_or(0);
    let rest = |unit: i64, of: i64| ms.checked_rem(unit).unwrap_or(0).checked_div(of).unwrap_or(0);
    let two = |whole: i64, unit: &str, rest: i64, smaller: &str| {
        if rest == 0 { format!("{whole} {unit}") } else { format!("{whole} {unit} {rest} {smaller}") }
    };
    match ms {
        ..1_000 => format!("{ms} ms"),
        1_000..60_000 => match rest(1_000, 100) {
            0 => format!("{} s", part(1_000)),
            tenths => format!("{}.{tenths} s", part(1_000)),
        },
        60_000..3_600_000 => two(part(60_000), "min", rest(60_000, 1_000), "s"),
        3_600_000..86_400_000 => two(part(3_600_000), "h", rest(3_600_000, 60_000), "min"),
        _ => two(part(86_400_000), "d", rest(86_400_000, 3_600_000), "h"),
    }
}

/// A span of less than a second, to the tenth of a millisecond.
pub fn span_us(us: u64) -> String {
    let ms = us.checked_div(1_000).unwrap_or(0);
    match us.checked_rem(1_000).and_then(|rest| rest.checked_div(100)) {
        Some(tenths @ 1..) if ms < 100 => format!("{ms}.{tenths} ms"),
        _ => span(i64::try_from(ms).unwrap_or(i64::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_said_in_its_two_largest_units() {
        let cases = [(0, "0 ms"), (999, "999 ms"), (1_000, "1 s"), (1_250, "1.2 s"), (290_000, "4 min 50 s")];
        for (ms, expected) in cases.into_iter().chain([(3_600_000, "1 h"), (90_000_000, "1 d 1 h")]) {
            assert_eq!(span(ms), expected);
        }
    }

    #[test]
    fn a_moment_is_read_to_the_millisecond() {
        assert_eq!(millis(&Moment("2026-05-04T10:00:00.250Z".to_owned())), Some(1_777_888_800_250));
        assert_eq!(time_of_day(&Moment("2026-05-04T10:00:00.250Z".to_owned())), "10:00:00");
        assert_eq!(millis(&Moment("soon".to_owned())), None);
    }
}
