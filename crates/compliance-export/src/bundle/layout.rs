//! What a bundle consists of: the names of its members and how large each may be.

use probatum_kernel::EvidenceId;

pub(super) const BAGIT: &str = "bagit.txt";
pub(super) const BAG_INFO: &str = "bag-info.txt";
pub(super) const MANIFEST: &str = "manifest-sha256.txt";
pub(super) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
pub(super) const SIGNATURE: &str = "signature.dsse.json";
pub(super) const README: &str = "data/README.txt";
pub(super) const INCIDENT: &str = "data/incident.json";
pub(super) const REPORT_JSON: &str = "data/report.json";
pub(super) const REPORT_HTML: &str = "data/report.html";
pub(super) const REPORT_PDF: &str = "data/report.pdf";
pub(super) const TIMELINE: &str = "data/timeline.json";

/// `bagit.txt` (RFC 8493 §2.1.1).
pub(super) const BAGIT_TEXT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// Every member there has to be, evidence aside.
pub(super) const REQUIRED: [&str; 11] = [
    BAGIT,
    README,
    INCIDENT,
    REPORT_JSON,
    REPORT_HTML,
    REPORT_PDF,
    TIMELINE,
    BAG_INFO,
    MANIFEST,
    TAG_MANIFEST,
    SIGNATURE,
];

const MIB: u64 = 1024 * 1024;

/// A member of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    /// One of [`REQUIRED`].
    Fixed(&'static str),
    /// What an item of evidence is.
    Metadata(EvidenceId),
    /// Who held it.
    Custody(EvidenceId),
    /// The item itself.
    Content(EvidenceId),
}

impl Member {
    /// The member with this path; `None` if a bundle has no such member.
    pub fn of(path: &str) -> Option<Self> {
        if let Some(fixed) = REQUIRED.iter().find(|name| **name == path) {
            return Some(Self::Fixed(fixed));
        }
        let (folder, file) = path.strip_prefix("data/evidence/")?.split_once('/')?;
        let id: EvidenceId = folder.parse().ok()?;
        // One spelling only, or two folders could be one item.
        let member = match file {
            "metadata.json" => Self::Metadata(id),
            "custody.json" => Self::Custody(id),
            "content" => Self::Content(id),
            _ => return None,
        };
        (member.path() == path).then_some(member)
    }

    /// Its path in the bag.
    pub fn path(self) -> String {
        match self {
            Self::Fixed(name) => name.to_owned(),
            Self::Metadata(id) => format!("data/evidence/{id}/metadata.json"),
            Self::Custody(id) => format!("data/evidence/{id}/custody.json"),
            Self::Content(id) => format!("data/evidence/{id}/content"),
        }
    }

    /// How many bytes it may have if its text is needed for checking; `None` for what is only hashed. So
    /// checking takes constant memory.
    pub fn kept(self) -> Option<u64> {
        match self {
            Self::Fixed(BAGIT | BAG_INFO) => Some(MIB / 16),
            Self::Fixed(MANIFEST | TAG_MANIFEST | SIGNATURE) => Some(4 * MIB),
            Self::Fixed(REPORT_JSON) => Some(16 * MIB),
            Self::Custody(_) => Some(8 * MIB),
            Self::Metadata(_) => Some(MIB / 2),
            Self::Fixed(_) | Self::Content(_) => None,
        }
    }
}

/// Whether a text can be the folder a bag unpacks to: a plain name, safe on every system.
pub(super) fn is_folder(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    (1..=100).contains(&name.len())
        && name.bytes().all(plain)
        && !name.starts_with('.')
        && !name.ends_with('.')
}
