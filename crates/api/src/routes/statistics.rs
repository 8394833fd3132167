//! Statistics and the map.

use crate::caller::{Caller, may};
use crate::dto::map::{MapView, body};
use crate::dto::statistics::StatisticsView;
use crate::problem::Problem;
use crate::query;
use crate::state::Api;
use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, get, web};
use probatum_application::AppError;
use probatum_application::use_cases::statistics;

/// Figures for a dashboard
///
/// About the incidents created in the window: from its length before now, rounded down to the full hour (UTC), until now.
/// What they are counted by is their state of this moment, not that of their creation. Each figure is defined at its
/// member. The cost does not grow with the number of incidents. Takes the role viewer.
#[utoipa::path(operation_id = "getStatistics", 
    tag = "statistics",
    params(("window" = Option<String>, Query, example = "30d",
        description = "1h to 366d: a whole number of hours, days or weeks (24h, 30d, 4w); default 30d")),
    responses((status = 200, description = "The figures.", body = StatisticsView))
)]
#[get("/api/stats/incidents")]
pub async fn figures(
    api: web::Data<Api>,
    caller: Caller<may::ReadStatistics>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let window = query::window(req.query_string())?;
    let found = api.read(caller, move |tx, ctx| statistics::statistics(tx, ctx, window)).await?;
    Ok(HttpResponse::Ok().json(StatisticsView::new(&found, None)))
}

/// The threat map
///
/// GeoJSON: one feature per country and sector, at about the middle of the country whoever asks, never at the place of
/// an incident. Incidents of the window as in `/api/stats/incidents`. The timeline has hours for windows up to 48 h, days
/// up to 92 d, else eight days. The cost does not grow with the number of incidents. Takes the role viewer.
#[utoipa::path(operation_id = "getMap", 
    tag = "statistics",
    params(
        ("window" = Option<String>, Query, example = "30d",
            description = "1h to 366d: a whole number of hours, days or weeks (24h, 30d, 4w); default 30d"),
        ("sector" = Option<crate::vocabulary::Sector>, Query),
        ("level" = Option<crate::vocabulary::Level>, Query),
        ("bbox" = Option<String>, Query, example = "14.1,49.0,24.2,54.9",
            description = "west,south,east,north in degrees: only countries whose middle lies within; west of more than \
                           east crosses the date line")
    ),
    responses((status = 200, description = "A FeatureCollection.", body = MapView))
)]
#[get("/api/map/incidents")]
pub async fn map(
    api: web::Data<Api>,
    caller: Caller<may::ReadStatistics>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query::map(req.query_string())?;
    let found = api.read(caller, move |tx, ctx| statistics::map(tx, ctx, &query)).await?;
    let body = body(&found).map_err(|e| AppError::internal(e.to_string()))?;
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(body))
}
