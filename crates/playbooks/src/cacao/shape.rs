//! What the objects of the model have in common: optional members, dictionaries in order, members kept as they came.

use super::{Identifier, Time};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::fmt;
use std::marker::PhantomData;

/// The members of a JSON object nobody looked into.
pub type Members = serde_json::Map<String, Value>;

/// A JSON object used as a dictionary: in the order of the document, no key twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Dictionary<T>(Vec<(String, T)>);

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Dictionary<T> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, value)| value)
    }
    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        self.0.iter_mut().find(|(k, _)| k == key).map(|(_, value)| value)
    }
    /// Puts a value in the place of the one this key had, or at the end.
    pub fn insert(&mut self, key: &str, value: T) {
        match self.get_mut(key) {
            Some(place) => *place = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }
    /// All entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Serialize> Serialize for Dictionary<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(self.iter())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Dictionary<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Dictionary<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut entries, mut seen) = (Vec::new(), std::collections::BTreeSet::new());
                while let Some((key, value)) = map.next_entry::<String, T>()? {
                    if !seen.insert(key.clone()) {
                        return Err(A::Error::custom(format!("{key} stands twice in one object")));
                    }
                    entries.push((key, value));
                }
                Ok(Dictionary(entries))
            }
        }
        d.deserialize_map(Entries(PhantomData))
    }
}

/// Tells a member that is left out from one that is there.
pub(super) trait Absent {
    fn absent(&self) -> bool {
        false
    }
}

impl<T> Absent for Option<T> {
    fn absent(&self) -> bool {
        self.is_none()
    }
}
impl<T> Absent for Vec<T> {}
impl<T> Absent for Dictionary<T> {}
impl Absent for String {}
impl Absent for Identifier {}
impl Absent for Time {}

/// A member that may be null, and is then kept as null.
pub(super) fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    d: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}

/// Declares an object of the standard: members that are `Option` may be left out, and unknown ones are kept.
macro_rules! object {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$of:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            $($(#[$of])* #[serde(skip_serializing_if = "super::shape::Absent::absent")] pub $field: $type,)*
            /// Members the standard does not know, as they came.
            #[serde(flatten)]
            pub other: $crate::cacao::Members,
        }
    };
}
pub(super) use object;
