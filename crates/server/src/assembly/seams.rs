//! What only tests turn, and the world that a sandbox begins with.

use std::time::Duration;

use lommebok_domain::TenantId;
use lommebok_engine::attempts::CrashPoints;
use lommebok_engine::clock::BusinessClock;
use lommebok_engine::keys::SigningKey;
use lommebok_engine::outbound::CallWatch;
use lommebok_store::{CommitHook, FaultHook, Rivals};

/// The sandbox's first closed world.
pub(super) const FIRST_TENANT: TenantId = TenantId::new(1);

/// What only tests turn.
#[derive(Clone, Default)]
pub struct Seams {
    /// A business clock of the test's own; else the one that was kept, or the real one.
    pub clock: Option<BusinessClock>,
    /// A signing key made before, because making one takes time.
    pub signing_key: Option<SigningKey>,
    /// Holds the store's sync.
    pub commit_hook: Option<CommitHook>,
    /// Puts the store in trouble.
    pub fault_hook: Option<FaultHook>,
    /// Others who are at work on the same database.
    pub rivals: Option<Rivals>,
    /// Learns how far attempts have come.
    pub crash_points: CrashPoints,
    /// Is shown each call to a PSP before it is made.
    pub call_watch: Option<CallWatch>,
    /// Instead of the 2 s within which an opened attempt is sent, because a commit may take that long on a busy machine.
    pub sends_within: Option<Duration>,
}

impl std::fmt::Debug for Seams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seams")
    }
}
