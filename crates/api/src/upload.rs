//! Uploads: a form streamed into the blob store piece by piece, hashed on the way, in constant memory.

use crate::body::{Body, parse, stalled};
use crate::problem::Problem;
use crate::state::Api;
use actix_multipart::{Field, Multipart};
use actix_web::HttpRequest;
use bytes::BytesMut;
use futures_util::StreamExt;
use probatum_application::ports::{Blob, Upload};
use probatum_application::use_cases::evidence::Received;
use probatum_application::{AppError, RequestKey};
use probatum_evidence::Stored;
use probatum_kernel::Code;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::time::Duration;
use validator::Validate;

/// Longest text part of a form.
const MAX_PART: usize = 256 * 1024;
/// Most parts of a form.
const MAX_PARTS: usize = 40;

/// A form read to its end.
pub struct Form<C> {
    /// What is claimed about the content.
    pub cmd: C,
    /// The content, in the blob store.
    pub received: Received,
    /// The idempotency key.
    pub key: Option<RequestKey>,
}

struct FilePart {
    upload: Box<dyn Upload>,
    media_type: String,
    file_name: String,
}

/// How long an upload may take in all.
const WHOLE_UPLOAD: Duration = Duration::from_secs(4 * 60 * 60);

/// Reads a form whose texts `check` makes a command of. Whatever goes wrong, nothing of it is kept.
pub async fn receive<T: DeserializeOwned + Validate, C>(
    api: &Api,
    req: &HttpRequest,
    mut body: Body,
    check: impl Fn(T) -> Result<C, AppError>,
) -> Result<Form<C>, Problem> {
    let key_of = body.key_maker();
    let mut form = Multipart::new(req.headers(), body.take_payload());
    let mut fields = Map::new();
    let mut file: Option<FilePart> = None;
    let read = tokio::time::timeout(WHOLE_UPLOAD, read_parts(api, &mut form, &mut fields, &mut file)).await;
    let read = read.unwrap_or_else(|_| Err(stalled()));
    let cmd = match read.and_then(|()| command(&fields, check)) {
        Ok(cmd) => cmd,
        Err(e) => return Err(give_up(file, e).await),
    };
    let Some(FilePart { upload, media_type, file_name }) = file else {
        return Err(AppError::invalid("file", "required", "send the content as the part 'file'").into());
    };
    let Blob { key: place, size, hash } = upload.finish().await?;
    if size == 0 {
        api.blobs.delete(place).await?;
        return Err(AppError::invalid("file", "empty", "has no content; nothing is proven by nothing").into());
    }
    let content = format!("{}\n{hash}", Value::Object(fields));
    let stored = Stored { size, media_type, file_name, key: place };
    match key_of(content.as_bytes()) {
        Ok(key) => Ok(Form { cmd, received: Received { stored, hash }, key }),
        Err(e) => {
            api.blobs.delete(stored.key).await?;
            Err(e)
        }
    }
}

async fn give_up(file: Option<FilePart>, e: AppError) -> Problem {
    if let Some(file) = file
        && let Err(left) = file.upload.abort().await
    {
        tracing::warn!(
            cause = left.cause.as_deref().unwrap_or_default(),
            "an upload given up was not cleaned away"
        );
    }
    e.into()
}

async fn read_parts(
    api: &Api,
    form: &mut Multipart,
    fields: &mut Map<String, Value>,
    file: &mut Option<FilePart>,
) -> Result<(), AppError> {
    let mut parts = 0usize;
    loop {
        let next =
            tokio::time::timeout(api.settings.body_timeout, form.next()).await.map_err(|_| stalled())?;
        let Some(part) = next else { return Ok(()) };
        let part = part.map_err(malformed)?;
        parts = parts.saturating_add(1);
        if parts > MAX_PARTS {
            return Err(AppError::invalid(
                "form",
                "too_many",
                format!("a form has at most {MAX_PARTS} parts"),
            ));
        }
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            if file.is_some() {
                return Err(AppError::invalid("file", "repeated", "may be sent once"));
            }
            let begun = FilePart {
                upload: api.blobs.begin().await?,
                media_type: media_type(&part),
                file_name: file_name(&part),
            };
            store(api, part, file.insert(begun)).await?;
        } else {
            let value = text(api, part).await?;
            if fields.insert(name.clone(), typed(&name, value)).is_some() {
                return Err(AppError::invalid(&name, "repeated", "may be sent once"));
            }
        }
    }
}

async fn store(api: &Api, mut part: Field, file: &mut FilePart) -> Result<(), AppError> {
    let mut size = 0u64;
    loop {
        let next =
            tokio::time::timeout(api.settings.body_timeout, part.next()).await.map_err(|_| stalled())?;
        let Some(chunk) = next else { return Ok(()) };
        let chunk = chunk.map_err(malformed)?;
        size = size.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if size > api.settings.max_upload {
            let detail = format!("Evidence may have at most {} bytes.", api.settings.max_upload);
            return Err(AppError::new(Code::PayloadTooLarge, detail));
        }
        file.upload.write(chunk).await?;
    }
}

async fn text(api: &Api, mut part: Field) -> Result<String, AppError> {
    let mut bytes = BytesMut::new();
    loop {
        let next =
            tokio::time::timeout(api.settings.body_timeout, part.next()).await.map_err(|_| stalled())?;
        let Some(chunk) = next else { break };
        let chunk = chunk.map_err(malformed)?;
        if bytes.len().saturating_add(chunk.len()) > MAX_PART {
            let detail = format!("A text part of a form may have at most {MAX_PART} bytes.");
            return Err(AppError::new(Code::PayloadTooLarge, detail));
        }
        bytes.extend_from_slice(&chunk);
    }
    let name = part.name().unwrap_or_default();
    String::from_utf8(bytes.to_vec()).map_err(|_| AppError::invalid(name, "invalid", "must be UTF-8 text"))
}

fn malformed(e: actix_multipart::MultipartError) -> AppError {
    let detail = "The form could not be read to its end; send multipart/form-data with a boundary.";
    AppError { cause: Some(e.to_string()), ..AppError::new(Code::ValidationFailed, detail) }
}

/// A form has only texts; those that stand for something else in JSON are read as that.
fn typed(name: &str, text: String) -> Value {
    match name {
        "confidence" | "chain_of_custody" => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        _ => Value::String(text),
    }
}

fn command<T: DeserializeOwned + Validate, C>(
    fields: &Map<String, Value>,
    check: impl Fn(T) -> Result<C, AppError>,
) -> Result<C, AppError> {
    let bytes = serde_json::to_vec(fields).map_err(|e| AppError::internal(e.to_string()))?;
    parse(&bytes, check)
}

fn media_type(part: &Field) -> String {
    let given = part.content_type().map(|m| m.essence_str().to_owned()).filter(|m| m.len() <= 127);
    given.unwrap_or_else(|| "application/octet-stream".to_owned())
}

/// The name the client gave, without folders, controls, and marks that turn the direction of reading.
fn file_name(part: &Field) -> String {
    let given = part.content_disposition().and_then(|d| d.get_filename()).unwrap_or_default();
    let name = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let turning =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain = name.chars().filter(|c| !c.is_control() && !turning(*c));
    let name: String = plain.take(probatum_evidence::MAX_FILE_NAME).collect();
    if name.trim().is_empty() { "evidence.bin".to_owned() } else { name }
}
