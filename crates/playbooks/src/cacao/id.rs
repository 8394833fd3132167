//! Identifiers: `<type>--<UUID>`, and those that follow from a name.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The namespace of derived identifiers: UUIDv5 of `urn:probatum:playbooks` in the URL namespace (RFC 9562 §6.6).
const NAMESPACE: Uuid = Uuid::from_u128(0x403c_5c07_1c80_50b5_936c_803e_1893_2900);

/// A CACAO identifier as it stands in the document (CACAO 2.0 §10.10); whether it is one, [`Identifier::is_valid`] says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Identifier(String);

impl Identifier {
    /// The identifier of this type that belongs to `name`: the same name always gives the same one.
    ///
    /// ```
    /// let id = probatum_playbooks::cacao::Identifier::derived("playbook", "ransomware");
    /// assert!(id.is_valid() && id.as_str().starts_with("playbook--"));
    /// ```
    pub fn derived(kind: &str, name: &str) -> Self {
        Self(format!("{kind}--{}", Uuid::new_v5(&NAMESPACE, format!("{kind}/{name}").as_bytes())))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `--`; all of it if there is none.
    pub fn kind(&self) -> &str {
        kind_of(&self.0)
    }

    /// Whether it is `<type>--<UUID>` with a type of at least three of a-z, 0-9 and -, and a UUID of version 1 to 5.
    pub fn is_valid(&self) -> bool {
        is_identifier(&self.0)
    }
}

impl From<&str> for Identifier {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl std::fmt::Display for Identifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The type of an identifier.
pub(super) fn kind_of(text: &str) -> &str {
    text.split_once("--").map_or(text, |(kind, _)| kind)
}

pub(super) fn is_identifier(text: &str) -> bool {
    let Some((kind, id)) = text.split_once("--") else { return false };
    let letters = kind.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let framed =
        kind.starts_with(|c: char| c.is_ascii_lowercase()) && !kind.ends_with('-') && kind.len() >= 3;
    // Only the hyphenated form of a UUID has 36 characters and parses.
    let uuid = if id.len() == 36 { Uuid::try_parse(id).ok() } else { None };
    letters
        && framed
        && uuid.is_some_and(|u| {
            (1..=5).contains(&u.get_version_num()) && u.get_variant() == uuid::Variant::RFC4122
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_a_type_and_a_uuid_of_version_1_to_5() {
        for (text, good) in [
            ("action--a9a9a9a9-1111-4111-8111-a9a9a9a9a9a9", true),
            ("if-condition--A9a9a9a9-1111-5111-b111-a9a9a9a9a9a9", true),
            ("action--0198f1c2-7d3b-7c0e-9d0a-4b5c6d7e8f90", false), // version 7
            ("action--a9a9a9a9-1111-4111-c111-a9a9a9a9a9a9", false), // another variant
            ("action--a9a9a9a9111141118111a9a9a9a9a9a9", false),
            ("action-a9a9a9a9-1111-4111-8111-a9a9a9a9a9a9", false),
            ("Action--a9a9a9a9-1111-4111-8111-a9a9a9a9a9a9", false),
            ("a--a9a9a9a9-1111-4111-8111-a9a9a9a9a9a9", false),
            ("action---a9a9a9a9-1111-4111-8111-a9a9a9a9a9a", false),
            ("", false),
        ] {
            assert_eq!(Identifier::from(text).is_valid(), good, "{text}");
        }
    }

    #[test]
    fn derived_identifiers_are_valid_and_stay_the_same() {
        let id = Identifier::derived("extension-definition", "probatum");
        assert_eq!(id.as_str(), crate::EXTENSION);
        assert!(id.is_valid());
        assert_eq!(id.kind(), "extension-definition");
        assert_ne!(Identifier::derived("action", "a/b"), Identifier::derived("action", "a/c"));
        assert_eq!(NAMESPACE, Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:probatum:playbooks"));
    }
}
