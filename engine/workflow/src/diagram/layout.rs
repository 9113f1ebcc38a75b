//! From graph to picture coordinates: frames are laid out from the inside outwards, then put together.
//!
//! A flow too long for a screen is broken into rows, as text is.

use std::collections::BTreeMap;

use super::area::{self, Area, Spot};
use super::columns::Sizes;
use super::frames::{Frame, Frames, Key, Tree};
use super::graph::{DiagramGraph, NodeKind};
use super::layers;
use super::rows;
use super::shape::{self, Orientation, TextBlock};

/// Room around the whole picture.
const EDGE: f64 = 8.0;
/// How often an ever wider picture may be broken into rows.
const ROUNDS: usize = 6;

/// A point in pixels.
pub type Point = (f64, f64);

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Left.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// A node as drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shape {
    /// Its box.
    pub rect: Rect,
    /// Its text, wrapped.
    pub text: TextBlock,
    /// Top left of the text of a box with an inside; the text of others is centred.
    pub text_at: Option<Point>,
    /// It is a region of a divided box and has no border of its own.
    pub region: bool,
}

/// An edge as drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Route {
    /// Corners from tail to head; empty when it cannot be drawn.
    pub points: Vec<Point>,
    /// Label with its box.
    pub label: Option<(Rect, TextBlock)>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// By node.
    pub nodes: Vec<Shape>,
    /// By edge.
    pub edges: Vec<Route>,
    /// Dashed lines between regions.
    pub dividers: Vec<(Point, Point)>,
}

/// Places everything in `graph`. Pure and deterministic: the same graph gives the same picture.
pub fn layout(graph: &DiagramGraph, orientation: Orientation) -> Layout {
    let mut tree = Tree::new(graph);
    let mut work = Work::new(graph, orientation, &tree);
    for _ in 0..ROUNDS {
        if orientation == Orientation::TopBottom || !rows::fold(&mut tree, &work.frames, &work.areas) {
            break;
        }
        work = Work::new(graph, orientation, &tree);
    }
    work.assemble()
}

/// Everything known while laying out.
struct Work<'a> {
    graph: &'a DiagramGraph,
    orientation: Orientation,
    real: usize,
    frames: Frames,
    areas: Vec<Area>,
    texts: Vec<TextBlock>,
    labels: Vec<TextBlock>,
    /// Where frames stand within their owner, across the flow.
    shift: Vec<f64>,
}

impl<'a> Work<'a> {
    fn new(graph: &'a DiagramGraph, orientation: Orientation, tree: &Tree) -> Self {
        let mut frames = Frames::new(graph, tree);
        layers::assign(&mut frames);
        let count = frames.frames.len();
        let mut work = Self {
            graph,
            orientation,
            real: tree.real,
            frames,
            areas: vec![Area::default(); count],
            texts: (0..graph.nodes.len())
                .map(|n| shape::node_text(&graph.nodes[n], !tree.children[n].is_empty()))
                .collect(),
            labels: graph.edges.iter().map(|e| shape::label_text(&e.labels)).collect(),
            shift: vec![0.0; count],
        };
        let labels: Vec<(f64, f64)> = work.labels.iter().map(|l| (l.width, l.height)).collect();
        let mut gates = BTreeMap::new();
        let mut sizes = vec![(0.0, 0.0); tree.children.len()];
        for at in (0..count).rev() {
            work.areas[at] = work.lay(at, &sizes, &gates, &labels);
            if let Some(owner) = work.frames.frames[at].owner
                && work.frames.inside[owner].first() == Some(&at)
            {
                sizes[owner] = work.join(owner, &mut gates);
            }
        }
        work
    }

    fn flip(&self, (width, height): (f64, f64)) -> (f64, f64) {
        match self.orientation {
            Orientation::LeftRight => (width, height),
            Orientation::TopBottom => (height, width),
        }
    }

    /// Width and height of the titles in a frame's corner.
    fn title(&self, frame: &Frame) -> Option<(f64, f64)> {
        let blocks = frame.titles.iter().map(|node| &self.texts[*node]);
        let (width, height) = blocks.fold((0.0f64, 0.0), |(w, h), b| (w.max(b.width), h + b.height));
        (height > 0.0).then_some((width, height))
    }

    fn lay(&self, at: usize, sizes: &[(f64, f64)], gates: &BTreeMap<(usize, Key), f64>, labels: &[(f64, f64)]) -> Area {
        let frame = &self.frames.frames[at];
        let has_inside = |node: usize| !self.frames.inside[node].is_empty();
        let members = frame.members.iter().map(|node| {
            if has_inside(*node) { sizes[*node] } else { self.flip(shape::leaf_size(&self.graph.nodes[*node])) }
        });
        let title = self.title(frame);
        let down = self.orientation == Orientation::TopBottom;
        let known = Sizes {
            orientation: self.orientation,
            members: members.collect(),
            fixed: frame.members.iter().map(|node| has_inside(*node)).collect(),
            gate: &|member, key| gates.get(&(frame.members[member], key)).copied().unwrap_or(0.0),
            labels,
            title: title.filter(|_| down).map(|(w, h)| (h + shape::PAD, w)),
        };
        let header = title.filter(|_| !down).map_or(0.0, |(_, h)| h);
        let mut area = area::lay(frame, &known, header);
        if let (Some((width, _)), false) = (title, down) {
            stretch(&mut area, width + 2.0 * shape::PAD);
            area.title = (shape::PAD, 0.0);
        }
        area
    }

    /// Joins the frames inside `node`: its extent, and where lines pass its border.
    fn join(&mut self, node: usize, gates: &mut BTreeMap<(usize, Key), f64>) -> (f64, f64) {
        let inside = self.frames.inside[node].clone();
        let main = inside.iter().map(|at| self.areas[*at].main).fold(0.0, f64::max);
        let mut cross = 0.0;
        for at in inside {
            let area = &mut self.areas[at];
            stretch(area, main);
            self.shift[at] = cross;
            for (key, gate) in &area.gates {
                gates.insert((node, *key), cross + gate);
            }
            cross += area.cross;
        }
        (main, cross)
    }

    fn assemble(&self) -> Layout {
        let mut spots = vec![Spot::default(); self.frames.inside.len()];
        let mut out = Layout {
            nodes: vec![Shape::default(); self.graph.nodes.len()],
            edges: vec![Route::default(); self.graph.edges.len()],
            ..Layout::default()
        };
        let mut pieces: Vec<(usize, usize, Vec<Point>)> = Vec::new();
        for (at, frame) in self.frames.frames.iter().enumerate() {
            let area = &self.areas[at];
            let corner = frame.owner.map_or((EDGE, EDGE), |owner| spots[owner].at);
            let origin = (corner.0, corner.1 + self.shift[at]);
            let place = |p: Point| (p.0 + origin.0, p.1 + origin.1);
            for (member, spot) in frame.members.iter().zip(&area.members) {
                spots[*member] = Spot { at: place(spot.at), ..*spot };
            }
            if let Some(region) = frame.region {
                spots[region] = Spot { at: origin, main: area.main, cross: area.cross };
                out.nodes[region].region = true;
            }
            self.texts_at(frame, place(area.title), &mut out);
            for (leg, points) in frame.legs.iter().zip(&area.legs) {
                pieces.push((leg.edge, leg.seq, points.iter().map(|p| self.flip(place(*p))).collect()));
            }
            for (edge, corner) in &area.labels {
                out.edges[*edge].label = Some(self.label(*edge, self.flip(place(*corner))));
            }
            if self.shift[at] > 0.0 {
                let end = (origin.0 + area.main, origin.1);
                out.dividers.push((self.flip(origin), self.flip(end)));
            }
        }
        self.finish(out, &spots, pieces)
    }

    fn finish(&self, mut out: Layout, spots: &[Spot], mut pieces: Vec<(usize, usize, Vec<Point>)>) -> Layout {
        for (node, spot) in spots.iter().take(self.real).enumerate() {
            let ((x, y), (w, h)) = (self.flip(spot.at), self.flip((spot.main, spot.cross)));
            out.nodes[node].rect = Rect { x, y, w, h };
            out.nodes[node].text = self.texts[node].clone();
        }
        pieces.sort_by_key(|(edge, seq, _)| (*edge, *seq));
        for (edge, _, points) in pieces {
            out.edges[edge].points.extend(points);
        }
        for route in &mut out.edges {
            route.points = simple(&route.points);
        }
        let (width, height) = self.flip((self.areas[0].main, self.areas[0].cross));
        out.width = width + 2.0 * EDGE;
        out.height = height + 2.0 * EDGE;
        out
    }

    /// Puts the titles of a frame below each other.
    fn texts_at(&self, frame: &Frame, corner: Point, out: &mut Layout) {
        let (x, mut y) = self.flip(corner);
        y += shape::PAD * 0.8;
        for node in &frame.titles {
            out.nodes[*node].text_at = Some((x, y));
            y += self.texts[*node].height;
        }
    }

    fn label(&self, edge: usize, (x, y): Point) -> (Rect, TextBlock) {
        let text = self.labels[edge].clone();
        let x = if self.orientation == Orientation::TopBottom { x + 7.0 } else { x };
        let rect = Rect { x, y, w: text.width, h: text.height };
        (rect, text)
    }
}

/// Makes an area longer along the flow; what left at its end still does.
fn stretch(area: &mut Area, main: f64) {
    let old = area.main;
    if main <= old {
        return;
    }
    for point in area.legs.iter_mut().flatten() {
        if point.0 > old - 0.5 {
            point.0 = main;
        }
    }
    area.main = main;
}

/// Corners only: no point twice, none on the way straight on.
fn simple(points: &[Point]) -> Vec<Point> {
    let near = |a: f64, b: f64| (a - b).abs() < 0.75;
    let mut kept: Vec<Point> = Vec::new();
    for &point in points {
        if kept.last().is_some_and(|last| near(last.0, point.0) && near(last.1, point.1)) {
            continue;
        }
        if let [.., a, b] = kept.as_slice() {
            let straight = (near(a.0, b.0) && near(b.0, point.0)) || (near(a.1, b.1) && near(b.1, point.1));
            if straight {
                kept.pop();
            }
        }
        kept.push(point);
    }
    kept
}

/// Whether a node is drawn as a titled box around others.
pub(super) fn is_box(graph: &DiagramGraph, shape: &Shape, node: usize) -> bool {
    shape.text_at.is_some() && matches!(graph.nodes[node].kind, NodeKind::Group | NodeKind::Regions)
}
