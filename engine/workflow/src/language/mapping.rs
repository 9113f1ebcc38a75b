//! The map of a migration, read: names are checked against both versions. Opens no files and migrates nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::diagnostic::{Diagnostic, Sink};
use super::grammar::{MAPPING, Shape};
use super::node::{Entry, Node, Value};
use super::shape::{What, validate};
use super::span::{SourceFile, Span};
use super::suggest::nearest;
use super::yaml;
use crate::decide::{Mapping, Renames};
use crate::ir::Workflow;

/// What reading a map yields.
#[derive(Debug)]
pub struct CheckedMapping {
    /// The map, when there is no error.
    pub map: Option<Mapping>,
    /// Messages in order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// The file, for rendering messages.
    pub sources: Vec<SourceFile>,
}

/// Reads the map that leads from `old` to `new`.
pub fn check_mapping(source: &SourceFile, old: &Workflow, new: &Workflow) -> CheckedMapping {
    let mut sink = Sink::default();
    let node = yaml::read(0, &source.text, &mut sink);
    if let Some(node) = &node {
        validate(&Shape::Object(&MAPPING), node, What::Words("the map"), &mut sink);
    }
    let mut map = None;
    if let Some(node) = node.filter(|_| !sink.has_errors()) {
        map = Some(lower(&node));
        let mut check = Check { old: Names::of(old), new: Names::of(new), sink: &mut sink };
        check.document(&node);
    }
    let sources = vec![source.clone()];
    let failed = sink.has_errors();
    let diagnostics = sink.finish(&sources);
    CheckedMapping { map: map.filter(|_| !failed), diagnostics, sources }
}

fn lower(node: &Node) -> Mapping {
    let entries = |key: &str| node.get(key).map_or(&[][..], Node::entries);
    let texts = |node: &Node| node.items().iter().filter_map(|item| item.text().map(str::to_owned)).collect();
    Mapping {
        states: entries("states").iter().map(|entry| (entry.key.clone(), texts(&entry.value))).collect(),
        steps: entries("steps")
            .iter()
            .map(|entry| (entry.key.clone(), entry.value.text().map(str::to_owned)))
            .collect(),
        data: node.get("data").map(renames).unwrap_or_default(),
        config: node.get("config").map(renames).unwrap_or_default(),
    }
}

fn renames(node: &Node) -> Renames {
    let entries = |key: &str| node.get(key).map_or(&[][..], Node::entries);
    let name = |entry: &Entry| Some((entry.key.clone(), entry.value.text()?.to_owned()));
    Renames {
        rename: entries("rename").iter().filter_map(name).collect(),
        default: entries("default").iter().map(|entry| (entry.key.clone(), entry.value.json())).collect(),
    }
}

/// The names of one version.
struct Names {
    version: String,
    states: BTreeSet<String>,
    steps: BTreeSet<String>,
    data: BTreeSet<String>,
    config: BTreeSet<String>,
}

impl Names {
    fn of(workflow: &Workflow) -> Self {
        let states = workflow.all_states();
        let properties = workflow.config.get("properties").and_then(Json::as_object);
        Self {
            version: workflow.version.clone(),
            states: states.iter().map(|state| state.id.clone()).collect(),
            steps: states.iter().flat_map(|state| &state.steps).map(|step| step.id.clone()).collect(),
            data: workflow.data.keys().cloned().collect(),
            config: properties.into_iter().flatten().map(|(name, _)| name.clone()).collect(),
        }
    }
}

/// A sort of name: its code, its word in messages, and where its names are.
struct Sort {
    code: &'static str,
    word: &'static str,
    names: fn(&Names) -> &BTreeSet<String>,
}

const STATE: Sort = Sort { code: "DB060", word: "state", names: |names| &names.states };
const STEP: Sort = Sort { code: "DB064", word: "step", names: |names| &names.steps };
const DATA: Sort = Sort { code: "DB066", word: "data", names: |names| &names.data };
const SETTING: Sort = Sort { code: "DB091", word: "setting", names: |names| &names.config };

struct Check<'s> {
    old: Names,
    new: Names,
    sink: &'s mut Sink,
}

impl Check<'_> {
    fn document(&mut self, node: &Node) {
        for entry in node.get("states").map_or(&[][..], Node::entries) {
            self.known(&STATE, true, &entry.key, entry.span);
            for item in entry.value.items() {
                self.known(&STATE, false, item.text().unwrap_or_default(), item.span);
            }
        }
        let steps = node.get("steps").map_or(&[][..], Node::entries);
        for entry in steps {
            self.known(&STEP, true, &entry.key, entry.span);
            match &entry.value.value {
                Value::Null => {}
                Value::Text(to) => self.known(&STEP, false, to, entry.value.span),
                _ => {
                    let what = format!("`{}` is a step or `~`, not {}.", entry.key, entry.value.describe());
                    self.sink
                        .add("DB032", entry.value.span, what)
                        .help("write the name of the step in the new version");
                }
            }
        }
        self.once(&STEP, steps);
        self.values(&DATA, node.get("data"));
        self.values(&SETTING, node.get("config"));
    }

    fn values(&mut self, sort: &Sort, node: Option<&Node>) {
        let entries = |key: &str| node.and_then(|node| node.get(key)).map_or(&[][..], Node::entries);
        for entry in entries("rename") {
            self.known(sort, true, &entry.key, entry.span);
            self.known(sort, false, entry.value.text().unwrap_or_default(), entry.value.span);
        }
        self.once(sort, entries("rename"));
        for entry in entries("default") {
            self.known(sort, false, &entry.key, entry.span);
        }
    }

    /// A name must be one of its version.
    fn known(&mut self, sort: &Sort, before: bool, name: &str, span: Span) {
        let side = if before { &self.old } else { &self.new };
        let names = (sort.names)(side);
        if names.contains(name) {
            return;
        }
        let message = format!("There is no {} `{name}` in version {}.", sort.word, side.version);
        let all = names.iter().map(String::as_str);
        let near = nearest(name, all.clone());
        let known: Vec<&str> = all.take(12).collect();
        let known = format!("{} has {}", side.version, known.join(", "));
        self.sink.add(sort.code, span, message).did_you_mean(near, || known);
    }

    /// Two things cannot become one.
    fn once(&mut self, sort: &Sort, entries: &[Entry]) {
        let mut first: BTreeMap<&str, Span> = BTreeMap::new();
        for entry in entries {
            let Some(to) = entry.value.text() else { continue };
            if let Some(earlier) = first.insert(to, entry.value.span) {
                self.sink
                    .add("DB092", entry.value.span, format!("Two become the {} `{to}`.", sort.word))
                    .label(format!("first on line {}", earlier.line))
                    .help("give each a name of its own");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Bundle, Options, Style, check, render};

    fn workflow(text: &str) -> Workflow {
        let checked = check(&Bundle::single("x.yaml", text), &Options::default());
        checked.workflow.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
    }

    const OLD: &str = "workflow: x\nversion: 1.0.0\nconfig: {topic: {type: text, default: a}}\ndata: {count: 0, other: 0}\nroles: {dir: {}}\nstates:\n  asking: {step: {uses: input, roles: dir}, on: {go: {to: over, roles: dir}}}\n  over: {final: true}\n";

    fn read(text: &str) -> CheckedMapping {
        let new = OLD
            .replace("1.0.0", "1.1.0")
            .replace("asking", "gathering")
            .replace("topic", "theme")
            .replace("count", "turns");
        check_mapping(&SourceFile::new("map.yaml", text), &workflow(OLD), &workflow(&new))
    }

    #[test]
    fn a_map_is_read() {
        let text = "states: {asking: gathering}\nsteps: {asking: gathering}\ndata:\n  rename: {count: turns}\nconfig:\n  rename: {topic: theme}\n  default: {theme: books}\n";
        let map = read(text).map.expect("no mistakes");
        assert_eq!(map.states["asking"], ["gathering"]);
        assert_eq!(map.steps["asking"].as_deref(), Some("gathering"));
        assert_eq!(map.data.rename["count"], "turns");
        assert_eq!(map.config.default["theme"], "books");
        assert!(
            read("states: {asking: [gathering, over]}\nsteps: {asking: ~}").map.is_some_and(|map| map.ends("asking"))
        );
        assert_eq!(read("{}").map, Some(Mapping::default()));
    }

    #[test]
    fn unknown_names_are_refused_with_their_place() {
        for (text, said) in [
            ("states: {askin: gathering}", "map.yaml:1:10: error[DB060]: There is no state `askin` in version 1.0.0."),
            ("states: {askin: gathering}", "did you mean `asking`?"),
            ("states: {asking: gatherin}", "did you mean `gathering`?"),
            ("steps: {asking: [gathering]}", "error[DB032]"),
            ("steps: {nobody: gathering}", "1.0.0 has asking"),
            ("data: {rename: {count: turn}}", "error[DB066]"),
            ("data: {rename: {count: turns, other: turns}}", "error[DB092]"),
            ("config: {default: {topic: a}}", "error[DB091]: There is no setting `topic` in version 1.1.0."),
            ("state: {asking: gathering}", "did you mean `states`?"),
        ] {
            let checked = read(text);
            let shown = render::human(&checked.diagnostics, &checked.sources, Style::Plain);
            assert!(checked.map.is_none() && shown.contains(said), "{text}: {shown}");
        }
    }
}
