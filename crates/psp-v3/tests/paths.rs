//! Routing of raw paths: spelling of fixed segments, and what an id may be.

use lommebok_psp_v3::paths::{Endpoint, PathId, route};

fn details(raw: &str) -> Option<PathId<'_>> {
    let Endpoint::Details { id } = route(raw)? else { return None };
    Some(id)
}

#[test]
fn each_endpoint_has_its_path_in_any_case_with_or_without_a_slash_at_the_end() {
    let cases = [
        ("/accesstoken/get", Endpoint::AccessToken),
        ("/accessToken/get", Endpoint::AccessToken),
        ("/accesstoken/get/", Endpoint::AccessToken),
        ("/psp/v3/psppayments/init", Endpoint::Init),
        ("/psp/v3/psppayments/init/", Endpoint::Init),
        ("/PSP/V3/PspPayments/INIT", Endpoint::Init),
        ("/psp/v3/psppayments/updatestatus", Endpoint::UpdateStatus),
        ("/psp/v3/psppayments/updateStatus", Endpoint::UpdateStatus),
        ("/psp/v3/psppayments/updateStatus/", Endpoint::UpdateStatus),
        ("/merchant-management/psp/v1/merchants", Endpoint::Merchants),
        ("/merchant-management/psp/v1/merchants/", Endpoint::Merchants),
        ("/dwo-api-application/v1/deeplink/vippsgateway", Endpoint::Deeplink),
        ("/dwo-api-application/v1/deeplink/vippsGateway/", Endpoint::Deeplink),
        ("/psp/v3/psppayments/a1/details", Endpoint::Details { id: PathId::Id("a1".into()) }),
        ("/psp/v3/psppayments/init/details", Endpoint::Details { id: PathId::Id("init".into()) }),
        ("/psp/v3/psppayments/a1/Details/", Endpoint::Details { id: PathId::Id("a1".into()) }),
        ("/psp/v3/integration-test/psppayments/a1/approve", Endpoint::ForceApprove { id: PathId::Id("a1".into()) }),
        ("/merchant-management/psp/v1/merchants/123456", Endpoint::Merchant { msn: PathId::Id("123456".into()) }),
        ("/merchant-management/psp/v1/merchants/12345/", Endpoint::Merchant { msn: PathId::Id("12345".into()) }),
        ("/merchant-management/psp/v1/merchants/1234", Endpoint::Merchant { msn: PathId::Impossible }),
        ("/merchant-management/psp/v1/merchants/12345678901", Endpoint::Merchant { msn: PathId::Impossible }),
        ("/merchant-management/psp/v1/merchants/12345a", Endpoint::Merchant { msn: PathId::Impossible }),
    ];
    for (raw, expected) in cases {
        assert_eq!(route(raw), Some(expected), "{raw}");
    }
}

#[test]
fn other_paths_lead_nowhere() {
    let cases = [
        "",
        "/",
        "//",
        "psp/v3/psppayments/init",
        "/psp/v3/psppayments",
        "/psp/v3/psppayments/",
        "/psp/v3/psppayments/init//",
        "/psp/v3/psppayments//init",
        "//psp/v3/psppayments/init",
        "/psp/./v3/psppayments/init",
        "/psp/v3/psppayments/init;x",
        "/psp/v3/psppayments/init%20",
        "/psp/v3/psppayments/%69nit",
        "/psp/v2/psppayments/init",
        "/psp/v3/psppayments/a1/details/x",
        "/psp/v3/psppayments/a/b/details",
        "/psp/v3/psppayments/a1/approve",
        "/psp/v3/integration-test/psppayments/a1/details",
        "/psp/v3/integration-test/psppayments/approve",
        "/a/b/c/d/e/f/g",
        "/accesstoken",
        "/accesstoken/get/x",
    ];
    for raw in cases {
        assert_eq!(route(raw), None, "{raw}");
    }
}

#[test]
fn an_id_is_taken_byte_for_byte_after_one_decoding() {
    let cases = [
        ("abcABC12345", "abcABC12345"),
        ("ABC", "ABC"),
        ("%61bc", "abc"),
        ("%41%42", "AB"),
        ("a%2Eb", "a.b"),
        ("a%2eb", "a.b"),
        ("a.b_c-d", "a.b_c-d"),
        ("a.", "a."),
        ("..a", "..a"),
        ("123456789012345678901234567890123456", "123456789012345678901234567890123456"),
    ];
    for (segment, id) in cases {
        let raw = format!("/psp/v3/psppayments/{segment}/details");
        assert_eq!(details(&raw), Some(PathId::Id(id.into())), "{segment}");
    }
}

#[test]
fn what_no_payment_can_be_called_is_an_impossible_id() {
    let cases = [
        "",
        ".",
        "..",
        "%2e",
        "%2e%2e",
        "%2E%2E",
        "a%2Fb",
        "a%2fdetails",
        "%2F",
        "a%5Cb",
        "a%00",
        "%00",
        "%",
        "%4",
        "%zz",
        "%+1",
        "%ff",
        "%C3%28",
        "%c3%a5",
        "å",
        "%2541",
        "a%20b",
        "a+b",
        "a;x",
        "a:b",
        "{pspTransactionId}",
        "---",
        "._-",
        "1234567890123456789012345678901234567",
    ];
    for segment in cases {
        let raw = format!("/psp/v3/psppayments/{segment}/details");
        assert_eq!(details(&raw), Some(PathId::Impossible), "{segment}");
    }
}

#[test]
fn each_endpoint_names_its_methods() {
    for raw in ["/accesstoken/get", "/psp/v3/psppayments/a1/details", "/merchant-management/psp/v1/merchants/12345"] {
        let endpoint = route(raw).unwrap();
        let names: Vec<_> = endpoint.methods().iter().map(http::Method::as_str).collect();
        assert_eq!(names.join(", "), endpoint.allow(), "{raw}");
    }
}
