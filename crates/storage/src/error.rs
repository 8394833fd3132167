//! Database errors as the application knows them: what a retry may mend, what is overload, what is a fault of ours.

use diesel::result::{DatabaseErrorKind, Error};
use probatum_application::AppError;

/// What a job gets for a database error.
pub fn app_error(e: Error) -> AppError {
    match &e {
        Error::DatabaseError(kind, info) => match kind {
            DatabaseErrorKind::SerializationFailure => AppError::transient(e.to_string()),
            // Somebody else was faster, or deleted what this refers to: run again, the job sees what there is now.
            DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation => {
                AppError::transient(e.to_string())
            }
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                AppError::unavailable(e.to_string())
            }
            _ if is_passing(info.message()) => AppError::transient(e.to_string()),
            _ if is_trouble(info.message()) => AppError::unavailable(e.to_string()),
            _ => AppError::internal(e.to_string()),
        },
        Error::BrokenTransactionManager => AppError::unavailable(e.to_string()),
        _ => AppError::internal(e.to_string()),
    }
}

/// Diesel has no kind for these; the messages are SQLite's and PostgreSQL's own.
fn is_passing(message: &str) -> bool {
    message.contains("deadlock detected") || message.contains("database is locked")
}

fn is_trouble(message: &str) -> bool {
    [
        "canceling statement due to",
        "too many clients",
        "recovery mode",
        "disk is full",
        "disk I/O error",
        "No space left",
        "terminating connection",
        "shutting down",
        "starting up",
    ]
    .iter()
    .any(|m| message.contains(m))
}

/// Shorthand for queries.
pub trait OrApp<T> {
    /// The error as the application knows it.
    fn app(self) -> Result<T, AppError>;
}

impl<T> OrApp<T> for Result<T, Error> {
    fn app(self) -> Result<T, AppError> {
        self.map_err(app_error)
    }
}

/// A value no writer of ours has written.
pub fn damaged(column: &str, value: &str) -> AppError {
    AppError::internal(format!("column {column} holds {value}"))
}
