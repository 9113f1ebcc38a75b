//! Results, explanations and what became of them.

use draaiboek_sdk::{Context, Contribution, Date, Json, Refusal, Table, ToJson, groups_of, object, writes};

use crate::cells::{Cells, Count, Sum, sum};
use crate::{BLAME, DataRound, Dataset, Direction, Entry, spec};

/// The result. Small units are hidden in it; what their teachers see of them is kept aside.
#[derive(Debug)]
pub struct Picture {
    periods: Vec<String>,
    units: Vec<Line>,
    groups: Vec<Group>,
    total: Sum,
    categories: Table<u64>,
    categories_said: Table<u64>,
    directions: Table<u64>,
    explanations: Vec<Explained>,
    pub(crate) unresolved: Vec<String>,
    improvements: Vec<Improvement>,
    pub(crate) one_sided: Vec<String>,
    pub(crate) missing: Vec<String>,
    pub(crate) sources: Vec<String>,
}

impl ToJson for Picture {
    fn to_json(&self) -> Json {
        let by_group: Table<&Group> = self.groups.iter().map(|group| (group.group.clone(), group)).collect();
        object! {
            "periods" => self.periods, "units" => self.units, "groups" => self.groups, "by_group" => by_group,
            "total" => self.total,
            "categories" => self.categories, "categories_said" => self.categories_said,
            "directions" => self.directions, "explanations" => self.explanations, "unresolved" => self.unresolved,
            "improvements" => self.improvements, "one_sided" => self.one_sided, "missing" => self.missing,
            "sources" => self.sources,
        }
    }
}

/// A unit with its results.
#[derive(Debug)]
struct Line {
    id: String,
    label: Option<Json>,
    group: Option<String>,
    hidden: bool,
    cells: Json,
    delta: Option<String>,
    counts: Cells,
}
writes!(Line { id, label, group, hidden, cells, delta });

/// Units of one group, such as a grade, together.
#[derive(Debug)]
struct Group {
    group: String,
    sum: Sum,
}

impl ToJson for Group {
    fn to_json(&self) -> Json {
        let mut json = self.sum.to_json();
        json.set("group", &self.group);
        json
    }
}

/// An explanation and what it comes down to.
#[derive(Debug)]
struct Explained {
    id: String,
    unit: Option<String>,
    by: String,
    direction: Direction,
    category: String,
    said: String,
    text: String,
    answer: Option<String>,
    probes: u64,
    resolved: bool,
}
writes!(Explained { id, unit, by, direction, category, said, text, answer, probes, resolved });

/// What can be done better.
#[derive(Debug, Clone)]
struct Improvement {
    id: String,
    text: String,
    owner: String,
    due: Option<Date>,
    explanation: Option<String>,
}
writes!(Improvement { id, text, owner, due, explanation });

impl Picture {
    pub(crate) fn has_data(&self) -> bool {
        self.units.iter().any(|line| !line.counts.0.is_empty())
    }

    pub(crate) fn author(&self, explanation: &str) -> Option<&str> {
        self.explanations.iter().find(|known| known.id == explanation).map(|known| known.by.as_str())
    }

    pub(crate) fn improver(&self, id: &str) -> Option<&str> {
        self.improvements.iter().find(|known| known.id == id).map(|known| known.owner.as_str())
    }

    /// The hidden results of units that a teacher teaches.
    pub(crate) fn own(&self, ctx: &Context<DataRound>, teacher: &str) -> Vec<Json> {
        let periods = ctx.config.periods();
        let teaches =
            |line: &&Line| ctx.config.unit(&line.id).is_some_and(|unit| unit.teacher.0.iter().any(|id| id == teacher));
        let show = |line: &Line| {
            let cells = line.counts.shown(&periods, false);
            object! {"unit" => line.id, "cells" => cells, "delta" => line.counts.delta(&periods)}
        };
        self.units.iter().filter(teaches).map(show).collect()
    }

    /// What leaves the meeting: sums of at least two units, and the actions. No class, no explanation, no name of a class
    /// behind an action.
    pub(crate) fn outside(&self, ctx: &Context<DataRound>) -> Json {
        let periods = ctx.config.periods();
        let alone = |sum: &Sum| sum.units < 2;
        let mut hidden: Vec<bool> = self.groups.iter().map(|group| alone(&group.sum)).collect();
        // What is left when the shown groups are taken from the total may not be one class: the smallest shown group goes
        // too until it is not.
        let left = |hidden: &[bool]| {
            let shown = self.groups.iter().zip(hidden).filter(|(_, hidden)| !**hidden);
            self.total.units.saturating_sub(shown.map(|(group, _)| group.sum.units).sum())
        };
        while left(&hidden) == 1 {
            let shown = (0..hidden.len()).filter(|at| !hidden[*at]);
            match shown.min_by_key(|at| self.groups[*at].sum.people) {
                Some(smallest) => hidden[smallest] = true,
                None => break,
            }
        }
        let shown = self.groups.iter().zip(&hidden).filter(|(_, hidden)| !**hidden).map(|(group, _)| group);
        let mut total = self.total.to_json();
        if alone(&self.total) {
            total.set("cells", Cells::default().shown(&periods, true));
            total.set("delta", Json::Null);
        }
        let mut improvements = self.improvements.to_json();
        improvements.hide("explanation");
        object! {"groups" => shown.collect::<Vec<_>>(), "total" => total, "improvements" => improvements}
    }
}

pub(crate) fn fold(ctx: &Context<DataRound>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
    let config = &ctx.config;
    let periods = config.periods();
    let counts = counts(ctx, all)?;
    let lines: Vec<Line> = config.units.iter().map(|unit| line(ctx, &periods, unit, &counts)).collect();
    let measured = |period: &&str| lines.iter().any(|line| line.counts.get(period).is_some());
    let used: Vec<&str> = periods.iter().copied().filter(measured).collect();
    let of_group = |name: &str| {
        let units = lines.iter().filter(|line| line.group.as_deref() == Some(name));
        sum(units.map(|line| (&line.counts, line.hidden)), &periods, &used)
    };
    let names = groups_of(&draaiboek_sdk::count_by(config.units.iter().map(|unit| unit.group.as_deref())));
    let total = sum(lines.iter().map(|line| (&line.counts, line.hidden)), &periods, &used);
    let groups = names.into_iter().map(|group| Group { sum: of_group(&group), group }).collect();
    let missing = lines
        .iter()
        .flat_map(|line| {
            let lacks = periods.iter().filter(|period| line.counts.get(period).is_none());
            lacks.map(|period| format!("{}/{period}", line.id)).collect::<Vec<_>>()
        })
        .collect();
    let improvements = improvements(all);
    let explanations = explanations(all, &improvements);
    let mut picture = Picture {
        periods: periods.iter().map(|period| (*period).to_owned()).collect(),
        groups,
        total,
        categories: config.categories().iter().map(|category| ((*category).to_owned(), 0)).collect(),
        categories_said: config.categories().iter().map(|category| ((*category).to_owned(), 0)).collect(),
        directions: ["up", "down", "same"].iter().map(|direction| ((*direction).to_owned(), 0)).collect(),
        unresolved: explanations.iter().filter(|one| !one.resolved).map(|one| one.id.clone()).collect(),
        one_sided: one_sided(ctx, &explanations),
        sources: sources(all, lines.iter().any(|line| !line.counts.0.is_empty())),
        units: lines,
        explanations,
        improvements,
        missing,
    };
    for one in &picture.explanations {
        *picture.categories.at(&one.category) += 1;
        *picture.categories_said.at(&one.said) += 1;
        *picture.directions.at(one.direction.word()) += 1;
    }
    Ok(picture)
}

/// The counts per unit: what people gave, else what the workflow gave.
fn counts(ctx: &Context<DataRound>, all: &[Contribution<Entry>]) -> Result<Table<Cells>, Refusal> {
    let mut counts: Table<Cells> = Table::default();
    let given = ctx.input::<Vec<Dataset>>("datasets", &spec::DATASETS)?.unwrap_or_default();
    let told = all.iter().filter_map(|one| match &one.entry {
        Entry::Dataset(dataset) => Some(dataset),
        _ => None,
    });
    for dataset in given.iter().chain(told) {
        let count = Count { num: dataset.num.min(dataset.den), den: dataset.den };
        counts.at(&dataset.unit).0.set(&dataset.period, count);
    }
    Ok(counts)
}

fn line(ctx: &Context<DataRound>, periods: &[&str], unit: &crate::Unit, counts: &Table<Cells>) -> Line {
    let counts = counts.get(&unit.id).cloned().unwrap_or_default();
    let hidden = counts.small(ctx.config.small_cell);
    Line {
        id: unit.id.clone(),
        label: unit.label.clone(),
        group: unit.group.clone(),
        hidden,
        cells: counts.shown(periods, hidden),
        delta: counts.delta(periods).filter(|_| !hidden),
        counts,
    }
}

fn improvements(all: &[Contribution<Entry>]) -> Vec<Improvement> {
    let mut list: Vec<Improvement> = all
        .iter()
        .filter_map(|one| match &one.entry {
            Entry::Improve(improve) => Some(Improvement {
                id: improve.id.clone().unwrap_or_else(|| one.slot.clone()),
                text: improve.text.clone(),
                owner: improve.owner.clone().unwrap_or_else(|| one.by().to_owned()),
                due: improve.due,
                explanation: improve.explanation.clone(),
            }),
            _ => None,
        })
        .collect();
    list.sort_by(|a, b| a.id.cmp(&b.id));
    list
}

/// Every explanation with its probes. One that lays it with the pupils counts as resolved only when somebody went on
/// asking, and it then came down to something else or to an action of its author.
fn explanations(all: &[Contribution<Entry>], improvements: &[Improvement]) -> Vec<Explained> {
    let mut table: Table<Explained> = Table::default();
    for one in all {
        if let Entry::Explanation(said) = &one.entry {
            let explained = Explained {
                id: said.id.clone(),
                unit: said.unit.clone(),
                by: one.by().to_owned(),
                direction: said.direction,
                category: said.category.clone(),
                said: said.category.clone(),
                text: said.text.clone(),
                answer: None,
                probes: 0,
                resolved: true,
            };
            table.set(&said.id, explained);
        }
    }
    for one in all {
        match &one.entry {
            Entry::Probe(probe) => {
                if let Some(explained) = table.get_mut(&probe.explanation_id) {
                    explained.probes += 1;
                }
            }
            Entry::Resolve(resolve) => {
                if let Some(explained) = table.get_mut(&resolve.explanation_id) {
                    explained.category.clone_from(&resolve.new_category);
                    explained.answer = Some(resolve.text.clone());
                }
            }
            _ => {}
        }
    }
    for explained in table.values_mut().filter(|explained| explained.said == BLAME) {
        let own = |improve: &&Improvement| {
            improve.explanation.as_deref() == Some(explained.id.as_str()) && improve.owner == explained.by
        };
        let acted = improvements.iter().any(|improve| own(&improve));
        explained.resolved = explained.probes > 0 && (explained.category != BLAME || acted);
    }
    table.into_iter().map(|(_, explained)| explained).collect()
}

/// Teachers who explained only one side: what went well, or what did not (or stayed the same).
fn one_sided(ctx: &Context<DataRound>, explanations: &[Explained]) -> Vec<String> {
    let mut sides: Table<(bool, bool)> = Table::default();
    let here = |id: &String| ctx.invited.as_ref().is_none_or(|invited| invited.contains(id));
    for teacher in ctx.config.units.iter().flat_map(|unit| &unit.teacher.0).filter(|id| here(id)) {
        sides.at(teacher);
    }
    let listed = !sides.is_empty();
    for one in explanations {
        if !listed || sides.has(&one.by) {
            let (well, not_well) = sides.at(&one.by);
            *well |= one.direction == Direction::Up;
            *not_well |= one.direction != Direction::Up;
        }
    }
    sides.iter().filter(|(_, (well, not_well))| !(*well && *not_well)).map(|(id, _)| id.clone()).collect()
}

/// The kinds of data that were looked at; the results themselves are one.
fn sources(all: &[Contribution<Entry>], data: bool) -> Vec<String> {
    let mut kinds: Table<()> = Table::default();
    if data {
        kinds.set("results", ());
    }
    for one in all {
        if let Entry::Source(source) = &one.entry {
            kinds.set(&source.kind, ());
        }
    }
    groups_of(&kinds.names().map(|kind| (kind.to_owned(), 1)).collect())
}
