//! What holds after any sequence of events, patches, registrations, quarantines and restorations.

use crate::{
    Agent, AgentPatch, AgentStatus, NewAgent, Person, Proof, Quarantine, Tool, ToolRisk, TrustEvent,
};
use probatum_kernel::{EvidenceId, IncidentId, Timestamp};
use proptest::prelude::*;

/// Something that is tried on an agent.
#[derive(Debug, Clone)]
enum Attempt {
    Event(TrustEvent),
    Patch(AgentPatch),
    Register(NewAgent),
    Quarantine(TrustEvent, Person, u8),
    Restore(Person, Proof),
}

fn event() -> impl Strategy<Value = TrustEvent> {
    proptest::sample::select(TrustEvent::ALL)
}

fn case(n: u8) -> IncidentId {
    IncidentId::new(Timestamp::EPOCH, &[n; 10])
}

/// Few people and few keys, so that they often meet themselves.
fn person() -> impl Strategy<Value = Person> {
    const ACTORS: &[&str] = &["aiso:ann", "admin:ann", "aiso:ben", "admin:cleo"];
    let principal = proptest::option::of(proptest::sample::select(&["k1", "k2"][..]));
    (proptest::sample::select(ACTORS), principal).prop_map(|(actor, principal)| Person {
        actor: actor.parse().unwrap(),
        principal: principal.map(str::to_owned),
    })
}

fn proof() -> impl Strategy<Value = Proof> {
    let evidence = EvidenceId::new(Timestamp::EPOCH, &[1; 10]);
    let confirmed = move |(n, names_agent)| Proof::Confirmed { evidence, incident: case(n), names_agent };
    prop_oneof![
        1 => Just(Proof::NotNamed),
        1 => Just(Proof::Unproven),
        4 => (0u8..2, any::<bool>()).prop_map(confirmed),
    ]
}

fn tools() -> impl Strategy<Value = Vec<Tool>> {
    let risks = proptest::collection::vec(proptest::sample::select(ToolRisk::ALL), 0..6);
    risks.prop_map(|risks| {
        risks.iter().enumerate().map(|(i, r)| Tool { name: format!("t{i}"), risk: *r }).collect()
    })
}

fn patch() -> impl Strategy<Value = AgentPatch> {
    let parts = (
        proptest::option::of(0u8..=100),
        proptest::option::of(tools()),
        proptest::option::of(Just(true)),
        proptest::option::of(proptest::option::of("[a-z]{1,8}")),
    );
    parts.prop_map(|(baseline_score, allowed_tools, verified, name)| AgentPatch {
        name,
        baseline_score,
        allowed_tools,
        verified,
        ..AgentPatch::default()
    })
}

fn registration() -> impl Strategy<Value = NewAgent> {
    (proptest::option::of(0u8..=100), tools()).prop_map(|(baseline_score, allowed_tools)| NewAgent {
        baseline_score,
        allowed_tools,
        ..NewAgent::new("did:web:example.org:7".parse().unwrap())
    })
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let attempt = prop_oneof![
        6 => event().prop_map(Attempt::Event),
        4 => Just(Attempt::Event(TrustEvent::CleanRun)),
        2 => patch().prop_map(Attempt::Patch),
        1 => registration().prop_map(Attempt::Register),
        2 => (event(), person(), 0u8..2).prop_map(|(reason, by, n)| Attempt::Quarantine(reason, by, n)),
        3 => (person(), proof()).prop_map(|(by, proof)| Attempt::Restore(by, proof)),
    ];
    proptest::collection::vec(attempt, 0..40)
}

fn agents() -> impl Strategy<Value = Agent> {
    (registration(), any::<bool>(), any::<bool>()).prop_map(|(cmd, known_only, unverified)| {
        if known_only {
            Agent::unverified(cmd.id, Timestamp::EPOCH)
        } else {
            Agent { unverified, ..Agent::register(&cmd, Timestamp::EPOCH).unwrap() }
        }
    })
}

/// Tries it all, an hour apart, and shows `see` the agent before and after what was granted.
fn run(mut agent: Agent, attempts: &[Attempt], mut see: impl FnMut(&Agent, &Attempt, &Agent)) -> Agent {
    let mut now = Timestamp::EPOCH;
    for attempt in attempts {
        now = now.plus_hours(1);
        let next = match attempt.clone() {
            Attempt::Event(event) => Ok(agent.apply(event, now)),
            Attempt::Patch(patch) => agent.patch(&patch, now).map(|d| d.next),
            Attempt::Register(cmd) => agent.complete(&cmd, now),
            Attempt::Quarantine(reason, by, n) => agent.quarantine(Quarantine::new(reason, by, case(n), now)),
            Attempt::Restore(by, proof) => agent.restore(&by, proof, now),
        };
        if let Ok(next) = next {
            see(&agent, attempt, &next);
            agent = next;
        }
    }
    agent
}

proptest! {
    #[test]
    fn a_quarantined_agent_never_gets_a_tool(agent in agents(), attempts in attempts()) {
        let mut shut = false;
        run(agent, &attempts, |_, attempt, after| {
            match attempt {
                Attempt::Quarantine(..) => shut = true,
                Attempt::Restore(..) => shut = false,
                _ => {}
            }
            assert_eq!(after.is_quarantined(), shut, "{attempt:?}");
            if shut {
                assert_eq!(after.status(), AgentStatus::Quarantined);
                assert!(after.effective_tools().is_empty());
                assert!(after.allowed_tools.iter().all(|t| !after.authorize(&t.name).allowed));
            }
        });
    }

    #[test]
    fn nobody_comes_back_without_proof_of_the_case_or_by_who_shut_it_out(
        agent in agents(), attempts in attempts(),
    ) {
        run(agent, &attempts, |before, attempt, _| {
            if let Attempt::Restore(by, proof) = attempt {
                let order = before.quarantine.as_ref().unwrap();
                assert_ne!(by.actor.name(), order.by.actor.name());
                assert!(by.principal.is_none() || by.principal != order.by.principal);
                assert!(matches!(proof, Proof::Confirmed { incident, .. } if Some(*incident) == order.incident));
            }
        });
    }

    #[test]
    fn only_a_clean_run_a_restoration_and_people_who_answer_for_agents_give_rights(
        agent in agents(), attempts in attempts(),
    ) {
        run(agent, &attempts, |before, attempt, after| {
            let gives = matches!(
                attempt,
                Attempt::Event(TrustEvent::CleanRun)
                    | Attempt::Patch(_)
                    | Attempt::Register(_)
                    | Attempt::Restore(..)
            );
            if !gives {
                let held = before.effective_tools();
                assert!(after.effective_tools().iter().all(|t| held.contains(t)), "{attempt:?}");
                for tool in held {
                    let (was, is) = (before.authorize(&tool.name), after.authorize(&tool.name));
                    assert!(!is.allowed || is.approval_required >= was.approval_required, "{attempt:?}");
                }
            }
        });
    }

    #[test]
    fn only_a_clean_run_and_a_restoration_raise_a_registered_score(agent in agents(), attempts in attempts()) {
        run(agent, &attempts, |before, attempt, after| {
            assert!(after.current_score <= 100);
            let between = before.current_score.min(before.baseline_score)
                ..=before.current_score.max(before.baseline_score);
            match attempt {
                Attempt::Event(TrustEvent::CleanRun) => {
                    assert!(after.current_score <= before.baseline_score.max(before.current_score));
                }
                Attempt::Restore(..) => assert!(between.contains(&after.current_score)),
                Attempt::Register(_) => assert!(after.trust_delta() <= 0.max(before.trust_delta())),
                Attempt::Event(_) | Attempt::Patch(_) | Attempt::Quarantine(..) => {
                    assert!(after.current_score <= before.current_score, "{attempt:?}");
                }
            }
        });
    }

    #[test]
    fn a_gateway_hears_what_the_list_of_tools_says(agent in agents(), attempts in attempts()) {
        let agent = run(agent, &attempts, |_, _, _| ());
        let effective = agent.effective_tools();
        for tool in &agent.allowed_tools {
            let answer = agent.authorize(&tool.name);
            prop_assert_eq!(answer.allowed, effective.contains(&tool));
            prop_assert!(answer.allowed || !answer.approval_required);
            prop_assert!(!answer.approval_required || tool.risk == ToolRisk::Critical);
        }
        prop_assert!(!agent.authorize("unheard-of").allowed);
    }

    #[test]
    fn a_change_is_one_version(agent in agents(), attempts in attempts()) {
        run(agent, &attempts, |before, attempt, after| {
            if before == after {
                assert!(matches!(attempt, Attempt::Patch(_)), "{attempt:?}");
            } else {
                assert_eq!(after.version, before.version + 1);
                assert!(after.updated_at > before.updated_at);
            }
        });
    }
}
