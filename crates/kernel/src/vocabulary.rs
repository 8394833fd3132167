//! One way to write a closed list of words, so that each has one spelling in code, JSON and SQL.

/// A word that is not in its list; the message names the ones that are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{given}' is no {what}; use one of {allowed}")]
pub struct UnknownWord {
    /// What the list holds, e.g. `level`.
    pub what: &'static str,
    /// What was given, cut to a readable length.
    pub given: String,
    /// The allowed words, comma separated.
    pub allowed: String,
}

impl UnknownWord {
    /// Builds the error from the word given and the words allowed.
    pub fn new(what: &'static str, given: &str, allowed: impl Iterator<Item = &'static str>) -> Self {
        let given = given.chars().filter(|c| !c.is_control()).take(60).collect();
        Self { what, given, allowed: allowed.collect::<Vec<_>>().join(", ") }
    }
}

/// Declares an enum whose variants are words: `ALL`, `as_str`, `Display`, `FromStr` and serde follow.
///
/// ```
/// probatum_kernel::vocabulary! {
///     /// A traffic light.
///     pub enum Light("light") { /// Go.
///         Green = "green", /// Stop.
///         Red = "red" }
/// }
/// assert_eq!("red".parse::<Light>().unwrap(), Light::Red);
/// assert_eq!("blue".parse::<Light>().unwrap_err().to_string(), "'blue' is no light; use one of green, red");
/// ```
#[macro_export]
macro_rules! vocabulary {
    ($(#[$meta:meta])* $vis:vis enum $name:ident($what:literal) {
        $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every variant, in the order declared.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as clients and the database spell it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The place of the word in its list, from 0.
            pub fn ordinal(self) -> u8 {
                (0u8..).zip(Self::ALL).find(|(_, v)| **v == self).map_or(0, |(i, _)| i)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::UnknownWord;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                match s {
                    $($word => Ok(Self::$variant),)+
                    other => Err($crate::UnknownWord::new($what, other, Self::ALL.iter().map(|v| v.as_str()))),
                }
            }
        }

        impl $crate::__serde::Serialize for $name {
            fn serialize<S: $crate::__serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let word = <::std::borrow::Cow<'de, str> as $crate::__serde::Deserialize>::deserialize(d)?;
                word.parse().map_err($crate::__serde::de::Error::custom)
            }
        }
    };
}
