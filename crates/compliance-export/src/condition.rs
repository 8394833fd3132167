//! When a rule applies: words for facts about a case, and the small language rules combine them in.

use crate::rules::Anchor;
use crate::span::Span;
use serde::{Serialize, Serializer};
use std::fmt;

probatum_kernel::vocabulary! {
    /// A fact on which it depends whether and when a report is due. One that is not stated counts as not so.
    pub enum Condition("condition") {
        /// Flag of the incident: significant for the Directive (EU) 2022/2555.
        Nis2Relevant = "nis2_relevant",
        /// Flag of the incident: serious for the Polish act on the national cybersecurity system.
        KscRelevant = "ksc_relevant",
        /// Flag of the incident: a personal data breach.
        GdprBreach = "gdpr_breach",
        /// Flag of the incident: a serious incident of an AI system.
        AiSeriousIncident = "ai_serious_incident",
        /// Flag of the incident: it concerns a financial entity.
        DoraRelevant = "dora_relevant",
        /// The trust services of a trust service provider are affected.
        TrustService = "trust_service",
        /// Handling is not finished.
        Ongoing = "ongoing",
        /// The CSIRT or authority asked for an intermediate report.
        ReportRequested = "report_requested",
        /// The entity is an important one and a public one (Polish act, art. 12c).
        ImportantPublicEntity = "important_public_entity",
        /// The breach is likely to result in a high risk (GDPR, Art. 34(1)).
        HighRisk = "high_risk",
        /// An exemption of GDPR, Art. 34(3) holds: unintelligible data, risk removed, or public communication.
        CommunicationExempt = "communication_exempt",
        /// The entity is a processor.
        Processor = "processor",
        /// A person died (AI Act, Art. 73(4)).
        Death = "death",
        /// A widespread infringement (AI Act, Art. 73(3)).
        WidespreadInfringement = "widespread_infringement",
        /// Critical infrastructure is disrupted, seriously and irreversibly (AI Act, Art. 3(49)(b)).
        CriticalInfrastructure = "critical_infrastructure",
        /// The entity deploys the AI system and does not provide it.
        Deployer = "deployer",
        /// The AI system is high-risk as (part of) a product under Annex I of the AI Act.
        AiAnnexI = "ai_annex_i",
        /// DORA's weekend relief is closed to the entity (Delegated Regulation (EU) 2025/301, Art. 5(5)).
        NoonReliefExcluded = "noon_relief_excluded",
    }
}

impl Condition {
    /// Whether it is a flag of the incident, spelled the same there.
    pub const fn is_flag(self) -> bool {
        matches!(
            self,
            Self::Nis2Relevant
                | Self::KscRelevant
                | Self::GdprBreach
                | Self::AiSeriousIncident
                | Self::DoraRelevant
        )
    }
}

/// A condition a rule is bound to: words, `RULE.submitted`, `RULE.incomplete`, `A <= B+SPAN`, joined by
/// `and`, `or`, `not` and parentheses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// The fact is stated.
    Is(Condition),
    /// A report under the rule named was submitted.
    Submitted(String),
    /// The last report under the rule named was submitted as incomplete.
    Incomplete(String),
    /// The first moment is known, and at most the span after the second, which is known too.
    Within(Anchor, Anchor, Span),
    /// Not.
    Not(Box<Expr>),
    /// Both.
    And(Box<Expr>, Box<Expr>),
    /// At least one.
    Or(Box<Expr>, Box<Expr>),
}

/// What an expression asks about a case.
pub trait Answers {
    /// Whether the fact is stated.
    fn is(&self, condition: Condition) -> bool;
    /// Whether a report under the rule was submitted.
    fn submitted(&self, rule_id: &str) -> bool;
    /// Whether the last such report was incomplete.
    fn incomplete(&self, rule_id: &str) -> bool;
    /// Whether the first moment is at most the span after the second, both known.
    fn within(&self, a: Anchor, b: Anchor, span: Span) -> bool;
}

/// The most characters of a condition, and the most parentheses or `not` within each other.
const MAX_LENGTH: usize = 500;
const MAX_DEPTH: usize = 20;

impl Expr {
    /// Reads a condition.
    ///
    /// # Errors
    /// A sentence that names the word that is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_LENGTH {
            return Err(format!("must be at most {MAX_LENGTH} characters"));
        }
        let spaced = text.replace('(', " ( ").replace(')', " ) ");
        let mut words = Words { left: spaced.split_whitespace().peekable(), depth: 0 };
        let expr = words.any()?;
        match words.left.next() {
            None => Ok(expr),
            Some(word) => Err(format!("has '{word}' where 'and', 'or' or the end should be")),
        }
    }

    /// Whether it holds for a case.
    pub fn holds(&self, case: &dyn Answers) -> bool {
        match self {
            Self::Is(condition) => case.is(*condition),
            Self::Submitted(rule) => case.submitted(rule),
            Self::Incomplete(rule) => case.incomplete(rule),
            Self::Within(a, b, span) => case.within(*a, *b, *span),
            Self::Not(inner) => !inner.holds(case),
            Self::And(a, b) => a.holds(case) && b.holds(case),
            Self::Or(a, b) => a.holds(case) || b.holds(case),
        }
    }

    /// Whether it holds because something was submitted as incomplete.
    pub(crate) fn asks_for_the_rest(&self) -> bool {
        match self {
            Self::Incomplete(_) => true,
            Self::Is(_) | Self::Submitted(_) | Self::Within(..) | Self::Not(_) => false,
            Self::And(a, b) | Self::Or(a, b) => a.asks_for_the_rest() || b.asks_for_the_rest(),
        }
    }

    /// The rules it names.
    pub(crate) fn rules(&self) -> Vec<&str> {
        match self {
            Self::Submitted(rule) | Self::Incomplete(rule) => vec![rule],
            Self::Is(_) | Self::Within(..) => Vec::new(),
            Self::Not(inner) => inner.rules(),
            Self::And(a, b) | Self::Or(a, b) => [a.rules(), b.rules()].concat(),
        }
    }
}

struct Words<'a, I: Iterator<Item = &'a str>> {
    left: std::iter::Peekable<I>,
    depth: usize,
}

impl<'a, I: Iterator<Item = &'a str>> Words<'a, I> {
    fn any(&mut self) -> Result<Expr, String> {
        let mut expr = self.all()?;
        while self.left.next_if_eq(&"or").is_some() {
            expr = Expr::Or(Box::new(expr), Box::new(self.all()?));
        }
        Ok(expr)
    }

    fn all(&mut self) -> Result<Expr, String> {
        let mut expr = self.one()?;
        while self.left.next_if_eq(&"and").is_some() {
            expr = Expr::And(Box::new(expr), Box::new(self.one()?));
        }
        Ok(expr)
    }

    fn one(&mut self) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("must not nest deeper than {MAX_DEPTH}"));
        }
        let word = self.left.next().ok_or("ends where a condition should be")?;
        let expr = match word {
            "not" => Expr::Not(Box::new(self.one()?)),
            "(" => {
                let inner = self.any()?;
                self.left.next_if_eq(&")").ok_or("lacks a ')'")?;
                inner
            }
            word => self.atom(word)?,
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn atom(&mut self, word: &str) -> Result<Expr, String> {
        if let Some(rule) = word.strip_suffix(".submitted") {
            return Ok(Expr::Submitted(rule.to_owned()));
        }
        if let Some(rule) = word.strip_suffix(".incomplete") {
            return Ok(Expr::Incomplete(rule.to_owned()));
        }
        if self.left.next_if_eq(&"<=").is_some() {
            let limit = self.left.next().unwrap_or_default();
            let (anchor, span) =
                limit.split_once('+').ok_or("must read MOMENT <= MOMENT+SPAN where it compares")?;
            let moment = |word: &str| word.parse::<Anchor>().map_err(|e| e.to_string());
            let span = span.parse::<Span>().map_err(|e| format!("'{span}' {e}"))?;
            return Ok(Expr::Within(moment(word)?, moment(anchor)?, span));
        }
        word.parse().map(Expr::Is).map_err(|e: probatum_kernel::UnknownWord| e.to_string())
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = |e: &Expr| match e {
            Expr::And(..) | Expr::Or(..) => format!("({e})"),
            _ => e.to_string(),
        };
        match self {
            Self::Is(condition) => f.write_str(condition.as_str()),
            Self::Submitted(rule) => write!(f, "{rule}.submitted"),
            Self::Incomplete(rule) => write!(f, "{rule}.incomplete"),
            Self::Within(a, b, span) => write!(f, "{a} <= {b}+{span}"),
            Self::Not(e) => write!(f, "not {}", inner(e)),
            Self::And(a, b) => write!(f, "{} and {}", inner(a), inner(b)),
            Self::Or(a, b) => write!(f, "{} or {}", inner(a), inner(b)),
        }
    }
}

impl Serialize for Expr {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Case;
    impl Answers for Case {
        fn is(&self, condition: Condition) -> bool {
            matches!(condition, Condition::Death | Condition::Ongoing)
        }
        fn submitted(&self, rule_id: &str) -> bool {
            rule_id == "nis2.in"
        }
        fn incomplete(&self, _: &str) -> bool {
            false
        }
        fn within(&self, a: Anchor, b: Anchor, span: Span) -> bool {
            (a, b, span) == (Anchor::DeterminedAt, Anchor::AwareAt, Span::Hours(24))
        }
    }

    #[test]
    fn conditions_read_as_they_are_written() {
        let table = [
            ("death", true),
            ("not death", false),
            ("processor or death and ongoing", true),
            ("(processor or death) and not ongoing", false),
            ("not (processor or deployer)", true),
            ("nis2.in.submitted and not nis2.pr.submitted", true),
            ("nis2.in.incomplete", false),
            ("determined_at <= aware_at+PT24H", true),
            ("determined_at <= aware_at+PT4H or processor", false),
        ];
        for (text, holds) in table {
            let expr = Expr::parse(text).unwrap();
            assert_eq!(expr.holds(&Case), holds, "{text}");
            assert_eq!(Expr::parse(&expr.to_string()).as_ref(), Ok(&expr), "{text}");
        }
    }

    #[test]
    fn what_is_no_condition_says_why() {
        let deep = "not ".repeat(40);
        let long = "death and ".repeat(60);
        let table = [
            ("", "ends"),
            ("death and", "ends"),
            ("(death", "')'"),
            ("death ongoing", "'ongoing'"),
            ("dead", "'dead'"),
            ("aware_at <= soon", "MOMENT"),
            ("aware_at <= aware_at+24", "'24'"),
            (&deep, "deeper"),
            (&long, "500"),
        ];
        for (text, named) in table {
            let error = Expr::parse(text).unwrap_err();
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
