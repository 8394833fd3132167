//! Reading foreign JSON by path, whether its keys are nested (`{"a":{"b":1}}`) or dotted (`{"a.b":1}`).

use serde_json::{Map, Value};

/// The members of an object.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// The value at a path of keys joined by dots; null counts as absent.
    pub(super) fn at(&self, path: &str) -> Option<&'a Value> {
        find(self.0, path).filter(|v| !v.is_null())
    }

    /// The object at a path.
    pub(super) fn object(&self, path: &str) -> Option<Fields<'a>> {
        self.at(path).and_then(Value::as_object).map(Fields)
    }

    /// The objects at a path: those of an array, or the one that stands there.
    pub(super) fn objects(&self, path: &str) -> Vec<Fields<'a>> {
        match self.at(path) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_object).map(Fields).collect(),
            Some(Value::Object(members)) => vec![Fields(members)],
            _ => Vec::new(),
        }
    }

    /// The text at a path: a string, or a number or boolean as it is written; of an array the first.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        self.texts(path).into_iter().next()
    }

    /// The texts at a path: one, or those of an array. Empty ones are left out.
    pub(super) fn texts(&self, path: &str) -> Vec<String> {
        match self.at(path) {
            Some(Value::Array(items)) => items.iter().filter_map(scalar).collect(),
            Some(value) => scalar(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// The first text at one of the paths.
    pub(super) fn first(&self, paths: &[&str]) -> Option<String> {
        paths.iter().find_map(|path| self.text(path))
    }

    /// The number at a path, also if it is written as a string.
    pub(super) fn number(&self, path: &str) -> Option<f64> {
        let value = self.at(path)?;
        value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|n| n.is_finite())
    }

    /// The whole number at a path, also if it is written as a string.
    pub(super) fn integer(&self, path: &str) -> Option<i64> {
        let value = self.at(path)?;
        value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
    }

    /// Whether there is something at a path.
    pub(super) fn has(&self, path: &str) -> bool {
        self.at(path).is_some()
    }
}

fn find<'a>(members: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = members.get(path) {
        return Some(value);
    }
    path.match_indices('.').find_map(|(at, _)| {
        let (key, rest) = (path.get(..at)?, path.get(at + 1..)?);
        find(members.get(key)?.as_object()?, rest)
    })
}

fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(s) => s.trim().to_owned(),
        Value::Number(n) => n.to_string(),
        Value::Bool(b) => b.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nested_and_dotted_keys_are_the_same() {
        let value = json!({"a": {"b.c": 1, "list": ["x", "", 2]}, "d.e": {"f": "7"}, "n": null});
        let fields = Fields(value.as_object().unwrap());
        assert_eq!(fields.integer("a.b.c"), Some(1));
        assert_eq!(fields.integer("d.e.f"), Some(7));
        assert_eq!(fields.texts("a.list"), ["x", "2"]);
        assert!(!fields.has("n") && !fields.has("a.x"));
    }
}
