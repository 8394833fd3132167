//! The verdict and the rules that keep its claim within its proof.

use crate::grounding::{self, Ungrounded};
use probatum_kernel::{Code, Coded, FieldFault, TextError, check_text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most signals a verdict carries.
pub const MAX_SIGNALS: usize = 100;
/// The longest reasoning, in characters.
pub const MAX_REASONING: usize = 2000;
/// The longest name of a signal, in characters.
pub const MAX_NAME: usize = 100;
/// The longest quotation in a signal, in characters.
pub const MAX_EVIDENCE: usize = 1000;
/// The longest category, in characters.
pub const MAX_CATEGORY: usize = 100;
/// The longest name of an engine, in characters.
pub const MAX_ENGINE: usize = 100;
/// The longest name of a model, in characters.
pub const MAX_MODEL: usize = 200;

probatum_kernel::vocabulary! {
    /// What an alert is judged to be (CONTRACT §5).
    pub enum Classification("classification") {
        /// An attack or its effect.
        Malicious = "malicious",
        /// Signs of an attack, not enough to call it one.
        Suspicious = "suspicious",
        /// Harmless.
        Benign = "benign",
        /// Nothing that decides it. The only word that needs no proof.
        Inconclusive = "inconclusive",
    }
}

impl Classification {
    /// Whether this says something about the alert, and so has to be proven.
    pub const fn is_claim(self) -> bool {
        !matches!(self, Self::Inconclusive)
    }
}

/// One reason for a verdict, with the words of the input it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// What was seen, e.g. `lookalike_domain`: 1 to [`MAX_NAME`] characters.
    pub name: String,
    /// How much it counted, on the engine's own scale; finite.
    pub weight: f64,
    /// A quotation from the judged input: 1 to [`MAX_EVIDENCE`] characters, not all white space, none of
    /// them a control character (quote the part beside it).
    pub evidence: String,
}

/// The parts of a verdict before they are checked: what an engine fills in, and what JSON is read into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// What the alert is judged to be.
    pub classification: Classification,
    /// How sure the engine is, 0 to 1.
    pub confidence: f64,
    /// The incident category the engine proposes, if any. The incident crate knows which ones there are.
    #[serde(default)]
    pub category: Option<String>,
    /// Why, in words for an analyst. May be empty only for `inconclusive`.
    #[serde(default)]
    pub reasoning: String,
    /// What it rests on. May be empty only for `inconclusive`.
    #[serde(default)]
    pub signals: Vec<Signal>,
    /// The engine that judged, and its version if it has one.
    pub engine: String,
    /// The model the engine asked, if it asked one.
    #[serde(default)]
    pub model: Option<String>,
}

/// A verdict that keeps the rules of [`Verdict::new`], also when it comes from JSON. It can only be read:
/// nothing in it changes an incident or runs an action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Draft", into = "Draft")]
pub struct Verdict(Draft);

/// Why a draft is not a verdict.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerdictError {
    /// Fields out of their limits; every one of them, never empty.
    #[error("the verdict has fields to correct: {}", sentences(.0))]
    Invalid(Vec<FieldFault>),
    /// A claim without a signal or without a reasoning.
    #[error("a verdict of '{0}' needs a reasoning and at least one signal; without them say 'inconclusive'")]
    Unproven(Classification),
}

impl Coded for VerdictError {
    fn code(&self) -> Code {
        match self {
            Self::Invalid(_) => Code::ValidationFailed,
            Self::Unproven(_) => Code::ClaimExceedsProof,
        }
    }

    fn fields(&self) -> Vec<FieldFault> {
        match self {
            Self::Invalid(faults) => faults.clone(),
            Self::Unproven(_) => Vec::new(),
        }
    }
}

impl Verdict {
    /// Checks a draft: `confidence` is within 0 to 1, weights are finite, texts and counts keep their limits
    /// (else [`VerdictError::Invalid`], naming every bad field), and a claim has a reasoning and at least one
    /// signal (else [`VerdictError::Unproven`]). Whether the quotations are true is for [`Self::grounded_in`].
    pub fn new(draft: Draft) -> Result<Self, VerdictError> {
        let faults = faults(&draft);
        if !faults.is_empty() {
            return Err(VerdictError::Invalid(faults));
        }
        if draft.classification.is_claim() && (draft.signals.is_empty() || draft.reasoning.is_empty()) {
            return Err(VerdictError::Unproven(draft.classification));
        }
        Ok(Self(draft))
    }

    /// Checks that the evidence of every signal occurs in some string value of `input`, byte for byte. Keys,
    /// numbers and text spread over two values do not count. The error names every signal that fails.
    ///
    /// A true quotation does not make the verdict right. An invented one makes it worthless.
    pub fn grounded_in(&self, input: &Value) -> Result<(), Ungrounded> {
        grounding::check(self.signals(), input)
    }

    /// What the alert is judged to be.
    pub fn classification(&self) -> Classification {
        self.0.classification
    }

    /// How sure the engine is, 0 to 1.
    pub fn confidence(&self) -> f64 {
        self.0.confidence
    }

    /// The incident category the engine proposes.
    pub fn category(&self) -> Option<&str> {
        self.0.category.as_deref()
    }

    /// Why, in words; empty only for `inconclusive`.
    pub fn reasoning(&self) -> &str {
        &self.0.reasoning
    }

    /// What it rests on; empty only for `inconclusive`.
    pub fn signals(&self) -> &[Signal] {
        &self.0.signals
    }

    /// The engine that judged.
    pub fn engine(&self) -> &str {
        &self.0.engine
    }

    /// The model the engine asked.
    pub fn model(&self) -> Option<&str> {
        self.0.model.as_deref()
    }

    /// The parts, to change them and check again.
    pub fn into_draft(self) -> Draft {
        self.0
    }
}

impl TryFrom<Draft> for Verdict {
    type Error = VerdictError;
    fn try_from(draft: Draft) -> Result<Self, VerdictError> {
        Self::new(draft)
    }
}

impl From<Verdict> for Draft {
    fn from(verdict: Verdict) -> Self {
        verdict.0
    }
}

/// Every field of the draft that is out of its limits.
fn faults(draft: &Draft) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    // A range holds neither NaN nor an infinity, so this is the test for finite as well.
    if !(0.0..=1.0).contains(&draft.confidence) {
        faults.push(FieldFault::new("confidence", "invalid", "must be a number from 0 to 1"));
    }
    text(&mut faults, "engine", &draft.engine, MAX_ENGINE);
    if let Some(category) = &draft.category {
        text(&mut faults, "category", category, MAX_CATEGORY);
    }
    if let Some(model) = &draft.model {
        text(&mut faults, "model", model, MAX_MODEL);
    }
    // No reasoning at all is not a matter of form: whether it may be missing depends on the classification.
    if !draft.reasoning.is_empty() {
        text(&mut faults, "reasoning", &draft.reasoning, MAX_REASONING);
    }
    if draft.signals.len() > MAX_SIGNALS {
        let message = format!("must be at most {MAX_SIGNALS} signals; keep those that weigh most");
        faults.push(FieldFault::new("signals", "too_long", message));
    }
    // Beyond the limit the count is fault enough: an endless list must not make an endless answer.
    for (i, signal) in draft.signals.iter().take(MAX_SIGNALS).enumerate() {
        text(&mut faults, format!("signals[{i}].name"), &signal.name, MAX_NAME);
        text(&mut faults, format!("signals[{i}].evidence"), &signal.evidence, MAX_EVIDENCE);
        if !signal.weight.is_finite() {
            faults.push(FieldFault::new(
                format!("signals[{i}].weight"),
                "invalid",
                "must be a finite number",
            ));
        }
    }
    faults
}

fn text(faults: &mut Vec<FieldFault>, field: impl Into<String>, value: &str, max: usize) {
    if let Err(error) = check_text(value, max) {
        let code = match error {
            TextError::Empty => "required",
            TextError::TooLong(_) => "too_long",
            TextError::Control => "invalid",
        };
        faults.push(FieldFault::new(field, code, error.to_string()));
    }
}

fn sentences(faults: &[FieldFault]) -> String {
    let all: Vec<_> = faults.iter().map(|f| format!("{} {}", f.field, f.message)).collect();
    all.join("; ")
}
