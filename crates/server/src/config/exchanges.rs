//! Section *Exchanges*: how much of what was said a sandbox keeps, and how long.

use std::time::Duration;

use lommebok_engine::exchanges::Limits;

use super::reader::{Reader, number};

pub(super) fn read(reader: &mut Reader) -> Option<Limits> {
    let most_bytes = reader.take("exchanges_max_bytes", number(0..=1_073_741_824));
    let longest_h: Option<u32> = reader.take("exchanges_max_age_h", number(1..=8_760));
    let longest = Duration::from_hours(u64::from(longest_h?));
    Some(Limits { most_bytes: most_bytes?, longest })
}
