//! An agent losing trust, and what it may still use: `cargo run -p probatum-agent-trust --example decide`.

use probatum_agent_trust::{Agent, NewAgent, Person, Proof, Quarantine, Tool, ToolRisk, TrustEvent};
use probatum_kernel::{EvidenceId, IncidentId, Timestamp};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now: Timestamp = "2026-07-04T08:12:03Z".parse()?;
    let cmd = NewAgent {
        name: Some("support agent".into()),
        owner: Some("customer-care".into()),
        allowed_tools: vec![
            Tool { name: "crm.read".into(), risk: ToolRisk::Read },
            Tool { name: "crm.note".into(), risk: ToolRisk::Write },
            Tool { name: "payments.refund".into(), risk: ToolRisk::Critical },
        ],
        ..NewAgent::new("did:web:example.org:agents:7".parse()?)
    };

    let agent = Agent::register(&cmd, now)?;
    show("registered", &agent);
    let agent = agent.apply(TrustEvent::Anomaly, now.plus_hours(1));
    show("after an anomaly", &agent);
    let agent = agent.apply(TrustEvent::PolicyViolation, now.plus_hours(2));
    show("after a policy violation", &agent);

    let person = |actor: &str| actor.parse().map(|actor| Person { actor, principal: None });
    let (then, incident) = (now.plus_hours(3), IncidentId::new(now, &[1; 10]));
    let order = Quarantine::new(TrustEvent::PromptInjectionConfirmed, person("aiso:mpaw")?, incident, then);
    let agent = agent.quarantine(order)?;
    show("quarantined", &agent);

    let later = now.plus_hours(30);
    let proof = Proof::Confirmed { evidence: EvidenceId::new(later, &[2; 10]), incident, names_agent: true };
    if let Err(refusal) = agent.restore(&person("admin:mpaw")?, proof, later) {
        println!("not restored: {refusal}");
    }
    show("restored by somebody else", &agent.restore(&person("aiso:anowak")?, proof, later)?);
    Ok(())
}

fn show(when: &str, agent: &Agent) {
    println!("{when}: {}, score {}, delta {}", agent.status(), agent.current_score, agent.trust_delta());
    for tool in &agent.allowed_tools {
        let answer = agent.authorize(&tool.name);
        let word = match (answer.allowed, answer.approval_required) {
            (true, false) => "yes",
            (true, true) => "with approval",
            (false, _) => "no",
        };
        println!("  {}: {word} ({})", tool.name, answer.reason);
    }
}
