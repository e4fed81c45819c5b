//! The edge's types: a text that breaks its rule and an amount that does not exist can't be made.

use lommebok_domain::{Amount, MerchantOrderId, Msn, PhoneNumber, PspTransactionId, ReturnId, Timestamp};

#[test]
fn a_psp_transaction_id_has_1_to_36_letters_digits_dots_dashes_and_underscores_and_a_letter_or_digit() {
    let longest = "a".repeat(36);
    for good in ["7", "a", "7686f7788898767977", "A.b_c-9", ".-_0", longest.as_str()] {
        assert_eq!(PspTransactionId::new(good).unwrap().as_str(), good);
    }
    let too_long = "a".repeat(37);
    for bad in ["", ".", "..", "-_-", "a b", "a/b", "a%2Fb", "æ", "а", "a\n", "a\0", "٣", too_long.as_str()] {
        assert_eq!(PspTransactionId::new(bad), None, "{bad:?}");
    }
}

#[test]
fn ids_are_compared_byte_for_byte() {
    assert_ne!(PspTransactionId::new("ABC"), PspTransactionId::new("abc"));
}

#[test]
fn a_merchant_order_id_has_1_to_50_letters_digits_and_dashes() {
    let longest = "9".repeat(50);
    for good in ["219930212", "00-1", "-", longest.as_str()] {
        assert_eq!(MerchantOrderId::new(good).unwrap().as_str(), good);
    }
    let too_long = "9".repeat(51);
    for bad in ["", "a_b", "a.b", "a b", "ø", too_long.as_str()] {
        assert_eq!(MerchantOrderId::new(bad), None, "{bad:?}");
    }
}

#[test]
fn a_merchant_serial_number_has_5_to_10_digits() {
    for good in ["12345", "123456", "1234567890", "00000"] {
        assert_eq!(Msn::new(good).unwrap().as_str(), good);
    }
    for bad in ["", "1234", "12345678901", "12345a", "+12345", "١٢٣٤٥", " 12345"] {
        assert_eq!(Msn::new(bad), None, "{bad:?}");
    }
}

#[test]
fn a_phone_number_has_8_digits() {
    assert_eq!(PhoneNumber::new("12345678").unwrap().as_str(), "12345678");
    for bad in ["", "1234567", "123456789", "+4712345678", "1234 5678", "１２３４５６７８", "١٢٣٤"] {
        assert_eq!(PhoneNumber::new(bad), None, "{bad:?}");
    }
}

#[test]
fn an_amount_is_1_to_2147483647_ore() {
    assert_eq!(Amount::from_ore(1).unwrap().ore(), 1);
    assert_eq!(Amount::from_ore(2_147_483_647).unwrap().ore(), 2_147_483_647);
    for none in [i64::MIN, -1, 0, 2_147_483_648, i64::MAX] {
        assert_eq!(Amount::from_ore(none), None, "{none}");
    }
}

#[test]
fn a_return_id_does_not_show_in_debug_output() {
    let shown = format!("{:?}", ReturnId::new(0x1234_5678_9ABC));
    assert_eq!(shown, "ReturnId(…)");
}

#[test]
fn time_stays_at_its_far_end_instead_of_wrapping() {
    let end = Timestamp::from_millis(i64::MAX);
    assert_eq!(end.plus_millis(1), end);
    assert_eq!(Timestamp::from_millis(i64::MIN).millis_since(end), i64::MIN);
}
