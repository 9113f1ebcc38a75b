//! Which lane a card belongs to: a clear lead in the first round, the most votes in a later one.

use draaiboek_sdk::{Json, Table, ToJson, writes};

/// The word for "I do not choose".
pub(crate) const ABSTAIN: &str = "abstain";

/// The votes on one card in one round.
#[derive(Debug, Default)]
pub(crate) struct Count {
    round: u64,
    pub counts: Table<u64>,
    pub abstain: u64,
    pub n: u64,
}
writes!(Count { round, counts, abstain, n });

impl Count {
    /// No vote yet; every lane shows its 0.
    pub fn blank<'a>(round: u64, lanes: impl Iterator<Item = &'a str>) -> Self {
        Self { round, counts: lanes.map(|lane| (lane.to_owned(), 0)).collect(), ..Self::default() }
    }

    pub fn add(&mut self, lane: &str) {
        self.n += 1;
        if lane == ABSTAIN {
            self.abstain += 1;
        } else if let Some(count) = self.counts.get_mut(lane) {
            *count += 1;
        }
    }

    /// The lane that is ahead of every other by at least `margin`.
    pub fn ahead(&self, margin: u64) -> Option<&str> {
        let (best, most) =
            self.counts.iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0))).map(|(lane, n)| (lane, *n))?;
        let second = self.counts.iter().filter(|(lane, _)| lane != best).map(|(_, n)| *n).max().unwrap_or(0);
        (most > 0 && most - second >= margin).then_some(best.as_str())
    }
}

/// How a card stands.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    pub rounds: Vec<Count>,
    pub lane: Option<String>,
    /// In which round it was decided; none by decision of a person.
    pub round: Option<u64>,
    /// No lane was ahead by the margin in the first round.
    pub contested: bool,
}

impl Standing {
    /// Settles a card from its rounds. `margin` holds for the first; after that one vote more is enough.
    pub fn of(rounds: Vec<Count>, margin: u64) -> Self {
        let mut standing = Self::default();
        for count in &rounds {
            let needed = if count.round == 1 { margin } else { 1 };
            if let Some(lane) = count.ahead(needed) {
                standing.lane = Some(lane.to_owned());
                standing.round = Some(count.round);
                break;
            }
            standing.contested = true;
        }
        standing.rounds = rounds;
        standing
    }

    pub fn to_rounds(&self) -> Json {
        self.rounds.to_json()
    }
}
