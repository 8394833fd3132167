//! Deciding who may have what run, without a server: `cargo run -p probatum-playbooks --example policy`.

use probatum_kernel::{ActionId, Actor, EvidenceStatus, IncidentId, Role, Timestamp};
use probatum_playbooks::{
    Action, Choice, Known, NewOrder, Person, Policy, Proof, Question, Rule, UpdateStep,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Own rules come before the registry's.
    let careful: Rule = serde_json::from_str(
        r#"{"name": "mail of distrusted agents", "actions": ["quarantine_email"], "agent_score_below": 50,
            "effect": "require_approval", "level": "senior"}"#,
    )?;
    let policy = Policy::new(vec![careful], true).map_err(|faults| format!("{faults:?}"))?;

    let asked_by = [Role::Operator];
    let question = |action, agent| Question {
        action,
        severity: "high",
        priority: Some("P1"),
        evidence_status: EvidenceStatus::Confirmed,
        asked_by: &asked_by,
        agent,
    };
    for (action, agent) in [
        ("lookup_ip", None),
        ("quarantine_email", None),
        ("quarantine_email", Some(("degraded", 34))),
        ("isolate_host", None),
        ("delete_mailbox", None),
    ] {
        let ruling = policy.decide(&question(action, agent));
        println!("{action} with agent {agent:?}: {:?} by '{}'", ruling.verdict, ruling.rule);
    }

    // An order that waits, and somebody else's approval.
    let now: Timestamp = "2026-07-04T09:00:00Z".parse()?;
    let (asker, approver): (Actor, Actor) = ("operator:anowak".parse()?, "senior:kdzik".parse()?);
    let mut order = NewOrder { action: "isolate_host".into(), ..NewOrder::default() };
    order.parameters.insert("host".into(), "pc-17".into());
    let ruling = policy.decide(&question("isolate_host", None));
    let (id, incident) = (ActionId::new(now, &[1; 10]), IncidentId::new(now, &[2; 10]));
    let by = Person { actor: &asker, roles: &asked_by, principal: None };
    let action = Action::request(id, incident, &order, &ruling, true, &by, now)?;
    println!("{} is {}", action.title, action.status);

    let approve = UpdateStep { decision: Some(Choice::Approve), ..UpdateStep::default() };
    let known = Known { proof: Proof::NotNamed, connector: true, verdict: None };
    let own = action.update(
        &approve,
        &known,
        &Person { actor: &asker, roles: &[Role::SeniorAnalyst], principal: None },
        now,
    );
    println!("approved by who asked: {}", own.map_or_else(|e| e.to_string(), |d| d.next.status.to_string()));
    let done = action.update(
        &approve,
        &known,
        &Person { actor: &approver, roles: &[Role::SeniorAnalyst], principal: None },
        now,
    )?;
    println!("approved by somebody else: {}", done.next.status);
    Ok(())
}
