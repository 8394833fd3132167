//! Chance that is the same on every machine.

use super::MINUTE_MS;

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn of(seed: u64, index: u32) -> Self {
        Self(Self(seed).roll() ^ u64::from(index).wrapping_mul(0xd134_2543_de82_ef95))
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: u32) -> u32 {
        u32::try_from(self.roll() % u64::from(n.max(1))).unwrap_or(0)
    }

    pub(super) fn byte(&mut self, n: u8) -> u8 {
        u8::try_from(self.below(u32::from(n))).unwrap_or(0)
    }

    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of a list; `or` only if the list is empty.
    pub(super) fn pick<T: Copy>(&mut self, of: &[T], or: T) -> T {
        let place = self.below(u32::try_from(of.len()).unwrap_or(u32::MAX));
        usize::try_from(place).ok().and_then(|place| of.get(place)).copied().unwrap_or(or)
    }

    /// One of the parts between bars.
    pub(super) fn word(&mut self, of: &'static str) -> &'static str {
        let parts = u32::try_from(of.split('|').count()).unwrap_or(u32::MAX);
        usize::try_from(self.below(parts)).ok().and_then(|place| of.split('|').nth(place)).unwrap_or(of)
    }

    /// One of a table of weights and values; `or` takes what the weights leave of a hundred.
    pub(super) fn weighted<T: Copy>(&mut self, table: &[(u32, T)], or: T) -> T {
        let mut left = i64::from(self.below(100));
        let found = table.iter().find(|(weight, _)| {
            left -= i64::from(*weight);
            left < 0
        });
        found.map_or(or, |(_, value)| *value)
    }

    /// Milliseconds between half of `minutes` and one and a half of it.
    pub(super) fn about(&mut self, minutes: u32) -> i64 {
        i64::from(minutes / 2 + self.below(minutes)) * MINUTE_MS
    }
}
