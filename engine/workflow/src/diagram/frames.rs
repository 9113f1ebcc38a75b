//! Splits a nested graph into flat areas ("frames") that are laid out one by one.
//!
//! An edge that leaves a box is cut at its border: inside it runs to a port, outside it starts from that port.
//! So each frame is a plain layered graph whose outermost columns hold the ports.

use super::graph::{DiagramGraph, NodeKind};

/// Which end of an edge a port belongs to: edge index and whether it is the far end.
pub(super) type Key = (usize, bool);

/// A side along the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// Where the flow comes from.
    Before,
    /// Where it goes.
    After,
}

/// Where a leg ends within a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LegEnd {
    /// At a member (position in `members`), by that key in the member's own frames.
    Member(usize, Key),
    /// At a port of this frame.
    Port(usize),
}

/// The part of an edge inside one frame, in the direction of the arrow.
#[derive(Debug, Clone)]
pub(super) struct Leg {
    pub edge: usize,
    /// Position among the legs of its edge, from the arrow's tail to its head.
    pub seq: usize,
    pub ends: [LegEnd; 2],
    /// Side at which each end attaches; known after layering.
    pub sides: [Side; 2],
    /// This leg bears the label.
    pub labelled: bool,
}

/// A place on the border of a frame.
#[derive(Debug, Clone)]
pub(super) struct Port {
    pub key: Key,
    pub side: Side,
    /// The edge ends or starts here for those outside: nothing inside belongs to it.
    pub own: bool,
}

/// One flat area.
#[derive(Debug, Clone, Default)]
pub(super) struct Frame {
    /// The box it is the inside of.
    pub owner: Option<usize>,
    /// The region it draws, if the owner is divided.
    pub region: Option<usize>,
    /// Nodes whose titles stand in this frame's corner (the owner, the region, or both).
    pub titles: Vec<usize>,
    pub members: Vec<usize>,
    /// Members are stacked rows of one flow that was too long.
    pub rows: bool,
    pub legs: Vec<Leg>,
    pub ports: Vec<Port>,
    /// Column of each member; known after layering.
    pub layer: Vec<usize>,
}

/// Which node stands in which, rows included.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    /// Children of each node; those after `real` are rows, which nobody sees.
    pub children: Vec<Vec<usize>>,
    pub roots: Vec<usize>,
    /// Number of nodes of the graph.
    pub real: usize,
    /// Whether the inside of each node (last: the top level) is a stack of rows.
    pub rows: Vec<bool>,
}

impl Tree {
    pub fn new(graph: &DiagramGraph) -> Self {
        let (children, roots) = graph.children();
        Self { rows: vec![false; children.len() + 1], real: children.len(), children, roots }
    }

    /// Puts the inside of `owner` (none: the top level) in rows.
    pub fn stack(&mut self, owner: Option<usize>, rows: Vec<Vec<usize>>) {
        let mut made = Vec::new();
        for members in rows {
            made.push(self.children.len());
            self.children.push(members);
            self.rows.insert(self.rows.len() - 1, false);
        }
        let top = self.rows.len() - 1;
        self.rows[owner.unwrap_or(top)] = true;
        match owner {
            Some(owner) => self.children[owner] = made,
            None => self.roots = made,
        }
    }
}

/// All frames, parents before children, with look-ups.
#[derive(Debug)]
pub(super) struct Frames {
    pub frames: Vec<Frame>,
    /// Frames inside each node.
    pub inside: Vec<Vec<usize>>,
    /// Frame in which each node is a member, and its position there.
    place: Vec<Option<(usize, usize)>>,
    /// Frame drawn for a region node.
    region_frame: Vec<Option<usize>>,
}

/// One station of the way from the outermost frame to a node: a frame, and the member passed there (none: its border).
type Station = (usize, Option<usize>);

impl Frames {
    /// Cuts `graph` into frames along `tree`.
    pub fn new(graph: &DiagramGraph, tree: &Tree) -> Self {
        let count = tree.children.len();
        let mut all = Self {
            frames: Vec::new(),
            inside: vec![Vec::new(); count],
            place: vec![None; count],
            region_frame: vec![None; count],
        };
        all.push(Frame {
            members: tree.roots.clone(),
            rows: tree.rows.last().copied().unwrap_or(false),
            ..Frame::default()
        });
        let mut next = 0;
        while next < all.frames.len() {
            for node in all.frames[next].members.clone() {
                all.open(graph, node, tree);
            }
            next += 1;
        }
        all.cut_edges(graph);
        all
    }

    fn push(&mut self, frame: Frame) {
        let at = self.frames.len();
        for (position, member) in frame.members.iter().enumerate() {
            self.place[*member] = Some((at, position));
        }
        if let Some(owner) = frame.owner {
            self.inside[owner].push(at);
        }
        if let Some(region) = frame.region {
            self.region_frame[region] = Some(at);
        }
        self.frames.push(frame);
    }

    fn open(&mut self, graph: &DiagramGraph, node: usize, tree: &Tree) {
        let kind = |n: usize| graph.nodes.get(n).map(|n| n.kind);
        let kids = &tree.children[node];
        if kids.is_empty() {
            return;
        }
        if kind(node) != Some(NodeKind::Regions) {
            self.push(Frame {
                owner: Some(node),
                titles: if node < tree.real { vec![node] } else { Vec::new() },
                members: kids.clone(),
                rows: tree.rows[node],
                ..Frame::default()
            });
            return;
        }
        for (position, kid) in kids.iter().enumerate() {
            let whole = kind(*kid) == Some(NodeKind::Group) && !tree.children[*kid].is_empty();
            let mut titles = if position == 0 { vec![node] } else { Vec::new() };
            titles.extend(whole.then_some(*kid));
            self.push(Frame {
                owner: Some(node),
                region: whole.then_some(*kid),
                titles,
                members: if whole { tree.children[*kid].clone() } else { vec![*kid] },
                rows: whole && tree.rows[*kid],
                ..Frame::default()
            });
        }
    }

    /// The frame whose border stands for a node that has an inside; of several the one on the way to `other`.
    fn border(&self, node: usize, other: &[Station]) -> Option<usize> {
        if let Some(frame) = self.region_frame[node] {
            return Some(frame);
        }
        let inside = &self.inside[node];
        inside.iter().copied().find(|frame| other.iter().any(|(f, _)| f == frame)).or_else(|| inside.first().copied())
    }

    fn stations(&self, node: usize, other: &[Station]) -> Vec<Station> {
        let mut way = Vec::new();
        let mut at = Some(node);
        if let Some(frame) = self.border(node, other) {
            way.push((frame, None));
            at = self.frames[frame].owner;
        }
        while let Some((frame, position)) = at.and_then(|n| self.place[n]) {
            way.push((frame, Some(position)));
            at = self.frames[frame].owner;
        }
        way.reverse();
        way
    }

    fn cut_edges(&mut self, graph: &DiagramGraph) {
        for (edge, data) in graph.edges.iter().enumerate() {
            let from = self.stations(data.from, &self.stations(data.to, &[]));
            let to = self.stations(data.to, &from);
            let from = self.stations(data.from, &to);
            let shared = from.iter().zip(&to).take_while(|(a, b)| a.0 == b.0).count();
            let Some(common) = shared.checked_sub(1) else {
                continue;
            };
            if from[common].1.is_none() && to[common].1.is_none() {
                continue;
            }
            self.cut(edge, &from, &to, common, !data.labels.is_empty());
        }
    }

    fn cut(&mut self, edge: usize, from: &[Station], to: &[Station], common: usize, labelled: bool) {
        let mut seq = 0;
        for (frame, member) in from[common + 1..].iter().rev() {
            let port = self.port(*frame, (edge, false), Side::After, member.is_none());
            if let Some(member) = member {
                self.leg(*frame, edge, seq, [LegEnd::Member(*member, (edge, false)), port], false);
                seq += 1;
            }
        }
        let (frame, tail) = from[common];
        let head = to[common].1;
        let start = match tail {
            Some(member) => LegEnd::Member(member, (edge, false)),
            None => self.port(frame, (edge, false), Side::Before, false),
        };
        let end = match head {
            Some(member) => LegEnd::Member(member, (edge, true)),
            None => self.port(frame, (edge, true), Side::After, false),
        };
        self.leg(frame, edge, seq, [start, end], labelled);
        for (frame, member) in &to[common + 1..] {
            let port = self.port(*frame, (edge, true), Side::Before, member.is_none());
            if let Some(member) = member {
                seq += 1;
                self.leg(*frame, edge, seq, [port, LegEnd::Member(*member, (edge, true))], false);
            }
        }
    }

    fn port(&mut self, frame: usize, key: Key, side: Side, own: bool) -> LegEnd {
        let ports = &mut self.frames[frame].ports;
        ports.push(Port { key, side, own });
        LegEnd::Port(ports.len() - 1)
    }

    fn leg(&mut self, frame: usize, edge: usize, seq: usize, ends: [LegEnd; 2], labelled: bool) {
        self.frames[frame].legs.push(Leg { edge, seq, ends, sides: [Side::After, Side::Before], labelled });
    }

    /// The frame in which `node` is a member.
    pub fn around(&self, node: usize) -> Option<usize> {
        self.place[node].map(|(frame, _)| frame)
    }

    /// Tells the frames inside `node` on which side the edge of `key` passes their border.
    pub fn set_port_side(&mut self, node: usize, key: Key, side: Side) {
        for frame in self.inside[node].clone() {
            for port in &mut self.frames[frame].ports {
                if port.key == key {
                    port.side = side;
                }
            }
        }
    }
}
