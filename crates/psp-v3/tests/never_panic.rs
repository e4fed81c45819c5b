//! Whatever comes in, the readers answer; they never panic, and what they accept keeps its rules.

use std::net::IpAddr;

use lommebok_psp_v3::addresses::{AddressClass, class, permitted};
use lommebok_psp_v3::cryptogram::{Bound, Cryptogram};
use lommebok_psp_v3::make_payment::{Answer, read_answer};
use lommebok_psp_v3::urls::{UrlPolicy, make_payment_url, psp_redirect_url};
use lommebok_psp_v3::{force_approve, init, merchants, paths, updatestatus};
use proptest::prelude::*;

/// Text that looks like our bodies: their words, JSON's signs, and noise.
fn bodies() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just(":"),
        Just("null"),
        Just("true"),
        Just("-0"),
        Just("\"transactions\""),
        Just("\"pspTransactionId\""),
        Just("\"amount\""),
        Just("\"status\""),
        Just("\"CAPTURED\""),
        Just("\"paymentInfo\""),
        Just("\"OK\""),
        Just("\"a1\""),
        Just("\"address\""),
        Just("\"\\ud800\""),
        Just("\"\\u0000\""),
        Just("49900"),
        Just("1e3"),
        Just("9e999"),
        Just("\"logo\""),
        Just("\"iVBORw0KGgoAAAANSUhEUgAAAGQAAABk\""),
        Just("\"https://example.com\""),
        Just("\"makePaymentUrl\""),
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

fn read_everything(body: &[u8]) {
    for policy in [UrlPolicy::Sandbox, UrlPolicy::Production] {
        if let Ok(request) = init::parse(body, policy) {
            assert!(request.amount.ore() >= 100);
        }
        let answer = read_answer(200, Some("application/json"), body, "a1", policy);
        assert!(answer != Answer::Ok || body.windows(2).any(|bytes| bytes == b"OK"));
    }
    if let Ok(request) = updatestatus::parse(body) {
        assert!(!request.entries.is_empty());
    }
    let faults = [
        init::parse(body, UrlPolicy::Sandbox).err(),
        updatestatus::parse(body).err(),
        force_approve::parse(body).err(),
        merchants::parse_create(body).err(),
        merchants::parse_update(body).err(),
    ];
    for faults in faults.into_iter().flatten() {
        assert!((1..=100).contains(&faults.len()) && faults.iter().all(|fault| fault.status() == 400));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read(body in prop::collection::vec(any::<u8>(), 0..300)) {
        read_everything(&body);
    }

    #[test]
    fn any_text_that_looks_like_json_is_read(body in bodies()) {
        read_everything(body.as_bytes());
    }

    #[test]
    fn a_good_body_with_one_byte_changed_is_read(place in 0_usize..380, byte in any::<u8>()) {
        let mut body = br#"{"pspTransactionId":"abcABC12345","merchantOrderId":"abcABC-12345","customerMobileNumber":"12345678","amount":"49900","currency":"NOK","pspRedirectUrl":"https://example.com/page-seen-after-payment","makePaymentUrl":"https://example.com/your-endpoint-for-card-data","makePaymentToken":"secret","paymentText":"OrderId","isApp":false,"skipLandingPage":false}"#.to_vec();
        if let Some(there) = body.get_mut(place) {
            *there = byte;
        }
        read_everything(&body);
    }

    #[test]
    fn any_url_is_judged_and_an_accepted_one_is_plain(text in r"\PC{0,80}") {
        for policy in [UrlPolicy::Sandbox, UrlPolicy::Production] {
            let _ = psp_redirect_url(&text, true, policy);
            if make_payment_url(&text, policy).is_ok() {
                prop_assert!(text.is_ascii() && text.len() <= 2_048);
            }
        }
    }

    #[test]
    fn any_host_and_port_is_judged_and_no_special_literal_is_accepted(host in r"[0-9a-fx.:\[\]%@-]{1,24}", port in any::<u32>()) {
        let text = format!("https://{host}:{port}/");
        if let Ok(target) = make_payment_url(&text, UrlPolicy::Production) {
            let address = match target.host {
                lommebok_psp_v3::urls::Host::V4(address) => Some(IpAddr::V4(address)),
                lommebok_psp_v3::urls::Host::V6(address) => Some(IpAddr::V6(address)),
                lommebok_psp_v3::urls::Host::Name(_) => None,
            };
            prop_assert!(address.is_none_or(|address| class(address) == AddressClass::Public));
        }
    }

    #[test]
    fn any_path_is_routed_and_an_id_keeps_its_pattern(raw in r"/psp/v3/psppayments/\PC{0,40}/details") {
        if let Some(paths::Endpoint::Details { id: paths::PathId::Id(id) }) = paths::route(&raw) {
            prop_assert!(lommebok_values::PspTransactionId::is(&id));
        }
        let _ = paths::route(raw.get(3..).unwrap_or_default());
    }

    #[test]
    fn what_production_may_call_the_sandbox_may_too(bits in any::<u128>(), v4 in any::<u32>()) {
        for address in [IpAddr::V6(bits.into()), IpAddr::V4(v4.into())] {
            let allowed = permitted(UrlPolicy::Production, address).is_ok();
            prop_assert_eq!(allowed, class(address) == AddressClass::Public);
            prop_assert!(!allowed || permitted(UrlPolicy::Sandbox, address).is_ok());
        }
        let mapped = std::net::Ipv4Addr::from(v4).to_ipv6_mapped();
        prop_assert_eq!(class(IpAddr::V6(mapped)), class(IpAddr::V4(v4.into())));
    }

    #[test]
    fn every_cryptogram_survives_its_journey(counter in any::<u32>(), amount in any::<i64>(), token in "[0-9]{16,19}") {
        let bound = Bound { token: &token, amount };
        let made = Cryptogram::make(b"key", bound, counter);
        let read = Cryptogram::parse(&made.to_base64()).unwrap();
        prop_assert!(read.verify(b"key", bound) && !read.verify(b"other", bound));
    }

    #[test]
    fn any_text_is_no_cryptogram_or_one_of_20_bytes(text in r"\PC{0,40}") {
        prop_assert!(Cryptogram::parse(&text).is_err() || text.len() == 28);
    }
}
