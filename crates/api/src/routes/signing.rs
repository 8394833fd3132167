//! The public keys that reports and heads of the audit log are signed with.

use crate::caller::{Caller, may};
use crate::dto::signing::SigningKeysView;
use crate::problem::Problem;
use crate::query;
use crate::state::Api;
use actix_web::{HttpRequest, HttpResponse, get, web};
use probatum_application::AppError;
use probatum_application::ports::{Answered, Signer};

impl Api {
    /// Asks the signer on a thread where it may wait for a file.
    pub async fn signer<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn Signer) -> Answered<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let signer = self.signer.clone();
        let asked = web::block(move || ask(signer.as_ref())).await;
        Ok(asked.map_err(|e| AppError::unavailable(e.to_string()))??)
    }
}

/// The public keys of the registry
///
/// The Ed25519 key that signs now, and those that did, the latest first: what they signed stays good. Save the answer to a
/// file, over a connection you trust, and check a bundle with `probatum bundle verify FILE --key KEYS.json`. Takes the
/// role viewer.
#[utoipa::path(operation_id = "listSigningKeys",
    tag = "reports",
    responses((status = 200, description = "The keys.", body = SigningKeysView))
)]
#[get("/api/reports/keys")]
pub async fn keys(
    api: web::Data<Api>,
    _caller: Caller<may::ReadIncidents>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    query::nothing(req.query_string())?;
    let keys = api.signer(|signer| signer.keys()).await?;
    Ok(HttpResponse::Ok().json(SigningKeysView::from(keys)))
}
