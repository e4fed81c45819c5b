//! Starting the real server for a test: everything on port 0 and in a temporary directory, one signing key for all.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lommebok_engine::clock::BusinessClock;
use lommebok_engine::keys::{SigningKey, SigningKeyPair};
use lommebok_engine::outbound::CallWatch;
use lommebok_server::assembly::{RunningSandbox, Seams};
use lommebok_server::config::{DevConfig, Sources};
use lommebok_server::seeds::Seed;

use crate::TestError;
use crate::clock::BEGINNING;

/// Instead of the server's 2 s: on a busy machine one commit may take longer, and then a payment would fail by chance.
const SENDS_WITHIN: Duration = Duration::from_mins(1);

/// A running sandbox on `directory`, with these settings in addition, which shows its calls to `watch`.
pub(crate) async fn start(
    directory: &Path,
    settings: &[(&str, &str)],
    watch: CallWatch,
) -> Result<RunningSandbox, TestError> {
    let mut sources = Sources::default();
    let directory = directory.to_str().ok_or_else(|| TestError::Start("the directory's name is no text".to_owned()))?;
    let own = [("data_dir", directory), ("listen", "127.0.0.1:0"), ("psp_listen", "127.0.0.1:0")];
    for (name, value) in own.iter().chain(settings) {
        sources.flags.insert((*name).to_owned(), (*value).to_owned());
    }
    let config = DevConfig::load(&sources).map_err(|fault| TestError::Start(fault.to_string()))?;
    let seams = Seams {
        clock: Some(BusinessClock::frozen(BEGINNING)),
        signing_key: Some(signing_key()?),
        call_watch: Some(watch),
        sends_within: Some(SENDS_WITHIN),
        ..Seams::default()
    };
    RunningSandbox::start(&config, &Seed::built_in(), seams).await.map_err(|fault| TestError::Start(fault.to_string()))
}

/// Making an RSA key takes longer than most tests; all wallets of a process share one.
fn signing_key() -> Result<SigningKey, TestError> {
    static PAIR: OnceLock<Option<Arc<SigningKeyPair>>> = OnceLock::new();
    let pair = PAIR.get_or_init(|| SigningKeyPair::generate().ok().map(Arc::new));
    let pair = pair.as_ref().ok_or_else(|| TestError::Start("no signing key can be made".to_owned()))?;
    Ok(SigningKey::ready_made(Arc::clone(pair)))
}
