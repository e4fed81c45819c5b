//! From a name to addresses: the operating system's resolver, or a script of a test.
//!
//! The operating system's lookup blocks a thread and cannot be called off. So each PSP has few lookups at a time, and a lookup that nobody
//! waits for any more still counts until its thread is free. Who asks for a name that is being looked up gets the same answer, and a name
//! that failed is remembered for a moment: a PSP with dead names holds up neither the others nor its own good one.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::Shared;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::clock::ProcessTime;

/// The most lookups that one PSP has under way at a time.
const LOOKUPS_PER_PSP: usize = 8;
/// How long a name that failed is taken to fail, in ms.
const FAILED_FOR_MS: u64 = 1_000;
/// How long a call may take, its lookup included, in ms.
const CALL_MS: u64 = 15_000;
/// Names of one PSP that are remembered; beyond that those that failed are forgotten early.
const NAMES_KEPT: usize = 256;

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

/// What a lookup came to, for all who asked: the addresses, each once and in order, or why there are none.
type Found = Result<Vec<IpAddr>, io::ErrorKind>;
type Lookup = Pin<Box<dyn Future<Output = Found> + Send>>;

/// The lookups of one PSP.
pub(super) struct Lookups {
    free: Arc<Semaphore>,
    names: Mutex<HashMap<String, Known>>,
}

enum Known {
    /// Begun then. Kept also when nobody waits any more: a thread is busy with it all the same.
    UnderWay(Instant, Shared<Lookup>),
    FailedUntil(Instant, io::ErrorKind),
}

impl Default for Lookups {
    fn default() -> Self {
        Self { free: Arc::new(Semaphore::new(LOOKUPS_PER_PSP)), names: Mutex::default() }
    }
}

impl Lookups {
    /// The lookup of `name` that is under way, or a new one; `Err` when the name has just failed.
    fn of(&self, name: &str, resolver: &Resolver) -> Result<Shared<Lookup>, io::ErrorKind> {
        let now = ProcessTime.now();
        let mut names = self.names();
        match names.get(name) {
            Some(Known::FailedUntil(until, fault)) if now < *until => return Err(*fault),
            Some(Known::UnderWay(begun, lookup)) if is_young(*begun, now) => return Ok(lookup.clone()),
            Some(Known::FailedUntil(..) | Known::UnderWay(..)) | None => {}
        }
        let lookup = resolver.lookup(name.to_owned(), Arc::clone(&self.free)).shared();
        names.insert(name.to_owned(), Known::UnderWay(now, lookup.clone()));
        Ok(lookup)
    }

    /// A lookup has ended: the next one for this name is a new one, unless it failed.
    fn ended(&self, name: &str, found: &Found) {
        let now = ProcessTime.now();
        let mut names = self.names();
        match found {
            Ok(_) => drop(names.remove(name)),
            Err(fault) => {
                let until = now.checked_add(Duration::from_millis(FAILED_FOR_MS));
                if let Some(until) = until {
                    names.insert(name.to_owned(), Known::FailedUntil(until, *fault));
                }
            }
        }
        if names.len() > NAMES_KEPT {
            names.retain(|_, known| matches!(known, Known::UnderWay(begun, _) if is_young(*begun, now)));
        }
    }

    fn names(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether somebody may still wait for a lookup: no call takes longer.
fn is_young(begun: Instant, now: Instant) -> bool {
    now.duration_since(begun) < Duration::from_millis(CALL_MS)
}

impl std::fmt::Debug for Lookups {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lookups").field("free", &self.free.available_permits()).finish_non_exhaustive()
    }
}

impl Resolver {
    /// The addresses of `name`, each once, in order. An empty list is an error.
    pub(super) async fn addresses(&self, name: &str, lookups: &Lookups) -> io::Result<Vec<IpAddr>> {
        let found = lookups.of(name, self)?.await;
        lookups.ended(name, &found);
        Ok(found?)
    }

    fn lookup(&self, name: String, free: Arc<Semaphore>) -> Lookup {
        let resolver = self.clone();
        Box::pin(async move {
            let permit = free.acquire_owned().await.map_err(|_| io::ErrorKind::Other)?;
            let found = match resolver {
                Self::System => {
                    let lookup = tokio::task::spawn_blocking(move || {
                        let found = (name.as_str(), 0_u16).to_socket_addrs();
                        let found = found.map(|found| found.map(|address| address.ip()).collect::<Vec<_>>());
                        drop(permit);
                        found
                    });
                    lookup.await.map_err(|_| io::ErrorKind::Other)?
                }
                Self::Scripted(lookup) => {
                    let found = lookup(name).await;
                    drop(permit);
                    found
                }
            };
            let mut seen = BTreeSet::new();
            let found: Vec<IpAddr> =
                found.map_err(|fault| fault.kind())?.into_iter().filter(|address| seen.insert(*address)).collect();
            if found.is_empty() { Err(io::ErrorKind::NotFound) } else { Ok(found) }
        })
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
