//! Which column each member of a frame stands in: cycles are broken by a depth-first walk from the first member,
//! then every member stands one column after the last of those that lead to it.

use super::frames::{Frames, LegEnd, Side};

/// Sets `layer` and the sides of legs and ports in every frame, outer frames first.
pub(super) fn assign(frames: &mut Frames) {
    for at in 0..frames.frames.len() {
        let frame = &frames.frames[at];
        let layer = if frame.rows {
            vec![0; frame.members.len()]
        } else {
            columns(frame.members.len(), &inner_legs(frames, at))
        };
        frames.frames[at].layer = layer;
        set_sides(frames, at);
    }
}

fn inner_legs(frames: &Frames, at: usize) -> Vec<(usize, usize)> {
    frames.frames[at]
        .legs
        .iter()
        .filter_map(|leg| match leg.ends {
            [LegEnd::Member(a, _), LegEnd::Member(b, _)] if a != b => Some((a, b)),
            _ => None,
        })
        .collect()
}

fn set_sides(frames: &mut Frames, at: usize) {
    let frame = &frames.frames[at];
    let mut told = Vec::new();
    let mut sides = Vec::with_capacity(frame.legs.len());
    for leg in &frame.legs {
        let pair = match leg.ends {
            [LegEnd::Member(a, _), LegEnd::Member(b, _)] if frame.layer[a] > frame.layer[b] => {
                [Side::Before, Side::After]
            }
            [LegEnd::Member(..), LegEnd::Member(..)] => [Side::After, Side::Before],
            [LegEnd::Port(port), _] | [_, LegEnd::Port(port)] => [frame.ports[port].side; 2],
        };
        for (end, side) in leg.ends.iter().zip(pair) {
            if let LegEnd::Member(member, key) = end {
                told.push((frame.members[*member], *key, side));
            }
        }
        sides.push(pair);
    }
    for (leg, pair) in frames.frames[at].legs.iter_mut().zip(sides) {
        leg.sides = pair;
    }
    for (node, key, side) in told {
        frames.set_port_side(node, key, side);
    }
}

/// Column of each of `count` members, given who leads to whom.
fn columns(count: usize, legs: &[(usize, usize)]) -> Vec<usize> {
    let (next, order) = break_cycles(count, legs);
    let mut column = vec![0usize; count];
    for &node in &order {
        for &to in &next[node] {
            column[to] = column[to].max(column[node] + 1);
        }
    }
    let mut entering = vec![0usize; count];
    for to in next.iter().flatten() {
        entering[*to] += 1;
    }
    for &node in order.iter().rev() {
        if next[node].len() > entering[node] {
            let latest = next[node].iter().map(|to| column[*to]).min().unwrap_or(1);
            column[node] = column[node].max(latest.saturating_sub(1));
        }
    }
    let first = column.iter().copied().min().unwrap_or(0);
    column.iter_mut().for_each(|c| *c -= first);
    column
}

/// The graph without cycles (legs that go back are turned around) and its nodes in topological order.
fn break_cycles(count: usize, legs: &[(usize, usize)]) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    for &(a, b) in legs {
        out[a].push(b);
    }
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut state = vec![0u8; count];
    let mut finished = Vec::with_capacity(count);
    for root in 0..count {
        if state[root] != 0 {
            continue;
        }
        state[root] = 1;
        let mut stack = vec![(root, 0usize)];
        while let Some((node, done)) = stack.pop() {
            let Some(&to) = out[node].get(done) else {
                state[node] = 2;
                finished.push(node);
                continue;
            };
            stack.push((node, done + 1));
            if state[to] == 1 {
                next[to].push(node);
            } else {
                next[node].push(to);
                if state[to] == 0 {
                    state[to] = 1;
                    stack.push((to, 0));
                }
            }
        }
    }
    finished.reverse();
    (next, finished)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_is_broken_where_it_returns() {
        assert_eq!(columns(4, &[(0, 1), (1, 2), (2, 1), (2, 3), (3, 0)]), [0, 1, 2, 3]);
    }

    #[test]
    fn a_start_stands_next_to_what_it_leads_to() {
        assert_eq!(columns(4, &[(0, 1), (1, 2), (3, 2)]), [0, 1, 2, 1]);
    }

    #[test]
    fn empty_and_lonely() {
        assert_eq!(columns(0, &[]), [0usize; 0]);
        assert_eq!(columns(2, &[]), [0, 0]);
    }
}
