//! From SCXML text to a [`Document`]: the tree of states. Executable content is read by `content`.

use std::collections::BTreeSet;

use draaiboek_chart::{
    Block, Chart, ChartError, ChartSource, CondId, InitialSource, MAX_DEPTH, Place, StateKind, StateSource,
    TransitionSource,
};
use roxmltree::Node;

use super::document::{Action, Datum, Document, Payload};
use super::error::Refusal;
use super::expression::Condition;
use super::xml::{self, Attributes};

/// What values and conditions are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Null,
    Cel,
}

/// A document while it is read.
pub(super) struct Reader<'a, 'i> {
    pub(super) dialect: Dialect,
    pub(super) actions: Vec<Action>,
    pub(super) conditions: Vec<Condition>,
    pub(super) done_data: Vec<Payload>,
    data: Vec<Datum>,
    /// Where each state, its initial and its transitions stand, in pre-order; the document itself first.
    places: Vec<Places<'a, 'i>>,
    /// All ids of the document, to make others for states that have none.
    ids: BTreeSet<&'a str>,
    made: usize,
}

struct Places<'a, 'i> {
    node: Node<'a, 'i>,
    initial: Node<'a, 'i>,
    transitions: Vec<Node<'a, 'i>>,
}

impl Document {
    /// Reads an SCXML document.
    ///
    /// # Errors
    /// [`Refusal`] for text that is no XML, anything this reader does not know, and charts that do not compile.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let xml = xml::parse(text)?;
        let root = xml.root_element();
        if xml::name(root)? != "scxml" {
            return Err(xml::refuse(root, format!("root element <{}>", root.tag_name().name())));
        }
        let attributes = Attributes::new(root, &["initial", "name", "version", "datamodel", "binding"])?;
        if attributes.get("version").is_some_and(|version| version != "1.0") {
            return Err(attributes.refuse_value("version"));
        }
        let dialect = match attributes.get("datamodel") {
            None | Some("" | "null") => Dialect::Null,
            Some("cel") => Dialect::Cel,
            Some(_) => return Err(attributes.refuse_value("datamodel")),
        };
        let late_binding = match attributes.get("binding") {
            None | Some("early") => false,
            Some("late") => true,
            Some(_) => return Err(attributes.refuse_value("binding")),
        };
        let mut reader = Reader::new(dialect, root);
        let mut source = StateSource { initial: initial_attribute(attributes), ..StateSource::default() };
        reader.body(root, &mut source, 0)?;
        let source = ChartSource { initial: source.initial, states: source.children };
        let chart = Chart::compile(&source).map_err(|errors| reader.place(&errors))?;
        Ok(Self {
            chart,
            name: attributes.get("name").unwrap_or_default().to_owned(),
            actions: reader.actions,
            conditions: reader.conditions,
            done_data: reader.done_data,
            data: reader.data,
            late_binding,
        })
    }
}

impl<'a, 'i> Reader<'a, 'i> {
    fn new(dialect: Dialect, root: Node<'a, 'i>) -> Self {
        Self {
            dialect,
            actions: Vec::new(),
            conditions: Vec::new(),
            done_data: Vec::new(),
            data: Vec::new(),
            places: vec![Places { node: root, initial: root, transitions: Vec::new() }],
            ids: root.descendants().filter_map(|node| node.attribute("id")).collect(),
            made: 0,
        }
    }

    /// The first thing the chart core refuses, with its place in the text.
    fn place(&self, errors: &[ChartError]) -> Refusal {
        let root = &self.places[0];
        let Some(error) = errors.first() else {
            return xml::refuse(root.node, "chart");
        };
        let places = |index: usize| self.places.get(index).unwrap_or(root);
        let node = match &error.place {
            Place::Chart => root.node,
            Place::State { state, .. } => places(state.index()).node,
            Place::Initial { state, .. } => places(state.index()).initial,
            Place::Transition { state, index, .. } => {
                let places = places(state.index());
                places.transitions.get(*index).copied().unwrap_or(places.node)
            }
        };
        xml::refuse(node, error.to_string())
    }

    fn body(&mut self, node: Node<'a, 'i>, into: &mut StateSource, depth: usize) -> Result<(), Refusal> {
        let own = self.places.len() - 1;
        for (name, child) in xml::children(node)? {
            match name {
                "state" | "parallel" | "final" | "history" if depth < MAX_DEPTH => {
                    let state = self.state(name, child, depth + 1)?;
                    into.children.push(state);
                }
                "state" | "parallel" | "final" | "history" => {
                    return Err(xml::refuse(child, format!("<{name}> nested deeper than {MAX_DEPTH} levels")));
                }
                "datamodel" if !is_pseudo(into.kind) => self.datamodel(child, own)?,
                _ if depth == 0 => return Err(xml::unexpected(child)),
                "onentry" if !matches!(into.kind, StateKind::History { .. }) => {
                    into.on_entry.push(self.handler(child)?);
                }
                "onexit" if !matches!(into.kind, StateKind::History { .. }) => into.on_exit.push(self.handler(child)?),
                "transition" if into.kind != StateKind::Final => {
                    let transition = self.transition(child)?;
                    into.transitions.push(transition);
                    self.places[own].transitions.push(child);
                }
                "initial" if into.kind == StateKind::State => {
                    if into.initial.is_some() {
                        return Err(xml::refuse(child, "second initial of a state"));
                    }
                    into.initial = Some(self.initial(child)?);
                    self.places[own].initial = child;
                }
                "donedata" if into.kind == StateKind::Final && into.done_data.is_none() => {
                    into.done_data = Some(self.done_data(child)?);
                }
                _ => return Err(xml::unexpected(child)),
            }
        }
        Ok(())
    }

    fn state(&mut self, name: &str, node: Node<'a, 'i>, depth: usize) -> Result<StateSource, Refusal> {
        let known: &[&str] = match name {
            "state" => &["id", "initial"],
            "history" => &["id", "type"],
            _ => &["id"],
        };
        let attributes = Attributes::new(node, known)?;
        let kind = match (name, attributes.get("type")) {
            ("parallel", _) => StateKind::Parallel,
            ("final", _) => StateKind::Final,
            ("history", None | Some("shallow")) => StateKind::History { deep: false },
            ("history", Some("deep")) => StateKind::History { deep: true },
            ("history", Some(_)) => return Err(attributes.refuse_value("type")),
            _ => StateKind::State,
        };
        let id = match attributes.get("id").map(str::trim) {
            Some(id) if id.contains(char::is_whitespace) => {
                return Err(attributes.refuse_value("id"));
            }
            Some(id) => id.to_owned(),
            None => self.made_id(name),
        };
        self.places.push(Places { node, initial: node, transitions: Vec::new() });
        let mut state = StateSource { id, kind, initial: initial_attribute(attributes), ..StateSource::default() };
        self.body(node, &mut state, depth)?;
        Ok(state)
    }

    /// An id for a state that has none (W3C SCXML 3.14).
    fn made_id(&mut self, name: &str) -> String {
        loop {
            self.made += 1;
            let id = format!("_{name}{}", self.made);
            if !self.ids.contains(id.as_str()) {
                return id;
            }
        }
    }

    fn handler(&mut self, node: Node<'a, 'i>) -> Result<Block, Refusal> {
        Attributes::new(node, &[])?;
        self.block(node)
    }

    fn transition(&mut self, node: Node<'a, 'i>) -> Result<TransitionSource, Refusal> {
        let attributes = Attributes::new(node, &["event", "cond", "target", "type"])?;
        let internal = match attributes.get("type") {
            None | Some("external") => false,
            Some("internal") => true,
            Some(_) => return Err(attributes.refuse_value("type")),
        };
        let cond = match attributes.get("cond") {
            None => None,
            Some(text) => {
                let condition = self.condition(attributes, "cond", text)?;
                self.conditions.push(condition);
                Some(CondId(self.conditions.len() as u32 - 1))
            }
        };
        Ok(TransitionSource {
            events: attributes.words("event").map(Into::into).collect(),
            cond,
            targets: attributes.words("target").map(ToOwned::to_owned).collect(),
            internal,
            actions: self.block(node)?,
        })
    }

    /// `<initial>` holds one transition with a target and nothing that could keep it from being taken.
    fn initial(&mut self, node: Node<'a, 'i>) -> Result<InitialSource, Refusal> {
        Attributes::new(node, &[])?;
        let children = xml::children(node)?;
        let [("transition", child)] = children.as_slice() else {
            return Err(xml::refuse(node, "<initial> without exactly one transition"));
        };
        let attributes = Attributes::new(*child, &["target", "type"])?;
        let targets = attributes.words("target").map(ToOwned::to_owned).collect();
        Ok(InitialSource { targets, actions: self.block(*child)? })
    }

    fn datamodel(&mut self, node: Node<'a, 'i>, own: usize) -> Result<(), Refusal> {
        Attributes::new(node, &[])?;
        if self.dialect == Dialect::Null {
            return Err(xml::refuse(node, "<datamodel> in the null data model"));
        }
        for (name, child) in xml::children(node)? {
            if name != "data" {
                return Err(xml::unexpected(child));
            }
            let attributes = Attributes::new(child, &["id", "expr"])?;
            let id = attributes.need("id")?.to_owned();
            if self.data.iter().any(|datum| datum.id == id) {
                return Err(xml::refuse(child, format!("second <data> with id '{id}'")));
            }
            if super::data::is_system(&id) {
                return Err(attributes.refuse_value("id"));
            }
            let value = self.source(child, attributes)?;
            self.data.push(Datum { id, state: own, value });
        }
        Ok(())
    }
}

fn is_pseudo(kind: StateKind) -> bool {
    matches!(kind, StateKind::Final | StateKind::History { .. })
}

fn initial_attribute(attributes: Attributes<'_, '_>) -> Option<InitialSource> {
    attributes.get("initial")?;
    let targets = attributes.words("initial").map(ToOwned::to_owned).collect();
    Some(InitialSource { targets, actions: Block::new() })
}
