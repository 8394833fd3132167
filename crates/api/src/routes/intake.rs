//! The intake: what became of a delivery.

use crate::caller::{Caller, may};
use crate::dto::intake::IntakeView;
use crate::problem::Problem;
use crate::state::Api;
use actix_web::{HttpResponse, get, web};
use probatum_application::AppError;
use probatum_application::use_cases::intake;
use probatum_kernel::IntakeId;

/// What became of a delivery
///
/// `queued` until it is worked through, then `processed`; `rejected` if nothing of it could be taken. Names the incidents
/// it opened or joined, and the events that were not taken, by their index. A delivery that repeats another is settled at
/// once and counts nothing. Takes the role analyst, devsecops or legal_dpo.
#[utoipa::path(operation_id = "getIntake",
    tag = "intake",
    params(("id" = String, Path, description = "Id of the delivery")),
    responses((status = 200, description = "The delivery.", body = IntakeView))
)]
#[get("/api/intake/{id}")]
pub async fn get(
    api: web::Data<Api>,
    caller: Caller<may::ReadIntake>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: IntakeId = id.parse().map_err(|_| AppError::not_found("intake"))?;
    let report = api.read(caller, move |tx, ctx| intake::report(tx, ctx, id)).await?;
    Ok(HttpResponse::Ok().json(IntakeView::from(&report)))
}
