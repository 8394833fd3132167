//! The rule file: what is wrong with one is named, member by member.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_compliance_export::{MAX_RULES_BYTES, RuleSet};
use serde_json::{Value, json};

const FILE: &str = include_str!("../rules/rules.json");

fn file() -> Value {
    serde_json::from_str(FILE).unwrap()
}

fn faults(value: &Value) -> Vec<(String, String)> {
    let faults = RuleSet::parse(&value.to_string()).err().unwrap_or_default();
    faults.into_iter().map(|f| (f.path, f.message)).collect()
}

#[test]
fn the_built_in_rules_are_the_file() {
    assert_eq!(RuleSet::parse(FILE).as_ref(), Ok(RuleSet::built_in()));
    assert!(!RuleSet::built_in().rules.is_empty());
}

#[test]
fn a_wrong_member_is_named() {
    // Where, what instead, the path of the fault, a word of its message.
    let table: Vec<(&str, Value, &str, &str)> = vec![
        ("/ruleset_version", json!(5), "ruleset_version", "text"),
        ("/ruleset_version", json!(null), "ruleset_version", "missing"),
        ("/due_soon_percent", json!(0), "due_soon_percent", "1 to 100"),
        ("/default_zone/summer_time", json!("us"), "default_zone.summer_time", "none, eu"),
        ("/default_zone/offset_minutes", json!(10_000), "default_zone.offset_minutes", "-840"),
        ("/holidays/fixed/0/day", json!(32), "holidays.fixed[0].day", "1 to 31"),
        ("/holidays/fixed/0", json!({"month": 2, "day": 30}), "holidays.fixed[0]", "no day"),
        ("/holidays/easter/1", json!("monday"), "holidays.easter[1]", "days"),
        ("/precedence/0/over/0", json!("dora"), "precedence[0].over", "itself"),
        ("/precedence/0/applies_if", json!("x.submitted"), "precedence[0].applies_if", "'x'"),
        ("/scope/gdpr", json!("public"), "scope.gdpr", "list"),
        ("/scope/gdpr/0", json!("secret"), "scope.gdpr[0]", "public, restricted, internal"),
        ("/rules/0/rule_id", json!("NIS 2"), "rules[0].rule_id", "small letters"),
        ("/rules/1/rule_id", json!("nis2.ew"), "rules[1].rule_id", "another rule"),
        ("/rules/0/regime", json!("nis3"), "rules[0].regime", "nis2, gdpr"),
        ("/rules/0/phase", json!("soon"), "rules[0].phase", "early_warning"),
        ("/rules/0/report", json!("initial_4h"), "rules[0].report", "no phase of nis2"),
        ("/rules/0/anchor", json!("noticed_at"), "rules[0].anchor", "RULE.submitted_at"),
        ("/rules/0/anchor", json!("none.submitted_at"), "rules[0].anchor", "'none'"),
        ("/rules/0/anchor", json!("gdpr.sa.submitted_at"), "rules[0].anchor", "another regime"),
        ("/rules/0/anchor", json!("nis2.ew.submitted_at"), "rules[0].anchor", "from itself"),
        ("/rules/1/anchor", json!("nis2.fr.submitted_at"), "rules[1].anchor", "from itself"),
        ("/rules/4/fallback_anchor", json!("nis2.ew.due_at"), "rules[4].fallback_anchor", "RULE.due_at"),
        ("/rules/0/duration", json!("24h"), "rules[0].duration", "PT24H"),
        ("/rules/0/duration", json!("P1D"), "rules[0].duration", "elapsed_hours"),
        ("/rules/0/duration", json!(null), "rules[0].duration", "elapsed_hours"),
        ("/rules/0/calendar", json!("lunar"), "rules[0].calendar", "month_clamp"),
        ("/rules/0/enabled", json!("yes"), "rules[0].enabled", "true or false"),
        ("/rules/0/enabled", json!(false), "rules", "nis2 early_warning_24h"),
        ("/rules/0/valid_from", json!("2026-13-01"), "rules[0].valid_from", "YYYY-MM-DD"),
        ("/rules/7/valid_to", json!("2020-01-01"), "rules[7].valid_to", "before"),
        ("/rules/0/binding_from", json!([{"if": null}]), "rules[0].binding_from[0].date", "missing"),
        ("/rules/0/applies_if", json!("big"), "rules[0].applies_if", "'big'"),
        ("/rules/0/applies_if", json!("x.submitted"), "rules[0].applies_if", "'x'"),
        ("/rules/0/excluded_if", json!("not"), "rules[0].excluded_if", "ends"),
        ("/rules/0/recipient", json!(""), "rules[0].recipient", "1 to 1000"),
        ("/rules/0/required_fields/0", json!("nothing"), "rules[0].required_fields[0]", "'nothing'"),
        ("/rules/0/law", json!(null), "rules[0].law", "missing"),
        ("/rules/0", json!("rule"), "rules[0]", "object"),
        ("/rules", json!({}), "rules", "list"),
    ];
    for (place, instead, path, said) in table {
        let mut value = file();
        *value.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = instead;
        let found = faults(&value);
        assert!(found.iter().any(|(p, m)| p == path && m.contains(said)), "{place}: {found:?}");
    }
}

#[test]
fn all_wrong_members_are_named_at_once_and_unknown_ones_too() {
    let mut value = file();
    value["rules"][0]["durations"] = json!("PT1H");
    value["rules"][1]["law"] = json!(7);
    value["comment"] = json!("mine");
    let found = faults(&value);
    let paths: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["rules[0].durations", "rules[1].law", "comment"]);
    assert!(found[0].1.contains("duration"), "{}", found[0].1);
}

#[test]
fn what_is_no_rule_file_is_refused() {
    for bad in ["", "[]", "{", "null", &" ".repeat(MAX_RULES_BYTES + 1)] {
        assert!(RuleSet::parse(bad).is_err());
    }
}

#[test]
fn an_operator_may_replace_the_rules() {
    let mut value = file();
    let rules = value["rules"].as_array_mut().unwrap();
    let sa = rules.iter_mut().find(|r| r["rule_id"] == "gdpr.sa").unwrap();
    sa["valid_to"] = json!("2027-12-31");
    let proposal = rules.iter_mut().find(|r| r["rule_id"] == "gdpr.omnibus.sa").unwrap();
    proposal["enabled"] = json!(true);
    proposal["valid_from"] = json!("2028-01-01");
    value["ruleset_version"] = json!("ours-1");
    let set = RuleSet::parse(&value.to_string()).unwrap();
    use probatum_compliance_export::{Anchor, CaseFacts, Clocks, Condition, Regime, Step};
    for (aware, hours) in [("2027-12-31T20:00:00Z", 72), ("2028-01-01T12:00:00Z", 96)] {
        let mut case = CaseFacts::default();
        case.conditions.extend([Condition::GdprBreach, Condition::HighRisk]);
        let aware: probatum_kernel::Timestamp = aware.parse().unwrap();
        case.moments.insert(Anchor::AwareAt, aware);
        let clocks = Clocks::compute(&set, &case, aware);
        let clock = clocks.find(Regime::Gdpr, Step::NotifyAuthority).unwrap();
        assert_eq!((clock.due_at, clock.rule_version.as_str()), (Some(aware.plus_hours(hours)), "ours-1"));
    }
}
