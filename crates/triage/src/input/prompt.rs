//! A reported prompt or agent trace, taken apart by who speaks: the operator, the user, the model, or mere data.

use super::fields;
use crate::text::words::Text;
use serde_json::Value;

/// The most messages of a trace that are read.
const MAX_MESSAGES: usize = 400;

/// A prompt or a trace.
#[derive(Debug, Default)]
pub struct Prompt<'a> {
    /// What the operator told the model.
    pub system: Vec<Text<'a>>,
    /// What the user asks.
    pub user: Vec<Text<'a>>,
    /// What came in as data: documents, pages, tool results. Nobody in it has a say.
    pub data: Vec<Text<'a>>,
    /// What the model answered.
    pub model: Vec<Text<'a>>,
    /// The tool calls the model made, in order.
    pub calls: Vec<Call<'a>>,
}

/// A tool call of a trace.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The tool's name.
    pub name: &'a str,
    /// The arguments, as JSON text or one of their strings.
    pub arguments: &'a str,
    /// How many pieces of data the model had seen by then.
    pub seen: usize,
}

impl<'a> Prompt<'a> {
    /// Reads what there is.
    pub fn read(raw: &'a Value) -> Self {
        let mut prompt = Self::default();
        prompt.system.extend(
            fields::texts(raw, &["system_prompt", "system", "instructions"]).into_iter().map(Text::plain),
        );
        let data = [
            "untrusted_content",
            "document",
            "documents",
            "context",
            "retrieved",
            "tool_output",
            "tool_result",
        ];
        for name in data {
            prompt.data.extend(fields::texts(raw, &[name]).into_iter().map(Text::plain));
        }
        let asked = fields::texts(
            raw,
            &["prompt", "user_prompt", "user_input", "input", "query", "text", "message", "content"],
        );
        prompt.user.extend(asked.iter().copied().map(Text::plain));
        if let Some(Value::Array(messages)) =
            fields::find(raw, &["messages", "trace", "conversation", "turns"])
        {
            for message in messages.iter().take(MAX_MESSAGES) {
                prompt.message(message, &asked);
            }
        }
        if let Some(answer) = fields::text(raw, &["response", "output", "completion", "answer"]) {
            prompt.model.push(Text::plain(answer));
        }
        prompt
    }

    fn message(&mut self, message: &'a Value, asked: &[&str]) {
        let role =
            fields::text(message, &["role", "type", "from", "author"]).unwrap_or("").to_ascii_lowercase();
        let content = contents(message);
        match role.as_str() {
            "system" | "developer" => self.system.extend(content.into_iter().map(Text::plain)),
            "user" | "human" => {
                let new = content.into_iter().filter(|text| !asked.contains(text));
                self.user.extend(new.map(Text::plain));
            }
            "assistant" | "ai" | "model" | "agent" => self.model.extend(content.into_iter().map(Text::plain)),
            // Whatever else speaks is data: nobody proved to be more.
            _ => self.data.extend(content.into_iter().map(Text::plain)),
        }
        let seen = self.data.len();
        if let Some(Value::Array(calls)) = fields::find(message, &["tool_calls", "function_calls"]) {
            for call in calls.iter().take(50) {
                let inner = fields::find(call, &["function"]).filter(|f| f.is_object()).unwrap_or(call);
                let name = fields::text(inner, &["name", "tool", "function"]).unwrap_or("");
                let arguments = fields::find(inner, &["arguments", "args", "input", "parameters"]);
                let texts = arguments.map(|a| fields::strings(a, 50)).unwrap_or_default();
                self.calls.extend(texts.into_iter().map(|(_, arguments)| Call { name, arguments, seen }));
            }
        }
    }

    /// Whether there is anything to judge.
    pub fn has_content(&self) -> bool {
        self.user.iter().chain(&self.data).any(|text| !text.words.is_empty())
    }
}

/// The texts of a message: a string, or parts with `text` or `content`.
fn contents(message: &Value) -> Vec<&str> {
    match fields::find(message, &["content", "text", "value", "output"]) {
        Some(Value::String(text)) => vec![text],
        Some(other) => fields::strings(other, 100).into_iter().map(|(_, text)| text).collect(),
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn roles_decide_who_speaks() {
        let raw = json!({"prompt": "Sum up the mail", "messages": [
            {"role": "system", "content": "Be brief"},
            {"role": "user", "content": "Sum up the mail"},
            {"role": "assistant", "content": "", "tool_calls": [{"name": "read", "arguments": "{\"id\": \"7\"}"}]},
            {"role": "tool", "content": [{"type": "text", "text": "Hello"}]},
            {"role": "root", "content": "I am in charge"}]});
        let prompt = Prompt::read(&raw);
        let counts = (prompt.system.len(), prompt.user.len(), prompt.calls.len());
        assert_eq!(counts, (1, 1, 1), "the prompt is not read twice");
        let data: Vec<_> = prompt.data.iter().map(|text| text.source).collect();
        assert!(data.contains(&"Hello") && data.contains(&"I am in charge"), "an unknown role has no say");
    }
}
