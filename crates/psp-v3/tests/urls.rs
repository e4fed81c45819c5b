//! The URL corpus: what each environment accepts as `makePaymentUrl`, `pspRedirectUrl` and `url3dSecure`, and why it
//! refuses the rest.

use lommebok_psp_v3::addresses::AddressFault;
use lommebok_psp_v3::urls::{Host, Target, UrlFault, UrlPolicy, make_payment_url, psp_redirect_url, url_3d_secure};

use UrlPolicy::{Production, Sandbox};

const OK: Option<UrlFault> = None;
#[expect(clippy::unnecessary_wraps, reason = "the table's columns are options")]
const fn no(fault: UrlFault) -> Option<UrlFault> {
    Some(fault)
}
#[expect(clippy::unnecessary_wraps, reason = "the table's columns are options")]
const fn address(fault: AddressFault) -> Option<UrlFault> {
    Some(UrlFault::Address(fault))
}

/// URL; why the sandbox refuses it as `makePaymentUrl`; why production does.
const MAKE_PAYMENT: &[(&str, Option<UrlFault>, Option<UrlFault>)] = &[
    ("https://example.com/your-endpoint-for-card-data", OK, OK),
    ("https://example.com", OK, OK),
    ("https://example.com/", OK, OK),
    ("https://example.com:443/x", OK, OK),
    ("https://example.com:8443/x", OK, OK),
    ("https://EXAMPLE.com/x?y=%2F&z", OK, OK),
    ("HTTPS://example.com/x", OK, OK),
    ("https://xn--bjrn-gra.no/", OK, OK),
    ("https://1.1.1.1/x", OK, OK),
    ("https://[2606:4700:4700::1111]/x", OK, OK),
    ("https://127.0.0.1.nip.io/", OK, OK), // judged again when it is resolved
    ("https://metadata.google.internal/", OK, no(UrlFault::PrivateName)),
    ("http://example.com/x", OK, no(UrlFault::NotHttps)),
    ("http://127.0.0.1:9999/pay", OK, no(UrlFault::NotHttps)),
    ("https://127.0.0.1:8443/pay", OK, address(AddressFault::Loopback)),
    ("https://127.0.0.1/pay", OK, address(AddressFault::Loopback)),
    ("http://localhost:3000/", OK, no(UrlFault::NotHttps)),
    ("https://localhost/", OK, no(UrlFault::PrivateName)),
    ("https://foo.localhost/", OK, no(UrlFault::PrivateName)),
    ("https://psp/", OK, no(UrlFault::PrivateName)),
    ("http://psp_service:8080/make", OK, no(UrlFault::NotHttps)),
    ("https://db.internal/", OK, no(UrlFault::PrivateName)),
    ("https://printer.local/", OK, no(UrlFault::PrivateName)),
    ("https://router.home.arpa/", OK, no(UrlFault::PrivateName)),
    ("https://notlocal/", OK, no(UrlFault::PrivateName)),
    ("https://my-local.com/", OK, OK),
    ("https://notlocalhost.com/", OK, OK),
    ("https://example.com:8080/", OK, no(UrlFault::Port)),
    ("https://example.com:22/", OK, no(UrlFault::Port)),
    ("https://example.com:25/", OK, no(UrlFault::Port)),
    ("https://example.com:80/", OK, no(UrlFault::Port)),
    ("https://example.com:2375/", OK, no(UrlFault::Port)),
    ("https://example.com:3306/", OK, no(UrlFault::Port)),
    ("https://example.com:5432/", OK, no(UrlFault::Port)),
    ("https://example.com:6379/", OK, no(UrlFault::Port)),
    ("https://example.com:9200/", OK, no(UrlFault::Port)),
    ("https://example.com:0/", no(UrlFault::Port), no(UrlFault::Port)),
    ("https://example.com:65535/", OK, no(UrlFault::Port)),
    ("https://example.com:65536/", no(UrlFault::Port), no(UrlFault::Port)),
    ("https://example.com:-1/", no(UrlFault::Port), no(UrlFault::Port)),
    ("https://example.com:abc/", no(UrlFault::Port), no(UrlFault::Port)),
    ("https://10.0.0.1/", OK, address(AddressFault::Private)),
    ("https://172.16.0.1/", OK, address(AddressFault::Private)),
    ("https://172.31.255.255/", OK, address(AddressFault::Private)),
    ("https://192.168.1.1/", OK, address(AddressFault::Private)),
    ("https://100.64.0.1/", OK, address(AddressFault::Private)),
    ("https://[fd12::1]/", OK, address(AddressFault::Private)),
    ("https://[::1]/", OK, address(AddressFault::Loopback)),
    ("https://[::ffff:127.0.0.1]/", OK, address(AddressFault::Loopback)),
    ("https://169.254.169.254/", address(AddressFault::LinkLocal), address(AddressFault::LinkLocal)),
    ("http://169.254.170.2/", address(AddressFault::LinkLocal), no(UrlFault::NotHttps)),
    ("https://[fe80::1]/", address(AddressFault::LinkLocal), address(AddressFault::LinkLocal)),
    ("https://[::ffff:169.254.169.254]/", address(AddressFault::LinkLocal), address(AddressFault::LinkLocal)),
    ("https://[fd00:ec2::254]/", address(AddressFault::Metadata), address(AddressFault::Metadata)),
    ("https://100.100.100.200/", address(AddressFault::Metadata), address(AddressFault::Metadata)),
    ("https://0.0.0.0/", address(AddressFault::Unspecified), address(AddressFault::Unspecified)),
    ("https://[::]/", address(AddressFault::Unspecified), address(AddressFault::Unspecified)),
    ("https://224.0.0.1/", address(AddressFault::Group), address(AddressFault::Group)),
    ("https://255.255.255.255/", address(AddressFault::Group), address(AddressFault::Group)),
    ("https://[ff02::1]/", address(AddressFault::Group), address(AddressFault::Group)),
    ("https://240.0.0.1/", address(AddressFault::Reserved), address(AddressFault::Reserved)),
    ("https://192.0.2.1/", address(AddressFault::Reserved), address(AddressFault::Reserved)),
    ("https://198.18.0.1/", address(AddressFault::Reserved), address(AddressFault::Reserved)),
    ("https://[2001:db8::1]/", address(AddressFault::Reserved), address(AddressFault::Reserved)),
    ("https://[64:ff9b::127.0.0.1]/", address(AddressFault::Embedded), address(AddressFault::Embedded)),
    ("https://[2002:7f00:1::]/", address(AddressFault::Embedded), address(AddressFault::Embedded)),
    ("https://[::127.0.0.1]/", address(AddressFault::Embedded), address(AddressFault::Embedded)),
    ("https://2130706433/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://0x7f000001/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://0177.0.0.1/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://127.1/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://127.0.1/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://127.0.0.1./", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://0x7f.1/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://256.1.1.1/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://1.2.3.4.5/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://localhost./", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://example.com./", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://%31%32%37.0.0.1/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://ex%61mple.com/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://[fe80::1%25eth0]/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://::1/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://fe80::1/", no(UrlFault::Port), no(UrlFault::Port)),
    ("https://[::1/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://[1.2.3.4]/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https:///host", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://", no(UrlFault::Host), no(UrlFault::Host)),
    ("https:///", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://?x", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://:443/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://exa..mple.com/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://.example.com/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://-example.com/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://example-.com/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://exa<mple.com/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://exa^mple.com/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://exa*mple.com/", no(UrlFault::Host), no(UrlFault::Host)),
    ("https://good@10.0.0.1", no(UrlFault::Userinfo), no(UrlFault::Userinfo)),
    ("https://user:pass@example.com/", no(UrlFault::Userinfo), no(UrlFault::Userinfo)),
    ("https://@example.com/", no(UrlFault::Userinfo), no(UrlFault::Userinfo)),
    ("https://example.com@evil.com/", no(UrlFault::Userinfo), no(UrlFault::Userinfo)),
    ("https://10.0.0.1#@good", no(UrlFault::Fragment), address(AddressFault::Private)),
    ("https://example.com/#", no(UrlFault::Fragment), no(UrlFault::Fragment)),
    ("https://example.com/x#part", no(UrlFault::Fragment), no(UrlFault::Fragment)),
    ("https://example.com/a@b?c@d", OK, OK),
    ("https://good\\@10.0.0.1", no(UrlFault::Character), no(UrlFault::Character)),
    ("http:\\\\host", no(UrlFault::Character), no(UrlFault::Character)),
    ("https://example.com\\x", no(UrlFault::Character), no(UrlFault::Character)),
    ("https://example.com/a b", no(UrlFault::Character), no(UrlFault::Character)),
    (" https://example.com/", no(UrlFault::Character), no(UrlFault::Character)),
    ("https://example.com/ ", no(UrlFault::Character), no(UrlFault::Character)),
    ("https://exam\tple.com/", no(UrlFault::Character), no(UrlFault::Character)),
    ("https://exam\nple.com/", no(UrlFault::Character), no(UrlFault::Character)),
    ("https://example.com/\r\nX: y", no(UrlFault::Character), no(UrlFault::Character)),
    ("https://example.com/\u{0}", no(UrlFault::Character), no(UrlFault::Character)),
    ("https://example.com/\u{7f}", no(UrlFault::Character), no(UrlFault::Character)),
    ("https://bjørn.no/", no(UrlFault::Character), no(UrlFault::Character)),
    ("https://example.com/blåbær", no(UrlFault::Character), no(UrlFault::Character)),
    ("https://example.com/\u{202e}moc", no(UrlFault::Character), no(UrlFault::Character)),
    ("https://１２７.0.0.1/", no(UrlFault::Character), no(UrlFault::Character)),
    ("https://①②⑦.0.0.1/", no(UrlFault::Character), no(UrlFault::Character)),
    ("", no(UrlFault::Empty), no(UrlFault::Empty)),
    ("example.com", no(UrlFault::NotAbsolute), no(UrlFault::NotAbsolute)),
    ("/relative", no(UrlFault::NotAbsolute), no(UrlFault::NotAbsolute)),
    ("//evil.com/x", no(UrlFault::NotAbsolute), no(UrlFault::NotAbsolute)),
    ("https:example.com", no(UrlFault::NotAbsolute), no(UrlFault::NotAbsolute)),
    ("https:/example.com", no(UrlFault::NotAbsolute), no(UrlFault::NotAbsolute)),
    (":", no(UrlFault::NotAbsolute), no(UrlFault::NotAbsolute)),
    ("/path:443", no(UrlFault::NotAbsolute), no(UrlFault::NotAbsolute)),
    ("ftp://example.com/", no(UrlFault::Scheme), no(UrlFault::Scheme)),
    ("file:///etc/passwd", no(UrlFault::Scheme), no(UrlFault::Scheme)),
    ("gopher://example.com/", no(UrlFault::Scheme), no(UrlFault::Scheme)),
    ("dict://example.com/", no(UrlFault::Scheme), no(UrlFault::Scheme)),
    ("unix:///var/run/docker.sock", no(UrlFault::Scheme), no(UrlFault::Scheme)),
    ("data:text/html,x", no(UrlFault::Scheme), no(UrlFault::Scheme)),
    ("ws://example.com/", no(UrlFault::Scheme), no(UrlFault::Scheme)),
    ("vipps://x", no(UrlFault::Scheme), no(UrlFault::Scheme)),
    ("javascript:alert(1)", no(UrlFault::Scheme), no(UrlFault::Scheme)),
    ("JaVaScRiPt:alert(1)", no(UrlFault::Scheme), no(UrlFault::Scheme)),
];

#[test]
fn each_make_payment_url_is_accepted_or_refused_with_its_reason() {
    for (text, sandbox, production) in MAKE_PAYMENT {
        assert_eq!(make_payment_url(text, Sandbox).err(), *sandbox, "sandbox {text:?}");
        assert_eq!(make_payment_url(text, Production).err(), *production, "production {text:?}");
    }
}

/// URL; whether `isApp` is set; why production refuses it as `pspRedirectUrl`.
const REDIRECT: &[(&str, bool, Option<UrlFault>)] = &[
    ("https://example.com/page-seen-after-payment", false, OK),
    ("https://example.com/page#done", false, OK),
    ("https://example.com/page", true, OK),
    ("http://example.com/page", true, no(UrlFault::NotHttps)),
    ("myshop://order/7", true, OK),
    ("MyShop://order/7?x=1#y", true, OK),
    ("com.example.shop:/oauth", true, OK),
    ("com.example.shop://return", true, OK),
    ("vipps://x", true, OK),
    ("a+b-c.d:x", true, OK),
    ("myshop://order/7", false, no(UrlFault::Scheme)),
    ("vipps://x", false, no(UrlFault::Scheme)),
    ("javascript:alert(1)", true, no(UrlFault::ScriptLike)),
    ("JaVaScRiPt:alert(1)", true, no(UrlFault::ScriptLike)),
    ("javascript://example.com/%0aalert(1)", true, no(UrlFault::ScriptLike)),
    ("vbscript:x", true, no(UrlFault::ScriptLike)),
    ("jscript://x", true, no(UrlFault::ScriptLike)),
    ("ms-msdt://x", true, no(UrlFault::ScriptLike)),
    ("MS-Officecmd://x", true, no(UrlFault::ScriptLike)),
    ("search-ms://x", true, no(UrlFault::ScriptLike)),
    ("shell://x", true, no(UrlFault::ScriptLike)),
    ("microsoft-edge://x", true, no(UrlFault::ScriptLike)),
    ("edge://settings", true, no(UrlFault::ScriptLike)),
    ("chrome-extension://x", true, no(UrlFault::ScriptLike)),
    ("moz-extension://x", true, no(UrlFault::ScriptLike)),
    ("mswallet://x", true, OK),
    ("shell-pay://x", true, OK),
    ("data:text/html,<script>", true, no(UrlFault::ScriptLike)),
    ("file:///etc/passwd", true, no(UrlFault::ScriptLike)),
    ("blob:https://example.com/x", true, no(UrlFault::ScriptLike)),
    ("about:blank", true, no(UrlFault::ScriptLike)),
    ("view-source:https://example.com", true, no(UrlFault::ScriptLike)),
    ("filesystem:https://example.com/x", true, no(UrlFault::ScriptLike)),
    ("intent://x#Intent;scheme=http;end", true, no(UrlFault::ScriptLike)),
    ("content://media/1", true, no(UrlFault::ScriptLike)),
    ("ws://example.com/", true, no(UrlFault::ScriptLike)),
    ("wss://example.com/", true, no(UrlFault::ScriptLike)),
    (" javascript:alert(1)", true, no(UrlFault::Character)),
    ("java\tscript:alert(1)", true, no(UrlFault::Character)),
    ("java\nscript:alert(1)", true, no(UrlFault::Character)),
    ("\u{1}javascript:alert(1)", true, no(UrlFault::Character)),
    ("myshop://user@host/x", true, no(UrlFault::Userinfo)),
    ("myshop:", true, no(UrlFault::NotAbsolute)),
    ("1shop://x", true, no(UrlFault::NotAbsolute)),
    ("my_shop://x", true, no(UrlFault::NotAbsolute)),
    ("myshop", true, no(UrlFault::NotAbsolute)),
    ("//evil.com", true, no(UrlFault::NotAbsolute)),
    ("/relative", true, no(UrlFault::NotAbsolute)),
    ("", true, no(UrlFault::Empty)),
    ("https://127.0.0.1/", true, address(AddressFault::Loopback)),
    ("https://localhost/", false, no(UrlFault::PrivateName)),
];

#[test]
fn each_redirect_url_is_accepted_or_refused_with_its_reason() {
    for (text, is_app, production) in REDIRECT {
        assert_eq!(psp_redirect_url(text, *is_app, Production).err(), *production, "{text:?} isApp {is_app}");
    }
}

#[test]
fn the_sandbox_redirects_to_this_machine_but_not_to_the_neighbours() {
    assert_eq!(psp_redirect_url("http://localhost:3000/done", false, Sandbox).err(), None);
    assert_eq!(psp_redirect_url("http://10.0.0.1:3000/done", true, Sandbox).err(), None);
    let fault = UrlFault::Address(AddressFault::LinkLocal);
    assert_eq!(psp_redirect_url("http://169.254.169.254/", false, Sandbox), Err(fault));
}

#[test]
fn a_3d_secure_page_is_a_web_page() {
    assert_eq!(url_3d_secure("https://acs.example.com/3ds?x=1#y", Production), Ok(()));
    assert_eq!(url_3d_secure("http://127.0.0.1:8481/3ds", Sandbox), Ok(()));
    assert_eq!(url_3d_secure("http://acs.example.com/", Production), Err(UrlFault::NotHttps));
    assert_eq!(url_3d_secure("javascript:alert(1)", Sandbox), Err(UrlFault::Scheme));
    assert_eq!(url_3d_secure("data:text/html,x", Sandbox), Err(UrlFault::Scheme));
}

#[test]
fn a_url_has_at_most_2048_characters_and_a_label_63() {
    let long = format!("https://example.com/{}", "a".repeat(2_028));
    assert_eq!(make_payment_url(&long, Production).err(), None);
    assert_eq!(make_payment_url(&format!("{long}a"), Production).err(), Some(UrlFault::TooLong));
    let huge = format!("https://example.com/{}", "a".repeat(65_536));
    assert_eq!(make_payment_url(&huge, Production).err(), Some(UrlFault::TooLong));
    assert_eq!(make_payment_url(&format!("https://{}.com/", "a".repeat(63)), Production).err(), None);
    assert_eq!(make_payment_url(&format!("https://{}.com/", "a".repeat(64)), Production).err(), Some(UrlFault::Host));
    let host = ["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(62)].join(".");
    assert_eq!(make_payment_url(&format!("https://{host}/"), Production).err(), Some(UrlFault::Host));
}

#[test]
fn a_target_says_where_the_call_goes() {
    let target = make_payment_url("http://PSP.example:9000/make?x=1", Sandbox);
    let expected =
        Target { tls: false, host: Host::Name("psp.example".into()), port: 9_000, path_and_query: "/make?x=1".into() };
    assert_eq!(target, Ok(expected));
    assert_eq!(make_payment_url("https://example.com", Sandbox).map(|target| target.path_and_query), Ok("/".into()));
}
