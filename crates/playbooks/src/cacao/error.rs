//! Why a text is no playbook: one sentence, and every wrong member.

use probatum_kernel::FieldFault;

/// Why a playbook was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaybookError {
    /// Not JSON, or not the shape of a CACAO 2.0 playbook; the text says where.
    #[error("is not a CACAO 2.0 playbook: {0}")]
    Unreadable(String),
    /// Larger than is read; the limit in bytes.
    #[error("is larger than {0} bytes; split it into several playbooks")]
    TooLarge(usize),
    /// Members are wrong; every one is listed, up to a hundred.
    #[error("{}", sentence(.0))]
    Invalid(Vec<FieldFault>),
}

fn sentence(faults: &[FieldFault]) -> String {
    let shown: Vec<String> = faults.iter().take(5).map(|f| format!("{} {}", f.field, f.message)).collect();
    match faults.len().saturating_sub(shown.len()) {
        0 => shown.join("; "),
        more => format!("{}; and {more} more", shown.join("; ")),
    }
}
