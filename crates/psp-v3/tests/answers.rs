//! The bytes of the answers, as a PSP reads them on the wire.

use lommebok_psp_v3::details::{DetailsAnswer, LogEntry, TransactionSummary};
use lommebok_psp_v3::init::InitAnswer;
use lommebok_psp_v3::merchants::{Address, CreateMerchantAnswer, Merchant, MerchantList};
use lommebok_values::{EntryStatus, MerchantStatus};

#[test]
fn an_init_is_answered_with_its_ids_and_the_link() {
    let answer =
        InitAnswer { psp_transaction_id: "a1", merchant_order_id: "o-1", vipps_redirect_url: "vippsMT://?token=x" };
    let expected = r#"{"pspTransactionId":"a1","merchantOrderId":"o-1","vippsRedirectUrl":"vippsMT://?token=x"}"#;
    assert_eq!(serde_json::to_string(&answer).unwrap(), expected);
}

#[test]
fn details_have_the_documented_members_and_amounts_are_numbers() {
    let summary =
        TransactionSummary { captured_amount: 49_900, remaining_amount_to_refund: 49_900, ..Default::default() };
    let entry = LogEntry {
        amount: 49_900,
        payment_text: "",
        time_stamp: "2018-06-13T18:34:25Z".into(),
        operation: EntryStatus::Captured,
        operation_success: true,
    };
    let answer = DetailsAnswer {
        psp_transaction_id: "a1",
        merchant_order_id: "o-1",
        transaction_summary: summary,
        transaction_log_history: vec![entry],
    };
    let expected = concat!(
        r#"{"pspTransactionId":"a1","merchantOrderId":"o-1","transactionSummary":{"capturedAmount":49900,"#,
        r#""remainingAmountToCapture":0,"refundedAmount":0,"remainingAmountToRefund":49900},"transactionLogHistory":"#,
        r#"[{"amount":49900,"paymentText":"","timeStamp":"2018-06-13T18:34:25Z","operation":"CAPTURED","operationSuccess":true}]}"#
    );
    assert_eq!(serde_json::to_string(&answer).unwrap(), expected);
}

#[test]
fn a_merchant_leaves_out_what_it_has_not() {
    let address = Address {
        address_line1: "Gate 5".into(),
        address_line2: None,
        city: "Oslo".into(),
        post_code: "0154".into(),
        country: "NO".into(),
    };
    let merchant = Merchant {
        organization_number: "123456785".into(),
        company_name: "Example AS".into(),
        company_email: "user@example.com".into(),
        merchant_serial_number: "123456".into(),
        name: "Example".into(),
        status: MerchantStatus::Active,
        email: None,
        website: None,
        logo_url: None,
        created_at: "2019-01-01T00:00:00Z".into(),
        updated_at: "2019-01-01T00:00:00Z".into(),
        address,
    };
    let expected = concat!(
        r#"{"merchants":[{"organizationNumber":"123456785","companyName":"Example AS","companyEmail":"user@example.com","#,
        r#""merchantSerialNumber":"123456","name":"Example","status":"ACTIVE","createdAt":"2019-01-01T00:00:00Z","#,
        r#""updatedAt":"2019-01-01T00:00:00Z","address":{"addressLine1":"Gate 5","city":"Oslo","postCode":"0154","country":"NO"}}]}"#
    );
    assert_eq!(serde_json::to_string(&MerchantList { merchants: vec![merchant] }).unwrap(), expected);
    let created = CreateMerchantAnswer { merchant_serial_number: "123456" };
    assert_eq!(serde_json::to_string(&created).unwrap(), r#"{"merchantSerialNumber":"123456"}"#);
}
