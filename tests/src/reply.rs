//! An answer, and what a test may demand of it; a failed demand prints the whole answer.

use serde_json::Value;
use std::path::{Path, PathBuf};
use ureq::Body;
use ureq::http::{HeaderMap, Response};

/// The members of a problem, apart from `errors`, which only some have.
const PROBLEM_MEMBERS: &[&str] = &["detail", "error", "instance", "request_id", "status", "title", "type"];

/// An answer.
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body as it came.
    pub bytes: Vec<u8>,
    request: String,
    headers: HeaderMap,
    log: PathBuf,
}

impl Reply {
    pub(crate) fn read(request: String, mut response: Response<Body>, log: &Path) -> Result<Self, String> {
        let body = response.body_mut().with_config().limit(64 * 1024 * 1024).read_to_vec();
        Ok(Self {
            status: response.status().as_u16(),
            bytes: body.map_err(|e| e.to_string())?,
            request,
            headers: response.headers().clone(),
            log: log.to_owned(),
        })
    }

    /// A header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|e| self.fail(&format!("a JSON body ({e})")))
    }

    /// The target of the `Link` with `rel="next"` (RFC 8288), if there is one.
    pub fn next(&self) -> Option<String> {
        let (target, parameters) = self.header("link")?.strip_prefix('<')?.split_once('>')?;
        if !parameters.contains("rel=\"next\"") {
            self.fail("a Link with rel=\"next\"");
        }
        Some(target.to_owned())
    }

    /// Demands a status; the JSON body, null if there is none.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        if self.status != status {
            self.fail(&format!("status {status}"));
        }
        if self.bytes.is_empty() {
            return Value::Null;
        }
        match self.header("content-type") {
            Some(media) if media.starts_with("application/json") => self.json(),
            Some(media) if media.ends_with("+json") => self.json(),
            _ => Value::Null,
        }
    }

    /// Demands a problem with this status and code, whole and in the one shape (CONTRACT §1).
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        if self.status != status || self.header("content-type") != Some("application/problem+json") {
            self.fail(&format!("a problem {status} {code}"));
        }
        let problem = self.json();
        let mut members: Vec<&str> = problem.as_object().unwrap().keys().map(String::as_str).collect();
        members.retain(|m| *m != "errors");
        members.sort_unstable();
        let texts = ["detail", "error", "instance", "title", "type"];
        let whole = members == PROBLEM_MEMBERS
            && texts.iter().all(|m| problem[m].as_str().is_some_and(|s| !s.is_empty()))
            && problem["error"] == code
            && problem["status"] == status
            && problem["request_id"].as_str() == self.header("x-request-id")
            && problem["request_id"].is_string()
            && faults_are_whole(&problem);
        if !whole {
            self.fail(&format!("a whole problem {status} {code}"));
        }
        problem
    }

    /// Demands `validation_failed` naming exactly these fields, in any order.
    #[track_caller]
    pub fn invalid(&self, fields: &[&str]) -> Value {
        let problem = self.problem(400, "validation_failed");
        let named = problem["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut named: Vec<&str> = named.iter().filter_map(|e| e["field"].as_str()).collect();
        let mut wanted = fields.to_vec();
        named.sort_unstable();
        wanted.sort_unstable();
        if named != wanted {
            self.fail(&format!("errors naming {wanted:?}"));
        }
        problem
    }

    #[track_caller]
    fn fail(&self, wanted: &str) -> ! {
        let Self { request, status, headers, .. } = self;
        let log = if *status >= 500 { crate::server::tail(&self.log) } else { String::new() };
        panic!("{request}: wanted {wanted}, got {status}\n{headers:?}\n{}\n{log}", self.text());
    }
}

fn faults_are_whole(problem: &Value) -> bool {
    let Some(errors) = problem.get("errors") else { return true };
    let fault = |e: &Value| {
        let members = e.as_object().map(|o| o.keys().map(String::as_str).collect::<Vec<_>>());
        members.is_some_and(|mut m| {
            m.sort_unstable();
            m == ["code", "field", "message"]
        }) && e.as_object().is_some_and(|o| o.values().all(Value::is_string))
    };
    errors.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(fault))
}
