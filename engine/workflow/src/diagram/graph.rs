//! What is drawn: nodes in nodes, and edges between any two of them. Knows no workflows and no pixels.
//!
//! `build` makes one from a workflow; other graphs (trajectories, team structures) may be made the same way and
//! laid out by `layout`, drawn by `svg`.

/// A graph of nested nodes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DiagramGraph {
    /// Title for people and screen readers.
    pub title: String,
    /// One or two sentences that say what the picture shows.
    pub description: String,
    /// All nodes; a parent stands before its children.
    pub nodes: Vec<Node>,
    /// All edges, in the order in which they matter.
    pub edges: Vec<Edge>,
}

/// What a node looks like and how its inside is arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// A box without inside.
    State,
    /// A titled box around its children, which flow from one to the next.
    Group,
    /// A titled box whose children stand beside each other, divided by dashed lines.
    Regions,
    /// An end: a pill with a ring.
    End,
    /// The dot where its parent begins.
    Start,
    /// A circle with H.
    History,
    /// A circle with H*.
    DeepHistory,
}

/// The mood of a node; each is told by more than colour (line weight or a note).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// Active now.
    Active,
    /// Done.
    Ok,
    /// Needs attention.
    Warn,
    /// Blocked or failed.
    Stop,
    /// Still to come.
    Wait,
}

/// A small sign before a line of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// None.
    None,
    /// What people do: a dot.
    Step,
    /// Another workflow runs here.
    Run,
    /// Happens by time.
    Clock,
    /// Happens without leaving the node.
    Loop,
}

/// A line of small text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Sign before it.
    pub icon: Icon,
    /// The text.
    pub text: String,
}

/// A node.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Unique id.
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// Title in bold (empty for dots).
    pub title: String,
    /// Small lines below the title.
    pub lines: Vec<Line>,
    /// Node around it.
    pub parent: Option<usize>,
    /// Mood.
    pub tone: Tone,
    /// Whether it is a place where an instance is now.
    pub active: bool,
    /// Where a click leads.
    pub href: Option<String>,
    /// Full text for the pointer and for screen readers.
    pub tooltip: String,
}

/// An edge; several reasons to go the same way are one edge with several labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Index of the node it leaves.
    pub from: usize,
    /// Index of the node it enters.
    pub to: usize,
    /// What makes it happen, one line each.
    pub labels: Vec<Line>,
    /// Full text for the pointer.
    pub tooltip: String,
    /// It was taken in the instance shown.
    pub taken: bool,
}

impl Node {
    /// A plain node; fill the rest as needed.
    pub fn new(id: impl Into<String>, kind: NodeKind, title: impl Into<String>, parent: Option<usize>) -> Self {
        let title = title.into();
        Self {
            id: id.into(),
            kind,
            tooltip: title.clone(),
            title,
            lines: Vec::new(),
            parent,
            tone: Tone::Plain,
            active: false,
            href: None,
        }
    }
}

impl DiagramGraph {
    /// Children of every node, and the nodes without parent last.
    pub(super) fn children(&self) -> (Vec<Vec<usize>>, Vec<usize>) {
        let mut children = vec![Vec::new(); self.nodes.len()];
        let mut roots = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            match node.parent {
                Some(parent) if parent < index => children[parent].push(index),
                _ => roots.push(index),
            }
        }
        (children, roots)
    }
}
