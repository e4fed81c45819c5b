//! Settings: flag, else environment, else file, else default; one name in all of them. `lommebok dev` and `lommebok serve` have
//! types of their own, so that nothing of the sandbox can be asked of a production server.
//!
//! The commented default file next to this module is the reference; the page of documentation is generated from it, and a test
//! holds it against [`settings()`]. All faults are reported together, those of the file with their line.
//! A newcomer's mistake: to put a secret into a setting. A setting names the file that holds the secret.

mod access_tokens;
mod appearance;
mod data;
mod documentation;
mod exchanges;
mod faults;
mod keys;
mod log;
mod network;
mod payments;
mod rates;
mod reader;
mod sample_psp;
mod settings;
mod sources;

pub use access_tokens::AccessTokenConfig;
pub use appearance::AppearanceConfig;
pub use data::SandboxDataConfig;
pub use faults::{ConfigFault, ConfigFaults, Origin};
pub use keys::{ServeKeys, TokenService};
use lommebok_engine::exchanges::Limits as ExchangeLimits;
use lommebok_engine::observability::LogConfig;
pub use network::NetworkConfig;
pub use payments::{BatchTime, PaymentConfig, SandboxPaymentConfig};
pub use sample_psp::{IfMissing, ReportTime, SamplePspSettings};
pub use settings::{Setting, Unset, settings};
pub use sources::Sources;
pub(crate) use sources::line_of;

use crate::http::rates::RateLimits;
use reader::Reader;
use settings::Mode;

/// The commented default file, as `lommebok config` prints it.
pub const fn commented_default() -> &'static str {
    include_str!("lommebok.toml")
}

/// `docs/configuration.md`, made from the commented default file.
pub fn documentation() -> String {
    documentation::page(commented_default())
}

/// What a setting is for, in one sentence: the first of its comment in the commented default file.
pub fn purpose(setting: &Setting) -> String {
    documentation::purpose(commented_default(), setting)
}

/// The section of the commented default file that has a setting.
pub fn section(setting: &Setting) -> &'static str {
    documentation::section(commented_default(), setting)
}

/// The default, in words, of a setting that has no fixed one: the comment's "Default: …".
pub fn default_in_words(setting: &Setting) -> Option<String> {
    documentation::default_in_words(commented_default(), setting)
}

/// How a setting is changed, for the fault about its value: its flag and its environment variable.
pub fn set_by(name: &str) -> String {
    let named = |setting: &Setting| {
        let flag = if setting.secret { String::new() } else { format!("--{} or ", setting.flag_name()) };
        flag + &setting.environment_name()
    };
    settings::find(name).map_or_else(|| name.to_owned(), named)
}

/// The settings of `lommebok dev`.
#[derive(Clone, Debug)]
pub struct DevConfig {
    /// Addresses and limits.
    pub network: NetworkConfig,
    /// How often one party may ask.
    pub rates: RateLimits,
    /// Where the sandbox keeps its things.
    pub data: SandboxDataConfig,
    /// Batch and calls.
    pub payments: PaymentConfig,
    /// What only a sandbox has.
    pub sandbox: SandboxPaymentConfig,
    /// What is started with the wallet.
    pub sample_psp: SamplePspSettings,
    pub access_tokens: AccessTokenConfig,
    /// Name and colour.
    pub appearance: AppearanceConfig,
    /// Logging.
    pub log: LogConfig,
    /// How much of what was said is kept.
    pub exchanges: ExchangeLimits,
}

impl DevConfig {
    /// Reads the settings.
    ///
    /// # Errors
    /// All faults at once.
    pub fn load(sources: &Sources) -> Result<Self, ConfigFaults> {
        let mut reader = Reader::new(Mode::Dev, sources);
        let network = network::read(&mut reader);
        let rates = rates::read(&mut reader);
        let data = data::read_dev(&mut reader);
        let payments = payments::read(&mut reader);
        let sandbox = payments::read_sandbox(&mut reader);
        let sample_psp = sample_psp::read(&mut reader, network.as_ref().map(|network| network.listen));
        let access_tokens = access_tokens::read(&mut reader);
        let appearance = appearance::read(&mut reader);
        let log = log::read(&mut reader);
        let exchanges = exchanges::read(&mut reader);
        reader.finish(|| {
            Some(Self {
                network: network?,
                rates: rates?,
                data: data?,
                payments: payments?,
                sandbox: sandbox?,
                sample_psp: sample_psp?,
                access_tokens: access_tokens?,
                appearance: appearance?,
                log: log?,
                exchanges: exchanges?,
            })
        })
    }
}

/// The settings of `lommebok serve`. One exists only when everything that a production server needs is there.
#[derive(Debug)]
pub struct ServeConfig {
    /// Addresses and limits; `public_url` is there and https.
    pub network: NetworkConfig,
    /// How often one party may ask.
    pub rates: RateLimits,
    /// The path of the SQLite database.
    pub database: std::path::PathBuf,
    /// Batch and calls.
    pub payments: PaymentConfig,
    pub access_tokens: AccessTokenConfig,
    /// Name and colour.
    pub appearance: AppearanceConfig,
    /// Logging.
    pub log: LogConfig,
    /// Keys, read from the files that the settings name.
    pub keys: ServeKeys,
    /// The card scheme's token service.
    pub token_service: TokenService,
}

impl ServeConfig {
    /// Reads the settings, and the keys from the files that they name.
    ///
    /// # Errors
    /// All faults at once: what is missing, what is wrong, what belongs to a sandbox.
    pub fn load(sources: &Sources) -> Result<Self, ConfigFaults> {
        let mut reader = Reader::new(Mode::Serve, sources);
        let network = network::read(&mut reader);
        let rates = rates::read(&mut reader);
        let database = data::read_serve(&mut reader);
        let payments = payments::read(&mut reader);
        let access_tokens = access_tokens::read(&mut reader);
        let appearance = appearance::read(&mut reader);
        let log = log::read(&mut reader);
        let keys = keys::read(&mut reader);
        let token_service = keys::read_token_service(&mut reader);
        reader.finish(|| {
            Some(Self {
                network: network?,
                rates: rates?,
                database: database?,
                payments: payments?,
                access_tokens: access_tokens?,
                appearance: appearance?,
                log: log?,
                keys: keys?,
                token_service: token_service?,
            })
        })
    }
}

#[cfg(test)]
mod tests;
