//! JSON in one spelling, so that equal events are equal bytes.

use serde_json::Value;
use std::collections::BTreeMap;

/// `value` with sorted keys and no blanks. Numbers keep their digits; RFC 8785 would round large ones, and logs
/// are full of those (flow ids, nanoseconds).
pub(crate) fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

// As deep as the value, and a value is read only up to `MAX_DEPTH`.
fn write(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            for (i, (key, member)) in sorted.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_equal_bytes() {
        let value: Value =
            serde_json::from_str(r#"{ "b" : [1.5, 9007199254740993], "a\"" : {"z":null,"y":"ż"} }"#).unwrap();
        assert_eq!(canonical(&value), r#"{"a\"":{"y":"ż","z":null},"b":[1.5,9007199254740993]}"#);
    }
}
