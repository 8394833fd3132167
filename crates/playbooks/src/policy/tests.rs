//! The default rules as a table, the order of rules, and rules that are refused.

use super::*;

fn question(action: &str) -> Question<'_> {
    Question {
        action,
        severity: "high",
        priority: Some("P1"),
        evidence_status: EvidenceStatus::Confirmed,
        asked_by: &[Role::Operator],
        agent: None,
    }
}

fn own(text: &str) -> Rule {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_default_rules_are_the_contracts() {
    use ApprovalLevel::{AiSafety, Analyst, Manager, Senior};
    use Verdict::{Allowed, Denied, RequiresApproval};
    for (action, severity, expected) in [
        ("lookup_ip", "low", Allowed),
        ("lookup_anything", "low", Allowed),
        ("notify_dpo", "critical", Allowed),
        ("create_ticket", "low", Allowed),
        ("quarantine_email", "high", Allowed),
        ("release_email", "high", RequiresApproval(Analyst)),
        ("block_sender", "high", RequiresApproval(Analyst)),
        ("unblock_ip", "high", RequiresApproval(Analyst)),
        ("disable_account", "high", RequiresApproval(Analyst)),
        ("revoke_sessions", "high", RequiresApproval(Analyst)),
        ("reset_password", "high", RequiresApproval(Analyst)),
        ("isolate_host", "high", RequiresApproval(Senior)),
        ("isolate_host", "critical", RequiresApproval(Manager)),
        ("release_host", "critical", RequiresApproval(Senior)),
        ("quarantine_agent", "low", RequiresApproval(AiSafety)),
        ("delete_mailbox", "low", Denied),
        ("format_disk", "low", Denied),
        ("lookup", "low", Denied),
        ("", "low", Denied),
    ] {
        let q = Question { severity, ..question(action) };
        assert_eq!(Policy::default().decide(&q).verdict, expected, "{action} {severity}");
    }
}

#[test]
fn own_rules_come_first_and_may_stand_alone() {
    let senior =
        own(r#"{"name":"mail","actions":["quarantine_*"],"effect":"require_approval","level":"senior"}"#);
    let policy = Policy::new(vec![senior.clone()], true).unwrap();
    let ruling = policy.decide(&question("quarantine_email"));
    assert_eq!(
        ruling,
        Ruling { rule: "mail".into(), verdict: Verdict::RequiresApproval(ApprovalLevel::Senior) }
    );
    assert_eq!(policy.decide(&question("lookup_ip")).verdict, Verdict::Allowed);
    let alone = Policy::new(vec![senior], false).unwrap();
    assert_eq!(alone.decide(&question("lookup_ip")).verdict, Verdict::Denied);
}

#[test]
fn every_condition_must_hold() {
    let rule = own(r#"{"name":"all","actions":["block_ip"],"severity":["high"],"priority":["P1","none"],
            "evidence_status":["confirmed"],"asked_by":["senior_analyst"],"agent_status":["degraded"],
            "agent_score_below":50,"effect":"allow"}"#);
    let policy = Policy::new(vec![rule], false).unwrap();
    let fits = Question {
        asked_by: &[Role::IncidentManager],
        agent: Some(("degraded", 49)),
        ..question("block_ip")
    };
    assert_eq!(policy.decide(&fits).verdict, Verdict::Allowed);
    for other in [
        Question { action: "block_url", ..fits.clone() },
        Question { severity: "low", ..fits.clone() },
        Question { priority: Some("P2"), ..fits.clone() },
        Question { evidence_status: EvidenceStatus::Gap, ..fits.clone() },
        Question { asked_by: &[Role::Operator], ..fits.clone() },
        Question { agent: Some(("active", 49)), ..fits.clone() },
        Question { agent: Some(("degraded", 50)), ..fits.clone() },
        Question { agent: None, ..fits.clone() },
    ] {
        assert_eq!(policy.decide(&other).verdict, Verdict::Denied, "{other:?}");
    }
    assert_eq!(policy.decide(&Question { priority: None, ..fits }).verdict, Verdict::Allowed);
}

#[test]
fn wrong_rules_name_what_is_wrong() {
    for (text, field) in [
        (r#"{"name":"","actions":["a"],"effect":"deny"}"#, "policy[0].name"),
        (r#"{"name":"x","actions":[],"effect":"deny"}"#, "policy[0].actions"),
        (r#"{"name":"x","actions":["a*b"],"effect":"deny"}"#, "policy[0].actions"),
        (r#"{"name":"x","actions":["a"],"severity":["huge"],"effect":"deny"}"#, "policy[0].severity"),
        (r#"{"name":"x","actions":["a"],"priority":["P9"],"effect":"deny"}"#, "policy[0].priority"),
        (r#"{"name":"x","actions":["a"],"agent_status":["mad"],"effect":"deny"}"#, "policy[0].agent_status"),
        (
            r#"{"name":"x","actions":["a"],"agent_score_below":200,"effect":"deny"}"#,
            "policy[0].agent_score_below",
        ),
        (r#"{"name":"x","actions":["a"],"effect":"require_approval"}"#, "policy[0].level"),
        (r#"{"name":"x","actions":["a"],"effect":"deny","level":"senior"}"#, "policy[0].level"),
    ] {
        let faults = Policy::new(vec![own(text)], true).unwrap_err();
        assert_eq!(faults.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), [field], "{text}");
    }
}
