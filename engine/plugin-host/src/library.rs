//! The plugins of a process: loading from bytes, files and folders, and finding one by kind or hash.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use serde::Serialize;

use crate::cache::{CodeCache, fingerprint};
use crate::error::LoadError;
use crate::inspect::{self, Inspection};
use crate::limits::Limits;
use crate::load;
use crate::meter::Meter;
use crate::plugin::Plugin;
use crate::sandbox::Sandbox;

/// All plugins of a process. `Send` and `Sync`; share it in an [`Arc`].
///
/// A thread that calls or loads needs [`Limits::stack_bytes`] of stack and about 256 KiB more; the two MiB that Rust
/// gives a thread, and tokio a worker, are enough for the defaults.
pub struct Library {
    sandbox: Arc<Sandbox>,
    cache: Option<CodeCache>,
    cache_use: CacheUse,
    shelf: RwLock<Shelf>,
}

#[derive(Default)]
struct Shelf {
    /// By hash of the component; several versions of a plugin may stand here at once, instances are pinned to one.
    by_hash: BTreeMap<String, Arc<Plugin>>,
    /// The newest plugin for each step kind.
    by_kind: BTreeMap<String, Arc<Plugin>>,
}

/// Whether compiled code is kept on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "cache")]
pub enum CacheUse {
    /// Not asked for.
    Off,
    /// In this folder.
    On {
        /// The private folder.
        folder: PathBuf,
    },
    /// Asked for, but the folder cannot be used; plugins are compiled at each start.
    Unusable {
        /// The folder asked for.
        folder: PathBuf,
        /// Why not.
        problem: String,
    },
}

/// What a folder held.
#[derive(Debug, Default)]
pub struct DirReport {
    /// Plugins that are loaded now.
    pub loaded: Vec<Arc<Plugin>>,
    /// Files that cannot serve; the others are not touched by them.
    pub refused: Vec<LoadError>,
}

impl Library {
    /// An empty library. `cache` is a folder for compiled code, made private to this user; a folder that cannot be used
    /// costs time at each start, nothing else (see [`Library::cache`]).
    ///
    /// # Errors
    /// [`LoadError::Sandbox`] when the machine cannot give what the pool reserves.
    pub fn new(limits: Limits, cache: Option<&Path>) -> Result<Self, LoadError> {
        let sandbox = Arc::new(Sandbox::new(limits)?);
        let (cache, cache_use) = match cache {
            None => (None, CacheUse::Off),
            Some(folder) => open_cache(folder, &sandbox),
        };
        Ok(Self { sandbox, cache, cache_use, shelf: RwLock::default() })
    }

    /// The bounds in force.
    pub fn limits(&self) -> &Limits {
        &self.sandbox.limits
    }

    /// What is counted of calls.
    pub fn meter(&self) -> &Meter {
        &self.sandbox.meter
    }

    /// Whether compiled code is kept on disk, and why not.
    pub fn cache(&self) -> &CacheUse {
        &self.cache_use
    }

    /// Loads the component `bytes`; `name` is what messages call it. The same bytes twice are one plugin.
    ///
    /// # Errors
    /// Whatever makes it unfit to serve, or a clash with a loaded one; see [`LoadError`].
    pub fn add(&self, name: &str, bytes: &[u8]) -> Result<Arc<Plugin>, LoadError> {
        let plugin = load::load(&self.sandbox, self.cache.as_ref(), name, bytes)?;
        self.shelf.write().unwrap_or_else(PoisonError::into_inner).put(name, Arc::new(plugin), Same::Refused)
    }

    /// Like [`Library::add`], but takes the place of a loaded plugin of the same id and version with other content:
    /// for authors who build again and again, not for a running school.
    ///
    /// # Errors
    /// As [`Library::add`], without [`LoadError::SameVersion`].
    pub fn replace(&self, name: &str, bytes: &[u8]) -> Result<Arc<Plugin>, LoadError> {
        let plugin = load::load(&self.sandbox, self.cache.as_ref(), name, bytes)?;
        self.shelf.write().unwrap_or_else(PoisonError::into_inner).put(name, Arc::new(plugin), Same::Replaced)
    }

    /// Loads a set, such as the one embedded in the binary, on as many threads as the machine has cores.
    ///
    /// # Errors
    /// The first refusal in the order of the set; plugins before and after it may be loaded.
    pub fn add_all(&self, set: &[(&str, &[u8])]) -> Result<Vec<Arc<Plugin>>, LoadError> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = set.len().div_ceil(threads).max(1);
        let add_share =
            |share: &[(&str, &[u8])]| -> Vec<_> { share.iter().map(|(name, bytes)| self.add(name, bytes)).collect() };
        std::thread::scope(|scope| {
            let mut shares = set.chunks(share);
            let first = shares.next().unwrap_or_default();
            let others: Vec<_> = shares.map(|share| scope.spawn(move || add_share(share))).collect();
            let mut results = add_share(first);
            for other in others {
                let panicked = || LoadError::Sandbox { problem: "a loading thread panicked".to_owned() };
                results.extend(other.join().unwrap_or_else(|_| vec![Err(panicked())]));
            }
            results.into_iter().collect()
        })
    }

    /// Loads a component from a file.
    ///
    /// # Errors
    /// As [`Library::add`], and [`LoadError::Unreadable`].
    pub fn add_file(&self, path: &Path) -> Result<Arc<Plugin>, LoadError> {
        let bytes = self.read(path)?;
        self.add(&path.display().to_string(), &bytes)
    }

    /// Loads every `*.wasm` directly in `folder`, in order of name.
    ///
    /// # Errors
    /// [`LoadError::Unreadable`] when the folder cannot be listed; unfit files are in the report.
    pub fn add_dir(&self, folder: &Path) -> Result<DirReport, LoadError> {
        let unreadable = |error: std::io::Error| unreadable(folder, &error);
        let mut files = Vec::new();
        for file in std::fs::read_dir(folder).map_err(unreadable)? {
            let path = file.map_err(unreadable)?.path();
            if path.extension().is_some_and(|extension| extension == "wasm") {
                files.push(path);
            }
        }
        files.sort();
        let mut report = DirReport::default();
        for path in files {
            match self.add_file(&path) {
                Ok(plugin) => report.loaded.push(plugin),
                Err(error) => report.refused.push(error),
            }
        }
        Ok(report)
    }

    /// The newest plugin that brings the step kind.
    pub fn kind(&self, kind: &str) -> Option<Arc<Plugin>> {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner).by_kind.get(kind).cloned()
    }

    /// The plugin with this hash (64 lower case hexadecimal digits).
    pub fn by_hash(&self, sha256: &str) -> Option<Arc<Plugin>> {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner).by_hash.get(sha256).cloned()
    }

    /// All plugins, by id and version.
    pub fn plugins(&self) -> Vec<Arc<Plugin>> {
        let shelf = self.shelf.read().unwrap_or_else(PoisonError::into_inner);
        let mut plugins: Vec<_> = shelf.by_hash.values().cloned().collect();
        drop(shelf);
        plugins.sort_by(|one, other| one.name().cmp(other.name()));
        plugins
    }

    /// What there is to know about a component, fit or not, without adding it.
    pub fn inspect(&self, name: &str, bytes: &[u8]) -> Inspection {
        let loaded = load::load(&self.sandbox, self.cache.as_ref(), name, bytes);
        inspect::inspect(name, bytes, self.limits(), loaded.as_ref())
    }

    /// As [`Library::inspect`], from a file.
    ///
    /// # Errors
    /// [`LoadError::Unreadable`], and [`LoadError::TooLarge`] for a file that is not even read.
    pub fn inspect_file(&self, path: &Path) -> Result<Inspection, LoadError> {
        Ok(self.inspect(&path.display().to_string(), &self.read(path)?))
    }

    /// At most one byte over the limit is read, whatever the file turns out to be.
    fn read(&self, path: &Path) -> Result<Vec<u8>, LoadError> {
        let unreadable = |error: std::io::Error| unreadable(path, &error);
        let limit = self.limits().component_bytes;
        let file = File::open(path).map_err(unreadable)?;
        let size = file.metadata().map_err(unreadable)?.len();
        if size > limit as u64 {
            return Err(LoadError::TooLarge { name: path.display().to_string(), size, limit });
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        file.take((limit as u64).saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
        Ok(bytes)
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> LoadError {
    LoadError::Unreadable { path: path.to_owned(), problem: error.to_string() }
}

fn open_cache(folder: &Path, sandbox: &Sandbox) -> (Option<CodeCache>, CacheUse) {
    match CodeCache::open(folder, fingerprint(&sandbox.engine)) {
        Ok(cache) => (Some(cache), CacheUse::On { folder: folder.to_owned() }),
        Err(error) => {
            tracing::warn!(folder = %folder.display(), %error, "the cache of compiled plugins cannot be used; they are compiled at each start");
            (None, CacheUse::Unusable { folder: folder.to_owned(), problem: error.to_string() })
        }
    }
}

/// What to do with other content under a known id and version.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Same {
    Refused,
    Replaced,
}

impl Shelf {
    fn put(&mut self, name: &str, plugin: Arc<Plugin>, same: Same) -> Result<Arc<Plugin>, LoadError> {
        if let Some(found) = self.by_hash.get(plugin.sha256()) {
            return Ok(found.clone());
        }
        self.admit(name, &plugin, same)?;
        self.by_hash.retain(|_, found| found.name() != plugin.name());
        self.by_hash.insert(plugin.sha256().to_owned(), plugin.clone());
        self.index();
        Ok(plugin)
    }

    fn admit(&self, name: &str, plugin: &Plugin, same: Same) -> Result<(), LoadError> {
        for found in self.by_hash.values() {
            if found.name() == plugin.name() && same == Same::Refused {
                return Err(LoadError::SameVersion { name: name.to_owned(), plugin: plugin.name().clone() });
            }
            if found.name().id == plugin.name().id {
                continue;
            }
            let taken = |kind: &&crate::KindManifest| found.manifest().kind(&kind.kind).is_some();
            if let Some(kind) = plugin.manifest().kinds.iter().find(taken) {
                let (kind, by) = (kind.kind.clone(), found.name().clone());
                return Err(LoadError::KindTaken { name: name.to_owned(), kind, by });
            }
        }
        Ok(())
    }

    fn index(&mut self) {
        let mut plugins: Vec<_> = self.by_hash.values().cloned().collect();
        plugins.sort_by(|one, other| one.name().cmp(other.name()));
        // Later versions overwrite earlier ones.
        let kinds = |plugin: Arc<Plugin>| {
            let kinds: Vec<_> = plugin.manifest().kinds.iter().map(|kind| kind.kind.clone()).collect();
            kinds.into_iter().map(move |kind| (kind, plugin.clone()))
        };
        self.by_kind = plugins.into_iter().flat_map(kinds).collect();
    }
}
