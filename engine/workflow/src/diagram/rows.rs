//! Breaks a flow that is too long for a screen into rows, where few edges pass.

use super::area::Area;
use super::frames::{Frames, LegEnd, Tree};

/// Longest flow in pixels before it is broken.
const LIMIT: f64 = 1500.0;
/// More edges than this over a break are worse than a long picture.
const CROWD: usize = 5;

/// Stacks the insides of `tree` that are too long; whether anything changed.
pub(super) fn fold(tree: &mut Tree, frames: &Frames, areas: &[Area]) -> bool {
    let mut changed = false;
    for (at, frame) in frames.frames.iter().enumerate() {
        let deeper = frames
            .frames
            .iter()
            .enumerate()
            .any(|(other, f)| f.owner.is_some() && areas[other].main > LIMIT && inside(frames, other, at));
        let row = frame.owner.is_some_and(|owner| owner >= tree.real);
        let owner = frame.region.or(frame.owner);
        let divided = frame.owner.is_some() && frame.region.is_none() && frames.inside[frame.owner.unwrap_or(0)].len() > 1;
        if areas[at].main <= LIMIT || deeper || frame.rows || row || divided {
            continue;
        }
        let breaks = breaks(&areas[at], &passing(frames, at));
        if breaks.is_empty() {
            continue;
        }
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

/// Whether frame `inner` lies somewhere in frame `outer`.
fn inside(frames: &Frames, inner: usize, outer: usize) -> bool {
    let mut at = inner;
    while let Some(owner) = frames.frames[at].owner {
        let Some(around) = frames.around(owner) else { return false };
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
fn breaks(area: &Area, passing: &[usize]) -> Vec<usize> {
    let rows = (area.main / LIMIT).ceil();
    let ideal = area.main / rows;
    let mut found = Vec::new();
    let mut start = 0.0;
    while area.main - start > LIMIT {
        let fits = |layer: &usize| {
            let (at, size) = area.layers[layer - 1];
            at + size - start <= LIMIT && area.layers[*layer].0 - start > ideal * 0.45 && passing[*layer] <= CROWD
        };
        let price = |layer: usize| {
            let off = (area.layers[layer].0 - start - ideal).abs() / ideal;
            let crowd: f64 = u32::try_from(passing[layer]).map_or(f64::MAX, f64::from);
            off * 6.0 + crowd
        };
        let best = (1..area.layers.len())
            .filter(|layer| found.last().is_none_or(|last| layer > last))
            .filter(fits)
            .min_by(|a, b| price(*a).total_cmp(&price(*b)));
        let Some(best) = best else { return found };
        start = area.layers[best].0;
        found.push(best);
    }
    found
}
