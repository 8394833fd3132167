//! The operator's own playbooks: a folder of CACAO files, read again when it changes.

use probatum_application::AppError;
use probatum_application::playbooks::Playbooks;
use probatum_application::ports::Answered;
use probatum_playbooks::cacao::MAX_BYTES;
use probatum_playbooks::{Library, LoadFault, Source};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

/// The most files that are read.
const MAX_FILES: usize = 200;
/// The most entries of the folder that are looked at, of whatever kind.
const MAX_ENTRIES: usize = 10_000;
/// How long a look at the folder holds.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The built-in playbooks and those of a folder.
///
/// Files that end in `.json` are read, up to 200 of at most 1 MiB each; a link must stay within the folder. A file that
/// cannot be used is named in the log, once for each change of the folder, and the others stand.
pub struct PlaybookFolder {
    folder: Option<PathBuf>,
    library: RwLock<Arc<Library>>,
    seen: Mutex<Seen>,
}

/// The last look at the folder.
struct Seen {
    at: Instant,
    found: Listing,
}

/// What tells one state of the folder from another; or why it cannot be read.
type Listing = Result<Vec<Entry>, String>;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    name: String,
    /// Where it is, links followed.
    path: PathBuf,
    size: u64,
    modified: Option<SystemTime>,
}

impl PlaybookFolder {
    /// The built-in playbooks alone, or with those of a folder, which must be there. Later on it may go and come back:
    /// what was read last stays in use meanwhile.
    pub fn open(folder: Option<PathBuf>) -> Answered<Self> {
        let found = match &folder {
            Some(path) => Ok(list(path).map_err(AppError::unavailable)?),
            None => Ok(Vec::new()),
        };
        let library = match (&folder, &found) {
            (Some(path), Ok(entries)) => load(path, entries),
            _ => Library::built_in(),
        };
        let seen = Mutex::new(Seen { at: Instant::now(), found });
        Ok(Self { folder, library: RwLock::new(library), seen })
    }

    /// Reads the folder again if it changed since the last look. One caller does; the others go on with what there is.
    fn look(&self, folder: &Path, every: Duration) {
        let Ok(mut seen) = self.seen.try_lock() else { return };
        if seen.at.elapsed() < every {
            return;
        }
        let found = list(folder);
        seen.at = Instant::now();
        if found == seen.found {
            return;
        }
        match &found {
            Ok(entries) => {
                let library = load(folder, entries);
                *self.library.write().unwrap_or_else(PoisonError::into_inner) = library;
            }
            Err(why) => tracing::warn!(why = why.as_str(), "the playbooks read last stay in use"),
        }
        seen.found = found;
    }
}

impl Playbooks for PlaybookFolder {
    fn library(&self) -> Arc<Library> {
        if let Some(folder) = &self.folder {
            self.look(folder, LOOK_EVERY);
        }
        Arc::clone(&self.library.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The JSON files of the folder, by name. What stands behind a link counts, not the link.
fn list(folder: &Path) -> Listing {
    let fault = |e: std::io::Error| format!("playbooks = '{}': {e}", folder.display());
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)?.take(MAX_ENTRIES) {
        let entry = entry.map_err(fault)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.ends_with(".json") || name.starts_with('.') {
            continue;
        }
        // What vanishes while we look, or leads nowhere, keeps its name and is a fault when it is read.
        let path = fs::canonicalize(entry.path()).unwrap_or_else(|_| entry.path());
        let about = fs::metadata(&path).ok();
        let size = about.as_ref().map_or(0, fs::Metadata::len);
        entries.push(Entry { name, path, size, modified: about.and_then(|a| a.modified().ok()) });
    }
    entries.sort();
    Ok(entries)
}

/// The built-in playbooks with those of the folder; every fault is logged.
fn load(folder: &Path, entries: &[Entry]) -> Arc<Library> {
    let (mut own, mut faults) = (Vec::new(), Vec::new());
    let root = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    for (number, entry) in entries.iter().enumerate() {
        let read = if number < MAX_FILES {
            read(&root, entry)
        } else {
            Err(format!("is beyond the first {MAX_FILES} files, by name, which are all that is read"))
        };
        match read {
            Ok(text) => own.push((entry.name.clone(), text)),
            Err(why) => faults.push(LoadFault { file: entry.name.clone(), why }),
        }
    }
    let (library, refused) = Library::with_own(own);
    faults.extend(refused);
    for fault in &faults {
        tracing::warn!(file = fault.file.as_str(), why = fault.why.as_str(), "a playbook is left out");
    }
    let built_in = Library::built_in();
    for playbook in library.iter() {
        if let Source::Own(file) = &playbook.source {
            let overrides = built_in.get(&playbook.kind).is_some();
            let kind = playbook.kind.as_str();
            tracing::info!(file = file.as_str(), kind, overrides, "own playbook in use");
        }
    }
    Arc::new(library)
}

fn read(root: &Path, entry: &Entry) -> Result<String, String> {
    if !entry.path.starts_with(root) {
        return Err("is a link out of the folder; put the file itself there".to_owned());
    }
    if !fs::metadata(&entry.path).map_err(|e| e.to_string())?.is_file() {
        return Err("is no file".to_owned());
    }
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    let mut text = String::new();
    let file = File::open(&entry.path).map_err(|e| e.to_string())?;
    file.take(limit.saturating_add(1)).read_to_string(&mut text).map_err(|e| e.to_string())?;
    if text.len() > MAX_BYTES {
        return Err(format!("is larger than {MAX_BYTES} bytes; split it into several playbooks"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phishing(title: &str) -> String {
        let library = Library::built_in();
        let mut document = library.get("phishing").unwrap().document.clone();
        document.name = title.to_owned();
        document.write().unwrap()
    }

    /// The same without our extension: the name of the file is its type.
    fn plain(title: &str) -> String {
        let mut document = probatum_playbooks::cacao::Playbook::read(&phishing(title)).unwrap();
        document.playbook_extensions = None;
        document.write().unwrap()
    }

    fn title(folder: &PlaybookFolder, kind: &str) -> Option<String> {
        folder.look(folder.folder.as_deref().unwrap(), Duration::ZERO);
        folder.library().get(kind).map(|p| p.title.clone())
    }

    #[test]
    fn own_playbooks_override_and_add_and_come_and_go() {
        let dir = tempfile::tempdir().unwrap();
        let folder = PlaybookFolder::open(Some(dir.path().to_owned())).unwrap();
        assert_eq!(title(&folder, "phishing").as_deref(), Some("Phishing"));

        fs::write(dir.path().join("ours.json"), phishing("Ours")).unwrap();
        fs::write(dir.path().join("custom_phishing.json"), plain("Custom")).unwrap();
        assert_eq!(title(&folder, "phishing").as_deref(), Some("Ours"));
        assert_eq!(title(&folder, "custom-phishing").as_deref(), Some("Custom"));

        fs::write(dir.path().join("custom_phishing.json"), plain("Changed")).unwrap();
        fs::remove_file(dir.path().join("ours.json")).unwrap();
        assert_eq!(title(&folder, "phishing").as_deref(), Some("Phishing"));
        assert_eq!(title(&folder, "custom_phishing").as_deref(), Some("Changed"));
    }

    #[test]
    fn what_cannot_be_used_is_left_out_and_the_rest_stands() {
        let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let put = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
        put("good.json", &plain("Good"));
        put("broken.json", "{");
        put("notes.txt", &plain("Not read"));
        put(".hidden.json", &plain("Not read"));
        put("large.json", &format!("{}{}", plain("Large"), " ".repeat(MAX_BYTES)));
        fs::write(dir.path().join("bytes.json"), [0xff, 0xfe]).unwrap();
        fs::create_dir(dir.path().join("folder.json")).unwrap();
        fs::write(outside.path().join("outside.json"), plain("Outside")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("outside.json"), dir.path().join("linked.json"))
            .unwrap();
        std::os::unix::fs::symlink("nowhere", dir.path().join("dangling.json")).unwrap();
        std::os::unix::fs::symlink("good.json", dir.path().join("inside.json")).unwrap();
        let folder = PlaybookFolder::open(Some(dir.path().to_owned())).unwrap();
        let library = folder.library();
        let own = library.iter().filter(|p| p.source != Source::BuiltIn).map(|p| p.kind.as_str());
        assert_eq!(own.collect::<Vec<_>>(), ["good", "inside"]);
        assert_eq!(library.iter().len(), Library::built_in().iter().len() + 2);
    }

    #[test]
    fn no_more_than_so_many_files_are_read() {
        let dir = tempfile::tempdir().unwrap();
        for number in 0..=MAX_FILES {
            fs::write(dir.path().join(format!("p{number:03}.json")), plain("One of many")).unwrap();
        }
        let folder = PlaybookFolder::open(Some(dir.path().to_owned())).unwrap();
        assert!(folder.library().get("p199").is_some() && folder.library().get("p200").is_none());
    }

    #[test]
    fn a_folder_must_be_there_at_first_and_may_go_later() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("playbooks");
        let refused = PlaybookFolder::open(Some(path.clone())).err().unwrap();
        assert!(refused.cause.unwrap().contains("playbooks ="));
        fs::create_dir(&path).unwrap();
        fs::write(path.join("custom.json"), plain("Custom")).unwrap();
        let folder = PlaybookFolder::open(Some(path.clone())).unwrap();
        fs::remove_dir_all(&path).unwrap();
        assert_eq!(title(&folder, "custom").as_deref(), Some("Custom"));
        fs::create_dir(&path).unwrap();
        assert_eq!(title(&folder, "custom"), None);
        assert_eq!(
            PlaybookFolder::open(None).unwrap().library().iter().len(),
            Library::built_in().iter().len()
        );
    }

    #[test]
    fn the_folder_is_not_looked_at_every_time() {
        let dir = tempfile::tempdir().unwrap();
        let folder = PlaybookFolder::open(Some(dir.path().to_owned())).unwrap();
        fs::write(dir.path().join("custom.json"), plain("Custom")).unwrap();
        folder.look(dir.path(), Duration::from_secs(3600));
        assert!(folder.library.read().unwrap().get("custom").is_none());
        assert_eq!(title(&folder, "custom").as_deref(), Some("Custom"));
    }
}
