//! What makes a picture readable, checked: nothing lies on anything it does not belong to.

use crate::diagram::graph::{DiagramGraph, NodeKind};
use crate::diagram::layout::{Layout, Rect, is_box};

fn overlap(a: Rect, b: Rect, slack: f64) -> bool {
    a.x + slack < b.x + b.w && b.x + slack < a.x + a.w && a.y + slack < b.y + b.h && b.y + slack < a.y + a.h
}

fn within(inner: Rect, outer: Rect) -> bool {
    inner.x >= outer.x - 0.5
        && inner.y >= outer.y - 0.5
        && inner.x + inner.w <= outer.x + outer.w + 0.5
        && inner.y + inner.h <= outer.y + outer.h + 0.5
}

/// What takes room: nodes without inside, titles of boxes, labels; each with its name.
fn solid(graph: &DiagramGraph, picture: &Layout) -> Vec<(String, Rect)> {
    let mut solid = Vec::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        let shape = &picture.nodes[at];
        match shape.text_at.filter(|_| is_box(graph, shape, at)) {
            Some((x, y)) => {
                let (w, h) = (shape.text.width, shape.text.height);
                solid.push((format!("title of {}", node.id), Rect { x, y, w, h }));
            }
            None => solid.push((node.id.clone(), shape.rect)),
        }
    }
    for (at, route) in picture.edges.iter().enumerate() {
        if let Some((rect, _)) = route.label {
            solid.push((format!("label of edge {at}"), rect));
        }
    }
    solid
}

/// Every law that `picture` breaks, in words.
pub fn broken(graph: &DiagramGraph, picture: &Layout) -> Vec<String> {
    let mut faults = Vec::new();
    let all = Rect { w: picture.width, h: picture.height, ..Rect::default() };
    for (at, node) in graph.nodes.iter().enumerate() {
        let rect = picture.nodes[at].rect;
        if !within(rect, node.parent.map_or(all, |parent| picture.nodes[parent].rect)) {
            faults.push(format!("{} is not inside its parent: {rect:?}", node.id));
        }
    }
    let solid = solid(graph, picture);
    for (i, (a, rect)) in solid.iter().enumerate() {
        for (b, other) in &solid[i + 1..] {
            if overlap(*rect, *other, 0.5) {
                faults.push(format!("{a} lies on {b}: {rect:?} {other:?}"));
            }
        }
        if !within(*rect, all) {
            faults.push(format!("{a} is outside the picture"));
        }
    }
    siblings(graph, picture, &mut faults);
    lines(graph, picture, &solid, &mut faults);
    faults
}

/// Every arrow is drawn, upright or level, and through nothing.
fn lines(graph: &DiagramGraph, picture: &Layout, solid: &[(String, Rect)], faults: &mut Vec<String>) {
    for (edge, route) in graph.edges.iter().zip(&picture.edges) {
        let name = format!("edge {} -> {}", graph.nodes[edge.from].id, graph.nodes[edge.to].id);
        if route.points.len() < 2 {
            faults.push(format!("{name} is not drawn"));
        }
        for pair in route.points.windows(2) {
            let [(x1, y1), (x2, y2)] = [pair[0], pair[1]];
            if (x1 - x2).abs() > 1.0 && (y1 - y2).abs() > 1.0 {
                faults.push(format!("{name} runs askew"));
            }
            let line = Rect { x: x1.min(x2), y: y1.min(y2), w: (x1 - x2).abs(), h: (y1 - y2).abs() };
            for (what, rect) in solid {
                if crosses(line, *rect) {
                    faults.push(format!("{name} runs through {what}: {line:?} {rect:?}"));
                }
            }
        }
    }
}

/// A line without breadth through the inside of a rectangle.
fn crosses(line: Rect, rect: Rect) -> bool {
    let inner = Rect { x: rect.x + 1.0, y: rect.y + 1.0, w: rect.w - 2.0, h: rect.h - 2.0 };
    line.x < inner.x + inner.w
        && inner.x < line.x + line.w.max(0.01)
        && line.y < inner.y + inner.h
        && inner.y < line.y + line.h.max(0.01)
}

fn siblings(graph: &DiagramGraph, picture: &Layout, faults: &mut Vec<String>) {
    for (a, node) in graph.nodes.iter().enumerate() {
        for (b, other) in graph.nodes.iter().enumerate().skip(a + 1) {
            let solid = node.kind != NodeKind::Start && other.kind != NodeKind::Start;
            if node.parent == other.parent && solid && overlap(picture.nodes[a].rect, picture.nodes[b].rect, 0.5) {
                faults.push(format!("{} lies on its sibling {}", node.id, other.id));
            }
        }
    }
}

/// Pairs of edges that run along each other on one line, except into the middle of a dot.
pub fn overlapping_lines(graph: &DiagramGraph, picture: &Layout) -> Vec<String> {
    let dot =
        |node: usize| matches!(graph.nodes[node].kind, NodeKind::Start | NodeKind::History | NodeKind::DeepHistory);
    let mut found = Vec::new();
    for (a, first) in picture.edges.iter().enumerate() {
        for (b, second) in picture.edges.iter().enumerate().skip(a + 1) {
            let ends = |edge: usize| [graph.edges[edge].from, graph.edges[edge].to];
            if ends(a).iter().any(|n| dot(*n) && ends(b).contains(n)) {
                continue;
            }
            let along =
                first.points.windows(2).any(|p| second.points.windows(2).any(|q| along([p[0], p[1]], [q[0], q[1]])));
            if along {
                let name = |edge: usize| ends(edge).map(|n| graph.nodes[n].id.clone()).join(" -> ");
                found.push(format!("{} and {}", name(a), name(b)));
            }
        }
    }
    found
}

/// Two pieces of line less than two pixels apart for more than two pixels.
fn along(p: [(f64, f64); 2], q: [(f64, f64); 2]) -> bool {
    let common = |a: f64, b: f64, c: f64, d: f64| a.max(b).min(c.max(d)) - a.min(b).max(c.min(d));
    let level = |l: [(f64, f64); 2]| (l[0].1 - l[1].1).abs() < 1.0;
    let upright = |l: [(f64, f64); 2]| (l[0].0 - l[1].0).abs() < 1.0;
    (level(p) && level(q) && (p[0].1 - q[0].1).abs() < 2.0 && common(p[0].0, p[1].0, q[0].0, q[1].0) > 2.0)
        || (upright(p) && upright(q) && (p[0].0 - q[0].0).abs() < 2.0 && common(p[0].1, p[1].1, q[0].1, q[1].1) > 2.0)
}
