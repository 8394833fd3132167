//! What a CACAO document cannot say by itself: the members of our extension, on the playbook and on each step.

use crate::cacao::{ExtensionDefinition, Members};
use crate::level::ApprovalLevel;
use crate::playbook::{Phase, Step};
use probatum_kernel::{FieldFault, Role};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The identifier of the extension, in `extension_definitions`, `playbook_extensions` and `step_extensions`.
pub const EXTENSION: &str = "extension-definition--91474e20-98c5-5ba9-83b9-b684ef753c77";

/// Its definition, as every document that uses it carries it.
const DEFINITION: &str = r#"{
  "type": "extension-definition",
  "name": "Probatum response steps",
  "description": "Which incidents a playbook answers, and of each step who does it, by when, and what proves it.",
  "created_by": "identity--afcd50f3-b284-5041-8fb2-53ac23398e84",
  "schema": "https://example.invalid/probatum/docs/playbooks.md",
  "version": "1.0.0"
}"#;

/// The members on the playbook.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PlaybookMembers {
    pub categories: Vec<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// The members on a step; what is left out has a default. In alphabetical order, as they are written.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StepMembers {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_level: Option<ApprovalLevel>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attack: Vec<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub automated: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub d3fend: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_within: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_role: Option<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub proof: String,
    #[serde(skip_serializing_if = "is_false")]
    pub validation_required: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl From<&Step> for StepMembers {
    fn from(step: &Step) -> Self {
        Self {
            action_type: Some(step.action_type.clone()),
            approval_level: step.approval_level,
            attack: step.attack.clone(),
            automated: step.automated,
            d3fend: step.d3fend.clone(),
            due_within: Some(step.due_within),
            key: Some(step.key.clone()),
            owner_role: Some(step.owner_role),
            phase: Some(step.phase),
            proof: step.proof.clone(),
            validation_required: step.validation_required,
        }
    }
}

/// The members of our extension; the defaults if it is not used. What cannot be read is a fault of `field`.
pub(crate) fn read<T: DeserializeOwned + Default>(
    field: &str,
    used: Option<&crate::cacao::Dictionary<Members>>,
    faults: &mut Vec<FieldFault>,
) -> T {
    let Some(members) = used.and_then(|used| used.get(EXTENSION)) else { return T::default() };
    serde_json::from_value(Value::Object(members.clone())).unwrap_or_else(|e| {
        faults.push(FieldFault::new(
            format!("{field}.{EXTENSION}"),
            "invalid",
            format!("cannot be read: {e}"),
        ));
        T::default()
    })
}

/// The members as the document carries them.
pub(crate) fn write(members: &impl Serialize) -> Members {
    match serde_json::to_value(members) {
        Ok(Value::Object(members)) => members,
        _ => Members::new(),
    }
}

/// The definition, for a document that does not have it yet.
pub(crate) fn definition() -> Option<ExtensionDefinition> {
    serde_json::from_str(DEFINITION).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cacao::Identifier;

    #[test]
    fn the_definition_is_ours() {
        let definition = definition().unwrap();
        assert_eq!(definition.created_by, Identifier::derived("identity", "probatum"));
        assert!(definition.other.is_empty());
    }
}
