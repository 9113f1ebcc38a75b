//! The order of items within each column: barycentres swept to and fro, keeping the order with the fewest crossings.

use super::columns::{Columns, ItemKind, Link};
use super::frames::{Frame, Side};

/// Above this many items the finer, slower exchange of neighbours is left out.
const EXCHANGE_LIMIT: usize = 600;
const SWEEPS: usize = 14;

struct Sorter<'a> {
    columns: &'a Columns,
    /// Straight-through links by (item, side): other item and the place along its side (0 to 1).
    near: Vec<[Vec<(usize, f64)>; 2]>,
    /// Links per channel that count for crossings.
    channels: Vec<Vec<usize>>,
    /// Rank of an item that must keep its place: title, then own ports.
    pinned: Vec<Option<u8>>,
    position: Vec<usize>,
}

fn index(side: Side) -> usize {
    usize::from(side == Side::After)
}

/// Sorts `columns.order`; stacked rows keep theirs.
pub(super) fn sort(columns: &mut Columns, frame: &Frame) {
    let start = walk(columns);
    let mut sorter = Sorter::new(columns, frame);
    let mut order = sorter.repaired(start);
    sorter.index(&order);
    let mut best = (sorter.crossings(), order.clone());
    for round in 0..SWEEPS {
        if best.0 == 0 {
            break;
        }
        order = sorter.sweep(order, round % 2 == 0);
        if columns.items.len() <= EXCHANGE_LIMIT {
            order = sorter.exchange(order);
        }
        let crossings = sorter.crossings();
        if crossings < best.0 {
            best = (crossings, order.clone());
        }
    }
    columns.order = best.1;
}

/// A first order in which things that are joined stand near each other: a depth-first walk.
fn walk(columns: &Columns) -> Vec<Vec<usize>> {
    let mut touching: Vec<Vec<usize>> = vec![Vec::new(); columns.items.len()];
    for link in &columns.links {
        let [a, b] = [link.ends[0].item, link.ends[1].item];
        touching[a].push(b);
        touching[b].push(a);
    }
    let mut order = vec![Vec::new(); columns.order.len()];
    let mut seen = vec![false; columns.items.len()];
    for &root in columns.order.iter().flatten() {
        let mut stack = vec![root];
        while let Some(item) = stack.pop() {
            if std::mem::replace(&mut seen[item], true) {
                continue;
            }
            order[columns.items[item].column].push(item);
            stack.extend(touching[item].iter().rev().filter(|next| !seen[**next]));
        }
    }
    order
}

impl<'a> Sorter<'a> {
    fn new(columns: &'a Columns, frame: &Frame) -> Self {
        let mut near = vec![[Vec::new(), Vec::new()]; columns.items.len()];
        let mut channels = vec![Vec::new(); columns.order.len()];
        let mut joined = vec![false; columns.items.len()];
        for (at, link) in columns.links.iter().enumerate() {
            for end in &link.ends {
                joined[end.item] = true;
            }
            if link.turns() {
                continue;
            }
            channels[link.channel].push(at);
            for (end, other) in [(0, 1), (1, 0)] {
                let share = share(columns, link, other);
                near[link.ends[end].item][index(link.ends[end].side)].push((link.ends[other].item, share));
            }
        }
        let pinned = columns
            .items
            .iter()
            .enumerate()
            .map(|(item, data)| match data.kind {
                ItemKind::Title => Some(0),
                ItemKind::Port(port) if frame.ports[port].own || !joined[item] => Some(1),
                ItemKind::Member(_) if frame.rows => Some(2),
                _ => None,
            })
            .collect();
        Self { columns, near, channels, pinned, position: vec![0; columns.items.len()] }
    }

    fn index(&mut self, order: &[Vec<usize>]) {
        for column in order {
            for (position, item) in column.iter().enumerate() {
                self.position[*item] = position;
            }
        }
    }

    /// The order with what is pinned in front and what must stand beside something there.
    fn repaired(&self, order: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
        order.into_iter().map(|column| self.repair(column)).collect()
    }

    fn repair(&self, column: Vec<usize>) -> Vec<usize> {
        let beside = |item: &usize| self.columns.items[*item].beside;
        let (hangers, mut kept): (Vec<usize>, Vec<usize>) = column.into_iter().partition(|i| beside(i).is_some());
        kept.sort_by_key(|item| match self.pinned[*item] {
            Some(2) => (2, *item),
            Some(rank) => (rank, *item),
            None => (3, 0),
        });
        for hanger in hangers {
            let Some((host, after)) = beside(&hanger) else {
                continue;
            };
            let at = kept.iter().position(|item| *item == host).map_or(kept.len(), |p| p + usize::from(after));
            kept.insert(at, hanger);
        }
        kept
    }

    fn sweep(&mut self, mut order: Vec<Vec<usize>>, forward: bool) -> Vec<Vec<usize>> {
        let count = order.len();
        for step in 0..count {
            let at = if forward { step } else { count - 1 - step };
            let side = usize::from(!forward);
            let column = std::mem::take(&mut order[at]);
            let mut keyed: Vec<(f64, usize)> =
                column.into_iter().map(|item| (self.barycentre(item, side), item)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            order[at] = self.repair(keyed.into_iter().map(|(_, item)| item).collect());
            for (position, item) in order[at].iter().enumerate() {
                self.position[*item] = position;
            }
        }
        order
    }

    fn barycentre(&self, item: usize, side: usize) -> f64 {
        let near = &self.near[item][side];
        if near.is_empty() {
            return float(self.position[item]) + 0.5;
        }
        let sum: f64 = near.iter().map(|(other, share)| float(self.position[*other]) + share).sum();
        sum / float(near.len())
    }

    /// Exchanges neighbours in a column wherever that removes crossings.
    fn exchange(&mut self, mut order: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
        for column in &mut order {
            for at in 1..column.len() {
                let (a, b) = (column[at - 1], column[at]);
                let fixed = |item: usize| self.pinned[item].is_some() || self.columns.items[item].beside.is_some();
                let hosts = self.columns.items.iter().any(|i| i.beside.is_some_and(|(h, _)| h == a || h == b));
                if fixed(a) || fixed(b) || hosts {
                    continue;
                }
                if self.pair_crossings(b, a) < self.pair_crossings(a, b) {
                    column.swap(at - 1, at);
                    self.position.swap(a, b);
                }
            }
        }
        order
    }

    /// Crossings between the links of two neighbours when `a` stands before `b`.
    fn pair_crossings(&self, a: usize, b: usize) -> usize {
        let place = |(item, share): &(usize, f64)| float(self.position[*item]) + share;
        (0..2)
            .map(|side| {
                let of_b: Vec<f64> = self.near[b][side].iter().map(place).collect();
                self.near[a][side].iter().map(|end| of_b.iter().filter(|at| **at < place(end)).count()).sum::<usize>()
            })
            .sum()
    }

    fn crossings(&self) -> usize {
        self.channels.iter().map(|links| self.channel_crossings(links)).sum()
    }

    fn channel_crossings(&self, links: &[usize]) -> usize {
        let mut pairs: Vec<(f64, f64)> = links
            .iter()
            .map(|at| {
                let link = &self.columns.links[*at];
                let place = |end: usize| float(self.position[link.ends[end].item]) + share(self.columns, link, end);
                if link.ends[0].side == Side::After { (place(0), place(1)) } else { (place(1), place(0)) }
            })
            .collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        inversions(&mut pairs.into_iter().map(|p| p.1).collect::<Vec<f64>>())
    }
}

/// Where along an item's side a link meets it, from 0 to 1.
fn share(columns: &Columns, link: &Link, end: usize) -> f64 {
    let end = &link.ends[end];
    let cross = columns.items[end.item].cross;
    if end.free || cross <= 0.0 { 0.5 } else { (end.offset / cross).clamp(0.01, 0.99) }
}

fn float(value: usize) -> f64 {
    u32::try_from(value).map_or(f64::MAX, f64::from)
}

/// Pairs standing in the wrong order (merge sort).
fn inversions(values: &mut [f64]) -> usize {
    if values.len() < 2 {
        return 0;
    }
    let (left, right) = values.split_at_mut(values.len() / 2);
    let mut found = inversions(left) + inversions(right);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut i, mut j) = (0, 0);
    while i < left.len() || j < right.len() {
        if j == right.len() || (i < left.len() && left[i] <= right[j]) {
            merged.push(left[i]);
            i += 1;
        } else {
            found += left.len() - i;
            merged.push(right[j]);
            j += 1;
        }
    }
    values.copy_from_slice(&merged);
    found
}

#[cfg(test)]
mod tests {
    use super::inversions;

    #[test]
    fn counts_inversions() {
        assert_eq!(inversions(&mut [1.0, 2.0, 3.0]), 0);
        assert_eq!(inversions(&mut [3.0, 2.0, 1.0]), 3);
        assert_eq!(inversions(&mut [2.0, 1.0, 2.0]), 1);
    }
}
