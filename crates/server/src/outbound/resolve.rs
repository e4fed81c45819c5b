//! From a name to addresses: the operating system's resolver, or a script of a test.
//!
//! The operating system's lookup blocks a thread and cannot be called off. So each PSP has few lookups at a time, and a lookup that nobody
//! waits for any more still counts until its thread is free: a PSP with a dead name server cannot use up everybody's threads.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::Semaphore;

/// A lookup as a test writes it: the name to its addresses.
pub type ScriptedLookup =
    Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> + Send + Sync>;

/// Finds the addresses of a name.
#[derive(Clone)]
pub enum Resolver {
    /// The operating system's resolver, in its order of preference.
    System,
    /// A test's answers.
    Scripted(ScriptedLookup),
}

impl Resolver {
    /// The addresses of `name`, each once, in order. An empty list is an error.
    pub(super) async fn addresses(&self, name: &str, lookups: Arc<Semaphore>) -> io::Result<Vec<IpAddr>> {
        let found = match self {
            Self::System => system_lookup(name.to_owned(), lookups).await?,
            Self::Scripted(lookup) => lookup(name.to_owned()).await?,
        };
        let mut seen = BTreeSet::new();
        let found: Vec<IpAddr> = found.into_iter().filter(|address| seen.insert(*address)).collect();
        if found.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(found) }
    }
}

impl std::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Scripted(_) => "Scripted",
        })
    }
}

async fn system_lookup(name: String, lookups: Arc<Semaphore>) -> io::Result<Vec<IpAddr>> {
    let permit = lookups.acquire_owned().await.map_err(io::Error::other)?;
    let lookup = tokio::task::spawn_blocking(move || {
        let found = (name.as_str(), 0_u16).to_socket_addrs().map(|found| found.map(|address| address.ip()).collect());
        drop(permit);
        found
    });
    lookup.await.map_err(io::Error::other)?
}
