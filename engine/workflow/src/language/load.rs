//! From files to a checked workflow: reads the document, the ones it extends and its texts, lowers and checks.

use std::collections::HashSet;

use semver::{Version, VersionReq};

use super::diagnostic::{Diagnostic, Severity, Sink};
use super::grammar::{Shape, WORKFLOW};
use super::instrument::{Finder, Fitting};
use super::lower;
use super::merge::overlay;
use super::node::{Node, Value};
use super::pattern::Pattern;
use super::shape::{What, validate};
use super::span::{SourceFile, SourceMap, Span};
use super::texts::{self, Collector};
use super::verify::{Kinds, verify};
use super::yaml;
use crate::definition::Definition;
use crate::ir;
use crate::lint::lint;

/// Longest chain of `extends`.
const MAX_CHAIN: usize = 8;

/// A workflow as files: the document and one file of texts for each language.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// The document.
    pub main: SourceFile,
    /// Texts; the stem of a file's name is its language (`texts/nl.yaml`).
    pub texts: Vec<SourceFile>,
}

impl Bundle {
    /// A workflow in a single file.
    pub fn single(name: impl Into<String>, text: impl Into<std::sync::Arc<str>>) -> Self {
        Self { main: SourceFile::new(name, text), texts: Vec::new() }
    }
}

/// What `extends:` or `instrument:` asks for.
#[derive(Debug, Clone)]
pub struct Reference {
    /// Name of the workflow or instrument.
    pub name: String,
    /// Version requirement, when one is given.
    pub version: Option<VersionReq>,
}

impl Reference {
    pub(super) fn parse(text: &str) -> Self {
        let (name, version) = text.split_once('@').unwrap_or((text, ""));
        Self { name: name.to_owned(), version: VersionReq::parse(version).ok() }
    }
}

/// Finds a workflow that is extended; `None` when there is none.
pub type Resolver<'a> = &'a dyn Fn(&Reference) -> Option<Bundle>;

/// What a check may use besides the files.
#[derive(Default)]
pub struct Options<'a> {
    /// Finds a workflow that is extended.
    pub resolve: Option<Resolver<'a>>,
    /// Finds an instrument that a step names.
    pub instrument: Option<Finder<'a>>,
    /// The step kinds of the installed plugins; without them steps are not checked against their kinds.
    pub kinds: Option<&'a Kinds>,
}

/// What a check yields.
#[derive(Debug)]
pub struct Checked {
    /// The compiled form, when there is no error.
    pub workflow: Option<ir::Workflow>,
    /// The same, ready to run, when there is no error.
    pub definition: Option<Definition>,
    /// Messages in order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// The files, for rendering messages.
    pub sources: Vec<SourceFile>,
    /// Where the elements of the compiled form stand.
    pub map: SourceMap,
}

impl Checked {
    /// Whether there is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// How many messages have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|item| item.severity == severity).count()
    }
}

/// Reads, lowers and checks a workflow. Never panics, whatever the files hold.
pub fn check(bundle: &Bundle, options: &Options<'_>) -> Checked {
    let mut loader = Loader {
        options,
        sources: Vec::new(),
        trees: Vec::new(),
        sink: Sink::default(),
        visited: HashSet::new(),
        map: SourceMap::for_document(bundle.main.text.len().min(yaml::MAX_BYTES)),
        definition: None,
    };
    let workflow = loader.workflow(bundle);
    let diagnostics = loader.sink.finish(&loader.sources);
    let failed = diagnostics.iter().any(|item| item.severity == Severity::Error);
    Checked {
        workflow: workflow.filter(|_| !failed),
        definition: loader.definition.filter(|_| !failed),
        diagnostics,
        sources: loader.sources,
        map: loader.map,
    }
}

struct Loader<'a> {
    options: &'a Options<'a>,
    sources: Vec<SourceFile>,
    /// Texts of files by language, the overlay's before the base's.
    trees: Vec<(String, Node)>,
    sink: Sink,
    visited: HashSet<String>,
    map: SourceMap,
    definition: Option<Definition>,
}

impl Loader<'_> {
    fn workflow(&mut self, bundle: &Bundle) -> Option<ir::Workflow> {
        let mut root = self.document(bundle)?;
        if self.is_foreign(&root) {
            return None;
        }
        Fitting { options: self.options, sources: &mut self.sources, sink: &mut self.sink }.states(&mut root);
        validate(&Shape::Object(&WORKFLOW), &root, What::Words("the document"), &mut self.sink);
        if self.sink.has_errors() {
            return None;
        }
        let mut inline = Collector::default();
        let mut workflow = lower::lower(&root, &mut self.map, &mut inline, &mut self.sink);
        workflow.texts = self.texts(&root, inline);
        self.map.put("workflow", root.entry("workflow").map_or(root.span, |e| e.value.span));
        // What was read is no longer needed; what follows takes its memory.
        drop(root);
        if !self.sink.has_errors() {
            self.definition = verify(&workflow, self.options.kinds, &self.map, &self.sources, &mut self.sink);
        }
        if !self.sink.has_errors() {
            self.lint(&workflow);
        }
        Some(workflow)
    }

    fn lint(&mut self, workflow: &ir::Workflow) {
        for finding in lint(workflow) {
            self.sink.add(finding.code, self.map.find(&finding.path), finding.message).help(finding.help);
        }
    }

    /// Refuses a map that has nothing of a workflow with one message instead of one for each key.
    fn is_foreign(&mut self, root: &Node) -> bool {
        let keys = ["workflow", "states", "steps", "extends"];
        let Some(first) = root.entries().first() else {
            return false;
        };
        if keys.iter().any(|key| root.get(key).is_some()) {
            return false;
        }
        self.sink
            .add("DB031", first.span, "This is no workflow: `workflow:` is missing.")
            .help("a workflow begins with `workflow: <name>` and has `states:` or `steps:`");
        true
    }

    /// The document with everything it extends below it.
    fn document(&mut self, bundle: &Bundle) -> Option<Node> {
        let file = self.add(&bundle.main);
        let root = yaml::read(file, &bundle.main.text, &mut self.sink);
        for source in &bundle.texts {
            self.text_file(source);
        }
        let root = root?;
        let Some(extends) = root.get("extends") else {
            return Some(root);
        };
        let name = extends.text().unwrap_or_default().to_owned();
        let span = extends.span;
        if !Pattern::Reference.matches(&name) {
            // The grammar says what is wrong with the name.
            return Some(root);
        }
        let base = self.base(&Reference::parse(&name), span)?;
        Some(overlay(base, root, &mut self.sink))
    }

    fn base(&mut self, reference: &Reference, span: Span) -> Option<Node> {
        let name = &reference.name;
        if self.visited.len() >= MAX_CHAIN || !self.visited.insert(name.clone()) {
            self.sink
                .add(
                    "DB005",
                    span,
                    format!("The chain of `extends` comes back to `{name}`, or is longer than {MAX_CHAIN}."),
                )
                .help("extend the workflow that all of them start from");
            return None;
        }
        let Some(bundle) = self.options.resolve.and_then(|resolve| resolve(reference)) else {
            self.sink
                .add("DB004", span, format!("The workflow `{name}` that this one extends was not found."))
                .help(format!("put it in `workflows/{name}/{name}.yaml`, or mend the name"));
            return None;
        };
        let mut base = self.document(&bundle)?;
        let version = base.get("version").and_then(Node::text).and_then(|v| Version::parse(v).ok());
        if let (Some(wanted), Some(found)) = (&reference.version, version)
            && !wanted.matches(&found)
        {
            self.sink
                .add("DB006", span, format!("`{name}` has version {found}, which `{wanted}` excludes."))
                .help("adapt the overlay to the new version and change the requirement");
        }
        if let Value::Map(entries) = &mut base.value {
            entries.retain(|entry| entry.key != "extends");
        }
        Some(base)
    }

    fn add(&mut self, source: &SourceFile) -> u32 {
        self.sources.push(source.clone());
        self.sources.len() as u32 - 1
    }

    fn text_file(&mut self, source: &SourceFile) {
        let file = self.add(source);
        let locale = source.stem().to_owned();
        if !Pattern::Locale.matches(&locale) {
            let span = Span { file, line: 1, column: 1, ..Span::default() };
            self.sink
                .add(
                    "DB034",
                    span,
                    format!("The file of texts `{}` does not bear the name of a language.", source.name),
                )
                .help("name it after its language: `texts/nl.yaml`, `texts/en.yaml`");
            return;
        }
        if let Some(node) = yaml::read(file, &source.text, &mut self.sink) {
            texts::tree(&node, &mut self.sink);
            self.trees.push((locale, node));
        }
    }

    /// Texts of files, then of `texts:`, then of titles beside things; what comes first counts.
    fn texts(&mut self, root: &Node, inline: Collector) -> texts::Texts {
        let mut all = Collector::default();
        let mut places = SourceMap::default();
        for (locale, node) in &self.trees {
            all.tree(locale, node, &mut places);
        }
        for entry in root.get("texts").map_or(&[][..], Node::entries) {
            all.tree(&entry.key, &entry.value, &mut places);
        }
        for (locale, texts) in inline.texts {
            for (key, text) in texts {
                let known = all.texts.get(&locale).and_then(|texts| texts.get(&key));
                if known.is_some_and(|known| *known != text) {
                    let path = format!("text/{locale}/{key}");
                    self.sink
                        .add(
                            "DB007",
                            self.map.exact(&path),
                            format!("The text `{key}` ({locale}) is also given elsewhere, and differs."),
                        )
                        .label("this one is not used")
                        .help("keep the text in one place");
                    continue;
                }
                all.texts.entry(locale.clone()).or_default().entry(key).or_insert(text);
            }
        }
        self.map.absorb(places);
        all.texts
    }
}
