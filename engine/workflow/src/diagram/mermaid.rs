//! Mermaid `stateDiagram-v2` text, for documents and wikis that draw it themselves.
//!
//! Mermaid has no history: a history state becomes a plain state called H or H*.

use super::DiagramOptions;
use super::graph::{DiagramGraph, Edge, Icon, NodeKind, Tone};
use super::shape::Orientation;

/// The graph as Mermaid text.
pub(super) fn write(graph: &DiagramGraph, options: &DiagramOptions) -> String {
    let (children, roots) = graph.children();
    let mut writer = Writer { graph, children, names: names(graph), out: String::new() };
    writer.line(0, "---");
    writer.line(0, &format!("title: \"{}\"", graph.title.replace(['"', '\\'], "'")));
    writer.line(0, "---");
    writer.line(0, "stateDiagram-v2");
    let direction = if options.orientation == Orientation::LeftRight { "LR" } else { "TB" };
    writer.line(1, &format!("direction {direction}"));
    writer.scope(None, &roots, 1);
    writer.marks();
    writer.out
}

/// A name per node that Mermaid accepts: letters, digits and underscores, unique, no keyword.
pub(super) fn names(graph: &DiagramGraph) -> Vec<String> {
    let mut used = std::collections::BTreeSet::new();
    graph
        .nodes
        .iter()
        .map(|node| {
            let base: String = node.id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
            let mut name = format!("s_{base}");
            while !used.insert(name.clone()) {
                name.push('_');
            }
            name
        })
        .collect()
}

struct Writer<'a> {
    graph: &'a DiagramGraph,
    children: Vec<Vec<usize>>,
    names: Vec<String>,
    out: String,
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '#' | ';' | '"' | '<' | '>' | '{' | '}' | ':' | '&' | '[' | ']' | '%' => {
                out.push_str(&format!("#{};", u32::from(c)));
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        self.out.push_str(&"    ".repeat(depth));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn scope(&mut self, owner: Option<usize>, members: &[usize], depth: usize) {
        let divided = owner.is_some_and(|o| self.graph.nodes[o].kind == NodeKind::Regions);
        for (position, &node) in members.iter().enumerate() {
            if divided && position > 0 {
                self.line(depth, "--");
            }
            self.node(node, depth);
        }
        for edge in 0..self.graph.edges.len() {
            if self.home(&self.graph.edges[edge]) == owner {
                self.edge(edge, depth);
            }
        }
        for &node in members {
            if self.graph.nodes[node].kind == NodeKind::End && !divided {
                let line = format!("{} --> [*]", self.names[node]);
                self.line(depth, &line);
            }
        }
    }

    fn node(&mut self, at: usize, depth: usize) {
        let node = &self.graph.nodes[at];
        let name = self.names[at].clone();
        let title = match node.kind {
            NodeKind::Start => return,
            NodeKind::History => "H".to_owned(),
            NodeKind::DeepHistory => "H*".to_owned(),
            _ => node.title.clone(),
        };
        self.line(depth, &format!("state \"{}\" as {name}", escape(&title)));
        let kids = self.children[at].clone();
        if kids.is_empty() {
            let sign = |icon| match icon {
                Icon::Run => "▷ ",
                Icon::Clock => "⏱ ",
                Icon::Loop => "↻ ",
                Icon::Step | Icon::None => "",
            };
            let lines: Vec<String> = node.lines.iter().map(|l| format!("{}{}", sign(l.icon), l.text)).collect();
            if !lines.is_empty() {
                self.line(depth, &format!("{name} : {}", escape(&lines.join(" · "))));
            }
            return;
        }
        self.line(depth, &format!("state {name} {{"));
        self.scope(Some(at), &kids, depth + 1);
        self.line(depth, "}");
    }

    /// The innermost node around both ends: where Mermaid wants the arrow.
    fn home(&self, edge: &Edge) -> Option<usize> {
        let around = |node: usize| {
            std::iter::successors(self.graph.nodes[node].parent, |p| self.graph.nodes[*p].parent).collect::<Vec<_>>()
        };
        let of_from = around(edge.from);
        around(edge.to)
            .into_iter()
            .find(|node| of_from.contains(node))
            .filter(|node| self.graph.nodes[*node].kind != NodeKind::Regions)
    }

    fn edge(&mut self, at: usize, depth: usize) {
        let edge = &self.graph.edges[at];
        let from = match self.graph.nodes[edge.from].kind {
            NodeKind::Start => "[*]".to_owned(),
            _ => self.names[edge.from].clone(),
        };
        let mut line = format!("{from} --> {}", self.names[edge.to]);
        let labels: Vec<String> = edge.labels.iter().map(|l| escape(&l.text)).collect();
        if !labels.is_empty() {
            line.push_str(&format!(" : {}", labels.join(" / ")));
        }
        self.line(depth, &line);
    }

    fn marks(&mut self) {
        let marked: Vec<(usize, &str)> = self
            .graph
            .nodes
            .iter()
            .enumerate()
            .filter_map(|(at, node)| match node.tone {
                Tone::Plain => None,
                Tone::Active => Some((at, "active")),
                Tone::Ok => Some((at, "ok")),
                Tone::Warn => Some((at, "warn")),
                Tone::Stop => Some((at, "stop")),
                Tone::Wait => Some((at, "wait")),
            })
            .collect();
        for (class, style) in [
            ("active", "fill:#e0f1f4,stroke:#0b5a6b,stroke-width:3px,color:#17212e"),
            ("ok", "fill:#dff3e6,stroke:#17663a,color:#17212e"),
            ("warn", "fill:#fdf0d8,stroke:#7a4b00,color:#17212e"),
            ("stop", "fill:#fbe6e8,stroke:#a51d2d,color:#17212e"),
            ("wait", "fill:#e9eaf9,stroke:#4a4f9c,color:#17212e"),
        ] {
            if marked.iter().any(|(_, c)| *c == class) {
                self.line(1, &format!("classDef {class} {style}"));
            }
        }
        for (at, class) in marked {
            let line = format!("class {} {class}", self.names[at]);
            self.line(1, &line);
        }
    }
}
