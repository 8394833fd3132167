//! Query strings: filters, pages, sorting; every wrong parameter is named, and an unknown one too.

mod events;

pub use events::{deliveries, events};

use actix_web::http::header::{ACCEPT, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::{HttpRequest, web};
use probatum_application::indicators::Sources;
use probatum_application::ports::{CLOCK_ORDER, ClockQuery};
use probatum_application::use_cases::audit_log::NEWEST_FIRST;
use probatum_application::use_cases::incidents::Precondition;
use probatum_application::{
    ActionQuery, AgentQuery, AppError, AuditFilter, IncidentFilter, IncidentQuery, MapQuery, SearchQuery,
    Window,
};
use probatum_incident::{Flag, Flags, Severity};
use probatum_kernel::{
    AgentId, Code, Coded, Cursor, FieldFault, IncidentRef, Page, PageError, Position, Sort, Timestamp,
};
use std::fmt::Display;
use std::str::FromStr;

/// Reads parameters one by one and collects what is wrong.
struct Params {
    given: Vec<(String, String)>,
    faults: Vec<FieldFault>,
}

impl Params {
    fn read(query: &str) -> Result<Self, AppError> {
        let given = web::Query::<Vec<(String, String)>>::from_query(query)
            .map_err(|_| AppError::invalid("query", "invalid", "the query string cannot be read"))?;
        Ok(Self { given: given.into_inner(), faults: Vec::new() })
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let mut found = None;
        let mut twice = false;
        self.given.retain(|(key, value)| {
            let hit = key == name;
            if hit {
                twice |= found.is_some();
                found = Some(value.clone());
            }
            !hit
        });
        if twice {
            self.faults.push(FieldFault::new(name, "repeated", "may be given once"));
        }
        found
    }

    fn parsed<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(e) => {
                self.faults.push(FieldFault::new(name, "invalid", e.to_string()));
                None
            }
        }
    }

    fn number(&mut self, name: &str) -> Option<u32> {
        let text = self.text(name)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.faults.push(FieldFault::new(name, "invalid", "must be a whole number"));
        }
        number
    }

    /// A short text without controls.
    fn line(&mut self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        if (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
            return Some(text);
        }
        self.faults.push(FieldFault::new(name, "invalid", "must be 1 to 100 visible characters"));
        None
    }

    fn page(&mut self) -> Result<Option<Page>, AppError> {
        let (page, per_page) = (self.number("page"), self.number("per_page"));
        let cursor = self.parsed::<Cursor>("cursor");
        let faults = Page::faults(page, per_page, cursor.as_ref());
        match faults.as_slice() {
            [] => Ok(Some(Page::new(page, per_page, cursor)?)),
            [PageError::TooDeep] if self.faults.is_empty() => Err(PageError::TooDeep.into()),
            _ => {
                self.faults.extend(faults.iter().flat_map(Coded::fields));
                Ok(None)
            }
        }
    }

    /// A page of a list that has this order and no other: a cursor of another order is none of this list.
    fn page_in(&mut self, order: Sort) -> Result<Page, AppError> {
        let page = self.page()?.unwrap_or(Page::FIRST);
        if matches!(&page.position, Position::After(cursor) if cursor.sort != order) {
            self.faults.extend(PageError::Cursor.fields());
        }
        Ok(page)
    }

    /// No parameter may be left over.
    fn end(mut self) -> Result<(), AppError> {
        let known = self.faults.is_empty();
        for (name, _) in self.given.iter().take(20) {
            let name: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
            self.faults.push(FieldFault::new(name, "unknown", "is not a parameter of this list"));
        }
        match (self.faults.is_empty(), known) {
            (true, _) => Ok(()),
            (false, true) => {
                Err(AppError { code: Code::UnknownField, ..AppError::invalid_fields(self.faults) })
            }
            (false, false) => Err(AppError::invalid_fields(self.faults)),
        }
    }
}

/// A page of a list that only grows at its end, and has no other parameters.
pub fn rows(query: &str) -> Result<Page, AppError> {
    let mut params = Params::read(query)?;
    let page = params.page()?.unwrap_or(Page::FIRST);
    if matches!(&page.position, Position::After(cursor) if *cursor != Cursor::at_row(page.first_row())) {
        params.faults.extend(PageError::Cursor.fields());
    }
    params.end()?;
    Ok(page)
}

/// A page of a list that begins with the newest, and has no other parameters.
pub fn newest(query: &str) -> Result<Page, AppError> {
    let mut params = Params::read(query)?;
    let page = params.page_in(NEWEST_FIRST)?;
    params.end()?;
    Ok(page)
}

/// The inbox of actions.
pub fn actions(query: &str) -> Result<ActionQuery, AppError> {
    let mut params = Params::read(query)?;
    let page = params.page_in(NEWEST_FIRST)?;
    let (status, approval_level) = (params.parsed("status"), params.parsed("approval_level"));
    params.end()?;
    Ok(ActionQuery { status, approval_level, page })
}

/// The list of agents. Their ids are texts, and so are the cursors.
pub fn agents(query: &str) -> Result<AgentQuery, AppError> {
    let mut params = Params::read(query)?;
    let (page, per_page) = (params.number("page"), params.number("per_page"));
    let after = params.parsed::<AgentCursor>("cursor").map(|c| c.0);
    // Where it begins is in the id; the rest of a cursor's rules are those of every list.
    let faults = Page::faults(page, per_page, after.as_ref().map(|_| Cursor::at_row(0)).as_ref());
    let deep = faults.as_slice() == [PageError::TooDeep] && params.faults.is_empty();
    let status = params.parsed("status");
    if deep {
        return Err(PageError::TooDeep.into());
    }
    params.faults.extend(faults.iter().flat_map(Coded::fields));
    params.end()?;
    Ok(AgentQuery { status, after, page: Page::new(page, per_page, None)? })
}

/// The place in the list of agents after this one.
pub struct AgentCursor(pub AgentId);

impl Display for AgentCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "id.{}", segment(self.0.as_str()))
    }
}

impl FromStr for AgentCursor {
    type Err = PageError;
    fn from_str(s: &str) -> Result<Self, PageError> {
        let id = s.strip_prefix("id.").and_then(|id| id.parse().ok());
        id.map(Self).ok_or(PageError::Cursor)
    }
}

/// A text as one segment of a path or one value of a query: all but the unreserved characters percent-encoded (RFC 3986
/// §2.3).
pub fn segment(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// The list of incidents.
pub fn incidents(query: &str, now: Timestamp) -> Result<IncidentQuery, AppError> {
    let mut params = Params::read(query)?;
    let page = params.page()?.unwrap_or(Page::FIRST);
    let sort: Sort = params.parsed("sort").unwrap_or_default();
    if let Position::After(cursor) = &page.position
        && cursor.sort != sort
    {
        params.faults.extend(PageError::Cursor.fields());
    }
    let mut filter = filter(&mut params);
    either_axis(&mut params, &mut filter);
    severity(&mut params, &mut filter);
    params.end()?;
    Ok(IncidentQuery { filter, sort, page, now })
}

/// The rows an export reads at a time.
const EXPORT_PAGE: u32 = 500;

/// The incidents to export: the list's filters and sort, and no page.
pub fn export(query: &str, now: Timestamp) -> Result<IncidentQuery, AppError> {
    let mut params = Params::read(query)?;
    let sort: Sort = params.parsed("sort").unwrap_or_default();
    let mut filter = filter(&mut params);
    either_axis(&mut params, &mut filter);
    severity(&mut params, &mut filter);
    params.end()?;
    let page = Page { per_page: EXPORT_PAGE, ..Page::FIRST };
    Ok(IncidentQuery { filter, sort, page, now })
}

/// Which deadlines of all incidents.
pub fn deadlines(query: &str, now: Timestamp) -> Result<ClockQuery, AppError> {
    let mut params = Params::read(query)?;
    let page = params.page_in(CLOCK_ORDER)?;
    let within = params.parsed::<Window>("due_within");
    let state = params.parsed("state");
    params.end()?;
    Ok(ClockQuery { state, due_until: within.map(|w| now.plus_hours(w.hours())), page })
}

/// The version of the facts asked for, if one is.
pub fn facts(query: &str) -> Result<Option<u32>, AppError> {
    let mut params = Params::read(query)?;
    let version = params.number("version");
    params.end()?;
    Ok(version)
}

/// The window of statistics.
pub fn window(query: &str) -> Result<Window, AppError> {
    let mut params = Params::read(query)?;
    let window = params.parsed("window").unwrap_or(Window::DEFAULT);
    params.end()?;
    Ok(window)
}

/// What the map is asked for.
pub fn map(query: &str) -> Result<MapQuery, AppError> {
    let mut params = Params::read(query)?;
    let query = MapQuery {
        window: params.parsed("window").unwrap_or(Window::DEFAULT),
        sector: params.parsed("sector"),
        level: params.parsed("level"),
        bbox: params.parsed("bbox"),
    };
    params.end()?;
    Ok(query)
}

/// No parameters.
pub fn nothing(query: &str) -> Result<(), AppError> {
    Params::read(query)?.end()
}

/// Which entries of the audit log, of which incident, and which page of them.
pub fn audit(query: &str) -> Result<(AuditFilter, Option<IncidentRef>, Page), AppError> {
    let mut params = Params::read(query)?;
    let page = params.page_in(NEWEST_FIRST)?;
    let filter = AuditFilter {
        action: params.line("action"),
        actor: params.line("actor"),
        incident: None,
        since: params.parsed("since"),
        until: params.parsed("until"),
    };
    let incident = params.parsed("incident");
    params.end()?;
    Ok((filter, incident, page))
}

fn filter(params: &mut Params) -> IncidentFilter {
    let category = params.parsed("category");
    let of_type = params.parsed("type");
    if category.is_some() && of_type.is_some() && category != of_type {
        params.faults.push(FieldFault::new("type", "conflict", "is the same as category; give one"));
    }
    IncidentFilter {
        status: None,
        lifecycle: params.parsed("status_lifecycle"),
        severity: None,
        severity_score: None,
        category: category.or(of_type),
        priority: params.parsed("priority"),
        level: params.parsed("level"),
        flags: flags(params),
        evidence_status: params.parsed("evidence_status"),
        agent_id: params.parsed("agent_id"),
        country: params.parsed("country"),
        sector: params.parsed("sector"),
        created_after: params.parsed("created_after"),
        created_before: params.parsed("created_before"),
        overdue: params.parsed("overdue"),
        text: text(params),
        // The use case says, by the caller's roles.
        seen: Sources::NONE,
    }
}

/// `status` is a word of the triage queue or, where only the response has it, of the response.
fn either_axis(params: &mut Params, filter: &mut IncidentFilter) {
    let Some(word) = params.text("status") else { return };
    match (word.parse(), word.parse()) {
        (Ok(queue), _) => filter.status = Some(queue),
        (Err(_), Ok(lifecycle)) => match filter.lifecycle {
            Some(other) if other != lifecycle => {
                params.faults.push(FieldFault::new("status", "conflict", "contradicts status_lifecycle"));
            }
            _ => filter.lifecycle = Some(lifecycle),
        },
        (Err(_), Err(_)) => {
            let message = "must be open, triaged, resolved, or a word of status_lifecycle: triage, contained, \
                           remediated, verified, closed";
            params.faults.push(FieldFault::new("status", "invalid", message));
        }
    }
}

/// `severity` is a band, or a score.
fn severity(params: &mut Params, filter: &mut IncidentFilter) {
    let Some(text) = params.text("severity") else { return };
    match (text.parse(), text.parse().ok().and_then(Severity::new)) {
        (Ok(band), _) => filter.severity = Some(band),
        (Err(_), Some(score)) => {
            filter.severity = Some(score.band());
            filter.severity_score = Some(score.score());
        }
        (Err(_), None) => {
            let message = "must be low, medium, high, critical, or a score from 0 to 10";
            params.faults.push(FieldFault::new("severity", "invalid", message));
        }
    }
}

fn flags(params: &mut Params) -> Flags {
    let Some(list) = params.text("flags") else { return Flags::NONE };
    let mut flags = Flags::NONE;
    for word in list.split(',').map(str::trim) {
        match word.parse::<Flag>() {
            Ok(flag) => flags = flags.with(flag),
            Err(e) => params.faults.push(FieldFault::new("flags", "invalid", e.to_string())),
        }
    }
    flags
}

fn text(params: &mut Params) -> Option<SearchQuery> {
    let q = params.text("q")?;
    let query = SearchQuery::parse(&q);
    if query.is_none() {
        params.faults.push(FieldFault::new(
            "q",
            "invalid",
            "must have at least one word, and at most 200 characters",
        ));
    }
    query
}

/// The RFC 8288 link to the next page: the same list after `next`.
pub fn next_link(req: &HttpRequest, next: &impl Display) -> String {
    let kept = req.query_string().split('&').filter(|p| {
        let name = p.split('=').next().unwrap_or_default();
        !p.is_empty() && name != "cursor" && name != "page"
    });
    let query: Vec<String> =
        kept.map(str::to_owned).chain(std::iter::once(format!("cursor={next}"))).collect();
    format!("<{}?{}>; rel=\"next\"", req.path(), query.join("&"))
}

/// `If-Match` as the ETags it lists; a weak one never matches.
pub fn if_match(req: &HttpRequest) -> Result<Precondition, AppError> {
    match tags(req, &IF_MATCH)? {
        None => Ok(Precondition::None),
        Some(tags) if tags.iter().any(|t| t == "*") => Ok(Precondition::Any),
        Some(tags) => Ok(Precondition::OneOf(tags)),
    }
}

/// Whether `If-None-Match` names this ETag.
pub fn known(req: &HttpRequest, etag: &str) -> Result<bool, AppError> {
    let tags = tags(req, &IF_NONE_MATCH)?.unwrap_or_default();
    Ok(tags.iter().any(|t| t == "*" || t.trim_start_matches("W/") == etag))
}

/// Whether `Accept` names this media type, and does not like `application/json` better (RFC 9110 §12.5.1).
pub fn prefers(req: &HttpRequest, media: &str) -> bool {
    let lines = req.headers().get_all(ACCEPT).filter_map(|line| line.to_str().ok());
    let (mut wanted, mut json) = (0.0, 0.0);
    for range in lines.flat_map(|line| line.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")));
        let weight = weight.map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
        if name.eq_ignore_ascii_case(media) {
            wanted = weight;
        } else if name.eq_ignore_ascii_case("application/json") {
            json = weight;
        }
    }
    wanted > 0.0 && wanted >= json
}

/// Whether an incident is to be shown as STIX: by `format`, else by `Accept`.
pub fn wants_stix(req: &HttpRequest, media: &str) -> Result<bool, AppError> {
    let mut params = Params::read(req.query_string())?;
    let format = params.text("format");
    let stix = match format.as_deref() {
        Some("stix") => true,
        Some("json") => false,
        None => prefers(req, media),
        Some(_) => {
            params.faults.push(FieldFault::new("format", "invalid", "must be json or stix"));
            false
        }
    };
    params.end()?;
    Ok(stix)
}

/// The ETags of all lines of a header; `None` if there is no such header.
fn tags(req: &HttpRequest, name: &HeaderName) -> Result<Option<Vec<String>>, AppError> {
    let mut found = None;
    for line in req.headers().get_all(name) {
        let line = line
            .to_str()
            .map_err(|_| AppError::invalid(name.as_str(), "invalid", "must be a list of ETags"))?;
        let tags = line.split(',').map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        found.get_or_insert_with(Vec::new).extend(tags);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(query: &str) -> (Code, Vec<String>) {
        let e = incidents(query, Timestamp::EPOCH).unwrap_err();
        (e.code, e.fields.into_iter().map(|f| f.field).collect())
    }

    #[test]
    fn every_wrong_parameter_is_named() {
        let (code, fields) =
            refused("severity=huge&page=0&sort=colour&flags=gdpr_breach,nope&created_after=now&q=%22");
        assert_eq!(code, Code::ValidationFailed);
        assert_eq!(fields, ["page", "sort", "flags", "created_after", "q", "severity"]);
        assert_eq!(refused("colour=red").0, Code::UnknownField);
        assert_eq!(refused("page=1001").0, Code::PageTooDeep);
        assert_eq!(refused("status=open&status=triaged").1, ["status"]);
    }

    type Reads = fn(&str) -> Result<Page, AppError>;

    #[test]
    fn a_cursor_belongs_to_the_order_of_its_list() {
        let id = "00000000000000000000000000000007";
        let (newest_first, by_row) =
            (format!("cursor=-created_at.0.{id}"), format!("cursor={}", Cursor::at_row(7)));
        let foreign = format!("cursor=-severity.9.{id}");
        let lists: [(Reads, [bool; 3]); 6] = [
            (rows, [false, true, false]),
            (newest, [true, false, false]),
            (|q| actions(q).map(|a| a.page), [true, false, false]),
            (|q| deliveries(q).map(|(_, page)| page), [true, false, false]),
            (|q| audit(q).map(|(_, _, page)| page), [true, false, false]),
            (|q| deadlines(q, Timestamp::EPOCH).map(|d| d.page), [false, true, false]),
        ];
        for (place, (list, expected)) in lists.into_iter().enumerate() {
            for (query, taken) in [&newest_first, &by_row, &foreign].into_iter().zip(expected) {
                match list(query) {
                    Ok(_) => assert!(taken, "list {place} takes {query}"),
                    Err(e) => {
                        assert!(!taken, "list {place} refuses {query}");
                        assert_eq!(e.fields[0].field, "cursor");
                    }
                }
            }
        }
        // A row has a number and no id, and one that can be counted.
        for odd in [format!("cursor=created_at.7.{id}"), format!("cursor=created_at.-1.{:032}", 0)] {
            assert_eq!(rows(&odd).unwrap_err().fields[0].field, "cursor");
        }
    }

    #[test]
    fn a_media_type_is_preferred_when_it_is_named() {
        for (accept, preferred) in [
            ("application/cacao+json", true),
            ("Application/CACAO+json;version=cacao-2.0", true),
            ("application/cacao+json, */*;q=0.1", true),
            ("application/json;q=0.5, application/cacao+json;q=0.9", true),
            ("application/json, application/cacao+json;q=0.9", false),
            ("application/cacao+json;q=0, */*", false),
            ("application/cacao+json;q=x", false),
            ("application/json", false),
            ("*/*", false),
            ("", false),
        ] {
            let req = actix_web::test::TestRequest::get().insert_header((ACCEPT, accept)).to_http_request();
            assert_eq!(prefers(&req, "application/cacao+json"), preferred, "{accept}");
        }
    }

    #[test]
    fn status_is_read_on_either_axis() {
        let filter = |q: &str| incidents(q, Timestamp::EPOCH).unwrap().filter;
        assert_eq!(filter("status=open").status.map(|s| s.as_str()), Some("open"));
        assert_eq!(filter("status=contained").lifecycle.map(|s| s.as_str()), Some("contained"));
        assert_eq!(filter("type=phishing").category.map(|c| c.as_str()), Some("phishing"));
    }
}
