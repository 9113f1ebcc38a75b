//! Counts per unit and period, their sums, and which of them may be shown (L6, H1.16). Knows nothing of explanations.

use draaiboek_sdk::{Fraction, Json, Object, Table, ToJson, object, writes};

/// So many of so many, by period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cells(pub(crate) Table<Count>);

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) num: i64,
    pub(crate) den: i64,
}

impl ToJson for Count {
    fn to_json(&self) -> Json {
        object! {"num" => self.num, "den" => self.den, "share" => Fraction::new(self.num, self.den).shown(100)}
    }
}

impl Cells {
    pub(crate) fn get(&self, period: &str) -> Option<Count> {
        self.0.get(period).copied()
    }

    /// Whether any count is over so few that people could be recognised. A period without data hides nothing.
    pub(crate) fn small(&self, least: i64) -> bool {
        self.0.values().any(|count| (1..least).contains(&count.den))
    }

    /// The change from the first period to the last, exact and then rounded (L8).
    pub(crate) fn delta(&self, periods: &[&str]) -> Option<String> {
        let (first, last) = (periods.first()?, periods.last()?);
        let share = |period: &str| self.get(period).map(|count| Fraction::new(count.num, count.den));
        share(last)?.minus(share(first)?).shown(100)
    }

    /// The counts by period; null where there are none, or where they are not to be seen.
    pub(crate) fn shown(&self, periods: &[&str], hidden: bool) -> Json {
        let mut shown = Object::default();
        for period in periods {
            let count = self.get(period).filter(|_| !hidden);
            shown.set(period, count.to_json());
        }
        Json::Object(shown)
    }

    fn add(&mut self, other: &Self) {
        for (period, count) in &other.0 {
            let sum = self.0.at(period);
            sum.num += count.num;
            sum.den += count.den;
        }
    }
}

/// Units added together.
#[derive(Debug, Clone)]
pub(crate) struct Sum {
    pub(crate) cells: Json,
    delta: Option<String>,
    /// Units in the sum.
    pub(crate) units: u64,
    /// Units that are too small to be in it.
    left_out: u64,
    /// Children in the sum, over the period with the fewest.
    pub(crate) people: u64,
}
writes!(Sum { cells, delta, units, left_out });

/// Adds what may be shown. Only units with data in every period that was measured are in the sum: a class that is missing
/// once would change the share without any change in class.
pub(crate) fn sum<'a>(units: impl Iterator<Item = (&'a Cells, bool)>, periods: &[&str], measured: &[&str]) -> Sum {
    let mut all = Cells::default();
    let (mut n, mut left_out) = (0, 0);
    for (cells, hidden) in units {
        if hidden {
            left_out += 1;
        } else if !measured.is_empty() && measured.iter().all(|period| cells.get(period).is_some()) {
            all.add(cells);
            n += 1;
        }
    }
    let people = periods.iter().filter_map(|period| all.get(period)).map(|count| count.den).min().unwrap_or(0);
    Sum {
        cells: all.shown(periods, false),
        delta: all.delta(periods),
        units: n,
        left_out,
        people: u64::try_from(people).unwrap_or(0),
    }
}
