//! What was measured, what it is compared with and what was promised: as tables for people, as JSON for programs.

use super::load::Measured;
use serde_json::{Value, json};

/// What was promised.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// At least so many times the baseline.
    RatioAtLeast(f64),
    /// At most so many times the baseline.
    RatioAtMost(f64),
    /// At most this.
    AtMost(f64),
}

/// One number.
#[derive(Debug, Clone)]
pub struct Line {
    /// What was measured.
    pub name: String,
    /// How much of it.
    pub value: f64,
    /// In what.
    pub unit: &'static str,
    /// The number beside it.
    pub baseline: Option<f64>,
    /// What was promised.
    pub goal: Option<Goal>,
}

impl Line {
    fn ratio(&self) -> Option<f64> {
        self.baseline.filter(|baseline| *baseline > 0.0).map(|baseline| self.value / baseline)
    }

    fn kept(&self) -> Option<bool> {
        Some(match (self.goal?, self.ratio()) {
            (Goal::AtMost(most), _) => self.value <= most,
            (Goal::RatioAtLeast(least), ratio) => ratio.is_some_and(|ratio| ratio >= least),
            (Goal::RatioAtMost(most), ratio) => ratio.is_some_and(|ratio| ratio <= most),
        })
    }
}

/// All numbers of a run.
#[derive(Default)]
pub struct Report {
    sections: Vec<(String, Vec<Line>)>,
    failed: u64,
    failure: Option<String>,
}

impl Report {
    /// Begins a section: what its lines are measured against.
    pub fn section(&mut self, title: impl Into<String>) {
        self.sections.push((title.into(), Vec::new()));
    }

    /// Adds a number to the section.
    pub fn add(
        &mut self,
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
        baseline: Option<f64>,
        goal: Option<Goal>,
    ) {
        let line = Line { name: name.into(), value, unit, baseline, goal };
        if let Some((_, lines)) = self.sections.last_mut() {
            lines.push(line);
        }
    }

    /// Counts the failures of a load.
    pub fn count_failures(&mut self, of: &Measured) {
        if let Some(failure) = &of.failure {
            self.fail(of.failed, failure.clone());
        }
    }

    /// Counts failures.
    pub fn fail(&mut self, requests: u64, what: String) {
        self.failed = self.failed.saturating_add(requests);
        self.failure.get_or_insert(what);
    }

    /// How many requests failed.
    pub fn failed_requests(&self) -> u64 {
        self.failed
    }

    /// What the first failed request was told.
    pub fn first_failure(&self) -> &str {
        self.failure.as_deref().unwrap_or_default()
    }

    /// The tables.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (title, lines) in &self.sections {
            text.push_str(&format!("\n{title}\n"));
            let header = ["", "value", "", "baseline", "ratio", "target", ""].map(str::to_owned);
            let rows: Vec<_> = std::iter::once(header).chain(lines.iter().map(row)).collect();
            text.push_str(&table(&rows));
        }
        let lines = || self.sections.iter().flat_map(|(_, lines)| lines);
        let missed = lines().filter(|line| line.kept() == Some(false)).count();
        let promised = lines().filter(|line| line.goal.is_some()).count();
        text.push_str(&format!("\n{missed} of {promised} targets missed, {} requests failed\n", self.failed));
        text
    }

    /// The same as JSON.
    pub fn json(&self) -> Value {
        let lines = |lines: &[Line]| -> Vec<Value> {
            let object = |line: &Line| {
                json!({
                    "name": line.name, "value": line.value, "unit": line.unit, "baseline": line.baseline,
                    "ratio": line.ratio(), "target": line.goal.map(told), "ok": line.kept(),
                })
            };
            lines.iter().map(object).collect()
        };
        let sections: Vec<_> =
            self.sections.iter().map(|(title, of)| json!({"title": title, "lines": lines(of)})).collect();
        json!({"sections": sections, "failed_requests": self.failed, "first_failure": self.failure})
    }
}

fn told(goal: Goal) -> String {
    match goal {
        Goal::RatioAtLeast(least) => format!("≥ {least}×"),
        Goal::RatioAtMost(most) => format!("≤ {most}×"),
        Goal::AtMost(most) => format!("≤ {most}"),
    }
}

fn row(line: &Line) -> [String; 7] {
    let verdict = match line.kept() {
        Some(true) => "ok",
        Some(false) => "MISS",
        None => "",
    };
    [
        line.name.clone(),
        number(line.value),
        line.unit.to_owned(),
        line.baseline.map(number).unwrap_or_default(),
        line.ratio().map(|ratio| format!("{ratio:.2}×")).unwrap_or_default(),
        line.goal.map(told).unwrap_or_default(),
        verdict.to_owned(),
    ]
}

/// Three significant digits, more before the point.
fn number(value: f64) -> String {
    match value.abs() {
        v if v >= 100.0 || v == 0.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// Columns as wide as they need; numbers to the right.
fn table(rows: &[[String; 7]]) -> String {
    const RIGHT: [bool; 7] = [false, true, false, true, true, true, false];
    let mut widths = [0; 7];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::from(" ");
        for ((cell, width), right) in row.iter().zip(widths).zip(RIGHT) {
            line.push_str(&if right { format!(" {cell:>width$}") } else { format!(" {cell:width$}") });
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_is_kept_or_missed() {
        let line =
            |value, baseline, goal| Line { name: String::new(), value, unit: "", baseline, goal: Some(goal) };
        let cases = [
            (line(10.0, Some(100.0), Goal::RatioAtLeast(0.1)), true),
            (line(9.0, Some(100.0), Goal::RatioAtLeast(0.1)), false),
            (line(2.1, Some(1.0), Goal::RatioAtMost(2.0)), false),
            (line(2.1, None, Goal::RatioAtMost(2.0)), false),
            (line(50.0, None, Goal::AtMost(50.0)), true),
        ];
        for (line, kept) in cases {
            assert_eq!(line.kept(), Some(kept), "{line:?}");
        }
    }

    #[test]
    fn text_and_json_say_the_same() {
        let mut report = Report::default();
        report.section("Reads, against /health/live");
        report.add("GET by id", 12_345.6, "/s", Some(60_000.0), Some(Goal::RatioAtLeast(0.1)));
        report.add("resident", 151.0, "MiB", None, Some(Goal::AtMost(150.0)));
        report.fail(2, "503".to_owned());
        let text = report.text();
        assert!(text.contains("GET by id 12346 /s"), "{text}");
        assert!(text.contains("0.21× ≥ 0.1× ok") && text.contains("MISS"), "{text}");
        assert!(text.contains("1 of 2 targets missed, 2 requests failed"), "{text}");
        let json = report.json();
        assert_eq!(json["sections"][0]["lines"][1]["ok"], false);
        assert_eq!(json["failed_requests"], 2);
    }
}
