//! makePayment goes straight to the PSP, whatever the environment says of proxies: the same payment once more in a child
//! process, with every proxy variable set.
//!
//! A program of its own, because a child has copies of its parent's open files until it runs: with other tests it would
//! hold the lock of a data directory that one of them has just left.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::process::Command;

use lommebok_testkit::test_app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_made() {
    let app = TestApp::start().await;
    app.approved("px-1").await;
    assert_eq!(app.state("px-1"), "RESERVED");
    assert_eq!(app.psp.requests_for("px-1").len(), 1);
    app.stop().await;
}

#[test]
fn proxy_variables_change_nothing() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "a_payment_is_made"]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
        child.env(name, &address);
    }
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(proxy.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "nobody called the proxy");
}
