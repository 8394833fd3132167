//! The official schemas of CACAO 2.0, from the folder beside this one; nothing is fetched.

use jsonschema::{Registry, Validator};
use serde_json::Value;
use std::path::{Path, PathBuf};

const BASE: &str = "https://raw.githubusercontent.com/oasis-open/cacao-json-schemas/main/schemas/";

pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn schemas(folder: &Path, found: &mut Vec<Value>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            schemas(&path, found);
        } else {
            found.push(serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap());
        }
    }
}

/// A validator of playbooks by the official schemas, each changed by `change` first.
fn validator(change: fn(&mut Value)) -> Validator {
    let mut found = Vec::new();
    schemas(&folder("tests/cacao-schemas/schemas"), &mut found);
    assert_eq!(found.len(), 51, "all schemas are there");
    let mut registry = Registry::new();
    for mut schema in found {
        change(&mut schema);
        let id = schema["$id"].as_str().unwrap().to_owned();
        registry = registry.add(id, schema).unwrap();
    }
    let registry = registry.prepare().unwrap();
    let schema = serde_json::json!({"$ref": format!("{BASE}playbook.json")});
    jsonschema::options().offline().with_registry(&registry).build(&schema).unwrap()
}

/// The schemas as they are published.
pub fn official() -> Validator {
    validator(|_| {})
}

/// The schemas as they are meant: they close objects with `unevaluatedProperties`, which the draft they declare does not
/// know. `command-data.json` must stay open, or no command could have a member of its own.
pub fn strict() -> Validator {
    validator(|schema| {
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
        if schema["title"] == "command-data" {
            schema.as_object_mut().unwrap().remove("unevaluatedProperties");
        }
    })
}

pub fn faults(validator: &Validator, document: &Value) -> Vec<String> {
    validator.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).collect()
}
