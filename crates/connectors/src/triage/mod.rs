//! What judges alerts: the embedded engine, or a language model beside it.

mod chat;
mod config;
mod llm;

pub use config::{LlmConfig, TriageConfig, TriageFault};

use crate::set::Environment;
use config::EngineKind;
use llm::Llm;
use probatum_application::triage::{Judgement, Judging, Triager};
use probatum_triage::{EngineError, Input, TriageEngine, Verdict};
use std::sync::Arc;
use std::time::Duration;

/// The longest the embedded engine takes, busy machines included.
const EMBEDDED_LONGEST: Duration = Duration::from_secs(5);

/// An engine that judges here and now, on a thread of its own.
#[derive(Clone)]
struct Local(Arc<dyn TriageEngine>);

impl Local {
    fn embedded() -> Self {
        Self(Arc::new(probatum_triage::Embedded::new()))
    }

    async fn verdict(&self, input: Input) -> Result<Verdict, EngineError> {
        let engine = Arc::clone(&self.0);
        let judged =
            tokio::task::spawn_blocking(move || probatum_triage::judge(engine.as_ref(), &input)).await;
        judged.unwrap_or_else(|e| Err(EngineError::Unavailable { reason: e.to_string() }))
    }
}

impl Triager for Local {
    fn engine(&self) -> &str {
        self.0.name()
    }

    fn model(&self) -> Option<&str> {
        None
    }

    fn longest(&self) -> Duration {
        EMBEDDED_LONGEST
    }

    fn judge(&self, input: Input) -> Judging<'_> {
        Box::pin(async move {
            let verdict = self.verdict(input).await?;
            Ok(Judgement { verdict, fallback: None, transcript: None })
        })
    }
}

/// What judges by this configuration. `categories` are those a model may name; `env` gives the values of environment
/// variables; a list of `hosts` that is not empty names all that may be called. Fails on the first wrong value.
pub fn triager(
    config: &TriageConfig,
    categories: &[&str],
    hosts: &[String],
    env: Environment<'_>,
) -> Result<Arc<dyn Triager>, TriageFault> {
    match config.kind()? {
        EngineKind::Embedded => Ok(Arc::new(Local::embedded())),
        EngineKind::Llm => {
            let settings = config.llm()?.checked(hosts, env)?;
            Ok(Arc::new(Llm::new(settings, Local::embedded(), categories)))
        }
    }
}
