//! Why a sandbox does not start, in words that name the remedy.

use std::net::SocketAddr;

use lommebok_domain::Timestamp;
use lommebok_engine::clock::time_text;
use lommebok_engine::fault::Fault;
use lommebok_engine::keys::KeyFault;

use crate::config::set_by;

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    /// The data directory.
    #[error(transparent)]
    Keys(#[from] KeyFault),
    /// The database.
    #[error(transparent)]
    Store(#[from] lommebok_store::StoreError),
    /// Seeding, or what came due while no server ran.
    #[error("the wallet could not start")]
    Wallet(#[from] Fault),
    /// A clock that goes with the wall clock is far ahead of it, and was not set so.
    #[error(
        "business time is {now} and the wall clock says {wall}, though nobody chose to be ahead: the wall clock was wrong once, \
         or is wrong now",
        now = time_text(*now),
        wall = time_text(*wall)
    )]
    ClockAhead {
        /// Business time.
        now: Timestamp,
        /// The wall clock.
        wall: Timestamp,
    },
    /// A port.
    #[error("{address} can't be listened on: {cause}; choose another address with {by}, port 0 takes a free one", by = set_by(setting))]
    Listen {
        address: SocketAddr,
        /// What the operating system says.
        cause: std::io::Error,
        /// The setting that moves it.
        setting: &'static str,
    },
    /// The seed and an earlier one.
    #[error(transparent)]
    Taken(#[from] super::seeding::Taken),
    /// The certificate authorities.
    #[error(transparent)]
    Tls(#[from] lommebok_engine::outbound::TlsRootsError),
}

impl StartFault {
    /// Whether the database is older than its data directory remembers: one that was restored from a backup.
    pub const fn is_of_an_older_database(&self) -> bool {
        matches!(self, Self::Store(lommebok_store::StoreError::Older(_)))
    }
}
