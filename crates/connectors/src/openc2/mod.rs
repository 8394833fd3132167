//! OpenC2 1.0 over HTTPS: commands as JSON, answers read strictly and mapped to what they prove.

mod command;

pub(crate) use command::unsayable;
pub use command::{NAMESPACE, NoCommand, actions, command};

use crate::outbound::Answer;
use crate::remote::{Parts, Protocol, Reading, by_status, not_sent};
use crate::says::Secrets;
use probatum_application::connector::{Call, CallError, Outcome};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::time::SystemTime;

probatum_kernel::vocabulary! {
    /// The version of the HTTPS transfer specification spoken.
    pub enum Transfer("OpenC2 transfer version") {
        /// 1.1: the command in a message with headers, as `application/openc2+json;version=1.0`.
        Message = "1.1",
        /// 1.0: the command alone, as `application/openc2-cmd+json;version=1.0`.
        Bare = "1.0",
    }
}

/// One consumer of commands.
pub(crate) struct OpenC2 {
    /// The connector's name, for people.
    pub(crate) name: String,
    pub(crate) transfer: Transfer,
    /// `from` of the message's headers, if configured.
    pub(crate) sender: Option<String>,
    /// `to` of the message's headers.
    pub(crate) receiver: String,
    pub(crate) secrets: Secrets,
}

impl OpenC2 {
    fn body(&self, command: Value, id: &str, now: SystemTime) -> Value {
        if self.transfer == Transfer::Bare {
            return command;
        }
        let created = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
        let mut headers = Map::from_iter([
            ("request_id".to_owned(), json!(id)),
            ("created".to_owned(), json!(u64::try_from(created).unwrap_or(u64::MAX))),
            ("to".to_owned(), json!([self.receiver])),
        ]);
        if let Some(sender) = &self.sender {
            headers.insert("from".to_owned(), json!(sender));
        }
        json!({ "headers": headers, "body": { "openc2": { "request": command } } })
    }

    /// What a response proves. Success is 200 and nothing else.
    fn outcome(&self, response: Response, call: &Call) -> Reading {
        let name = &self.name;
        let said = response.status_text.as_deref().map(|s| self.secrets.message(s)).filter(|s| !s.is_empty());
        let with = |what: &str| match &said {
            Some(said) => self.secrets.message(&format!("{what}: {said}")),
            None => self.secrets.message(&format!("{what} (OpenC2 status {})", response.status)),
        };
        let (success, message) = match response.status {
            200 => (true, with(&format!("{name} carried {} out", call.action))),
            102 => (
                false,
                with(&format!("{name} accepted {}, but did not confirm that it is done", call.action)),
            ),
            400 => (false, with(&format!("{name} did not understand the command"))),
            401 => (false, with(&format!("{name} does not know us"))),
            403 => (false, with(&format!("{name} refuses the command"))),
            404 => (false, with(&format!("{name} found nothing the command is about"))),
            500 => (false, with(&format!("{name} failed to carry {} out", call.action))),
            501 => (false, with(&format!("{name} does not support the command"))),
            503 => {
                let cause = format!("OpenC2 status 503: {}", said.unwrap_or_default());
                return Reading::Busy {
                    reason: format!("{name} cannot work at the moment"),
                    cause,
                    maybe: false,
                };
            }
            other => {
                let cause = format!("OpenC2 status {other}");
                return Reading::Failed(CallError {
                    reason: format!("{name} answered with a status OpenC2 does not know"),
                    cause,
                    may_have_happened: true,
                });
            }
        };
        let reference = response.results.as_ref().and_then(|r| self.reference(r));
        let message = match response.results {
            Some(results) if success && call.action.starts_with("lookup_") => {
                self.secrets.message(&format!("{message} {}", Value::Object(results)))
            }
            _ => message,
        };
        Reading::Done(Outcome { success, message, simulated: false, reference })
    }

    /// The number of the rule a packet filter made (SLPF results), with which it can be deleted again.
    fn reference(&self, results: &Map<String, Value>) -> Option<String> {
        let number = results.get("slpf")?.get("rule_number")?;
        let text = number.as_str().map_or_else(|| number.to_string(), str::to_owned);
        self.secrets.reference(&format!("slpf:rule_number {text}"))
    }
}

impl Protocol for OpenC2 {
    fn says(&self, action: &str) -> bool {
        actions().any(|known| known == action)
    }

    fn parts(&self, call: &Call, now: SystemTime) -> Result<Parts, CallError> {
        let command = command(call).map_err(|e| not_sent(e.to_string(), "no OpenC2 command"))?;
        let id = call.action_id.to_string();
        let (sent, accepted) = match self.transfer {
            Transfer::Message => {
                ("application/openc2+json;version=1.0", "application/openc2+json;version=1.0")
            }
            Transfer::Bare => {
                ("application/openc2-cmd+json;version=1.0", "application/openc2-rsp+json;version=1.0")
            }
        };
        let body = self.body(command, &id, now);
        Ok(Parts {
            headers: vec![
                ("content-type", sent.to_owned()),
                ("accept", accepted.to_owned()),
                ("cache-control", "no-cache".to_owned()),
                ("x-request-id", id),
            ],
            body: body.to_string().into_bytes(),
        })
    }

    fn read(&self, answer: &Answer, call: &Call) -> Reading {
        match parse(&answer.body, &call.action_id.to_string()) {
            Ok(response) if consistent(answer.status, response.status) => self.outcome(response, call),
            Ok(response) => {
                self.garbled(format!("HTTP {} with OpenC2 status {}", answer.status, response.status))
            }
            // Without a response in the body, HTTP has the word; only success takes a response that says so.
            Err(why) => by_status(&self.name, answer).unwrap_or_else(|| self.garbled(why)),
        }
    }
}

impl OpenC2 {
    fn garbled(&self, cause: String) -> Reading {
        Reading::Failed(CallError {
            reason: format!("{} answered with something that is no OpenC2 response", self.name),
            cause: self.secrets.message(&cause),
            may_have_happened: true,
        })
    }
}

/// HTTP must not contradict the response: a refusal in HTTP is never a success in the body.
fn consistent(http: u16, status: u16) -> bool {
    (200..300).contains(&http) || http == status
}

/// A response (Language Specification 1.0, §3.3.2).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    status: u16,
    status_text: Option<String>,
    results: Option<Map<String, Value>>,
}

/// A message with a response in it (HTTPS transfer 1.1, §3.3.2).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    headers: Option<Headers>,
    body: Body,
    #[serde(rename = "signature")]
    _signature: Option<String>,
}

#[derive(Deserialize)]
struct Headers {
    request_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    openc2: Content,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    response: Response,
}

/// Reads a response, bare or in a message; one to another request is none.
fn parse(body: &[u8], request_id: &str) -> Result<Response, String> {
    if let Ok(response) = serde_json::from_slice::<Response>(body) {
        return Ok(response);
    }
    let message: Message = serde_json::from_slice(body).map_err(|e| e.to_string())?;
    match message.headers.and_then(|h| h.request_id) {
        Some(id) if id != request_id => Err("the response is to another request".to_owned()),
        _ => Ok(message.body.openc2.response),
    }
}

#[cfg(test)]
mod tests;
