//! Turns a layered frame into columns of items (members, bends of long legs, labels, ports, the title) joined by
//! links between neighbouring columns.

use super::frames::{Frame, Key, LegEnd, Side};
use super::shape::Orientation;

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ItemKind {
    Member(usize),
    /// A leg passes.
    Bend,
    /// A leg passes with its label.
    Label(usize),
    Port(usize),
    Title,
}

/// Something that takes room in a column.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub kind: ItemKind,
    pub column: usize,
    /// Extent along the flow.
    pub main: f64,
    /// Extent across the flow.
    pub cross: f64,
    /// Must stand directly after (true) or before (false) that item of its column.
    pub beside: Option<(usize, bool)>,
}

/// One end of a link: an item and how far from its start the line meets it.
#[derive(Debug, Clone)]
pub(super) struct LinkEnd {
    pub item: usize,
    pub side: Side,
    pub offset: f64,
    /// The offset may slide along the item's side.
    pub free: bool,
}

/// A stretch of a leg between two items in neighbouring columns (or, around a turn, in the same one).
#[derive(Debug, Clone)]
pub(super) struct Link {
    /// Channel it runs through: the one after column `channel`.
    pub channel: usize,
    pub ends: [LinkEnd; 2],
}

impl Link {
    /// Both ends in one column: the leg turns around in the channel.
    pub fn turns(&self) -> bool {
        self.ends[0].side == self.ends[1].side
    }
}

/// The columns of one frame.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub items: Vec<Item>,
    pub links: Vec<Link>,
    /// Links of every leg, tail to head.
    pub ways: Vec<Vec<usize>>,
    /// Items per column, in order across the flow.
    pub order: Vec<Vec<usize>>,
}

/// What is known about the things in a frame before they are placed.
pub(super) struct Sizes<'a> {
    pub orientation: Orientation,
    /// Extent of each member: along and across the flow.
    pub members: Vec<(f64, f64)>,
    /// Whether the places of lines on the member's sides are given by its inside.
    pub fixed: Vec<bool>,
    /// Where the line of a key passes the border of a member with an inside.
    pub gate: &'a dyn Fn(usize, Key) -> f64,
    /// Width and height of the label of each edge.
    pub labels: &'a [(f64, f64)],
    /// Title: along and across.
    pub title: Option<(f64, f64)>,
}

struct Builder<'a> {
    frame: &'a Frame,
    sizes: &'a Sizes<'a>,
    /// Column of each layer; ports have one before and one after.
    real: Vec<usize>,
    /// Gap column after each entry of `real`, if any label stands there.
    gap: Vec<Option<usize>>,
    out: Columns,
    member_item: Vec<usize>,
    port_item: Vec<usize>,
}

/// Columns of `frame`, in the order in which things were declared.
pub(super) fn build(frame: &Frame, sizes: &Sizes<'_>) -> Columns {
    let layers = frame.layer.iter().copied().max().map_or(0, |l| l + 1);
    let spots = label_spots(frame, sizes, layers);
    let mut builder = Builder {
        frame,
        sizes,
        real: Vec::new(),
        gap: Vec::new(),
        out: Columns::default(),
        member_item: Vec::new(),
        port_item: Vec::new(),
    };
    let mut column = 0;
    for slot in 0..layers + 2 {
        builder.real.push(column);
        column += 1;
        let used = spots.iter().flatten().any(|s| *s == (slot, true));
        builder.gap.push(used.then_some(column));
        column += usize::from(used);
    }
    builder.out.order = vec![Vec::new(); column];
    builder.fixed_items(layers);
    for (leg, spot) in spots.into_iter().enumerate() {
        builder.leg(leg, spot);
    }
    builder.out
}

/// Position in `real` (ports first) at which an end of a leg stands.
fn slot_of(frame: &Frame, end: LegEnd, layers: usize) -> usize {
    match end {
        LegEnd::Member(member, _) => frame.layer[member] + 1,
        LegEnd::Port(port) if frame.ports[port].side == Side::Before => 0,
        LegEnd::Port(_) => layers + 1,
    }
}

/// Where the label of each leg goes: (position in `real`, in the gap after it). Those with a choice take the place
/// that widens the picture least, nearest to the arrow's tail.
fn label_spots(frame: &Frame, sizes: &Sizes<'_>, layers: usize) -> Vec<Option<(usize, bool)>> {
    let mut real = vec![0.0f64; layers + 2];
    let mut gap = vec![0.0f64; layers + 2];
    for (member, (main, _)) in sizes.members.iter().enumerate() {
        let at = frame.layer[member] + 1;
        real[at] = real[at].max(*main);
    }
    let span = |leg: usize| frame.legs[leg].ends.map(|end| slot_of(frame, end, layers));
    let mut spots = vec![None; frame.legs.len()];
    let mut todo: Vec<usize> = (0..frame.legs.len()).filter(|l| frame.legs[*l].labelled).collect();
    todo.sort_by_key(|leg| {
        let [a, b] = span(*leg);
        a.abs_diff(b)
    });
    for leg in todo {
        let [a, b] = span(leg);
        let main = along(sizes.labels[frame.legs[leg].edge], sizes.orientation);
        let (low, high) = (a.min(b), a.max(b));
        let mut places: Vec<(usize, bool)> = (low..high)
            .flat_map(|slot| [(slot, true), (slot + 1, false)])
            .filter(|place| *place != (high, false))
            .collect();
        if a > b {
            places.reverse();
        }
        let cost = |place: &(usize, bool)| (main - if place.1 { gap[place.0] } else { real[place.0] }).max(0.0);
        let best = places.iter().copied().min_by(|x, y| cost(x).total_cmp(&cost(y)));
        if let Some(place) = best {
            let room = if place.1 { &mut gap[place.0] } else { &mut real[place.0] };
            *room = room.max(main);
        }
        spots[leg] = best;
    }
    spots
}

fn along((width, height): (f64, f64), orientation: Orientation) -> f64 {
    match orientation {
        Orientation::LeftRight => width,
        Orientation::TopBottom => height,
    }
}

impl Builder<'_> {
    fn add(&mut self, kind: ItemKind, column: usize, main: f64, cross: f64) -> usize {
        self.out.items.push(Item { kind, column, main, cross, beside: None });
        self.out.items.len() - 1
    }

    fn push(&mut self, item: usize) {
        let column = self.out.items[item].column;
        self.out.order[column].push(item);
    }

    fn fixed_items(&mut self, layers: usize) {
        if let Some((main, cross)) = self.sizes.title {
            let item = self.add(ItemKind::Title, 0, main, cross);
            self.push(item);
        }
        for (port, data) in self.frame.ports.iter().enumerate() {
            let slot = if data.side == Side::Before { 0 } else { layers + 1 };
            let item = self.add(ItemKind::Port(port), self.real[slot], 0.0, 0.0);
            self.port_item.push(item);
            self.push(item);
        }
        for (member, (main, cross)) in self.sizes.members.iter().enumerate() {
            let column = self.real[self.frame.layer[member] + 1];
            let item = self.add(ItemKind::Member(member), column, *main, *cross);
            self.member_item.push(item);
            self.push(item);
        }
    }

    /// The item of a label or bend, and where the line passes through it: under the label (left to right) or
    /// beside it (top to bottom).
    fn passing(&mut self, leg: usize, column: usize, label: bool) -> (usize, f64) {
        if !label {
            return (self.add(ItemKind::Bend, column, 0.0, 0.0), 0.0);
        }
        let edge = self.frame.legs[leg].edge;
        let (width, height) = self.sizes.labels[edge];
        match self.sizes.orientation {
            Orientation::LeftRight => (self.add(ItemKind::Label(edge), column, width, height + 5.0), height + 3.0),
            Orientation::TopBottom => (self.add(ItemKind::Label(edge), column, height, width + 7.0), 0.0),
        }
    }

    fn end(&self, leg: usize, which: usize) -> LinkEnd {
        let data = &self.frame.legs[leg];
        match data.ends[which] {
            LegEnd::Port(port) => LinkEnd {
                item: self.port_item[port],
                side: if data.sides[which] == Side::Before { Side::After } else { Side::Before },
                offset: 0.0,
                free: false,
            },
            LegEnd::Member(member, key) => {
                let fixed = self.sizes.fixed[member];
                LinkEnd {
                    item: self.member_item[member],
                    side: data.sides[which],
                    offset: if fixed { (self.sizes.gate)(member, key) } else { 0.0 },
                    free: !fixed,
                }
            }
        }
    }

    fn link(&mut self, ends: [LinkEnd; 2]) -> usize {
        let column = self.out.items[ends[0].item].column;
        let channel = if ends[0].side == Side::After { column } else { column.saturating_sub(1) };
        self.out.links.push(Link { channel, ends });
        self.out.links.len() - 1
    }

    fn leg(&mut self, leg: usize, spot: Option<(usize, bool)>) {
        let tail = self.end(leg, 0);
        let head = self.end(leg, 1);
        let [from, to] = [&tail, &head].map(|end| self.out.items[end.item].column);
        let mut way = Vec::new();
        let mut last = tail;
        let label_column = spot.and_then(|(slot, gap)| if gap { self.gap[slot] } else { Some(self.real[slot]) });
        let forward = last.side == Side::After;
        let columns: Vec<usize> = match from.cmp(&to) {
            std::cmp::Ordering::Less => (from + 1..to).collect(),
            std::cmp::Ordering::Greater => (to + 1..from).rev().collect(),
            std::cmp::Ordering::Equal => vec![from],
        };
        for column in columns {
            let turn = from == to;
            let label = label_column == Some(column) || (turn && self.frame.legs[leg].labelled);
            let (item, offset) = self.passing(leg, column, label);
            if turn {
                self.out.items[item].beside = Some((head.item, last.item == head.item));
            }
            self.push(item);
            let near = if forward != turn { Side::Before } else { Side::After };
            let far = if near == Side::Before { Side::After } else { Side::Before };
            let at = |side| LinkEnd { item, side, offset, free: false };
            way.push(self.link([last, at(near)]));
            last = at(far);
        }
        way.push(self.link([last, head]));
        self.out.ways.push(way);
    }
}
