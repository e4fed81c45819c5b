//! The worlds (tenants) that are made by command, beside the first: each is a wallet of its own below `/tenants/NAME`, with
//! its own PSPs, users, clock and database file, and goes away with it.
//!
//! Here is which there are and how they come and go; how one is put together is [`MakesWorlds`], given by the assembly. A world that
//! was kept over a restart is opened by its first request, or in the background soon after the start, because its deadlines run.
//! A newcomer's mistake: to share something between worlds that one of them can fill.

mod coming;
mod entry;
mod going;
mod name;
mod requests;
mod world;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use lommebok_domain::{TenantId, Timestamp};
use lommebok_engine::keys::{KeyFault, SandboxKeys, TenantDirectories};
use lommebok_engine::randomness::Randomness;
use lommebok_engine::tasks::Tasks;
use tokio::sync::Notify;

use crate::assembly::StartFault;
use crate::seeds::SeedFaults;

pub(crate) use coming::Wanted;
pub(crate) use entry::Entry;
pub(crate) use name::FIRST;
pub(crate) use world::World;

/// Worlds beside the first, at most.
pub(crate) const MOST_TENANTS: usize = 1_000;
/// Where they are.
pub(crate) const PATH: &str = "/tenants";

/// Puts worlds together.
pub(crate) trait MakesWorlds: Send + Sync {
    /// Opens the world's database, made and seeded if `is_new`, and starts its wallet.
    fn open<'a>(
        &'a self,
        entry: &'a Entry,
        is_new: bool,
    ) -> Pin<Box<dyn Future<Output = Result<World, StartFault>> + Send + 'a>>;

    /// What is kept of a world outside its directory goes.
    fn forget(&self, tenant: TenantId);

    /// A `makePaymentUrl` that says OK to every PSP.
    fn make_payment_url(&self) -> Result<String, StartFault>;
}

/// Why a world can't be made, or is not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TenantFault {
    #[error("there is no tenant {0} here")]
    Unknown(String),
    #[error("name: {0}")]
    Name(&'static str),
    #[error("name: there is a tenant {0} already")]
    NameTaken(String),
    #[error("{MOST_TENANTS} tenants are here, the most that there may be: delete some, or make them with a ttl")]
    TooMany,
    #[error("ttl_s: must be 1 to 31536000 seconds, not {0}")]
    Ttl(u32),
    #[error("{0}")]
    Seed(SeedFaults),
    #[error("seed: {0}")]
    SeedCredentials(String),
    #[error(
        "keep_credentials: PSP {psp} of the seed has a {what} that {owner} has already; credentials are unique everywhere"
    )]
    CredentialsTaken {
        psp: String,
        what: &'static str,
        /// Whose it is.
        owner: String,
    },
    #[error(transparent)]
    Start(#[from] StartFault),
    #[error("the server is stopping")]
    Stopping,
}

impl From<KeyFault> for TenantFault {
    fn from(fault: KeyFault) -> Self {
        Self::Start(fault.into())
    }
}

/// All worlds beside the first. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Tenants(Arc<Inner>);

struct Inner {
    makes: Arc<dyn MakesWorlds>,
    directories: TenantDirectories,
    randomness: Randomness,
    /// The first world's, which no other may have.
    first: SandboxKeys,
    /// What its address begins with.
    origin: String,
    known: RwLock<Known>,
    /// Somebody came who goes by itself.
    came: Notify,
    tasks: Tasks,
}

#[derive(Default)]
struct Known {
    by_name: BTreeMap<String, Arc<Entry>>,
    /// Both keys of each PSP.
    by_subscription_key: HashMap<String, Arc<Entry>>,
}

/// What worlds need of the server.
pub(crate) struct TenantsParts {
    pub(crate) makes: Arc<dyn MakesWorlds>,
    pub(crate) directories: TenantDirectories,
    pub(crate) randomness: Randomness,
    pub(crate) first: SandboxKeys,
    pub(crate) origin: String,
    /// The server's own.
    pub(crate) tasks: Tasks,
}

impl fmt::Debug for Tenants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tenants({})", self.0.read().by_name.len())
    }
}

impl Tenants {
    /// The worlds that are kept; one whose directory can't be read is left alone, and the log says so.
    ///
    /// # Errors
    /// When the directory of all of them can't be read.
    pub(crate) fn kept(parts: TenantsParts) -> Result<Self, StartFault> {
        let TenantsParts { makes, directories, randomness, first, origin, tasks } = parts;
        let mut known = Known::default();
        for name in directories.names()? {
            match directories.read(&name).map_err(TenantFault::from).and_then(|kept| Entry::kept(name.clone(), kept)) {
                Ok(entry) => known.add(Arc::new(entry)),
                Err(fault) => tracing::error!(tenant = name, %fault, "a tenant can't be read, and is left out"),
            }
        }
        let (known, came) = (RwLock::new(known), Notify::new());
        Ok(Self(Arc::new(Inner { makes, directories, randomness, first, origin, known, came, tasks })))
    }

    /// Whether there is any.
    pub(crate) fn are_some(&self) -> bool {
        !self.0.read().by_name.is_empty()
    }

    /// All of them, by their names.
    pub(crate) fn all(&self) -> Vec<Arc<Entry>> {
        self.0.read().by_name.values().cloned().collect()
    }

    pub(crate) fn named(&self, name: &str) -> Option<Arc<Entry>> {
        self.0.read().by_name.get(name).cloned()
    }

    /// Where a world is.
    pub(crate) fn url(&self, entry: &Entry) -> String {
        format!("{}{}", self.0.origin, entry.base_path())
    }

    /// A `makePaymentUrl` that says OK to every PSP.
    pub(crate) fn make_payment_url(&self) -> Result<String, StartFault> {
        self.0.makes.make_payment_url()
    }

    /// The world of an entry, opened by who asks first; the others wait for it.
    pub(crate) async fn world<'a>(&self, entry: &'a Entry) -> Result<&'a World, TenantFault> {
        entry.world(&*self.0.makes, &self.0.directories).await
    }
}

impl Inner {
    fn read(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Known {
    fn add(&mut self, entry: Arc<Entry>) {
        for key in entry.subscription_keys() {
            self.by_subscription_key.insert(key.to_owned(), Arc::clone(&entry));
        }
        self.by_name.insert(entry.name.clone(), entry);
    }

    /// Takes out this very entry, if it is the one of its name.
    fn remove(&mut self, entry: &Arc<Entry>) -> bool {
        if !self.by_name.get(&entry.name).is_some_and(|known| Arc::ptr_eq(known, entry)) {
            return false;
        }
        self.by_name.remove(&entry.name);
        for key in entry.subscription_keys() {
            self.by_subscription_key.remove(key);
        }
        true
    }
}

/// A number that no world of this data directory has had: 62 random bits.
fn fresh_number(randomness: &Randomness) -> TenantId {
    let random = i64::from_be_bytes(randomness.bytes());
    // The first world's is 1.
    TenantId::new((random & (i64::MAX >> 1)).saturating_add(2))
}

fn now() -> Timestamp {
    lommebok_engine::clock::ProcessTime.wall()
}
