//! How a world comes: made by command, made anew, or found at a start.

use std::path::Path;
use std::sync::Arc;

use lommebok_engine::keys::{
    FixedCredentials, KeptTenant, MasterKeys, PspCredentials, SandboxKeys, Secret, TenantTerms,
};

use super::{Entry, Known, MOST_TENANTS, TenantFault, Tenants, fresh_number, name, now};
use crate::seeds::Seed;

/// The longest life that can be asked for, in seconds: a year.
const LONGEST_TTL_S: u32 = 31_536_000;

/// A world that somebody wants.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) name: Option<String>,
    /// The text of its seed; else the built-in one.
    pub(crate) seed: Option<String>,
    pub(crate) ttl_s: Option<u32>,
    /// Whether the credentials that the seed fixes are its PSPs'.
    pub(crate) keep_credentials: bool,
}

impl Tenants {
    /// Makes a world, which is at work when this returns.
    ///
    /// # Errors
    /// [`TenantFault`]; nothing is left of it then.
    pub(crate) async fn make(&self, wanted: Wanted) -> Result<Arc<Entry>, TenantFault> {
        if self.0.tasks.stopping().is_cancelled() {
            return Err(TenantFault::Stopping);
        }
        let keeps_credentials = wanted.keep_credentials;
        let entry = Arc::new(self.entry(wanted)?);
        self.admit(&entry, keeps_credentials)?;
        if let Err(fault) = self.world(&entry).await {
            if let Err(fault) = self.remove(&entry).await {
                tracing::warn!(tenant = entry.name, %fault, "files of a tenant that could not be made are left");
            }
            return Err(fault);
        }
        self.0.came.notify_one();
        Ok(entry)
    }

    fn entry(&self, wanted: Wanted) -> Result<Entry, TenantFault> {
        let name = match &wanted.name {
            Some(name) => name::checked(name)?.to_owned(),
            None => name::made(&self.0.randomness),
        };
        if let Some(ttl) = wanted.ttl_s.filter(|ttl| !(1..=LONGEST_TTL_S).contains(ttl)) {
            return Err(TenantFault::Ttl(ttl));
        }
        let text = wanted.seed.unwrap_or_else(|| Seed::built_in_text().to_owned());
        let seed = Seed::parse(Path::new("seed"), &text).map_err(TenantFault::Seed)?;
        let none = FixedCredentials::default();
        let psps: Vec<(&str, &FixedCredentials)> = seed
            .psps
            .iter()
            .map(|psp| (psp.name.as_str(), if wanted.keep_credentials { &psp.credentials } else { &none }))
            .collect();
        let sandbox = SandboxKeys::granted(&psps, &self.0.randomness).map_err(TenantFault::SeedCredentials)?;
        let terms = TenantTerms { number: fresh_number(&self.0.randomness), made_at: now(), ttl_s: wanted.ttl_s };
        let master = MasterKeys::random(&self.0.randomness);
        Ok(Entry::new(name, KeptTenant { terms, master, sandbox, seed: text }, seed))
    }

    /// Takes the entry in, if there is a place and nobody has what is its own.
    fn admit(&self, entry: &Arc<Entry>, keeps_credentials: bool) -> Result<(), TenantFault> {
        let mut known = self.0.write();
        if known.by_name.contains_key(&entry.name) {
            return Err(TenantFault::NameTaken(entry.name.clone()));
        }
        if known.by_name.len() >= MOST_TENANTS {
            return Err(TenantFault::TooMany);
        }
        if keeps_credentials {
            self.look_for_owners(&known, entry)?;
        }
        known.add(Arc::clone(entry));
        Ok(())
    }

    fn look_for_owners(&self, known: &Known, entry: &Entry) -> Result<(), TenantFault> {
        let others = known.by_name.values().map(|other| (format!("tenant {}", other.name), &other.credentials));
        for (owner, theirs) in others.chain([("the first tenant".to_owned(), &self.0.first)]) {
            if let Some((psp, what)) = shared(&entry.credentials, theirs) {
                return Err(TenantFault::CredentialsTaken { psp: psp.to_owned(), what, owner });
            }
        }
        Ok(())
    }

    /// Makes the world of this name anew, with the same credentials; it is at work when this returns. Its life begins again.
    ///
    /// # Errors
    /// [`TenantFault`]; when it can't be opened now, its next request tries again.
    pub(crate) async fn reset(&self, name: &str) -> Result<Arc<Entry>, TenantFault> {
        let entry = {
            let mut known = self.0.write();
            let old = known.by_name.get(name).cloned().ok_or_else(|| TenantFault::Unknown(name.to_owned()))?;
            let terms = TenantTerms { made_at: now(), ..old.terms };
            let entry = Arc::new(Entry::anew(&old, terms, MasterKeys::random(&self.0.randomness)));
            known.add(Arc::clone(&entry));
            entry
        };
        self.world(&entry).await?;
        self.0.came.notify_one();
        Ok(entry)
    }

    /// Opens the worlds that were kept, one after another, because their deadlines run, and deletes those whose life is over.
    pub(crate) fn begin(&self) {
        let (tenants, stopping) = (self.clone(), self.0.tasks.stopping().clone());
        self.0.tasks.spawn("kept tenants", async move {
            for entry in tenants.all() {
                if stopping.is_cancelled() {
                    return;
                }
                if let Err(fault) = tenants.world(&entry).await {
                    tracing::error!(tenant = entry.name, %fault, "a tenant can't be opened; its next request tries again");
                }
            }
        });
        let tenants = self.clone();
        self.0.tasks.spawn("tenants that end", async move { tenants.end_in_time().await });
    }
}

/// A PSP of `ours` that has what one of `theirs` has, and what that is.
fn shared<'a>(ours: &'a SandboxKeys, theirs: &SandboxKeys) -> Option<(&'a str, &'static str)> {
    ours.psps.iter().find_map(|(name, psp)| {
        let same = theirs.psps.values().find_map(|other| shared_credential(psp, other))?;
        Some((name.as_str(), same))
    })
}

fn shared_credential(ours: &PspCredentials, theirs: &PspCredentials) -> Option<&'static str> {
    let keys = |psp: &PspCredentials| [&psp.subscription_key, &psp.secondary_subscription_key].map(Secret::clone);
    if ours.client_id == theirs.client_id {
        Some("client_id")
    } else if ours.psp_id == theirs.psp_id {
        Some("psp_id")
    } else if keys(ours).iter().any(|key| keys(theirs).contains(key)) {
        Some("subscription_key")
    } else {
        None
    }
}
