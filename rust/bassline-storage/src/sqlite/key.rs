//! Row ids: a network's number and a slot or tick in one integer, so that a row is found by one integer look-up.
//!
//! Of the handles of one slot at most one is alive, so that network and slot are enough; the handle itself stands in a column.

use bassline_core::Handle;
use std::ops::RangeInclusive;

const SLOT_BITS: u32 = 32;
/// 140 million million ticks: four years at a million a second.
const TICK_BITS: u32 = 47;

/// The largest number of a network that leaves room for its ticks.
pub(crate) const LAST_NETWORK: i64 = (1 << (63 - TICK_BITS)) - 1;

/// The largest number of a tick.
pub(crate) const LAST_TICK: u64 = (1 << TICK_BITS) - 1;

/// The row of a handle.
#[inline]
pub(crate) fn row<H: Handle>(network: i64, handle: H) -> i64 {
    network << SLOT_BITS | i64::from(handle.slot())
}

/// The rows of everything a network has in one table.
pub(crate) fn rows(network: i64) -> RangeInclusive<i64> {
    network << SLOT_BITS..=(network << SLOT_BITS | 0xffff_ffff)
}

/// The row of a tick.
#[inline]
pub(crate) fn tick_row(network: i64, tick: u64) -> i64 {
    network << TICK_BITS | tick as i64
}

/// The tick of a row.
pub(crate) fn tick_of(row: i64) -> u64 {
    row as u64 & LAST_TICK
}

#[cfg(test)]
mod tests {
    use super::*;
    use bassline_core::ContactId;

    #[test]
    fn networks_do_not_share_rows() {
        let last = ContactId::new(u32::MAX, 7);
        assert!(rows(3).contains(&row(3, last)));
        assert!(!rows(4).contains(&row(3, last)));
        assert!(row(LAST_NETWORK, last) > 0);
        assert_eq!(tick_of(tick_row(LAST_NETWORK, 12)), 12);
        assert!(tick_row(LAST_NETWORK, 1 << 46) > 0);
    }
}
