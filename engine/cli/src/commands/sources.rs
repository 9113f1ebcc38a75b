//! Finding and reading workflow files: single ones, folders with texts, folders with several. Checks nothing itself.

use std::path::{Path, PathBuf};

use draaiboek_workflow::language::{Bundle, Checked, Diagnostic, Kinds, SourceFile, check_instrument};
use serde_json::json;

use crate::args::Common;
use crate::failure::Failure;
use crate::session;
use crate::shelf::{Shelf, VERSIONS, earlier_files, text_files};

use super::input;

/// Folders of a workflow that hold other files than workflows.
const BESIDE: [&str; 5] = ["texts", "scenarios", "schools", "documents", VERSIONS];

/// A workflow or an instrument on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The document.
    main: PathBuf,
    /// What it is.
    form: Form,
}

impl Found {
    /// The document.
    pub fn path(&self) -> &Path {
        &self.main
    }

    /// Whether it is an instrument.
    pub fn is_instrument(&self) -> bool {
        self.form == Form::Instrument
    }
}

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A workflow in a folder of its own, with texts beside it.
    Folder,
    /// A workflow in a single file.
    File,
    /// An instrument.
    Instrument,
}

/// What came of checking one.
pub struct Outcome {
    /// The check; none when a file is no text at all, and for an instrument.
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
        [one] if one.form == Form::Instrument => {
            Err(Failure::usage(format!("{}: is an instrument; name a workflow", path.display())))
        }
        [one] => Ok(one.clone()),
        _ => Err(Failure::usage(format!("{}: holds {} workflows; name one of them", path.display(), found.len()))),
    }
}

/// The same with the earlier versions that stand beside them, each before the newest.
pub fn with_earlier(found: Vec<Found>) -> Vec<Found> {
    let mut all = Vec::with_capacity(found.len());
    for newest in found {
        let folder = newest.main.parent().filter(|_| newest.form == Form::Folder && !is_earlier(&newest.main));
        let earlier = folder.map(earlier_files).unwrap_or_default().into_iter();
        all.extend(earlier.map(|main| Found { main, form: Form::Folder }));
        all.push(newest);
    }
    all
}

fn single(path: &Path) -> Found {
    Found { main: path.to_owned(), form: with_texts(says(path), path) }
}

/// A workflow that lies in a folder of its own name, or of its version, has texts beside it.
fn with_texts(form: Form, path: &Path) -> Form {
    let real = path.canonicalize().ok();
    let own = real.is_some_and(|real| real.parent().and_then(Path::file_name) == real.file_stem());
    if form == Form::File && (own || is_earlier(path)) { Form::Folder } else { form }
}

/// Whether a document is that of an earlier version: `versions/VERSION/NAME.yaml`.
fn is_earlier(path: &Path) -> bool {
    let above = path.parent().and_then(Path::parent);
    above.and_then(Path::file_name).is_some_and(|name| name == VERSIONS)
}

fn below(folder: &Path, found: &mut Vec<Found>) -> Result<(), Failure> {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = real.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let own = folder.join(format!("{name}.yaml"));
    if own.is_file() {
        found.push(Found { main: own, form: Form::Folder });
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
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "yaml") {
            found.extend(wants_to_be(&path).map(|form| Found { form: with_texts(form, &path), main: path }));
        }
    }
    Ok(())
}

/// What a file says that it is; unreadable ones are workflows, whose check says what is wrong.
fn says(path: &Path) -> Form {
    wants_to_be(path).unwrap_or(Form::File)
}

/// What a file in a folder wants to be, if anything.
fn wants_to_be(path: &Path) -> Option<Form> {
    let Ok(bytes) = input::bytes(path) else { return Some(Form::File) };
    form_of(&String::from_utf8_lossy(&bytes))
}

/// Whether a text is that of a workflow.
pub fn is_workflow(text: &str) -> bool {
    form_of(text) == Some(Form::File)
}

fn form_of(text: &str) -> Option<Form> {
    text.lines().find_map(|line| {
        let key = |key| line.starts_with(key);
        match () {
            () if key("workflow:") || key("extends:") => Some(Form::File),
            () if key("instrument:") => Some(Form::Instrument),
            () => None,
        }
    })
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
    if found.form == Form::Folder {
        for file in text_files(&found.main) {
            texts.extend(source(&file, &mut diagnostics)?);
        }
    }
    let Some(main) = main else {
        return Ok(Outcome { checked: None, source: String::new(), diagnostics, sources: texts });
    };
    let source = main.text.to_string();
    if found.form == Form::Instrument {
        let checked = check_instrument(&main, kinds);
        diagnostics.extend(checked.diagnostics);
        return Ok(Outcome { checked: None, source, diagnostics, sources: checked.sources });
    }
    let up = if is_earlier(&found.main) { 4 } else { 2 };
    let beside = found.main.ancestors().nth(up).map(Path::to_owned);
    let checked = Shelf::of(beside.into_iter().collect()).check(&Bundle { main, texts }, kinds);
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
