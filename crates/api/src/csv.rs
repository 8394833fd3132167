//! Incidents as lines: CSV (RFC 4180) that no spreadsheet runs as a formula, and NDJSON.

use crate::dto::incident::IncidentView;
use probatum_application::AppError;
use probatum_incident::Incident;

/// The columns, in order.
const COLUMNS: &str = "id,public_id,title,summary,source_type,source,level,category,severity,severity_score,priority,\
    evidence_status,status,status_lifecycle,disposition,resolution,flags,agent_id,asset,country,lat,lon,sector,\
    impact_confidentiality,impact_integrity,impact_availability,occurred_at,detected_at,aware_at,sla_due_at,created_at,\
    updated_at,triaged_at,contained_at,resolved_at,closed_at,created_by,tags,version";

/// The first line.
pub fn header() -> String {
    format!("{COLUMNS}\r\n")
}

/// The line of an incident. Flags and tags are separated by `;`.
pub fn line(i: &Incident) -> String {
    let time = |t: Option<probatum_kernel::Timestamp>| t.map(|t| t.to_string()).unwrap_or_default();
    let optional = |t: Option<&str>| text(t.unwrap_or_default());
    let flags: Vec<&str> = i.flags.iter().map(|f| f.as_str()).collect();
    let cells = [
        i.id.to_string(),
        i.public_id.to_string(),
        text(&i.title),
        optional(i.summary.as_deref()),
        i.source_type.to_string(),
        optional(i.source.as_deref()),
        i.level.to_string(),
        i.category.to_string(),
        i.severity.band().to_string(),
        i.severity.score().to_string(),
        i.priority.map(|p| p.to_string()).unwrap_or_default(),
        i.evidence_status.to_string(),
        i.status.to_string(),
        i.lifecycle.to_string(),
        i.disposition.map(|d| d.to_string()).unwrap_or_default(),
        optional(i.resolution.as_deref()),
        flags.join(";"),
        optional(i.agent_id.as_ref().map(|a| a.as_str())),
        optional(i.asset.as_deref()),
        i.country.map(|c| c.to_string()).unwrap_or_default(),
        i.location.map(|l| l.lat.to_string()).unwrap_or_default(),
        i.location.map(|l| l.lon.to_string()).unwrap_or_default(),
        i.sector.map(|s| s.to_string()).unwrap_or_default(),
        i.impact.confidentiality.to_string(),
        i.impact.integrity.to_string(),
        i.impact.availability.to_string(),
        time(i.occurred_at),
        time(i.detected_at),
        time(i.aware_at),
        time(i.sla_due_at),
        i.created_at.to_string(),
        i.updated_at.to_string(),
        time(i.triaged_at),
        time(i.contained_at),
        time(i.resolved_at),
        time(i.closed_at),
        text(i.created_by.as_str()),
        text(&i.tags.join(";")),
        i.version.to_string(),
    ];
    cells.join(",") + "\r\n"
}

/// A text from outside as a cell. One that a spreadsheet would take for a formula gets an apostrophe in front; one with
/// a separator in it, quotes around.
fn text(t: &str) -> String {
    let formula = t.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let safe = if formula { format!("'{t}") } else { t.to_owned() };
    if safe.contains([',', '"', '\r', '\n']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

/// The line of an incident as JSON, like a row of the list.
pub fn json_line(i: Incident) -> Result<String, AppError> {
    let line = serde_json::to_string(&IncidentView::from(i));
    line.map(|line| line + "\n").map_err(|e| AppError::internal(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use probatum_application::simulation;

    #[test]
    fn what_looks_like_a_formula_is_text() {
        let cases = [
            ("=1+1", "'=1+1"),
            ("+48", "'+48"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("plain = text", "plain = text"),
            ("a,b", "\"a,b\""),
            ("say \"no\"", "\"say \"\"no\"\"\""),
            ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
            ("two\nlines", "\"two\nlines\""),
            ("", ""),
        ];
        for (given, cell) in cases {
            assert_eq!(text(given), cell);
        }
    }

    #[test]
    fn a_line_has_a_cell_for_every_column() {
        let case = &simulation::cases()[0];
        let plain = Incident { title: "x".to_owned(), summary: None, asset: None, ..case.incident.clone() };
        assert_eq!(line(&plain).split(',').count(), header().split(',').count());
    }
}
