//! The workflows a play can run: those of the program, and those in folders. Reads and checks, publishes nothing.

use std::path::{Path, PathBuf};

use draaiboek_workflow::ir::Workflow;
use draaiboek_workflow::language::{self, Bundle, Options, SourceFile, Style, render};

/// A workflow that can be published.
#[derive(Debug, Clone)]
pub struct Published {
    /// Its compiled form.
    pub workflow: Workflow,
    /// Its source text.
    pub source: String,
}

/// Why workflows of a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WorkflowsError {
    /// A file or folder cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Open {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A workflow has mistakes.
    #[error("{0}")]
    Mistakes(String),
}

/// Whether `folder` holds a workflow: a file of its own name.
pub fn is_workflow(folder: &Path) -> bool {
    main_file(folder).is_some_and(|file| file.is_file())
}

fn main_file(folder: &Path) -> Option<PathBuf> {
    let name = folder.file_name()?.to_str()?;
    Some(folder.join(format!("{name}.yaml")))
}

/// The folders with workflows that belong to a scenario: the one it lies in and those beside that one.
pub fn around(scenario: &Path) -> Vec<PathBuf> {
    let own = scenario.ancestors().skip(1).find(|folder| is_workflow(folder));
    let Some(beside) = own.and_then(Path::parent) else { return Vec::new() };
    below(beside)
}

/// The workflow folders directly in `folder`, by name; `folder` itself when it is one.
pub fn below(folder: &Path) -> Vec<PathBuf> {
    if is_workflow(folder) {
        return vec![folder.to_owned()];
    }
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| is_workflow(path))
        .collect();
    found.sort();
    found
}

/// Reads and checks the workflow in `folder`.
///
/// # Errors
/// [`WorkflowsError`], with the diagnostics as people read them.
pub fn load(folder: &Path) -> Result<Published, WorkflowsError> {
    let main = main_file(folder).unwrap_or_else(|| folder.to_owned());
    let source = text(&main)?;
    let mut texts = Vec::new();
    let locales = folder.join("texts");
    if locales.is_dir() {
        let mut files: Vec<PathBuf> = std::fs::read_dir(&locales)
            .map_err(|source| WorkflowsError::Open { path: locales.clone(), source })?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
            .collect();
        files.sort();
        for file in files {
            texts.push(SourceFile::new(file.display().to_string(), text(&file)?));
        }
    }
    let bundle = Bundle { main: SourceFile::new(main.display().to_string(), source.clone()), texts };
    let checked = language::check(&bundle, &Options::default());
    match checked.workflow {
        Some(workflow) => Ok(Published { workflow, source }),
        None => Err(WorkflowsError::Mistakes(render::human(&checked.diagnostics, &checked.sources, Style::Plain))),
    }
}

fn text(path: &Path) -> Result<String, WorkflowsError> {
    std::fs::read_to_string(path).map_err(|source| WorkflowsError::Open { path: path.to_owned(), source })
}
