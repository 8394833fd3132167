//! What one would try first: TF-IDF of words and word pairs, and logistic regression.

use super::data::Record;
use super::metrics::real;
use serde_json::Value;
use std::collections::HashMap;

/// The terms of a record by place, whether it is an attack, and how much it counts.
type Row = (Vec<(usize, f64)>, f64, f64);

/// A trained baseline.
pub struct Baseline {
    places: HashMap<String, usize>,
    rarity: Vec<f64>,
    weights: Vec<f64>,
    bias: f64,
}

const EPOCHS: usize = 60;
const RATE: f64 = 4.0;
const DECAY: f64 = 1e-5;

impl Baseline {
    /// Trains on records. `None` if they are all of one class.
    pub fn train(records: &[&Record]) -> Option<Self> {
        let bad = records.iter().filter(|record| record.malicious).count();
        if bad == 0 || bad == records.len() {
            return None;
        }
        let texts: Vec<HashMap<String, f64>> = records.iter().map(|record| terms(record)).collect();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for term in texts.iter().flat_map(HashMap::keys) {
            *counts.entry(term).or_default() += 1;
        }
        // Words seen once tell nothing. Sorted, so that the same data give the same numbers.
        let mut known: Vec<(&str, usize)> = counts.into_iter().filter(|(_, count)| *count >= 2).collect();
        known.sort_unstable();
        let places: HashMap<String, usize> =
            known.iter().enumerate().map(|(at, (term, _))| ((*term).to_owned(), at)).collect();
        let total = real(records.len());
        let rarity: Vec<f64> =
            known.iter().map(|(_, count)| ((1.0 + total) / (1.0 + real(*count))).ln() + 1.0).collect();
        let mut baseline = Self { places, weights: vec![0.0; rarity.len()], rarity, bias: 0.0 };
        let rows: Vec<Row> = texts
            .iter()
            .zip(records)
            .map(|(terms, record)| {
                let class = if record.malicious { bad } else { records.len() - bad };
                (baseline.row(terms), f64::from(u8::from(record.malicious)), total / (2.0 * real(class)))
            })
            .collect();
        baseline.fit(&rows);
        Some(baseline)
    }

    /// Stochastic gradient descent in a fixed order, with a falling rate.
    fn fit(&mut self, rows: &[Row]) {
        let step = 7919 % rows.len().max(1);
        for epoch in 0..EPOCHS {
            let rate = RATE / (1.0 + 0.2 * real(epoch));
            let mut at = 0;
            for _ in 0..rows.len() {
                at = (at + step.max(1)) % rows.len();
                let Some((row, truth, weight)) = rows.get(at) else { continue };
                let error = (self.value(row) - truth) * weight;
                self.bias -= rate * 0.1 * error;
                for (place, value) in row {
                    if let Some(known) = self.weights.get_mut(*place) {
                        *known -= rate * (error * value + DECAY * *known);
                    }
                }
            }
        }
    }

    /// The probability it gives.
    pub fn probability(&self, record: &Record) -> f64 {
        self.value(&self.row(&terms(record)))
    }

    fn value(&self, row: &[(usize, f64)]) -> f64 {
        let sum: f64 =
            row.iter().map(|(place, value)| self.weights.get(*place).copied().unwrap_or(0.0) * value).sum();
        1.0 / (1.0 + (-(sum + self.bias)).exp())
    }

    /// A text as weights of known terms, of length one.
    fn row(&self, terms: &HashMap<String, f64>) -> Vec<(usize, f64)> {
        let mut row: Vec<(usize, f64)> = terms
            .iter()
            .filter_map(|(term, count)| {
                let place = *self.places.get(term)?;
                Some((place, (1.0 + count.ln()) * self.rarity.get(place)?))
            })
            .collect();
        row.sort_unstable_by_key(|(place, _)| *place);
        let length = row.iter().map(|(_, value)| value * value).sum::<f64>().sqrt().max(1e-12);
        for (_, value) in &mut row {
            *value /= length;
        }
        row
    }
}

/// How often each word and word pair occurs in all strings of a record.
fn terms(record: &Record) -> HashMap<String, f64> {
    let mut words: Vec<String> = Vec::new();
    let mut open = vec![&record.input.raw_data];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => {
                let cut = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 2);
                words.extend(cut.take(4000).map(str::to_lowercase));
            }
            Value::Array(items) => open.extend(items.iter().rev()),
            Value::Object(members) => open.extend(members.values()),
            _ => {}
        }
    }
    let mut counts = HashMap::new();
    for pair in words.windows(2) {
        *counts.entry(pair.join(" ")).or_default() += 1.0;
    }
    for word in words {
        *counts.entry(word).or_default() += 1.0;
    }
    counts
}
