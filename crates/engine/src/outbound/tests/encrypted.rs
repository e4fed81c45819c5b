//! TLS: whom the client believes, and that it sends nothing to anybody else.

use lommebok_psp_v3::urls::UrlPolicy;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::super::{OutboundClient, Policy, read_authorities, tls_with_web_roots};
use super::hostile::{Hostile, Step};
use super::{answering, call, line, post};

/// What the server does after its handshake and a whole request.
#[derive(Clone, Copy)]
enum Manner {
    Polite(&'static str),
    HangsUpWithoutNotice(&'static str),
}

struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    fn client(&self) -> OutboundClient {
        let tls = tls_with_web_roots(&[self.issuer.der().clone()]).unwrap();
        OutboundClient::new(Policy::new(UrlPolicy::Sandbox), tls, answering(&["127.0.0.1"]))
    }

    /// A certificate for `name`, changed by `change` before it is signed.
    fn certify(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Identity {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity { certificate: certificate.der().clone(), key: PrivateKeyDer::try_from(key.serialize_der()).unwrap() }
    }
}

struct Identity {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

/// Serves one connection; the channel carries every byte of HTTP that came through.
async fn server(identity: Identity, manner: Manner) -> (u16, oneshot::Receiver<Vec<u8>>, JoinSet<()>) {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![identity.certificate], identity.key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (told, received) = oneshot::channel();
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        if let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(tcp).await {
            let mut byte = [0_u8];
            while !request.ends_with(b"{\"a\":1}") && matches!(stream.read(&mut byte).await, Ok(1)) {
                request.extend_from_slice(&byte);
            }
            let (Manner::Polite(answer) | Manner::HangsUpWithoutNotice(answer)) = manner;
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.flush().await;
            if matches!(manner, Manner::Polite(_)) {
                let _ = stream.shutdown().await;
            }
        }
        let _ = told.send(request);
    });
    (port, received, serving)
}

/// Calls `https://psp.example` where `identity` answers; the outcome and the bytes of HTTP that the server saw.
async fn exchange(client: &OutboundClient, identity: Identity, manner: Manner) -> (String, Vec<u8>) {
    let (port, received, _serving) = server(identity, manner).await;
    let outcome = post(client, call(format!("https://psp.example:{port}/"))).await;
    (line(&outcome), received.await.unwrap())
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

#[tokio::test]
async fn a_certificate_of_a_trusted_authority_is_believed() {
    let authority = Authority::new();
    let (outcome, request) =
        exchange(&authority.client(), authority.certify("psp.example", |_| {}), Manner::Polite(OK)).await;
    assert_eq!(outcome, "200 - {}");
    assert!(request.starts_with(b"POST / HTTP/1.1\r\n"));
}

#[tokio::test]
async fn a_bad_certificate_gets_no_byte_of_the_request() {
    let authority = Authority::new();
    let stranger = Authority::new();
    let cases = [
        ("another name", authority.certify("other.example", |_| {})),
        ("an authority that nobody trusts", stranger.certify("psp.example", |_| {})),
        ("expired", authority.certify("psp.example", |params| params.not_after = date_time_ymd(2020, 1, 1))),
        ("not yet valid", authority.certify("psp.example", |params| params.not_before = date_time_ymd(2090, 1, 1))),
        ("self-signed", self_signed()),
    ];
    for (name, identity) in cases {
        let (outcome, request) = exchange(&authority.client(), identity, Manner::Polite(OK)).await;
        assert_eq!(outcome, "not delivered: tls_certificate", "{name}");
        assert!(request.is_empty(), "{name}");
    }
}

fn self_signed() -> Identity {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["psp.example".to_owned()]).unwrap().self_signed(&key).unwrap();
    Identity { certificate: certificate.der().clone(), key: PrivateKeyDer::try_from(key.serialize_der()).unwrap() }
}

#[tokio::test]
async fn an_answer_whose_end_only_the_connection_marks_needs_the_peers_word_that_it_ended() {
    let authority = Authority::new();
    let open_ended = "HTTP/1.1 200 OK\r\n\r\n{}";
    let identity = || authority.certify("psp.example", |_| {});
    let (outcome, _) = exchange(&authority.client(), identity(), Manner::Polite(open_ended)).await;
    assert_eq!(outcome, "200 - {}");
    let (outcome, _) = exchange(&authority.client(), identity(), Manner::HangsUpWithoutNotice(open_ended)).await;
    assert_eq!(outcome, "unknown: truncated after 200");
    let (outcome, _) = exchange(&authority.client(), identity(), Manner::HangsUpWithoutNotice(OK)).await;
    assert_eq!(outcome, "200 - {}", "an answer that says its length is whole without it");
    let (outcome, _) = exchange(&authority.client(), identity(), Manner::HangsUpWithoutNotice("")).await;
    assert_eq!(outcome, "unknown: closed");
}

#[tokio::test]
async fn a_server_without_tls_is_not_delivered() {
    let authority = Authority::new();
    let plain = Hostile::new(vec![Step::OneByte, Step::Send(OK.into()), Step::UntilClosed]).await;
    let outcome = post(&authority.client(), call(format!("https://psp.example:{}/", plain.address.port()))).await;
    assert_eq!(line(&outcome), "not delivered: tls");
}

#[tokio::test]
async fn a_handshake_that_is_hung_up_on_is_not_delivered() {
    let authority = Authority::new();
    for steps in [vec![], vec![Step::Reset], vec![Step::OneByte, Step::Reset], vec![Step::HalfClose, Step::UntilClosed]]
    {
        let peer = Hostile::new(steps).await;
        let outcome = post(&authority.client(), call(format!("https://psp.example:{}/", peer.address.port()))).await;
        assert_eq!(line(&outcome), "not delivered: tls");
    }
}

#[test]
fn an_additional_authority_that_is_none_is_refused_with_its_number() {
    let good = Authority::new().issuer.der().clone();
    let error = tls_with_web_roots(&[good, CertificateDer::from(vec![1, 2, 3])]).unwrap_err();
    assert_eq!(error.to_string(), "outgoing_ca_file: certificate 2 is not usable as an authority");
}

#[test]
fn a_file_of_authorities_is_read_and_a_bad_one_is_refused_with_what_is_wrong() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("authority.pem");
    let roots = |text: &str| {
        std::fs::write(&file, text).unwrap();
        read_authorities(&file).and_then(|added| tls_with_web_roots(&added).map(|_| added))
    };
    let pem = |text: &str| format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    let authority = Authority::new().issuer.der().clone();
    let good = pem(&base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &authority));
    assert_eq!(roots(&format!("a comment\n{good}{good}")).unwrap(), [authority.clone(), authority]);
    let cases = [
        ("", format!("{} has no certificate (-----BEGIN CERTIFICATE-----)", file.display())),
        (&pem("%"), format!("{} can't be read as PEM", file.display())),
        (&format!("{good}{}", pem("AAAA")), "certificate 2 is not usable as an authority".to_owned()),
    ];
    for (text, said) in cases {
        assert_eq!(roots(text).unwrap_err().to_string(), format!("outgoing_ca_file: {said}"));
    }
    let missing = read_authorities(&scratch.path().join("nowhere")).unwrap_err();
    assert!(std::error::Error::source(&missing).unwrap().to_string().contains("No such file"));
}
