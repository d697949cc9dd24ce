//! Histograms: how often which size was seen, to within an eighth, in a fixed few kilobytes.

use std::sync::atomic::{AtomicU64, Ordering};

/// Buckets per doubling.
const PER_DOUBLING: usize = 8;
const BUCKETS: usize = PER_DOUBLING * 61 + PER_DOUBLING;

/// Counts of sizes, in buckets that are an eighth of a doubling wide. Anybody may add and read at any time.
#[derive(Debug)]
pub struct Histogram {
    buckets: Box<[AtomicU64]>,
    sum: AtomicU64,
    max: AtomicU64,
}

/// What a histogram said at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Distribution {
    /// How many there were.
    pub count: u64,
    /// All together.
    pub sum: u64,
    /// The largest.
    pub max: u64,
    /// Half are at most so large.
    pub p50: u64,
    /// Nineteen of twenty are at most so large.
    pub p95: u64,
    /// Ninety-nine of a hundred are at most so large.
    pub p99: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            buckets: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect(),
            sum: AtomicU64::new(0),
            max: AtomicU64::new(0),
        }
    }
}

fn bucket(size: u64) -> usize {
    if size < PER_DOUBLING as u64 {
        return size as usize;
    }
    let doubling = 63 - size.leading_zeros() as usize;
    let within = (size >> (doubling - 3)) as usize & (PER_DOUBLING - 1);
    (doubling - 2) * PER_DOUBLING + within
}

/// The largest size of a bucket.
fn top(bucket: usize) -> u64 {
    if bucket < PER_DOUBLING {
        return bucket as u64;
    }
    let (doubling, within) = (bucket / PER_DOUBLING + 2, bucket % PER_DOUBLING);
    let width = 1_u64 << (doubling - 3);
    ((PER_DOUBLING + within) as u64 * width).saturating_add(width - 1)
}

impl Histogram {
    /// Adds one.
    pub fn add(&self, size: u64) {
        self.buckets[bucket(size)].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(size, Ordering::Relaxed);
        self.max.fetch_max(size, Ordering::Relaxed);
    }

    /// What it says now.
    pub fn read(&self) -> Distribution {
        let counts: Vec<u64> = self.buckets.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        let count: u64 = counts.iter().sum();
        let max = self.max.load(Ordering::Relaxed);
        let quantile = |hundredths: u64| {
            let rank = (count * hundredths).div_ceil(100);
            let mut below = 0;
            for (at, &here) in counts.iter().enumerate() {
                below += here;
                if here > 0 && below >= rank {
                    return top(at).min(max);
                }
            }
            0
        };
        Distribution {
            count,
            sum: self.sum.load(Ordering::Relaxed),
            max,
            p50: quantile(50),
            p95: quantile(95),
            p99: quantile(99),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_lies_in_its_bucket_and_buckets_follow_each_other() {
        let mut sizes: Vec<u64> = (0..2_000).collect();
        sizes.extend((11..64).flat_map(|bits| [(1_u64 << bits) - 1, 1 << bits, (1 << bits) + 1]));
        sizes.push(u64::MAX);
        for size in sizes {
            let at = bucket(size);
            assert!(at < BUCKETS && size <= top(at), "{size}");
            assert!(at == 0 || top(at - 1) < size, "{size}");
        }
    }

    #[test]
    fn quantiles_are_right_to_within_an_eighth() {
        let histogram = Histogram::default();
        assert_eq!(histogram.read(), Distribution::default());
        (1..=10_000).for_each(|size| histogram.add(size));
        let read = histogram.read();
        assert_eq!((read.count, read.sum, read.max), (10_000, 50_005_000, 10_000));
        for (found, exact) in [(read.p50, 5_000), (read.p95, 9_500), (read.p99, 9_900)] {
            assert!(found >= exact && found <= exact + exact / 8, "{found} for {exact}");
        }
    }
}
