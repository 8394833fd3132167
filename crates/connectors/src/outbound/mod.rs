//! The one guarded HTTP client for everything the registry sends to others (docs/adr/0006-outbound.md).

mod address;
mod policy;
#[cfg(test)]
mod tests;
mod wire;

pub use address::{Reach, reach};
pub use policy::{OutboundPolicy, PolicyFault, host, names};

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use ureq::http::{HeaderMap, Uri};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::{Connector, RustlsConnector, TcpConnector};
use ureq::{Agent, Error, SendBody};
use wire::{Guard, Names, Refused, SystemNames, Watch};

/// Response headers longer than this are refused, in bytes.
const MAX_HEADERS: usize = 16 * 1024;

/// One POST to be made. It cannot be printed, because its headers hold secrets.
#[derive(Clone)]
pub struct Message {
    /// Where to.
    pub url: String,
    /// Header fields, `content-type` among them.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A file to be sent by POST, read as it goes out. It cannot be printed, because its headers hold secrets.
pub struct Shipment {
    /// Where to.
    pub url: String,
    /// Header fields, `content-type` among them; `content-length` is added.
    pub headers: Vec<(&'static str, String)>,
    /// How many bytes `content` has.
    pub size: u64,
    /// The file. It is read on a thread that may block.
    pub content: Box<dyn Read + Send>,
}

/// What is sent.
enum Load {
    Whole(Vec<u8>),
    Stream(u64, Box<dyn Read + Send>),
}

/// What came back, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type without its parameters, lower case.
    pub media_type: Option<String>,
    /// How long to wait, if the other side said so in seconds; dates are ignored.
    pub retry_after: Option<Duration>,
    /// The body, as it came.
    pub body: Vec<u8>,
}

/// What went wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The policy or an address it leads to forbids the call. Trying again changes nothing.
    Refused,
    /// No connection: the name has no address, nobody listens, or TLS failed.
    Unreachable,
    /// The connection broke.
    Lost,
    /// The deadline passed.
    TimedOut,
    /// The answer is larger than allowed.
    TooLarge,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct OutboundError {
    /// What kind of trouble.
    pub trouble: Trouble,
    /// Whether anything of the request was sent: if so, the other side may have acted on it.
    pub sent: bool,
    /// The inner cause, for the log.
    pub cause: String,
}

/// A client that calls only whom its policy names, at addresses it has judged.
///
/// It speaks https (plain http if the policy allows), follows no redirects, keeps no cookies and no connections, uses no
/// proxy, and ends every request, body included, within its deadline.
#[derive(Debug, Clone)]
pub struct Outbound {
    policy: Arc<OutboundPolicy>,
    roots: RootCerts,
    names: Arc<dyn Names>,
}

impl Outbound {
    /// A client of this policy. Reads the policy's `ca_file`, and fails if that is none.
    pub fn new(policy: OutboundPolicy) -> Result<Self, PolicyFault> {
        Self::with_names(policy, Arc::new(SystemNames))
    }

    fn with_names(policy: OutboundPolicy, names: Arc<dyn Names>) -> Result<Self, PolicyFault> {
        let roots = policy::roots(&policy)?;
        Ok(Self { policy: Arc::new(policy), roots, names })
    }

    /// Whether this address may be called, as far as can be told without resolving it.
    pub fn check(&self, url: &str) -> Result<(), PolicyFault> {
        policy::parse(&self.policy, url).map(|_| ())
    }

    /// Sends one POST and reads the whole answer, within `deadline`. Any status is an answer. Must be called within a
    /// tokio runtime: the work happens on one of its threads for blocking calls.
    pub async fn post(&self, message: Message, deadline: Duration) -> Result<Answer, OutboundError> {
        let Message { url, headers, body } = message;
        self.exchange(&url, headers, Load::Whole(body), deadline).await
    }

    /// As [`post`](Self::post), with a file that is never held in memory whole.
    pub async fn ship(&self, shipment: Shipment, deadline: Duration) -> Result<Answer, OutboundError> {
        let Shipment { url, mut headers, size, content } = shipment;
        headers.push(("content-length", size.to_string()));
        self.exchange(&url, headers, Load::Stream(size, content), deadline).await
    }

    async fn exchange(
        &self,
        url: &str,
        headers: Vec<(&'static str, String)>,
        load: Load,
        deadline: Duration,
    ) -> Result<Answer, OutboundError> {
        let uri = policy::parse(&self.policy, url).map_err(|e| OutboundError {
            trouble: Trouble::Refused,
            sent: false,
            cause: e.to_string(),
        })?;
        let sent = Arc::new(AtomicBool::new(false));
        let (client, watched, begun) = (self.clone(), Arc::clone(&sent), Instant::now());
        let exchange = tokio::task::spawn_blocking(move || {
            // The deadline runs while this waits for a thread, too.
            match deadline.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) {
                Some(left) => {
                    exchange(&client.agent(&watched, left), uri, &headers, load, client.policy.max_answer)
                }
                None => Err(Error::Timeout(ureq::Timeout::Global)),
            }
        });
        let failed = |trouble, cause| OutboundError { trouble, sent: sent.load(Ordering::SeqCst), cause };
        match exchange.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(e)) => Err(failed(trouble(&e, sent.load(Ordering::SeqCst)), e.to_string())),
            Err(e) => Err(failed(Trouble::Lost, e.to_string())),
        }
    }

    /// A library client for one request, so that what it notes belongs to that request and nothing outlives it.
    fn agent(&self, sent: &Arc<AtomicBool>, deadline: Duration) -> Agent {
        let config = Agent::config_builder()
            .https_only(!self.policy.allow_plain)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .max_idle_connections(0)
            .max_response_header_size(MAX_HEADERS)
            .user_agent(concat!("probatum/", env!("CARGO_PKG_VERSION")))
            .timeout_global(Some(deadline))
            .tls_config(TlsConfig::builder().root_certs(self.roots.clone()).build())
            .build();
        let connector =
            ().chain(TcpConnector::default())
                .chain(RustlsConnector::default())
                .chain(Watch(Arc::clone(sent)));
        let guard = Guard { names: Arc::clone(&self.names), allow_private: self.policy.allow_private };
        Agent::with_parts(config, connector, guard)
    }
}

fn exchange(
    agent: &Agent,
    uri: Uri,
    headers: &[(&'static str, String)],
    load: Load,
    limit: usize,
) -> Result<Answer, Error> {
    let mut request = agent.post(uri);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let mut response = match load {
        Load::Whole(body) => request.send(&body)?,
        // What is announced is what is sent: more is cut off, and with less the request never ends well.
        Load::Stream(size, content) => request.send(SendBody::from_reader(&mut content.take(size)))?,
    };
    let headers = response.headers();
    let media_type = text(headers, "content-type").and_then(|value| {
        let media = value.split(';').next()?.trim().to_ascii_lowercase();
        (!media.is_empty()).then_some(media)
    });
    let retry_after =
        text(headers, "retry-after").and_then(|s| s.trim().parse().ok()).map(Duration::from_secs);
    let status = response.status().as_u16();
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    let body = response.body_mut().with_config().limit(limit).read_to_vec()?;
    Ok(Answer { status, media_type, retry_after, body })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn trouble(error: &Error, sent: bool) -> Trouble {
    match error {
        Error::Other(inner) if inner.is::<Refused>() => Trouble::Refused,
        Error::RequireHttpsOnly(_) | Error::BadUri(_) | Error::Http(_) => Trouble::Refused,
        Error::Timeout(_) => Trouble::TimedOut,
        Error::BodyExceedsLimit(_) | Error::LargeResponseHeader(..) => Trouble::TooLarge,
        _ if sent => Trouble::Lost,
        _ => Trouble::Unreachable,
    }
}
