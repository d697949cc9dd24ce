//! How often a transient failure is tried again, and how long apart.

use std::time::Duration;

/// Bounded exponential backoff with jitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How often a batch is tried in all.
    pub tries: u32,
    /// The first pause; each one after is `factor` times as long.
    pub first_pause: Duration,
    /// What a pause grows by.
    pub factor: u32,
    /// No pause is longer.
    pub longest_pause: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            tries: 5,
            first_pause: Duration::from_millis(20),
            factor: 4,
            longest_pause: Duration::from_secs(30),
        }
    }
}

impl Retry {
    /// The pause after the failed try of this number (1 for the first), if there is another. It is somewhere in the upper half of what the
    /// backoff says, by `chance`, so that those who failed together do not come back together.
    pub fn pause_after(&self, failed: u32, chance: u64) -> Option<Duration> {
        (failed < self.tries).then(|| {
            let grown = self
                .first_pause
                .saturating_mul(self.factor.saturating_pow(failed.saturating_sub(1)));
            let whole = grown.min(self.longest_pause);
            let jitter = (whole.as_nanos() / 2) as u64;
            whole.saturating_sub(Duration::from_nanos(chance.checked_rem(jitter).unwrap_or(0)))
        })
    }
}

/// The next number of a sequence that looks random (splitmix64, Steele, Lea and Flood 2014).
pub(crate) fn next_chance(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_stay_in_the_upper_half_and_are_bounded() {
        let retry = Retry {
            tries: 9,
            ..Retry::default()
        };
        let mut chance = 7;
        for (failed, whole) in [20, 80, 320, 1_280, 5_120, 20_480, 30_000, 30_000]
            .into_iter()
            .enumerate()
        {
            let whole = Duration::from_millis(whole);
            for _ in 0..100 {
                let pause = retry.pause_after(failed as u32 + 1, next_chance(&mut chance)).unwrap();
                assert!(pause > whole / 2 && pause <= whole, "{pause:?} of {whole:?}");
            }
        }
        assert_eq!(retry.pause_after(9, 0), None);
        assert_eq!(retry.pause_after(1, 0), Some(Duration::from_millis(20)));
    }

    #[test]
    fn no_pause_at_all_can_be_asked_for() {
        let retry = Retry {
            first_pause: Duration::ZERO,
            ..Retry::default()
        };
        assert_eq!(retry.pause_after(1, 3), Some(Duration::ZERO));
    }
}
