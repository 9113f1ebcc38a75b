//! Where workflows and instruments are found by name: in folders, then among those that the program carries.
//! Reads and checks; publishes nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use draaiboek_workflow::ir::Workflow;
use draaiboek_workflow::language::{
    self, Bundle, Checked, Diagnostic, Kinds, Options, Reference, SourceFile, Style, render,
};

use crate::embedded;

/// Folder with earlier versions beside the document of a workflow.
pub const VERSIONS: &str = "versions";

/// A workflow that can be published.
#[derive(Debug, Clone)]
pub struct Published {
    /// Its compiled form.
    pub workflow: Workflow,
    /// Its source text.
    pub source: String,
}

/// A workflow that is needed has mistakes; they are told as people read them.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Mistakes(pub String);

/// Folders with workflows, and behind them what the program carries.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    folders: Vec<PathBuf>,
}

impl Shelf {
    /// The given folders, each a workflow or one that holds workflows.
    pub fn of(folders: Vec<PathBuf>) -> Self {
        Self { folders }
    }

    /// The folder in which the workflow around `file` lies beside others.
    pub fn around(file: &Path) -> Self {
        let own = file.ancestors().skip(1).find(|folder| is_workflow(folder));
        Self { folders: own.and_then(Path::parent).map(Path::to_owned).into_iter().collect() }
    }

    /// The files of a workflow.
    pub fn bundle(&self, name: &str) -> Option<Bundle> {
        let on_disk = self.folders.iter().find_map(|folder| {
            let inside = folder.join(name);
            let own = folder.file_name().is_some_and(|own| own == name);
            [own.then_some(folder), Some(&inside)].into_iter().flatten().find_map(|folder| read(folder))
        });
        on_disk.or_else(|| embedded::bundle(name))
    }

    /// The files of earlier versions of a workflow, `versions/VERSION/NAME.yaml` below its folder, in order of version.
    pub fn earlier(&self, name: &str) -> Vec<Bundle> {
        let on_disk = self.folders.iter().flat_map(|folder| {
            let own = folder.file_name().is_some_and(|own| own == name);
            earlier_files(&if own { folder.clone() } else { folder.join(name) })
        });
        let on_disk: Vec<Bundle> = on_disk.filter_map(|file| read_main(&file)).collect();
        if on_disk.is_empty() { embedded::earlier(name) } else { on_disk }
    }

    /// All versions of a workflow, compiled, the newest last.
    ///
    /// # Errors
    /// One of them has mistakes.
    pub fn versions(&self, name: &str) -> Result<Vec<Published>, Mistakes> {
        let all = self.earlier(name).into_iter().chain(self.bundle(name));
        all.map(|bundle| self.compiled(&bundle)).collect()
    }

    /// The file of an instrument: `instruments/NAME.yaml` in one of the folders or beside it.
    pub fn instrument(&self, name: &str) -> Option<SourceFile> {
        let file = format!("instruments/{name}.yaml");
        let places = self.folders.iter().flat_map(|folder| [Some(folder.as_path()), folder.parent()]).flatten();
        let on_disk = places.map(|place| place.join(&file)).find(|path| path.is_file());
        on_disk
            .and_then(|path| source(&path))
            .or_else(|| Some(SourceFile::new(format!("<built-in>/{file}"), embedded::text(&file)?)))
    }

    /// Checks a workflow with what stands here.
    pub fn check(&self, bundle: &Bundle, kinds: Option<&Kinds>) -> Checked {
        let resolve = |reference: &Reference| self.bundle(&reference.name);
        let instrument = |reference: &Reference| self.instrument(&reference.name);
        language::check(bundle, &Options { resolve: Some(&resolve), instrument: Some(&instrument), kinds })
    }

    /// A workflow, compiled.
    ///
    /// # Errors
    /// It has mistakes.
    pub fn compiled(&self, bundle: &Bundle) -> Result<Published, Mistakes> {
        let source = bundle.main.text.to_string();
        let checked = self.check(bundle, None);
        match checked.workflow {
            Some(workflow) => Ok(Published { workflow, source }),
            None => Err(Mistakes(human(&checked.diagnostics, &checked.sources))),
        }
    }

    /// These workflows and all that they run as children, in all versions; names that are not found are left out.
    ///
    /// # Errors
    /// One of them has mistakes.
    pub fn needed(&self, names: impl IntoIterator<Item = String>) -> Result<Vec<Published>, Mistakes> {
        let (mut known, mut found) = (BTreeSet::new(), Vec::new());
        let mut wanted: Vec<String> = names.into_iter().collect();
        while let Some(name) = wanted.pop() {
            if !known.insert(name.clone()) {
                continue;
            }
            for published in self.versions(&name)? {
                wanted.extend(
                    published
                        .workflow
                        .all_states()
                        .into_iter()
                        .filter_map(|state| Some(state.run.as_ref()?.workflow.clone())),
                );
                found.push(published);
            }
        }
        Ok(found)
    }
}

fn human(diagnostics: &[Diagnostic], sources: &[SourceFile]) -> String {
    render::human(diagnostics, sources, Style::Plain)
}

/// Whether `folder` holds a workflow: a file of its own name.
pub fn is_workflow(folder: &Path) -> bool {
    main_file(folder).is_some_and(|file| file.is_file())
}

fn main_file(folder: &Path) -> Option<PathBuf> {
    let name = folder.file_name()?.to_str()?;
    Some(folder.join(format!("{name}.yaml")))
}

fn read(folder: &Path) -> Option<Bundle> {
    read_main(&main_file(folder).filter(|file| file.is_file())?)
}

fn read_main(main: &Path) -> Option<Bundle> {
    let texts = text_files(main).iter().filter_map(|file| source(file)).collect();
    Some(Bundle { main: source(main)?, texts })
}

/// The documents of earlier versions of the workflow in `folder`, in order of version.
pub fn earlier_files(folder: &Path) -> Vec<PathBuf> {
    let Some(name) = folder.file_name().map(|name| format!("{}.yaml", name.to_string_lossy())) else {
        return Vec::new();
    };
    let entries = std::fs::read_dir(folder.join(VERSIONS)).into_iter().flatten().flatten();
    let mut found: Vec<(semver::Version, PathBuf)> = entries
        .filter_map(|entry| Some((semver::Version::parse(entry.file_name().to_str()?).ok()?, entry.path().join(&name))))
        .filter(|(_, file)| file.is_file())
        .collect();
    found.sort();
    found.into_iter().map(|(_, file)| file).collect()
}

/// A file as text. Bytes that are no text stay visible as such, and the check stumbles over them.
fn source(path: &Path) -> Option<SourceFile> {
    let bytes = std::fs::read(path).ok()?;
    Some(SourceFile::new(path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()))
}

/// The files with texts beside the document of a workflow, by name.
pub fn text_files(main: &Path) -> Vec<PathBuf> {
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
