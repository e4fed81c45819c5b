//! What the sample PSP is given: by `lommebok dev`, which wires it to its own wallet, or by a test.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use lommebok_psp_v3::hosts::HostName;
use lommebok_sdk::transport::Transport;
use lommebok_sdk::{Credentials, MerchantSerialNumber, Url};

use crate::acquirer::Acquirer;
use crate::acquirer::simulated::{IssuerRules, SimulatedAcquirer};
use crate::clock::BusinessClock;
use crate::ledger::IfMissing;
use crate::psp::Reporting;

/// Puts something before the simulated acquirer.
pub type WrapAcquirer = Arc<dyn Fn(SimulatedAcquirer) -> Arc<dyn Acquirer> + Send + Sync>;

/// Everything that a sample PSP needs.
#[derive(Clone)]
pub struct SamplePspConfig {
    /// The folder of its own files; made if it is not there.
    pub data_dir: PathBuf,
    /// Where it listens for wallet, merchants and the 3-D Secure page's users. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where those reach it; else the address that it listens on.
    pub public_url: Option<Url>,
    /// The shop; `None` leaves it out.
    pub shop: Option<ShopConfig>,
    /// The wallet, and what it handed this PSP.
    pub wallet: WalletAccess,
    /// The key with which the wallet's simulated token service makes cryptograms.
    pub cryptogram_test_key: [u8; 32],
    /// Its merchants, as the wallet knows them.
    pub merchants: Vec<MerchantConfig>,
    /// When we tell the wallet of changes.
    pub reporting: Reporting,
    /// What to do when money is reserved here and the wallet does not know it.
    pub if_missing: IfMissing,
    /// What the simulated issuer allows.
    pub issuer: IssuerRules,
    /// Business time; the wallet's own, in one process with it.
    pub clock: BusinessClock,
    /// For tests: a layer before the simulated acquirer that loses or delays answers.
    pub wrap_acquirer: Option<WrapAcquirer>,
}

#[derive(Clone, Debug)]
pub struct WalletAccess {
    pub base_url: String,
    /// What it handed this PSP.
    pub credentials: Credentials,
    /// For tests: what carries requests to it instead of the SDK's own transport.
    pub transport: Option<Arc<dyn Transport>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerchantConfig {
    /// Its serial number at the wallet.
    pub msn: MerchantSerialNumber,
    /// Whether its payments may go straight to the phone.
    pub may_skip_landing_page: bool,
}

#[derive(Clone, Debug)]
pub struct ShopConfig {
    /// Where it listens: an origin of its own.
    pub listen: SocketAddr,
    /// Where browsers reach it; else the address that it listens on.
    pub public_url: Option<Url>,
    /// Names, in addition to that of the public URL, under which it answers.
    pub allowed_hosts: Vec<HostName>,
    /// The page of the phone simulator, if there is one to point at.
    pub phone_simulator: Option<Url>,
}

impl fmt::Debug for SamplePspConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SamplePspConfig")
            .field("data_dir", &self.data_dir)
            .field("listen", &self.listen)
            .field("shop", &self.shop)
            .field("wallet", &self.wallet)
            .field("merchants", &self.merchants)
            .finish_non_exhaustive()
    }
}
