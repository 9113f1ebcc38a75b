//! Choices between pupils as a graph: who is chosen, who choose each other, and which parts hang together.
//! Knows nothing of steps or questions.

use draaiboek_sdk::{Fraction, Json, Table, ToJson, object};

/// Who chooses whom; each chooser counts once for each chosen.
#[derive(Debug, Default)]
pub(crate) struct Choices(Table<Table<()>>);

impl Choices {
    /// The pupil answered, even if with nobody's name.
    pub(crate) fn answers(&mut self, chooser: &str) {
        self.0.at(chooser);
    }

    pub(crate) fn add(&mut self, chooser: &str, chosen: &str) {
        self.0.at(chooser).set(chosen, ());
    }

    fn has(&self, chooser: &str, chosen: &str) -> bool {
        self.0.get(chooser).is_some_and(|list| list.has(chosen))
    }

    fn given(&self, chooser: &str) -> u64 {
        self.0.get(chooser).map_or(0, |list| list.len() as u64)
    }

    fn received(&self, members: &[&str], chosen: &str) -> u64 {
        members.iter().filter(|chooser| self.has(chooser, chosen)).count() as u64
    }

    /// Pairs that choose each other, each once, in order.
    fn mutual(&self, members: &[&str]) -> Vec<[String; 2]> {
        pairs(members, |a, b| self.has(a, b) && self.has(b, a))
    }

    /// Pairs of which at least one chooses the other.
    pub(crate) fn linked(&self, members: &[&str]) -> Vec<[String; 2]> {
        pairs(members, |a, b| self.has(a, b) || self.has(b, a))
    }
}

fn pairs(members: &[&str], hold: impl Fn(&str, &str) -> bool) -> Vec<[String; 2]> {
    let mut found = Vec::new();
    for (at, a) in members.iter().enumerate() {
        for b in &members[at + 1..] {
            if hold(a, b) {
                found.push([(*a).to_owned(), (*b).to_owned()]);
            }
        }
    }
    found
}

/// The structure that positive and negative choices show. `members` are in id order.
#[derive(Debug, Default)]
pub(crate) struct Structure {
    received_pos: Table<u64>,
    received_neg: Table<u64>,
    given: Table<u64>,
    mutual_pos: Vec<[String; 2]>,
    mutual_neg: Vec<[String; 2]>,
    components: Vec<Vec<String>>,
    mean: Option<String>,
    sum_pos: u64,
    sum_neg: u64,
    chosen_often: Vec<String>,
    no_positive: Vec<String>,
    no_mutual: Vec<String>,
    more_negative: Vec<String>,
}

impl ToJson for Structure {
    fn to_json(&self) -> Json {
        let flags = object! {
            "chosen_often" => self.chosen_often, "no_positive" => self.no_positive, "no_mutual" => self.no_mutual,
            "more_negative" => self.more_negative,
        };
        object! {
            "received_pos" => self.received_pos, "received_neg" => self.received_neg, "given" => self.given,
            "mutual_pos" => couples(&self.mutual_pos), "mutual_neg" => couples(&self.mutual_neg),
            "components" => self.components, "mean" => self.mean, "sum_pos" => self.sum_pos,
            "sum_neg" => self.sum_neg, "flags" => flags,
        }
    }
}

/// Pairs as lists of two.
pub(crate) fn couples(pairs: &[[String; 2]]) -> Vec<Vec<&String>> {
    pairs.iter().map(|pair| pair.iter().collect()).collect()
}

impl Structure {
    pub(crate) fn of(members: &[&str], positive: &Choices, negative: &Choices) -> Self {
        let count = |choices: &Choices| -> Table<u64> {
            members.iter().map(|id| ((*id).to_owned(), choices.received(members, id))).collect()
        };
        let (received_pos, received_neg) = (count(positive), count(negative));
        let sum_pos: u64 = received_pos.values().sum();
        let mutual_pos = positive.mutual(members);
        let n = members.len() as u64;
        let with = |hold: &dyn Fn(&str, u64, u64) -> bool| -> Vec<String> {
            let numbers = received_pos.iter().zip(received_neg.values());
            numbers.filter(|((id, pos), neg)| hold(id, *pos, **neg)).map(|((id, _), _)| id.clone()).collect()
        };
        let coupled = |id: &str| mutual_pos.iter().flatten().any(|member| member == id);
        // Where nobody answered there is no mean, not a mean of 0 (L8).
        let answered = !positive.0.is_empty() || !negative.0.is_empty();
        let mean = i64::try_from(sum_pos).ok().zip(i64::try_from(n).ok()).filter(|_| answered);
        Self {
            given: members.iter().map(|id| ((*id).to_owned(), positive.given(id))).collect(),
            mutual_neg: negative.mutual(members),
            components: components(members, &mutual_pos),
            mean: mean.and_then(|(sum, n)| Fraction::new(sum, n).shown(1)),
            sum_pos,
            sum_neg: received_neg.values().sum(),
            // Twice the mean or more, on exact fractions; where nobody is chosen nobody is chosen often.
            chosen_often: with(&|_, pos, _| pos > 0 && pos * n >= 2 * sum_pos),
            no_positive: with(&|_, pos, _| pos == 0),
            no_mutual: with(&|id, _, _| !coupled(id)),
            more_negative: with(&|_, pos, neg| neg >= 2 && neg > pos),
            mutual_pos,
            received_pos,
            received_neg,
        }
    }
}

/// The connected parts, each in id order, ordered by their first member. Who is connected with nobody is a part alone.
fn components(members: &[&str], edges: &[[String; 2]]) -> Vec<Vec<String>> {
    let mut part: Table<usize> = members.iter().enumerate().map(|(at, id)| ((*id).to_owned(), at)).collect();
    // Each edge lowers one end to the number of the other until nothing changes: classes are small.
    let mut changed = true;
    while changed {
        changed = false;
        for [a, b] in edges {
            let low = [a, b].iter().filter_map(|id| part.get(id.as_str())).min().copied().unwrap_or(0);
            for id in [a, b] {
                if let Some(number) = part.get_mut(id)
                    && *number > low
                {
                    *number = low;
                    changed = true;
                }
            }
        }
    }
    let mut parts: Vec<(usize, Vec<String>)> = Vec::new();
    for (id, number) in &part {
        match parts.iter_mut().find(|(known, _)| known == number) {
            Some((_, members)) => members.push(id.clone()),
            None => parts.push((*number, vec![id.clone()])),
        }
    }
    parts.into_iter().map(|(_, members)| members).collect()
}
