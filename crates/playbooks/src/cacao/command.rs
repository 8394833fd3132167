//! Commands: what an action step does, as data (CACAO 2.0 §5).

use super::shape::object;
use super::{Dictionary, ExternalReference};

object! {
    /// A command: `manual`, `bash`, `caldera-cmd`, `elastic`, `http-api`, `jupyter`, `kestrel`, `openc2-http`,
    /// `powershell`, `sigma`, `ssh`, `yara`, or another kind.
    pub struct Command {
        /// The kind.
        #[serde(rename = "type")]
        kind: String,
        /// What it does.
        description: Option<String>,
        /// The version of its language.
        version: Option<String>,
        /// What it is for: `disconnect-system`, …
        playbook_activity: Option<String>,
        /// More about it.
        external_references: Option<Vec<ExternalReference>>,
        /// The command; of HTTP kinds the request line.
        command: Option<String>,
        /// The command in Base64.
        command_b64: Option<String>,
        /// HTTP: header fields.
        headers: Option<Dictionary<Vec<String>>>,
        /// HTTP: the body.
        content: Option<String>,
        /// HTTP: the body in Base64.
        content_b64: Option<String>,
    }
}
