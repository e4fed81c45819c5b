//! The one place of the sample PSP where randomness enters: ids of payments, sessions and orders.

/// `N` random bytes as lower-case hexadecimal digits.
///
/// # Panics
/// When the operating system has no randomness, in which case nothing that keeps secrets can run.
#[expect(clippy::disallowed_methods, reason = "this is the sample PSP's place where randomness enters")]
pub(crate) fn hex<const N: usize>() -> String {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).expect("an operating system without randomness cannot run anything that keeps secrets");
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
