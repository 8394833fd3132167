//! Any JSON gets a verdict that bears the checks.
#![no_main]

use libfuzzer_sys::fuzz_target;
use probatum_triage::{Embedded, Input, judge};
use std::sync::LazyLock;

static ENGINE: LazyLock<Embedded> = LazyLock::new(Embedded::new);

fuzz_target!(|data: &[u8]| {
    let Ok(raw_data) = serde_json::from_slice(data) else { return };
    for incident_type in ["phishing", "prompt_injection", "edr_alert", "login_anomaly"] {
        let raw_data: serde_json::Value = serde_json::Value::clone(&raw_data);
        let input = Input { incident_type: Some(incident_type.to_owned()), source: None, raw_data };
        assert!(judge(&*ENGINE, &input).is_ok());
    }
});
