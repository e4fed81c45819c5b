//! Who reads event streams: a landing page's link, or a phone's session. One has a few streams at a time and no more, and of one
//! change is looked up once whether a session may still read, however many streams it has.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use lommebok_domain::PaymentId;
use lommebok_store::KeyedHash;

/// Streams that one reader may have at a time.
const STREAMS_OF_ONE: usize = 8;

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reader {
    /// The holder of this payment's link.
    Link(PaymentId),
    /// The session whose token has this hash.
    Session(KeyedHash),
}

/// What the streams of one reader share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A payment has come to this version.
    Payment(PaymentId, i64),
    /// The clock was set for the so manieth time.
    Clock(u64),
}

/// Whether a reader may read, as it was seen on an occasion.
type Seen = Arc<tokio::sync::Mutex<Option<(Occasion, bool)>>>;

/// All who read. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Readers(Arc<Mutex<HashMap<Reader, (usize, Seen)>>>);

/// One stream's place; given back when dropped.
#[derive(Debug)]
pub struct Place {
    readers: Readers,
    reader: Reader,
    seen: Seen,
}

impl Readers {
    /// A place for one more stream; nothing when this reader has all that it may have.
    pub fn admit(&self, reader: Reader) -> Option<Place> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (streams, seen) = all.entry(reader).or_default();
        if *streams >= STREAMS_OF_ONE {
            return None;
        }
        *streams = streams.saturating_add(1);
        Some(Place { readers: self.clone(), reader, seen: Arc::clone(seen) })
    }
}

impl Place {
    /// Whether its reader may read what there is on `occasion`; `look` is asked by the first of the reader's streams, and the others
    /// wait for its answer.
    pub async fn may_read<F>(&self, occasion: Option<Occasion>, look: impl Fn() -> F) -> bool
    where
        F: Future<Output = bool>,
    {
        let Some(occasion) = occasion else { return look().await };
        let mut seen = self.seen.lock().await;
        if let Some((earlier, may)) = *seen
            && earlier == occasion
        {
            return may;
        }
        let may = look().await;
        *seen = Some((occasion, may));
        may
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.readers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((streams, _)) = all.get_mut(&self.reader) {
            *streams = streams.saturating_sub(1);
            if *streams == 0 {
                all.remove(&self.reader);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn what_several_streams_of_a_reader_are_told_is_looked_up_once() {
        let readers = Readers::default();
        let reader = Reader::Session(KeyedHash::new([1; 32]));
        let places: Vec<_> = (0..STREAMS_OF_ONE).filter_map(|_| readers.admit(reader)).collect();
        let looks = Cell::new(0);
        let look = || {
            looks.set(looks.get() + 1);
            std::future::ready(looks.get() < 3)
        };
        let told = async |occasion| {
            let mut told = 0;
            for place in &places {
                told += usize::from(place.may_read(occasion, look).await);
            }
            told
        };
        assert_eq!(told(Some(Occasion::Payment(PaymentId::new(7), 2))).await, 8);
        assert_eq!(told(Some(Occasion::Payment(PaymentId::new(7), 3))).await, 8);
        assert_eq!(told(Some(Occasion::Clock(1))).await, 0, "the session has ended");
        assert_eq!(looks.get(), 3);
        assert_eq!(told(None).await, 0);
        assert_eq!(looks.get(), 11, "a comment has no occasion");
    }

    #[test]
    fn a_reader_has_eight_places_and_is_forgotten_with_the_last() {
        let readers = Readers::default();
        let (link, other) = (Reader::Link(PaymentId::new(1)), Reader::Link(PaymentId::new(2)));
        let mut places: Vec<_> = (0..10).filter_map(|_| readers.admit(link)).collect();
        assert_eq!(places.len(), STREAMS_OF_ONE);
        assert!(readers.admit(other).is_some());
        places.pop();
        assert!(readers.admit(link).is_some());
        places.clear();
        assert!(readers.0.lock().unwrap().is_empty());
    }
}
