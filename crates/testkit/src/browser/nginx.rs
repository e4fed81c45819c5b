//! [`Nginx`]: a real nginx before a server, with a setup of one line: `location / { proxy_pass …; }`.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::eventually::eventually;

/// How long nginx may take to listen.
const STARTS_WITHIN: Duration = Duration::from_secs(30);

/// Waits until the other end of its input is gone, also when a test is killed, and then ends nginx.
const KEEPER: &str = r#"
nginx "$@" &
nginx=$!
cat >/dev/null
kill "$nginx" 2>/dev/null
wait "$nginx" 2>/dev/null
"#;

/// An nginx of its own; ended when dropped.
#[derive(Debug)]
pub struct Nginx {
    address: SocketAddr,
    keeper: Child,
    _folder: TempDir,
}

impl Nginx {
    /// Starts one at `address` that hands everything on to `server` (`http://127.0.0.1:port`).
    ///
    /// # Panics
    /// When there is no nginx, or it does not listen in time.
    pub async fn start(address: SocketAddr, server: &str) -> Self {
        Self::start_with(address, server, "").await
    }

    /// The same with one more line for all that is handed on.
    ///
    /// # Panics
    /// When there is no nginx, or it does not listen in time.
    pub async fn start_with(address: SocketAddr, server: &str, line: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("lommebok-nginx-").tempdir().expect("a temporary folder");
        let configuration = folder.path().join("nginx.conf");
        std::fs::write(&configuration, configured(address, server, line)).expect("the configuration can be written");
        // Debian keeps it where only root looks for programs.
        let path = format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default());
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper", "-e", "stderr", "-p"])
            .arg(folder.path())
            .arg("-c")
            .arg(&configuration)
            .env("PATH", path)
            .stdin(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let started = Self { address, keeper, _folder: folder };
        let listens = eventually(STARTS_WITHIN, async || TcpStream::connect(address).await.ok()).await;
        assert!(
            listens.is_ok(),
            "nginx does not listen: install it with `cargo xtask install` (on Debian, as root or with sudo), or leave \
             these tests out with LOMMEBOK_NO_BROWSER=1"
        );
        started
    }

    /// Where it is, as the browser sees it.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ended = self.keeper.wait();
    }
}

/// Nothing but the one line; the rest is that it runs as any user, in one folder, and in front.
fn configured(address: SocketAddr, server: &str, line: &str) -> String {
    let mut text = "daemon off;\nmaster_process off;\npid nginx.pid;\nevents {}\nhttp {\naccess_log off;\n".to_owned();
    for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
        let _ = writeln!(text, "{kind}_temp_path {kind};");
    }
    let _ = writeln!(text, "server {{\nlisten {address};\nlocation / {{ proxy_pass {server}; {line} }}\n}}\n}}");
    text
}
