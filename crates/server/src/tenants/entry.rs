//! One world that is known: by its name, with what it was made of, and at work or not yet.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use lommebok_engine::keys::{KeptTenant, MasterKeys, SandboxKeys, Secret, TenantDirectories, TenantTerms};
use tokio::sync::Mutex;

use super::{MakesWorlds, PATH, TenantFault, World};
use crate::seeds::Seed;

/// A world that is known.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) terms: TenantTerms,
    pub(crate) credentials: SandboxKeys,
    pub(crate) master: MasterKeys,
    pub(crate) seed: Seed,
    seed_text: String,
    /// Held while it is opened or closed.
    begins: Mutex<Begins>,
    world: OnceLock<World>,
}

/// What there is of a world that is not open.
enum Begins {
    /// Its directory, from an earlier start of the server.
    Kept,
    /// Nothing yet.
    New,
    /// The world that it takes the place of.
    After(Arc<Entry>),
    /// It is closed for good.
    Gone,
}

impl Entry {
    /// One from an earlier start of the server.
    pub(super) fn kept(name: String, kept: KeptTenant) -> Result<Self, TenantFault> {
        let seed = Seed::parse(Path::new("seed.toml"), &kept.seed).map_err(TenantFault::Seed)?;
        Ok(Self::of(name, kept, seed, Begins::Kept))
    }

    /// A new one.
    pub(super) fn new(name: String, made: KeptTenant, seed: Seed) -> Self {
        Self::of(name, made, seed, Begins::New)
    }

    /// The same world made anew: with the same number, name, credentials and seed, and nothing of what happened.
    pub(super) fn anew(old: &Arc<Self>, terms: TenantTerms, master: MasterKeys) -> Self {
        let made = KeptTenant { terms, master, sandbox: old.credentials.clone(), seed: old.seed_text.clone() };
        Self::of(old.name.clone(), made, old.seed.clone(), Begins::After(Arc::clone(old)))
    }

    fn of(name: String, made: KeptTenant, seed: Seed, begins: Begins) -> Self {
        let KeptTenant { terms, master, sandbox, seed: seed_text } = made;
        Self {
            name,
            terms,
            credentials: sandbox,
            master,
            seed,
            seed_text,
            begins: Mutex::new(begins),
            world: OnceLock::new(),
        }
    }

    /// The path below which it is.
    pub(crate) fn base_path(&self) -> String {
        format!("{PATH}/{}", self.name)
    }

    pub(super) fn subscription_keys(&self) -> impl Iterator<Item = &str> {
        let of_psps = self.credentials.psps.values();
        of_psps.flat_map(|psp| [&psp.subscription_key, &psp.secondary_subscription_key]).map(Secret::expose)
    }

    /// The world if it is at work.
    pub(super) fn at_work(&self) -> Option<&World> {
        self.world.get()
    }

    pub(super) async fn world(
        &self,
        makes: &dyn MakesWorlds,
        directories: &TenantDirectories,
    ) -> Result<&World, TenantFault> {
        if let Some(world) = self.world.get() {
            return Ok(world);
        }
        let mut begins = self.begins.lock().await;
        if let Begins::After(old) = &*begins {
            // Boxed: ending asks for the old entry's lock in the same way.
            Box::pin(old.end(None)).await?;
            makes.forget(self.terms.number);
            *begins = Begins::New;
        }
        let is_new = match (&*begins, self.world.get()) {
            (Begins::Gone, _) => return Err(TenantFault::Unknown(self.name.clone())),
            (_, Some(world)) => return Ok(world),
            (Begins::Kept, None) => false,
            (Begins::New | Begins::After(_), None) => true,
        };
        if is_new {
            directories.make(&self.name, &self.to_keep())?;
        }
        let world = makes.open(self, is_new).await?;
        Ok(self.world.get_or_init(|| world))
    }

    /// Drops what runs in it, closes its database, and removes its files if it is not to be made anew. It can't be opened again.
    /// Whether this call did it, and not an earlier one.
    pub(super) async fn end(&self, removed_from: Option<&TenantDirectories>) -> Result<bool, TenantFault> {
        let mut begins = self.begins.lock().await;
        match &*begins {
            Begins::Gone => return Ok(false),
            Begins::After(old) => drop(Box::pin(old.end(None)).await),
            Begins::New | Begins::Kept => {}
        }
        *begins = Begins::Gone;
        if let Some(world) = self.world.get() {
            world.drop_work(&self.name).await;
        }
        // Under the lock: who makes it anew waits for this.
        removed_from.map_or(Ok(()), |directories| directories.remove(&self.name))?;
        Ok(true)
    }

    fn to_keep(&self) -> KeptTenant {
        KeptTenant {
            terms: self.terms,
            master: self.master.clone(),
            sandbox: self.credentials.clone(),
            seed: self.seed_text.clone(),
        }
    }
}
