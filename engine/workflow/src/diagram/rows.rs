//! Breaks a flow that is too long for a screen into rows, where few edges pass.

use super::area::Area;
use super::frames::{Frames, LegEnd, Tree};

/// Longest flow in pixels at the top level before it is broken; each box around it takes some room.
const LIMIT: f64 = 1560.0;
/// Room that a box takes around its inside.
const AROUND: f64 = 90.0;
/// Shortest flow that is ever broken.
const FLOOR: f64 = 900.0;
/// More edges than this over a break are worse than a long picture.
const CROWD: usize = 5;

/// Stacks the insides of `tree` that are too long; whether anything changed.
pub(super) fn fold(tree: &mut Tree, frames: &Frames, areas: &[Area]) -> bool {
    let mut changed = false;
    let mut folded: Vec<usize> = Vec::new();
    for (at, frame) in frames.frames.iter().enumerate().rev() {
        let row = frame.owner.is_some_and(|owner| owner >= tree.real);
        let alone = frame.owner.is_none_or(|owner| frame.region.is_some() || frames.inside[owner].len() == 1);
        let deeper = folded.iter().any(|inner| inside(frames, *inner, at));
        let limit = limit(frames, at);
        if areas[at].main <= limit || deeper || frame.rows || row || !alone {
            continue;
        }
        let breaks = breaks(&areas[at], &passing(frames, at), limit);
        if breaks.is_empty() {
            continue;
        }
        folded.push(at);
        let owner = frame.region.or(frame.owner);
        let mut rows: Vec<Vec<(usize, usize)>> = vec![Vec::new(); breaks.len() + 1];
        for (position, member) in frame.members.iter().enumerate() {
            let layer = frame.layer[position];
            rows[breaks.iter().filter(|b| **b <= layer).count()].push((layer, *member));
        }
        rows.iter_mut().for_each(|row| row.sort_unstable());
        tree.stack(owner, rows.into_iter().map(|r| r.into_iter().map(|(_, m)| m).collect()).collect());
        changed = true;
    }
    changed
}

fn limit(frames: &Frames, at: usize) -> f64 {
    let mut room = LIMIT;
    let mut owner = frames.frames[at].owner;
    while let Some(around) = owner.and_then(|node| frames.around(node)) {
        room -= AROUND;
        owner = frames.frames[around].owner;
    }
    room.max(FLOOR)
}

/// Whether frame `inner` lies somewhere in frame `outer`.
fn inside(frames: &Frames, inner: usize, outer: usize) -> bool {
    let mut at = inner;
    while let Some(owner) = frames.frames[at].owner {
        let Some(around) = frames.around(owner) else {
            return false;
        };
        if around == outer {
            return true;
        }
        at = around;
    }
    false
}

/// How many edges pass before each layer.
fn passing(frames: &Frames, at: usize) -> Vec<usize> {
    let frame = &frames.frames[at];
    let layers = frame.layer.iter().copied().max().map_or(0, |l| l + 1);
    let mut count = vec![0; layers];
    for leg in &frame.legs {
        if let [LegEnd::Member(a, _), LegEnd::Member(b, _)] = leg.ends {
            let (a, b) = (frame.layer[a], frame.layer[b]);
            for passed in &mut count[a.min(b) + 1..=a.max(b)] {
                *passed += 1;
            }
        }
    }
    count
}

/// Layers before which a new row begins.
fn breaks(area: &Area, passing: &[usize], limit: f64) -> Vec<usize> {
    let ideal = area.main / (area.main / limit).ceil();
    let mut found = Vec::new();
    let mut start = 0.0;
    while area.main - start > limit {
        let fits = |layer: usize| {
            let (at, size) = area.layers[layer - 1];
            at + size - start <= limit
        };
        let price = |layer: usize| {
            let off = (area.layers[layer].0 - start - ideal).abs() / ideal;
            let crowd: f64 = u32::try_from(passing[layer]).map_or(f64::MAX, f64::from);
            off * 6.0 + crowd + if fits(layer) { 0.0 } else { 20.0 }
        };
        let best = (1..area.layers.len())
            .filter(|layer| found.last().is_none_or(|last| layer > last) && passing[*layer] <= CROWD)
            .filter(|layer| area.layers[*layer].0 - start > ideal * 0.45)
            .min_by(|a, b| price(*a).total_cmp(&price(*b)));
        let Some(best) = best else { return found };
        start = area.layers[best].0;
        found.push(best);
    }
    found
}
