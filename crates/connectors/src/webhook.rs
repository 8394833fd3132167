//! Actions as signed webhooks (Standard Webhooks 1.0.0): receivers can tell who sent them, and that they are no replay.

use crate::outbound::Answer;
use crate::remote::{Parts, Protocol, Reading, by_status, not_sent};
use crate::says::Secrets;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use probatum_application::connector::{Call, CallError, Outcome};
use probatum_kernel::Timestamp;
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;
use std::time::SystemTime;

/// How far a timestamp may be from the receiver's clock, in seconds, either way.
pub const TOLERANCE: i64 = 300;
/// Signatures looked at in one header.
const MAX_SIGNATURES: usize = 10;

/// The key two parties share: 24 to 64 bytes, written `whsec_` and base64.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

/// A text that is no secret. It does not say what the text was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be whsec_ and 24 to 64 bytes in base64")]
pub struct SecretError;

impl std::str::FromStr for Secret {
    type Err = SecretError;
    fn from_str(s: &str) -> Result<Self, SecretError> {
        let bytes = STANDARD.decode(s.strip_prefix("whsec_").ok_or(SecretError)?).map_err(|_| SecretError)?;
        if (24..=64).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(SecretError) }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// The code over `id.timestamp.body`. HMAC takes keys of any length, so there always is one.
    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for piece in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(piece);
        }
        Some(mac)
    }
}

/// The value of `webhook-signature`: `v1,` and the HMAC-SHA256 over id, timestamp (Unix seconds) and body in base64.
pub fn sign(secret: &Secret, id: &str, timestamp: i64, body: &[u8]) -> String {
    let code =
        secret.mac(id, &timestamp.to_string(), body).map(|mac| STANDARD.encode(mac.finalize().into_bytes()));
    format!("v1,{}", code.unwrap_or_default())
}

/// Why a webhook is not to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// `webhook-timestamp` is no number of seconds.
    #[error("webhook-timestamp must be Unix seconds")]
    Timestamp,
    /// The timestamp is more than five minutes in the past.
    #[error("webhook-timestamp is too old")]
    TooOld,
    /// The timestamp is more than five minutes in the future.
    #[error("webhook-timestamp is in the future")]
    TooNew,
    /// No signature in `webhook-signature` fits.
    #[error("webhook-signature does not fit")]
    Signature,
}

/// For receivers: whether a webhook was signed with this secret within five minutes of `now` (Unix seconds). Takes the
/// three headers as they came and the body as bytes, before any parsing; compares in constant time. A replay within the
/// five minutes has the `webhook-id` of the original: keep ids that long, and answer a known one without acting again.
pub fn verify(
    secret: &Secret,
    id: &str,
    timestamp: &str,
    signatures: &str,
    body: &[u8],
    now: i64,
) -> Result<(), VerifyError> {
    let at: i64 = timestamp.parse().map_err(|_| VerifyError::Timestamp)?;
    if now.saturating_sub(at) > TOLERANCE {
        return Err(VerifyError::TooOld);
    }
    if at.saturating_sub(now) > TOLERANCE {
        return Err(VerifyError::TooNew);
    }
    let fits =
        |code: &[u8]| secret.mac(id, timestamp, body).is_some_and(|mac| mac.verify_slice(code).is_ok());
    let codes = signatures.split(' ').take(MAX_SIGNATURES).filter_map(|s| s.strip_prefix("v1,"));
    if codes.filter_map(|code| STANDARD.decode(code).ok()).any(|code| fits(&code)) {
        Ok(())
    } else {
        Err(VerifyError::Signature)
    }
}

/// One receiver of actions.
pub(crate) struct Webhook {
    /// The connector's name, for people.
    pub(crate) name: String,
    pub(crate) secret: Secret,
    pub(crate) secrets: Secrets,
}

/// What a receiver may answer; all of it optional, and more beside it no matter.
#[derive(Debug, Default, Deserialize)]
struct Said {
    success: Option<bool>,
    message: Option<String>,
    reference: Option<String>,
}

/// The body: what is to be done, for which incident, on whose word.
fn payload(call: &Call, now: Timestamp) -> String {
    let data = json!({
        "action_id": call.action_id,
        "action": call.action,
        "parameters": call.parameters,
        "incident": { "id": call.incident_id, "public_id": call.public_id },
        "requested_by": call.requested_by,
        "requested_at": call.requested_at,
        "approved_by": call.approved_by,
    });
    json!({ "type": "probatum.action.requested", "timestamp": now, "data": data }).to_string()
}

impl Protocol for Webhook {
    fn says(&self, _: &str) -> bool {
        true
    }

    fn parts(&self, call: &Call, now: SystemTime) -> Result<Parts, CallError> {
        let millis =
            now.duration_since(SystemTime::UNIX_EPOCH).ok().and_then(|d| i64::try_from(d.as_millis()).ok());
        let at = millis.and_then(|ms| Timestamp::from_millis(ms).ok());
        let at =
            at.ok_or_else(|| not_sent("the clock of the registry is wrong", "before 1970 or after 9999"))?;
        let seconds = at.millis() / 1_000;
        let (id, body) = (call.action_id.to_string(), payload(call, at).into_bytes());
        let signature = sign(&self.secret, &id, seconds, &body);
        Ok(Parts {
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("accept", "application/json".to_owned()),
                ("webhook-id", id),
                ("webhook-timestamp", seconds.to_string()),
                ("webhook-signature", signature),
            ],
            body,
        })
    }

    fn read(&self, answer: &Answer, call: &Call) -> Reading {
        if let Some(reading) = by_status(&self.name, answer) {
            return reading;
        }
        // What looks like JSON is read as such under any media type: a "success": false must not be missed.
        let named =
            answer.media_type.as_deref().is_some_and(|m| m == "application/json" || m.ends_with("+json"));
        let body = answer.body.trim_ascii();
        let said = match body.first() == Some(&b'{') || (named && !body.is_empty()) {
            true => match serde_json::from_slice::<Said>(&answer.body) {
                Ok(said) => said,
                Err(e) => return self.garbled(e.to_string()),
            },
            false => Said::default(),
        };
        // 202 promises to look at it, no more.
        let success = said.success.unwrap_or(answer.status != 202);
        let (name, action) = (&self.name, &call.action);
        let message = said.message.as_deref().map(|m| self.secrets.message(m)).filter(|m| !m.is_empty());
        let message = message.unwrap_or_else(|| match (success, answer.status) {
            (true, _) => format!("{name} carried {action} out"),
            (false, 202) => format!("{name} accepted {action}, but did not confirm that it is done"),
            (false, _) => format!("{name} did not carry {action} out"),
        });
        let reference = said.reference.as_deref().and_then(|r| self.secrets.reference(r));
        Reading::Done(Outcome { success, message, simulated: false, reference })
    }
}

impl Webhook {
    fn garbled(&self, cause: String) -> Reading {
        Reading::Failed(CallError {
            reason: format!("{} answered with JSON that cannot be read", self.name),
            cause: self.secrets.message(&cause),
            may_have_happened: true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The test vector of the standard's reference libraries.
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn secret() -> Secret {
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().unwrap()
    }

    #[test]
    fn signatures_are_the_standards() {
        assert_eq!(sign(&secret(), ID, AT, BODY), SIGNATURE);
        let with = |signatures: &str| verify(&secret(), ID, &AT.to_string(), signatures, BODY, AT);
        assert_eq!(with(SIGNATURE), Ok(()));
        assert_eq!(with(&format!("v1a,AAAA v1,AAAA {SIGNATURE}")), Ok(()));
        for bad in
            ["", "v1,", "v1,AAAA", "v1,!", &SIGNATURE.replace("v1,", "v2,"), &SIGNATURE.replace('g', "h")]
        {
            assert_eq!(with(bad), Err(VerifyError::Signature), "{bad}");
        }
    }

    #[test]
    fn everything_signed_matters() {
        let check =
            |id: &str, at: i64, body: &[u8]| verify(&secret(), id, &at.to_string(), SIGNATURE, body, AT);
        assert_eq!(check("msg_other", AT, BODY), Err(VerifyError::Signature));
        assert_eq!(check(ID, AT + 1, BODY), Err(VerifyError::Signature));
        assert_eq!(check(ID, AT, b"{}"), Err(VerifyError::Signature));
        let other: Secret = format!("whsec_{}", STANDARD.encode([1; 32])).parse().unwrap();
        assert_eq!(verify(&other, ID, &AT.to_string(), SIGNATURE, BODY, AT), Err(VerifyError::Signature));
    }

    #[test]
    fn five_minutes_either_way() {
        let at = |timestamp: &str, now| verify(&secret(), ID, timestamp, SIGNATURE, BODY, now);
        let text = AT.to_string();
        assert_eq!(at(&text, AT + TOLERANCE), Ok(()));
        assert_eq!(at(&text, AT - TOLERANCE), Ok(()));
        assert_eq!(at(&text, AT + TOLERANCE + 1), Err(VerifyError::TooOld));
        assert_eq!(at(&text, AT - TOLERANCE - 1), Err(VerifyError::TooNew));
        assert_eq!(at("9223372036854775807", AT), Err(VerifyError::TooNew));
        assert_eq!(at("-9223372036854775808", AT), Err(VerifyError::TooOld));
        assert_eq!(at("soon", AT), Err(VerifyError::Timestamp));
    }

    #[test]
    fn a_secret_has_a_form_and_keeps_to_itself() {
        for bad in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_!"] {
            let error = bad.parse::<Secret>().unwrap_err();
            assert!(error.to_string().contains("whsec_"), "{bad}");
        }
        let long = format!("whsec_{}", STANDARD.encode([0; 65]));
        assert!(long.parse::<Secret>().is_err());
        assert_eq!(format!("{:?}", secret()), "Secret(…)");
    }

    fn read(status: u16, media: Option<&str>, body: &str) -> Reading {
        let hook = Webhook {
            name: "soar".to_owned(),
            secret: secret(),
            secrets: Secrets(vec!["hunter2".to_owned()]),
        };
        let call = Call {
            action_id: probatum_kernel::ActionId::new(Timestamp::EPOCH, &[7; 10]),
            action: "create_ticket".to_owned(),
            parameters: serde_json::Map::new(),
            incident_id: probatum_kernel::IncidentId::new(Timestamp::EPOCH, &[8; 10]),
            public_id: probatum_kernel::PublicId::new(2026, 42).unwrap(),
            requested_by: "operator:kdzik".parse().unwrap(),
            approved_by: None,
            requested_at: Timestamp::EPOCH,
        };
        let answer = Answer {
            status,
            media_type: media.map(str::to_owned),
            retry_after: None,
            body: body.as_bytes().to_vec(),
        };
        hook.read(&answer, &call)
    }

    #[test]
    fn answers_are_taken_at_their_word() {
        let json = Some("application/json");
        let cases = [
            (200, None, "", true, "soar carried create_ticket out"),
            (204, None, "", true, "soar carried create_ticket out"),
            (200, Some("text/plain"), "ok", true, "soar carried create_ticket out"),
            (200, Some("text/plain"), "{\"success\":false}", false, "soar did not carry create_ticket out"),
            (202, None, "", false, "soar accepted create_ticket, but did not confirm that it is done"),
            (202, json, r#"{"success":true}"#, true, "soar carried create_ticket out"),
            (
                200,
                json,
                r#"{"success":true,"message":"Ticket 7 for hunter2","extra":1}"#,
                true,
                "Ticket 7 for …",
            ),
            (200, json, r#"{"success":false}"#, false, "soar did not carry create_ticket out"),
            (200, Some("application/problem+json"), r#"{"success":false,"message":"no"}"#, false, "no"),
            (403, json, r#"{"success":true}"#, false, "soar refused the request (HTTP 403)"),
            (410, None, "", false, "soar refused the request (HTTP 410)"),
        ];
        for (status, media, body, success, message) in cases {
            let Reading::Done(outcome) = read(status, media, body) else { panic!("{status} {body}") };
            assert_eq!((outcome.success, outcome.message.as_str()), (success, message));
        }
        let Reading::Done(outcome) = read(201, json, r#"{"reference":"TCK-7"}"#) else { panic!() };
        assert_eq!(outcome.reference.as_deref(), Some("TCK-7"));
        for body in ["{", "[]", "7", r#"{"success":"yes"}"#, r#"{"message":7}"#] {
            let Reading::Failed(error) = read(200, json, body) else { panic!("{body}") };
            assert!(error.may_have_happened);
        }
    }
}
