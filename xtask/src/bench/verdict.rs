//! How long the embedded triage engine takes for a mail of 20 kB.

use super::report::{Goal, Report};
use crate::shell::Outcome;
use probatum_triage::{Embedded, Input, judge};
use serde_json::json;
use std::time::Instant;

/// How often it judges.
const ROUNDS: usize = 2_000;
/// The characters of the mail's text.
const LENGTH: usize = 20_000;

pub fn measure(report: &mut Report) -> Outcome {
    let line =
        "Your account will be closed today; confirm your password at https://login.example.org/x?id=7 now. ";
    let words = "The quarterly figures are attached, and the meeting moves to Thursday at ten in room four. ";
    let body: String = [line, words].concat().chars().cycle().take(LENGTH).collect();
    let input = Input {
        incident_type: Some("phishing".to_owned()),
        source: Some("email_gateway".to_owned()),
        raw_data: json!({
            "message_id": "bench@example.org", "sender": "Support <support@examp1e.org>", "recipient": "a@example.com",
            "subject": "Urgent: update your account", "body": body,
            "headers": {"Reply-To": "other@example.net", "Authentication-Results": "mx; spf=fail; dkim=none; dmarc=fail"},
        }),
    };
    let engine = Embedded::new();
    let mut micros = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        judge(&engine, &input).map_err(|e| e.to_string())?;
        micros.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    micros.sort_unstable();
    report.section(format!("The embedded triage engine, a mail of {LENGTH} characters"));
    report.add("p50", super::load::at(&micros, 500), "ms", None, None);
    report.add("p99", super::load::at(&micros, 990), "ms", None, Some(Goal::AtMost(5.0)));
    Ok(())
}
