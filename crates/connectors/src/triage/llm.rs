//! A language model as triage engine. The embedded engine judges first, and its verdict is the least that stands; whatever
//! goes wrong with the model leaves that verdict and says so.

use super::Local;
use super::chat::{self, Said, Silent};
use super::config::Settings;
use crate::breaker::Breaker;
use crate::outbound::Message;
use probatum_application::triage::{Judgement, Judging, Transcript, Triager};
use probatum_triage::prompt::{Asking, Prompt, noted, strongest};
use probatum_triage::{Input, Verdict};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The name of the engine in runs and verdicts.
const ENGINE: &str = "llm/1";

/// A language model behind chat completions, with the embedded engine beside it.
pub(super) struct Llm {
    settings: Settings,
    embedded: Local,
    categories: Vec<String>,
    breaker: Mutex<Breaker>,
    /// The server does not hold models to schemas. Each process finds out for itself.
    formless: AtomicBool,
}

/// The end of asking a model.
struct Asked {
    verdict: Result<Verdict, String>,
    transcript: Option<Transcript>,
}

impl Llm {
    pub(super) fn new(settings: Settings, embedded: Local, categories: &[&str]) -> Self {
        let categories = categories.iter().map(|c| (*c).to_owned()).collect();
        Self { settings, embedded, categories, breaker: Mutex::default(), formless: AtomicBool::new(false) }
    }

    /// The longest the model takes: all attempts, and one more to find out that schemas are unknown there.
    fn patience(&self) -> Duration {
        self.settings.patience.longest() + self.settings.patience.timeout
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(&self, input: &Input) -> Asked {
        let failed = |reason: String| Asked { verdict: Err(reason), transcript: None };
        let Some(nonce) = nonce() else {
            return failed("the question could not be fenced: no randomness".to_owned());
        };
        let categories: Vec<&str> = self.categories.iter().map(String::as_str).collect();
        let asking = Asking { nonce: &nonce, categories: &categories, minimise: self.settings.minimise };
        let prompt = match Prompt::new(input, &asking) {
            Ok(prompt) => prompt,
            Err(e) => return failed(e.to_string()),
        };
        if let Err(left) = self.breaker().admit(Instant::now(), self.patience()) {
            let seconds = left.as_secs().saturating_add(1);
            return failed(format!(
                "the language model failed several times and is left alone for {seconds} s"
            ));
        }
        let said = match tokio::time::timeout(self.patience(), self.attempts(&prompt)).await {
            Ok(said) => said,
            Err(_) => {
                Err(Silent::new("the language model did not answer in time", "all attempts took too long"))
            }
        };
        match &said {
            Err(silent) if !silent.answered => self.breaker().failed(Instant::now()),
            _ => self.breaker().answered(),
        }
        self.understood(said, &prompt, input)
    }

    /// Reads what a model said, and notes what was said to and by it.
    fn understood(&self, said: Result<Said, Box<Silent>>, prompt: &Prompt, input: &Input) -> Asked {
        let model = &self.settings.model;
        let (verdict, answer, tokens) = match said {
            Ok(said) => {
                let content = self.without_secret(&said.content);
                let verdict = prompt.read(&content, input, ENGINE, model).map_err(|e| e.to_string());
                (verdict, Some(content), (said.prompt_tokens, said.completion_tokens))
            }
            Err(silent) => {
                tracing::warn!(
                    engine = ENGINE,
                    reason = silent.reason,
                    cause = silent.cause,
                    "a language model gave no answer"
                );
                (Err(silent.reason), silent.kept, silent.tokens)
            }
        };
        let transcript = Transcript {
            prompt: format!("{}\n\n{}", prompt.system, prompt.user),
            answer: answer.map(|text| chat::kept(&self.without_secret(&text))),
            prompt_tokens: tokens.0,
            completion_tokens: tokens.1,
            cost: self.cost(tokens),
        };
        Asked { verdict, transcript: Some(transcript) }
    }

    /// The text without our token, should the other side repeat it.
    fn without_secret(&self, text: &str) -> String {
        match &self.settings.token {
            Some(token) => text.replace(token.as_str(), "…"),
            None => text.to_owned(),
        }
    }

    /// What tokens cost; unknown if a price or a count is.
    fn cost(&self, tokens: (Option<i64>, Option<i64>)) -> Option<f64> {
        let of = |tokens: Option<i64>, price: Option<f64>| {
            let tokens = u32::try_from(tokens?).ok()?;
            Some(f64::from(tokens) * price? / 1e6)
        };
        let (input, output) = self.settings.prices;
        Some(of(tokens.0, input)? + of(tokens.1, output)?)
    }

    async fn attempts(&self, prompt: &Prompt) -> Result<Said, Box<Silent>> {
        let patience = self.settings.patience;
        for made in 1u32.. {
            let silent = match self.attempt(prompt).await {
                Ok(said) => return Ok(said),
                Err(silent) => silent,
            };
            match silent.again.and_then(|asked| patience.wait(made, asked, chance())) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(silent),
            }
        }
        Err(Silent::new("the language model was not asked", "no attempts"))
    }

    /// One attempt; a second without the schema if the server seems not to know such a thing.
    async fn attempt(&self, prompt: &Prompt) -> Result<Said, Box<Silent>> {
        let schema = !self.formless.load(Ordering::Relaxed);
        match self.post(prompt, schema).await {
            Err(silent) if schema && silent.unknown_form => {
                let plain = self.post(prompt, false).await;
                if plain.is_ok() {
                    self.formless.store(true, Ordering::Relaxed);
                }
                plain
            }
            other => other,
        }
    }

    async fn post(&self, prompt: &Prompt, schema: bool) -> Result<Said, Box<Silent>> {
        let settings = &self.settings;
        let body = chat::body(&settings.model, settings.max_tokens, prompt, schema);
        let mut headers =
            vec![("content-type", "application/json".to_owned()), ("accept", "application/json".to_owned())];
        headers.extend(settings.token.iter().map(|token| ("authorization", format!("Bearer {token}"))));
        let message = Message { url: settings.url.clone(), headers, body: body.to_string().into_bytes() };
        let answer = settings.outbound.post(message, settings.patience.timeout).await;
        chat::read(&answer.map_err(chat::unanswered)?)
    }
}

impl Triager for Llm {
    fn engine(&self) -> &str {
        ENGINE
    }

    fn model(&self) -> Option<&str> {
        Some(&self.settings.model)
    }

    fn longest(&self) -> Duration {
        self.patience() + self.embedded.longest()
    }

    fn judge(&self, input: Input) -> Judging<'_> {
        Box::pin(async move {
            let embedded = self.embedded.verdict(input.clone()).await?;
            let Asked { verdict, transcript } = self.ask(&input).await;
            Ok(match verdict {
                Ok(model) => Judgement { verdict: strongest(embedded, model), fallback: None, transcript },
                Err(reason) => {
                    let verdict = noted(embedded, &format!("Judged by the embedded engine alone: {reason}."));
                    Judgement { verdict, fallback: Some(reason), transcript }
                }
            })
        })
    }
}

/// 32 random hexadecimal digits that nobody could foresee.
fn nonce() -> Option<String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

/// A random byte, to spread retries of many callers; without randomness they are merely not spread.
fn chance() -> u8 {
    let mut byte = [0];
    let _ = getrandom::fill(&mut byte);
    u8::from_ne_bytes(byte)
}
