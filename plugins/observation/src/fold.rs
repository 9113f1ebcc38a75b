//! What was seen per criterion. After a withdrawal by the owner nothing of it is left.

use draaiboek_sdk::{Context, Contribution, Date, Fraction, Json, Refusal, Table, object, writes};

use crate::spec::GIVEN;
use crate::{Criterion, Entry, Kind, Media, Observation, Observe};

type Ctx = Context<Observation>;

/// The result.
#[derive(Debug)]
pub struct Picture {
    criteria: Vec<Criterion>,
    by_criterion: Table<Seen>,
    groups: Table<Table<u64>>,
    observed: Vec<String>,
    unobserved: Vec<String>,
    observers: Vec<String>,
    held: bool,
    date: Option<Date>,
    lesson: Option<String>,
    limit: Option<Date>,
    stale: bool,
    withdrawn: bool,
    media: Media,
    visited: bool,
    noted: usize,
}
writes!(Picture {
    criteria,
    by_criterion,
    groups,
    observed,
    unobserved,
    observers,
    held,
    date,
    lesson,
    limit,
    stale,
    withdrawn,
    media,
});

/// What was seen of one criterion.
#[derive(Debug, Default)]
struct Seen {
    values: Vec<Json>,
    notes: Vec<Json>,
    counts: Table<u64>,
    n: u64,
    na: u64,
    sum: i64,
    mean: Option<String>,
}
writes!(Seen { values, notes, counts, n, na, sum, mean });

impl Picture {
    pub(crate) fn withdrawn(&self) -> bool {
        self.withdrawn
    }
    pub(crate) fn visited(&self) -> bool {
        self.visited
    }
    pub(crate) fn criteria(&self) -> &[Criterion] {
        &self.criteria
    }
    pub(crate) fn unobserved(&self) -> &[String] {
        &self.unobserved
    }
    pub(crate) fn observers(&self) -> &[String] {
        &self.observers
    }
    /// How many criteria were noted, by all observers together.
    pub(crate) fn noted(&self) -> usize {
        self.noted
    }
}

/// The guide: fixed criteria, those of an earlier step (input `criteria`), and those that people agreed here, by id.
pub(crate) fn criteria(ctx: &Ctx, all: &[Contribution<Entry>]) -> Result<Vec<Criterion>, Refusal> {
    let mut criteria: Vec<Criterion> = ctx.config.guide.criteria.clone();
    let given: Option<Vec<Criterion>> = ctx.input("criteria", &GIVEN)?;
    criteria.extend(given.into_iter().flatten());
    let mut agreed: Table<Criterion> = Table::default();
    for one in all {
        if let Entry::Criterion(new) = &one.entry {
            let (min, max) = (1, new.max.unwrap_or(4));
            let (id, label) = (new.criterion_id.clone(), Json::Text(new.label.clone()));
            let (options, listed, help, group) = (Vec::new(), Json::Null, Json::Null, None);
            agreed.set(
                &new.criterion_id,
                Criterion { id, label, help, kind: new.kind, min, max, options, listed, group },
            );
        }
    }
    criteria.extend(agreed.into_iter().map(|(_, criterion)| criterion));
    let mut seen: Table<()> = Table::default();
    criteria.retain(|criterion| {
        let first = !seen.has(&criterion.id);
        seen.set(&criterion.id, ());
        first
    });
    Ok(criteria)
}

pub(crate) fn fold(ctx: &Ctx, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
    let criteria = criteria(ctx, all)?;
    let withdrawn = all.iter().any(|one| matches!(one.entry, Entry::Withdraw(_)));
    let visit = all.iter().find_map(|one| match &one.entry {
        Entry::Visit(visit) => Some(visit),
        _ => None,
    });
    let mut notes: Vec<(&str, Date, &Observe)> = Vec::new();
    for one in all.iter().filter(|_| !withdrawn) {
        if let Entry::Observe(observe) = &one.entry {
            notes.push((one.by(), one.day, observe));
        }
    }
    // By observer, so that the result does not depend on who was first (L7).
    notes.sort_by(|a, b| a.0.cmp(b.0));
    let mut observers: Vec<String> = notes.iter().map(|(by, ..)| (*by).to_owned()).collect();
    observers.dedup();
    let by_criterion: Table<Seen> =
        criteria.iter().map(|criterion| (criterion.id.clone(), seen(criterion, &notes))).collect();
    let is_observed =
        |id: &str| by_criterion.get(id).is_some_and(|seen| seen.n + seen.na > 0 || !seen.notes.is_empty());
    let (observed, unobserved) = criteria.iter().map(|criterion| criterion.id.clone()).partition(|id| is_observed(id));
    let noted_on = notes.iter().map(|(_, day, _)| *day).min();
    let date = visit.map(|visit| visit.date).or(noted_on).filter(|_| !withdrawn);
    let limit = date.zip(ctx.config.limit_days).and_then(|(date, days)| ctx.calendar.plus_school_days(date, days));
    Ok(Picture {
        groups: groups(&criteria, &by_criterion),
        noted: notes.len(),
        visited: visit.is_some(),
        held: date.is_some(),
        lesson: visit.and_then(|visit| visit.lesson.clone()).filter(|_| !withdrawn),
        stale: limit.is_some_and(|limit| ctx.today > limit),
        media: ctx.config.media,
        criteria,
        by_criterion,
        observed,
        unobserved,
        observers,
        date,
        limit,
        withdrawn,
    })
}

fn seen(criterion: &Criterion, notes: &[(&str, Date, &Observe)]) -> Seen {
    let mut seen = Seen::default();
    for (by, _, observe) in notes.iter().filter(|(_, _, observe)| observe.criterion == criterion.id) {
        if let Some(text) = &observe.note {
            seen.notes.push(object! {"by" => by, "text" => text});
        }
        let Some(value) = &observe.value else { continue };
        seen.values.push(object! {"by" => by, "value" => value});
        match value {
            Json::Text(word) if word == "na" => seen.na += 1,
            Json::Text(word) => {
                seen.n += 1;
                *seen.counts.at(word) += 1;
            }
            Json::Int(number) => {
                seen.n += 1;
                seen.sum += number;
                if criterion.kind == Kind::Scale {
                    *seen.counts.at(&number.to_string()) += 1;
                }
            }
            _ => {}
        }
    }
    let numbers = matches!(criterion.kind, Kind::Scale | Kind::Tally);
    let of = i64::try_from(if numbers { seen.n } else { 0 }).unwrap_or(0);
    seen.mean = Fraction::new(seen.sum, of).shown(1);
    seen
}

/// How often each word was chosen in each group of criteria.
fn groups(criteria: &[Criterion], by_criterion: &Table<Seen>) -> Table<Table<u64>> {
    let mut groups: Table<Table<u64>> = Table::default();
    for criterion in criteria {
        let Some((group, seen)) = criterion.group.as_deref().zip(by_criterion.get(&criterion.id)) else { continue };
        let counts = groups.at(group);
        seen.counts.iter().for_each(|(word, n)| *counts.at(word) += n);
    }
    groups
}
