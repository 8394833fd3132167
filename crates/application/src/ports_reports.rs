//! The port of reports to authorities: their rows, and who is at them.

use crate::ports::Answered;
use probatum_compliance_export::{Filing, ReportId};
use probatum_kernel::{IncidentId, Timestamp};

/// Rows of reports to authorities. A transaction that takes an incident as well takes that first.
pub trait ReportRows {
    /// Inserts a report with what it is to be made from. MUST fail as transient if its number is taken.
    fn insert_report(&mut self, report: &Filing, frozen: &str) -> Answered<()>;
    /// Reads a report.
    fn report(&mut self, id: ReportId) -> Answered<Option<Filing>>;
    /// What a report is made from, as it was when it was asked for.
    fn frozen_report(&mut self, id: ReportId) -> Answered<Option<String>>;
    /// All reports of an incident, oldest first.
    fn reports_of(&mut self, incident: IncidentId) -> Answered<Vec<Filing>>;
    /// Replaces `before` by `next`; transient failure if the stored version is another.
    fn save_report(&mut self, before: &Filing, next: &Filing) -> Answered<()>;
    /// Extends a claim until `until`; says whether it still was the last one.
    fn renew_report(&mut self, id: ReportId, claim: i64, until: Timestamp) -> Answered<bool>;
    /// Reports whose `wake_at` has come, the longest due first.
    fn reports_to_wake(&mut self, now: Timestamp, limit: u32) -> Answered<Vec<ReportId>>;
}
