//! Draws a laid-out graph as SVG: no scripts, no references to anything outside, all text escaped.

use super::DiagramOptions;
use super::graph::{DiagramGraph, Edge, Icon, Line, Node, NodeKind, Tone};
use super::layout::{self, Layout, Point, Rect, Route, Shape};
use super::shape::{RING, SMALL_LINE, TITLE_LINE, TextBlock};

/// Style sheet of the pictures. It takes the page's colour tokens where there are any and has its own otherwise; a
/// page whose policy forbids inline styles serves it as a file and leaves it out of the picture.
pub const STYLE: &str = include_str!("style.css");

const ROUND: f64 = 8.0;

/// SVG of `graph` as laid out in `picture`.
pub fn draw(graph: &DiagramGraph, picture: &Layout, options: &DiagramOptions) -> String {
    let mut pen = Pen { out: String::new(), graph, picture };
    pen.document(options);
    pen.out
}

struct Pen<'a> {
    out: String,
    graph: &'a DiagramGraph,
    picture: &'a Layout,
}

/// Text safe between tags and in attributes; characters that XML forbids are left out.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\r' | '\t' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

/// A coordinate with at most one decimal.
fn n(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded.fract() == 0.0 { format!("{rounded:.0}") } else { format!("{rounded:.1}") }
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "",
        Tone::Active => " run",
        Tone::Ok => " ok",
        Tone::Warn => " warn",
        Tone::Stop => " stop",
        Tone::Wait => " wait",
    }
}

impl Pen<'_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn document(&mut self, options: &DiagramOptions) {
        let (w, h) = (n(self.picture.width), n(self.picture.height));
        let prefix = escape(&options.id_prefix);
        let linked = self.graph.nodes.iter().any(|node| node.href.is_some());
        let role = if linked { "group" } else { "img" };
        self.put(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"dia\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" \
             role=\"{role}\" aria-labelledby=\"{prefix}title\" aria-describedby=\"{prefix}desc\" lang=\"{}\">\n",
            escape(&options.locale)
        ));
        self.put(&format!("<title id=\"{prefix}title\">{}</title>\n", escape(&self.graph.title)));
        self.put(&format!("<desc id=\"{prefix}desc\">{}</desc>\n", escape(&self.graph.description)));
        if options.style {
            self.put(&format!("<style>{STYLE}</style>\n"));
            self.put(&format!("<rect class=\"bg\" width=\"{w}\" height=\"{h}\"/>\n"));
        }
        let boxes: Vec<usize> = (0..self.graph.nodes.len())
            .filter(|node| layout::is_box(self.graph, &self.picture.nodes[*node], *node))
            .collect();
        for node in &boxes {
            self.node(*node);
        }
        for ((x1, y1), (x2, y2)) in &self.picture.dividers {
            self.put(&format!("<path class=\"cut\" d=\"M{} {}L{} {}\"/>\n", n(*x1), n(*y1), n(*x2), n(*y2)));
        }
        for (edge, route) in self.graph.edges.iter().zip(&self.picture.edges) {
            self.edge(edge, route);
        }
        for node in 0..self.graph.nodes.len() {
            if !boxes.contains(&node) {
                self.node(node);
            }
        }
        self.put("</svg>\n");
    }

    fn node(&mut self, at: usize) {
        let node = &self.graph.nodes[at];
        let shape = &self.picture.nodes[at];
        let kind = match node.kind {
            NodeKind::State => "n",
            NodeKind::Group | NodeKind::Regions if shape.region => "box region",
            NodeKind::Group | NodeKind::Regions if shape.text_at.is_some() => "box",
            NodeKind::Group | NodeKind::Regions => "n",
            NodeKind::End => "n end",
            NodeKind::Start => "start",
            NodeKind::History | NodeKind::DeepHistory => "n history",
        };
        let here = if node.active { " here" } else { "" };
        let class = format!("{kind}{here}{}", tone(node.tone));
        let id = escape(&node.id);
        match &node.href {
            Some(href) => self.put(&format!("<a href=\"{}\" class=\"{class}\" data-state=\"{id}\">", escape(href))),
            None => self.put(&format!("<g class=\"{class}\" data-state=\"{id}\">")),
        }
        self.put(&format!("<title>{}</title>", escape(&node.tooltip)));
        self.outline(node, shape);
        self.put(if node.href.is_some() { "</a>\n" } else { "</g>\n" });
    }

    fn outline(&mut self, node: &Node, shape: &Shape) {
        let Rect { x, y, w, h } = shape.rect;
        let middle = (x + w / 2.0, y + h / 2.0);
        match node.kind {
            NodeKind::Start => self.circle(middle, 7.0, "dot"),
            NodeKind::History | NodeKind::DeepHistory => {
                self.circle(middle, 14.0, "ring");
                let letter = if node.kind == NodeKind::History { "H" } else { "H*" };
                self.text((middle.0, middle.1 + 5.0), "title", "middle", letter);
            }
            NodeKind::End => {
                self.rect(shape.rect, (h / 2.0).min(22.0));
                let ring = (x + RING * 0.8, middle.1);
                self.circle(ring, 8.0, "ring");
                self.circle(ring, 4.5, "dot");
                let rest = Rect { x: x + RING * 0.6, w: w - RING * 0.6, ..shape.rect };
                self.centred(rest, &shape.text);
            }
            _ => {
                if shape.region {
                    self.put(&format!(
                        "<rect class=\"clear\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                        n(x),
                        n(y),
                        n(w),
                        n(h)
                    ));
                } else {
                    self.rect(shape.rect, 10.0);
                }
                match shape.text_at {
                    Some(corner) => self.cornered(corner, &shape.text),
                    None => self.centred(shape.rect, &shape.text),
                }
            }
        }
    }

    fn rect(&mut self, rect: Rect, round: f64) {
        let Rect { x, y, w, h } = rect;
        self.put(&format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
            n(x),
            n(y),
            n(w),
            n(h),
            n(round)
        ));
    }

    fn circle(&mut self, (x, y): Point, r: f64, class: &str) {
        self.put(&format!("<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>", n(x), n(y), n(r)));
    }

    fn text(&mut self, (x, y): Point, class: &str, anchor: &str, text: &str) {
        let anchor = if anchor == "start" { String::new() } else { format!(" text-anchor=\"{anchor}\"") };
        self.put(&format!("<text class=\"{class}\" x=\"{}\" y=\"{}\"{anchor}>{}</text> ", n(x), n(y), escape(text)));
    }

    fn centred(&mut self, rect: Rect, block: &TextBlock) {
        let mut y = rect.y + (rect.h - block.height) / 2.0;
        let middle = rect.x + rect.w / 2.0;
        for line in &block.title {
            self.text((middle, y + 14.0), "title", "middle", line);
            y += TITLE_LINE;
        }
        if block.lines.iter().all(|line| line.icon == Icon::None) && !block.continued.contains(&true) {
            for line in &block.lines {
                self.text((middle, y + 12.0), "sub", "middle", &line.text);
                y += SMALL_LINE;
            }
        } else {
            self.smalls((middle - block.width / 2.0, y), block, "sub");
        }
    }

    fn cornered(&mut self, (x, y): Point, block: &TextBlock) {
        let mut at = y;
        for line in &block.title {
            self.text((x, at + 14.0), "title", "start", line);
            at += TITLE_LINE;
        }
        self.smalls((x, at), block, "sub");
    }

    fn smalls(&mut self, (x, mut y): Point, block: &TextBlock, class: &str) {
        for (i, line) in block.lines.iter().enumerate() {
            self.icon((x + 6.0, y + 8.0), line);
            self.text((x + block.indent(i), y + 12.0), class, "start", &line.text);
            y += SMALL_LINE;
        }
    }

    /// A sign of 12 by 12 pixels around a point.
    fn icon(&mut self, (x, y): Point, line: &Line) {
        let path = match line.icon {
            Icon::None => return,
            Icon::Step => format!("M{} {}h7v7h-7z", n(x - 3.5), n(y - 3.5)),
            Icon::Run => format!("M{} {}l8 5l-8 5zM{} {}v10", n(x - 5.0), n(y - 5.0), n(x + 5.0), n(y - 5.0)),
            Icon::Clock => {
                format!("M{} {}a5.5 5.5 0 1 1 0 .1zM{} {}v3.5h2.8", n(x - 5.5), n(y), n(x), n(y - 3.5))
            }
            Icon::Loop => {
                format!("M{} {}a4.6 4.6 0 1 1 -3.2 -3.2M{} {}l2.4 2.2l-2.6 2", n(x + 4.6), n(y), n(x - 0.6), n(y - 6.8))
            }
        };
        self.put(&format!("<path class=\"icon\" d=\"{path}\"/>"));
    }

    fn edge(&mut self, edge: &Edge, route: &Route) {
        let [.., before, end] = route.points.as_slice() else {
            return;
        };
        let class = if edge.taken { "edge hot" } else { "edge" };
        self.put(&format!("<g class=\"{class}\">"));
        if !edge.tooltip.is_empty() {
            self.put(&format!("<title>{}</title>", escape(&edge.tooltip)));
        }
        let path = rounded(&route.points);
        self.put(&format!("<path class=\"line\" d=\"{path}\"/>"));
        let head = head(*before, *end);
        self.put(&format!("<path class=\"head\" d=\"{head}\"/>"));
        if let Some((rect, text)) = &route.label {
            self.smalls((rect.x, rect.y), text, "lbl");
        }
        self.put("</g>\n");
    }
}

/// An arrow head whose tip is `end`.
fn head(before: Point, end: Point) -> String {
    let sign = |d: f64| {
        if d > 0.1 {
            1.0
        } else if d < -0.1 {
            -1.0
        } else {
            0.0
        }
    };
    let (dx, dy) = (sign(end.0 - before.0), sign(end.1 - before.1));
    let back = (end.0 - dx * 9.0, end.1 - dy * 9.0);
    let (a, b) = ((back.0 - dy * 4.5, back.1 - dx * 4.5), (back.0 + dy * 4.5, back.1 + dx * 4.5));
    format!("M{} {}L{} {}L{} {}z", n(end.0), n(end.1), n(a.0), n(a.1), n(b.0), n(b.1))
}

/// A path along `points` with rounded corners, ending where the arrow head begins.
fn rounded(points: &[Point]) -> String {
    let towards = |a: Point, b: Point, far: f64| {
        let length = (b.0 - a.0).abs() + (b.1 - a.1).abs();
        let share = if length > 0.0 { far / length } else { 0.0 };
        (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share)
    };
    let length = |a: Point, b: Point| (b.0 - a.0).abs() + (b.1 - a.1).abs();
    let mut path = format!("M{} {}", n(points[0].0), n(points[0].1));
    for window in points.windows(3) {
        let [a, b, c] = [window[0], window[1], window[2]];
        let round = ROUND.min(length(a, b) / 2.0).min(length(b, c) / 2.0);
        let (p, q) = (towards(b, a, round), towards(b, c, round));
        path.push_str(&format!("L{} {}Q{} {} {} {}", n(p.0), n(p.1), n(b.0), n(b.1), n(q.0), n(q.1)));
    }
    if let [.., a, b] = points {
        let tip = towards(*b, *a, 7.0f64.min(length(*a, *b)));
        path.push_str(&format!("L{} {}", n(tip.0), n(tip.1)));
    }
    path
}
