//! A payment in 32 bytes, as it is compared: whole numbers, and of texts a tag. Two texts may have one tag, and two numbers of ours
//! beyond 32 bits look alike, so what fits is looked at again.

use std::hash::{BuildHasher as _, RandomState};

use lommebok_domain::StateName;
use lommebok_store::Standing;

/// What is compared of a payment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Row {
    pub(super) created_at: i64,
    pub(super) amount: u32,
    pub(super) merchant: u32,
    /// 0: bound to none.
    pub(super) user: u32,
    /// The tag of the number that came with its init, or 0.
    pub(super) number: u32,
    /// The tag of the cause of its failure, or 0.
    pub(super) cause: u32,
    pub(super) psp: u16,
    /// The bit of its state.
    pub(super) state: u8,
    pub(super) flags: u8,
}

const _: () = assert!(size_of::<Row>() == 32, "a payment takes as much memory as is said");

impl Row {
    pub(super) const IS_THERE: u8 = 1;
    pub(super) const OUTCOME_UNKNOWN: u8 = 2;
    pub(super) const NOTICE_GIVEN_UP: u8 = 4;

    /// The bit of a state.
    pub(super) fn bit(state: StateName) -> u8 {
        let place = StateName::ALL.iter().position(|known| *known == state);
        place.and_then(|place| 1_u8.checked_shl(u32::try_from(place).ok()?)).unwrap_or_default()
    }

    pub(super) fn set(&mut self, standing: &Standing, tags: &Tags) {
        self.state = Self::bit(standing.state);
        self.user = standing.user.map_or(0, |user| narrow(user.get()));
        self.cause = standing.cause.as_ref().map_or(0, |cause| tags.of(&cause.text()));
        self.flags = Self::IS_THERE;
        if standing.outcome_unknown {
            self.flags |= Self::OUTCOME_UNKNOWN;
        }
        if standing.notice_given_up {
            self.flags |= Self::NOTICE_GIVEN_UP;
        }
    }
}

/// A number of ours in 32 bits; those that are larger look alike.
pub(super) fn narrow(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Texts as numbers that are never 0. The key is this process', so that no number can be read out of a tag.
#[derive(Debug, Default)]
pub(super) struct Tags(RandomState);

impl Tags {
    pub(super) fn of(&self, text: &str) -> u32 {
        let [_, _, _, _, tag @ ..] = self.0.hash_one(text).to_be_bytes();
        u32::from_be_bytes(tag).max(1)
    }
}
