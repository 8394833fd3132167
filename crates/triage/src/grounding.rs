//! Whether the quotations of a verdict are really in what was judged.

use crate::verdict::Signal;
use probatum_kernel::{Code, Coded, FieldFault};
use serde_json::Value;

/// Signals whose evidence does not occur in the judged input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the evidence of {} does not occur in the judged input; quote a string value exactly or leave the signal out",
    paths(.signals)
)]
pub struct Ungrounded {
    /// Their places in the verdict's list, from 0, ascending, never empty.
    pub signals: Vec<usize>,
}

impl Coded for Ungrounded {
    fn code(&self) -> Code {
        Code::ClaimExceedsProof
    }

    fn fields(&self) -> Vec<FieldFault> {
        let fault = |i: &usize| {
            let message = "does not occur in the judged input; quote a string value exactly";
            FieldFault::new(format!("signals[{i}].evidence"), "invalid", message)
        };
        self.signals.iter().map(fault).collect()
    }
}

/// Walks the input once and strikes out every quotation found. A stack of our own, because the depth of the
/// input is the sender's choice and the thread's stack is not theirs to use up.
pub(crate) fn check(signals: &[Signal], input: &Value) -> Result<(), Ungrounded> {
    let mut missing: Vec<(usize, &str)> = signals.iter().map(|s| s.evidence.as_str()).enumerate().collect();
    let mut open = vec![input];
    while let Some(value) = open.pop() {
        if missing.is_empty() {
            return Ok(());
        }
        match value {
            Value::String(text) => missing.retain(|(_, quotation)| !text.contains(quotation)),
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values()),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Ungrounded { signals: missing.into_iter().map(|(i, _)| i).collect() })
}

fn paths(signals: &[usize]) -> String {
    let all: Vec<_> = signals.iter().map(|i| format!("signals[{i}]")).collect();
    all.join(", ")
}
