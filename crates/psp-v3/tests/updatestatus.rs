//! Bodies of updatestatus, good and bad: each fault names its entry and field.

use lommebok_psp_v3::errors::Fault;
use lommebok_psp_v3::updatestatus::{ENTRIES_MAX, UpdateStatusRequest, parse};
use lommebok_values::{EntryStatus, OperationStatus};

const QUICK_START: &str = r#"{
"transactions": [
{
"pspTransactionId": "abcABC12345",
"status": "CAPTURED",
"amount": "49900",
"currency": "NOK",
"paymentText": "Transaction updated"
}
]
}"#;

const ENTRY: [(&str, &str); 3] = [("pspTransactionId", r#""a1""#), ("status", r#""CAPTURED""#), ("amount", "100")];

/// A good entry in which `name` has the raw value `value`; without a value the member is left out.
fn entry_with(name: &str, value: Option<&str>) -> String {
    let mut members: Vec<_> = ENTRY.into_iter().filter(|(known, _)| *known != name).collect();
    members.extend(value.map(|value| (name, value)));
    let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn body(entries: &[String]) -> String {
    format!("{{\"transactions\":[{}]}}", entries.join(","))
}

fn faults(body: &str) -> Vec<(String, String)> {
    let faults: Vec<Fault> = parse(body.as_bytes()).err().unwrap_or_default();
    faults.iter().map(|fault| (fault.code.row().code.to_owned(), fault.field.to_string())).collect()
}

#[test]
fn the_quick_starts_body_is_read_as_it_stands() {
    let UpdateStatusRequest { entries, .. } = parse(QUICK_START.as_bytes()).unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].psp_transaction_id.as_str(), "abcABC12345");
    assert_eq!(entries[0].status, EntryStatus::Captured);
    assert_eq!(entries[0].amount.ore(), 49_900);
    assert_eq!(entries[0].payment_text.as_deref(), Some("Transaction updated"));
    assert_eq!(entries[0].operation_status, OperationStatus::Success);
}

#[test]
fn each_good_value_is_accepted() {
    let good = [
        ("status", r#""RESERVED""#),
        ("status", r#""CANCELLED""#),
        ("status", r#""REFUNDED""#),
        ("amount", "1"),
        ("amount", r#""1""#),
        ("amount", "2147483647"),
        ("currency", "null"),
        ("currency", r#""NOK""#),
        ("paymentText", "null"),
        ("paymentText", r#""""#),
        ("operationStatus", "null"),
        ("operationStatus", r#""SUCCESS""#),
        ("operationStatus", r#""FAILED""#),
        ("unknown", r#"{"deep":[1,2]}"#),
        ("Status", r#""x""#),
    ];
    for (name, value) in good {
        let body = body(&[entry_with(name, Some(value))]);
        assert!(parse(body.as_bytes()).is_ok(), "{body}");
    }
}

#[test]
fn each_bad_value_is_refused_with_its_code_and_the_entrys_field() {
    let bad = [
        ("pspTransactionId", "null", "51"),
        ("pspTransactionId", r#""""#, "51"),
        ("pspTransactionId", r#""..""#, "51"),
        ("pspTransactionId", r#""a/b""#, "51"),
        ("pspTransactionId", r#""1234567890123456789012345678901234567""#, "51"),
        ("pspTransactionId", r#""a\u0000""#, "51"),
        ("pspTransactionId", "1", "51"),
        ("pspTransactionId", "[]", "51"),
        ("status", "null", "51"),
        ("status", r#""""#, "51"),
        ("status", r#""captured""#, "51"),
        ("status", r#""Captured""#, "51"),
        ("status", r#""CAPTURED ""#, "51"),
        ("status", r#""CAPTURE""#, "51"),
        ("status", r#""RESERVE""#, "51"),
        ("status", r#""VOID""#, "51"),
        ("status", "1", "51"),
        ("status", r#"["CAPTURED"]"#, "51"),
        ("amount", "null", "51"),
        ("amount", "0", "amount"),
        ("amount", "-1", "amount"),
        ("amount", "-0", "amount"),
        ("amount", r#""0""#, "amount"),
        ("amount", "2147483648", "amount"),
        ("amount", "1.0", "amount"),
        ("amount", "1e2", "amount"),
        ("amount", r#""+1""#, "amount"),
        ("amount", r#"" 1""#, "amount"),
        ("amount", r#""""#, "amount"),
        ("amount", "true", "amount"),
        ("amount", "{}", "amount"),
        ("currency", r#""SEK""#, "currency"),
        ("currency", r#""nok""#, "currency"),
        ("currency", r#""""#, "currency"),
        ("currency", "578", "currency"),
        ("paymentText", "1", "51"),
        ("paymentText", "[]", "51"),
        ("paymentText", r#""\u0000""#, "51"),
        ("operationStatus", r#""""#, "51"),
        ("operationStatus", r#""failed""#, "51"),
        ("operationStatus", r#""OK""#, "51"),
        ("operationStatus", "false", "51"),
    ];
    for (name, value, code) in bad {
        let body = body(&[entry_with("x", None), entry_with("x", None), entry_with(name, Some(value))]);
        assert_eq!(faults(&body), [(code.to_owned(), format!("transactions[2].{name}"))], "{body}");
    }
}

#[test]
fn each_required_member_is_missed_by_its_path() {
    for (name, _) in ENTRY {
        let body = body(&[entry_with(name, None)]);
        assert_eq!(faults(&body), [("51".to_owned(), format!("transactions[0].{name}"))], "{body}");
    }
}

#[test]
fn an_entry_that_is_no_object_is_named() {
    for value in ["null", "1", "1.5", "true", "\"a\"", "[]"] {
        let body = format!("{{\"transactions\":[{value}]}}");
        assert_eq!(faults(&body), [("51".to_owned(), "transactions[0]".to_owned())], "{body}");
    }
}

#[test]
fn missing_empty_or_other_transactions_are_51() {
    for body in [
        "{}",
        r#"{"transactions":null}"#,
        r#"{"transactions":[]}"#,
        r#"{"transactions":{}}"#,
        r#"{"transactions":"x"}"#,
        r#"{"transactions":1}"#,
        r#"{"transactions":-1}"#,
        r#"{"transactions":1.5}"#,
        r#"{"transactions":true}"#,
        r#"{"Transactions":[]}"#,
    ] {
        assert_eq!(faults(body), [("51".to_owned(), "transactions".to_owned())], "{body}");
    }
    for body in ["", "null", "[]", "[{}]", "\"\"", "{\"transactions\":[", "{\"transactions\":[]} x", "1", "1.5", "-3"] {
        assert_eq!(faults(body).len(), 1, "{body}");
    }
}

#[test]
fn doubled_members_are_refused_by_path() {
    let body = r#"{"transactions":[{"pspTransactionId":"a","status":"CAPTURED","amount":1,"amount":2}]}"#;
    assert_eq!(faults(body), [("51".to_owned(), "transactions[0].amount".to_owned())]);
    let good = entry_with("x", None);
    let body = format!("{{\"transactions\":[{good}],\"transactions\":[{good}]}}");
    assert_eq!(faults(&body), [("51".to_owned(), "transactions".to_owned())]);
}

#[test]
fn ten_thousand_entries_are_accepted_and_one_more_is_not() {
    let entries = vec![entry_with("x", None); ENTRIES_MAX];
    assert_eq!(parse(body(&entries).as_bytes()).map(|request| request.entries.len()), Ok(ENTRIES_MAX));
    let more = vec![entry_with("x", None); ENTRIES_MAX + 1];
    assert_eq!(faults(&body(&more)), [("51".to_owned(), "transactions".to_owned())]);
}

#[test]
fn at_most_a_hundred_faults_are_listed() {
    let entries = vec!["{}".to_owned(); 5_000];
    let faults = faults(&body(&entries));
    assert_eq!(faults.len(), 100);
    assert_eq!(faults[99].1, "transactions[33].pspTransactionId");
}

#[test]
fn the_order_of_entries_is_kept_and_counts_in_the_canonical_bytes() {
    let (one, two) = (entry_with("amount", Some("1")), entry_with("amount", Some("2")));
    let bytes = |entries: &[String]| parse(body(entries).as_bytes()).unwrap().canonical().into_bytes();
    assert_ne!(bytes(&[one.clone(), two.clone()]), bytes(&[two.clone(), one.clone()]));
    assert_eq!(bytes(&[one.clone(), two.clone()]), bytes(&[entry_with("amount", Some("\"1\"")), two]));
}

#[test]
fn messages_name_the_entry() {
    let faults =
        parse(br#"{"transactions":[{"pspTransactionId":"a","status":"CAPTURED","amount":0,"currency":"SEK"}]}"#);
    let messages: Vec<_> = faults.unwrap_err().into_iter().map(|fault| fault.message.into_owned()).collect();
    assert_eq!(
        messages,
        ["transactions[0].amount: amount.less.than.one", "transactions[0].currency: transaction.currency.invalid"]
    );
}

#[test]
fn half_of_a_surrogate_pair_in_one_entry_costs_the_others_nothing() {
    let mut entries: Vec<_> = (0..20).map(|_| entry_with("paymentText", Some(r#""ok""#))).collect();
    entries[7] = entry_with("paymentText", Some(r#""x\ud83d""#));
    let text = body(&entries);
    let request = parse(text.as_bytes()).unwrap();
    assert_eq!(request.entries[7].payment_text.as_deref(), Some("x\u{FFFD}"));
    assert_eq!(request.entries.iter().filter(|entry| entry.payment_text.as_deref() == Some("ok")).count(), 19);
    assert!(request.hints.header().unwrap().contains("in the middle of an emoji"));
    for (name, code) in [
        ("pspTransactionId", "51"),
        ("status", "51"),
        ("amount", "amount"),
        ("currency", "currency"),
        ("operationStatus", "51"),
    ] {
        entries[7] = entry_with(name, Some(r#""x\ud83d""#));
        entries[9] = entry_with("amount", Some("0"));
        let expected = [
            (code.to_owned(), format!("transactions[7].{name}")),
            ("amount".to_owned(), "transactions[9].amount".to_owned()),
        ];
        assert_eq!(faults(&body(&entries)), expected);
    }
    let half_name = format!("{},\"\\ude00\":1}}", entries[0].strip_suffix('}').unwrap());
    let named = parse(body(&[half_name]).as_bytes()).unwrap_err().remove(0);
    assert_eq!(named.message, "Invalid request: the name of a member of transactions[0] has half of a surrogate pair");
    let instead = |body: &str| faults(body).into_iter().map(|(_, field)| field).collect::<Vec<_>>();
    assert_eq!(instead(r#"{"transactions":"\ud83d"}"#), ["transactions"]);
    let other = entry_with("amount", Some("0"));
    assert_eq!(instead(&body(&[r#""\uDE00""#.to_owned(), other])), ["transactions[0]", "transactions[1].amount"]);
    assert_eq!(instead(r#""\\\ud83d""#), [""]);
}

#[test]
fn the_entries_alone_or_under_another_name_are_told_where_they_go() {
    let hint = |body: &str| parse(body.as_bytes()).unwrap_err().remove(0).hint.text().unwrap();
    let entry = entry_with("x", None);
    assert!(hint(&entry).starts_with("transactions: an array of 1 to 10000 entries"), "{}", hint(&entry));
    assert!(hint(&format!("[{entry}]")).starts_with("transactions: an array"));
    let misspelled = format!("{{\"Transactions\":[{entry}]}}");
    assert_eq!(hint(&misspelled), "Transactions is not read; the member's name is transactions");
}
