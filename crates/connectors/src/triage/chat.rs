//! Chat completions on the wire: what is asked, and what an answer may be.

use crate::outbound::{Answer, OutboundError, Trouble};
use probatum_triage::prompt::Prompt;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// The longest part of an answer that is kept, in bytes.
const MAX_KEPT: usize = 32 * 1024;

/// The body of a request. Without `schema` the server is not asked to hold the model to it; the answer is all the same.
pub(super) fn body(model: &str, max_tokens: u32, prompt: &Prompt, schema: bool) -> Value {
    let mut body = json!({
        "model": model, "temperature": 0, "max_tokens": max_tokens, "stream": false,
        "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
    });
    if schema && let Some(members) = body.as_object_mut() {
        let format = json!({
            "type": "json_schema", "json_schema": {"name": "verdict", "strict": true, "schema": prompt.schema()},
        });
        members.insert("response_format".to_owned(), format);
    }
    body
}

/// What came back from a model.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Said {
    /// Its words.
    pub(super) content: String,
    /// Tokens of the question.
    pub(super) prompt_tokens: Option<i64>,
    /// Tokens of the answer.
    pub(super) completion_tokens: Option<i64>,
}

/// Why there are no words of a model.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Silent {
    /// A sentence for people, without anything the other side said.
    pub(super) reason: String,
    /// What happened, for the log; nothing of the alert.
    pub(super) cause: String,
    /// Whether another attempt may do, and how long the other side asked to wait.
    pub(super) again: Option<Option<Duration>>,
    /// Whether the server answered at all.
    pub(super) answered: bool,
    /// What it answered, to keep.
    pub(super) kept: Option<String>,
    /// Whether the server may not know how to hold a model to a schema.
    pub(super) unknown_form: bool,
    /// What was used up all the same.
    pub(super) tokens: (Option<i64>, Option<i64>),
}

impl Silent {
    pub(super) fn new(reason: impl Into<String>, cause: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            reason: reason.into(),
            cause: cause.into(),
            again: None,
            answered: false,
            kept: None,
            unknown_form: false,
            tokens: (None, None),
        })
    }
}

/// What trouble on the way means. Asking twice does no harm, so all but a refusal and a flood may be tried again.
pub(super) fn unanswered(error: OutboundError) -> Box<Silent> {
    let reason = match error.trouble {
        Trouble::Refused => "the language model is at an address that must not be called",
        Trouble::Unreachable => "the language model could not be reached",
        Trouble::Lost => "the connection to the language model broke",
        Trouble::TimedOut => "the language model did not answer in time",
        Trouble::TooLarge => "the language model answered too much",
    };
    let again = !matches!(error.trouble, Trouble::Refused | Trouble::TooLarge);
    Box::new(Silent { again: again.then_some(None), ..*Silent::new(reason, error.cause) })
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: Option<i64>,
    completion_tokens: Option<i64>,
}

/// Reads an answer of any status: the words of a model that said all it had to say, or why there are none.
pub(super) fn read(answer: &Answer) -> Result<Said, Box<Silent>> {
    let status = answer.status;
    let kept = String::from_utf8_lossy(&answer.body).into_owned();
    let silent = |reason: String| Silent {
        answered: true,
        kept: Some(kept.clone()),
        ..*Silent::new(reason, format!("HTTP {status}"))
    };
    match status {
        200 => {}
        429 | 500 | 502..=504 | 529 => {
            let reason = format!("the language model cannot work at the moment (HTTP {status})");
            return Err(Box::new(Silent {
                again: Some(answer.retry_after),
                answered: false,
                ..silent(reason)
            }));
        }
        _ => {
            let reason = format!("the language model's server refused the request (HTTP {status})");
            return Err(Box::new(Silent { unknown_form: matches!(status, 400 | 422), ..silent(reason) }));
        }
    }
    let Ok(completion) = serde_json::from_slice::<Completion>(&answer.body) else {
        return Err(Box::new(silent("the language model's server gave no chat completion".to_owned())));
    };
    let tokens = |of: fn(&Usage) -> Option<i64>| completion.usage.as_ref().and_then(of).filter(|n| *n >= 0);
    let (asked, said) = (tokens(|u| u.prompt_tokens), tokens(|u| u.completion_tokens));
    let unusable = |reason: &str| Box::new(Silent { tokens: (asked, said), ..silent(reason.to_owned()) });
    let Some(choice) = completion.choices.into_iter().next() else {
        return Err(unusable("the language model said nothing"));
    };
    let refused = choice.message.refusal.is_some_and(|r| !r.is_empty());
    match (choice.finish_reason.as_deref(), choice.message.content) {
        _ if refused => Err(unusable("the language model refused to judge")),
        (Some("content_filter"), _) => Err(unusable("the language model's server filtered its answer")),
        (Some("length"), _) => Err(unusable("the language model's answer was cut off")),
        (_, Some(content)) if !content.trim().is_empty() => {
            Ok(Said { content, prompt_tokens: asked, completion_tokens: said })
        }
        _ => Err(unusable("the language model said nothing")),
    }
}

/// What is kept of an answer: its beginning, without what databases cannot hold.
pub(super) fn kept(text: &str) -> String {
    let text = text.replace('\0', "\u{fffd}");
    let end = (0..=MAX_KEPT.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, media_type: None, retry_after: None, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn only_a_whole_answer_is_one() {
        let whole = r#"{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"{}"},"finish_reason":"stop"}],
            "usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}"#;
        let said = read(&answer(200, whole)).unwrap();
        assert_eq!(said, Said { content: "{}".into(), prompt_tokens: Some(7), completion_tokens: Some(3) });
        let cases = [
            (200, "<html>", "no chat completion"),
            (200, "{\"choices\":[]}", "said nothing"),
            (200, r#"{"choices":[{"message":{"content":null}}]}"#, "said nothing"),
            (200, r#"{"choices":[{"message":{"content":" "},"finish_reason":"stop"}]}"#, "said nothing"),
            (200, r#"{"choices":[{"message":{"content":"{}","refusal":"no"}}]}"#, "refused to judge"),
            (200, r#"{"choices":[{"message":{"content":"{"},"finish_reason":"length"}]}"#, "cut off"),
            (200, r#"{"choices":[{"message":{"content":""},"finish_reason":"content_filter"}]}"#, "filtered"),
            (301, "", "HTTP 301"),
            (401, "{}", "HTTP 401"),
            (400, "{}", "HTTP 400"),
            (503, "", "HTTP 503"),
        ];
        for (status, body, part) in cases {
            let silent = read(&answer(status, body)).unwrap_err();
            assert!(silent.reason.contains(part), "{status} {body}: {}", silent.reason);
            assert_eq!(silent.again.is_some(), status == 503, "{status} {body}");
            assert_eq!(silent.unknown_form, status == 400);
        }
    }

    #[test]
    fn what_is_kept_is_short_and_fits_every_database() {
        assert_eq!(kept("said\0"), "said\u{fffd}");
        let long = kept(&"ż".repeat(MAX_KEPT));
        assert!(long.len() <= MAX_KEPT && long.len() > MAX_KEPT - 4);
    }
}
