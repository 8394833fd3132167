//! Every route, collected by utoipa as it is mounted: none is served undocumented.

mod actions;
mod agents;
mod agents_trust;
mod audit;
mod changes;
mod deadlines;
mod events;
mod evidence;
mod evidence_content;
mod exports;
mod facts;
mod feeds;
mod incidents;
mod intake;
mod playbooks;
mod reports;
mod reports_receipt;
mod signing;
mod simulation;
mod statistics;
mod system;
mod triage;
mod webhooks;

use crate::middleware::finish;
use crate::openapi;
use crate::problem::Problem;
use crate::state::Api;
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use probatum_application::AppError;
use probatum_compliance_export::ReportId;
use probatum_kernel::{AgentId, Code, EvidenceId, IncidentRef};
use std::str::FromStr;
use utoipa_actix_web::service_config::ServiceConfig;

/// The documented routes.
pub(crate) fn documented(cfg: &mut ServiceConfig<'_>) {
    cfg.service(incidents::create)
        .service(incidents::list)
        .service(incidents::get)
        .service(incidents::classification)
        .service(incidents::timeline)
        .service(changes::patch)
        .service(changes::put)
        .service(changes::delete)
        .service(facts::get)
        .service(facts::state)
        .service(facts::hold)
        .service(deadlines::of_incident)
        .service(deadlines::history)
        .service(deadlines::waive)
        .service(deadlines::waivers)
        .service(deadlines::withdraw)
        .service(deadlines::due)
        .service(signing::keys)
        .service(evidence::attach)
        .service(evidence::list)
        .service(evidence::get)
        .service(evidence_content::content)
        .service(evidence::append_custody)
        .service(evidence_content::verify)
        .service(feeds::osint)
        .service(feeds::email)
        .service(feeds::stix)
        .service(actions::add)
        .service(actions::use_playbook)
        .service(actions::list)
        .service(actions::inbox)
        .service(actions::catalogue)
        .service(actions::get)
        .service(actions::update)
        .service(actions::rollback)
        .service(agents::register)
        .service(agents::list)
        .service(agents::get)
        .service(agents::patch)
        .service(agents::history)
        .service(agents_trust::event)
        .service(agents_trust::quarantine)
        .service(agents_trust::restore)
        .service(agents_trust::authorize)
        .service(triage::judge)
        .service(triage::list)
        .service(intake::log)
        .service(intake::get)
        .service(intake::retry)
        .service(reports::export)
        .service(reports::list)
        .service(reports::get)
        .service(reports::bundle)
        .service(reports::retry)
        .service(reports_receipt::receipt)
        .service(playbooks::list)
        .service(playbooks::get)
        .service(statistics::figures)
        .service(statistics::map)
        .service(exports::as_csv)
        .service(exports::as_ndjson)
        .service(events::follow)
        .service(webhooks::create)
        .service(webhooks::list)
        .service(webhooks::get)
        .service(webhooks::delete)
        .service(webhooks::deliveries)
        .service(webhooks::redeliver)
        .service(webhooks::enable)
        .service(webhooks::rotate)
        .service(webhooks::test)
        .service(audit::list)
        .service(audit::checkpoint)
        .service(audit::proof)
        .service(simulation::incidents)
        .service(simulation::figures)
        .service(simulation::playbooks)
        .service(system::live)
        .service(system::ready)
        .service(system::metrics)
        .service(system::openapi_json);
}

/// Mounts everything: the documented routes, the explorer, and an answer in our shape for all else.
pub fn mount(cfg: &mut web::ServiceConfig, api: web::Data<Api>) {
    let mut scope = web::scope("").wrap(from_fn(finish)).app_data(api);
    scope = scope.configure(|cfg| documented(&mut ServiceConfig::new(cfg)));
    scope = scope.service(web::redirect("/explorer", "/explorer/")).service(openapi::explorer());
    cfg.service(scope.default_service(web::to(no_route)));
}

/// 405 with `Allow` for a path that has other methods, 404 for one that has none.
async fn no_route(req: HttpRequest) -> HttpResponse {
    let allowed = openapi::methods_of(req.path());
    if allowed.is_empty() {
        return Problem(AppError::not_found("resource")).error_response_for();
    }
    if req.method() == Method::OPTIONS {
        return HttpResponse::NoContent().insert_header((ALLOW, allowed.join(", "))).finish();
    }
    let detail = format!("{} is not a method of this resource; use {}.", req.method(), allowed.join(", "));
    let mut response = Problem(AppError::new(Code::MethodNotAllowed, detail)).error_response_for();
    if let Ok(value) = allowed.join(", ").parse() {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}

impl Problem {
    /// A response that remembers the problem, for the middleware to write.
    fn error_response_for(self) -> HttpResponse {
        debug_assert!(self.status_code().as_u16() >= 400);
        HttpResponse::from_error(self)
    }
}

/// An incident named in the path; what is no id names nothing.
fn incident_ref(text: &str) -> Result<IncidentRef, AppError> {
    IncidentRef::from_str(text).map_err(|_| AppError::not_found("incident"))
}

/// An item of evidence named in the path.
fn evidence_id(text: &str) -> Result<EvidenceId, AppError> {
    EvidenceId::from_str(text).map_err(|_| AppError::not_found("evidence"))
}

/// A report named in the path.
fn report_id(text: &str) -> Result<ReportId, AppError> {
    ReportId::from_str(text).map_err(|_| AppError::not_found("report"))
}

/// An agent named in the path. Its id is percent-decoded once, after the path was taken apart: it may hold a `/`.
fn agent_id(text: &str) -> Result<AgentId, AppError> {
    AgentId::from_str(text).map_err(|_| AppError::not_found("agent"))
}
