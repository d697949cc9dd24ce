//! Row ids: a network's number and a slot or tick in one integer, so that a row is found by one integer look-up.
//!
//! Of the handles of one slot at most one is alive, so that network and slot are enough; the handle itself stands in a column.

use bassline_core::Handle;

pub(crate) const SLOT_BITS: u32 = 32;
/// 140 million million ticks: four years at a million a second.
pub(crate) const TICK_BITS: u32 = 47;

/// The largest number of a network that leaves room for its ticks.
pub(crate) const LAST_NETWORK: i64 = (1 << (63 - TICK_BITS)) - 1;

/// The largest number of a tick.
pub(crate) const LAST_TICK: u64 = (1 << TICK_BITS) - 1;

/// The row of a handle.
#[inline]
pub(crate) fn row<H: Handle>(network: i64, handle: H) -> i64 {
    network << SLOT_BITS | i64::from(handle.slot())
}

/// The first and the last row of what a network has in one table.
pub(crate) fn rows(network: i64) -> [i64; 2] {
    [network << SLOT_BITS, network << SLOT_BITS | 0xffff_ffff]
}

/// The row of a tick.
#[inline]
pub(crate) fn tick_row(network: i64, tick: u64) -> i64 {
    network << TICK_BITS | tick as i64
}

/// The first and the last row of the ticks of a network up to one.
pub(crate) fn tick_rows(network: i64, last: u64) -> [i64; 2] {
    [tick_row(network, 0), tick_row(network, last.min(LAST_TICK))]
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
        let within = |[first, last]: [i64; 2], row| (first..=last).contains(&row);
        assert!(within(rows(3), row(3, last)));
        assert!(!within(rows(4), row(3, last)));
        assert!(within(tick_rows(3, u64::MAX), tick_row(3, LAST_TICK)));
        assert!(!within(tick_rows(3, u64::MAX), tick_row(4, 0)));
        assert!(!within(tick_rows(3, 7), tick_row(3, 8)));
        assert!(row(LAST_NETWORK, last) > 0);
        assert_eq!(tick_of(tick_row(LAST_NETWORK, 12)), 12);
        assert!(tick_row(LAST_NETWORK, 1 << 46) > 0);
    }
}
