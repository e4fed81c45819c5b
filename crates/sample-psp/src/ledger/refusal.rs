//! Why a command is not possible; nothing changes then.

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It has been done, or is as it should be: a repeat.
    #[error("this is so already")]
    AlreadySo,
    /// The state does not allow it.
    #[error("the payment is {0}")]
    WrongState(&'static str),
    /// The acquirer is being asked about the payment right now.
    #[error("the payment is being processed; ask again in a moment")]
    BeingProcessed,
    /// More than is left.
    #[error("{asked} øre are more than the {left} that are left")]
    TooMuch {
        /// What was asked for.
        asked: i64,
        /// What is left.
        left: i64,
    },
    /// Nothing is left to do this with.
    #[error("nothing is left")]
    NothingLeft,
    /// The key was used for something else.
    #[error("this key was used for another operation")]
    KeyUsed,
}
