//! Names of worlds: a part of their address and the name of their directory.

use lommebok_engine::randomness::Randomness;

use super::TenantFault;

/// The first world, at the root.
pub(crate) const FIRST: &str = "default";
const LONGEST: usize = 40;

/// The name as it was asked for.
///
/// # Errors
/// [`TenantFault::Name`].
pub(super) fn checked(name: &str) -> Result<&str, TenantFault> {
    let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if (1..=LONGEST).contains(&name.len()) && name.bytes().all(fits) && !name.starts_with('-') {
        return if name == FIRST { Err(TenantFault::NameTaken(name.to_owned())) } else { Ok(name) };
    }
    Err(TenantFault::Name("must be 1 to 40 lower-case letters, digits and hyphens, not a hyphen first"))
}

/// A name for who wants none.
pub(super) fn made(randomness: &Randomness) -> String {
    let hex = randomness.uuid().simple().to_string();
    format!("w-{}", hex.get(..12).unwrap_or(&hex))
}
