//! Reading JSON member by member, so that every wrong one is named and none is overlooked.

use super::Fault;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

/// The most characters of a text in a rule file.
const MAX_TEXT: usize = 1000;

/// The faults found so far.
#[derive(Debug, Default)]
pub(super) struct Faults(pub Vec<Fault>);

impl Faults {
    pub fn add(&mut self, path: &str, message: impl Into<String>) {
        self.0.push(Fault { path: path.to_owned(), message: message.into() });
    }
}

/// An object being read.
pub(super) struct Object<'a> {
    pub path: String,
    members: Option<&'a Map<String, Value>>,
    read: BTreeSet<&'static str>,
}

impl<'a> Object<'a> {
    /// The object at `path`; whatever else stands there is a fault, and reads as having no members.
    pub fn new(path: String, value: &'a Value, faults: &mut Faults) -> Self {
        let members = value.as_object();
        if members.is_none() {
            faults.add(&path, "must be an object");
        }
        Self { path, members, read: BTreeSet::new() }
    }

    pub fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// A member that may be null or absent.
    pub fn optional(&mut self, name: &'static str) -> Option<&'a Value> {
        self.read.insert(name);
        self.members?.get(name).filter(|value| !value.is_null())
    }

    /// A member that has to be there.
    pub fn value(&mut self, name: &'static str, faults: &mut Faults) -> Option<&'a Value> {
        let value = self.optional(name);
        if value.is_none() && self.members.is_some() {
            faults.add(&self.at(name), "is missing");
        }
        value
    }

    pub fn text(&mut self, name: &'static str, faults: &mut Faults) -> Option<String> {
        let value = self.value(name, faults)?;
        text(&self.at(name), value, faults)
    }

    pub fn optional_text(&mut self, name: &'static str, faults: &mut Faults) -> Option<String> {
        let value = self.optional(name)?;
        text(&self.at(name), value, faults)
    }

    pub fn boolean(&mut self, name: &'static str, faults: &mut Faults) -> Option<bool> {
        let value = self.value(name, faults)?.as_bool();
        if value.is_none() {
            faults.add(&self.at(name), "must be true or false");
        }
        value
    }

    /// A number in a range.
    pub fn number(&mut self, name: &'static str, from: i64, to: i64, faults: &mut Faults) -> Option<i64> {
        let value = self.value(name, faults)?.as_i64().filter(|n| (from..=to).contains(n));
        if value.is_none() {
            faults.add(&self.at(name), format!("must be a number from {from} to {to}"));
        }
        value
    }

    /// A list; its entries come with their paths.
    pub fn list(&mut self, name: &'static str, max: usize, faults: &mut Faults) -> Vec<(String, &'a Value)> {
        let path = self.at(name);
        let Some(value) = self.value(name, faults) else { return Vec::new() };
        match value.as_array() {
            Some(list) if list.len() <= max => {
                list.iter().enumerate().map(|(i, value)| (format!("{path}[{i}]"), value)).collect()
            }
            Some(_) => {
                faults.add(&path, format!("must have at most {max} entries"));
                Vec::new()
            }
            None => {
                faults.add(&path, "must be a list");
                Vec::new()
            }
        }
    }

    /// Names every member nobody read.
    pub fn done(self, faults: &mut Faults) {
        for name in self.members.into_iter().flat_map(Map::keys) {
            if !self.read.contains(name.as_str()) {
                let known = self.read.iter().copied().collect::<Vec<_>>().join(", ");
                let name: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
                faults.add(&self.at(&name), format!("is unknown; known are {known}"));
            }
        }
    }
}

fn text(path: &str, value: &Value, faults: &mut Faults) -> Option<String> {
    let checked = value.as_str().filter(|s| probatum_kernel::check_text(s, MAX_TEXT).is_ok());
    if checked.is_none() {
        faults.add(path, format!("must be a text of 1 to {MAX_TEXT} characters"));
    }
    checked.map(str::to_owned)
}

/// Reads what a text says.
pub(super) fn word<T: FromStr>(path: &str, value: Option<String>, faults: &mut Faults) -> Option<T>
where
    T::Err: Display,
{
    read(path, value, faults, |text| text.parse().map_err(|e: T::Err| e.to_string()))
}

/// As [`word`], with a reader of its own.
pub(super) fn read<T>(
    path: &str,
    value: Option<String>,
    faults: &mut Faults,
    reader: impl Fn(&str) -> Result<T, String>,
) -> Option<T> {
    match reader(&value?) {
        Ok(read) => Some(read),
        Err(message) => {
            faults.add(path, message);
            None
        }
    }
}

/// The text of an entry of a list.
pub(super) fn entry_text(path: &str, value: &Value, faults: &mut Faults) -> Option<String> {
    text(path, value, faults)
}
