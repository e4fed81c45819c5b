//! Fresh ids that look as random as a PSP's own, and can be made again from a number.
//!
//! Real PSPs send random ids; ids in order would flatter every index. Each half of an id is a permutation of 64 bits,
//! so that two numbers never give the same one.

use std::cell::Cell;

/// Numbers that no other request of this run has.
#[derive(Default)]
pub(crate) struct Serials(Cell<u64>);

impl Serials {
    pub(crate) fn next(&self) -> u64 {
        let serial = self.0.get();
        self.0.set(serial.saturating_add(1));
        serial
    }

    /// Leaves out those below `serial`.
    pub(crate) fn skip_to(&self, serial: u64) {
        self.0.set(serial);
    }

    /// How many were handed out: the numbers below this one.
    pub(crate) fn count(&self) -> u64 {
        self.0.get()
    }
}

/// The `pspTransactionId` of a number: 36 characters, a GUID by its looks.
pub(crate) fn transaction(serial: u64) -> String {
    let high = scattered(serial);
    let low = scattered(!serial);
    let digits = format!("{high:016x}{low:016x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// The `merchantOrderId` of a number: 22 characters.
pub(crate) fn order(serial: u64) -> String {
    format!("order-{:016x}", scattered(serial.rotate_left(32)))
}

/// One of the permutations by which `SplitMix64` scatters a counter.
fn scattered(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_differ_have_the_permitted_form_and_come_in_no_order() {
        let ids: Vec<String> = (0..10_000).map(transaction).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        assert!(ids.iter().all(|id| id.len() == 36));
        assert!(!ids.is_sorted());
        assert_eq!((0..10_000).map(order).collect::<BTreeSet<_>>().len(), 10_000);
    }

    #[test]
    fn serials_are_never_handed_out_twice() {
        let serials = Serials::default();
        assert_eq!([serials.next(), serials.next(), serials.count()], [0, 1, 2]);
    }
}
