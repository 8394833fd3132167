//! A client of the registry: one base address, one set of credentials, requests that always get an answer.

use crate::reply::Reply;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;
use ureq::Agent;
use ureq::http;

/// A client with one set of credentials, or none.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    credentials: Option<(String, String)>,
    log: PathBuf,
}

/// An agent that takes every status for an answer, follows nothing, and gives up after `limit`.
pub(crate) fn agent(limit: Duration) -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(limit))
        // Far below the time after which the server closes an idle connection.
        .max_idle_age(Duration::from_secs(1))
        .max_idle_connections_per_host(64)
        .allow_non_standard_methods(true)
        .user_agent("probatum-tests")
        .build()
        .new_agent()
}

impl Client {
    pub(crate) fn new(base: String, log: PathBuf) -> Self {
        Self { agent: agent(Duration::from_secs(30)), base, credentials: None, log }
    }

    /// The same client with this header for credentials.
    pub fn with(&self, header: &str, value: &str) -> Self {
        Self { credentials: Some((header.to_owned(), value.to_owned())), ..self.clone() }
    }

    /// The same client with an API key.
    pub fn with_key(&self, key: &str) -> Self {
        self.with("authorization", &format!("Bearer {key}"))
    }

    /// A request to be completed and sent. `path` is what stands after the host, query included.
    pub fn request(&self, method: &str, path: &str) -> Request<'_> {
        let headers = self.credentials.iter().cloned().collect();
        Request { client: self, method: method.to_owned(), path: path.to_owned(), headers, body: None }
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> Reply {
        self.request("GET", path).send()
    }

    /// `POST` with a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.request("POST", path).json(body).send()
    }

    /// `PATCH` with a JSON body.
    pub fn patch(&self, path: &str, body: &Value) -> Reply {
        self.request("PATCH", path).json(body).send()
    }

    /// `PUT` with a JSON body.
    pub fn put(&self, path: &str, body: &Value) -> Reply {
        self.request("PUT", path).json(body).send()
    }

    /// `DELETE`.
    pub fn delete(&self, path: &str) -> Reply {
        self.request("DELETE", path).send()
    }

    /// `POST` with a `multipart/form-data` body.
    pub fn upload(&self, path: &str, parts: &[Part<'_>]) -> Reply {
        self.request("POST", path).form(parts).send()
    }
}

/// A part of a form.
pub enum Part<'a> {
    /// A field: name and value.
    Field(&'a str, &'a str),
    /// A file: name of the field, name of the file, media type, content.
    File(&'a str, &'a str, &'a str, &'a [u8]),
}

/// A request being put together.
#[must_use]
pub struct Request<'a> {
    client: &'a Client,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Request<'_> {
    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body and its media type.
    pub fn body(self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.untyped(body).header("content-type", media_type)
    }

    /// Sets a body without saying what it is.
    pub fn untyped(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sets a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Sets a `multipart/form-data` body.
    pub fn form(self, parts: &[Part<'_>]) -> Self {
        let mut body = Vec::new();
        for part in parts {
            body.extend_from_slice(b"--BOUNDARY\r\nContent-Disposition: form-data; ");
            match part {
                Part::Field(name, value) => {
                    body.extend_from_slice(format!("name=\"{name}\"\r\n\r\n{value}").as_bytes());
                }
                Part::File(name, file, media_type, content) => {
                    let head =
                        format!("name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: {media_type}\r\n\r\n");
                    body.extend_from_slice(head.as_bytes());
                    body.extend_from_slice(content);
                }
            }
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--BOUNDARY--\r\n");
        self.body("multipart/form-data; boundary=BOUNDARY", body)
    }

    /// Sends it; no answer is a failed test.
    pub fn send(self) -> Reply {
        let (method, path) = (self.method.clone(), self.path.clone());
        self.try_send().unwrap_or_else(|e| panic!("{method} {path}: no answer: {e}"))
    }

    /// Sends it; the server may be gone.
    pub fn try_send(self) -> Result<Reply, String> {
        let mut request = http::Request::builder()
            .method(self.method.as_str())
            .uri(format!("{}{}", self.client.base, self.path));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let agent = &self.client.agent;
        let response = match self.body {
            Some(body) => agent.run(request.body(body).map_err(|e| e.to_string())?),
            None => agent.run(request.body(()).map_err(|e| e.to_string())?),
        };
        let request = format!("{} {}", self.method, self.path);
        Reply::read(request, response.map_err(|e| e.to_string())?, &self.client.log)
    }
}

/// Percent-encodes a value for a query or a path segment.
pub fn encode(value: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    value.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
