//! All playbooks there are: those of the registry, and the operator's own, which override and add.

use crate::cacao::{self, PlaybookError};
use crate::playbook::{Playbook, Source};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../playbooks/", $name, ".json")))),+]
    };
}

/// The documents of the registry, by type.
const FILES: &[(&str, &str)] = files![
    "agent-hijack",
    "bec",
    "credential-theft",
    "data-breach",
    "data-poisoning",
    "ddos",
    "deepfake",
    "generic",
    "hallucination",
    "insider",
    "malware",
    "misconfiguration",
    "model-theft",
    "phishing",
    "prompt-injection",
    "ransomware",
    "supply-chain",
    "vulnerability",
];

static BUILT_IN: LazyLock<Arc<Library>> = LazyLock::new(|| {
    // Documents that are part of the program are right, which a test proves; one that were not would be missing.
    let read = |text: &str| Playbook::from_cacao(&cacao::Playbook::read(text).ok()?, Source::BuiltIn).ok();
    let mut library = Library::default();
    for playbook in FILES.iter().filter_map(|(_, text)| read(text)) {
        library.playbooks.insert(folded(&playbook.kind), Arc::new(playbook));
    }
    Arc::new(library)
});

/// Playbooks by type. Types that differ only in `-` and `_` are one.
#[derive(Debug, Clone, Default)]
pub struct Library {
    playbooks: BTreeMap<String, Arc<Playbook>>,
}

/// A file that is no playbook, or none that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {why}")]
pub struct LoadFault {
    /// The name of the file.
    pub file: String,
    /// What is wrong with it.
    pub why: String,
}

impl Library {
    /// The playbooks of the registry alone.
    ///
    /// ```
    /// let library = probatum_playbooks::Library::built_in();
    /// assert_eq!(library.get("agent_hijack").unwrap().kind, "agent-hijack");
    /// assert!(library.get("no-such-playbook").is_none());
    /// ```
    pub fn built_in() -> Arc<Self> {
        Arc::clone(&BUILT_IN)
    }

    /// The playbooks of the registry, and `own` ones, each a file name and a CACAO document. One of the same type takes
    /// the place of that of the registry; a file that cannot be used is named, and left out. Of two own ones of the same
    /// type the file that comes first by name stays.
    pub fn with_own(mut own: Vec<(String, String)>) -> (Self, Vec<LoadFault>) {
        own.sort();
        let (mut library, mut faults) = (Self::clone(&BUILT_IN), Vec::new());
        for (file, text) in own {
            match library.add(&file, &text) {
                Ok(()) => {}
                Err(why) => faults.push(LoadFault { file, why }),
            }
        }
        (library, faults)
    }

    fn add(&mut self, file: &str, text: &str) -> Result<(), String> {
        let text = text.trim_start_matches('\u{feff}');
        let read = |text: &str| -> Result<Playbook, PlaybookError> {
            Playbook::from_cacao(&cacao::Playbook::read(text)?, Source::Own(file.to_owned()))
        };
        let playbook = read(text).map_err(|e| e.to_string())?;
        if playbook.document.revoked == Some(true) {
            return Err("is revoked".to_owned());
        }
        if let Some(Source::Own(first)) = self.get(&playbook.kind).map(|p| &p.source) {
            return Err(format!("has the type {} of {first}; give it another", playbook.kind));
        }
        self.playbooks.insert(folded(&playbook.kind), Arc::new(playbook));
        Ok(())
    }

    /// The playbook of this type.
    pub fn get(&self, kind: &str) -> Option<&Arc<Playbook>> {
        self.playbooks.get(&folded(kind))
    }

    /// The playbooks that answer incidents of this category: own ones first, then by type.
    pub fn for_category(&self, category: &str) -> Vec<&Arc<Playbook>> {
        let category = folded(category);
        let fits = |p: &&Arc<Playbook>| p.categories.iter().any(|c| folded(c) == category);
        let mut found: Vec<_> = self.iter().filter(fits).collect();
        found.sort_by_key(|p| p.source == Source::BuiltIn);
        found
    }

    /// All, by type.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Playbook>> {
        self.playbooks.values()
    }
}

/// The form types and categories are compared in.
fn folded(word: &str) -> String {
    word.replace('_', "-")
}
