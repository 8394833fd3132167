//! Who is judged by what: by source, never at random within one, so that no campaign is on both sides.

use super::data::Record;
use super::{baseline, engine, model_of};
use probatum_triage::{Classification, Embedded};
use std::collections::BTreeMap;

/// What was said of a record.
#[derive(Clone)]
pub struct Judged {
    /// By the engine.
    pub classification: Classification,
    /// The probability it gave.
    pub probability: f64,
    /// The score behind it.
    pub score: f64,
    /// The firm part of it.
    pub firm: f64,
    /// The signals behind it.
    pub signals: Vec<String>,
    /// The probability by the baseline; `None` where there was nothing to train it on.
    pub baseline: Option<f64>,
}

/// Sources that are held out together: of one author, one time or one maker.
/// What is not listed is held out by itself.
const TOGETHER: &[&[&str]] = &[
    // Mails: the validation part. What remains trains: Nazario's phishing, old list and bulk mail.
    &[
        "phishing_pot",
        "phishing_pot relabelled",
        "trec07p",
        "ha-mail-and-packages",
        "bipia-email",
        "public-inbox:openbmc",
        "public-inbox:linux-raid",
    ],
    &["nazario", "spamassassin", "princeton-political", "public-inbox:usrp-users", "public-inbox:linux-man"],
    // Prompts: benign collections beside attacks of another style.
    &["deepset/prompt-injections", "NotInject"],
    &["jailbreak_llms (TrustAIRLab/verazuo)", "prompts.chat (awesome-chatgpt-prompts)"],
    &["tensor-trust", "self-instruct seed tasks", "AgentHarm benign behaviours"],
    // Alerts: one maker of rule tests, and recordings of Windows machines.
    &["SigmaHQ regression_data", "OCSF raw sample logs (normal Windows activity)"],
];

/// The part of the mails that figures are taken on.
pub fn is_validation(record: &Record) -> bool {
    record.kind != "email" || TOGETHER.first().is_some_and(|part| part.contains(&record.source.as_str()))
}

/// Every record judged without its source having been seen.
pub fn crosswise(records: &[Record]) -> Vec<Judged> {
    let group = |record: &Record| {
        TOGETHER
            .iter()
            .position(|part| part.contains(&record.source.as_str()))
            .map_or(record.source.clone(), |n| format!("#{n}"))
    };
    let mut groups: BTreeMap<(String, &str), Vec<usize>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        groups.entry((group(record), record.kind)).or_default().push(index);
    }
    let mut judged: Vec<Option<Judged>> = records.iter().map(|_| None).collect();
    for ((name, kind), members) in groups {
        let seen: Vec<&Record> =
            records.iter().filter(|r| r.kind == kind && group(r) != name && !r.non_commercial).collect();
        let engine = engine(model_of(&seen));
        let baseline = baseline::Baseline::train(&seen);
        for index in members {
            if let (Some(record), Some(slot)) = (records.get(index), judged.get_mut(index)) {
                *slot = Some(judge(&engine, record, baseline.as_ref()));
            }
        }
    }
    judged.into_iter().flatten().collect()
}

/// Every record judged by the committed weights.
pub fn shipped(records: &[Record]) -> Vec<Judged> {
    let engine = Embedded::new();
    records.iter().map(|record| judge(&engine, record, None)).collect()
}

fn judge(engine: &Embedded, record: &Record, baseline: Option<&baseline::Baseline>) -> Judged {
    let found = engine.assess(&record.input);
    Judged {
        classification: found.classification,
        probability: found.probability,
        score: found.score,
        firm: found.firm,
        signals: found.signals.into_iter().map(|signal| signal.name).collect(),
        baseline: baseline.map(|baseline| baseline.probability(record)),
    }
}
