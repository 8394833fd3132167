//! The clocks of an incident: what is due when, in which state, and why.

mod case;
mod filed;
mod history;

pub use case::{CaseFacts, MAX_REASON, SetDate, Submission, Waiver};
pub use history::{ChangeKind, ClockChange, ClockHistory, Snapshot};

use crate::calendar::{Counting, Due};
use crate::condition::{Answers, Condition, Expr};
use crate::regime::{Phase, Regime};
use crate::rules::{AnchorRef, Rule, RuleSet, Step};
use crate::span::Day;
use case::Asked;
use probatum_kernel::{Actor, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

probatum_kernel::vocabulary! {
    /// How a clock stands.
    pub enum ClockState("clock state") {
        /// What it counts from is not known yet; `waiting_for` names it.
        Waiting = "waiting",
        /// There is time; or the law has no number, and the report is due without undue delay.
        Running = "running",
        /// Little time is left.
        DueSoon = "due_soon",
        /// Not submitted in time.
        Overdue = "overdue",
        /// Submitted in time.
        Met = "met",
        /// Submitted, but late.
        MetLate = "met_late",
        /// The duty does not apply; `reason` says why, and who decided it.
        NotApplicable = "not_applicable",
    }
}

/// Why a clock does not run as its rule alone would have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// In words.
    pub text: String,
    /// The person who decided; `None` if a rule did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// When the person did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

impl Reason {
    fn rule(text: impl Into<String>) -> Self {
        Self { text: text.into(), by: None, at: None }
    }
}

/// A rule that applies to the duty of a clock, and when it alone would make it due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limb {
    /// The rule.
    pub rule_id: String,
    /// When it alone would have it.
    pub due_at: Timestamp,
}

/// The clock of one duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clock {
    /// The regime.
    pub regime: Regime,
    /// The duty.
    pub step: Step,
    /// The phase of the report that meets it; `None` if it is no report this crate makes.
    pub phase: Option<Phase>,
    /// The rule that binds: of those that apply, the one that is due first.
    pub rule_id: String,
    /// What it counts from: a moment of the incident, or `RULE.submitted_at`.
    pub anchor: String,
    /// When that was.
    pub anchor_at: Option<Timestamp>,
    /// Counted from when the report before is due, because it is not submitted yet.
    pub estimated: bool,
    /// The exact time it is due; `None` while waiting, if the law has no number, or if it does not apply.
    pub due_at: Option<Timestamp>,
    /// The latest time the law may grant (end of day, working days, noon). Shown only: `state` never heeds it.
    pub legal_latest_at: Option<Timestamp>,
    /// How it stands.
    pub state: ClockState,
    /// Whole seconds until it is due; negative if overdue; `None` once met, or without a due time.
    pub remaining_seconds: Option<i64>,
    /// When it was met.
    pub met_at: Option<Timestamp>,
    /// What it waits for, if it waits.
    pub waiting_for: Option<String>,
    /// Why it does not apply; or why a decision that it does not no longer counts.
    pub reason: Option<Reason>,
    /// The first day on which the duty binds, if it is not law for everybody yet.
    pub binding_from: Option<Day>,
    /// Whether it binds in this case; if not, reporting is voluntary.
    pub binding: bool,
    /// Every rule that applies, with its own due time.
    pub limbs: Vec<Limb>,
    /// To whom the report goes.
    pub recipient: String,
    /// How sure the figures are.
    pub confidence: String,
    /// A remark.
    pub note: Option<String>,
    /// The version of the rules.
    pub rule_version: String,
    /// The act and the article.
    pub law: String,
}

/// The clocks of an incident, in the order of the rules: one for every duty of every rule that is law,
/// also those that do not apply, so that none is lost from sight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Clocks(Vec<Clock>);

impl Clocks {
    /// Computes every clock of a case at `now`.
    ///
    /// ```
    /// use probatum_compliance_export::{Anchor, CaseFacts, ClockState, Clocks, Condition, Regime, RuleSet, Step};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut case = CaseFacts::default();
    /// case.conditions.insert(Condition::Nis2Relevant);
    /// case.moments.insert(Anchor::AwareAt, "2026-11-21T09:15:00Z".parse()?);
    /// let clocks = Clocks::compute(RuleSet::built_in(), &case, "2026-11-22T08:00:00Z".parse()?);
    /// let warning = clocks.find(Regime::Nis2, Step::EarlyWarning).ok_or("none")?;
    /// assert_eq!(warning.due_at, Some("2026-11-22T09:15:00Z".parse()?));
    /// assert_eq!((warning.state, warning.remaining_seconds), (ClockState::DueSoon, Some(4500)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn compute(rules: &RuleSet, case: &CaseFacts, now: Timestamp) -> Self {
        let mut duties: Vec<(Regime, Step)> = Vec::new();
        for rule in rules.rules.iter().filter(|rule| rule.enabled) {
            if !duties.contains(&(rule.regime, rule.step)) {
                duties.push((rule.regime, rule.step));
            }
        }
        let mut work = Work { asked: Asked { rules, case }, resolved: BTreeMap::new() };
        Self(duties.into_iter().filter_map(|(regime, step)| work.clock(regime, step, now)).collect())
    }

    /// All of them.
    pub fn as_slice(&self) -> &[Clock] {
        &self.0
    }

    /// The clock of a duty.
    pub fn find(&self, regime: Regime, step: Step) -> Option<&Clock> {
        self.0.iter().find(|clock| (clock.regime, clock.step) == (regime, step))
    }
}

impl<'a> IntoIterator for &'a Clocks {
    type Item = &'a Clock;
    type IntoIter = std::slice::Iter<'a, Clock>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// A rule that applies, and what it counts from.
#[derive(Debug, Clone)]
struct Anchored<'a> {
    rule: &'a Rule,
    from: Option<(Timestamp, bool)>,
    due: Option<Due>,
}

/// What the rules of a duty come to, before decisions of people and other regimes are heeded.
#[derive(Debug, Clone)]
struct Resolved<'a> {
    /// The rule to show: the binding one, else the first that applies, else the first.
    shown: Anchored<'a>,
    /// The rules that apply and have a due time.
    limbs: Vec<Limb>,
    /// Why none applies.
    not_applicable: Option<String>,
}

struct Work<'a> {
    asked: Asked<'a>,
    resolved: BTreeMap<(Regime, Step), Option<Resolved<'a>>>,
}

impl<'a> Work<'a> {
    fn resolve(&mut self, regime: Regime, step: Step) -> Option<Resolved<'a>> {
        if let Some(known) = self.resolved.get(&(regime, step)) {
            return known.clone();
        }
        // Rules that count from themselves are refused when read; should one get here, it finds nothing.
        self.resolved.insert((regime, step), None);
        let rules = self.asked.rules;
        let limbs = rules.rules.iter().filter(|r| r.enabled && (r.regime, r.step) == (regime, step));
        let (mut applying, mut reasons, mut first) = (Vec::new(), Vec::new(), None);
        for rule in limbs {
            let anchored = self.anchored(rule);
            match self.hindrance(rule, anchored.from) {
                None => applying.push(anchored.clone()),
                Some(reason) => reasons.push(reason),
            }
            first.get_or_insert(anchored);
        }
        let binding = applying.iter().filter(|a| a.due.is_some()).min_by_key(|a| a.due.map(|d| d.due_at));
        let not_applicable = applying.is_empty().then(|| reasons.join("; "));
        let shown = binding.or(applying.first()).cloned().or(first)?;
        let limbs = applying
            .iter()
            .filter_map(|a| Some(Limb { rule_id: a.rule.rule_id.clone(), due_at: a.due?.due_at }))
            .collect();
        let resolved = Some(Resolved { shown, limbs, not_applicable });
        self.resolved.insert((regime, step), resolved.clone());
        resolved
    }

    fn anchored(&mut self, rule: &'a Rule) -> Anchored<'a> {
        let from = self.anchor_at(rule);
        let open = rule.step == Step::Final || !self.asked.is(Condition::NoonReliefExcluded);
        let due = if rule.calendar == Counting::SetByAuthority {
            let set = self.asked.case.set_date(rule.regime, rule.step);
            set.map(|due_at| Due { due_at, legal_latest_at: due_at })
        } else {
            from.and_then(|(at, _)| self.asked.rules.calendar.due(rule.calendar, rule.duration, at, open))
        };
        Anchored { rule, from, due }
    }

    /// When the anchor of a rule was, and whether that is an estimate.
    fn anchor_at(&mut self, rule: &Rule) -> Option<(Timestamp, bool)> {
        let case = self.asked.case;
        let parent = match &rule.anchor {
            AnchorRef::Moment(anchor) => return case.moments.get(anchor).map(|at| (*at, false)),
            AnchorRef::FirstSubmission(id) | AnchorRef::LatestSubmission(id) => self.asked.rules.rule(id)?,
        };
        let submitted = match &rule.anchor {
            AnchorRef::LatestSubmission(_) => case.latest_submission(parent.regime, parent.step),
            _ => case.first_submission(parent.regime, parent.step),
        };
        if let Some(submission) = submitted {
            return Some((submission.at, false));
        }
        if !rule.estimated_from_parent {
            return None;
        }
        let parent = self.resolve(parent.regime, parent.step)?;
        parent.shown.due.filter(|_| parent.not_applicable.is_none()).map(|due| (due.due_at, true))
    }

    /// Why a rule does not apply.
    fn hindrance(&self, rule: &Rule, from: Option<(Timestamp, bool)>) -> Option<String> {
        if !rule.applies_if.holds(&self.asked) {
            return Some(format!("{} applies if {}", rule.rule_id, rule.applies_if));
        }
        if let Some(excluded) = rule.excluded_if.as_ref().filter(|e| e.holds(&self.asked)) {
            return Some(format!("{} does not apply if {excluded} ({})", rule.rule_id, rule.law));
        }
        let day = self.asked.rules.calendar.day(from?.0)?;
        match (rule.valid_from, rule.valid_to) {
            (Some(first), _) if day < first => Some(format!("{} is in force from {first}", rule.rule_id)),
            (_, Some(last)) if day > last => Some(format!("{} was in force until {last}", rule.rule_id)),
            _ => None,
        }
    }

    fn clock(&mut self, regime: Regime, step: Step, now: Timestamp) -> Option<Clock> {
        let resolved = self.resolve(regime, step)?;
        let Anchored { rule, from, due } = resolved.shown;
        let (binding_from, binding) = self.binding(rule, from.map_or(now, |(at, _)| at));
        // A duty to say what was missing is met only by what misses nothing.
        let met = if rule.applies_if.asks_for_the_rest() {
            self.asked.case.complete_submission(regime, step)
        } else {
            self.asked.case.first_submission(regime, step)
        };
        let mut clock = Clock {
            regime,
            step,
            phase: rule.phase,
            rule_id: rule.rule_id.clone(),
            anchor: rule.anchor.to_string(),
            anchor_at: from.map(|(at, _)| at),
            estimated: from.is_some_and(|(_, estimated)| estimated),
            due_at: due.map(|d| d.due_at),
            legal_latest_at: due.map(|d| d.legal_latest_at),
            state: ClockState::Running,
            remaining_seconds: None,
            met_at: met.map(|s| s.at),
            waiting_for: None,
            reason: None,
            binding_from,
            binding,
            limbs: resolved.limbs,
            recipient: rule.recipient.clone(),
            confidence: rule.confidence.clone(),
            note: rule.note.clone(),
            rule_version: self.asked.rules.version.clone(),
            law: rule.law.clone(),
        };
        let hindered = resolved.not_applicable.map(Reason::rule).or_else(|| self.superseded(regime));
        let (waived, void) = self.waived(regime, step);
        match (clock.met_at, hindered.or(waived)) {
            (None, Some(reason)) => clock.stop(reason),
            _ => {
                clock.reason = void;
                clock.settle(rule, self.asked.rules.due_soon_percent, now);
            }
        }
        Some(clock)
    }

    fn binding(&self, rule: &Rule, at: Timestamp) -> (Option<Day>, bool) {
        let holds = |e: &Expr| e.holds(&self.asked);
        let from = rule.binding_from.iter().find(|b| b.only_if.as_ref().is_none_or(holds)).map(|b| b.date);
        let day = self.asked.rules.calendar.day(at);
        (from, from.is_none_or(|from| day.is_none_or(|day| day >= from)))
    }

    /// Another regime takes the place of this one.
    fn superseded(&self, regime: Regime) -> Option<Reason> {
        let all = &self.asked.rules.precedence;
        let first = all.iter().find(|p| p.over.contains(&regime) && p.applies_if.holds(&self.asked))?;
        Some(Reason::rule(format!("{} takes the place of {regime} ({})", first.regime, first.law)))
    }

    /// The decision that a duty does not apply; or, second, that there is one which no longer counts.
    fn waived(&self, regime: Regime, step: Step) -> (Option<Reason>, Option<Reason>) {
        let Some(waiver) = self.asked.case.waiver(regime, step) else { return (None, None) };
        let decided = |text: String| Reason { text, by: Some(waiver.by.clone()), at: Some(waiver.at) };
        // What ends a decision about a whole regime ends it for each of its duties.
        let whole = waiver.step.is_none();
        let limbs = self.asked.rules.rules.iter().filter(|r| r.regime == regime && (whole || r.step == step));
        let mut voiding = limbs.filter(|r| r.enabled).filter_map(|r| r.waiver_void_if.as_ref());
        match voiding.find(|e| e.holds(&self.asked)) {
            None => (Some(decided(waiver.reason.clone())), None),
            Some(e) => (None, Some(decided(format!("no longer counts, because of {e}: {}", waiver.reason)))),
        }
    }
}

impl Clock {
    fn stop(&mut self, reason: Reason) {
        self.state = ClockState::NotApplicable;
        self.reason = Some(reason);
        self.due_at = None;
        self.legal_latest_at = None;
        self.limbs.clear();
    }

    fn settle(&mut self, rule: &Rule, due_soon_percent: u8, now: Timestamp) {
        if let Some(met_at) = self.met_at {
            let late = self.due_at.is_some_and(|due| met_at > due);
            self.state = if late { ClockState::MetLate } else { ClockState::Met };
            return;
        }
        let Some(due) = self.due_at else {
            let unset = rule.calendar == Counting::SetByAuthority && self.anchor_at.is_some();
            if unset || self.anchor_at.is_none() {
                self.state = ClockState::Waiting;
                self.waiting_for =
                    Some(if unset { "a date set for it".to_owned() } else { self.anchor.clone() });
            }
            return;
        };
        let left = due.millis() - now.millis();
        self.remaining_seconds = Some(left.div_euclid(1000));
        // Against the whole span; one without a beginning is never "soon", only overdue.
        let span = self.anchor_at.map_or(0, |from| due.millis() - from.millis());
        self.state = if left < 0 {
            ClockState::Overdue
        } else if left.saturating_mul(100) <= span.saturating_mul(i64::from(due_soon_percent)) {
            ClockState::DueSoon
        } else {
            ClockState::Running
        };
    }
}
