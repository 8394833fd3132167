//! The queries of events and of deliveries.

use super::Params;
use actix_web::HttpRequest;
use probatum_application::AppError;
use probatum_application::events::{EventFilter, MAX_PATTERNS};
use probatum_application::ports::DeliveryState;
use probatum_application::use_cases::audit_log::NEWEST_FIRST;
use probatum_kernel::{FieldFault, IncidentRef, Page};

/// What a stream of events is asked for.
pub struct EventQuery {
    /// Which events.
    pub filter: EventFilter,
    /// Of which incident.
    pub incident: Option<IncidentRef>,
    /// After which event.
    pub after: Option<i64>,
}

/// A stream of events. `Last-Event-ID`, which clients send when they connect again, counts more than `after`.
pub fn events(req: &HttpRequest) -> Result<EventQuery, AppError> {
    let mut params = Params::read(req.query_string())?;
    let mut filter = EventFilter::default();
    let types = params.text("types").unwrap_or_default();
    for text in types.split(',').map(str::trim).filter(|t| !t.is_empty()) {
        match text.parse() {
            Ok(pattern) if filter.types.len() < MAX_PATTERNS => filter.types.push(pattern),
            Ok(_) => {
                let message = format!("names at most {MAX_PATTERNS} types");
                params.faults.push(FieldFault::new("types", "too_long", message));
                break;
            }
            Err(e) => params.faults.push(FieldFault::new("types", "invalid", format!("{e}"))),
        }
    }
    let incident = params.parsed("incident");
    let after = params.text("after");
    let after = after.and_then(|text| number(&mut params, "after", &text));
    let header = req.headers().get("last-event-id").map(|v| v.to_str().unwrap_or("?").trim().to_owned());
    let last = header.and_then(|text| number(&mut params, "Last-Event-ID", &text));
    params.end()?;
    Ok(EventQuery { filter, incident, after: last.or(after) })
}

fn number(params: &mut Params, name: &str, text: &str) -> Option<i64> {
    let number = text.parse().ok().filter(|n| *n >= 0);
    if number.is_none() {
        params.faults.push(FieldFault::new(
            name,
            "invalid",
            "must be the id of an event, a whole number from 0",
        ));
    }
    number
}

/// The deliveries of a subscription, of one state if it is named.
pub fn deliveries(query: &str) -> Result<(Option<DeliveryState>, Page), AppError> {
    let mut params = Params::read(query)?;
    let page = params.page_in(NEWEST_FIRST)?;
    let state = params.parsed("state");
    params.end()?;
    Ok((state, page))
}
