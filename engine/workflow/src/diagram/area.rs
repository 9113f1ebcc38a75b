//! Lays out one frame: columns, order, positions, routes. Coordinates are along and across the flow, from the
//! frame's own corner.

use super::columns::{self, Columns, Item, ItemKind, Sizes};
use super::frames::{Frame, Key, Side};
use super::order;
use super::place::{self, Placing, Pull};
use super::route::{self, TRACK, Wire};
use super::shape::{Orientation, SLOT};

/// Room between the frame's sides and what is in it, across the flow.
pub(super) const MARGIN: f64 = 16.0;
/// Shortest stretch of a leg before it may bend.
const STUB: f64 = 15.0;
/// Members no larger than this are dots: all lines meet their middle.
const DOT: f64 = 30.0;
/// Shortest distance between two columns.
const CHANNEL: f64 = 36.0;

/// Where a thing is: its corner and extent, along and across the flow.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spot {
    pub at: (f64, f64),
    pub main: f64,
    pub cross: f64,
}

/// A laid-out frame.
#[derive(Debug, Clone, Default)]
pub(super) struct Area {
    pub main: f64,
    pub cross: f64,
    /// Corner and extent of each member.
    pub members: Vec<Spot>,
    /// Corner of the title.
    pub title: (f64, f64),
    /// Points of each leg, tail to head.
    pub legs: Vec<Vec<(f64, f64)>>,
    /// Corner of the label of an edge.
    pub labels: Vec<(usize, (f64, f64))>,
    /// Where keys pass the border, across the flow.
    pub gates: Vec<(Key, f64)>,
    /// Start and extent of each layer's column along the flow.
    pub layers: Vec<(f64, f64)>,
}

/// Lays out `frame`; `header` is room kept free at the start across the flow.
pub(super) fn lay(frame: &Frame, sizes: &Sizes<'_>, header: f64) -> Area {
    let mut columns = columns::build(frame, sizes);
    order::sort(&mut columns, frame);
    widen(&mut columns);
    let mut starts = positions(&columns, sizes.orientation);
    nudge(&columns, &mut starts);
    slide(&mut columns, &starts);
    starts.iter_mut().for_each(|at| *at += MARGIN + header);
    finish(frame, &columns, &starts)
}

/// Makes members without inside broad enough for the lines on their sides and spreads these.
fn widen(columns: &mut Columns) {
    for (item, side) in sides(columns) {
        let room = SLOT * float(ends_at(columns, item, side).len() + 1);
        if columns.items[item].cross > DOT {
            columns.items[item].cross = columns.items[item].cross.max(room);
        }
    }
    let mut rank = vec![0usize; columns.items.len()];
    for column in &columns.order {
        for (position, item) in column.iter().enumerate() {
            rank[*item] = position;
        }
    }
    for (item, side) in sides(columns) {
        let mut ends = ends_at(columns, item, side);
        ends.sort_by_key(|(link, end)| rank[columns.links[*link].ends[1 - end].item]);
        let cross = columns.items[item].cross;
        let step = if cross > DOT { SLOT } else { 0.0 };
        let first = cross / 2.0 - step * float(ends.len().saturating_sub(1)) / 2.0;
        for (position, (link, end)) in ends.into_iter().enumerate() {
            columns.links[link].ends[end].offset = first + step * float(position);
        }
    }
}

/// Sides of members on which lines may slide.
fn sides(columns: &Columns) -> Vec<(usize, Side)> {
    let mut found: Vec<(usize, Side)> = columns
        .links
        .iter()
        .flat_map(|link| &link.ends)
        .filter(|end| end.free)
        .map(|end| (end.item, end.side))
        .collect();
    found.sort_unstable_by_key(|(item, side)| (columns.items[*item].column, *item, std::cmp::Reverse(*side)));
    found.dedup();
    found
}

fn ends_at(columns: &Columns, item: usize, side: Side) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (at, link) in columns.links.iter().enumerate() {
        for (which, end) in link.ends.iter().enumerate() {
            if end.item == item && end.side == side {
                found.push((at, which));
            }
        }
    }
    found
}

fn positions(columns: &Columns, orientation: Orientation) -> Vec<f64> {
    let items = &columns.items;
    let passing = |item: usize| !matches!(items[item].kind, ItemKind::Member(_));
    let pulls = columns
        .links
        .iter()
        .filter(|link| !link.turns())
        .map(|link| {
            let [x, y] = [&link.ends[0], &link.ends[1]];
            let (a, b) = if x.side == Side::After { (x, y) } else { (y, x) };
            let rank = u8::from(passing(a.item)) + u8::from(passing(b.item));
            Pull { a: (a.item, a.offset), b: (b.item, b.offset), rank }
        })
        .collect();
    place::place(&Placing {
        order: &columns.order,
        size: items.iter().map(|item| item.cross).collect(),
        pulls,
        gap: &|a, b| distance(&items[a], &items[b], orientation),
    })
}

/// Distance that two neighbours in a column keep across the flow.
fn distance(a: &Item, b: &Item, orientation: Orientation) -> f64 {
    use ItemKind::{Bend, Label, Member, Title};
    let dot = |item: &Item| matches!(item.kind, Member(_)) && item.cross <= DOT;
    match (a.kind, b.kind) {
        (Member(_), Bend) | (Bend, Member(_)) if dot(a) || dot(b) => 6.0,
        (Member(_), Member(_)) => 28.0,
        (Bend, Bend) => 13.0,
        (Title, _) | (_, Title) => 16.0,
        (Label(_), Label(_)) if orientation == Orientation::LeftRight => 7.0,
        (Member(_), _) | (_, Member(_)) => 18.0,
        _ => 13.0,
    }
}

/// Moves dots with one line to where the line is straight, if there is room.
fn nudge(columns: &Columns, starts: &mut [f64]) {
    const ROOM: f64 = 4.0;
    let mut lines: Vec<Vec<(usize, usize)>> = vec![Vec::new(); columns.items.len()];
    for (at, link) in columns.links.iter().enumerate() {
        for end in 0..2 {
            lines[link.ends[end].item].push((at, end));
        }
    }
    for column in &columns.order {
        for (position, &item) in column.iter().enumerate() {
            let data = &columns.items[item];
            let ([(link, end)], ItemKind::Member(_), true) = (lines[item].as_slice(), data.kind, data.cross <= DOT)
            else {
                continue;
            };
            let other = &columns.links[*link].ends[1 - end];
            let wish = starts[other.item] + other.offset - columns.links[*link].ends[*end].offset;
            let low = match position.checked_sub(1).map(|before| column[before]) {
                Some(before) => starts[before] + columns.items[before].cross + ROOM,
                None => 0.0,
            };
            let high = column.get(position + 1).map_or(f64::MAX, |after| starts[*after] - data.cross - ROOM);
            if !other.free && wish >= low && wish <= high {
                starts[item] = wish;
            }
        }
    }
}

/// Slides lines along the sides of members towards where they come from, so that many become straight.
fn slide(columns: &mut Columns, starts: &[f64]) {
    for (item, side) in sides(columns) {
        let far = |columns: &Columns, (link, end): (usize, usize)| {
            let other = &columns.links[link].ends[1 - end];
            starts[other.item] + other.offset
        };
        let mut ends = ends_at(columns, item, side);
        ends.sort_by(|x, y| far(columns, *x).total_cmp(&far(columns, *y)));
        let wishes: Vec<f64> = ends.iter().map(|end| far(columns, *end) - starts[item]).collect();
        let cross = columns.items[item].cross;
        let rim = if cross > DOT { SLOT } else { cross / 2.0 };
        let spread = place::spread(&wishes, SLOT, rim, cross - rim);
        for ((link, end), at) in ends.into_iter().zip(spread) {
            columns.links[link].ends[end].offset = at;
        }
    }
}

fn finish(frame: &Frame, columns: &Columns, starts: &[f64]) -> Area {
    let at = |link: usize, end: usize| {
        let end = &columns.links[link].ends[end];
        starts[end.item] + end.offset
    };
    let (track, tracks) = wire(columns, &at);
    let (column_at, column_size, main) = spread_columns(columns, &tracks);
    let item_main: Vec<f64> = columns
        .items
        .iter()
        .map(|item| {
            let room = column_size[item.column] - item.main;
            column_at[item.column]
                + match item.kind {
                    ItemKind::Title => 0.0,
                    ItemKind::Port(_) if item.column == 0 => 0.0,
                    ItemKind::Port(_) => room,
                    ItemKind::Member(_) if frame.rows => 0.0,
                    _ => (room / 2.0).round(),
                }
        })
        .collect();
    let meets = |link: usize, end: usize| {
        let e = &columns.links[link].ends[end];
        let far = if e.side == Side::After { columns.items[e.item].main } else { 0.0 };
        (item_main[e.item] + far, at(link, end))
    };
    let mut area = Area {
        main,
        cross: columns.items.iter().zip(starts).map(|(item, start)| start + item.cross).fold(0.0, f64::max) + MARGIN,
        members: vec![Spot::default(); frame.members.len()],
        ..Area::default()
    };
    for way in &columns.ways {
        let mut points = Vec::new();
        for &link in way {
            points.push(meets(link, 0));
            if let Some(lane) = track[link] {
                let channel = columns.links[link].channel;
                let x = column_at[channel] + column_size[channel] + STUB + TRACK * float(lane);
                points.push((x, at(link, 0)));
                points.push((x, at(link, 1)));
            }
            points.push(meets(link, 1));
        }
        area.legs.push(points);
    }
    collect(&mut area, frame, columns, starts, &item_main);
    layer_columns(&mut area, columns, &column_at, &column_size, frame);
    area
}

fn collect(area: &mut Area, frame: &Frame, columns: &Columns, starts: &[f64], item_main: &[f64]) {
    for (item, data) in columns.items.iter().enumerate() {
        let corner = (item_main[item], starts[item]);
        match data.kind {
            ItemKind::Member(member) => {
                area.members[member] = Spot { at: corner, main: data.main, cross: data.cross };
            }
            ItemKind::Label(edge) => area.labels.push((edge, corner)),
            ItemKind::Port(port) => area.gates.push((frame.ports[port].key, starts[item])),
            ItemKind::Title => area.title = corner,
            ItemKind::Bend => {}
        }
    }
}

fn layer_columns(area: &mut Area, columns: &Columns, at: &[f64], size: &[f64], frame: &Frame) {
    let layers = frame.layer.iter().copied().max().map_or(0, |l| l + 1);
    area.layers = vec![(0.0, 0.0); layers];
    for item in &columns.items {
        if let ItemKind::Member(member) = item.kind {
            area.layers[frame.layer[member]] = (at[item.column], size[item.column]);
        }
    }
}

/// Track of every link, and the number of tracks of every channel.
fn wire(columns: &Columns, at: &dyn Fn(usize, usize) -> f64) -> (Vec<Option<usize>>, Vec<usize>) {
    let mut track = vec![None; columns.links.len()];
    let mut counts = Vec::new();
    for channel in 0..columns.order.len().saturating_sub(1) {
        let links: Vec<usize> = (0..columns.links.len()).filter(|l| columns.links[*l].channel == channel).collect();
        let wires: Vec<Wire> = links
            .iter()
            .map(|link| Wire {
                ends: [0, 1].map(|end| (at(*link, end), columns.links[*link].ends[end].side == Side::Before)),
            })
            .collect();
        let (tracks, count) = route::tracks(&wires);
        for (link, lane) in links.into_iter().zip(tracks) {
            track[link] = lane;
        }
        counts.push(count);
    }
    (track, counts)
}

/// Start and extent of every column along the flow, and the whole extent.
fn spread_columns(columns: &Columns, tracks: &[usize]) -> (Vec<f64>, Vec<f64>, f64) {
    let count = columns.order.len();
    let mut size = vec![0.0f64; count];
    let mut labels_only = vec![true; count];
    for item in &columns.items {
        size[item.column] = size[item.column].max(item.main);
        labels_only[item.column] &= matches!(item.kind, ItemKind::Label(_) | ItemKind::Bend);
    }
    let mut at = vec![0.0f64; count];
    for column in 1..count {
        let lanes = tracks[column - 1];
        let bent = 2.0 * STUB + TRACK * float(lanes.saturating_sub(1));
        let label = labels_only[column - 1] || labels_only[column];
        let outer = column == 1 || column == count - 1;
        let least = match (lanes, label, outer) {
            (0, true, _) => 18.0,
            (0, false, true) => 20.0,
            (0, false, false) => CHANNEL,
            (_, _, false) if !label => bent.max(CHANNEL),
            _ => bent,
        };
        at[column] = at[column - 1] + size[column - 1] + least;
    }
    let main = at.last().copied().unwrap_or(0.0) + size.last().copied().unwrap_or(0.0);
    (at, size, main)
}

fn float(value: usize) -> f64 {
    u32::try_from(value).map_or(f64::MAX, f64::from)
}
