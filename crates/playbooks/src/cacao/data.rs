//! The data types objects share: times, references, variables, extension definitions, signatures.

use super::shape::{nullable, object};
use super::{Identifier, Members};
use probatum_kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// A time as it stands in the document, so that writing it back changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(String);

impl Time {
    /// The point in time; `None` if the text is no RFC 3339 time in UTC with `Z` (CACAO 2.0 §10.17).
    pub fn at(&self) -> Option<Timestamp> {
        if self.0.ends_with('Z') && self.0.get(10..11) == Some("T") { self.0.parse().ok() } else { None }
    }
}

object! {
    /// Something outside of the document that it draws on (CACAO 2.0 §10.9).
    pub struct ExternalReference {
        /// What it is called.
        name: String,
        /// What it says.
        description: Option<String>,
        /// A citation.
        source: Option<String>,
        /// Where it is.
        url: Option<String>,
        /// Its name there: `T1486`.
        external_id: Option<String>,
        /// A STIX or CACAO object it is.
        reference_id: Option<Identifier>,
    }
}

object! {
    /// A variable (CACAO 2.0 §10.18); an open kind of object.
    pub struct Variable {
        /// What it holds: `string`, `ipv4-addr`, …
        #[serde(rename = "type")]
        kind: String,
        /// What it is for.
        description: Option<String>,
        /// Its first value.
        #[serde(default, deserialize_with = "nullable")]
        value: Option<Option<String>>,
        /// Whether nobody may change it.
        constant: Option<bool>,
        /// Whether its value comes from outside.
        external: Option<bool>,
    }
}

object! {
    /// What an extension means (CACAO 2.0 §8).
    pub struct ExtensionDefinition {
        /// `extension-definition`.
        #[serde(rename = "type")]
        kind: String,
        /// What it is called.
        name: String,
        /// What it is for.
        description: Option<String>,
        /// Whose it is.
        created_by: Identifier,
        /// Its definition, or where that is.
        schema: String,
        /// Its version.
        version: String,
        /// More about it.
        external_references: Option<Vec<ExternalReference>>,
    }
}

object! {
    /// A JSON Signature Scheme signature (CACAO 2.0 §10.15). It is carried, not checked.
    pub struct Signature {
        /// `jss`.
        #[serde(rename = "type")]
        kind: String,
        /// Its identifier.
        id: Identifier,
        /// Whose it is.
        created_by: Option<Identifier>,
        /// When it was made.
        created: Time,
        /// When this version of it was made.
        modified: Time,
        /// Whether it no longer holds.
        revoked: Option<bool>,
        /// Who signed.
        signee: String,
        /// From when it holds.
        valid_from: Option<Time>,
        /// Until when it holds.
        valid_until: Option<Time>,
        /// The playbook it signs.
        related_to: Identifier,
        /// The version of the playbook it signs.
        related_version: Time,
        /// The hash that was signed.
        hash_algorithm: String,
        /// How.
        algorithm: String,
        /// The key.
        public_key: Option<String>,
        /// The certificates.
        public_cert_chain: Option<Vec<String>>,
        /// Where the certificate is.
        cert_url: Option<String>,
        /// The thumbprint of the certificate.
        thumbprint: Option<String>,
        /// The signature.
        value: String,
        /// The signature this one countersigns.
        signature: Option<Box<Signature>>,
    }
}

/// The extensions an object uses: the members of each, by the identifier of its definition.
pub(crate) type Extensions = super::Dictionary<Members>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_with_z() {
        for (text, good) in [
            ("2026-11-22T09:00:00.000Z", true),
            ("2026-11-22T09:00:00Z", true),
            ("2026-11-22T09:00:00+00:00", false),
            ("2026-11-22 09:00:00Z", false),
            ("2026-02-30T09:00:00Z", false),
            ("", false),
        ] {
            assert_eq!(Time(text.to_owned()).at().is_some(), good, "{text}");
        }
    }

    #[test]
    fn a_value_that_is_null_stays_null() {
        for text in
            [r#"{"type":"string","value":null}"#, r#"{"type":"string"}"#, r#"{"type":"string","x":1}"#]
        {
            let variable: Variable = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&variable).unwrap(), text);
        }
    }
}
