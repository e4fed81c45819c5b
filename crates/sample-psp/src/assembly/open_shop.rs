//! The shop before it sells: its port and its file are opened first; its pages follow when there is a merchant API to sell with.

use std::sync::Arc;

use axum::Router;
use lommebok_psp_v3::hosts::{HostName, KnownHosts};
use lommebok_sdk::{Secret, Url};

use super::bound::Bound;
use super::config::{SamplePspConfig, ShopConfig};
use super::fault::{Listens, StartFault, cannot_listen, unusable};
use crate::clock::BusinessClock;
use crate::database::orders::Orders;
use crate::merchant_api::Merchants;
use crate::shop::{self, MerchantClient, Shop};

/// Everything of a shop that can be missing.
pub(super) struct OpenShop {
    bound: Bound,
    allowed_hosts: Vec<HostName>,
    orders: Orders,
    /// The key of the merchant that sells through the landing page.
    key: Secret,
    /// The key of the one that may push.
    push_key: Option<Secret>,
    clock: BusinessClock,
    phone_simulator: Option<Url>,
}

impl OpenShop {
    /// Binds the shop's port and opens its orders.
    pub(super) fn open(
        config: &SamplePspConfig,
        wanted: &ShopConfig,
        merchants: &Merchants,
    ) -> Result<Self, StartFault> {
        let bound =
            Bound::to(wanted.listen, wanted.public_url.clone()).map_err(cannot_listen(Listens::Shop, wanted.listen))?;
        let key = |skips: bool| {
            let merchant = config.merchants.iter().find(|merchant| merchant.may_skip_landing_page == skips)?;
            Some(merchants.with_msn(merchant.msn.as_str())?.key.clone())
        };
        let push_key = key(true);
        let key = key(false).or_else(|| push_key.clone()).ok_or(StartFault::NoMerchant)?;
        let path = config.data_dir.join("shop.db");
        let orders = Orders::open(&path).map_err(unusable(path))?;
        let (clock, phone_simulator) = (config.clock.clone(), wanted.phone_simulator.clone());
        let allowed_hosts = wanted.allowed_hosts.clone();
        Ok(Self { bound, allowed_hosts, orders, key, push_key, clock, phone_simulator })
    }

    /// Where browsers reach it.
    pub(super) fn public_url(&self) -> Url {
        self.bound.public_url.clone()
    }

    /// Its pages, wired to the merchant API, and where they are served.
    pub(super) fn pages(self, api: &Router) -> (Bound, Router) {
        let Self { bound, allowed_hosts, orders, key, push_key, clock, phone_simulator } = self;
        let shop = Shop(Arc::new(shop::Inner {
            orders,
            merchant: MerchantClient::new(api.clone(), key),
            push_merchant: push_key.map(|key| MerchantClient::new(api.clone(), key)),
            clock,
            public_url: bound.public_url.clone(),
            phone_simulator,
        }));
        let hosts = KnownHosts::new(bound.public_url.as_str(), &allowed_hosts);
        let pages = shop::router(shop, Arc::new(hosts));
        (bound, pages)
    }
}
