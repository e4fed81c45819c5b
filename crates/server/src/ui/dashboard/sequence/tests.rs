//! Payments as the Control API answers them, and how they read from top to bottom.

use lommebok_control_api::PaymentWithLog;
use serde_json::{Value, json};

use super::*;

fn payment(state: &Value, log: &Value) -> PaymentWithLog {
    let mut shown = json!({
        "id": 1, "version": 4, "pspTransactionId": "p-1", "merchantOrderId": "order-1", "merchantSerialNumber": "100001",
        "amount": 49_900, "currency": "NOK", "createdAt": "2026-05-04T10:00:00.000Z", "state": "RESERVED", "stateDetail": null,
        "boundTo": 1, "sums": {"reserved": 49_900, "captured": 0, "released": 0, "refunded": 0}, "notice": null,
        "entrance": "landing_page", "card": {"id": 2, "network": "VISA", "lastFour": "1111"}, "attempts": [], "due": [], "canDo": [],
        "waitingEntries": 0, "log": log, "after": null, "othersWithThisPspTransactionId": [],
    });
    for (name, value) in state.as_object().unwrap() {
        shown[name] = value.clone();
    }
    serde_json::from_value(shown).unwrap()
}

fn event(at: &str, event: &str, detail: &Value) -> Value {
    let sums = json!({"reserved": 0, "captured": 0, "released": 0, "refunded": 0});
    let at = format!("2026-05-04T{at}Z");
    json!({"at": at, "actor": "wallet", "event": event, "detail": detail, "version": 2, "sums": sums})
}

fn exchange(id: u64, at: &str, path: &str, status: u16) -> ExchangeHead {
    let refused = (status >= 400).then(|| json!({"code": "51", "reason": "Invalid request"}));
    serde_json::from_value(json!({
        "id": id, "url": "", "direction": "in", "interface": "psp_api", "failure": null, "paymentNumber": null, "attempt": null,
        "outcome": null, "at": format!("2026-05-04T{at}Z"), "ms": 3, "method": "POST",
        "path": format!("/psp/v3/psppayments/{path}"), "status": status, "psp": 1, "payments": ["p-1"], "refused": refused,
        "hint": null,
    }))
    .unwrap()
}

fn lines(sequence: &Sequence) -> Vec<String> {
    let line = |row: &Row| format!("{} | {}", row.who(Lang::En), row.label.replace('\u{a0}', " "));
    sequence.rows.iter().map(line).collect()
}

fn paid() -> Value {
    json!([
        event("10:00:01.000", "bound", &json!({"user": 1})),
        event("10:04:51.000", "approved", &json!({"user": 1, "card": 2})),
        event("10:04:51.020", "attempt_opened", &json!({"attempt": 1})),
        event("10:04:51.240", "reserved", &json!({"amount": 49_900, "text": ""})),
    ])
}

#[test]
fn a_payment_that_went_well_is_read_from_the_shop_to_the_psps_ok() {
    let sequence = Sequence::of(Lang::En, &payment(&json!({}), &paid()), &[exchange(7, "10:00:00.000", "init", 200)]);
    assert_eq!(
        lines(&sequence),
        [
            "Shop to PSP | order-1",
            "PSP to Wallet | init NOK 499.00",
            "Phone to Wallet | number confirmed",
            "Phone to Wallet | approved",
            "Token service to Wallet | network token",
            "Wallet to PSP | makePayment, attempt 1",
            "PSP to Wallet | OK",
        ]
    );
    let init = &sequence.rows[1];
    assert_eq!(init.exchange.as_ref().map(|shown| shown.id), Some(7));
    assert_eq!(init.way.class(), "from-2 to-3 points-right");
    assert_eq!(sequence.rows[4].way.class(), "from-3 to-5 points-left");
    assert_eq!(init.state, Some("AWAITING_USER"));
    assert_eq!(sequence.rows[3].detail, "user 1, VISA •••• 1111");
    assert_eq!(sequence.rows[6].state, Some("RESERVED"));
}

#[test]
fn a_long_time_without_anything_is_said_and_not_drawn() {
    let sequence = Sequence::of(Lang::En, &payment(&json!({}), &paid()), &[]);
    let gaps: Vec<Option<&str>> = sequence.rows.iter().map(|row| row.gap.as_deref()).collect();
    assert_eq!(gaps, [None, None, None, Some("4 min 50 s"), None, None, None]);
    let spaces: Vec<u8> = sequence.rows.iter().map(|row| row.spacing).collect();
    assert_eq!(spaces, [0, 0, 2, 3, 1, 0, 2]);
    assert_eq!(sequence.rows[6].since, "+4 min 51 s");
}

#[test]
fn a_refused_request_is_a_row_of_its_own_with_its_reason() {
    let traffic = [exchange(7, "10:00:00.000", "init", 200), exchange(9, "10:00:00.500", "updatestatus", 400)];
    let sequence = Sequence::of(Lang::En, &payment(&json!({}), &paid()), &traffic);
    let refused = &sequence.rows[2];
    assert_eq!((refused.look, refused.label.as_str()), (Look::Bad, "POST updatestatus"));
    assert_eq!(refused.detail, "51: Invalid request");
}

#[test]
fn each_entry_of_one_updatestatus_leads_to_it() {
    let log = json!([
        event("10:00:00.000", "reserved", &json!({"amount": 49_900, "text": ""})),
        event("10:00:05.000", "captured", &json!({"amount": 100, "text": ""})),
        event("10:00:05.000", "captured", &json!({"amount": 200, "text": ""})),
        event("10:09:00.000", "refunded", &json!({"amount": 200, "text": ""})),
    ]);
    let traffic = [exchange(9, "10:00:05.000", "updatestatus", 200)];
    let sequence = Sequence::of(Lang::En, &payment(&json!({}), &log), &traffic);
    let ids: Vec<Option<u64>> = sequence.rows.iter().map(|row| row.exchange.as_ref().map(|shown| shown.id)).collect();
    assert_eq!(ids, [None, None, None, Some(9), Some(9), None]);
    assert_eq!(
        sequence.rows[5].way,
        Way::At(Lane::Wallet),
        "what was applied by a later batch has no request of its moment"
    );
}

#[test]
fn what_is_awaited_comes_last_and_says_until_when() {
    let log = json!([
        event("10:00:00.000", "approved", &json!({"user": 1, "card": 2})),
        event("10:00:00.000", "attempt_opened", &json!({"attempt": 1})),
    ]);
    let open = json!({
        "state": "AUTHORIZING",
        "stateDetail": {"attempt": 1, "phase": "open", "since": "2026-05-04T10:00:00.000Z"},
    });
    let sequence = Sequence::of(Lang::En, &payment(&open, &log), &[]);
    let last = sequence.rows.last().unwrap();
    assert!(last.is_pending());
    assert_eq!(last.label, "answers within 15 s");
    assert_eq!(last.at, Some(Moment("2026-05-04T10:00:15.000Z".to_owned())));
}

#[test]
fn a_lost_answer_is_an_unknown_outcome_that_updatestatus_settles() {
    let failure = json!({"outcome": "unknown", "cause": "timeout", "detail": ""});
    let log = json!([
        event("10:00:00.000", "approved", &json!({"user": 1, "card": 2})),
        event("10:00:00.000", "attempt_opened", &json!({"attempt": 1})),
        event("10:00:15.000", "failed", &failure),
    ]);
    let shown = payment(&json!({"state": "FAILED", "stateDetail": failure}), &log);
    let sequence = Sequence::of(Lang::En, &shown, &[]);
    let lines = lines(&sequence);
    assert_eq!(
        lines[5..],
        ["PSP to Wallet | no usable answer: timeout", "PSP to Wallet | updatestatus settles the outcome"]
    );
    let text = sequence.as_text(&shown, "http://127.0.0.1:8480/dashboard/payments/1");
    assert!(text.starts_with("Payment p-1 (no. 1): FAILED, outcome unknown: timeout\nOrder order-1"), "{text}");
    assert!(text.contains("2026-05-04T10:00:15.000Z  PSP to Wallet           no usable answer: timeout"), "{text}");
}
