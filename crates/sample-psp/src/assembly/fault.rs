//! Why the sample PSP did not start: a port, a folder, a file or a value, and whose it was.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use lommebok_sdk::InvalidValue;
use lommebok_sdk::receiver::BoxError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listens {
    /// The sample PSP itself.
    SamplePsp,
    Shop,
}

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    /// A port.
    #[error("{address} can't be listened on: {cause}")]
    Listen {
        of: Listens,
        address: SocketAddr,
        /// What the operating system said.
        cause: io::Error,
    },
    /// Its folder.
    #[error("{what}: {cause}")]
    Io {
        /// What was tried.
        what: String,
        /// What the operating system said.
        cause: io::Error,
    },
    /// One of its files.
    #[error("{path} can't be used: {cause}", path = path.display())]
    File { path: PathBuf, cause: BoxError },
    /// What an earlier process left unfinished can't be taken up.
    #[error("what was left unfinished can't be taken up: {0}")]
    Unfinished(BoxError),
    /// No merchant sells in the shop.
    #[error("the shop needs a merchant")]
    NoMerchant,
    /// A value that can't be used.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
}

pub(super) fn cannot_listen(of: Listens, address: SocketAddr) -> impl FnOnce(io::Error) -> StartFault {
    move |cause| StartFault::Listen { of, address, cause }
}

pub(super) fn unusable<E: Into<BoxError>>(path: PathBuf) -> impl FnOnce(E) -> StartFault {
    move |cause| StartFault::File { path, cause: cause.into() }
}

pub(super) fn io_fault(what: impl fmt::Display) -> impl FnOnce(io::Error) -> StartFault {
    move |cause| StartFault::Io { what: what.to_string(), cause }
}
