//! The machine contract: generated from the routes, with what holds for every operation added in one place.

use crate::problem::{FieldProblem, ProblemBody};
use crate::routes;
use actix_web::http::StatusCode;
use std::sync::LazyLock;
use utoipa::OpenApi as _;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, OpenApi, PathItem, Ref, RefOr, ResponseBuilder};
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::{Config, SwaggerUi};

const ABOUT: &str = "An evidence-first registry for cyber and AI incidents. *Claim ≤ proof*: a report enters as a \
`gap`; evidence with a chain of custody raises it; only then can it get a priority and a deadline; it closes only on \
proof that the remedy works.\n\nTimes are RFC 3339 UTC. Every error is `application/problem+json` with a stable code in \
`error`. Every response carries `x-request-id`. Writes take an `Idempotency-Key`.";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Probatum", description = ABOUT, license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT")),
    tags(
        (name = "incidents", description = "The registry: reports, alerts, classification, timelines."),
        (name = "evidence", description = "Evidence with chains of custody."),
        (name = "actions", description = "Response steps and their proof."),
        (name = "agents", description = "AI agents: their trust, their tools, quarantine and the way back."),
        (name = "triage", description = "What an engine makes of an alert: a claim with its reasons, and every run of it."),
        (name = "intake", description = "What machines and feeds deliver: durable once it is taken, then worked through."),
        (name = "deadlines", description = "What has to be reported when, the facts it depends on, and decisions about it."),
        (name = "reports", description = "Reports to authorities: signed bundles, their delivery, what proves it, and the keys."),
        (name = "playbooks", description = "What to do about which incident, as CACAO 2.0."),
        (name = "statistics", description = "Figures and the map, at a cost that does not grow with the records."),
        (name = "exports", description = "What a list finds, as a file."),
        (name = "events", description = "What happens, as it happens: a stream, and signed webhooks."),
        (name = "audit", description = "The append-only log and proofs about it."),
        (name = "simulation", description = "The same shapes on invented data, without credentials."),
        (name = "system", description = "Health, metrics, this document.")
    ),
    components(schemas(ProblemBody<'static>, FieldProblem<'static>))
)]
struct About;

static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(build);
static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = DOCUMENT.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
});

/// The document.
pub fn openapi() -> &'static OpenApi {
    &DOCUMENT
}

/// The document as it is served and committed.
pub fn openapi_json() -> &'static str {
    &TEXT
}

fn build() -> OpenApi {
    let app = actix_web::App::new().into_utoipa_app().openapi(About::openapi());
    let (_, mut document) = app.configure(routes::documented).split_for_parts();
    let about = About::openapi();
    document.info = about.info;
    document.tags = about.tags;
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("tw_<id>_<secret>").build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let service = ApiKey::Header(ApiKeyValue::new("x-konsult-secret"));
    components.add_security_scheme("service_key", SecurityScheme::ApiKey(service));
    for (path, item) in &mut document.paths.paths {
        let public = is_public(path);
        for (method, operation) in operations_mut(item) {
            common(operation, method, path, public);
        }
    }
    document
}

/// What takes no credentials (CONTRACT §2).
fn is_public(path: &str) -> bool {
    path.starts_with("/health/") || path.starts_with("/api/ip3/") || path == "/openapi.json"
}

fn operations_mut(item: &mut PathItem) -> Vec<(&'static str, &mut Operation)> {
    let all = [
        ("GET", &mut item.get),
        ("PUT", &mut item.put),
        ("POST", &mut item.post),
        ("DELETE", &mut item.delete),
        ("PATCH", &mut item.patch),
    ];
    all.into_iter().filter_map(|(method, op)| op.as_mut().map(|op| (method, op))).collect()
}

/// Security and the problem responses, the same for all.
fn common(operation: &mut Operation, method: &str, path: &str, public: bool) {
    let none: [&str; 0] = [];
    operation.security = Some(if public {
        vec![]
    } else {
        vec![SecurityRequirement::new("bearer", none), SecurityRequirement::new("service_key", none)]
    });
    let mut statuses = vec![StatusCode::INTERNAL_SERVER_ERROR, StatusCode::SERVICE_UNAVAILABLE];
    if !public {
        statuses.extend([StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN]);
    }
    if !public || path.starts_with("/api/") {
        statuses.extend([StatusCode::BAD_REQUEST, StatusCode::NOT_ACCEPTABLE]);
    }
    if path.contains('{') {
        statuses.push(StatusCode::NOT_FOUND);
    }
    if method == "POST" {
        statuses.push(StatusCode::CONFLICT);
    }
    if operation.request_body.is_some() {
        statuses.extend([StatusCode::REQUEST_TIMEOUT, StatusCode::CONFLICT, StatusCode::PAYLOAD_TOO_LARGE]);
        statuses.extend([StatusCode::UNSUPPORTED_MEDIA_TYPE, StatusCode::UNPROCESSABLE_ENTITY]);
    }
    let takes = |header: &str| {
        operation.parameters.iter().flatten().any(|p| matches!(p, RefOr::T(p) if p.name == header))
    };
    if takes("If-Match") {
        statuses.extend([StatusCode::PRECONDITION_FAILED, StatusCode::CONFLICT]);
    }
    if takes("Idempotency-Key") {
        // The key was used for another request. What it belongs to is known once the body is read, empty as it may be.
        statuses.extend([StatusCode::UNPROCESSABLE_ENTITY, StatusCode::REQUEST_TIMEOUT]);
        statuses.push(StatusCode::PAYLOAD_TOO_LARGE);
    }
    for status in statuses {
        let reason = status.canonical_reason().unwrap_or("Error");
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response =
            ResponseBuilder::new().description(reason).content("application/problem+json", content);
        let problem = RefOr::T(response.build());
        operation.responses.responses.entry(status.as_str().to_owned()).or_insert(problem);
    }
}

/// The methods a path has, by the document itself.
pub fn methods_of(path: &str) -> Vec<&'static str> {
    let fits = |template: &str| {
        let (mut a, mut b) = (template.split('/'), path.split('/'));
        loop {
            match (a.next(), b.next()) {
                (None, None) => return true,
                (Some(t), Some(p)) if t == p || (t.starts_with('{') && !p.is_empty()) => {}
                _ => return false,
            }
        }
    };
    // A path that is spelled out hides the templates it would fit as well.
    if let Some(item) = DOCUMENT.paths.paths.get(path).filter(|_| !path.contains('{')) {
        return methods(item);
    }
    let items = DOCUMENT.paths.paths.iter().filter(|(template, _)| fits(template));
    let mut methods: Vec<_> = items.flat_map(|(_, item)| methods(item)).collect();
    methods.sort_unstable();
    methods
}

fn methods(item: &PathItem) -> Vec<&'static str> {
    let all = [
        ("GET", item.get.is_some()),
        ("PUT", item.put.is_some()),
        ("POST", item.post.is_some()),
        ("DELETE", item.delete.is_some()),
        ("PATCH", item.patch.is_some()),
    ];
    all.into_iter().filter(|(_, there)| *there).map(|(method, _)| method).collect()
}

/// The explorer: every asset is in this program, nothing is asked of the outside.
pub fn explorer() -> SwaggerUi {
    let config = Config::from("/openapi.json").validator_url("none").try_it_out_enabled(true);
    SwaggerUi::new("/explorer/{_:.*}").config(config)
}
