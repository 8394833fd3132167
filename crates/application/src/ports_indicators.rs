//! The port of indicators.

use crate::indicators::{IndicatorSource, KnownIndicator};
use crate::ports::Answered;
use probatum_intake::Indicator;
use probatum_kernel::IncidentId;

/// Rows of indicators. They go with their incident.
pub trait IndicatorRows {
    /// Notes what was found at `source`, and makes the incident found by it; says how many the source had not given
    /// yet. Each is kept once: known already, it gains the source. Beyond
    /// [`MAX_PER_SOURCE`](crate::indicators::MAX_PER_SOURCE) nothing is noted. Done twice, it changes nothing. The
    /// caller has read or inserted the incident in the same transaction: its row is the lock.
    fn add_indicators(
        &mut self,
        incident: IncidentId,
        source: IndicatorSource,
        found: &[Indicator],
    ) -> Answered<usize>;
    /// All indicators of an incident, in the order in which they were noted.
    fn indicators_of(&mut self, incident: IncidentId) -> Answered<Vec<KnownIndicator>>;
}
