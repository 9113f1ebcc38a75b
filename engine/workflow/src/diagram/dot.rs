//! Graphviz text with boxes as clusters.

use super::DiagramOptions;
use super::graph::{DiagramGraph, NodeKind};
use super::shape::Orientation;

/// The graph as Graphviz text.
pub(super) fn write(graph: &DiagramGraph, options: &DiagramOptions) -> String {
    let (children, roots) = graph.children();
    let mut writer = Writer { graph, children, out: String::new() };
    let direction = if options.orientation == Orientation::LeftRight { "LR" } else { "TB" };
    writer.line(0, "digraph workflow {");
    writer.line(1, &format!("label={};", quote(&graph.title)));
    writer.line(1, &format!("rankdir={direction}; compound=true; fontname=\"sans-serif\";"));
    writer.line(1, "node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=12];");
    writer.line(1, "edge [fontname=\"sans-serif\", fontsize=10];");
    for root in roots {
        writer.node(root, 1);
    }
    for edge in 0..graph.edges.len() {
        writer.edge(edge);
    }
    writer.line(0, "}");
    writer.out
}

struct Writer<'a> {
    graph: &'a DiagramGraph,
    children: Vec<Vec<usize>>,
    out: String,
}

fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        self.out.push_str(&"    ".repeat(depth));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn text(&self, at: usize) -> String {
        let node = &self.graph.nodes[at];
        let mut lines = vec![node.title.as_str()];
        lines.extend(node.lines.iter().map(|line| line.text.as_str()));
        quote(&lines.join("\n"))
    }

    fn node(&mut self, at: usize, depth: usize) {
        let node = &self.graph.nodes[at];
        let id = quote(&node.id);
        let here = if node.active { ", penwidth=3" } else { "" };
        if self.children[at].is_empty() {
            let look = match node.kind {
                NodeKind::Start => "shape=point, width=0.15, label=\"\"".to_owned(),
                NodeKind::History => "shape=circle, label=\"H\"".to_owned(),
                NodeKind::DeepHistory => "shape=circle, label=\"H*\"".to_owned(),
                NodeKind::End => format!("shape=box, peripheries=2, label={}", self.text(at)),
                _ => format!("label={}", self.text(at)),
            };
            self.line(depth, &format!("{id} [{look}{here}];"));
            return;
        }
        self.line(depth, &format!("subgraph {} {{", cluster(at)));
        let dashed = node.parent.is_some_and(|parent| self.graph.nodes[parent].kind == NodeKind::Regions);
        let style = if dashed { "dashed" } else { "rounded" };
        let pen = if node.active { " penwidth=3;" } else { "" };
        let label = self.text(at);
        self.line(depth + 1, &format!("label={label}; style={style};{pen}"));
        for kid in self.children[at].clone() {
            self.node(kid, depth + 1);
        }
        self.line(depth, "}");
    }

    /// The first node without inside in a box: Graphviz joins nodes only, and cuts the arrow at the cluster.
    fn anchor(&self, node: usize) -> usize {
        let mut at = node;
        while let Some(first) = self.children[at].first() {
            at = *first;
        }
        at
    }

    fn edge(&mut self, at: usize) {
        let edge = &self.graph.edges[at];
        let within = |inner: usize, outer: usize| {
            std::iter::successors(Some(inner), |n| self.graph.nodes[*n].parent).any(|n| n == outer)
        };
        let mut look = Vec::new();
        let labels: Vec<&str> = edge.labels.iter().map(|label| label.text.as_str()).collect();
        if !labels.is_empty() {
            look.push(format!("label={}", quote(&labels.join("\n"))));
        }
        let (from, to) = (self.anchor(edge.from), self.anchor(edge.to));
        if from != edge.from && !within(to, edge.from) {
            look.push(format!("ltail={}", cluster(edge.from)));
        }
        if to != edge.to && !within(from, edge.to) {
            look.push(format!("lhead={}", cluster(edge.to)));
        }
        let (from, to) = (&self.graph.nodes[from].id, &self.graph.nodes[to].id);
        let line = format!("{} -> {} [{}];", quote(from), quote(to), look.join(", "));
        self.line(1, &line);
    }
}

fn cluster(node: usize) -> String {
    format!("\"cluster_{node}\"")
}
