//! What a report says, as a number: equal for equal texts, near for texts that differ a little.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// In how many of 64 bits two near texts may differ at most.
pub const MAX_NEAR_BITS: u32 = 3;
/// How many words in a row make a shingle.
const SHINGLE: usize = 2;
/// Below this many words chance decides: such texts are only ever equal.
const MIN_WORDS: usize = 12;
/// How many words are read.
const MAX_WORDS: usize = 20_000;

/// The fingerprint of a title and a summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The SHA-256 of the normalised text: letters and digits in lower case, one blank between words.
    pub exact: String,
    /// For comparing with texts that are not quite the same; `None` for texts of less than a dozen words.
    pub near: Option<SimHash>,
}

/// A SimHash (Charikar 2002): texts with much in common differ in few bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SimHash(u64);

impl SimHash {
    /// From the number a database kept.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The number.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// In how many bits two differ.
    pub fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }

    /// Whether two texts are near: they differ in at most [`MAX_NEAR_BITS`].
    pub fn near(self, other: Self) -> bool {
        self.distance(other) <= MAX_NEAR_BITS
    }

    /// Four numbers, one for each quarter: two that are near share at least one (there are more quarters than
    /// bits that may differ). Kept in an index, they find the candidates [`near`](Self::near) then judges. The
    /// upper 16 of 32 bits number the quarter, so that one column holds all.
    pub fn bands(self) -> [u32; 4] {
        let mut bands = [0; 4];
        for (i, band) in (0u32..).zip(bands.iter_mut()) {
            let quarter = (self.0 >> (16 * i)) & 0xFFFF;
            *band = (i << 16) | u32::try_from(quarter).unwrap_or_default();
        }
        bands
    }
}

/// The fingerprint of a report.
///
/// ```
/// use probatum_intake::fingerprint;
/// let a = fingerprint("Hospital hit", "Systems of the hospital are down.");
/// assert_eq!(a.exact, fingerprint("HOSPITAL HIT!", "systems of the  hospital are down").exact);
/// assert_ne!(a.exact, fingerprint("Hospital hit", "Systems of the hospital are up.").exact);
/// ```
pub fn fingerprint(title: &str, summary: &str) -> Fingerprint {
    let words = words(title).chain(words(summary)).take(MAX_WORDS).collect::<Vec<_>>();
    let exact = hex::encode(Sha256::digest(words.join(" ")));
    let near = (words.len() >= MIN_WORDS).then(|| simhash(&words));
    Fingerprint { exact, near }
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase)
}

/// Each shingle and each word votes for or against every bit. A word weighs two shingles: a changed word takes
/// two shingles with it, and of a hundred words one or two may change.
fn simhash(words: &[String]) -> SimHash {
    let mut votes = [0i32; 64];
    for (features, weight) in [(words.windows(SHINGLE), 1), (words.windows(1), 2)] {
        for feature in features {
            let digest = Sha256::digest(feature.join(" "));
            let hash = digest.iter().take(8).fold(0u64, |all, byte| (all << 8) | u64::from(*byte));
            for (bit, vote) in votes.iter_mut().enumerate() {
                *vote += if (hash >> bit) & 1 == 1 { weight } else { -weight };
            }
        }
    }
    let raised = votes.iter().enumerate().filter(|(_, vote)| **vote > 0);
    SimHash(raised.fold(0, |all, (bit, _)| all | (1 << bit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "The regional hospital of Exampletown has taken its patient portal offline after staff \
        noticed encrypted files on several servers during the night from Friday to Saturday. Emergency care \
        continues, planned operations were moved to neighbouring clinics, and the police have opened an \
        investigation. A group that calls itself Example Spider claimed the attack on its site and threatens to \
        publish two terabytes of records unless it is paid. The hospital says it has informed the data \
        protection authority and the national response team, and that it does not intend to negotiate. Backups \
        are being checked; the management expects the first systems to return within a week.";

    #[test]
    fn a_report_copied_with_small_changes_is_near() {
        let original = fingerprint("Hospital hit by ransomware", REPORT);
        let edited = REPORT.replace("two terabytes", "2 terabytes").replace("management", "director");
        let copy = fingerprint("Hospital hit by ransomware", &edited);
        let (a, b) = (original.near.unwrap(), copy.near.unwrap());
        assert_ne!(original.exact, copy.exact);
        assert!(a.near(b), "{}", a.distance(b));
        assert!(a.bands().iter().any(|band| b.bands().contains(band)));
    }

    #[test]
    fn another_report_is_not() {
        let a = fingerprint("Hospital hit by ransomware", REPORT).near.unwrap();
        let other = "A software library used by thousands of projects was published with a hidden downloader on \
            Tuesday. Maintainers removed the release after four hours and ask everybody who installed it to rotate \
            their keys. How the attackers came by the maintainer's token is not known yet.";
        let b = fingerprint("Library release had a backdoor", other).near.unwrap();
        assert!(a.distance(b) > 10, "{}", a.distance(b));
        assert_eq!(fingerprint("Hospital hit", "").near, None);
    }

    #[test]
    fn bands_meet_whatever_three_bits_differ() {
        let a = SimHash::from_bits(0x0123_4567_89AB_CDEF);
        for (i, j, k) in [(0, 1, 2), (0, 16, 32), (15, 31, 63), (20, 40, 60)] {
            let b = SimHash::from_bits(a.bits() ^ (1 << i) ^ (1 << j) ^ (1 << k));
            assert!(a.near(b) && a.bands().iter().any(|band| b.bands().contains(band)));
        }
        assert!(!a.near(SimHash::from_bits(a.bits() ^ 0b1111)));
    }
}
