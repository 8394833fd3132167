//! The playbook object itself, and the way from and to text (CACAO 2.0 §3).

use super::data::Extensions;
use super::shape::object;
use super::{
    AgentTarget, AuthenticationInfo, DataMarking, Dictionary, ExtensionDefinition, ExternalReference,
    Identifier, PlaybookError, Signature, Time, Variable, WorkflowStep,
};

/// The largest document that is read, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;
/// The most steps a workflow may have, of all kinds.
pub const MAX_STEPS: usize = 500;

object! {
    /// A CACAO 2.0 playbook.
    pub struct Playbook {
        /// `playbook`.
        #[serde(rename = "type")]
        kind: String,
        /// `cacao-2.0`.
        spec_version: String,
        /// Its identifier, the same for all its versions.
        id: Identifier,
        /// What it is called.
        name: String,
        /// What it does.
        description: Option<String>,
        /// What it is for: `mitigation`, `remediation`, …
        playbook_types: Option<Vec<String>>,
        /// What is done in it.
        playbook_activities: Option<Vec<String>>,
        /// Which features it uses.
        playbook_processing_summary: Option<ProcessingSummary>,
        /// Whose it is.
        created_by: Identifier,
        /// When it was made.
        created: Time,
        /// When this version was made.
        modified: Time,
        /// Whether it no longer holds.
        revoked: Option<bool>,
        /// From when it holds.
        valid_from: Option<Time>,
        /// Until when it holds.
        valid_until: Option<Time>,
        /// What it was made from.
        derived_from: Option<Vec<Identifier>>,
        /// What it has to do with.
        related_to: Option<Vec<Identifier>>,
        /// 1 the highest to 100; 0 undefined.
        priority: Option<u64>,
        /// 1 the lowest to 100; 0 undefined.
        severity: Option<u64>,
        /// How much running it changes: 1 the least to 100; 0 undefined.
        impact: Option<u64>,
        /// Where it applies.
        industry_sectors: Option<Vec<String>>,
        /// Labels.
        labels: Option<Vec<String>>,
        /// What it draws on.
        external_references: Option<Vec<ExternalReference>>,
        /// The markings that apply to it.
        markings: Option<Vec<Identifier>>,
        /// Variables of the whole playbook.
        playbook_variables: Option<Dictionary<Variable>>,
        /// The step it begins with.
        workflow_start: Identifier,
        /// The step for what no other step catches.
        workflow_exception: Option<Identifier>,
        /// The steps.
        workflow: Dictionary<WorkflowStep>,
        /// Extensions in use.
        playbook_extensions: Option<Extensions>,
        /// Ways to authenticate.
        authentication_info_definitions: Option<Dictionary<AuthenticationInfo>>,
        /// Who carries steps out.
        agent_definitions: Option<Dictionary<AgentTarget>>,
        /// What steps are done to.
        target_definitions: Option<Dictionary<AgentTarget>>,
        /// What extensions mean.
        extension_definitions: Option<Dictionary<ExtensionDefinition>>,
        /// Markings.
        data_marking_definitions: Option<Dictionary<DataMarking>>,
        /// Signatures.
        signatures: Option<Vec<Signature>>,
    }
}

object! {
    /// Which features a playbook uses (CACAO 2.0 §10.14).
    pub struct ProcessingSummary {
        /// Steps for people.
        manual_playbook: Option<bool>,
        /// Other playbooks.
        external_playbooks: Option<bool>,
        /// Branches at once.
        parallel_processing: Option<bool>,
        /// Conditions.
        if_logic: Option<bool>,
        /// Loops.
        while_logic: Option<bool>,
        /// Switches.
        switch_logic: Option<bool>,
        /// Delays and time-outs.
        temporal_logic: Option<bool>,
        /// Markings.
        data_markings: Option<bool>,
        /// Signatures.
        digital_signatures: Option<bool>,
        /// Signatures of signatures.
        countersigned_signatures: Option<bool>,
        /// Extensions.
        extensions: Option<bool>,
    }
}

impl Playbook {
    /// Reads a document of at most [`MAX_BYTES`]. What it says is checked by [`Playbook::validate`].
    pub fn read(text: &str) -> Result<Self, PlaybookError> {
        if text.len() > MAX_BYTES {
            return Err(PlaybookError::TooLarge(MAX_BYTES));
        }
        serde_json::from_str(text).map_err(|e| PlaybookError::Unreadable(e.to_string()))
    }

    /// Writes the document for people: indented by two, a line break at the end.
    pub fn write(&self) -> Result<String, PlaybookError> {
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n").map_err(|e| PlaybookError::Unreadable(e.to_string()))
    }
}
