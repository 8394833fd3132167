//! From scores to words and probabilities: one scale for each kind, taken from the validation part (docs/triage.md).

use crate::input::Kind;
use crate::model::Channel;

/// What scores of a kind mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// From this firm score on: `malicious`.
    pub malicious: f64,
    /// From this score on: `suspicious`.
    pub suspicious: f64,
    /// Below this score, if enough is known: `benign`.
    pub benign: f64,
    /// The score at which both are as likely.
    pub even: f64,
    /// How fast likelihood grows with the score, in log-odds.
    pub slope: f64,
}

impl Scale {
    /// The probability of an attack at a score, 0.01 to 0.99: nothing is certain by these means.
    pub fn probability(&self, score: f64) -> f64 {
        let odds = self.slope * (score - self.even);
        (1.0 / (1.0 + (-odds).exp())).clamp(0.01, 0.99)
    }
}

/// For what could not be read.
pub const NONE: Scale = Scale {
    malicious: f64::INFINITY,
    suspicious: f64::INFINITY,
    benign: f64::NEG_INFINITY,
    even: 0.0,
    slope: 0.0,
};

const EMAIL: Scale = Scale { malicious: 2.75, suspicious: 2.15, benign: 1.6, even: 1.9, slope: 1.65 };
const PROMPT: Scale = Scale { malicious: 2.5, suspicious: 1.65, benign: 1.1, even: 1.4, slope: 1.35 };
const ALERT: Scale = Scale { malicious: 4.0, suspicious: 2.25, benign: 0.0, even: 2.3, slope: 0.45 };
const LOGIN: Scale = Scale { malicious: 3.4, suspicious: 1.8, benign: 0.0, even: 2.2, slope: 1.0 };

/// The scale of a kind.
pub fn of(kind: Kind) -> &'static Scale {
    match kind {
        Kind::Email => &EMAIL,
        Kind::Prompt => &PROMPT,
        Kind::Alert => &ALERT,
        Kind::Login => &LOGIN,
    }
}

/// What the text model's best stretch adds to the score: from where, how much, and at most.
pub fn words(channel: Channel, stretch: f64) -> f64 {
    let (from, gain, most) = match channel {
        Channel::Mail => (1.0, 0.3, 2.0),
        Channel::User => (1.5, 0.3, 1.5),
    };
    ((stretch - from) * gain).clamp(0.0, most)
}
