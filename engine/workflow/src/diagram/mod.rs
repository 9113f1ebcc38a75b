//! Pictures of workflows: SVG laid out here, text forms for other tools, and a list that says the same in words.
//!
//! Pure and deterministic: the same workflow and options give the same bytes. `build` turns a workflow into a
//! [`graph::DiagramGraph`]; `layout` places any such graph; `svg` draws it. The other formats come from the
//! workflow itself.

mod area;
mod build;
mod columns;
mod dot;
mod frames;
pub mod graph;
mod layers;
pub mod layout;
mod list;
mod mermaid;
mod order;
mod place;
mod route;
mod rows;
mod scxml;
pub mod shape;
mod svg;
pub mod text;
mod words;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use build::build;
pub use graph::{DiagramGraph, Tone};
pub use layout::{Layout, layout};
pub use shape::Orientation;
pub use svg::{STYLE, draw};
pub use words::counted_from;

use crate::ir::Workflow;

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// A picture.
    #[default]
    Svg,
    /// Mermaid `stateDiagram-v2`.
    Mermaid,
    /// Graphviz.
    Dot,
    /// W3C State Chart XML: the chart without steps and people.
    Scxml,
    /// An outline in plain text: the picture in words.
    List,
}

/// A note on a state, such as "6 dagen te laat".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Annotation {
    /// Shown below the title.
    pub text: String,
    /// Colour of the box.
    pub tone: Tone,
}

/// How a workflow is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagramOptions {
    /// What to make.
    pub format: Format,
    /// Language of the words (`nl`, `en`).
    pub locale: String,
    /// Which way the flow runs.
    pub orientation: Orientation,
    /// States where an instance is now.
    pub highlight: BTreeSet<String>,
    /// Pairs of states between which an instance went (ids; the start of a box is `<id>/start`).
    pub taken: BTreeSet<(String, String)>,
    /// Notes by state id.
    pub annotations: BTreeMap<String, Annotation>,
    /// Link of every state; `{id}` stands for its id. With links the picture has the role `group`, else `img`.
    pub href: Option<String>,
    /// Put before the ids in the SVG, so that two pictures can share a page.
    pub id_prefix: String,
    /// Embed [`STYLE`] and a background: a file that stands alone. Off for pages that serve the style themselves.
    pub style: bool,
    /// Only states and arrows: steps, timers and cycles that are run stay out.
    pub plain: bool,
    /// Conditions as they are written, for authors.
    pub guards: bool,
}

impl Default for DiagramOptions {
    fn default() -> Self {
        Self {
            format: Format::Svg,
            locale: "nl".to_owned(),
            orientation: Orientation::LeftRight,
            highlight: BTreeSet::new(),
            taken: BTreeSet::new(),
            annotations: BTreeMap::new(),
            href: None,
            id_prefix: "dia-".to_owned(),
            style: true,
            plain: false,
            guards: true,
        }
    }
}

/// A timer in words: its own text, or its rule.
pub fn timer(workflow: &Workflow, locale: &str, id: &str) -> String {
    words::Words { workflow, locale }.timer(id)
}

/// The workflow in the form that `options` ask for. Never fails: arrows to unknown states are left out.
pub fn render(workflow: &Workflow, options: &DiagramOptions) -> String {
    match options.format {
        Format::Svg => {
            let graph = build(workflow, options);
            draw(&graph, &layout(&graph, options.orientation), options)
        }
        Format::Mermaid => mermaid::write(&build(workflow, options), options),
        Format::Dot => dot::write(&build(workflow, options), options),
        Format::Scxml => scxml::write(workflow),
        Format::List => list::write(workflow, options),
    }
}
