//! Learning the weights: logistic regression on the best stretch of each example, in a fixed order.

use super::{BUCKETS, Features, Stretch, best};
use crate::text::real;

/// Texts of one input, as features, and whether it is an attack.
#[derive(Debug, Clone)]
pub struct Example {
    /// The features of each text.
    pub texts: Vec<Vec<Features>>,
    /// Whether it is an attack.
    pub malicious: bool,
    /// How much it counts; sources of different size can be given the same say.
    pub weight: f64,
}

/// How often all examples are gone through.
const EPOCHS: usize = 14;
/// As many rounds look at whole texts, before there are weights to find stretches by.
const WHOLE: usize = 3;
/// The most words of an example that a round learns from.
const WORDS: usize = 250;
const RATE: f64 = 0.08;
const DECAY: f64 = 0.0004;
/// What a stretch has to reach to speak for an attack.
const MARGIN: f64 = 2.0;

/// Learns the weights of one channel: [`BUCKETS`] numbers. The same examples in the same order give the same.
pub fn train(examples: &[Example]) -> Vec<f64> {
    let mut weights = vec![0.0; BUCKETS];
    let mut squares = vec![1e-3f64; BUCKETS];
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut random = 0x9E37_79B9_7F4A_7C15u64;
    for epoch in 0..EPOCHS {
        shuffle(&mut order, &mut random);
        for example in order.iter().filter_map(|index| examples.get(*index)) {
            learn(example, epoch < WHOLE, &mut weights, &mut squares);
        }
        for weight in &mut weights {
            *weight *= 1.0 - DECAY * real(examples.len()).sqrt();
        }
    }
    weights
}

/// One step: the weights of the stretch that counts move towards the truth.
fn learn(example: &Example, whole: bool, weights: &mut [f64], squares: &mut [f64]) {
    let weigh = |bucket: usize| weights.get(bucket).copied().unwrap_or(0.0);
    let found = example.texts.iter().map(|text| (text, best(text, weigh)));
    let Some((text, stretch)) = found.max_by(|a, b| a.1.score.total_cmp(&b.1.score)) else { return };
    let stretch = if whole || (example.malicious && stretch.score <= 0.0) {
        Stretch { score: sum(text, weigh), first: 0, last: text.len().saturating_sub(1) }
    } else {
        stretch
    };
    if stretch.score <= 0.0 && !example.malicious && !whole {
        return;
    }
    let truth = if example.malicious { 1.0 } else { 0.0 };
    let length = (stretch.last + 1 - stretch.first).min(WORDS);
    let scale = if whole { 1.0 / real(length).sqrt().max(1.0) } else { 1.0 };
    let error = (1.0 / (1.0 + (MARGIN - stretch.score * scale).exp()) - truth) * example.weight * scale;
    for feature in text.iter().skip(stretch.first).take(length) {
        for bucket in feature {
            if let (Some(weight), Some(square)) = (weights.get_mut(*bucket), squares.get_mut(*bucket)) {
                *square += error * error;
                *weight -= RATE * error / square.sqrt();
            }
        }
    }
}

fn sum(text: &[Features], weight: impl Fn(usize) -> f64) -> f64 {
    text.iter().take(WORDS).flatten().map(|bucket| weight(*bucket)).sum()
}

/// Fisher and Yates with a xorshift generator: the same every time.
fn shuffle(order: &mut [usize], random: &mut u64) {
    for last in (1..order.len()).rev() {
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        let range = u64::try_from(last + 1).unwrap_or(1);
        order.swap(last, usize::try_from(*random % range).unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    use super::super::features;
    use super::*;
    use crate::text::words::Text;

    #[test]
    fn what_tells_classes_apart_is_learnt_and_always_the_same() {
        let example = |source: &str, malicious| Example {
            texts: vec![features(&Text::plain(source))],
            malicious,
            weight: 1.0,
        };
        let examples: Vec<Example> = (0..20)
            .flat_map(|i| {
                [
                    example(&format!("please send gold number {i} today"), true),
                    example(&format!("please send notes number {i} today"), false),
                ]
            })
            .collect();
        let weights = train(&examples);
        let of = |word: &str| weights[features(&Text::plain(word))[0][0]];
        assert!(
            of("gold") > of("please") && of("notes") < of("gold"),
            "{} {} {}",
            of("gold"),
            of("please"),
            of("notes")
        );
        assert_eq!(weights, train(&examples));
    }
}
