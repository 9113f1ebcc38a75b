//! From a checked tree of nodes to the compiled form (`ir`), with the place of every element.
//!
//! The tree has the shape of the grammar: what is missing here was reported before and is skipped in silence.
//! What names refer to is asked later, on the compiled form.

mod action;
mod linear;
mod state;
mod step;

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value as Json, json};

use super::diagnostic::Sink;
use super::grammar::DATUM;
use super::node::{Node, Value};
use super::shape;
use super::span::{Path, SourceMap, Span};
use super::texts::Collector;
use super::types;
use crate::ir;

/// State of one lowering.
pub(super) struct Lowering<'a> {
    pub(super) map: &'a mut SourceMap,
    pub(super) texts: &'a mut Collector,
    pub(super) sink: &'a mut Sink,
    states: HashMap<String, Span>,
    steps: HashMap<String, Span>,
    timers: HashMap<String, Span>,
    given: HashMap<String, step::Given>,
}

/// Lowers a document whose shape has been checked. Texts of files are not yet in it.
pub fn lower(root: &Node, map: &mut SourceMap, texts: &mut Collector, sink: &mut Sink) -> ir::Workflow {
    let mut lowering = Lowering {
        map,
        texts,
        sink,
        states: HashMap::new(),
        steps: HashMap::new(),
        timers: HashMap::new(),
        given: HashMap::new(),
    };
    lowering.workflow(root)
}

impl Lowering<'_> {
    fn workflow(&mut self, root: &Node) -> ir::Workflow {
        for key in ["title", "purpose", "hint"] {
            self.text(format_args!("{key}"), root.get(key));
        }
        for key in ["workflow", "version", "privacy", "initial", "config"] {
            if let Some(entry) = root.entry(key) {
                self.map.put(key, entry.value.span);
            }
        }
        let config = root.get("config").map_or_else(
            || json!({"type": "object", "properties": {}, "additionalProperties": false}),
            |node| self.fields(node, Path::of("config"), true),
        );
        let (data_schema, data) = self.data(root.get("data"));
        let states = self.all_states(root);
        ir::Workflow {
            ir_version: ir::IR_VERSION,
            id: string(root.get("workflow")),
            version: string(root.get("version")),
            tags: words(root.get("tags")),
            privacy: root.get("privacy").and_then(privacy).unwrap_or_default(),
            config,
            data_schema,
            data,
            roles: self.roles(root.get("roles")),
            views: self.views(root.get("views")),
            initial: words(root.get("initial")),
            states,
            texts: BTreeMap::new(),
        }
    }

    fn all_states(&mut self, root: &Node) -> Vec<ir::State> {
        let mut states = match (root.entry("states"), root.entry("steps")) {
            (Some(_), Some(steps)) => {
                self.sink
                    .add("DB035", steps.span, "`states` and `steps` exclude each other.")
                    .help("use `steps` for a simple list, or move each step into a state");
                Vec::new()
            }
            (Some(states), None) => self.states(&states.value),
            (None, Some(steps)) => self.linear(&steps.value),
            (None, None) => Vec::new(),
        };
        if states.is_empty() && !self.sink.has_errors() {
            self.sink
                .add("DB040", root.span, "The workflow has no states.")
                .help("add `states:` with at least one state, or `steps:` with a list of steps");
        }
        state::settle(&mut states);
        step::inherit(&mut states, &self.given);
        states
    }

    /// Configuration or event data; titles of configuration become texts `config.<field>`.
    pub(super) fn fields(&mut self, node: &Node, owner: Path, config: bool) -> Json {
        for entry in node.entries() {
            self.map.put(owner.at(&entry.key), entry.span);
            if config {
                self.text(format_args!("config.{}", entry.key), entry.value.get("title"));
                self.text(format_args!("config.{}.hint", entry.key), entry.value.get("hint"));
            }
        }
        types::fields(node, &mut Sink::default())
    }

    fn data(&mut self, node: Option<&Node>) -> (Json, BTreeMap<String, Json>) {
        let mut properties = serde_json::Map::new();
        let mut values = BTreeMap::new();
        for entry in node.map_or(&[][..], Node::entries) {
            self.map.put(Path::of("data").at(&entry.key), entry.span);
            let (schema, value) = match entry.value.get("type") {
                Some(_) => self.datum(&entry.value),
                None => {
                    let value = entry.value.json();
                    (types::inferred(&value), value)
                }
            };
            properties.insert(entry.key.clone(), schema);
            values.insert(entry.key.clone(), value);
        }
        let names: Vec<&String> = values.keys().collect();
        let schema = json!({
            "type": "object",
            "properties": properties,
            "required": names,
            "additionalProperties": false,
        });
        (schema, values)
    }

    fn datum(&mut self, node: &Node) -> (Json, Json) {
        shape::validate_keys(&DATUM, node, self.sink);
        let schema = node.get("type").map_or_else(|| json!({}), |inner| types::of(inner, &mut Sink::default()));
        let Some(default) = node.get("default") else {
            return (types::or_nothing(schema), Json::Null);
        };
        let value = default.json();
        if !types::accepts(&schema, &value) && !value.is_null() {
            self.sink
                .add("DB038", default.span, "The first value does not fit its type.")
                .help("change the value or the type");
        }
        (schema, value)
    }

    fn roles(&mut self, node: Option<&Node>) -> BTreeMap<String, ir::Role> {
        let mut roles = BTreeMap::new();
        for entry in node.map_or(&[][..], Node::entries) {
            let path = Path::of("role").at(&entry.key);
            self.map.put(path.at("name"), entry.span);
            self.text(format_args!("role.{}", entry.key), entry.value.get("title"));
            let apart = self.names(entry.value.get("apart"), path.at("apart"));
            let from = self.expr(entry.value.get("from"), path);
            roles.insert(entry.key.clone(), ir::Role { from, apart });
        }
        roles
    }

    fn views(&mut self, node: Option<&Node>) -> Vec<ir::View> {
        let mut views = Vec::new();
        for entry in node.map_or(&[][..], Node::entries) {
            let path = Path::of("view").at(&entry.key);
            self.map.put(path, entry.span);
            views.push(ir::View { role: entry.key.clone(), fields: self.exprs(Some(&entry.value), path) });
        }
        views
    }

    /// Adds a text for people under a key.
    pub(super) fn text(&mut self, key: std::fmt::Arguments<'_>, node: Option<&Node>) {
        if let Some(node) = node {
            self.texts.localised(&key.to_string(), node, self.map);
        }
    }

    /// An expression; booleans and numbers stand for themselves.
    pub(super) fn expr(&mut self, node: Option<&Node>, path: Path) -> Option<ir::Expr> {
        let node = node?;
        self.map.put(path, node.span);
        Some(expression(node))
    }

    /// Names with expressions.
    pub(super) fn exprs(&mut self, node: Option<&Node>, path: Path) -> BTreeMap<String, ir::Expr> {
        let mut found = BTreeMap::new();
        for entry in node.map_or(&[][..], Node::entries) {
            self.map.put(path.at(&entry.key), entry.value.span);
            found.insert(entry.key.clone(), expression(&entry.value));
        }
        found
    }

    /// A time rule.
    pub(super) fn rule(&mut self, node: &Node, path: Path) -> ir::TimeRuleText {
        self.map.put(path, node.span);
        string(Some(node))
    }

    /// A list of names, each with its place.
    pub(super) fn names(&mut self, node: Option<&Node>, path: Path) -> Vec<String> {
        let Some(node) = node else {
            return Vec::new();
        };
        self.map.put(path, node.span);
        for (n, item) in node.items().iter().enumerate() {
            self.map.put(path.nth(n), item.span);
        }
        words(Some(node))
    }

    /// A variable with its list; exactly one is allowed.
    pub(super) fn each(&mut self, node: Option<&Node>, path: Path) -> Option<ir::Each> {
        let node = node?;
        let [entry] = node.entries() else {
            self.sink
                .add("DB042", node.span, "`for_each` names one variable and its list.")
                .help("write `for_each: {team: steps.teams.result.groups}`");
            return None;
        };
        self.map.put(path, entry.value.span);
        self.map.put(path.at("var"), entry.span);
        Some(ir::Each { var: entry.key.clone(), list: expression(&entry.value) })
    }

    /// Requirements of a transition or checks of a step.
    pub(super) fn requirements(&mut self, node: Option<&Node>, path: Path) -> Vec<ir::Requirement> {
        let Some(node) = node else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (n, item) in node.items().iter().enumerate() {
            let path = path.nth(n);
            self.map.put(path, item.span);
            let that = match item.value {
                Value::Map(_) => item.get("that"),
                _ => Some(item),
            };
            if let Some(reason) = item.get("else") {
                self.map.put(path.at("else"), reason.span);
            }
            found.push(ir::Requirement {
                each: self.each(item.get("for_each"), path.at("for_each")),
                when: self.expr(item.get("when"), path.at("when")),
                that: self.expr(that, path.at("that")).unwrap_or_default(),
                reason: item.get("else").map_or_else(|| "NOT_READY".to_owned(), |reason| string(Some(reason))),
            });
        }
        found
    }
}

/// The text of a node, or nothing.
pub(super) fn string(node: Option<&Node>) -> String {
    node.and_then(Node::text).unwrap_or_default().trim().to_owned()
}

/// The texts of a list, or of the one text that stands for it.
pub(super) fn words(node: Option<&Node>) -> Vec<String> {
    node.map_or(&[][..], Node::items).iter().map(|item| string(Some(item))).collect()
}

/// Whether a key is `true`.
pub(super) fn flag(node: Option<&Node>) -> bool {
    matches!(node.map(|node| &node.value), Some(Value::Bool(true)))
}

/// A number that fits.
pub(super) fn count(node: Option<&Node>) -> Option<u32> {
    match node?.value {
        Value::Int(value) => u32::try_from(value).ok(),
        _ => None,
    }
}

/// A text is an expression; anything else stands for itself, as JSON is CEL.
fn expression(node: &Node) -> ir::Expr {
    match &node.value {
        Value::Text(text) => text.trim().to_owned(),
        _ => node.json().to_string(),
    }
}

/// A privacy class.
pub(super) fn privacy(node: &Node) -> Option<ir::Privacy> {
    Some(match node.text()? {
        "P0" => ir::Privacy::P0,
        "P1" => ir::Privacy::P1,
        "P2" => ir::Privacy::P2,
        "P3" => ir::Privacy::P3,
        "P4" => ir::Privacy::P4,
        _ => return None,
    })
}
