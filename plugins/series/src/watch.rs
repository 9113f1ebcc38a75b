//! Daily values: who is low today or often, and what the class as a whole says. Never a score of anybody.

use draaiboek_sdk::{Context, Contribution, Date, Fraction, Table, writes};

use crate::fold::names;
use crate::roster::Subject;
use crate::{Entry, Series, Watch};

/// The days with values, by date.
pub(crate) type Days = Table<Day>;

/// What the watch shows.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    pub(crate) low_today: Vec<String>,
    pub(crate) low_often: Vec<String>,
    pub(crate) days: Days,
}

/// The values of one day together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Day {
    n: u64,
    /// Too few values to show anything of.
    pub(crate) held: bool,
    dist: Option<Table<u64>>,
    mean: Option<String>,
}
writes!(Day { n, held, dist, mean });

impl Watched {
    /// Low today or often, in id order.
    pub(crate) fn low(&self) -> Vec<String> {
        let mut low: Table<()> = Table::default();
        self.low_today.iter().chain(&self.low_often).for_each(|id| low.set(id, ()));
        names(&low)
    }
}

pub(crate) fn watched(ctx: &Context<Series>, all: &[Contribution<Entry>], subjects: &Table<Subject>) -> Watched {
    let Some(watch) = &ctx.config.watch else { return Watched::default() };
    let mut by_day: Table<Table<i64>> = Table::default();
    for one in all {
        if let Entry::Value(value) = &one.entry
            && subjects.has(&value.subject)
        {
            let day = value.date.unwrap_or(one.day);
            by_day.at(&day.to_string()).set(&value.subject, value.value);
        }
    }
    let window = window(ctx, watch.window);
    let low_on = |day: Date, id: &str| {
        by_day.get(&day.to_string()).and_then(|values| values.get(id)).is_some_and(|value| *value <= watch.low_max)
    };
    let present = || subjects.values().filter(|subject| !subject.gone(ctx.today)).map(|subject| &subject.id);
    let often = |id: &&String| window.iter().filter(|day| low_on(**day, id)).count() >= watch.times;
    let k = ctx.threshold(watch.k);
    Watched {
        low_today: present().filter(|id| low_on(ctx.today, id)).cloned().collect(),
        low_often: present().filter(often).cloned().collect(),
        days: by_day.iter().map(|(date, values)| (date.clone(), day(watch, values, k))).collect(),
    }
}

/// The last `n` school days, today included.
fn window(ctx: &Context<Series>, n: usize) -> Vec<Date> {
    let mut days = Vec::new();
    let mut day = ctx.today.min(ctx.calendar.to);
    while days.len() < n && day >= ctx.calendar.from {
        if ctx.calendar.is_school_day(day) {
            days.push(day);
        }
        day = day.plus_days(-1);
    }
    days
}

fn day(watch: &Watch, values: &Table<i64>, k: u64) -> Day {
    let n = values.len() as u64;
    if n < k {
        return Day { n, held: true, ..Day::default() };
    }
    let mut dist: Table<u64> = (watch.min..=watch.max).map(|value| (value.to_string(), 0)).collect();
    for value in values.values() {
        *dist.at(&value.to_string()) += 1;
    }
    let sum = values.values().sum();
    let mean = Fraction::new(sum, i64::try_from(n).unwrap_or(i64::MAX)).shown(1);
    Day { n, held: false, dist: Some(dist), mean }
}
