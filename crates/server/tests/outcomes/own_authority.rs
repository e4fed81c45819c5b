//! A PSP's test server with a certificate of its own authority: believed when the operator says so, and only then.

use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lommebok_testkit::test_app::TestApp;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::failure;

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority")
}

/// A PSP over TLS that says OK to each payment.
async fn psp(authority: &CertifiedIssuer<'static, KeyPair>) -> (SocketAddr, JoinSet<()>) {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, authority).expect("a certificate").der().clone();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("a version")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::try_from(key.serialize_der()).expect("a key"))
        .expect("a good pair");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            // A client that does not believe us hangs up here.
            let Ok(mut stream) = acceptor.accept(tcp).await else { continue };
            let mut request = String::new();
            while !request.contains("\"operations\"") {
                let mut bytes = [0; 4_096];
                let length = stream.read(&mut bytes).await.expect("a request");
                request.push_str(&String::from_utf8_lossy(&bytes[..length]));
            }
            let id =
                request.split("pspTransactionId\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
            let body = json!({"paymentInfo": {"pspTransactionId": id, "status": "OK"}}).to_string();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}", body.len());
            stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await.expect("it is read");
            stream.shutdown().await.expect("it ends");
        }
    });
    (address, serving)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_psp_with_a_certificate_of_its_own_authority_is_paid_when_that_authority_was_added() {
    let (known, stranger) = (authority(), authority());
    let file = tempfile::NamedTempFile::new().expect("a file");
    let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(known.der()));
    std::fs::write(file.path(), pem).expect("it is written");
    let app = TestApp::with_settings(&[("outgoing_ca_file", file.path().to_str().expect("a path"))]).await;
    let url = |address: SocketAddr| json!({"makePaymentUrl": format!("https://{address}/make-payment")});
    let (address, _serving) = psp(&known).await;
    let payment = app.init_with("ca-known", url(address)).await;
    drop(app.force_approve(&payment).await.succeeded());
    assert_eq!(app.state("ca-known"), "RESERVED");
    let (address, _serving) = psp(&stranger).await;
    let payment = app.init_with("ca-stranger", url(address)).await;
    drop(app.force_approve(&payment).await.succeeded());
    assert_eq!(failure(&app, "ca-stranger").await, ["certain", "not_delivered", "tls_certificate"]);
    app.stop().await;
}
