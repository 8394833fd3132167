//! What may leave the house in a report.

use probatum_evidence::Visibility;

/// Whether evidence of this visibility may go into a report to an authority: `internal` never does, whatever
/// the regime (CONTRACT §10). The evidence crate owns the rule, so that reports and readers share one.
pub fn in_scope(visibility: Visibility) -> bool {
    probatum_evidence::leaves(visibility)
}
