//! Requests as bytes, made once and sent often.

/// Who asks: an API key.
#[derive(Clone)]
pub struct Caller {
    key: String,
}

impl Caller {
    /// A caller with this key.
    pub fn new(key: &str) -> Self {
        Self { key: key.to_owned() }
    }

    /// A GET.
    pub fn get(&self, path: &str) -> Vec<u8> {
        let mut request = Vec::new();
        self.get_into(path, &mut request);
        request
    }

    /// A GET, appended to `out`.
    pub fn get_into(&self, path: &str, out: &mut Vec<u8>) {
        self.head("GET", path, out);
        out.extend_from_slice(b"\r\n");
    }

    /// A request with a JSON body, appended to `out`.
    pub fn send_into(&self, method: &str, path: &str, body: &str, out: &mut Vec<u8>) {
        self.head(method, path, out);
        let length = format!("content-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        out.extend_from_slice(length.as_bytes());
        out.extend_from_slice(body.as_bytes());
    }

    /// A request with one JSON object a line, appended to `out`.
    pub fn send_lines_into(&self, path: &str, body: &str, out: &mut Vec<u8>) {
        self.head("POST", path, out);
        let length = format!("content-type: application/x-ndjson\r\ncontent-length: {}\r\n\r\n", body.len());
        out.extend_from_slice(length.as_bytes());
        out.extend_from_slice(body.as_bytes());
    }

    fn head(&self, method: &str, path: &str, out: &mut Vec<u8>) {
        for part in
            [method, " ", path, " HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ", &self.key, "\r\n"]
        {
            out.extend_from_slice(part.as_bytes());
        }
    }
}

/// The report the registry contract prints, numbered.
pub fn report_body(number: u64, detected_at: &str) -> String {
    format!(
        r#"{{"title":"Suspected prompt injection in a support agent, case {number}","source_type":"form","level":"L2_ai","category":"prompt_injection","detected_at":"{detected_at}","agent_id":"b1f2...-agent","impact_integrity":2,"gdpr_personal_data":true}}"#
    )
}

/// A report that the map shows.
pub fn placed_body(number: usize) -> String {
    format!(
        r#"{{"title":"Suspected prompt injection in a support agent, case {number}","source_type":"form","level":"L2_ai","category":"prompt_injection","country":"PT","sector":"health"}}"#
    )
}
