//! The values a fact sheet is made of: each knows its limits and says what is wrong with it.

use probatum_kernel::{FieldFault, TextError, Timestamp, check_line, check_text};
use serde::{Deserialize, Serialize};

/// The most characters of a [`Line`].
pub const MAX_LINE: usize = 300;
/// The most characters of a [`Text`].
pub const MAX_TEXT: usize = 10_000;
/// The most entries of a list.
pub const MAX_ENTRIES: usize = 100;
/// The largest [`Count`], 2^53 − 1: beyond it JSON readers disagree (RFC 7493 §2.2).
pub const MAX_COUNT: u64 = 9_007_199_254_740_991;

/// A field of the sheet: where it is and what people call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldDef {
    /// The path in the sheet, or `incident.` and the name of a field of the incident.
    pub path: String,
    /// What people call it.
    pub label: String,
}

/// A part of a fact sheet.
pub trait Fact: Clone {
    /// Adds every fault of the value at `path`.
    fn check(&self, path: &str, faults: &mut Vec<FieldFault>);
    /// This with what `later` states in its place; sections are merged field by field.
    fn merged(&self, later: &Self) -> Self {
        later.clone()
    }
    /// Adds the fields there are at `path`.
    fn describe(path: &str, label: &str, out: &mut Vec<FieldDef>) {
        out.push(FieldDef { path: path.to_owned(), label: label.to_owned() });
    }
}

pub(crate) fn join(path: &str, field: &str) -> String {
    if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") }
}

fn text_fault(path: &str, result: Result<(), TextError>, faults: &mut Vec<FieldFault>) {
    if let Err(e) = result {
        let code = match e {
            TextError::Empty => "required",
            TextError::TooLong(_) => "too_long",
            TextError::Control => "invalid",
        };
        faults.push(FieldFault::new(path, code, e.to_string()));
    }
}

macro_rules! text_leaf {
    ($($(#[$meta:meta])* $name:ident = $check:expr),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl Fact for $name {
            fn check(&self, path: &str, faults: &mut Vec<FieldFault>) {
                let check: fn(&str, &str, &mut Vec<FieldFault>) = $check;
                check(path, &self.0, faults);
            }
        }
    )+};
}

fn shape(path: &str, ok: bool, what: &str, faults: &mut Vec<FieldFault>) {
    if !ok {
        faults.push(FieldFault::new(path, "invalid", what));
    }
}

fn upper(s: &str, length: usize) -> bool {
    s.len() == length && s.bytes().all(|b| b.is_ascii_uppercase())
}

text_leaf! {
    /// One line of 1–[`MAX_LINE`] characters.
    Line = |path, s, faults| text_fault(path, check_line(s, MAX_LINE), faults),
    /// A text of 1–[`MAX_TEXT`] characters.
    Text = |path, s, faults| text_fault(path, check_text(s, MAX_TEXT), faults),
    /// An e-mail address, at most 254 characters (RFC 5321).
    Email = |path, s, faults| {
        let ok = s.len() <= 254
            && !s.chars().any(|c| c.is_whitespace() || c.is_control())
            && s.rsplit_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
        shape(path, ok, "must be an e-mail address, for example csirt@example.org", faults);
    },
    /// A telephone number, at most 40 characters.
    Phone = |path, s, faults| {
        let ok = s.len() <= 40
            && s.bytes().any(|b| b.is_ascii_digit())
            && s.bytes().all(|b| b.is_ascii_digit() || b"+-() ./".contains(&b));
        shape(path, ok, "must be a telephone number, for example +48 22 555 01 00", faults);
    },
    /// A country (ISO 3166-1 alpha-2).
    CountryCode = |path, s, faults| shape(path, upper(s, 2), "must be two capital letters (ISO 3166-1), for example PL", faults),
    /// A currency (ISO 4217).
    Currency = |path, s, faults| shape(path, upper(s, 3), "must be three capital letters (ISO 4217), for example EUR", faults),
    /// A legal entity identifier (ISO 17442).
    Lei = |path, s, faults| {
        let ok = s.len() == 20
            && s.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
            && s.bytes().rev().take(2).all(|b| b.is_ascii_digit());
        shape(path, ok, "must be an LEI: 18 capital letters or digits and 2 digits (ISO 17442)", faults);
    },
    /// A duration as `DDD:HH:MM` (Implementing Regulation (EU) 2025/302).
    Duration = |path, s, faults| shape(path, is_duration(s), "must be DDD:HH:MM, for example 001:06:30", faults),
}

fn is_duration(s: &str) -> bool {
    let digits = |s: &str, min: usize, max: usize| {
        (min..=max).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit())
    };
    let below = |s: &str, bound: u8| s.parse::<u8>().is_ok_and(|n| n < bound);
    let mut parts = s.split(':');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(d), Some(h), Some(m), None) => {
            digits(d, 1, 3) && digits(h, 2, 2) && digits(m, 2, 2) && below(h, 24) && below(m, 60)
        }
        _ => false,
    }
}

/// A number of people, records or thousands of a currency, at most [`MAX_COUNT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Count(pub u64);

impl Fact for Count {
    fn check(&self, path: &str, faults: &mut Vec<FieldFault>) {
        if self.0 > MAX_COUNT {
            faults.push(FieldFault::new(path, "out_of_range", format!("must be 0 to {MAX_COUNT}")));
        }
    }
}

/// 0–100 per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Percent(pub u8);

impl Fact for Percent {
    fn check(&self, path: &str, faults: &mut Vec<FieldFault>) {
        if self.0 > 100 {
            faults.push(FieldFault::new(path, "out_of_range", "must be 0 to 100"));
        }
    }
}

impl Fact for bool {
    fn check(&self, _: &str, _: &mut Vec<FieldFault>) {}
}

impl Fact for Timestamp {
    fn check(&self, _: &str, _: &mut Vec<FieldFault>) {}
}

impl<T: Fact> Fact for Vec<T> {
    fn check(&self, path: &str, faults: &mut Vec<FieldFault>) {
        if self.is_empty() {
            faults.push(FieldFault::new(path, "required", "must not be empty; leave it out instead"));
        }
        if self.len() > MAX_ENTRIES {
            let message = format!("must have at most {MAX_ENTRIES} entries");
            faults.push(FieldFault::new(path, "too_many", message));
            return;
        }
        for (index, entry) in self.iter().enumerate() {
            entry.check(&format!("{path}[{index}]"), faults);
        }
    }
}

/// Words are checked when they are read.
macro_rules! word_leaf {
    ($($name:ty),+ $(,)?) => {$(
        impl $crate::facts::leaf::Fact for $name {
            fn check(&self, _: &str, _: &mut Vec<probatum_kernel::FieldFault>) {}
        }
    )+};
}
pub(crate) use word_leaf;

/// Declares a section of the sheet: every field optional, with its label; reading, limits, merging and the
/// list of fields follow.
macro_rules! section {
    ($(#[$meta:meta])* pub struct $name:ident {
        $($(#[$fmeta:meta])* $field:ident: $type:ty = $label:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $(#[doc = $label] #[doc = "."] $(#[$fmeta])* #[serde(skip_serializing_if = "Option::is_none")]
              pub $field: Option<$type>,)+
        }

        impl $crate::facts::leaf::Fact for $name {
            fn check(&self, path: &str, faults: &mut Vec<probatum_kernel::FieldFault>) {
                $(if let Some(value) = &self.$field {
                    value.check(&$crate::facts::leaf::join(path, stringify!($field)), faults);
                })+
            }
            fn merged(&self, later: &Self) -> Self {
                Self { $($field: match (&self.$field, &later.$field) {
                    (Some(old), Some(new)) => Some(old.merged(new)),
                    (old, new) => new.as_ref().or(old.as_ref()).cloned(),
                },)+ }
            }
            fn describe(path: &str, label: &str, out: &mut Vec<$crate::facts::leaf::FieldDef>) {
                // Two contacts have a name each: below the sections, a label says whose.
                let full = |inner: &str| {
                    if path.contains('.') { format!("{label}: {inner}") } else { inner.to_owned() }
                };
                $(<$type as $crate::facts::leaf::Fact>::describe(
                    &$crate::facts::leaf::join(path, stringify!($field)), &full($label), out);)+
            }
        }
    };
}
pub(crate) use section;

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(fact: &impl Fact) -> Vec<String> {
        let mut faults = Vec::new();
        fact.check("x", &mut faults);
        faults.into_iter().map(|f| format!("{} {}", f.field, f.code)).collect()
    }

    #[test]
    fn every_value_has_its_limits() {
        let long = "x".repeat(MAX_LINE + 1);
        assert!(faults(&Line("Zażółć".into())).is_empty());
        assert_eq!(faults(&Line(long)), ["x too_long"]);
        assert_eq!(faults(&Line("a\nb".into())), ["x invalid"]);
        assert_eq!(faults(&Text(" ".into())), ["x required"]);
        assert!(faults(&Text("a\nb".into())).is_empty());
        assert_eq!(faults(&Count(MAX_COUNT + 1)), ["x out_of_range"]);
        assert_eq!(faults(&Percent(101)), ["x out_of_range"]);
        assert_eq!(faults(&Vec::<Line>::new()), ["x required"]);
        assert_eq!(faults(&vec![Percent(1); MAX_ENTRIES + 1]), ["x too_many"]);
        assert_eq!(faults(&vec![Percent(1), Percent(101)]), ["x[1] out_of_range"]);
    }

    #[test]
    fn codes_have_their_shapes() {
        let good: [&dyn Fn() -> Vec<String>; 7] = [
            &|| faults(&Email("csirt@example.org".into())),
            &|| faults(&Phone("+48 22 555 01 00".into())),
            &|| faults(&CountryCode("PL".into())),
            &|| faults(&Currency("EUR".into())),
            &|| faults(&Lei("5493001KJTIIGC8Y1R12".into())),
            &|| faults(&Duration("001:06:30".into())),
            &|| faults(&Duration("1:23:59".into())),
        ];
        assert!(good.iter().all(|check| check().is_empty()));
        for bad in ["", "csirt", "@example.org", "a b@example.org", "a@"] {
            assert_eq!(faults(&Email(bad.into())), ["x invalid"], "{bad}");
        }
        for bad in ["", "phone", "+"] {
            assert_eq!(faults(&Phone(bad.into())), ["x invalid"], "{bad}");
        }
        for bad in ["pl", "POL", ""] {
            assert_eq!(faults(&CountryCode(bad.into())), ["x invalid"], "{bad}");
        }
        for bad in ["5493001KJTIIGC8Y1RXX", "5493001kjtiigc8y1r12", "1"] {
            assert_eq!(faults(&Lei(bad.into())), ["x invalid"], "{bad}");
        }
        for bad in ["", "1:24:00", "1:00:60", "1000:00:00", "1:1:1", "1:00", "1:00:00:00", "-1:00:00"] {
            assert_eq!(faults(&Duration(bad.into())), ["x invalid"], "{bad}");
        }
    }
}
