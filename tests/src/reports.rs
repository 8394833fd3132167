//! Reports to authorities: the steps their flows share.

use crate::app::App;
use crate::client::Client;
use crate::samples::{confirming, report, text, unique};
use crate::time::{now_millis, timestamp};
use crate::wait::until;
use serde_json::{Value, json};
use std::time::Duration;

/// How long a report may take to be made and sent, if nothing is in the way.
const SOON: Duration = Duration::from_secs(20);

/// The early warning under NIS2.
pub fn early_warning() -> Value {
    json!({"target": "csirt_nask", "regime": "nis2", "phase": "early_warning_24h"})
}

/// A receipt without a file, as a portal gives it.
pub fn portal_receipt() -> Value {
    json!({"type": "portal_reference", "reference": unique("ref"), "received_at": timestamp(now_millis())})
}

impl App {
    /// Somebody who reports to authorities.
    pub fn legal(&self) -> Client {
        self.user("legal_dpo")
    }

    /// An incident with restricted evidence; its public id.
    #[track_caller]
    pub fn reportable(&self, title: &str) -> String {
        let id = self.analyst().reports(&report(title));
        let evidence = crate::samples::merged(confirming(), json!({"visibility": "restricted"}));
        self.analyst().attaches(&id, &evidence);
        id
    }
}

impl Client {
    /// Asks for a report about an incident; its id.
    #[track_caller]
    pub fn exports(&self, incident: &str, body: &Value) -> String {
        let path = format!("/api/reports/incidents/{incident}/export");
        text(&self.post(&path, body).expect(202)["report_id"])
    }

    /// A report.
    #[track_caller]
    pub fn report(&self, id: &str) -> Value {
        self.get(&format!("/api/reports/{id}")).expect(200)
    }

    /// A report once it is in this state.
    #[track_caller]
    pub fn report_when(&self, id: &str, delivery: &str) -> Value {
        self.report_within(id, delivery, SOON)
    }

    /// A report once it is in this state, which may take so long.
    #[track_caller]
    pub fn report_within(&self, id: &str, delivery: &str, limit: Duration) -> Value {
        until(&format!("{id} is {delivery}"), limit, || {
            let report = self.report(id);
            (report["delivery"] == delivery).then_some(report)
        })
    }
}
