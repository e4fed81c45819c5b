//! Money in minor units (øre) of Norwegian kroner, the only currency of the API.

/// An amount of Norwegian kroner in øre, 1 to 2 147 483 647.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i64);

impl Amount {
    /// The least amount of an entry, in øre.
    pub const MIN_ORE: i64 = 1;
    /// The largest amount that the wire's int32 can say, in øre.
    pub const MAX_ORE: i64 = 2_147_483_647;

    /// An amount of `ore` øre, or `None` outside 1 to 2 147 483 647.
    pub const fn from_ore(ore: i64) -> Option<Self> {
        if ore >= Self::MIN_ORE && ore <= Self::MAX_ORE { Some(Self(ore)) } else { None }
    }

    /// The amount in øre.
    pub const fn ore(self) -> i64 {
        self.0
    }
}
