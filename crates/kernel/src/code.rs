//! The one registry of error codes: what went wrong, in a word clients can rely on (CONTRACT §1).

/// The families of errors. A transport maps each to its own status, in one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request is wrong in itself.
    Invalid,
    /// Nobody we know.
    Unauthenticated,
    /// Known, but not allowed.
    Forbidden,
    /// No such thing, or none the caller may know of.
    NotFound,
    /// The thing is there, this way of using it is not.
    MethodNotAllowed,
    /// No representation the client accepts.
    NotAcceptable,
    /// The client was too slow.
    Timeout,
    /// The state of the thing has no such step.
    Conflict,
    /// `If-Match` names another version.
    PreconditionFailed,
    /// More than we take.
    TooLarge,
    /// A media type we do not read.
    UnsupportedMedia,
    /// The doctrine: more is claimed than is proven.
    Doctrine,
    /// It was there, and is not kept any more.
    Gone,
    /// Too many requests.
    TooMany,
    /// Our fault.
    Internal,
    /// Not now; try again.
    Unavailable,
}

macro_rules! codes {
    ($($(#[$meta:meta])* $variant:ident = $word:literal : $kind:ident),+ $(,)?) => {
        /// Every error code there is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$meta])* $variant),+ }

        impl Code {
            /// Every code, in the order declared.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The word in the `error` member.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $word),+ } }
            /// The family.
            pub const fn kind(self) -> Kind { match self { $(Self::$variant => Kind::$kind),+ } }
        }
    };
}

codes! {
    /// One or more fields are wrong; `errors` names each.
    ValidationFailed = "validation_failed": Invalid,
    /// The body is not JSON, or nested too deeply.
    MalformedJson = "malformed_json": Invalid,
    /// The body or query has a field we do not know.
    UnknownField = "unknown_field": Invalid,
    /// A page beyond the depth offsets are served to; use `cursor`.
    PageTooDeep = "page_too_deep": Invalid,
    /// No credentials, or none that are valid.
    Unauthenticated = "unauthenticated": Unauthenticated,
    /// The role does not allow it.
    Forbidden = "forbidden": Forbidden,
    /// It takes another person: nobody decides about what they did or asked for themselves.
    SelfApproval = "self_approval": Forbidden,
    /// The role approves, but not at the level this takes.
    InsufficientApprovalLevel = "insufficient_approval_level": Forbidden,
    /// No such resource.
    NotFound = "not_found": NotFound,
    /// The resource has no such method.
    MethodNotAllowed = "method_not_allowed": MethodNotAllowed,
    /// No acceptable representation.
    NotAcceptable = "not_acceptable": NotAcceptable,
    /// The request took too long to arrive.
    RequestTimeout = "request_timeout": Timeout,
    /// The state machine has no such step.
    StateConflict = "state_conflict": Conflict,
    /// Somebody has decided already.
    AlreadyDecided = "already_decided": Conflict,
    /// An agent of this id is registered already.
    AgentExists = "agent_exists": Conflict,
    /// The agent is in quarantine already.
    AlreadyQuarantined = "already_quarantined": Conflict,
    /// The agent is not in quarantine.
    NotQuarantined = "not_quarantined": Conflict,
    /// A report was exported or a hold is set: it cannot be deleted.
    LegalHold = "legal_hold": Conflict,
    /// Events that old are not kept any more.
    EventsGone = "events_gone": Gone,
    /// As many event streams are open as one caller may have.
    TooManyStreams = "too_many_streams": TooMany,
    /// `If-Match` does not match.
    PreconditionFailed = "precondition_failed": PreconditionFailed,
    /// The body is larger than the limit.
    PayloadTooLarge = "payload_too_large": TooLarge,
    /// The media type is not one we read.
    UnsupportedMediaType = "unsupported_media_type": UnsupportedMedia,
    /// Evidence has to come first.
    EvidenceRequired = "evidence_required": Doctrine,
    /// The evidence is disputed.
    EvidenceDisputed = "evidence_disputed": Doctrine,
    /// More is claimed than the evidence carries.
    ClaimExceedsProof = "claim_exceeds_proof": Doctrine,
    /// The chain of custody does not hold together.
    CustodyBroken = "custody_broken": Doctrine,
    /// The content is not what its hash says.
    HashMismatch = "hash_mismatch": Doctrine,
    /// The idempotency key was used for another request.
    IdempotencyKeyReused = "idempotency_key_reused": Doctrine,
    /// More than can be worked through; try again.
    TooManyRequests = "too_many_requests": TooMany,
    /// Something of ours failed; the log has it under the request id.
    Internal = "internal": Internal,
    /// Overloaded or starting; try again.
    Unavailable = "unavailable": Unavailable,
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One wrong field: its path in the request, a code and a sentence that says the remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// Path in the body or query, e.g. `chain_of_custody[0].ts`.
    pub field: String,
    /// A short word: `required`, `invalid`, `too_long`, `unknown`, …
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
}

impl FieldFault {
    /// A fault of `field`.
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }
}

/// An error of a domain crate, as every other crate reads it. `Display` is the sentence for the client.
pub trait Coded: std::error::Error {
    /// The code.
    fn code(&self) -> Code;
    /// The wrong fields, if the request is wrong in fields.
    fn fields(&self) -> Vec<FieldFault> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_word_of_its_own() {
        let mut words: Vec<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
    }
}
