//! Positions across the flow: legs are first joined into straight runs, then the runs are moved until the pulls of
//! all bent legs balance, never closer to each other than the distances asked.

/// A link between two items in neighbouring columns.
#[derive(Debug, Clone)]
pub(super) struct Pull {
    /// Item in the earlier column, and where on it.
    pub a: (usize, f64),
    /// Item in the later column, and where on it.
    pub b: (usize, f64),
    /// Straightened first when higher.
    pub rank: u8,
}

/// What is to be placed.
pub(super) struct Placing<'a> {
    /// Items per column, in order.
    pub order: &'a [Vec<usize>],
    /// Extent of every item across the flow.
    pub size: Vec<f64>,
    /// Links.
    pub pulls: Vec<Pull>,
    /// Distance that two neighbours keep.
    pub gap: &'a dyn Fn(usize, usize) -> f64,
}

const ROUNDS: usize = 90;
const DAMPING: f64 = 0.7;
const CLOSE: f64 = 0.01;

/// Runs of items on one straight line.
struct Runs {
    /// Run of every item and its place relative to the run's.
    of: Vec<(usize, f64)>,
    /// (before, after, distance from one run's place to the other's).
    apart: Vec<(usize, usize, f64)>,
    /// Indices into `apart` by run.
    touching: Vec<Vec<usize>>,
    at: Vec<f64>,
}

/// Start of every item; the smallest is 0.
pub(super) fn place(placing: &Placing<'_>) -> Vec<f64> {
    let mut runs = Runs::new(placing, &straightened(placing));
    runs.pack();
    runs.balance(&placing.pulls);
    let raw: Vec<f64> = runs.of.iter().map(|(run, shift)| (runs.at[*run] + shift).round()).collect();
    let first = raw.iter().copied().fold(f64::MAX, f64::min);
    raw.into_iter().map(|at| at - first).collect()
}

/// For every item the pull that joins it in a straight line to one in the column before.
fn straightened(placing: &Placing<'_>) -> Vec<Option<usize>> {
    let mut position = vec![(0usize, 0usize); placing.size.len()];
    for (column, items) in placing.order.iter().enumerate() {
        for (at, item) in items.iter().enumerate() {
            position[*item] = (column, at);
        }
    }
    let mut todo: Vec<usize> = (0..placing.pulls.len()).collect();
    todo.sort_by_key(|at| std::cmp::Reverse(placing.pulls[*at].rank));
    let mut before = vec![None; placing.size.len()];
    let mut after = vec![false; placing.size.len()];
    let mut taken: Vec<Vec<(usize, usize)>> = vec![Vec::new(); placing.order.len()];
    for at in todo {
        let pull = &placing.pulls[at];
        let (column, from) = position[pull.a.0];
        let (_, to) = position[pull.b.0];
        let crosses = taken[column].iter().any(|(f, t)| (*f < from) != (*t < to));
        if before[pull.b.0].is_none() && !after[pull.a.0] && !crosses {
            before[pull.b.0] = Some(at);
            after[pull.a.0] = true;
            taken[column].push((from, to));
        }
    }
    before
}

impl Runs {
    fn new(placing: &Placing<'_>, before: &[Option<usize>]) -> Self {
        let mut of = vec![(0usize, 0.0f64); placing.size.len()];
        let mut count = 0;
        for item in placing.order.iter().flatten() {
            of[*item] = match before[*item].map(|at| &placing.pulls[at]) {
                Some(pull) => {
                    let (run, shift) = of[pull.a.0];
                    (run, shift + pull.a.1 - pull.b.1)
                }
                None => {
                    count += 1;
                    (count - 1, 0.0)
                }
            };
        }
        let mut apart = Vec::new();
        for column in placing.order {
            for pair in column.windows(2) {
                let (left, right) = (of[pair[0]], of[pair[1]]);
                let distance = left.1 + placing.size[pair[0]] + (placing.gap)(pair[0], pair[1]) - right.1;
                apart.push((left.0, right.0, distance));
            }
        }
        let mut touching = vec![Vec::new(); count];
        for (at, (left, right, _)) in apart.iter().enumerate() {
            touching[*left].push(at);
            touching[*right].push(at);
        }
        Self { of, apart, touching, at: vec![0.0; count] }
    }

    /// Every run as near to the start as the distances allow.
    fn pack(&mut self) {
        let mut waiting = vec![0usize; self.at.len()];
        for (_, right, _) in &self.apart {
            waiting[*right] += 1;
        }
        let mut low = vec![f64::MIN; self.at.len()];
        for (run, shift) in &self.of {
            low[*run] = low[*run].max(-shift);
        }
        self.at = low;
        let mut ready: Vec<usize> = (0..self.at.len()).filter(|run| waiting[*run] == 0).collect();
        while let Some(run) = ready.pop() {
            for &rule in &self.touching[run] {
                let (left, right, distance) = self.apart[rule];
                if left == run {
                    self.at[right] = self.at[right].max(self.at[run] + distance);
                    waiting[right] -= 1;
                    if waiting[right] == 0 {
                        ready.push(right);
                    }
                }
            }
        }
    }

    fn balance(&mut self, pulls: &[Pull]) {
        let bent: Vec<(usize, f64, usize, f64)> = pulls
            .iter()
            .map(|p| (self.of[p.a.0], p.a.1, self.of[p.b.0], p.b.1))
            .filter(|(a, _, b, _)| a.0 != b.0)
            .map(|(a, x, b, y)| (a.0, a.1 + x, b.0, b.1 + y))
            .collect();
        for _ in 0..ROUNDS {
            let mut force = vec![(0.0f64, 0.0f64); self.at.len()];
            for (a, x, b, y) in &bent {
                let stretch = (self.at[*b] + y) - (self.at[*a] + x);
                force[*a].0 += stretch;
                force[*a].1 += 1.0;
                force[*b].0 -= stretch;
                force[*b].1 += 1.0;
            }
            if self.step(&force) < 0.05 {
                break;
            }
        }
    }

    /// Moves groups of runs that press against each other; the largest movement made.
    fn step(&mut self, force: &[(f64, f64)]) -> f64 {
        let (group, wish) = self.groups(force);
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); self.at.len()];
        for (run, root) in group.iter().enumerate() {
            members[*root].push(run);
        }
        let mut todo: Vec<usize> = (0..members.len()).filter(|g| !members[*g].is_empty()).collect();
        todo.sort_by(|a, b| {
            let key = |g: usize| {
                if wish[g] > 0.0 { -self.at[g] } else { self.at[g] }
            };
            key(*a).total_cmp(&key(*b)).then(a.cmp(b))
        });
        let mut moved = 0.0f64;
        for root in todo {
            let wanted = wish[root] * DAMPING;
            let step = members[root].iter().fold(wanted, |step, run| self.limited(*run, step, &group));
            for run in &members[root] {
                self.at[*run] += step;
            }
            moved = moved.max(step.abs());
        }
        moved
    }

    /// `step` shortened so that `run` keeps its distance from runs outside its group.
    fn limited(&self, run: usize, step: f64, group: &[usize]) -> f64 {
        let mut step = step;
        for &rule in &self.touching[run] {
            let (left, right, distance) = self.apart[rule];
            let slack = (self.at[right] - self.at[left] - distance).max(0.0);
            if group[left] == group[right] {
                continue;
            }
            if right == run {
                step = step.max(-slack);
            } else {
                step = step.min(slack);
            }
        }
        step
    }

    /// Joins runs that touch and want to move against each other: the group of each run, and the wish of each group.
    fn groups(&self, force: &[(f64, f64)]) -> (Vec<usize>, Vec<f64>) {
        let mut group: Vec<usize> = (0..self.at.len()).collect();
        let mut sum: Vec<(f64, f64)> = force.to_vec();
        let wish = |s: (f64, f64)| if s.1 > 0.0 { s.0 / s.1 } else { 0.0 };
        let tight: Vec<(usize, usize)> = self
            .apart
            .iter()
            .filter(|(left, right, distance)| self.at[*right] - self.at[*left] - distance < CLOSE)
            .map(|(left, right, _)| (*left, *right))
            .collect();
        let mut changed = true;
        while changed {
            changed = false;
            for &(left, right) in &tight {
                let (a, b) = (find(&group, left), find(&group, right));
                if a != b && wish(sum[a]) > wish(sum[b]) {
                    let (keep, gone) = (a.min(b), a.max(b));
                    group[gone] = keep;
                    sum[keep] = (sum[a].0 + sum[b].0, sum[a].1 + sum[b].1);
                    changed = true;
                }
            }
        }
        let roots: Vec<usize> = (0..group.len()).map(|run| find(&group, run)).collect();
        (roots, sum.into_iter().map(wish).collect())
    }
}

fn find(group: &[usize], mut run: usize) -> usize {
    while group[run] != run {
        run = group[run];
    }
    run
}

/// Points in order, each as near its wish as possible, at least `gap` apart, within `low..high`.
pub(super) fn spread(wishes: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let float = |i: usize| u32::try_from(i).map_or(0.0, f64::from);
    let room = (high - low).max(0.0);
    let gap = match wishes.len() {
        0 | 1 => gap,
        n => gap.min(room / float(n - 1)),
    };
    let top = high - gap * float(wishes.len().saturating_sub(1));
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (i, wish) in wishes.iter().enumerate() {
        blocks.push((wish - gap * float(i), 1));
        while let [.., (a, n), (b, m)] = blocks.as_slice() {
            if a <= b {
                break;
            }
            let joined = ((a * float(*n) + b * float(*m)) / float(n + m), n + m);
            blocks.truncate(blocks.len() - 2);
            blocks.push(joined);
        }
    }
    let flat = blocks.iter().flat_map(|(at, n)| std::iter::repeat_n(*at, *n));
    flat.enumerate().map(|(i, at)| at.min(top).max(low) + gap * float(i)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_within_its_room() {
        assert_eq!(spread(&[5.0], 10.0, 0.0, 20.0), [5.0]);
        assert_eq!(spread(&[5.0, 5.0], 10.0, 0.0, 20.0), [0.0, 10.0]);
        assert_eq!(spread(&[90.0, 90.0], 10.0, 0.0, 20.0), [10.0, 20.0]);
        assert_eq!(spread(&[0.0, 0.0, 0.0], 50.0, 0.0, 20.0), [0.0, 10.0, 20.0]);
    }

    #[test]
    fn a_chain_is_straight_and_neighbours_keep_their_distance() {
        let order = vec![vec![0], vec![1, 2], vec![3]];
        let pull = |a, b| Pull { a: (a, 10.0), b: (b, 10.0), rank: 1 };
        let placing = Placing {
            order: &order,
            size: vec![20.0; 4],
            pulls: vec![pull(0, 1), pull(0, 2), pull(1, 3), pull(2, 3)],
            gap: &|_, _| 8.0,
        };
        let at = place(&placing);
        assert!((at[0] - at[1]).abs() < 0.5 && (at[1] - at[3]).abs() < 0.5, "{at:?}");
        assert!(at[2] - at[1] >= 28.0);
    }
}
