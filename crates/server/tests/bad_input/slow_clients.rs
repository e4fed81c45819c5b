//! 1,024 clients that send half a request and stay: the others notice nothing.

use std::time::Duration;

use lommebok_testkit::test_app::TestApp;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Open files of this process: both ends of each connection live in it.
const OPEN_FILES: u64 = 4_096;
/// Slow clients of each kind.
const OF_A_KIND: usize = 512;
/// How long 50 inits may take at the most while the slow ones hang on, in real time: far less than [`SLOW_ONES_GET_S`].
const TIMEOUT: Duration = Duration::from_mins(1);
/// How long the slow ones are given for the rest of their request, in s.
const SLOW_ONES_GET_S: &str = "300";

#[tokio::test(flavor = "multi_thread")]
async fn inits_succeed_while_1024_slow_clients_hold_their_connections() {
    let files = rlimit::increase_nofile_limit(OPEN_FILES).expect("the limit of open files can be read");
    assert!(files >= 3_000, "this test needs 3,000 open files, not {files}");
    let app = TestApp::with_settings(&[("header_wait_s", SLOW_ONES_GET_S), ("body_wait_s", SLOW_ONES_GET_S)]).await;
    let call = app.call(&app.credentials(), "POST", "/psp/v3/psppayments/init").await.json(&app.init_body("slow-1"));
    let whole = call.to_bytes("slow.example");
    let rows = app.row_counts();
    let mut slow = Vec::new();
    for number in 0..OF_A_KIND {
        // Half a head, and a whole head with half a body.
        for sent in [&whole[..100], &whole[..whole.len().saturating_sub(50)]] {
            let mut stream = TcpStream::connect(app.sandbox().address).await.expect("the server accepts");
            stream.write_all(sent).await.unwrap_or_else(|fault| panic!("slow client {number}: {fault}"));
            slow.push(stream);
        }
    }
    assert_eq!((slow.len(), app.row_counts()), (1_024, rows));
    let inits = async {
        for number in 0..50 {
            drop(app.init(&format!("quick-{number}")).await);
        }
    };
    tokio::time::timeout(TIMEOUT, inits).await.expect("the others are served meanwhile");
    assert_eq!(app.row_counts()["payment"], 50);
    for mut stream in slow {
        stream.write_all(&whole[whole.len().saturating_sub(50)..]).await.expect("the connection still holds");
        drop(stream);
    }
    app.stop().await;
}
