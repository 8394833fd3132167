//! Errors on the wire: RFC 9457 problem details with the source document's members kept (CONTRACT §1).

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use probatum_application::AppError;
use probatum_kernel::{Code, FieldFault, Kind};
use serde::Serialize;
use utoipa::ToSchema;

/// What a handler fails with. The middleware, which knows the request, writes the body.
#[derive(Debug)]
pub struct Problem(pub AppError);

impl<E: Into<AppError>> From<E> for Problem {
    fn from(e: E) -> Self {
        Self(e.into())
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        status_of(self.0.code.kind())
    }
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// The one table from kinds of errors to statuses.
pub fn status_of(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        Kind::Timeout => StatusCode::REQUEST_TIMEOUT,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Gone => StatusCode::GONE,
        Kind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::Doctrine => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The code for a status that no use case chose (a bad path, a broken transfer).
pub fn code_of(status: StatusCode) -> Code {
    match status {
        StatusCode::UNAUTHORIZED => Code::Unauthenticated,
        StatusCode::FORBIDDEN => Code::Forbidden,
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::NOT_ACCEPTABLE => Code::NotAcceptable,
        StatusCode::REQUEST_TIMEOUT => Code::RequestTimeout,
        StatusCode::PAYLOAD_TOO_LARGE => Code::PayloadTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
        s if s.is_client_error() => Code::ValidationFailed,
        _ => Code::Internal,
    }
}

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem, example = json!({
    "error": "evidence_required",
    "detail": "Closure requires a response_action with a validation_ref (remediation evidence).",
    "type": "urn:probatum:problem:evidence_required", "title": "Unprocessable Entity", "status": 422,
    "instance": "/api/incidents/INC-2026-0042", "request_id": "0198f1c2-…"
}))]
pub struct ProblemBody<'a> {
    /// The code: a word clients can rely on.
    pub error: &'a str,
    /// A sentence that says what is wrong and, where there is one, the remedy.
    pub detail: &'a str,
    /// A URI for the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: &'a str,
    /// The status.
    pub status: u16,
    /// The path asked for.
    pub instance: &'a str,
    /// The request id, under which the log has more.
    pub request_id: &'a str,
    /// Every wrong field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldProblem<'a>>,
}

/// One wrong field.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldProblem)]
pub struct FieldProblem<'a> {
    /// Its path in body or query.
    pub field: &'a str,
    /// A short word.
    pub code: &'a str,
    /// What would be right.
    pub message: &'a str,
}

impl<'a> ProblemBody<'a> {
    /// The body for an error of a request.
    pub fn new(e: &'a AppError, status: StatusCode, instance: &'a str, request_id: &'a str) -> Self {
        let error = e.code.as_str();
        Self {
            error,
            detail: &e.detail,
            kind: format!("urn:probatum:problem:{error}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            instance,
            request_id,
            errors: e.fields.iter().map(FieldProblem::from).collect(),
        }
    }
}

impl<'a> From<&'a FieldFault> for FieldProblem<'a> {
    fn from(f: &'a FieldFault) -> Self {
        Self { field: &f.field, code: f.code, message: &f.message }
    }
}
