//! The one error of the application: a code and a sentence for the client, and a cause for the log alone.

use probatum_kernel::{Code, Coded, FieldFault};

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct AppError {
    /// The code, which decides the transport's status.
    pub code: Code,
    /// A sentence for the client, without inner details.
    pub detail: String,
    /// The wrong fields.
    pub fields: Vec<FieldFault>,
    /// What happened inside; for the log, never for the client.
    pub cause: Option<String>,
    /// The same job may succeed if run again (a serialization failure, a deadlock).
    pub transient: bool,
}

impl AppError {
    /// An error with this code and sentence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), fields: Vec::new(), cause: None, transient: false }
    }
    /// `what` does not exist, or not for this caller.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("No such {what}."))
    }
    /// One wrong field.
    pub fn invalid(field: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self::invalid_fields(vec![FieldFault::new(field, code, message)])
    }
    /// Several wrong fields.
    pub fn invalid_fields(fields: Vec<FieldFault>) -> Self {
        let detail =
            fields.iter().map(|f| format!("{}: {}", f.field, f.message)).collect::<Vec<_>>().join("; ");
        Self { fields, ..Self::new(Code::ValidationFailed, detail) }
    }
    /// Something of ours failed; the client learns only that.
    pub fn internal(cause: impl Into<String>) -> Self {
        let detail = "Something failed on our side; the log has it under the request id.";
        Self { cause: Some(cause.into()), ..Self::new(Code::Internal, detail) }
    }
    /// Not now: overloaded, starting or stopping.
    pub fn unavailable(cause: impl Into<String>) -> Self {
        let detail = "The registry cannot take this right now; nothing was changed. Try again.";
        Self { cause: Some(cause.into()), ..Self::new(Code::Unavailable, detail) }
    }
    /// A failure that running the job again may mend.
    pub fn transient(cause: impl Into<String>) -> Self {
        Self { transient: true, ..Self::unavailable(cause) }
    }
}

impl<E: Coded> From<E> for AppError {
    fn from(e: E) -> Self {
        if e.code() == Code::Internal {
            return Self::internal(e.to_string());
        }
        Self { fields: e.fields(), ..Self::new(e.code(), e.to_string()) }
    }
}
