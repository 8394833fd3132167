//! A response step from its opening to the proof that it works: `cargo run -p probatum-playbooks --example step`.

use probatum_kernel::{ActionId, Actor, Coded, EvidenceId, IncidentId, Role, Timestamp};
use probatum_playbooks::{
    Action, ActionStatus, Known, NewStep, Person, Proof, UpdateStep, proves_closure, unfinished,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now: Timestamp = "2026-07-04T09:00:00Z".parse()?;
    let actor: Actor = "operator:anowak".parse()?;
    let by = Person { actor: &actor, roles: &[Role::Operator], principal: None };
    let incident = IncidentId::new(now, &[1; 10]);

    let cmd = NewStep {
        title: "Reset the agent's memory".into(),
        owner: Some("ml-platform".into()),
        due_at: Some(now.plus_hours(24)),
        ..NewStep::default()
    };
    let step = Action::open_step(ActionId::new(now, &[2; 10]), incident, &cmd, &actor, now)?;
    println!("{} {}: {}", step.id, step.status, step.title);

    // Work that nobody has shown to be done proves nothing.
    let evidence = EvidenceId::new(now, &[3; 10]);
    let done = UpdateStep {
        status: Some(ActionStatus::Completed),
        validation_ref: Some(evidence),
        ..UpdateStep::default()
    };
    if let Err(refused) = step.update(&done, &Known::proof(Proof::Unproven), &by, now) {
        println!("refused, {}: {refused}", refused.code());
    }

    let decision = step.update(&done, &Known::proof(Proof::Confirmed), &by, now.plus_hours(2))?;
    for change in &decision.changes {
        println!("{}: {:?} -> {:?}", change.field, change.from, change.to);
    }

    let actions = [decision.next];
    println!("unfinished: {}", unfinished(&actions));
    println!("proves closure: {}", proves_closure(&actions, |id| id == evidence));
    Ok(())
}
