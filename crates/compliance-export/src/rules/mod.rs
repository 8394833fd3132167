//! The rules of reporting as versioned data: what is due when, under which law, with which fields.

mod json;
mod parse;
mod requirement;

pub(crate) use requirement::label;
pub use requirement::{OnlyIf, Requirement};

use crate::calendar::{Calendar, Counting};
use crate::condition::Expr;
use crate::regime::{Phase, Regime};
use crate::span::{Day, Span};
use probatum_evidence::Visibility;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

probatum_kernel::vocabulary! {
    /// A moment a clock may start from. Each law names its own, and one does not stand in for another.
    pub enum Anchor("moment") {
        /// When it happened.
        OccurredAt = "occurred_at",
        /// When the event was noticed, before anyone knew what it was.
        DetectedAt = "detected_at",
        /// When there was a reasonable degree of certainty that the incident happened.
        AwareAt = "aware_at",
        /// When the incident was classified, under DORA as major.
        DeterminedAt = "determined_at",
        /// When a high risk for people was established (GDPR, Art. 34).
        HighRiskDeterminedAt = "high_risk_determined_at",
        /// When a deployer identified a serious incident.
        IdentifiedAt = "identified_at",
        /// When the authority's request for a report was received.
        RequestReceivedAt = "request_received_at",
        /// When the incident was handled.
        HandledAt = "handled_at",
    }
}

impl Anchor {
    /// Whether the moment is a field of the incident itself.
    pub const fn is_of_incident(self) -> bool {
        matches!(self, Self::OccurredAt | Self::DetectedAt | Self::AwareAt)
    }
}

probatum_kernel::vocabulary! {
    /// A duty to report, as the laws distinguish them. Rules of one regime for one step are limbs of one
    /// duty: of those that apply, the earliest binds.
    pub enum Step("step") {
        /// The early warning.
        EarlyWarning = "early_warning",
        /// The notification.
        IncidentNotification = "incident_notification",
        /// A report on request; DORA's second report.
        Intermediate = "intermediate",
        /// The final report.
        Final = "final",
        /// In the place of the final report, while handling goes on.
        Progress = "progress",
        /// The final report after a progress report.
        FinalAfterProgress = "final_after_progress",
        /// The notification of a data protection authority.
        NotifyAuthority = "notify_authority",
        /// What was missing in it.
        PhasedInformation = "phased_information",
        /// The communication to the people concerned.
        DataSubjects = "data_subjects",
        /// A processor tells its controller.
        ProcessorToController = "processor_to_controller",
        /// The report of a serious incident of an AI system.
        SeriousIncidentReport = "serious_incident_report",
        /// What was missing in it.
        CompleteReport = "complete_report",
        /// A deployer tells the provider.
        DeployerToProvider = "deployer_to_provider",
        /// DORA's first report.
        Initial = "initial",
    }
}

/// What a rule counts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnchorRef {
    /// A moment of the incident.
    Moment(Anchor),
    /// When the first report under another rule was submitted.
    FirstSubmission(String),
    /// When the latest report under another rule was submitted.
    LatestSubmission(String),
}

impl AnchorRef {
    /// The rule whose submission it is.
    pub fn rule(&self) -> Option<&str> {
        match self {
            Self::Moment(_) => None,
            Self::FirstSubmission(rule) | Self::LatestSubmission(rule) => Some(rule),
        }
    }
}

impl fmt::Display for AnchorRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moment(anchor) => f.write_str(anchor.as_str()),
            Self::FirstSubmission(rule) => write!(f, "{rule}.submitted_at"),
            Self::LatestSubmission(rule) => write!(f, "{rule}.latest_submitted_at"),
        }
    }
}

impl Serialize for AnchorRef {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// From when a duty binds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BindingFrom {
    /// The first day.
    pub date: Day,
    /// For which cases; for all others, if absent. The first entry that fits counts.
    #[serde(rename = "if")]
    pub only_if: Option<Expr>,
}

/// One limb of a duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Its id: `nis2.ew`.
    pub rule_id: String,
    /// The regime.
    pub regime: Regime,
    /// The duty it is a limb of.
    #[serde(rename = "phase")]
    pub step: Step,
    /// The phase of a report that meets it; `None` if none that is exported does.
    #[serde(rename = "report")]
    pub phase: Option<Phase>,
    /// What it counts from.
    pub anchor: AnchorRef,
    /// Until the report it counts from is submitted: count from when that one is due, as an estimate.
    pub estimated_from_parent: bool,
    /// How long; `None` where the law has no number.
    pub duration: Option<Span>,
    /// How it counts.
    pub calendar: Counting,
    /// Whether it is law; a rule that is not is never computed.
    pub enabled: bool,
    /// The first day of anchors it holds for.
    pub valid_from: Option<Day>,
    /// The last.
    pub valid_to: Option<Day>,
    /// From when the duty binds; before, its clock is shown as voluntary. Always, if empty.
    pub binding_from: Vec<BindingFrom>,
    /// When it applies.
    pub applies_if: Expr,
    /// When it does not, although it would.
    pub excluded_if: Option<Expr>,
    /// When a person's decision that it does not apply no longer counts.
    pub waiver_void_if: Option<Expr>,
    /// To whom the report goes.
    pub recipient: String,
    /// What the report has to say.
    pub required_fields: Vec<Requirement>,
    /// How sure the figures are: `V2`, `V1`, `U` (unsettled).
    pub confidence: String,
    /// A remark.
    pub note: Option<String>,
    /// The act and the article.
    pub law: String,
}

/// One regime takes the place of others (lex specialis).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Precedence {
    /// The one that stays.
    pub regime: Regime,
    /// Those it takes the place of.
    pub over: Vec<Regime>,
    /// When.
    pub applies_if: Expr,
    /// By which law.
    pub law: String,
}

/// A version of all rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleSet {
    /// The version: a date, or whatever its author calls it.
    pub version: String,
    /// Whose days count.
    pub calendar: Calendar,
    /// The share of its span, in per cent, at whose end a clock is due soon.
    pub due_soon_percent: u8,
    /// Which regimes take the place of others.
    pub precedence: Vec<Precedence>,
    /// Which evidence may go into a report, by regime. Never `internal`.
    pub scope: BTreeMap<Regime, Vec<Visibility>>,
    /// The rules.
    pub rules: Vec<Rule>,
}

/// A wrong member of a rule file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{path}: {message}")]
pub struct Fault {
    /// Where: `rules[3].duration`.
    pub path: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// The most bytes of a rule file.
pub const MAX_RULES_BYTES: usize = 1024 * 1024;
/// The most rules.
pub const MAX_RULES: usize = 500;

impl RuleSet {
    /// Reads a rule file. `rules/rules.json` in this crate's source is one, and its README says what each
    /// member means.
    ///
    /// # Errors
    /// Every wrong member.
    pub fn parse(text: &str) -> Result<Self, Vec<Fault>> {
        parse::parse(text)
    }

    /// The rules this crate was built with.
    pub fn built_in() -> &'static Self {
        static RULES: OnceLock<RuleSet> = OnceLock::new();
        RULES.get_or_init(|| {
            Self::parse(include_str!("../../rules/rules.json")).unwrap_or_else(|_| Self::none())
        })
    }

    /// No rules at all: what stands in should the embedded file be broken, which a test rules out.
    fn none() -> Self {
        Self {
            version: "none".to_owned(),
            calendar: Calendar {
                zone: "UTC".to_owned(),
                offset_minutes: 0,
                summer_time: crate::calendar::SummerTime::None,
                holidays: Vec::new(),
                easter_holidays: Vec::new(),
            },
            due_soon_percent: 25,
            precedence: Vec::new(),
            scope: BTreeMap::new(),
            rules: Vec::new(),
        }
    }

    /// The rule with this id.
    pub fn rule(&self, rule_id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.rule_id == rule_id)
    }

    /// The rules that are law whose duty a report of this phase meets.
    pub fn of_phase(&self, regime: Regime, phase: Phase) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |r| r.enabled && r.regime == regime && r.phase == Some(phase))
    }

    /// The step a report of this phase meets if nothing else is said: that of the first rule for it.
    pub fn step_of(&self, regime: Regime, phase: Phase) -> Option<Step> {
        self.of_phase(regime, phase).next().map(|rule| rule.step)
    }

    /// Whether evidence of this visibility may go into a report under this regime. `internal` never does,
    /// whatever the file says (CONTRACT §10).
    pub fn in_scope(&self, regime: Regime, visibility: Visibility) -> bool {
        probatum_evidence::leaves(visibility)
            && self.scope.get(&regime).is_some_and(|allowed| allowed.contains(&visibility))
    }
}
