//! The figures of an evaluation, as tables and as JSON.

use super::data::{KINDS, Record};
use super::metrics::{Case, figures, quantile, real, with_intervals};
use super::split::{Judged, is_validation};
use probatum_triage::Classification;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// One row: what was measured, on how many, and each figure with its interval.
struct Row {
    name: String,
    malicious: usize,
    benign: usize,
    figures: Vec<(&'static str, f64, f64, f64)>,
}

/// Everything that is printed.
pub struct Report {
    headline: Vec<Row>,
    sources: Vec<(String, usize, f64, f64)>,
    slices: Vec<(String, usize, f64, f64)>,
    scales: Vec<Value>,
    rules: BTreeMap<String, (usize, usize)>,
}

/// What counts as flagged.
type Flag = fn(&Judged) -> bool;

fn strict(judged: &Judged) -> bool {
    judged.classification == Classification::Malicious
}

fn lenient(judged: &Judged) -> bool {
    matches!(judged.classification, Classification::Malicious | Classification::Suspicious)
}

fn baseline(judged: &Judged) -> bool {
    judged.baseline.is_some_and(|probability| probability >= 0.5)
}

impl Report {
    /// Measures. With `held_out`, mails are measured on their validation part.
    pub fn new(records: &[Record], judged: &[Judged], resamples: u32, held_out: bool) -> Self {
        let pairs: Vec<(&Record, &Judged)> = records.iter().zip(judged).collect();
        let mut report = Self {
            headline: Vec::new(),
            sources: Vec::new(),
            slices: Vec::new(),
            scales: Vec::new(),
            rules: BTreeMap::new(),
        };
        for (kind, _, _) in KINDS {
            let part: Vec<(&Record, &Judged)> = pairs
                .iter()
                .filter(|(r, _)| r.kind == kind && (!held_out || is_validation(r)))
                .copied()
                .collect();
            if part.is_empty() {
                continue;
            }
            let flags: [(&str, Flag); 2] = [("malicious", strict), ("malicious or suspicious", lenient)];
            for (name, flag) in flags {
                report.headline.push(row(
                    format!("{kind}: {name}"),
                    &part,
                    flag,
                    |j| j.probability,
                    resamples,
                ));
            }
            let based: Vec<_> = part.iter().filter(|(_, j)| j.baseline.is_some()).copied().collect();
            if !based.is_empty() {
                let name = format!("{kind}: baseline TF-IDF, logistic regression");
                report.headline.push(row(name, &based, baseline, |j| j.baseline.unwrap_or(0.0), resamples));
            }
            report.scales.push(scale(kind, &part));
        }
        report.by_source(&pairs);
        report.by_slice(&pairs);
        for (record, judged) in &pairs {
            for signal in &judged.signals {
                let (bad, good) = report.rules.entry(format!("{}: {signal}", record.kind)).or_default();
                *if record.malicious { bad } else { good } += 1;
            }
        }
        report
    }

    fn by_source(&mut self, pairs: &[(&Record, &Judged)]) {
        let mut sources: BTreeMap<String, Vec<&Judged>> = BTreeMap::new();
        for (record, judged) in pairs {
            let class = if record.malicious { "malicious" } else { "benign" };
            sources.entry(format!("{} {class}: {}", record.kind, record.source)).or_default().push(judged);
        }
        self.sources = sources.into_iter().map(|(name, judged)| shares(name, &judged)).collect();
    }

    /// What averages hide: harmless mail of today, and each style of attack.
    fn by_slice(&mut self, pairs: &[(&Record, &Judged)]) {
        let modern = |record: &Record| {
            record.kind == "email"
                && !record.malicious
                && record.subtype != "list"
                && record.year.is_none_or(|year| year >= 2015)
        };
        let judged: Vec<&Judged> =
            pairs.iter().filter(|(record, _)| modern(record)).map(|(_, judged)| *judged).collect();
        self.slices.push(shares("modern legitimate mail (2015 and later, no lists)".to_owned(), &judged));
        let linked: Vec<&Judged> = pairs
            .iter()
            .filter(|(r, _)| modern(r) && r.subtype != "political-bulk")
            .map(|(_, judged)| *judged)
            .collect();
        self.slices.push(shares("of these receipts, notices, newsletters".to_owned(), &linked));
        let mut styles: BTreeMap<String, Vec<&Judged>> = BTreeMap::new();
        for (record, judged) in pairs.iter().filter(|(r, _)| r.malicious && r.kind != "alert") {
            let style: Vec<&str> = record.subtype.split('/').take(2).collect();
            styles.entry(format!("{} attack: {}", record.kind, style.join("/"))).or_default().push(judged);
        }
        self.slices.extend(styles.into_iter().map(|(name, judged)| shares(name, &judged)));
    }

    /// Tables in Markdown.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "| | malicious / benign | precision | recall | F1 | false positives | AUC | calibration error |"
        );
        let _ = writeln!(out, "|---|---|---|---|---|---|---|---|");
        for row in &self.headline {
            let cells: Vec<String> = row
                .figures
                .iter()
                .map(|(_, value, low, high)| format!("{value:.3} ({low:.3}–{high:.3})"))
                .collect();
            let _ = writeln!(
                out,
                "| {} | {} / {} | {} |",
                row.name,
                row.malicious,
                row.benign,
                cells.join(" | ")
            );
        }
        for (title, rows) in [("source", &self.sources), ("slice", &self.slices)] {
            let _ =
                writeln!(out, "\n| {title} | n | malicious | malicious or suspicious |\n|---|---|---|---|");
            for (name, count, hard, soft) in rows {
                let _ = writeln!(out, "| {name} | {count} | {:.1} % | {:.1} % |", hard * 100.0, soft * 100.0);
            }
        }
        let _ = writeln!(out, "\nScores for calibrate.rs:");
        for scale in &self.scales {
            let _ = writeln!(out, "{scale}");
        }
        out
    }

    /// All figures.
    pub fn json(&self) -> Value {
        let headline: Vec<Value> = self
            .headline
            .iter()
            .map(|row| {
                let each = row.figures.iter().map(|(name, value, low, high)| {
                    ((*name).to_owned(), json!({"value": value, "low": low, "high": high}))
                });
                let figures: serde_json::Map<String, Value> = each.collect();
                json!({"name": row.name, "malicious": row.malicious, "benign": row.benign, "figures": figures})
            })
            .collect();
        let shares = |rows: &[(String, usize, f64, f64)]| -> Vec<Value> {
            rows.iter()
                .map(
                    |(name, n, hard, soft)| json!({"name": name, "n": n, "malicious": hard, "flagged": soft}),
                )
                .collect()
        };
        let rules: Vec<Value> = self
            .rules
            .iter()
            .map(|(name, (bad, good))| json!({"rule": name, "malicious": bad, "benign": good}))
            .collect();
        json!({"headline": headline, "sources": shares(&self.sources), "slices": shares(&self.slices), "scales": self.scales, "rules": rules})
    }
}

fn row(
    name: String,
    part: &[(&Record, &Judged)],
    flag: Flag,
    probability: fn(&Judged) -> f64,
    resamples: u32,
) -> Row {
    let cases: Vec<Case> = part
        .iter()
        .map(|(record, judged)| Case {
            malicious: record.malicious,
            flagged: flag(judged),
            probability: probability(judged),
        })
        .collect();
    let malicious = cases.iter().filter(|case| case.malicious).count();
    Row { name, malicious, benign: cases.len() - malicious, figures: with_intervals(&cases, resamples) }
}

/// The shares called malicious, and malicious or suspicious.
fn shares(name: String, judged: &[&Judged]) -> (String, usize, f64, f64) {
    let share = |flag: Flag| real(judged.iter().filter(|j| flag(j)).count()) / real(judged.len()).max(1.0);
    (name, judged.len(), share(strict), share(lenient))
}

/// What thresholds of a kind would give, and the line that fits likelihood to score.
fn scale(kind: &str, part: &[(&Record, &Judged)]) -> Value {
    let mut firm: Vec<f64> = part.iter().filter(|(r, _)| !r.malicious).map(|(_, j)| j.firm).collect();
    let mut full: Vec<f64> = part.iter().filter(|(r, _)| !r.malicious).map(|(_, j)| j.score).collect();
    firm.sort_by(f64::total_cmp);
    full.sort_by(f64::total_cmp);
    let f1_at = |threshold: f64| {
        let cases: Vec<Case> = part
            .iter()
            .map(|(r, j)| Case { malicious: r.malicious, flagged: j.score >= threshold, probability: 0.0 })
            .collect();
        figures(&cases)
    };
    let steps = (4..=20u8).map(|step| f64::from(step) / 4.0);
    let grid: Vec<Value> = steps
        .map(|at| {
            let found = f1_at(at);
            json!([at, round(found.f1), round(found.recall), round(found.false_positives)])
        })
        .collect();
    let (slope, even) = platt(part);
    json!({
        "kind": kind, "slope": round(slope), "even": round(even), "firm_score_of_98_percent_benign": round(quantile(&firm, 0.98)),
        "score_of_96_percent_benign": round(quantile(&full, 0.96)), "threshold_f1_recall_fpr": grid,
    })
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// Logistic regression of the label on the score alone, both classes with the same say.
fn platt(part: &[(&Record, &Judged)]) -> (f64, f64) {
    let bad = real(part.iter().filter(|(r, _)| r.malicious).count()).max(1.0);
    let good = (real(part.len()) - bad).max(1.0);
    let (mut slope, mut bias): (f64, f64) = (1.0, -2.0);
    for _ in 0..4000 {
        let (mut by_slope, mut by_bias) = (0.0, 0.0);
        for (record, judged) in part {
            let score = judged.score.max(judged.firm).min(8.0);
            let said = 1.0 / (1.0 + f64::exp(-(slope * score + bias)));
            let (truth, weight) = if record.malicious { (1.0, 0.5 / bad) } else { (0.0, 0.5 / good) };
            by_slope += (said - truth) * weight * score;
            by_bias += (said - truth) * weight;
        }
        slope -= 0.5 * by_slope;
        bias -= 0.5 * by_bias;
    }
    (slope, -bias / slope)
}
