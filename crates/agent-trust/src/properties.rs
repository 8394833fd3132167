//! What holds after any sequence of events, in whatever order they come.

use crate::{Agent, AgentStatus, NewAgent, Tool, ToolRisk, TrustEvent};
use probatum_kernel::Timestamp;
use proptest::prelude::*;

/// Something that happens to an agent.
#[derive(Debug, Clone, Copy)]
enum Happening {
    Event(TrustEvent),
    Quarantine(TrustEvent),
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let event = || proptest::sample::select(TrustEvent::ALL);
    let happening = prop_oneof![
        8 => event().prop_map(Happening::Event),
        4 => Just(Happening::Event(TrustEvent::CleanRun)),
        1 => event().prop_map(Happening::Quarantine),
    ];
    proptest::collection::vec(happening, 0..40)
}

fn agents() -> impl Strategy<Value = Agent> {
    let risks = proptest::collection::vec(proptest::sample::select(ToolRisk::ALL), 0..6);
    (0u8..=100, risks, any::<bool>()).prop_map(|(baseline, risks, unverified)| {
        let tools = risks.iter().enumerate().map(|(i, r)| Tool { name: format!("t{i}"), risk: *r }).collect();
        let id = "did:web:example.org:7".parse().unwrap();
        let cmd = NewAgent { baseline_score: Some(baseline), allowed_tools: tools, ..NewAgent::new(id) };
        Agent { unverified, ..Agent::register(&cmd, Timestamp::EPOCH).unwrap() }
    })
}

/// Lets it all happen, an hour apart, and shows `see` the agent before and after each.
fn run(mut agent: Agent, happenings: &[Happening], mut see: impl FnMut(&Agent, Happening, &Agent)) -> Agent {
    let mut now = Timestamp::EPOCH;
    for happening in happenings {
        now = now.plus_hours(1);
        let next = match *happening {
            Happening::Event(event) => agent.apply(event, now),
            Happening::Quarantine(reason) => agent.quarantine(reason, now).unwrap_or_else(|_| agent.clone()),
        };
        see(&agent, *happening, &next);
        agent = next;
    }
    agent
}

proptest! {
    #[test]
    fn a_quarantined_agent_never_gets_a_tool(agent in agents(), happenings in happenings()) {
        let mut was_quarantined = false;
        run(agent, &happenings, |_, happening, after| {
            was_quarantined |= matches!(happening, Happening::Quarantine(r) if r != TrustEvent::CleanRun);
            assert_eq!(after.quarantined, was_quarantined);
            if was_quarantined {
                assert_eq!(after.status(), AgentStatus::Quarantined);
                assert!(after.effective_tools().is_empty());
                assert!(after.allowed_tools.iter().all(|t| !after.authorize(&t.name).allowed));
            }
        });
    }

    #[test]
    fn the_score_stays_within_its_limits(agent in agents(), happenings in happenings()) {
        run(agent, &happenings, |before, _, after| {
            assert!(after.current_score <= 100);
            assert!(after.current_score <= after.baseline_score);
            assert_eq!(after.baseline_score, before.baseline_score);
            assert!((after.current_score..=after.baseline_score).contains(&after.restore_score()));
        });
    }

    #[test]
    fn a_clean_run_never_lifts_above_the_baseline(
        baseline_score in 0u8..=100, current_score in 0u8..=100, agent in agents(),
    ) {
        let agent = Agent { baseline_score, current_score, ..agent };
        let next = agent.apply(TrustEvent::CleanRun, Timestamp::EPOCH);
        prop_assert!(next.current_score >= current_score);
        prop_assert!(next.current_score <= baseline_score.max(current_score));
    }

    #[test]
    fn only_a_clean_run_gives_rights(agent in agents(), happenings in happenings()) {
        run(agent, &happenings, |before, happening, after| {
            if !matches!(happening, Happening::Event(TrustEvent::CleanRun)) {
                let held = before.effective_tools();
                assert!(after.effective_tools().iter().all(|t| held.contains(t)), "{happening:?}");
            }
        });
    }

    #[test]
    fn a_gateway_hears_what_the_list_of_tools_says(agent in agents(), happenings in happenings()) {
        let agent = run(agent, &happenings, |_, _, _| ());
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
    fn a_change_is_one_version(agent in agents(), happenings in happenings()) {
        run(agent, &happenings, |before, _, after| {
            if before != after {
                assert_eq!(after.version, before.version + 1);
                assert!(after.updated_at > before.updated_at);
            }
        });
    }
}
