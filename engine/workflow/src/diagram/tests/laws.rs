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

/// Every law that `picture` breaks, in words.
pub fn broken(graph: &DiagramGraph, picture: &Layout) -> Vec<String> {
    let mut faults = Vec::new();
    let all = Rect {
        w: picture.width,
        h: picture.height,
        ..Rect::default()
    };
    let boxes: Vec<bool> = (0..graph.nodes.len()).map(|n| is_box(graph, &picture.nodes[n], n)).collect();
    let mut solid: Vec<(String, Rect)> = Vec::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        let shape = &picture.nodes[at];
        if !within(shape.rect, node.parent.map_or(all, |parent| picture.nodes[parent].rect)) {
            faults.push(format!("{} is not inside its parent: {:?}", node.id, shape.rect));
        }
        match shape.text_at {
            Some((x, y)) if boxes[at] => solid.push((
                format!("title of {}", node.id),
                Rect {
                    x,
                    y,
                    w: shape.text.width,
                    h: shape.text.height,
                },
            )),
            _ => solid.push((node.id.clone(), shape.rect)),
        }
    }
    for (at, route) in picture.edges.iter().enumerate() {
        if let Some((rect, _)) = route.label {
            solid.push((format!("label of edge {at}"), rect));
        }
    }
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
    for (at, (edge, route)) in graph.edges.iter().zip(&picture.edges).enumerate() {
        if route.points.len() < 2 {
            faults.push(format!("edge {at} is not drawn"));
        }
        for pair in route.points.windows(2) {
            let [(x1, y1), (x2, y2)] = [pair[0], pair[1]];
            if (x1 - x2).abs() > 1.0 && (y1 - y2).abs() > 1.0 {
                faults.push(format!("edge {at} runs askew"));
            }
            let line = Rect {
                x: x1.min(x2),
                y: y1.min(y2),
                w: (x1 - x2).abs(),
                h: (y1 - y2).abs(),
            };
            for (name, rect) in &solid {
                if overlap(line, *rect, 1.0) || crosses(line, *rect) {
                    let (from, to) = (&graph.nodes[edge.from].id, &graph.nodes[edge.to].id);
                    faults.push(format!("edge {from} -> {to} runs through {name}: {line:?} {rect:?}"));
                }
            }
        }
    }
    faults
}

/// A line without breadth through the inside of a rectangle.
fn crosses(line: Rect, rect: Rect) -> bool {
    let inner = Rect {
        x: rect.x + 1.0,
        y: rect.y + 1.0,
        w: rect.w - 2.0,
        h: rect.h - 2.0,
    };
    line.x < inner.x + inner.w && inner.x < line.x + line.w.max(0.01) && line.y < inner.y + inner.h && inner.y < line.y + line.h.max(0.01)
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
