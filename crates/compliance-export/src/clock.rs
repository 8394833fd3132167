//! The clocks that are a fixed span after one moment, as data, and the arithmetic on them.

use crate::regime::{Phase, Regime};
use probatum_kernel::Timestamp;
use serde::Serialize;

probatum_kernel::vocabulary! {
    /// The moment a clock starts from. Each law names its own, and one does not stand in for another.
    pub enum Anchor("anchor") {
        /// When there was a reasonable degree of certainty that the incident happened.
        AwareAt = "aware_at",
        /// When the event was noticed, before anyone knew what it was.
        DetectedAt = "detected_at",
        /// When the incident was classified, under DORA as major.
        DeterminedAt = "determined_at",
    }
}

/// A clock: this phase of this regime is due so many hours after that moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The `rule_id` in the reference table of deadlines.
    pub id: &'static str,
    /// The regime.
    pub regime: Regime,
    /// The phase that is due.
    pub phase: Phase,
    /// The moment it counts from.
    pub anchor: Anchor,
    /// The span in elapsed hours. Where the law counts days, a day is 24 of them (see [`due_at`]).
    pub span_hours: u32,
    /// The act and the article.
    pub source: &'static str,
}

const DAY: u32 = 24;

const RULES: &[Rule] = &[
    Rule {
        id: "nis2.ew",
        regime: Regime::Nis2,
        phase: Phase::EarlyWarning24h,
        anchor: Anchor::AwareAt,
        span_hours: 24,
        source: "Directive (EU) 2022/2555, Art. 23(4)(a)",
    },
    Rule {
        id: "nis2.in",
        regime: Regime::Nis2,
        phase: Phase::Notification72h,
        anchor: Anchor::AwareAt,
        span_hours: 72,
        source: "Directive (EU) 2022/2555, Art. 23(4)(b)",
    },
    Rule {
        id: "gdpr.sa",
        regime: Regime::Gdpr,
        phase: Phase::Notification72h,
        anchor: Anchor::AwareAt,
        span_hours: 72,
        source: "Regulation (EU) 2016/679, Art. 33(1)",
    },
    Rule {
        id: "aia.15",
        regime: Regime::AiAct,
        phase: Phase::SeriousIncident15d,
        anchor: Anchor::AwareAt,
        span_hours: 15 * DAY,
        source: "Regulation (EU) 2024/1689, Art. 73(2)",
    },
    Rule {
        id: "aia.10",
        regime: Regime::AiAct,
        phase: Phase::SeriousIncident10d,
        anchor: Anchor::AwareAt,
        span_hours: 10 * DAY,
        source: "Regulation (EU) 2024/1689, Art. 73(4)",
    },
    Rule {
        id: "aia.2",
        regime: Regime::AiAct,
        phase: Phase::SeriousIncident2d,
        anchor: Anchor::AwareAt,
        span_hours: 2 * DAY,
        source: "Regulation (EU) 2024/1689, Art. 73(3)",
    },
    Rule {
        id: "ksc.ew",
        regime: Regime::Ksc,
        phase: Phase::EarlyWarning24h,
        anchor: Anchor::DetectedAt,
        span_hours: 24,
        source: "Act on the national cybersecurity system (PL, Dz.U. 2026 poz. 20 and 252), art. 11(1)(4)",
    },
    Rule {
        id: "ksc.in",
        regime: Regime::Ksc,
        phase: Phase::Notification72h,
        anchor: Anchor::DetectedAt,
        span_hours: 72,
        source: "Act on the national cybersecurity system (PL, Dz.U. 2026 poz. 20 and 252), art. 11(1)(4a)",
    },
    DORA_INITIAL,
];

/// The NIS2 notification of trust service providers about their trust services. It takes the place of the
/// 72 hours of [`rules`]; whether it applies is a fact about the entity, which this crate does not know.
pub const NIS2_TRUST_SERVICE: Rule = Rule {
    id: "nis2.in.trust",
    regime: Regime::Nis2,
    phase: Phase::Notification72h,
    anchor: Anchor::AwareAt,
    span_hours: 24,
    source: "Directive (EU) 2022/2555, Art. 23(4)",
};

/// DORA's initial notification, counted from classification. Alone it can be too late, see
/// [`dora_initial_due_at`].
const DORA_INITIAL: Rule = Rule {
    id: "dora.init.4h",
    regime: Regime::Dora,
    phase: Phase::Initial4h,
    anchor: Anchor::DeterminedAt,
    span_hours: 4,
    source: "Delegated Regulation (EU) 2025/301, Art. 5",
};

/// The second limb of DORA's initial notification, see [`dora_initial_due_at`].
pub const DORA_INITIAL_FROM_AWARENESS: Rule = Rule {
    id: "dora.init.24h",
    regime: Regime::Dora,
    phase: Phase::Initial4h,
    anchor: Anchor::AwareAt,
    span_hours: 24,
    source: "Delegated Regulation (EU) 2025/301, Art. 5",
};

/// Every general clock that is a fixed span after one moment; at most one for a phase of a regime. DORA's
/// needs a second moment to be right: use [`dora_initial_due_at`] where awareness is known.
pub const fn rules() -> &'static [Rule] {
    RULES
}

/// The clock of a phase. None if the regime does not know the phase, or if it is due on request or counts
/// from the submission of another phase (`intermediate`, `final_report_1m`).
pub fn rule_for(regime: Regime, phase: Phase) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.regime == regime && rule.phase == phase)
}

/// When a report is due if the rule's anchor is `anchor_time`: exactly the span later, in elapsed UTC time.
/// No time zone, no working days and no end of day move it, because a breach is judged by the strict time.
/// Any later date the law may grant is to be shown beside it, never in its place.
/// Held at the end of the year 9999, like every [`Timestamp`].
pub fn due_at(rule: &Rule, anchor_time: Timestamp) -> Timestamp {
    anchor_time.plus_hours(i64::from(rule.span_hours))
}

/// When DORA's initial notification is due: 4 h after classification as major and at most 24 h after
/// awareness, whichever comes first; classified later than those 24 h, 4 h after classification
/// (Delegated Regulation (EU) 2025/301, Art. 5, there (2) for the late case).
pub fn dora_initial_due_at(aware_at: Timestamp, determined_at: Timestamp) -> Timestamp {
    let from_awareness = due_at(&DORA_INITIAL_FROM_AWARENESS, aware_at);
    let from_classification = due_at(&DORA_INITIAL, determined_at);
    if determined_at <= from_awareness {
        from_awareness.min(from_classification)
    } else {
        from_classification
    }
}
