//! Minutes and dates from the contributions.

use std::collections::{BTreeMap, BTreeSet};

use draaiboek_sdk::{
    Calendar, Context, Contribution, Date, FromJson, Json, Refusal, Table, ToJson, count_by, groups_of, groups_without,
    writes,
};

use crate::{Config, Entry, Meeting, Point, spec};

/// At most this many dates come from a rule.
const MAX_DATES: usize = 200;

/// The result.
#[derive(Debug)]
pub struct Picture {
    present: Vec<String>,
    absent: Vec<String>,
    items: Vec<Item>,
    parked: Vec<String>,
    decisions: Vec<Agreed>,
    quorum_met: bool,
    dates: Vec<Day>,
    next: Option<Date>,
    planned: Table<Planned>,
    pub(crate) first: Table<Date>,
    limit: Option<Date>,
    pub(crate) too_late: Vec<String>,
    by_group: Table<u64>,
    groups: Vec<String>,
    groups_without: Vec<String>,
}
writes!(Picture {
    present,
    absent,
    items,
    parked,
    decisions,
    quorum_met,
    dates,
    next,
    planned,
    first,
    limit,
    too_late,
    by_group,
    groups,
    groups_without,
});

impl Picture {
    /// Whether there is anything to write minutes about.
    pub(crate) fn was_held(&self) -> bool {
        !self.present.is_empty() || !self.absent.is_empty() || !self.decisions.is_empty()
    }
}

#[derive(Debug)]
struct Item {
    id: String,
    title: Json,
    minutes: Option<u32>,
    status: &'static str,
}
writes!(Item { id, title, minutes, status });

#[derive(Debug)]
struct Agreed {
    id: String,
    text: String,
    item: Option<String>,
    provisional: bool,
}
writes!(Agreed { id, text, item, provisional });

#[derive(Debug)]
struct Day {
    date: Date,
    moved_from: Option<Date>,
}
writes!(Day { date, moved_from });

#[derive(Debug)]
struct Planned {
    date: Date,
    group: Option<String>,
    from: Option<String>,
    to: Option<String>,
    moved_from: Option<Date>,
}
writes!(Planned { date, group: "for", from, to, moved_from });

pub(crate) fn fold(ctx: &Context<Meeting>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
    let invited = if ctx.config.invited.is_empty() { ctx.invited.as_deref() } else { Some(&ctx.config.invited[..]) };
    let (present, absent) = attendance(invited.unwrap_or_default(), all);
    let quorum_met = present.len() >= ctx.config.quorum;
    let items = items(&agenda(ctx)?, all);
    let parked = items.iter().filter(|item| item.status == "parked").map(|item| item.id.clone()).collect();
    let planned = planned(all);
    let dates = dates(&ctx.config, &ctx.calendar);
    let first = first(&planned);
    let limit = ctx.config.first_within.as_ref().map(|within| {
        // A limit beyond the school year is its last day.
        ctx.calendar.plus_school_days(within.from, within.schooldays).unwrap_or(ctx.calendar.to)
    });
    let late = |group: &&str| matches!((first.get(group), limit), (Some(day), Some(limit)) if *day > limit);
    let too_late = first.names().filter(late).map(str::to_owned).collect();
    let by_group = count_by(planned.values().map(|plan| plan.group.as_deref()));
    Ok(Picture {
        present,
        absent,
        items,
        parked,
        decisions: decisions(all, !quorum_met),
        quorum_met,
        next: next(ctx.today, &dates, &planned, all),
        dates,
        planned,
        first,
        limit,
        too_late,
        groups: groups_of(&by_group),
        groups_without: groups_without(&ctx.config.groups, &by_group),
        by_group,
    })
}

/// Who was there and who was not. Once attendance is taken, who was invited and not named was absent.
fn attendance(invited: &[String], all: &[Contribution<Entry>]) -> (Vec<String>, Vec<String>) {
    let mut people = BTreeMap::new();
    for one in all {
        if let Entry::Attendance(attendance) = &one.entry {
            people.insert(attendance.person.clone(), attendance.present);
        }
    }
    if !people.is_empty() {
        invited.iter().for_each(|person| {
            people.entry(person.clone()).or_insert(false);
        });
    }
    let with = |there: bool| {
        people.iter().filter(|(_, present)| **present == there).map(|(person, _)| person.clone()).collect()
    };
    (with(true), with(false))
}

/// The agenda in its order, then what was added, by id. An added item with an id of the agenda renames that item.
fn items(agenda: &[Point], all: &[Contribution<Entry>]) -> Vec<Item> {
    let mut added = BTreeMap::new();
    let mut parked = BTreeSet::new();
    for one in all {
        match &one.entry {
            Entry::Item(item) => {
                added.insert(item.item_id.as_str(), (item.title.to_json(), item.minutes));
            }
            Entry::Park(park) => {
                parked.insert(park.item.as_str());
            }
            _ => {}
        }
    }
    let status = |id: &str| if parked.contains(id) { "parked" } else { "done" };
    let mut items = Vec::new();
    for point in agenda {
        let (title, minutes) = added.remove(point.id.as_str()).unwrap_or_else(|| (point.title.clone(), None));
        items.push(Item { id: point.id.clone(), title, minutes: minutes.or(point.minutes), status: status(&point.id) });
    }
    let others =
        added.into_iter().map(|(id, (title, minutes))| Item { id: id.to_owned(), title, minutes, status: status(id) });
    items.extend(others);
    items
}

/// The agenda of the configuration, then what an earlier meeting put off: the input `parked`.
fn agenda(ctx: &Context<Meeting>) -> Result<Vec<Point>, Refusal> {
    let mut agenda = ctx.config.agenda.clone();
    let Some(earlier) = ctx.input::<Json>("parked", &spec::PARKED)? else { return Ok(agenda) };
    let points = Vec::<Point>::from_json(earlier.get("items").cloned().unwrap_or(earlier));
    for point in points.into_iter().filter(|point| point.status.as_deref() != Some("done")) {
        if agenda.iter().all(|known| known.id != point.id) {
            agenda.push(point);
        }
    }
    Ok(agenda)
}

/// Whether there is such an item.
pub(crate) fn has_item(ctx: &Context<Meeting>, all: &[Contribution<Entry>], id: &str) -> Result<bool, Refusal> {
    Ok(agenda(ctx)?.iter().any(|point| point.id == id)
        || all.iter().any(|one| matches!(&one.entry, Entry::Item(item) if item.item_id == id)))
}

fn decisions(all: &[Contribution<Entry>], provisional: bool) -> Vec<Agreed> {
    let mut agreed: Vec<Agreed> = all
        .iter()
        .filter_map(|one| match &one.entry {
            Entry::Decision(made) => Some(Agreed {
                id: made.decision_id.clone(),
                text: made.text.clone(),
                item: made.item.clone(),
                provisional,
            }),
            _ => None,
        })
        .collect();
    agreed.sort_by(|a, b| a.id.cmp(&b.id));
    agreed
}

fn planned(all: &[Contribution<Entry>]) -> Table<Planned> {
    let mut planned = Table::default();
    for one in all {
        if let Entry::Plan(plan) = &one.entry {
            let group = plan.group.as_deref().or(one.group()).map(str::to_owned);
            let (from, to) = (plan.from.clone(), plan.to.clone());
            planned.set(&plan.id, Planned { date: plan.date, group, from, to, moved_from: plan.moved_from });
        }
    }
    planned
}

fn first(planned: &Table<Planned>) -> Table<Date> {
    let mut first = Table::default();
    for plan in planned.values() {
        if let Some(group) = &plan.group {
            let day = first.get(group).map_or(plan.date, |known| plan.date.min(*known));
            first.set(group, day);
        }
    }
    first
}

/// The dates of the configuration; one on a closed day moves by weeks, unless another meeting is already there.
fn dates(config: &Config, calendar: &Calendar) -> Vec<Day> {
    let mut asked: BTreeSet<Date> = config.dates.iter().copied().collect();
    if let Some(rule) = &config.rule {
        let until = rule.until.unwrap_or(calendar.to);
        let times = rule.count.map_or(MAX_DATES, |count| count.min(MAX_DATES));
        let mut day = rule.first;
        for _ in 0..times {
            // A count says itself when it ends; without one the rule runs until its last day.
            if day > until && (rule.until.is_some() || rule.count.is_none()) {
                break;
            }
            asked.insert(day);
            day = day.plus_days(7 * i32::try_from(rule.every_weeks).unwrap_or(52));
        }
    }
    let mut dates: BTreeMap<Date, Option<Date>> = BTreeMap::new();
    for day in asked {
        let inside = calendar.from <= day && day <= calendar.to;
        let held = if inside { calendar.next_same_weekday(day).unwrap_or(day) } else { day };
        let moved_from = (held != day).then_some(day);
        if moved_from.is_none() {
            dates.insert(held, None);
        } else {
            dates.entry(held).or_insert(moved_from);
        }
    }
    dates.into_iter().map(|(date, moved_from)| Day { date, moved_from }).collect()
}

/// The first date from today on; a day on which attendance was taken has had its meeting.
fn next(today: Date, dates: &[Day], planned: &Table<Planned>, all: &[Contribution<Entry>]) -> Option<Date> {
    let held = |day: &Date| all.iter().any(|one| matches!(one.entry, Entry::Attendance(_)) && one.day == *day);
    let every = dates.iter().map(|day| day.date).chain(planned.values().map(|plan| plan.date));
    every.filter(|day| *day >= today && !held(day)).min()
}
