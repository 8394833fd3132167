//! What every request passes: a request id, the measure, the log line, and errors in their one shape.

use crate::problem::{Problem, ProblemBody, code_of};
use crate::state::Api;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, web};
use probatum_application::AppError;
use probatum_kernel::Code;
use std::time::Instant;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The request id, kept with the request.
#[derive(Debug, Clone)]
struct RequestId(String);

/// The id this request goes by.
pub fn request_id(req: &HttpRequest) -> String {
    req.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// An id the client sent is kept, if it is 1 to 128 visible ASCII characters.
fn adopt_or_make(sent: Option<&HeaderValue>) -> String {
    let sent = sent.and_then(|v| v.to_str().ok());
    match sent.filter(|id| (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())) {
        Some(id) => id.to_owned(),
        None => uuid::Uuid::new_v4().to_string(),
    }
}

/// Wraps the whole application.
pub async fn finish(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = adopt_or_make(req.headers().get(&X_REQUEST_ID));
    req.extensions_mut().insert(RequestId(id.clone()));
    let api = req.app_data::<web::Data<Api>>().cloned();
    if req.method() == Method::HEAD {
        // HEAD is GET without its body (RFC 9110 §9.3.2); the connection knows not to send one.
        req.head_mut().method = Method::GET;
    }
    let refused = if acceptable(&req) { None } else { Some(Problem(not_acceptable())) };
    let mut res = match refused {
        Some(problem) => req.into_response(HttpResponse::from_error(problem)),
        None => next.call(req).await?.map_into_boxed_body(),
    };
    if res.status().is_client_error() || res.status().is_server_error() {
        res = as_problem(res, &id);
    }
    let is_api = res.request().path().starts_with("/api/");
    let headers = res.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(X_REQUEST_ID, value);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_api {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let (status, took) = (res.status().as_u16(), started.elapsed());
    let route = res.request().match_pattern().unwrap_or_else(|| "unknown".to_owned());
    if let Some(api) = api {
        api.metrics.request(res.request().method().as_str(), &route, status, took);
    }
    tracing::debug!(request_id = %id, method = %res.request().method(), route, status, micros = took.as_micros(), "request");
    Ok(res)
}

/// JSON is what the API speaks, `application/cacao+json` and `application/problem+json` included; evidence content is
/// whatever it is, and an export what its name says.
fn acceptable(req: &ServiceRequest) -> bool {
    let other = ["/content", "/incidents.csv", "/incidents.ndjson"];
    if !req.path().starts_with("/api/") || other.iter().any(|end| req.path().ends_with(end)) {
        return true;
    }
    let mut lines = req.headers().get_all(ACCEPT).peekable();
    if lines.peek().is_none() {
        return true;
    }
    let ranges: Vec<String> = lines.map(|line| line.to_str().unwrap_or("*/*").to_ascii_lowercase()).collect();
    ranges.iter().flat_map(|line| line.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default();
        let json = matches!(media, "" | "*/*" | "application/*" | "application/json");
        (json || media.ends_with("+json"))
            && !parts.any(|p| matches!(p, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn not_acceptable() -> AppError {
    AppError::new(Code::NotAcceptable, "The API answers in JSON; accept application/json.")
}

/// Writes the one error body, whoever made the error.
fn as_problem(res: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
    let status = res.status();
    let error = res.response().error().and_then(|e| e.as_error::<Problem>());
    let made;
    let error = match error {
        Some(problem) => &problem.0,
        None => {
            made = from_framework(status, &res);
            &made
        }
    };
    if status.is_server_error() {
        let cause = error.cause.as_deref().unwrap_or_default();
        tracing::error!(request_id = %id, code = %error.code, cause, "request failed");
    }
    let body =
        serde_json::to_vec(&ProblemBody::new(error, status, res.request().path(), id)).unwrap_or_default();
    let later = match status {
        StatusCode::SERVICE_UNAVAILABLE => Some("1"),
        // A delivery of many events takes about that long to be worked through.
        StatusCode::TOO_MANY_REQUESTS => Some("2"),
        _ => None,
    };
    let mut res = res.map_body(|_, _| BoxBody::new(body));
    let headers = res.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"probatum\""));
    }
    if let Some(seconds) = later {
        headers.insert(RETRY_AFTER, HeaderValue::from_static(seconds));
    }
    res
}

/// An error the framework made: a bad path, a broken transfer.
fn from_framework(status: StatusCode, res: &ServiceResponse<BoxBody>) -> AppError {
    let code = code_of(status);
    let mut error = AppError::new(
        code,
        match code {
            Code::NotFound => "No such resource.",
            Code::Internal => "Something failed on our side; the log has it under the request id.",
            _ => "The request could not be understood.",
        },
    );
    error.cause = res.response().error().map(ToString::to_string);
    error
}
