//! A payment in words for people: amounts with their unit, moments to the second, outcomes with how certain they are.

use serde_json::Value;

use crate::commands::text;

/// An amount of øre, as it is paid: `499.00 NOK`.
pub(in crate::commands) fn money(ore: &Value) -> String {
    let Some(ore) = ore.as_i64() else { return String::new() };
    let (kroner, rest) = (ore.checked_div(100).unwrap_or(0), ore.checked_rem(100).unwrap_or(0).unsigned_abs());
    format!("{kroner}.{rest:02} NOK")
}

/// A moment to the second: `2026-05-04T10:00:00Z`.
pub(super) fn to_the_second(moment: &Value) -> String {
    let whole = text(moment);
    whole.split_once('.').map_or_else(|| whole.clone(), |(seconds, _)| format!("{seconds}Z"))
}

/// What there is to say about a payment beside its state, in a few words.
pub(super) fn detail(payment: &Value) -> String {
    let said = match payment["state"].as_str().unwrap_or_default() {
        "FAILED" => format!("{}: {}", text(&payment["stateDetail"]["outcome"]), text(&payment["stateDetail"]["cause"])),
        "RESERVED" => sums(&payment["sums"], &["captured", "released", "refunded"]).join(", "),
        _ => of_state(payment),
    };
    let notice = &payment["notice"];
    let notice = match notice["status"].as_str() {
        Some("given_up") => format!("{} notice given up", text(&notice["kind"])),
        _ => String::new(),
    };
    let waiting = payment["waitingEntries"].as_i64().filter(|count| *count > 0);
    let waiting = waiting.map(|count| format!("entries that wait: {count}")).unwrap_or_default();
    let said: Vec<String> = [said, notice, waiting].into_iter().filter(|words| !words.is_empty()).collect();
    said.join("; ")
}

/// What a payment's state says of itself.
pub(super) fn of_state(payment: &Value) -> String {
    let detail = &payment["stateDetail"];
    match payment["state"].as_str().unwrap_or_default() {
        "FAILED" => failure(detail),
        "CANCELLED" => format!("by {}", text(&detail["by"])),
        "AUTHORIZING" => format!("attempt {} {}", detail["attempt"], text(&detail["phase"])),
        "AWAITING_USER" | "AWAITING_APPROVAL" | "STEP_UP" => format!("until {}", to_the_second(&detail["deadline"])),
        _ => String::new(),
    }
}

/// How certain a failure is, its cause, and what there is to say about it.
pub(super) fn failure(detail: &Value) -> String {
    let words = format!("{}: {}", text(&detail["outcome"]), text(&detail["cause"]));
    let more = text(&detail["detail"]);
    if more.is_empty() { words } else { format!("{words} ({more})") }
}

/// The sums of these names that are not zero.
pub(super) fn sums(sums: &Value, names: &[&str]) -> Vec<String> {
    let moved = names.iter().filter(|name| sums[**name].as_i64().is_some_and(|sum| sum != 0));
    moved.map(|name| format!("{name} {}", money(&sums[*name]))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_have_their_unit_and_moments_no_more_than_seconds() {
        for (ore, expected) in [(49_900, "499.00 NOK"), (5, "0.05 NOK"), (123_456_789, "1234567.89 NOK")] {
            assert_eq!(money(&json!(ore)), expected);
        }
        assert_eq!(to_the_second(&json!("2026-05-04T10:00:00.123Z")), "2026-05-04T10:00:00Z");
    }

    #[test]
    fn a_payment_says_what_its_state_leaves_open() {
        let failed = json!({"state": "FAILED", "stateDetail": {"outcome": "unknown", "cause": "timeout"}});
        assert_eq!(detail(&failed), "unknown: timeout");
        let reserved =
            json!({"state": "RESERVED", "sums": {"reserved": 500, "captured": 200, "released": 0, "refunded": 100}});
        assert_eq!(detail(&reserved), "captured 2.00 NOK, refunded 1.00 NOK");
        let expired =
            json!({"state": "EXPIRED", "notice": {"kind": "TIMEOUT", "status": "given_up"}, "waitingEntries": 2});
        assert_eq!(detail(&expired), "TIMEOUT notice given up; entries that wait: 2");
    }
}
