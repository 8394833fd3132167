//! The embedded engine (interim).
use crate::engine::Input;
use crate::input::{Kind, mail::Mail, prompt::Prompt};
use crate::signals::{self, sheet::Sheet};

/// A signal as seen.
#[derive(Debug, Clone)]
pub struct Seen { /// name
    pub name: &'static str, /// weight
    pub weight: f64, /// quote
    pub quote: String }
/// What the engine found.
#[derive(Debug, Clone)]
pub struct Assessment { /// kind
    pub kind: Option<Kind>, /// score
    pub score: f64, /// signals
    pub seen: Vec<Seen> }
/// The engine.
#[derive(Debug, Default)]
pub struct Embedded;
impl Embedded {
    /// assess
    pub fn assess(&self, input: &Input) -> Assessment {
        let kind = Kind::of(input);
        let sheet = match kind {
            Some(Kind::Email) => signals::mail::inspect(&Mail::read(&input.raw_data)),
            Some(Kind::Prompt) => signals::prompt::inspect(&Prompt::read(&input.raw_data)),
            Some(Kind::Alert) => signals::alert::inspect(&input.raw_data),
            Some(Kind::Login) => signals::login::inspect(&input.raw_data),
            None => Sheet::default(),
        };
        Assessment { kind, score: sheet.total(), seen: sheet.found.iter().map(|f| Seen { name: f.rule.name, weight: f.weight, quote: f.quote.clone() }).collect() }
    }
}
