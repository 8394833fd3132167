//! From a rule file to a set of rules that fit together, or to every reason why they do not.

use super::json::{Faults, Object, entry_text, read, word};
use super::{
    AnchorRef, BindingFrom, Fault, MAX_RULES, MAX_RULES_BYTES, Precedence, Requirement, Rule, RuleSet,
};
use crate::calendar::{Calendar, FixedHoliday};
use crate::condition::Expr;
use crate::regime::{Phase, Regime};
use crate::span::{Day, Span};
use chrono::NaiveDate;
use probatum_evidence::Visibility;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The most entries of a list other than the rules.
const MAX_LIST: usize = 200;

pub(super) fn parse(text: &str) -> Result<RuleSet, Vec<Fault>> {
    let mut faults = Faults::default();
    if text.len() > MAX_RULES_BYTES {
        faults.add("", format!("must be at most {MAX_RULES_BYTES} bytes"));
        return Err(faults.0);
    }
    let root: Value = match serde_json::from_str(text) {
        Ok(root) => root,
        Err(e) => {
            faults.add("", format!("must be JSON: {e}"));
            return Err(faults.0);
        }
    };
    match rule_set(&root, &mut faults) {
        Some(set) if faults.0.is_empty() => {
            check(&set, &mut faults);
            if faults.0.is_empty() { Ok(set) } else { Err(faults.0) }
        }
        _ => Err(faults.0),
    }
}

fn rule_set(root: &Value, faults: &mut Faults) -> Option<RuleSet> {
    let mut object = Object::new(String::new(), root, faults);
    let version = object.text("ruleset_version", faults);
    let calendar = calendar(&mut object, faults);
    let percent = object.number("due_soon_percent", 1, 100, faults).and_then(|n| u8::try_from(n).ok());
    let precedence: Vec<_> = object
        .list("precedence", MAX_LIST, faults)
        .into_iter()
        .map(|(path, value)| one_precedence(path, value, faults))
        .collect();
    let scope = scope(&mut object, faults);
    let rules: Vec<_> = object
        .list("rules", MAX_RULES, faults)
        .into_iter()
        .map(|(path, value)| rule(path, value, faults))
        .collect();
    object.done(faults);
    Some(RuleSet {
        version: version?,
        calendar: calendar?,
        due_soon_percent: percent?,
        precedence: precedence.into_iter().collect::<Option<_>>()?,
        scope,
        rules: rules.into_iter().collect::<Option<_>>()?,
    })
}

fn calendar(root: &mut Object<'_>, faults: &mut Faults) -> Option<Calendar> {
    let zone = root.value("default_zone", faults);
    let holidays = root.value("holidays", faults);
    let mut zone = Object::new("default_zone".to_owned(), zone?, faults);
    let name = zone.text("name", faults);
    let offset = zone.number("offset_minutes", -14 * 60, 14 * 60, faults);
    let summer = zone.text("summer_time", faults);
    let summer = word("default_zone.summer_time", summer, faults);
    zone.done(faults);

    let mut days = Object::new("holidays".to_owned(), holidays?, faults);
    let mut fixed = Vec::new();
    for (path, value) in days.list("fixed", MAX_LIST, faults) {
        fixed.extend(holiday(path, value, faults));
    }
    let mut easter = Vec::new();
    for (path, value) in days.list("easter", MAX_LIST, faults) {
        match value.as_i64().and_then(|n| i32::try_from(n).ok()).filter(|n| (-100..=200).contains(n)) {
            Some(offset) => easter.push(offset),
            None => faults.add(&path, "must be days from Easter Sunday, -100 to 200"),
        }
    }
    days.done(faults);
    Some(Calendar {
        zone: name?,
        offset_minutes: i32::try_from(offset?).ok()?,
        summer_time: summer?,
        holidays: fixed,
        easter_holidays: easter,
    })
}

fn holiday(path: String, value: &Value, faults: &mut Faults) -> Option<FixedHoliday> {
    let mut object = Object::new(path, value, faults);
    let month = object.number("month", 1, 12, faults);
    let day = object.number("day", 1, 31, faults);
    let since = match object.optional("since") {
        None => None,
        Some(_) => object.number("since", 1900, 9998, faults).and_then(|n| i32::try_from(n).ok()),
    };
    let holiday = FixedHoliday { month: u32::try_from(month?).ok()?, day: u32::try_from(day?).ok()?, since };
    // 2028 has a 29 February.
    if NaiveDate::from_ymd_opt(2028, holiday.month, holiday.day).is_none() {
        faults.add(&object.path, "is no day of the year");
    }
    object.done(faults);
    Some(holiday)
}

fn regimes(object: &mut Object<'_>, name: &'static str, faults: &mut Faults) -> Vec<Regime> {
    let mut out = Vec::new();
    for (path, value) in object.list(name, MAX_LIST, faults) {
        let text = entry_text(&path, value, faults);
        out.extend(word::<Regime>(&path, text, faults));
    }
    out
}

fn one_precedence(path: String, value: &Value, faults: &mut Faults) -> Option<Precedence> {
    let mut object = Object::new(path, value, faults);
    let regime = object.text("regime", faults);
    let regime = word::<Regime>(&object.at("regime"), regime, faults);
    let over = regimes(&mut object, "over", faults);
    let applies_if = object.text("applies_if", faults);
    let applies_if = read(&object.at("applies_if"), applies_if, faults, Expr::parse);
    let law = object.text("law", faults);
    if regime.is_some_and(|regime| over.contains(&regime)) {
        faults.add(&object.at("over"), "must not name the regime itself");
    }
    object.done(faults);
    Some(Precedence { regime: regime?, over, applies_if: applies_if?, law: law? })
}

fn scope(root: &mut Object<'_>, faults: &mut Faults) -> BTreeMap<Regime, Vec<Visibility>> {
    const NAMES: [(Regime, &str); 5] = [
        (Regime::Nis2, "nis2"),
        (Regime::Gdpr, "gdpr"),
        (Regime::AiAct, "ai_act"),
        (Regime::Ksc, "ksc"),
        (Regime::Dora, "dora"),
    ];
    let Some(value) = root.value("scope", faults) else { return BTreeMap::new() };
    let mut object = Object::new("scope".to_owned(), value, faults);
    let mut scope = BTreeMap::new();
    for (regime, name) in NAMES {
        let mut allowed = Vec::new();
        for (path, value) in object.list(name, MAX_LIST, faults) {
            let text = entry_text(&path, value, faults);
            match word::<Visibility>(&path, text, faults) {
                Some(Visibility::Internal) => faults.add(&path, "must not be internal: that never leaves"),
                Some(visibility) => allowed.push(visibility),
                None => {}
            }
        }
        scope.insert(regime, allowed);
    }
    object.done(faults);
    scope
}

fn rule(path: String, value: &Value, faults: &mut Faults) -> Option<Rule> {
    let mut o = Object::new(path, value, faults);
    let id = o.text("rule_id", faults);
    let id = read(&o.at("rule_id"), id, faults, rule_id);
    let regime = o.text("regime", faults);
    let regime = word(&o.at("regime"), regime, faults);
    let step = o.text("phase", faults);
    let step = word(&o.at("phase"), step, faults);
    let phase = o.optional_text("report", faults);
    let phase = word::<Phase>(&o.at("report"), phase, faults);
    let anchor = o.text("anchor", faults);
    let anchor = read(&o.at("anchor"), anchor, faults, anchor_ref);
    let fallback = o.optional_text("fallback_anchor", faults);
    let duration = o.optional_text("duration", faults);
    let duration = word::<Span>(&o.at("duration"), duration, faults);
    let counting = o.text("calendar", faults);
    let counting = word(&o.at("calendar"), counting, faults);
    let enabled = o.boolean("enabled", faults);
    let (valid_from, valid_to) = (day(&mut o, "valid_from", faults), day(&mut o, "valid_to", faults));
    let binding_from = binding(&mut o, faults);
    let applies_if = o.text("applies_if", faults);
    let applies_if = read(&o.at("applies_if"), applies_if, faults, Expr::parse);
    let excluded_if = optional_expr(&mut o, "excluded_if", faults);
    let waiver_void_if = optional_expr(&mut o, "waiver_void_if", faults);
    let recipient = o.text("recipient", faults);
    let required_fields = required(&mut o, faults);
    let confidence = o.text("confidence", faults);
    let note = o.optional_text("note", faults);
    let law = o.text("law", faults);
    if let (Some(fallback), Some(anchor)) = (&fallback, &anchor)
        && AnchorRef::rule(anchor).map(|rule| format!("{rule}.due_at")).as_ref() != Some(fallback)
    {
        faults.add(&o.at("fallback_anchor"), "must be RULE.due_at of the rule the anchor names");
    }
    o.done(faults);
    Some(Rule {
        rule_id: id?,
        regime: regime?,
        step: step?,
        phase,
        anchor: anchor?,
        estimated_from_parent: fallback.is_some(),
        duration,
        calendar: counting?,
        enabled: enabled?,
        valid_from,
        valid_to,
        binding_from,
        applies_if: applies_if?,
        excluded_if,
        waiver_void_if,
        recipient: recipient?,
        required_fields,
        confidence: confidence?,
        note,
        law: law?,
    })
}

fn rule_id(text: &str) -> Result<String, String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_');
    if text.len() <= 40 && text.bytes().all(plain) && text.starts_with(|c: char| c.is_ascii_lowercase()) {
        Ok(text.to_owned())
    } else {
        Err("must be small letters, digits, '.' and '_', at most 40, beginning with a letter".to_owned())
    }
}

fn anchor_ref(text: &str) -> Result<AnchorRef, String> {
    if let Some(rule) = text.strip_suffix(".submitted_at") {
        Ok(AnchorRef::FirstSubmission(rule.to_owned()))
    } else if let Some(rule) = text.strip_suffix(".latest_submitted_at") {
        Ok(AnchorRef::LatestSubmission(rule.to_owned()))
    } else {
        let moment = text.parse().map(AnchorRef::Moment);
        moment.map_err(|e| format!("{e}, or RULE.submitted_at, or RULE.latest_submitted_at"))
    }
}

fn day(o: &mut Object<'_>, name: &'static str, faults: &mut Faults) -> Option<Day> {
    let text = o.optional_text(name, faults);
    word(&o.at(name), text, faults)
}

fn optional_expr(o: &mut Object<'_>, name: &'static str, faults: &mut Faults) -> Option<Expr> {
    let text = o.optional_text(name, faults);
    read(&o.at(name), text, faults, Expr::parse)
}

fn binding(o: &mut Object<'_>, faults: &mut Faults) -> Vec<BindingFrom> {
    let mut out = Vec::new();
    for (path, value) in o.list("binding_from", MAX_LIST, faults) {
        let mut entry = Object::new(path, value, faults);
        if entry.optional("date").is_none() {
            faults.add(&entry.at("date"), "is missing");
        }
        let date = day(&mut entry, "date", faults);
        let only_if = optional_expr(&mut entry, "if", faults);
        entry.done(faults);
        out.extend(date.map(|date| BindingFrom { date, only_if }));
    }
    out
}

fn required(o: &mut Object<'_>, faults: &mut Faults) -> Vec<Requirement> {
    let mut out = Vec::new();
    for (path, value) in o.list("required_fields", MAX_LIST, faults) {
        let text = entry_text(&path, value, faults);
        out.extend(read(&path, text, faults, Requirement::parse));
    }
    out
}

/// What no single member shows: whether the rules fit together.
fn check(set: &RuleSet, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for (index, rule) in set.rules.iter().enumerate() {
        let at = |name: &str| format!("rules[{index}].{name}");
        if !seen.insert(&rule.rule_id) {
            faults.add(&at("rule_id"), "stands for another rule already");
        }
        if rule.phase.is_some_and(|phase| !rule.regime.phases().contains(&phase)) {
            faults.add(&at("report"), format!("is no phase of {}", rule.regime));
        }
        if !Calendar::fits(rule.calendar, rule.duration) {
            faults.add(&at("duration"), format!("does not go with calendar '{}'", rule.calendar));
        }
        if rule.valid_from.zip(rule.valid_to).is_some_and(|(from, to)| to < from) {
            faults.add(&at("valid_to"), "must not be before valid_from");
        }
        check_parents(set, rule, &at("anchor"), faults);
        let conditions = [Some(&rule.applies_if), rule.excluded_if.as_ref(), rule.waiver_void_if.as_ref()];
        let dated = rule.binding_from.iter().filter_map(|b| b.only_if.as_ref());
        for named in conditions.into_iter().flatten().chain(dated).flat_map(Expr::rules) {
            if set.rule(named).is_none() {
                faults.add(&at("applies_if"), format!("names the rule '{named}', which there is not"));
            }
        }
    }
    for (index, precedence) in set.precedence.iter().enumerate() {
        if let Some(named) = precedence.applies_if.rules().into_iter().find(|rule| set.rule(rule).is_none()) {
            let path = format!("precedence[{index}].applies_if");
            faults.add(&path, format!("names the rule '{named}', which there is not"));
        }
    }
    for regime in Regime::ALL {
        for phase in regime.phases() {
            if set.of_phase(*regime, *phase).next().is_none() {
                faults.add("rules", format!("has no enabled rule for {regime} {phase}"));
            }
        }
    }
}

/// A rule counts from a rule of its own regime, and no duty, by any way, from itself.
fn check_parents(set: &RuleSet, rule: &Rule, path: &str, faults: &mut Faults) {
    let Some(named) = rule.anchor.rule() else { return };
    let Some(parent) = set.rule(named) else {
        return faults.add(path, format!("names the rule '{named}', which there is not"));
    };
    if parent.regime != rule.regime {
        return faults.add(path, format!("names the rule '{named}' of another regime"));
    }
    let (mut seen, mut next) = (BTreeSet::new(), vec![parent.step]);
    while let Some(step) = next.pop() {
        if seen.insert(step) {
            let limbs = set.rules.iter().filter(|r| r.regime == rule.regime && r.step == step);
            next.extend(limbs.filter_map(|r| r.anchor.rule()).filter_map(|id| set.rule(id)).map(|r| r.step));
        }
    }
    if seen.contains(&rule.step) {
        faults.add(path, "counts, by way of others, from itself");
    }
}
