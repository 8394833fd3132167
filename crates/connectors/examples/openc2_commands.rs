//! Prints every OpenC2 command the registry can send, one JSON text a line, for other implementations to judge:
//! `cargo run -p probatum-connectors --example openc2_commands | python3 .ci/openc2_check.py`.

use probatum_application::connector::Call;
use probatum_connectors::openc2::{actions, command};
use probatum_kernel::{ActionId, Actor, IncidentId, PublicId, Timestamp};
use serde_json::{Map, Value, json};

/// Parameters for any action, and what some of them may also be.
fn parameters() -> Vec<Value> {
    let base = json!({
        "ip": "198.51.100.7", "domain": "evil.example", "url": "https://evil.example/login?x=1",
        "hash_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "sender": "eve@evil.example", "host": "pc-17.example.org", "message_id": "<17@evil.example>",
        "mailbox": "kdzik@example.org", "account": "jdoe", "reason": "Phishing detected",
    });
    let other = json!({
        "ip": "2001:db8::7", "domain": "żółw.example", "url": "https://żółw.example/ą",
        "hash_sha256": "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08",
        "sender": "ewa@żółw.example", "host": "asset:17", "message_id": "AAMkAGI2", "account": "EXAMPLE\\jdoe",
    });
    let third = json!({ "sender": "@evil.example", "host": "żółw" });
    vec![base, other, third]
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for action in actions() {
        let mut said = Vec::new();
        for (n, parameters) in (1u8..).zip(parameters()) {
            let mut parameters: Map<String, Value> = serde_json::from_value(parameters)?;
            if action.starts_with("block_") {
                parameters.insert("duration_minutes".to_owned(), json!(90));
            }
            let call = Call {
                action_id: ActionId::new(Timestamp::EPOCH, &[n; 10]),
                action: action.to_owned(),
                parameters,
                incident_id: IncidentId::new(Timestamp::EPOCH, &[n; 10]),
                public_id: PublicId::new(2026, 42).ok_or("no public id")?,
                requested_by: Actor::system("example"),
                approved_by: None,
                requested_at: Timestamp::EPOCH,
            };
            // The last set has what only some actions take.
            match command(&call) {
                Ok(command) => said.push(command),
                Err(_) if n == 3 => {}
                Err(e) => return Err(format!("{action}: {e}").into()),
            }
        }
        for command in said {
            println!("{command}");
        }
    }
    Ok(())
}
