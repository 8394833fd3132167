//! A small linear model of words and word pairs, and the stretch of a text that speaks most for an attack.
//!
//! Every word and every pair of neighbours has a weight. The score of a text is that of its best stretch: the
//! run of words whose weights add up to most, or nothing. Words that speak for harmlessness end a run; they
//! take nothing away from a run elsewhere, so text that is added can only raise the score.

mod train;

pub use train::{Example, train};

use crate::text::words::Text;

/// How many weights a channel has; a power of two.
pub const BUCKETS: usize = 1 << 15;
/// How the file begins.
const MAGIC: &[u8; 4] = b"PTM1";

probatum_kernel::vocabulary! {
    /// Whose words a part of the model knows.
    pub enum Channel("channel") {
        /// Mails.
        Mail = "mail",
        /// What users say to a model. (What a model is given as data has no words of its own: on unseen
        /// sources its words told nothing.)
        User = "user",
    }
}

/// Places in the table for one word: the word itself, and the word with the one before.
pub type Features = [usize; 2];

/// The weights of one channel, quantised.
#[derive(Debug, Clone, PartialEq)]
struct Table {
    step: f32,
    weights: Vec<i8>,
}

/// The weights of all channels.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    tables: Vec<Table>,
}

/// The best stretch of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// Its weights together; 0 if no word speaks for an attack.
    pub score: f64,
    /// Its first word.
    pub first: usize,
    /// Its last word.
    pub last: usize,
}

impl Model {
    /// A model from the weights of each channel, in the order of [`Channel::ALL`], [`BUCKETS`] each.
    pub fn quantise(channels: &[Vec<f64>]) -> Self {
        let tables = channels.iter().map(|weights| {
            let largest = weights.iter().fold(0.0f64, |most, w| most.max(w.abs()));
            let step = if largest > 0.0 { largest / 127.0 } else { 1.0 };
            let weights = weights.iter().map(|w| small(*w / step)).collect();
            Table { step: narrow(step), weights }
        });
        Self { tables: tables.collect() }
    }

    /// Reads what [`Self::to_bytes`] wrote. `None` if it is anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(MAGIC.as_slice())?;
        let mut tables = Vec::new();
        for _ in Channel::ALL {
            let (step, after) = rest.split_first_chunk::<4>()?;
            let (weights, after) = after.split_at_checked(BUCKETS)?;
            let step = f32::from_le_bytes(*step);
            if !step.is_finite() || step <= 0.0 {
                return None;
            }
            tables.push(Table { step, weights: weights.iter().map(|b| i8::from_le_bytes([*b])).collect() });
            rest = after;
        }
        rest.is_empty().then_some(Self { tables })
    }

    /// The model as a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for table in &self.tables {
            bytes.extend(table.step.to_le_bytes());
            bytes.extend(table.weights.iter().flat_map(|w| w.to_le_bytes()));
        }
        bytes
    }

    /// A short name of exactly these weights.
    pub fn name(&self) -> String {
        let hash =
            self.to_bytes().iter().fold(OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME));
        format!("words-{:08x}", hash >> 32)
    }

    /// The stretch of a text that speaks most for an attack.
    pub fn stretch(&self, channel: Channel, text: &Text<'_>) -> Stretch {
        let index = Channel::ALL.iter().position(|known| *known == channel).unwrap_or(0);
        let Some(table) = self.tables.get(index) else { return Stretch { score: 0.0, first: 0, last: 0 } };
        let weight =
            |bucket: usize| table.weights.get(bucket).map_or(0.0, |w| f64::from(*w) * f64::from(table.step));
        best(&features(text), weight)
    }
}

/// The run of words whose weights add up to most.
pub(crate) fn best(features: &[Features], weight: impl Fn(usize) -> f64) -> Stretch {
    let mut best = Stretch { score: 0.0, first: 0, last: 0 };
    let (mut sum, mut first) = (0.0, 0);
    for (at, [word, pair]) in features.iter().enumerate() {
        let (alone, along) = (weight(*word), weight(*pair));
        if sum + along > 0.0 && at > 0 {
            sum += alone + along;
        } else {
            sum = alone;
            first = at;
        }
        if sum > best.score {
            best = Stretch { score: sum, first, last: at };
        }
    }
    best
}

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

fn hash(letters: &str, seed: u64) -> u64 {
    letters.bytes().fold(OFFSET ^ seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

fn bucket(hash: u64) -> usize {
    usize::try_from((hash ^ (hash >> 29)) & (u64::try_from(BUCKETS).unwrap_or(1) - 1)).unwrap_or(0)
}

/// The places of every word of a text. Digits are all alike: numbers are names of single cases.
pub fn features(text: &Text<'_>) -> Vec<Features> {
    let mut before = hash("", 1);
    text.words
        .iter()
        .map(|word| {
            let letters = word.leet.as_deref().unwrap_or_else(|| text.letters(word));
            let digits = letters.starts_with(|c: char| c.is_ascii_digit());
            let own = if digits { hash("#", 0) } else { hash(letters, 0) };
            let pair = before.rotate_left(17) ^ own;
            before = own;
            [bucket(own), bucket(pair.wrapping_mul(PRIME))]
        })
        .collect()
}

/// The nearest whole number within the range of a byte.
fn small(value: f64) -> i8 {
    let rounded = value.round().clamp(-127.0, 127.0);
    (-127..=127i8).find(|n| f64::from(*n) >= rounded).unwrap_or(127)
}

/// The nearest single-precision number; what is too large for one never occurs here.
fn narrow(value: f64) -> f32 {
    // There is no lossless way but through its digits, and this happens thrice in a training.
    format!("{value:e}").parse().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(channel: usize, word: &str, weight: f64) -> Model {
        let mut tables = vec![vec![0.0; BUCKETS]; Channel::ALL.len()];
        let text = Text::plain(word);
        tables[channel][features(&text)[0][0]] = weight;
        Model::quantise(&tables)
    }

    #[test]
    fn a_model_survives_its_file() {
        let model = only(1, "hello", 2.0);
        assert_eq!(Model::from_bytes(&model.to_bytes()), Some(model.clone()));
        assert_eq!(Model::from_bytes(b"PTM1"), None);
        assert!(model.name().starts_with("words-"));
    }

    #[test]
    fn more_text_takes_nothing_away() {
        let model = only(0, "evil", 2.0);
        let score = |source: &str| model.stretch(Channel::Mail, &Text::plain(source)).score;
        assert!(score("so evil") > 1.9);
        assert!(score("so evil and good and good and good") >= score("so evil"));
        assert_eq!(score("good"), 0.0);
    }
}
