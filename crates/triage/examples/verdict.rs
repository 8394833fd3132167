//! Builds a verdict, checks it against the alert it judges, and shows what is refused.

use probatum_triage::{Classification, Draft, Signal, Verdict};
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let alert = json!({
        "subject": "Your mailbox is full",
        "from": "support@examp1e.com",
        "urls": ["https://examp1e.com/login"],
    });
    let draft = Draft {
        classification: Classification::Malicious,
        confidence: 0.92,
        category: Some("phishing".into()),
        reasoning: "The link leads to a look-alike of the recipient's own domain.".into(),
        signals: vec![Signal {
            name: "lookalike_domain".into(),
            weight: 2.5,
            evidence: "https://examp1e.com/login".into(),
        }],
        engine: "by-hand".into(),
        model: None,
    };

    let verdict = Verdict::new(draft.clone())?;
    verdict.grounded_in(&alert)?;
    println!("{}", serde_json::to_string_pretty(&verdict)?);

    let unproven = Draft { signals: Vec::new(), ..draft.clone() };
    if let Err(error) = Verdict::new(unproven) {
        println!("no signals: {error}");
    }
    if let Err(error) = verdict.grounded_in(&json!({"subject": "Lunch?"})) {
        println!("another alert: {error}");
    }
    Ok(())
}
