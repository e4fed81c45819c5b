//! Finding the address, connecting, TLS: everything before the first byte of the request.
//!
//! Whatever fails here leaves the PSP untouched. One forbidden address among those of a name refuses the name: a list that mixes public and
//! inner addresses is how rebinding attacks look. Only a connection that was never established moves on to the next address.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::progress::Progress;
use super::resolve::Lookups;
use super::target::{Place, Target};
use super::{NotDeliveredCause, Policy, Resolver};

/// The most addresses of one name that are tried.
const MAX_ADDRESSES_TRIED: usize = 8;

pub(super) struct Dialer {
    pub(super) policy: Policy,
    pub(super) tls: TlsConnector,
    pub(super) resolver: Resolver,
}

impl Dialer {
    /// A connection on which nothing of the request has been written yet.
    pub(super) async fn dial(
        &self,
        target: &Target,
        lookups: &Lookups,
        progress: &Progress,
    ) -> Result<Stream, NotDeliveredCause> {
        if let Place::Name(_) = target.place {
            progress.resolving();
        }
        let addresses = self.allowed_addresses(&target.place, lookups).await?;
        progress.connecting();
        let tcp = self.connect_to_one_of(&addresses, target.port).await?;
        match &target.tls_name {
            None => Ok(Stream::Plain(tcp)),
            Some(name) => {
                progress.securing();
                self.secure(tcp, name.clone()).await
            }
        }
    }

    async fn allowed_addresses(&self, place: &Place, lookups: &Lookups) -> Result<Vec<IpAddr>, NotDeliveredCause> {
        let addresses = match place {
            Place::Address(address) => vec![*address],
            Place::Name(name) => self.resolver.addresses(name, lookups).await.map_err(|_| NotDeliveredCause::Dns)?,
        };
        if addresses.iter().all(|address| self.policy.allows(*address)) {
            Ok(addresses)
        } else {
            Err(NotDeliveredCause::AddressRefused)
        }
    }

    async fn connect_to_one_of(&self, addresses: &[IpAddr], port: u16) -> Result<TcpStream, NotDeliveredCause> {
        let mut left = addresses.iter().take(MAX_ADDRESSES_TRIED).peekable();
        while let Some(address) = left.next() {
            let peer = SocketAddr::new(*address, port);
            let attempt = TcpStream::connect(peer);
            let connected = if left.peek().is_some() {
                timeout(self.policy.next_address_after, attempt).await.unwrap_or_else(|late| Err(late.into()))
            } else {
                attempt.await
            };
            if let Ok(stream) = connected {
                return self.checked(stream, peer);
            }
        }
        Err(NotDeliveredCause::Connect)
    }

    /// Trusts the socket, not the plan: the peer must be the one that was dialled, and allowed.
    fn checked(&self, stream: TcpStream, dialled: SocketAddr) -> Result<TcpStream, NotDeliveredCause> {
        let peer = stream.peer_addr().map_err(|_| NotDeliveredCause::Connect)?;
        if peer.ip() != dialled.ip() || !self.policy.allows(peer.ip()) {
            return Err(NotDeliveredCause::AddressRefused);
        }
        // On loopback a client may be given the very port that it dials, and so reach itself when nobody listens there.
        let local = stream.local_addr().map_err(|_| NotDeliveredCause::Connect)?;
        if local == peer {
            return Err(NotDeliveredCause::Connect);
        }
        if self.policy.leads_back(local, peer) {
            return Err(NotDeliveredCause::AddressRefused);
        }
        stream.set_nodelay(true).map_err(|_| NotDeliveredCause::Connect)?;
        Ok(stream)
    }

    async fn secure(&self, tcp: TcpStream, name: ServerName<'static>) -> Result<Stream, NotDeliveredCause> {
        match self.tls.connect(name, tcp).await {
            Ok(stream) => Ok(Stream::Tls(Box::new(stream))),
            Err(error) => Err(tls_cause(&error)),
        }
    }
}

fn tls_cause(error: &io::Error) -> NotDeliveredCause {
    let rustls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    if matches!(rustls, Some(rustls::Error::InvalidCertificate(_))) {
        NotDeliveredCause::TlsCertificate
    } else {
        NotDeliveredCause::Tls
    }
}

/// An established connection, plain or encrypted.
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
