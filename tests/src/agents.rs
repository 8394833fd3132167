//! What flows about AI agents begin with and ask for.

use crate::app::App;
use crate::client::{Client, encode};
use crate::samples::*;
use serde_json::{Value, json};

/// Somebody who answers for agents.
pub fn safety(app: &App) -> Client {
    app.user("ai_safety")
}

/// Somebody else who answers for agents.
pub fn second_safety(app: &App) -> Client {
    app.anonymous().with_key(&app.new_key("anowak", &["--role", "ai_safety"]))
}

/// The path of an agent, and what follows it.
pub fn agent_path(agent: &str, rest: &str) -> String {
    format!("/api/agents/{}{rest}", encode(agent))
}

/// A tool of each risk.
pub fn agent_tools() -> Value {
    json!([
        {"name": "crm.read", "risk": "read"},
        {"name": "crm.note", "risk": "write"},
        {"name": "payments.refund", "risk": "critical"},
    ])
}

/// A registered agent with a tool of each risk; its id.
pub fn registered_agent(app: &App) -> String {
    let id = unique("agent");
    safety(app).post("/api/agents", &json!({"id": id, "allowed_tools": agent_tools()})).expect(201);
    id
}

/// An agent as a viewer reads it.
pub fn agent(app: &App, id: &str) -> Value {
    app.viewer().get(&agent_path(id, "")).expect(200)
}

/// What becomes of the three tools: `+` allowed, `?` with approval, `-` denied.
pub fn tool_answers(client: &Client, id: &str) -> String {
    let sign = |tool: &str| {
        let answer = client.post(&agent_path(id, "/authorize"), &json!({"tool": tool})).expect(200);
        assert_eq!(members(&answer), ["allowed", "approval_required", "reason"]);
        match (answer["allowed"].as_bool().unwrap(), answer["approval_required"].as_bool().unwrap()) {
            (true, false) => '+',
            (true, true) => '?',
            (false, false) => '-',
            (false, true) => panic!("{answer}"),
        }
    };
    ["crm.read", "crm.note", "payments.refund"].map(sign).iter().collect()
}

/// An incident about an agent; its public id.
pub fn incident_about(app: &App, agent: &str) -> String {
    app.reporter().reports(&merged(report("About an agent"), json!({"agent_id": agent, "level": "L2_ai"})))
}

/// The UUID of an incident named by its public id.
pub fn uuid_of(app: &App, incident: &str) -> Value {
    app.viewer().incident(incident)["id"].clone()
}

/// Quarantines an agent; the answer.
pub fn quarantines(client: &Client, agent: &str, body: &Value) -> Value {
    client.post(&agent_path(agent, "/quarantine"), body).expect(200)
}
