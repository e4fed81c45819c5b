//! [`Line`]: the line between a browser and the wallet, which a test cuts and mends. It carries bytes and knows nothing of them.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A line to a server; gone when dropped.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    server: String,
    whole: watch::Sender<bool>,
    _carrying: JoinSet<()>,
}

impl Line {
    /// A line to the server at `base` (`http://127.0.0.1:port`).
    ///
    /// # Panics
    /// When 127.0.0.1 has no free port.
    pub async fn to(base: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("127.0.0.1 has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let server = base.trim_start_matches("http://").to_owned();
        let whole = watch::channel(true).0;
        let mut carrying = JoinSet::new();
        carrying.spawn(carry(listener, server.clone(), whole.subscribe()));
        Self { address, server, whole, _carrying: carrying }
    }

    /// The same address of the server, by way of this line.
    #[must_use]
    pub fn through(&self, address: &str) -> String {
        address.replacen(&self.server, &self.address.to_string(), 1)
    }

    /// Ends every connection, and every new one at once.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Carries again.
    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}

async fn carry(listener: TcpListener, server: String, whole: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((near, _)) = listener.accept() => {
                connections.spawn(connect(near, server.clone(), whole.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connect(mut near: TcpStream, server: String, mut whole: watch::Receiver<bool>) {
    if !*whole.borrow() {
        return;
    }
    let Ok(mut far) = TcpStream::connect(server).await else { return };
    tokio::select! {
        _ended = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
        _cut = whole.wait_for(|whole| !whole) => {}
    }
}
