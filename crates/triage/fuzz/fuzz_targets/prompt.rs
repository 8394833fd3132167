//! Any bytes as prompt, document, tool answer and tool call.
#![no_main]

use libfuzzer_sys::fuzz_target;
use probatum_triage::{Embedded, Input, judge};
use serde_json::json;
use std::sync::LazyLock;

static ENGINE: LazyLock<Embedded> = LazyLock::new(Embedded::new);

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.split('\u{1}');
    let mut next = || parts.next().unwrap_or("").to_owned();
    let raw_data = json!({"prompt": next(), "untrusted_content": next(), "system_prompt": next(), "messages": [
        {"role": "tool", "content": next()},
        {"role": "assistant", "content": next(), "tool_calls": [{"name": "send_mail", "arguments": next()}]}]});
    let input = Input { incident_type: Some("prompt_injection".to_owned()), source: None, raw_data };
    assert!(judge(&*ENGINE, &input).is_ok());
});
