//! One closed world of a sandbox: a wallet on a store, and what answers for it. The first world and those that are made by
//! command are put together here alike; what all of them share is [`Common`].

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use lommebok_domain::TenantId;
use lommebok_engine::clock::BusinessClock;
use lommebok_engine::exchanges::Exchanges;
use lommebok_engine::keys::{Keys, SandboxKeys, Secret, SigningKey};
use lommebok_engine::outbound::{OutboundClient, Slots};
use lommebok_engine::randomness::Randomness;
use lommebok_engine::tasks::Tasks;
use lommebok_engine::wallet::{Parts, Sandbox, Settings, Wallet};
use lommebok_psp_v3::hosts::KnownHosts;
use lommebok_store::Store;

use super::parts;
use super::seams::Seams;
use crate::access_token::AccessTokens;
use crate::config::DevConfig;
use crate::http::control::Control;
use crate::http::dashboard::access::Access;
use crate::http::edge::{Edge, EdgeParts};
use crate::http::sandbox_pages::{Beside, SandboxPages};
use crate::http::{SandboxParts, sandbox_router};
use crate::seeds::Seed;
use crate::tenants::Tenants;
use crate::ui::brand::Brand;

/// What all worlds of a process share.
#[derive(Debug)]
pub(super) struct Common {
    pub(super) config: DevConfig,
    pub(super) seams: Seams,
    pub(super) randomness: Randomness,
    /// Where the server listens.
    pub(super) listener: SocketAddr,
    /// What the first world's links begin with.
    pub(super) origin: String,
    pub(super) outbound: OutboundClient,
    pub(super) signing_key: SigningKey,
    pub(super) control_token: Secret,
    /// One sign-in, and one sign-out, for the dashboards of all.
    pub(super) access: Arc<Access>,
    pub(super) hosts: Arc<KnownHosts>,
    pub(super) brand: Arc<Brand>,
    pub(super) exchanges: Option<Arc<Exchanges>>,
}

/// What a world does not share.
pub(super) struct Own<'a> {
    pub(super) tenant: TenantId,
    /// The path below which it is; nothing for the first.
    pub(super) base_path: String,
    pub(super) store: Store,
    pub(super) keys: Arc<Keys>,
    pub(super) clock: BusinessClock,
    pub(super) credentials: &'a SandboxKeys,
    pub(super) tasks: Tasks,
}

/// A world that is put together. Nothing runs until its wallet is started.
#[derive(Debug)]
pub(super) struct World {
    pub(super) wallet: Arc<Wallet>,
    pub(super) store: Store,
    pub(super) sandbox: Sandbox,
    pub(super) edge: Edge,
    pub(super) control: Control,
    pub(super) access: Arc<Access>,
    pub(super) tasks: Tasks,
}

impl Common {
    pub(super) fn world(&self, own: Own<'_>) -> World {
        let Own { tenant, base_path, store, keys, clock, credentials, tasks } = own;
        let wallet = Wallet::new(Parts {
            tenant,
            clock,
            store: store.clone(),
            keys: Arc::clone(&keys),
            randomness: self.randomness.clone(),
            tasks: tasks.clone(),
            outbound: self.outbound.clone(),
            exchanges: self.exchanges.clone(),
            slots: Arc::new(Slots::new(self.config.payments.calls_in_flight_per_psp)),
            tokens: parts::token_source(&self.config, credentials),
            settings: Settings {
                public_url: format!("{}{base_path}", self.origin),
                base_path,
                ..parts::settings(&self.config, &self.seams, (&self.origin, self.listener))
            },
        });
        let edge = Edge::new(EdgeParts {
            wallets: vec![Arc::clone(&wallet)],
            store: store.clone(),
            keys,
            access_tokens: AccessTokens::new(
                parts::token_settings(&self.config, &self.origin),
                self.signing_key.clone(),
                self.randomness.clone(),
            ),
            randomness: self.randomness.clone(),
            shows_hints: true,
            body_limits: parts::body_limits(&self.config),
            rate_limits: self.config.rates,
        });
        let control = Control::new(Arc::clone(&wallet), self.control_token.clone(), Arc::clone(&self.hosts));
        let sandbox = wallet.sandbox(self.exchanges.clone());
        World { wallet, store, sandbox, edge, control, access: Arc::clone(&self.access), tasks }
    }

    /// The pages of a world with this seed; with these `credentials` on its start page, if they may be shown there.
    pub(super) fn pages(&self, world: &World, beside: Beside, seed: &Seed, credentials: &SandboxKeys) -> SandboxPages {
        // Only this machine reads a page on its loopback address.
        let may_show = self.listener.ip().to_canonical().is_loopback();
        let shown = may_show.then_some(credentials);
        SandboxPages::new(Arc::clone(&world.wallet), Arc::clone(&self.brand), beside, seed, shown)
    }
}

impl World {
    /// What answers for this world; with the other worlds, if it is the first.
    pub(super) fn router(&self, pages: SandboxPages, tenants: Option<Tenants>) -> Router {
        let (sandbox, access) = (self.sandbox.clone(), Arc::clone(&self.access));
        let parts = SandboxParts { sandbox, access, tenants };
        sandbox_router(&self.edge, self.control.clone(), pages, parts, &self.tasks)
    }
}
