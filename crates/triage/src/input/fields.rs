//! Finding fields in data whose spelling is the sender's choice.

use serde_json::Value;

/// The value under the first of the names that is there, case, `-` and `_` ignored. Empty values count as missing.
pub fn find<'a>(value: &'a Value, names: &[&str]) -> Option<&'a Value> {
    let object = value.as_object()?;
    names.iter().find_map(|name| {
        let direct = object.get(*name);
        let found = direct.or_else(|| object.iter().find(|(key, _)| same(key, name)).map(|(_, found)| found));
        found.filter(|found| !is_empty(found))
    })
}

/// The text under the first of the names that is there.
pub fn text<'a>(value: &'a Value, names: &[&str]) -> Option<&'a str> {
    find(value, names).and_then(|found| match found {
        Value::String(text) => Some(text.as_str()),
        Value::Array(items) => items.iter().find_map(Value::as_str),
        // Some write an address as an object.
        Value::Object(_) => find(found, &["address", "email", "value", "text"]).and_then(Value::as_str),
        _ => None,
    })
}

/// Every text under the first of the names that is there: one, or a list.
pub fn texts<'a>(value: &'a Value, names: &[&str]) -> Vec<&'a str> {
    match find(value, names) {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(|item| {
                item.as_str().or_else(|| text(item, &["address", "email", "value", "url", "href", "content"]))
            })
            .take(500)
            .collect(),
        _ => Vec::new(),
    }
}

/// Every string in a value with the path of keys that leads to it, at most `limit`; deep data uses no stack.
pub fn strings(value: &Value, limit: usize) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), value)];
    while let Some((path, value)) = open.pop() {
        if found.len() >= limit {
            break;
        }
        match value {
            Value::String(text) => found.push((path, text.as_str())),
            Value::Array(items) => {
                open.extend(items.iter().take(limit).rev().map(|item| (path.clone(), item)))
            }
            Value::Object(members) if path.len() < 400 => {
                let below = members.iter().take(limit).collect::<Vec<_>>();
                open.extend(below.into_iter().rev().map(|(key, item)| (join(&path, key), item)));
            }
            _ => {}
        }
    }
    found
}

fn join(path: &str, key: &str) -> String {
    let key: String = key.chars().take(80).collect::<String>().to_lowercase();
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

fn same(key: &str, name: &str) -> bool {
    let plain = |s: &str| {
        s.chars()
            .filter(|c| !matches!(c, '-' | '_' | ' '))
            .map(|c| c.to_ascii_lowercase())
            .collect::<String>()
    };
    key.len() < 60 && plain(key) == plain(name)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn spellings_do_not_matter() {
        let value = json!({"Reply-To": "a", "body": "", "Text": "b", "to": [{"address": "c"}]});
        assert_eq!(text(&value, &["reply_to"]), Some("a"));
        assert_eq!(text(&value, &["body", "text"]), Some("b"));
        assert_eq!(texts(&value, &["recipient", "to"]), ["c"]);
    }

    #[test]
    fn strings_come_with_their_paths() {
        let value = json!({"a": {"B": ["x", {"c": "y"}]}, "n": 1});
        assert_eq!(strings(&value, 10), [("a.b".to_owned(), "x"), ("a.b.c".to_owned(), "y")]);
    }
}
