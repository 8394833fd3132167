//! A call to another system: breaker, attempts, waits, and what their end proves. What is sent and how an answer reads is
//! the protocol's.

use crate::breaker::Breaker;
use crate::outbound::{Answer, Message, Outbound, OutboundError, Trouble};
use crate::retry::Patience;
use probatum_application::connector::{Call, CallError, Outcome};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// What a protocol has to say for one call.
pub(crate) struct Parts {
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// What an answer proves.
#[derive(Debug)]
pub(crate) enum Reading {
    /// It is an answer.
    Done(Outcome),
    /// Not now; another attempt may do. `maybe`: it may have been done all the same.
    Busy { reason: String, cause: String, maybe: bool },
    /// It is none, and asking again gives no better one.
    Failed(CallError),
}

/// How one kind of connector speaks.
pub(crate) trait Protocol: Send + Sync {
    /// Whether it has words for this action.
    fn says(&self, action: &str) -> bool;
    /// What to send, made anew for each attempt; the idempotency key in it is the action's id each time.
    fn parts(&self, call: &Call, now: SystemTime) -> Result<Parts, CallError>;
    /// Reads an answer of any status.
    fn read(&self, answer: &Answer, call: &Call) -> Reading;
}

/// A call that was never sent.
pub(crate) fn not_sent(reason: impl Into<String>, cause: impl Into<String>) -> CallError {
    CallError { reason: reason.into(), cause: cause.into(), may_have_happened: false }
}

/// What a status alone proves; `None` for success, which the body has to say.
pub(crate) fn by_status(name: &str, answer: &Answer) -> Option<Reading> {
    let status = answer.status;
    let cause = format!("HTTP {status}");
    let failed = |what: &str, may_have_happened| {
        let reason = format!("{name} {what} (HTTP {status})");
        Some(Reading::Failed(CallError { reason, cause: cause.clone(), may_have_happened }))
    };
    match status {
        200..=299 => None,
        // 307 and 308 ask to send the same elsewhere; the others may follow on what was done.
        300..=399 => failed("answered with a redirect, which is not followed", !matches!(status, 307 | 308)),
        429 => {
            let reason = format!("{name} asks for fewer requests (HTTP 429)");
            Some(Reading::Busy { reason, cause, maybe: false })
        }
        // A gateway says these also when it lost the answer of whom it had asked.
        502..=504 => {
            let reason = format!("{name} cannot work at the moment (HTTP {status})");
            Some(Reading::Busy { reason, cause, maybe: true })
        }
        400..=499 | 501 => Some(Reading::Done(Outcome {
            success: false,
            message: format!("{name} refused the request (HTTP {status})"),
            simulated: false,
            reference: None,
        })),
        _ => failed("failed on the request", true),
    }
}

/// Another system, and how it is called.
pub(crate) struct Remote {
    pub(crate) name: String,
    pub(crate) url: String,
    /// `authorization`, if it takes one.
    pub(crate) authorization: Option<String>,
    pub(crate) outbound: Outbound,
    pub(crate) patience: Patience,
    pub(crate) repeatable: bool,
    pub(crate) protocol: Box<dyn Protocol>,
    pub(crate) breaker: Mutex<Breaker>,
}

/// How an attempt ended without an answer.
struct Missed {
    error: CallError,
    /// Whether another attempt is safe, and how long the other side asked to wait.
    again: Option<Option<Duration>>,
}

impl Remote {
    /// Calls, with all attempts, within [`Patience::longest`].
    pub(crate) async fn call(&self, call: &Call) -> Result<Outcome, CallError> {
        // What cannot be said says nothing about the other side: it is none of the breaker's business.
        self.protocol.parts(call, SystemTime::now())?;
        let longest = self.patience.longest();
        if let Err(left) = self.breaker().admit(Instant::now(), longest) {
            let seconds = left.as_secs().saturating_add(1);
            let reason =
                format!("{} did not answer several times and is left alone for {seconds} s", self.name);
            return Err(not_sent(reason, "the circuit is open"));
        }
        let ended = match tokio::time::timeout(longest, self.attempts(call)).await {
            Ok(ended) => ended,
            Err(_) => Err(CallError {
                reason: format!("{} did not answer in time", self.name),
                cause: format!("all attempts together took longer than {} s", longest.as_secs()),
                may_have_happened: true,
            }),
        };
        match &ended {
            Ok(_) => self.breaker().answered(),
            Err(_) => self.breaker().failed(Instant::now()),
        }
        ended
    }

    fn breaker(&self) -> std::sync::MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn attempts(&self, call: &Call) -> Result<Outcome, CallError> {
        let mut maybe = false;
        for made in 1u32.. {
            let missed = match self.attempt(call).await {
                Ok(outcome) => return Ok(with_doubt(outcome, maybe)),
                Err(missed) => missed,
            };
            maybe |= missed.error.may_have_happened;
            let wait = missed.again.and_then(|asked| self.patience.wait(made, asked, chance()));
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(CallError { may_have_happened: maybe, ..missed.error }),
            }
        }
        Err(not_sent(format!("{} was not called", self.name), "no attempts"))
    }

    async fn attempt(&self, call: &Call) -> Result<Outcome, Missed> {
        let fatal = |error| Missed { error, again: None };
        let Parts { mut headers, body } = self.protocol.parts(call, SystemTime::now()).map_err(fatal)?;
        headers.extend(self.authorization.clone().map(|value| ("authorization", value)));
        let message = Message { url: self.url.clone(), headers, body };
        let answer = match self.outbound.post(message, self.patience.timeout).await {
            Ok(answer) => answer,
            Err(error) => return Err(self.missed(error)),
        };
        match self.protocol.read(&answer, call) {
            Reading::Done(outcome) => Ok(outcome),
            Reading::Failed(error) => Err(fatal(error)),
            Reading::Busy { reason, cause, maybe } => {
                let safe = !maybe || self.repeatable;
                let error = CallError { reason, cause, may_have_happened: maybe };
                Err(Missed { error, again: safe.then_some(answer.retry_after) })
            }
        }
    }

    /// Only what was not sent is tried again: what was sent may be under way there.
    fn missed(&self, error: OutboundError) -> Missed {
        let name = &self.name;
        let reason = match error.trouble {
            Trouble::Refused => format!("{name} leads to an address that must not be called"),
            Trouble::Unreachable => format!("{name} could not be reached"),
            Trouble::Lost => format!("the connection to {name} broke before it answered"),
            Trouble::TimedOut if error.sent => {
                format!("{name} did not answer within {} s", self.patience.timeout.as_secs())
            }
            Trouble::TimedOut => {
                format!("{name} could not be reached within {} s", self.patience.timeout.as_secs())
            }
            Trouble::TooLarge => format!("the answer of {name} is too large"),
        };
        let again = (!error.sent && error.trouble != Trouble::Refused).then_some(None);
        Missed { error: CallError { reason, cause: error.cause, may_have_happened: error.sent }, again }
    }
}

/// A refusal after an attempt nobody knows the end of says so: it may be the second that was refused.
fn with_doubt(outcome: Outcome, maybe: bool) -> Outcome {
    if outcome.success || !maybe {
        return outcome;
    }
    let message: String = outcome.message.chars().take(430).collect();
    Outcome { message: format!("{message}; an earlier attempt may have been carried out"), ..outcome }
}

/// A random byte, to spread retries of many callers; without randomness they are merely not spread.
fn chance() -> u8 {
    let mut byte = [0];
    let _ = getrandom::fill(&mut byte);
    u8::from_ne_bytes(byte)
}
