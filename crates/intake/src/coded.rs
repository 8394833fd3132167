//! The faults of whole requests, in the registry's error codes.

use crate::mail::MailFault;
use crate::osint::UrlFault;
use crate::split::BatchTooLarge;
use crate::stix::StixFault;
use probatum_kernel::{Code, Coded, FieldFault};

impl Coded for BatchTooLarge {
    fn code(&self) -> Code {
        Code::PayloadTooLarge
    }
}

impl Coded for MailFault {
    fn code(&self) -> Code {
        match self {
            Self::TooLarge | Self::HeaderTooLarge => Code::PayloadTooLarge,
            Self::NotAMail => Code::ValidationFailed,
        }
    }
}

impl Coded for StixFault {
    fn code(&self) -> Code {
        match self {
            Self::TooLarge | Self::TooMany => Code::PayloadTooLarge,
            Self::NotJson(_) => Code::MalformedJson,
            Self::NotABundle | Self::Version(_) | Self::TooManyIncidents(_) => Code::ValidationFailed,
        }
    }
}

impl Coded for UrlFault {
    fn code(&self) -> Code {
        Code::ValidationFailed
    }

    fn fields(&self) -> Vec<FieldFault> {
        vec![FieldFault::new("url", "invalid", self.to_string())]
    }
}
