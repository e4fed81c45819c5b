//! What keeps the wallet running, apart from payments: the start, the operator's check, expired rows, the watch over files and clock,
//! the watermark, and the limits of long work and of event streams.

mod check;
mod expired_rows;
mod long_work;
mod restored;
mod start;
mod stream_places;
mod watch;
mod watermark;

pub use check::{CheckFault, OnlineCheck};
pub(crate) use expired_rows::ExpiredRows;
pub(crate) use long_work::Turns;
pub use long_work::{IN_PLACE_BYTES, LongWork, Whose};
pub use restored::{EndedAsRestored, Restored};
pub(crate) use start::Start;
pub use stream_places::{Occasion, Place, Reader, Readers};
pub use watch::Watch;
pub use watermark::{Remembering, remember};
