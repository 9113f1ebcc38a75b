//! Routes in the channel between two columns: every bent link gets a track (a line across the flow) such that lines
//! neither lie on each other nor cross more than they must.

/// Distance between tracks.
pub(super) const TRACK: f64 = 11.0;
/// Lines nearer than this count as lying on each other.
const TOUCH: f64 = 5.0;
/// Price of two lines lying on each other, in crossings.
const OVERLAP: usize = 50;

/// A link in a channel: where its ends meet the channel, and on which side (true: the later column's).
#[derive(Debug, Clone, Copy)]
pub(super) struct Wire {
    pub ends: [(f64, bool); 2],
}

impl Wire {
    /// Needs no track.
    pub fn straight(&self) -> bool {
        self.ends[0].1 != self.ends[1].1 && (self.ends[0].0 - self.ends[1].0).abs() < 0.75
    }

    fn span(&self) -> (f64, f64) {
        let [(a, _), (b, _)] = self.ends;
        (a.min(b), a.max(b))
    }
}

/// Track of every wire (none: straight) and the number of tracks.
pub(super) fn tracks(wires: &[Wire]) -> (Vec<Option<usize>>, usize) {
    let bent: Vec<usize> = (0..wires.len()).filter(|w| !wires[*w].straight()).collect();
    let mut order: Vec<usize> = Vec::new();
    for &wire in &bent {
        let before: Vec<usize> = order.iter().map(|w| price(&wires[*w], &wires[wire])).collect();
        let after: Vec<usize> = order.iter().map(|w| price(&wires[wire], &wires[*w])).collect();
        let mut cost: usize = after.iter().sum();
        let mut best = (cost, 0);
        for at in 0..order.len() {
            cost = cost + before[at] - after[at];
            if cost < best.0 {
                best = (cost, at + 1);
            }
        }
        order.insert(best.1, wire);
    }
    let mut track = vec![None; wires.len()];
    let mut used = 0;
    for (position, &wire) in order.iter().enumerate() {
        let at = order[..position]
            .iter()
            .filter(|other| meet(&wires[**other], &wires[wire]))
            .filter_map(|other| track[*other])
            .map(|t: usize| t + 1)
            .max()
            .unwrap_or(0);
        track[wire] = Some(at);
        used = used.max(at + 1);
    }
    (track, used)
}

fn meet(a: &Wire, b: &Wire) -> bool {
    let (a, b) = (a.span(), b.span());
    a.0 < b.1 + 2.0 * TOUCH && b.0 < a.1 + 2.0 * TOUCH
}

/// Crossings and overlaps when `a` has the track before that of `b`.
fn price(a: &Wire, b: &Wire) -> usize {
    let inside = |at: f64, span: (f64, f64)| usize::from(at > span.0 && at < span.1);
    let mut sum = 0;
    for (at, later) in b.ends {
        if !later {
            sum += inside(at, a.span());
            let clash = a.ends.iter().any(|(other, side)| *side && (at - other).abs() < TOUCH);
            sum += OVERLAP * usize::from(clash);
        }
    }
    for (at, later) in a.ends {
        if later {
            sum += inside(at, b.span());
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(a: f64, b: f64) -> Wire {
        Wire { ends: [(a, false), (b, true)] }
    }

    #[test]
    fn straight_wires_need_no_track() {
        assert_eq!(tracks(&[wire(10.0, 10.0)]), (vec![None], 0));
    }

    #[test]
    fn far_wires_share_a_track_and_near_ones_do_not() {
        assert_eq!(tracks(&[wire(0.0, 20.0), wire(100.0, 130.0)]).1, 1);
        assert_eq!(tracks(&[wire(0.0, 60.0), wire(40.0, 100.0)]).1, 2);
    }

    #[test]
    fn two_wires_that_run_down_together_do_not_cross() {
        let (track, _) = tracks(&[wire(0.0, 100.0), wire(20.0, 120.0)]);
        assert!(track[0] > track[1], "the upper one turns later");
    }

    #[test]
    fn a_turn_around_is_a_wire_too() {
        let turn = Wire { ends: [(0.0, false), (50.0, false)] };
        assert!(!turn.straight());
        assert_eq!(tracks(&[turn]).1, 1);
    }
}
