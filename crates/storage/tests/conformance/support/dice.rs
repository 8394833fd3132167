//! Random choices that are the same in every run and on both databases (SplitMix64).

/// A source of choices.
pub struct Dice(u64);

impl Dice {
    /// The choices that follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.bits() % n
    }

    /// A number below `n`, as a time or a count has it.
    pub fn span(&mut self, n: i64) -> i64 {
        i64::try_from(self.below(u64::try_from(n).unwrap())).unwrap()
    }

    /// True `percent` times out of a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        let i = self.below(u64::try_from(of.len()).unwrap());
        of[usize::try_from(i).unwrap()].clone()
    }

    /// Something, `percent` times out of a hundred.
    pub fn maybe<T>(&mut self, percent: u64, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.chance(percent) { Some(make(self)) } else { None }
    }

    /// The random bits of an id.
    pub fn id_bits(&mut self) -> [u8; 10] {
        let mut bits = [0; 10];
        for (to, from) in
            bits.iter_mut().zip(self.bits().to_le_bytes().iter().chain(&self.bits().to_le_bytes()))
        {
            *to = *from;
        }
        bits
    }
}
