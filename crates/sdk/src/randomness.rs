//! The one place where randomness enters: idempotency keys, makePayment tokens, jitter, the name of a process run.

/// `N` random bytes.
///
/// # Panics
/// When the operating system has no randomness, in which case nothing that keeps secrets can run.
#[expect(clippy::disallowed_methods, reason = "this is the SDK's place where randomness enters")]
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("an operating system without randomness cannot run anything that keeps secrets");
    bytes
}

/// `N` random bytes as hexadecimal digits.
pub(crate) fn hex<const N: usize>() -> String {
    bytes::<N>().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
