//! Finding and reading workflow files: single ones, folders with texts, folders with several. Checks nothing itself.

use std::path::{Path, PathBuf};

use draaiboek_workflow::language::{self, Bundle, Checked, Diagnostic, Kinds, Options, Reference, SourceFile};
use serde_json::json;

use crate::args::Common;
use crate::embedded;
use crate::failure::Failure;
use crate::session;

use super::input;

/// Folders of a workflow that hold other files than workflows.
const BESIDE: [&str; 5] = ["texts", "scenarios", "schools", "instruments", "documents"];

/// A workflow on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The document.
    main: PathBuf,
    /// Whether texts lie beside it.
    folder: bool,
}

/// What came of checking one.
pub struct Outcome {
    /// The check; none when a file is no text at all.
    pub checked: Option<Checked>,
    /// Its source text.
    pub source: String,
    /// All messages.
    pub diagnostics: Vec<Diagnostic>,
    /// The files, for rendering.
    pub sources: Vec<SourceFile>,
}

/// The workflows meant by the paths.
///
/// # Errors
/// A path is not there, or there is no workflow in it.
pub fn find(paths: &[PathBuf]) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        let before = found.len();
        if path.is_dir() {
            below(path, &mut found)?;
        } else if path.is_file() {
            found.push(single(path));
        } else {
            return Err(Failure::usage(format!("{}: there is no such file or folder; check the path", path.display())));
        }
        if found.len() == before {
            return Err(Failure::usage(format!(
                "{}: there is no workflow in it; a workflow is a file with `workflow:`, or a folder `name/` with `name/name.yaml`",
                path.display()
            )));
        }
    }
    Ok(found)
}

/// The one workflow meant by a path.
///
/// # Errors
/// As [`find`], or there are several.
pub fn one(path: &Path) -> Result<Found, Failure> {
    let found = find(&[path.to_owned()])?;
    match found.as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(Failure::usage(format!("{}: holds {} workflows; name one of them", path.display(), found.len()))),
    }
}

fn single(path: &Path) -> Found {
    let stem = path.file_stem();
    let folder = path.canonicalize().ok().is_some_and(|path| path.parent().and_then(Path::file_name) == stem);
    Found { main: path.to_owned(), folder }
}

fn below(folder: &Path, found: &mut Vec<Found>) -> Result<(), Failure> {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = real.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let own = folder.join(format!("{name}.yaml"));
    if own.is_file() {
        found.push(Found { main: own, folder: true });
        return Ok(());
    }
    let unreadable = |error: std::io::Error| Failure::usage(format!("{}: cannot be read: {error}", folder.display()));
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        entries.push(entry.map_err(unreadable)?);
    }
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // Links are not followed: a circle of them would never end.
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && !BESIDE.iter().any(|name| entry.file_name() == *name) {
            below(&path, found)?;
        } else if kind.is_file()
            && path.extension().is_some_and(|extension| extension == "yaml")
            && says_workflow(&path)
        {
            found.push(Found { main: path, folder: false });
        }
    }
    Ok(())
}

/// Whether a file wants to be a workflow.
fn says_workflow(path: &Path) -> bool {
    let Ok(bytes) = input::bytes(path) else { return true };
    let text = String::from_utf8_lossy(&bytes);
    text.lines().any(|line| line.starts_with("workflow:") || line.starts_with("extends:"))
}

/// The step kinds of the built-in plugins.
///
/// # Errors
/// The plugins cannot be used.
pub fn kinds(common: &Common) -> Result<Kinds, Failure> {
    let library = session::library(common)?;
    let manifests: Vec<_> = library.plugins().iter().map(|plugin| json!(plugin.manifest())).collect();
    Ok(Kinds::from_manifests(&manifests))
}

/// Reads and checks a workflow.
///
/// # Errors
/// A file cannot be read.
pub fn check(found: &Found, kinds: Option<&Kinds>) -> Result<Outcome, Failure> {
    let mut diagnostics = Vec::new();
    let main = source(&found.main, &mut diagnostics)?;
    let mut texts = Vec::new();
    if found.folder {
        for file in text_files(&found.main) {
            texts.extend(source(&file, &mut diagnostics)?);
        }
    }
    let Some(main) = main else {
        return Ok(Outcome { checked: None, source: String::new(), diagnostics, sources: texts });
    };
    let source = main.text.to_string();
    let base = found.main.parent().and_then(Path::parent).map(Path::to_owned);
    let resolve = |reference: &Reference| extended(base.as_deref(), reference);
    let options = Options { resolve: Some(&resolve), kinds };
    let checked = language::check(&Bundle { main, texts }, &options);
    diagnostics.extend(checked.diagnostics.iter().cloned());
    Ok(Outcome { source, diagnostics, sources: checked.sources.clone(), checked: Some(checked) })
}

/// A source file; when it is no text, a message about that.
fn source(path: &Path, diagnostics: &mut Vec<Diagnostic>) -> Result<Option<SourceFile>, Failure> {
    let bytes = input::bytes(path)?;
    Ok(match SourceFile::from_bytes(path.display().to_string(), &bytes) {
        Ok(source) => Some(source),
        Err(diagnostic) => {
            diagnostics.push(*diagnostic);
            None
        }
    })
}

fn text_files(main: &Path) -> Vec<PathBuf> {
    let folder = main.parent().unwrap_or(Path::new(".")).join("texts");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    files
}

/// A workflow that is extended: beside this one, or built in.
fn extended(base: Option<&Path>, reference: &Reference) -> Option<Bundle> {
    let name = &reference.workflow;
    let on_disk = base.map(|base| base.join(name).join(format!("{name}.yaml"))).filter(|file| file.is_file());
    let Some(main) = on_disk else { return embedded::bundle(name) };
    let mut unread = Vec::new();
    let texts = text_files(&main).iter().filter_map(|file| source(file, &mut unread).ok().flatten()).collect();
    Some(Bundle { main: source(&main, &mut unread).ok().flatten()?, texts })
}
