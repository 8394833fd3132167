//! The demonstration: the shapes of the real answers on invented data, for whoever looks in without credentials.

use crate::dto::Meta;
use crate::dto::incident::IncidentView;
use crate::dto::playbook::PlaybookRow;
use crate::dto::simulation::Simulated;
use crate::dto::statistics::StatisticsView;
use crate::problem::Problem;
use crate::query;
use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse, get};
use probatum_application::simulation;
use probatum_kernel::Total;
use probatum_playbooks::Library;

/// Invented incidents
///
/// The same shape, filters, sorts and pages as `/api/incidents`, on a fixed set of invented incidents that is part of the
/// program and never mixed with real records. Its clock stands still at 2026-07-05T12:00:00Z. No credentials.
#[utoipa::path(operation_id = "listSimulatedIncidents", 
    tag = "simulation",
    params(
        ("status" = Option<String>, Query, description = "as in /api/incidents, like every other filter"),
        ("category" = Option<crate::vocabulary::Category>, Query),
        ("priority" = Option<crate::vocabulary::Priority>, Query),
        ("level" = Option<crate::vocabulary::Level>, Query),
        ("flags" = Option<String>, Query, description = "comma list, all must be raised"),
        ("evidence_status" = Option<crate::vocabulary::EvidenceStatus>, Query),
        ("country" = Option<String>, Query, description = "ISO 3166-1 alpha-2"),
        ("sector" = Option<crate::vocabulary::Sector>, Query),
        ("q" = Option<String>, Query, description = "full text, at most 200 characters"),
        ("sort" = Option<String>, Query, example = "-created_at"),
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = Simulated<IncidentView>,
        headers(("Link" = String, description = "rel=\"next\", RFC 8288"))))
)]
#[get("/api/ip3/incidents")]
pub async fn incidents(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let query = query::incidents(req.query_string(), simulation::now())?;
    let found = simulation::list(&query)?;
    let mut response = HttpResponse::Ok();
    if let Some(next) = found.next {
        response.insert_header((LINK, query::next_link(&req, &next)));
    }
    let data = found.rows.into_iter().map(IncidentView::from).collect();
    Ok(response.json(Simulated::new(data, Meta::new(&query.page, found.total))))
}

/// Figures of the invented incidents
///
/// The same shape as `/api/stats/incidents`, counted from the invented incidents; windows end where their clock stands
/// still. No credentials.
#[utoipa::path(operation_id = "getSimulatedStatistics", 
    tag = "simulation",
    params(("window" = Option<String>, Query, description = "1h to 366d, for example 24h, 30d or 4w; default 30d")),
    responses((status = 200, description = "The figures.", body = StatisticsView, example = json!({
        "total": 128, "open_p0_p1": 7, "evidence_coverage": 0.94,
        "flags": {"ai_serious_incident": 3, "nis2_relevant": 11, "gdpr_breach": 5},
        "mtta_p0_min": 131, "mttc_p1_h": 18, "_note": "demonstration data"
    })))
)]
#[get("/api/ip3/stats")]
pub async fn figures(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let window = query::window(req.query_string())?;
    let view = StatisticsView::new(&simulation::statistics(window), Some(simulation::NOTE));
    Ok(HttpResponse::Ok().json(view))
}

/// Playbooks of the demonstration
///
/// The same shape as `/api/playbooks`: those that are part of the program, without the operator's own. No credentials.
#[utoipa::path(operation_id = "listSimulatedPlaybooks", 
    tag = "simulation",
    params(
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = Simulated<PlaybookRow>))
)]
#[get("/api/ip3/playbooks")]
pub async fn playbooks(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let page = query::rows(req.query_string())?;
    let library = Library::built_in();
    let total = Total::from_capped(i64::try_from(library.iter().len()).unwrap_or(i64::MAX));
    let skip = usize::try_from(page.first_row()).unwrap_or(usize::MAX);
    let take = usize::try_from(page.per_page).unwrap_or(0);
    let mut response = HttpResponse::Ok();
    if library.iter().len() > skip.saturating_add(take) {
        response.insert_header((LINK, query::next_link(&req, &page.after_these())));
    }
    let data = library.iter().skip(skip).take(take).map(|p| PlaybookRow::from(p.as_ref())).collect();
    Ok(response.json(Simulated::new(data, Meta::new(&page, total))))
}
