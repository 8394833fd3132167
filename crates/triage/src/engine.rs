//! The port of the engines that judge, and the door through which their verdicts come in.

use crate::grounding::Ungrounded;
use crate::verdict::{Verdict, VerdictError};
use probatum_kernel::{Code, Coded};
use serde::{Deserialize, Serialize};

/// What an engine may know about an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// The type the sender gave it, e.g. `phishing`.
    #[serde(default)]
    pub incident_type: Option<String>,
    /// The system it comes from.
    #[serde(default)]
    pub source: Option<String>,
    /// The alert itself, in whatever form the sender uses. Verdicts quote from this and from nothing else.
    pub raw_data: serde_json::Value,
}

/// Something that judges alerts. An implementation MUST:
///
/// - take every text in the input as data: an instruction in it changes nothing about how it is judged;
/// - only judge: change nothing anywhere, run no action;
/// - quote each signal's evidence exactly from a string value of `raw_data`;
/// - answer `inconclusive` if nothing decides the matter, and an error if it could not judge at all: never
///   turn its own failure into a verdict;
/// - give its own [`name`](Self::name) as the verdict's engine, always the same one, and name the model if
///   it asked one;
/// - come back in bounded time, never panic, and bear calls from several threads at once.
pub trait TriageEngine: Send + Sync {
    /// The name its verdicts carry: 1 to [`MAX_ENGINE`](crate::MAX_ENGINE) characters.
    fn name(&self) -> &str;

    /// Judges one alert. Callers use [`judge`], which also checks the answer.
    fn judge(&self, input: &Input) -> Result<Verdict, EngineError>;
}

/// Why there is no verdict. The messages are for clients; what went wrong inside is in the fields, for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The engine cannot judge now.
    #[error("the triage engine cannot judge now; try again later")]
    Unavailable {
        /// What went wrong, for the log.
        reason: String,
    },
    /// The engine answered with something that is no verdict.
    #[error("the triage engine gave no usable verdict; try again or judge by hand")]
    Unusable(#[from] VerdictError),
    /// The engine quoted what is not there.
    #[error("the triage engine gave a verdict that its input does not bear out; try again or judge by hand")]
    Ungrounded(#[from] Ungrounded),
    /// The verdict carries the name of another engine.
    #[error("the triage engine gave a verdict under another name; it has to be configured correctly")]
    Misattributed {
        /// The name in the verdict.
        claimed: String,
    },
}

impl Coded for EngineError {
    /// A bad verdict is the engine's fault, not the client's: whatever its own code, this is `internal`.
    fn code(&self) -> Code {
        match self {
            Self::Unavailable { .. } => Code::Unavailable,
            Self::Unusable(_) | Self::Ungrounded(_) | Self::Misattributed { .. } => Code::Internal,
        }
    }
}

/// Asks an engine and believes it only as far as can be checked: the verdict carries the engine's name
/// (else [`EngineError::Misattributed`]) and quotes nothing but `raw_data` (else [`EngineError::Ungrounded`]).
pub fn judge(engine: &dyn TriageEngine, input: &Input) -> Result<Verdict, EngineError> {
    let verdict = engine.judge(input)?;
    if verdict.engine() != engine.name() {
        return Err(EngineError::Misattributed { claimed: verdict.engine().to_owned() });
    }
    verdict.grounded_in(&input.raw_data)?;
    Ok(verdict)
}
