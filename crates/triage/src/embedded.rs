//! The embedded engine: deterministic, offline, and unable to be talked into anything.

use crate::calibrate::{self, Scale};
use crate::engine::{EngineError, Input, TriageEngine};
use crate::input::{Kind, mail::Mail, prompt::Prompt};
use crate::model::{Channel, Features, Model, features};
use crate::reason;
use crate::signals;
use crate::signals::sheet::{Found, Rule, Sheet};
use crate::text::quote;
use crate::text::words::Text;
use crate::verdict::{Classification, Draft, MAX_REASONING, Signal, Verdict};

/// The name its verdicts carry.
pub const ENGINE: &str = "embedded/1";

/// The weights that come with the crate; `cargo xtask train-triage` writes them.
static WEIGHTS: &[u8] = include_bytes!("../model/words.bin");

/// The most signals its verdicts list: an analyst reads no more.
const MAX_LISTED: usize = 24;

pub(crate) const WORDS: Rule = Rule::new("text_model", 1.0, "its wording resembles that of known attacks");

/// The embedded engine; one serves all threads.
#[derive(Debug, Clone)]
pub struct Embedded {
    model: Option<Model>,
    name: Option<String>,
}

/// What the engine found out, before it is put into a verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// By which rules it was judged. `None`: nothing in it could be read.
    pub kind: Option<Kind>,
    /// What it is judged to be.
    pub classification: Classification,
    /// The probability that it is an attack, 0 to 1.
    pub probability: f64,
    /// All weights together.
    pub score: f64,
    /// The part of the score that no additional text can take away.
    pub firm: f64,
    /// What was seen, heaviest first.
    pub signals: Vec<Signal>,
    /// Why, in words.
    pub reasoning: String,
}

impl Default for Embedded {
    fn default() -> Self {
        Self::new()
    }
}

impl Embedded {
    /// The engine with the weights that come with the crate.
    pub fn new() -> Self {
        Self::with_model(Model::from_bytes(WEIGHTS))
    }

    /// The engine with other weights, or without a text model, to compare.
    pub fn with_model(model: Option<Model>) -> Self {
        let name = model.as_ref().map(Model::name);
        Self { model, name }
    }

    /// Judges an input. Never fails and never panics: what cannot be read is `inconclusive`.
    pub fn assess(&self, input: &Input) -> Assessment {
        let kind = Kind::of(input);
        let (mut sheet, known, opening) = match kind {
            Some(Kind::Email) => self.mail(&Mail::read(&input.raw_data)),
            Some(Kind::Prompt) => self.prompt(&Prompt::read(&input.raw_data)),
            Some(Kind::Alert) => self.event(signals::alert::inspect(&input.raw_data), input),
            Some(Kind::Login) => self.event(signals::login::inspect(&input.raw_data), input),
            None => (Sheet::default(), false, None),
        };
        sheet.found.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.rule.name.cmp(b.rule.name)));
        let scale = kind.map_or(&calibrate::NONE, calibrate::of);
        conclude(kind, &sheet, known, opening, scale)
    }

    fn mail(&self, mail: &Mail<'_>) -> (Sheet, bool, Option<String>) {
        let mut sheet = signals::mail::inspect(mail);
        let texts = std::iter::once(&mail.subject).chain(&mail.bodies);
        self.words(Channel::Mail, texts.clone(), &mut sheet);
        let opening = texts.filter_map(|text| quote::opening(text.source)).next();
        (sheet, mail.has_content() && mail.from.is_some() && !mail.cut, opening)
    }

    fn prompt(&self, prompt: &Prompt<'_>) -> (Sheet, bool, Option<String>) {
        let mut sheet = signals::prompt::inspect(prompt);
        self.words(Channel::User, prompt.user.iter(), &mut sheet);
        let texts = prompt.user.iter().chain(&prompt.data);
        let whole = texts.clone().all(|text| text.source.len() <= crate::text::MAX_TEXT);
        let opening = texts.filter_map(|text| quote::opening(text.source)).next();
        (sheet, prompt.has_content() && whole, opening)
    }

    /// Alerts and sign-ins are never called harmless for want of signs: what is not logged is not known.
    fn event(&self, sheet: Sheet, input: &Input) -> (Sheet, bool, Option<String>) {
        let strings = crate::input::fields::strings(&input.raw_data, 20);
        let opening = strings.into_iter().filter_map(|(_, value)| quote::opening(value)).next();
        (sheet, false, opening)
    }

    /// Adds what the text model says of the most telling stretch.
    fn words<'a, 't: 'a>(
        &self,
        channel: Channel,
        texts: impl Iterator<Item = &'a Text<'t>>,
        sheet: &mut Sheet,
    ) {
        let Some(model) = &self.model else { return };
        let found = texts.map(|text| (text, model.stretch(channel, text)));
        let Some((text, stretch)) = found.max_by(|a, b| a.1.score.total_cmp(&b.1.score)) else { return };
        let weight = calibrate::words(channel, stretch.score);
        if weight > 0.0 {
            sheet.weigh(&WORDS, weight, text.quote(stretch.first, stretch.last));
        }
    }
}

/// What the text model would learn from in an input: the channel and the features of each text.
pub fn lessons(input: &Input) -> Vec<(Channel, Vec<Vec<Features>>)> {
    let of = |texts: &[Text<'_>]| texts.iter().map(features).filter(|f| !f.is_empty()).collect::<Vec<_>>();
    match Kind::of(input) {
        Some(Kind::Email) => {
            let mail = Mail::read(&input.raw_data);
            let mut texts = of(&mail.bodies);
            texts.push(features(&mail.subject));
            vec![(Channel::Mail, texts)]
        }
        Some(Kind::Prompt) => {
            let prompt = Prompt::read(&input.raw_data);
            // Where there is data, the attack is in it; what the user says beside it is no lesson.
            if prompt.data.is_empty() { vec![(Channel::User, of(&prompt.user))] } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

/// Turns what was seen into a judgement.
fn conclude(
    kind: Option<Kind>,
    sheet: &Sheet,
    known: bool,
    opening: Option<String>,
    scale: &Scale,
) -> Assessment {
    let (score, firm) = (sheet.total(), sheet.firm_total());
    let probability = scale.probability(score.max(firm));
    let mut signals: Vec<Signal> =
        sheet.found.iter().filter(|found| found.weight > 0.0).take(MAX_LISTED).map(signal).collect();
    let classification = if firm >= scale.malicious && !signals.is_empty() {
        Classification::Malicious
    } else if score >= scale.suspicious && !signals.is_empty() {
        Classification::Suspicious
    } else if known && score < scale.benign {
        Classification::Benign
    } else {
        Classification::Inconclusive
    };
    let mut classification = classification;
    if classification == Classification::Benign && signals.is_empty() {
        match opening {
            // A claim has to quote what it is about, also that nothing was found.
            Some(evidence) => {
                signals.push(Signal { name: "nothing_found".to_owned(), weight: 0.0, evidence })
            }
            None => classification = Classification::Inconclusive,
        }
    }
    let reasoning = reason::sentence(kind, classification, &sheet.found);
    let reasoning = reasoning.chars().take(MAX_REASONING).collect();
    Assessment { kind, classification, probability, score, firm, signals, reasoning }
}

fn signal(found: &Found) -> Signal {
    Signal { name: found.rule.name.to_owned(), weight: round(found.weight), evidence: found.quote.clone() }
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

impl Assessment {
    /// How sure the classification is, 0 to 1: that it is an attack, or for `benign` that it is none.
    pub fn confidence(&self) -> f64 {
        let sure = match self.classification {
            Classification::Malicious | Classification::Suspicious => self.probability,
            Classification::Benign => 1.0 - self.probability,
            Classification::Inconclusive => 0.5,
        };
        round(sure.clamp(0.0, 1.0))
    }
}

impl TriageEngine for Embedded {
    fn name(&self) -> &str {
        ENGINE
    }

    fn judge(&self, input: &Input) -> Result<Verdict, EngineError> {
        let found = self.assess(input);
        let category = reason::category(found.kind, found.classification, &found.signals);
        let verdict = Verdict::new(Draft {
            classification: found.classification,
            confidence: found.confidence(),
            category: category.map(str::to_owned),
            reasoning: found.reasoning,
            signals: found.signals,
            engine: ENGINE.to_owned(),
            model: self.name.clone(),
        })?;
        Ok(verdict)
    }
}
