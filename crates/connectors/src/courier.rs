//! Events to webhooks: addresses judged, secrets sealed, bodies signed and sent.

use crate::outbound::{Message, Outbound, OutboundError, OutboundPolicy, PolicyFault, Trouble};
use crate::webhook::{Secret, sign};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use probatum_application::AppError;
use probatum_application::ports::{Courier, Delivering, Parcel, Undelivered};
use probatum_kernel::WebhookId;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How long a receiver has for its answer: Standard Webhooks 1.0.0 suggests 15 to 30 seconds.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Answers are of no interest beyond their status, in bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// Bytes of the key that seals.
const KEY_LEN: usize = 32;
/// Random bytes of a new secret.
const SECRET_LEN: usize = 32;

/// The key that seals the secrets of subscriptions. It lies in a file, never in the database.
pub struct SealingKey(LessSafeKey);

/// Why there is no sealing key, in words for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SealingKeyError(String);

impl SealingKey {
    /// Reads the key from a file of 32 bytes in base64; makes the file, for its owner alone to read, if there is none.
    /// Replicas need the same file. Fails if it is anything else.
    pub fn load_or_make(path: &Path) -> Result<Self, SealingKeyError> {
        let fault = |why: String| SealingKeyError(format!("webhook key {}: {why}", path.display()));
        let text = match std::fs::File::open(path) {
            Ok(file) => {
                let mut text = String::new();
                file.take(1024).read_to_string(&mut text).map_err(|e| fault(e.to_string()))?;
                text
            }
            Err(e) if e.kind() == ErrorKind::NotFound => make(path).map_err(|e| fault(e.to_string()))?,
            Err(e) => return Err(fault(e.to_string())),
        };
        let bytes = STANDARD.decode(text.trim()).ok().filter(|b| b.len() == KEY_LEN);
        let bytes = bytes.ok_or_else(|| fault("must be 32 bytes in base64".to_owned()))?;
        let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes).map_err(|e| fault(e.to_string()))?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Nonce, sealed bytes and tag in base64. The id of the subscription is bound in: what is sealed for one does not
    /// open for another.
    fn seal(&self, id: WebhookId, bytes: &[u8]) -> Result<String, String> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|e| e.to_string())?;
        let mut sealed = bytes.to_vec();
        let aad = Aad::from(id.to_string());
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
            .map_err(|e| e.to_string())?;
        Ok(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
    }

    fn open(&self, id: WebhookId, sealed: &str) -> Option<Vec<u8>> {
        let bytes = STANDARD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut opened = sealed.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::from(id.to_string()), &mut opened).ok()?;
        Some(plain.to_vec())
    }
}

/// Makes the file whole under another name first: a replica that starts meanwhile never reads half of it, and of two that
/// make it, the first wins.
fn make(path: &Path) -> std::io::Result<String> {
    let mut key = [0; KEY_LEN];
    getrandom::fill(&mut key).map_err(|e| std::io::Error::other(e.to_string()))?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    writeln!(file, "{}", STANDARD.encode(key))?;
    file.sync_all()?;
    let made = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match made {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => Err(e),
        _ => std::fs::read_to_string(path),
    }
}

/// The courier of a configuration.
pub struct WebhookCourier {
    outbound: Outbound,
    key: SealingKey,
}

impl WebhookCourier {
    /// A courier that calls whom the policy names, and opens what `key` sealed.
    pub fn new(policy: OutboundPolicy, key: SealingKey) -> Result<Self, PolicyFault> {
        Ok(Self { outbound: Outbound::new(OutboundPolicy { max_answer: MAX_ANSWER, ..policy })?, key })
    }

    /// The value of `webhook-signature` at `now` (Unix seconds): by the secret, and after a space by the one before as long
    /// as that holds. `None` if the secret does not open.
    fn signatures(&self, parcel: &Parcel, now: i64) -> Option<String> {
        let by = |sealed: &str| {
            let secret: Secret = self.open(parcel.webhook, sealed).ok()?.parse().ok()?;
            Some(sign(&secret, &parcel.id, now, parcel.body.as_bytes()))
        };
        let new = by(&parcel.secret)?;
        let previous = parcel.previous.as_ref().filter(|p| now.saturating_mul(1_000) < p.until.millis());
        Some(match previous.and_then(|p| by(&p.secret)) {
            Some(old) => format!("{new} {old}"),
            None => new,
        })
    }

    async fn carry(&self, parcel: Parcel) -> Result<u16, Undelivered> {
        let not_sent =
            |reason: &str| Undelivered { status: None, reason: reason.to_owned(), retry_after: None };
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.ok().and_then(|d| i64::try_from(d.as_secs()).ok());
        let now = now.ok_or_else(|| not_sent("the clock of the registry is wrong"))?;
        let signature = self.signatures(&parcel, now).ok_or_else(|| {
            not_sent("its secret does not open: the webhook key is not the one it was made with")
        })?;
        let body = parcel.body.into_bytes();
        let headers = vec![
            ("content-type", "application/cloudevents+json; charset=utf-8".to_owned()),
            ("webhook-id", parcel.id),
            ("webhook-timestamp", now.to_string()),
            ("webhook-signature", signature),
        ];
        let answer = self.outbound.post(Message { url: parcel.url, headers, body }, TIMEOUT).await;
        let answer = answer.map_err(|e| Undelivered {
            status: None,
            reason: in_words(&e).to_owned(),
            retry_after: None,
        })?;
        if (200..300).contains(&answer.status) {
            return Ok(answer.status);
        }
        Err(Undelivered {
            status: Some(answer.status),
            reason: format!("the receiver answered with HTTP {}", answer.status),
            retry_after: answer.retry_after,
        })
    }
}

/// What went wrong, without inner details: who subscribes need not learn what our network looks like.
fn in_words(e: &OutboundError) -> &'static str {
    tracing::debug!(cause = e.cause, "a webhook was not delivered");
    match e.trouble {
        Trouble::Refused => "the address may not be called: it leads to where the registry does not call",
        Trouble::Unreachable => "the receiver cannot be reached",
        Trouble::Lost => "the connection to the receiver broke",
        Trouble::TimedOut => "the receiver did not answer within 15 seconds",
        Trouble::TooLarge => "the receiver's answer is larger than 64 KiB",
    }
}

impl Courier for WebhookCourier {
    fn check(&self, url: &str) -> Result<(), String> {
        self.outbound.check(url).map_err(|e| match e.to_string() {
            why if why.contains("list of allowed hosts") => format!("{why}; name it in outbound_hosts"),
            why => why,
        })
    }

    fn seal(&self, webhook: WebhookId, given: Option<&str>) -> Result<String, String> {
        let text = match given {
            Some(text) => {
                text.parse::<Secret>().map_err(|e| e.to_string())?;
                text.to_owned()
            }
            None => {
                let mut random = [0; SECRET_LEN];
                getrandom::fill(&mut random).map_err(|e| e.to_string())?;
                format!("whsec_{}", STANDARD.encode(random))
            }
        };
        self.key.seal(webhook, text.as_bytes())
    }

    fn open(&self, webhook: WebhookId, sealed: &str) -> Result<String, AppError> {
        let opened = self.key.open(webhook, sealed).and_then(|bytes| String::from_utf8(bytes).ok());
        opened.ok_or_else(|| AppError::internal(format!("the secret of {webhook} does not open")))
    }

    fn deliver(&self, parcel: Parcel) -> Delivering<'_> {
        Box::pin(self.carry(parcel))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::verify;
    use probatum_kernel::Timestamp;

    fn courier(folder: &Path) -> WebhookCourier {
        let key = SealingKey::load_or_make(&folder.join("keys/webhook.key")).unwrap();
        WebhookCourier::new(OutboundPolicy::default(), key).unwrap()
    }

    #[test]
    fn a_secret_opens_for_its_own_subscription_alone() {
        let folder = tempfile::tempdir().unwrap();
        let courier = courier(folder.path());
        let [one, two] = [1, 2].map(|n| WebhookId::new(Timestamp::EPOCH, &[n; 10]));
        let sealed = courier.seal(one, None).unwrap();
        let secret = courier.open(one, &sealed).unwrap();
        assert!(secret.parse::<Secret>().is_ok() && !sealed.contains(&secret));
        assert!(courier.open(two, &sealed).is_err());
        assert_ne!(courier.open(one, &courier.seal(one, None).unwrap()).unwrap(), secret);
        for broken in ["", "AAAA", &sealed.replace(&sealed[20..24], "AAAA")] {
            assert!(courier.open(one, broken).is_err());
        }
        let own = "whsec_dGhlIHNlY3JldCBvZiB0aGUgd2ViaG9vayByZWNlaXZlcg==";
        assert_eq!(courier.open(one, &courier.seal(one, Some(own)).unwrap()).unwrap(), own);
        assert!(courier.seal(one, Some("hunter2")).unwrap_err().contains("whsec_"));
    }

    #[test]
    fn two_secrets_sign_until_the_overlap_is_over() {
        use probatum_application::ports::Previous;
        let folder = tempfile::tempdir().unwrap();
        let courier = courier(folder.path());
        let webhook = WebhookId::new(Timestamp::EPOCH, &[1; 10]);
        let [old, new] = [(); 2].map(|()| courier.seal(webhook, None).unwrap());
        let until = Timestamp::from_millis(1_700_000_000_000).unwrap();
        let parcel = |secret: &str, previous: Option<Previous>| Parcel {
            webhook,
            url: String::new(),
            secret: secret.to_owned(),
            previous,
            id: "msg-1-7".to_owned(),
            body: "{}".to_owned(),
        };
        let fits = |parcel: &Parcel, now: i64| {
            let signatures = courier.signatures(parcel, now).unwrap();
            [&new, &old].map(|sealed| {
                let secret: Secret = courier.open(webhook, sealed).unwrap().parse().unwrap();
                verify(&secret, &parcel.id, &now.to_string(), &signatures, b"{}", now).is_ok()
            })
        };
        let end = until.millis() / 1_000;
        let rotated = parcel(&new, Some(Previous { secret: old.clone(), until }));
        assert_eq!(courier.signatures(&rotated, end - 1).unwrap().split(' ').count(), 2);
        assert_eq!(fits(&rotated, end - 1), [true, true]);
        assert_eq!(fits(&rotated, end), [true, false], "the overlap is over");
        assert_eq!(fits(&parcel(&new, None), end - 1), [true, false], "there was none");
        assert_eq!(fits(&parcel(&old, None), end - 1), [false, true], "before the rotation");
        // One that does not open any more hinders nothing.
        let broken = parcel(&new, Some(Previous { secret: "AAAA".to_owned(), until }));
        assert_eq!(fits(&broken, end - 1), [true, false]);
    }

    #[test]
    fn the_key_is_made_once_and_is_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let id = WebhookId::new(Timestamp::EPOCH, &[1; 10]);
        let sealed = courier(folder.path()).seal(id, None).unwrap();
        assert!(courier(folder.path()).open(id, &sealed).is_ok(), "the next start reads the same key");
        let path = folder.path().join("keys/webhook.key");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left");
        std::fs::write(&path, "hunter2").unwrap();
        let error = SealingKey::load_or_make(&path).err().unwrap().to_string();
        assert!(error.contains("32 bytes") && !error.contains("hunter2"), "{error}");
    }
}
