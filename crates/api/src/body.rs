//! Request bodies: read late (after the caller is known), within limits, with every wrong field named at once.

use crate::problem::Problem;
use crate::state::Api;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::{FromRequest, HttpRequest, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use probatum_application::{AppError, RequestKey};
use probatum_kernel::{Code, FieldFault};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::future::{Ready, ready};
use std::time::Duration;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

/// Largest JSON body.
const MAX_JSON: usize = 1024 * 1024;
/// Deepest JSON nesting.
const MAX_DEPTH: usize = 64;

/// How long a JSON body may take in all, however busily it trickles.
const WHOLE_BODY: Duration = Duration::from_secs(60);
/// How many wrong fields are named; a body with more is mended in rounds.
const MAX_FAULTS: usize = 20;

/// A body not read yet, and what is needed to read it.
pub struct Body {
    payload: Payload,
    media_type: String,
    timeout: Duration,
    method: String,
    path: String,
    key: Option<String>,
}

impl FromRequest for Body {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let timeout = req.app_data::<web::Data<Api>>().map(|a| a.settings.body_timeout);
        ready(header(req, "idempotency-key").and_then(|key| {
            if header(req, CONTENT_ENCODING.as_str())?.is_some_and(|e| !e.eq_ignore_ascii_case("identity")) {
                let detail = "The body is encoded; send it without Content-Encoding.";
                return Err(AppError::new(Code::UnsupportedMediaType, detail).into());
            }
            let media_type = header(req, CONTENT_TYPE.as_str())?.unwrap_or_default().to_ascii_lowercase();
            Ok(Self {
                payload: payload.take(),
                media_type,
                timeout: timeout.unwrap_or(Duration::from_secs(20)),
                method: req.method().to_string(),
                path: req.path().to_owned(),
                key,
            })
        }))
    }
}

/// A header that may be sent once, as text. One that cannot be read is an error, not an absence: a key that is
/// overlooked would make a repetition a second change.
fn header(req: &HttpRequest, name: &str) -> Result<Option<String>, Problem> {
    let mut lines = req.headers().get_all(name);
    let (first, more) = (lines.next(), lines.next());
    match (first.map(|v| v.to_str()), more) {
        (None, _) => Ok(None),
        (Some(Ok(text)), None) => Ok(Some(text.to_owned())),
        _ => Err(AppError::invalid(name, "invalid", "must be sent once, in visible ASCII characters").into()),
    }
}

impl Body {
    /// Whether a form with a file was sent.
    pub fn is_multipart(&self) -> bool {
        self.media_type.starts_with("multipart/form-data")
    }

    /// The media type sent, without parameters; empty if none was.
    pub fn essence(&self) -> &str {
        self.media_type.split(';').next().unwrap_or_default().trim()
    }

    /// The parts of a form.
    pub fn take_payload(&mut self) -> Payload {
        Payload::take(&mut self.payload)
    }

    /// Makes the idempotency key once the content is known.
    pub fn key_maker(&self) -> impl Fn(&[u8]) -> Result<Option<RequestKey>, Problem> + use<> {
        let (key, method, path) = (self.key.clone(), self.method.clone(), self.path.clone());
        move |content| {
            let key = key.as_deref().map(|key| RequestKey::new(key, &method, &path, content));
            Ok(key.transpose()?)
        }
    }

    /// Reads a JSON body and its idempotency key.
    pub async fn json<T: DeserializeOwned + Validate>(self) -> Result<(T, Option<RequestKey>), Problem> {
        self.json_checked(Ok).await
    }

    /// Reads a JSON body and its idempotency key; `null`, or no body at all, is an empty object.
    pub async fn json_or_nothing<T: DeserializeOwned + Validate>(
        self,
    ) -> Result<(T, Option<RequestKey>), Problem> {
        self.json_or_nothing_checked(Ok).await
    }

    /// The same for a body that `check` makes a command of.
    pub async fn json_or_nothing_checked<T: DeserializeOwned + Validate, V>(
        mut self,
        check: impl Fn(T) -> Result<V, AppError>,
    ) -> Result<(V, Option<RequestKey>), Problem> {
        self.of_json()?;
        let bytes = self.read().await?;
        let key = self.key_maker()(&bytes)?;
        let nothing = matches!(bytes.trim_ascii(), b"" | b"null");
        let object: &[u8] = if nothing { b"{}" } else { &bytes };
        Ok((parse(object, check)?, key))
    }

    /// Reads a JSON body that `check` makes a command of; what `check` refuses is named along with what cannot be read.
    pub async fn json_checked<T: DeserializeOwned + Validate, V>(
        mut self,
        check: impl Fn(T) -> Result<V, AppError>,
    ) -> Result<(V, Option<RequestKey>), Problem> {
        self.of_json()?;
        let bytes = self.read().await?;
        let key = self.key_maker()(&bytes)?;
        Ok((parse(&bytes, check)?, key))
    }

    fn of_json(&self) -> Result<(), Problem> {
        let essence = self.essence();
        if !essence.is_empty() && essence != "application/json" && !essence.ends_with("+json") {
            let detail = format!("The body is '{essence}'; send JSON with Content-Type: application/json.");
            return Err(AppError::new(Code::UnsupportedMediaType, detail).into());
        }
        Ok(())
    }

    /// The idempotency key of a request whose body does not matter.
    pub async fn empty(mut self) -> Result<Option<RequestKey>, Problem> {
        let bytes = self.read().await?;
        self.key_maker()(&bytes)
    }

    async fn read(&mut self) -> Result<Bytes, Problem> {
        let mut bytes = BytesMut::new();
        let deadline = tokio::time::Instant::now() + WHOLE_BODY;
        loop {
            let next = tokio::time::timeout(self.timeout, self.payload.next());
            let next = tokio::time::timeout_at(deadline, next).await.map_err(|_| stalled())?;
            let Some(chunk) = next.map_err(|_| stalled())? else { return Ok(bytes.freeze()) };
            let chunk = chunk.map_err(|e| {
                let detail = "The body could not be read to its end.";
                AppError { cause: Some(e.to_string()), ..AppError::new(Code::MalformedJson, detail) }
            })?;
            if bytes.len().saturating_add(chunk.len()) > MAX_JSON {
                let detail = format!("A JSON body may have at most {MAX_JSON} bytes.");
                return Err(AppError::new(Code::PayloadTooLarge, detail).into());
            }
            bytes.extend_from_slice(&chunk);
        }
    }
}

/// The error for a body that stopped coming.
pub fn stalled() -> AppError {
    AppError::new(
        Code::RequestTimeout,
        "The body stopped coming; nothing was changed. Send the request again.",
    )
}

/// Reads a JSON object into `T`, checks its shape, and makes a command of it; names every wrong field.
pub fn parse<T: DeserializeOwned + Validate, V>(
    bytes: &[u8],
    check: impl Fn(T) -> Result<V, AppError>,
) -> Result<V, AppError> {
    if depth(bytes) > MAX_DEPTH {
        let detail = format!("The JSON is nested more than {MAX_DEPTH} levels deep.");
        return Err(AppError::new(Code::MalformedJson, detail));
    }
    // To serde an array is an object without names; to clients it is not.
    let object = bytes.trim_ascii_start().starts_with(b"{");
    match serde_json::from_slice::<T>(bytes) {
        Ok(value) if object => checked(value, Vec::new(), check),
        _ => explain(bytes, check),
    }
}

/// The slow way, taken only when something is wrong: one wrong field after the other is named and taken out.
fn explain<T: DeserializeOwned + Validate, V>(
    bytes: &[u8],
    check: impl Fn(T) -> Result<V, AppError>,
) -> Result<V, AppError> {
    let mut value: Value = serde_json::from_slice(bytes).map_err(|e| {
        let at = format!("line {}, column {}", e.line(), e.column());
        AppError::new(Code::MalformedJson, format!("The body is not valid JSON ({at})."))
    })?;
    if !value.is_object() {
        return Err(AppError::new(Code::MalformedJson, "The body must be a JSON object."));
    }
    let mut faults = Vec::new();
    loop {
        match serde_path_to_error::deserialize::<_, T>(&value) {
            // Readable now, though not as it was sent: a member given twice, which only the text shows.
            Ok(value) if faults.is_empty() => {
                let detail = "The body names a member more than once.";
                return checked(value, Vec::new(), check)
                    .and(Err(AppError::new(Code::MalformedJson, detail)));
            }
            Ok(value) => return checked(value, faults, check),
            Err(e) => {
                faults.push(fault_of(&e, &mut value));
                if faults.len() >= MAX_FAULTS || value.as_object().is_none_or(Map::is_empty) {
                    return Err(faulty(faults));
                }
            }
        }
    }
}

/// Names the field an error is about and takes it out of the body.
fn fault_of(e: &serde_path_to_error::Error<serde_json::Error>, body: &mut Value) -> FieldFault {
    // The message may quote what was sent; nobody needs a megabyte of it back.
    let message: String = e.inner().to_string().chars().take(500).collect();
    let path = e.path().to_string();
    let unknown =
        message.strip_prefix("unknown field `").and_then(|m| m.split_once('`')).map(|(name, _)| name);
    let mut empty = Map::new();
    let map = body.as_object_mut().unwrap_or(&mut empty);
    let top = path.split(['.', '[']).next().unwrap_or_default();
    // The path of an unknown member is that of the member, or of the object it stands in ("." at the top).
    let (member, field) = match unknown {
        Some(name) if map.contains_key(name) && (path == "." || path == name) => (name, name.to_owned()),
        _ => (top, path.clone()),
    };
    if map.remove(member).is_none() {
        // Nothing to take out: end the loop with what was found.
        map.clear();
    }
    let code = if unknown.is_some() { "unknown" } else { "invalid" };
    FieldFault::new(field, code, message)
}

fn checked<T: Validate, V>(
    value: T,
    mut faults: Vec<FieldFault>,
    check: impl Fn(T) -> Result<V, AppError>,
) -> Result<V, AppError> {
    let taken_out: Vec<String> = faults.iter().map(|f| f.field.clone()).collect();
    if let Err(errors) = value.validate() {
        collect(&mut faults, "", &errors);
    }
    let command = match check(value) {
        // What is wrong with no field in particular is told only once every field is right.
        Err(e) if e.fields.is_empty() && faults.is_empty() => return Err(e),
        Err(e) => {
            let known: Vec<String> = faults.iter().map(|f| f.field.clone()).collect();
            faults.extend(e.fields.into_iter().filter(|f| !known.contains(&f.field)));
            None
        }
        Ok(command) => Some(command),
    };
    // A field found unreadable was taken out; that it is now missing is no second fault.
    faults.retain(|f| f.code != "required" || !taken_out.contains(&f.field));
    match command {
        Some(command) if faults.is_empty() => Ok(command),
        _ => Err(faulty(faults)),
    }
}

fn faulty(faults: Vec<FieldFault>) -> AppError {
    let only_unknown = faults.iter().all(|f| f.code == "unknown");
    let error = AppError::invalid_fields(faults);
    if only_unknown { AppError { code: Code::UnknownField, ..error } } else { error }
}

fn collect(faults: &mut Vec<FieldFault>, prefix: &str, errors: &ValidationErrors) {
    let mut fields: Vec<_> = errors.errors().iter().collect();
    fields.sort_by(|a, b| a.0.cmp(b.0));
    for (name, kind) in fields {
        let path = if prefix.is_empty() { name.to_string() } else { format!("{prefix}.{name}") };
        match kind {
            ValidationErrorsKind::Field(list) => {
                for e in list {
                    let (code, message) = worded(e);
                    faults.push(FieldFault::new(path.clone(), code, message));
                }
            }
            ValidationErrorsKind::Struct(inner) => collect(faults, &path, inner),
            ValidationErrorsKind::List(items) => {
                for (i, inner) in items {
                    collect(faults, &format!("{path}[{i}]"), inner);
                }
            }
        }
    }
}

fn worded(e: &validator::ValidationError) -> (&'static str, String) {
    let param = |name: &str| e.params.get(name).map(ToString::to_string);
    match (e.code.as_ref(), param("min"), param("max")) {
        ("required", _, _) => ("required", "is required".to_owned()),
        ("length", _, Some(max)) => ("too_long", format!("must have 1 to {max} characters or items")),
        ("range", Some(min), Some(max)) => ("out_of_range", format!("must be {min} to {max}")),
        (_, _, _) => {
            ("invalid", e.message.as_ref().map_or_else(|| "is not valid".to_owned(), ToString::to_string))
        }
    }
}

/// How deep brackets nest, strings aside. Cheap, and before any parser recurses.
fn depth(bytes: &[u8]) -> usize {
    let (mut deepest, mut now, mut text, mut escaped) = (0usize, 0usize, false, false);
    for byte in bytes {
        match (text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => text = !text,
            (false, b'{' | b'[') => {
                now = now.saturating_add(1);
                deepest = deepest.max(now);
            }
            (false, b'}' | b']') => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_of_strings() {
        assert_eq!(depth(br#"{"a":[{"b":"]]]\"[["}]}"#), 3);
        assert_eq!(depth(b"1"), 0);
        assert_eq!(depth(&[b'['; 500]), 500);
    }
}
