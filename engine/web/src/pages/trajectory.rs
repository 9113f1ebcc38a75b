//! Trajectory: the year of the school, a lane per cycle and team, workload in minutes.

use std::collections::BTreeMap;

use draaiboek_store::InstanceFilter;
use draaiboek_workflow::decide::{PendingTimer, TimerPurpose};
use draaiboek_workflow::simulate::{Asked, Week};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::Page;
use super::start::{icon, tone};
use super::timeline::{Bar, Line};
use crate::answer::{Failure, Outcome};
use crate::gate::policy::{Action, Resource};
use crate::gate::{Cycle, Permission, SeeTrajectory, Visit};
use crate::input::Input;
use crate::show::words;

/// Days a running thing without a due date is drawn beyond today.
const OPEN_END: i32 = 14;

/// `trajectory/show`
pub(crate) async fn show(visit: Visit<SeeTrajectory>, _: Input) -> Outcome {
    let place = visit.place()?;
    let today = place.today(visit.now);
    let line = Line::around(&place.calendar, today);
    let cycles = visit.cycles(&InstanceFilter::default()).await?;
    let mut lanes = Vec::new();
    let roots: Vec<&Cycle> = cycles.iter().filter(|cycle| cycle.parent().0.is_none()).collect();
    let mut sections = Vec::new();
    for root in roots.into_iter().rev() {
        lanes.clear();
        for cycle in family(&cycles, root) {
            lanes.push(lane(&visit, &line, cycle, today).await?);
        }
        sections.push(json!({"number": sections.len() + 1, "title": root.title(), "href": href(root), "lanes": lanes,
            "status": visit.t(&format!("status.{}", root.snapshot.lifecycle.word()), &[]), "tone": tone(root.snapshot.lifecycle.word()), "icon": icon(root.snapshot.lifecycle.word())}));
    }
    let data = json!({
        "sections": sections, "frame_line": line.frame(&place.calendar, &visit.locale, today), "work": workload(&visit, &cycles).await?,
        "may_start": visit.may(Resource::Cycle, Action::Start), "today": words::date(&visit.locale, today),
    });
    visit.page(Page::new("trajectory", visit.t("trajectory.title", &[]), data))
}

fn href(cycle: &Cycle) -> String {
    format!("/cycle/{}", words::path_id(cycle.id()))
}

/// A cycle with all that it runs, in order.
fn family<'a>(all: &'a [Cycle], root: &'a Cycle) -> Vec<&'a Cycle> {
    let mut found = vec![root];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        found.extend(all.iter().rev().filter(|cycle| cycle.parent().0 == Some(parent.id())));
        at += 1;
    }
    found
}

async fn lane(visit: &Visit<SeeTrajectory>, line: &Line, cycle: &Cycle, today: Date) -> Result<Value, Failure> {
    let place = visit.place()?;
    let day = |micros: i64| place.local_micros(micros).date();
    let lifecycle = cycle.snapshot.lifecycle.word();
    let over = cycle.finished().map(day);
    let mut bars = Vec::new();
    for task in cycle.tasks().await? {
        let Ok(title) = serde_json::from_str::<draaiboek_runtime::TaskTitle>(&task.title) else { continue };
        let text = title.text.get(&visit.locale).or_else(|| title.text.get("nl")).unwrap_or(&title.step);
        let from = day(task.opened_at);
        let open = task.status == "open";
        let due = task.due_at.map(day);
        let soon = today.saturating_add(jiff::Span::new().days(OPEN_END));
        let to = task.closed_at.map(day).or(due).unwrap_or(soon).max(from);
        let late = open && due.is_some_and(|due| due < today);
        let to = if late { today } else { to };
        let key = if late {
            "late"
        } else if open {
            "open"
        } else {
            "concluded"
        };
        let status = visit.t(&format!("step_status.{key}"), &[]);
        let full = visit.t(
            "trajectory.bar",
            &[
                ("title", text),
                ("from", &words::short(&visit.locale, from)),
                ("to", &words::short(&visit.locale, to)),
                ("status", &status),
            ],
        );
        let tone = if late {
            "warn"
        } else if open {
            "run"
        } else {
            "ok"
        };
        let step = format!("{}/step/{}", href(cycle), words::path_id(&title.step));
        bars.push(line.bar(&Bar { from, to, short: text.clone(), full, href: step, tone }));
    }
    let of_people = |timer: &PendingTimer| timer.purpose == TimerPurpose::HandOver;
    for (id, timer) in cycle.snapshot.timers.iter().filter(|(_, timer)| !of_people(timer)) {
        let at = timer.civil.date();
        let name = cycle
            .own_text(&format!("timer.{id}"))
            .unwrap_or_else(|| cycle.text(&format!("state.{}", timer.owner)).to_owned());
        let full = visit.t("trajectory.point", &[("title", &name), ("day", &words::day(&visit.locale, at))]);
        bars.push(line.bar(&Bar { from: at, to: at, short: "◇".into(), full, href: href(cycle), tone: "wait" }));
    }
    let bars = merged(visit, bars, &href(cycle));
    Ok(json!({
        "title": cycle.title(), "href": href(cycle), "here": cycle.here().join(", "), "rows": stack(bars),
        "status": visit.t(&format!("status.{lifecycle}"), &[]), "tone": tone(lifecycle), "icon": icon(lifecycle),
        "over": over.map(|over| words::short(&visit.locale, over)),
    }))
}

/// Bars of the same weeks and state become one, which leads to the cycle.
fn merged(visit: &Visit<SeeTrajectory>, bars: Vec<Value>, href: &str) -> Vec<Value> {
    let mut groups: BTreeMap<(i64, i64, String), Vec<Value>> = BTreeMap::new();
    for bar in bars {
        let key = (
            bar["s"].as_i64().unwrap_or(0),
            bar["l"].as_i64().unwrap_or(1),
            bar["tone"].as_str().unwrap_or_default().to_owned(),
        );
        groups.entry(key).or_default().push(bar);
    }
    let groups = groups.into_values();
    groups
        .map(|mut group| {
            let n = group.len().to_string();
            let full: Vec<&str> = group.iter().filter_map(|bar| bar["full"].as_str()).collect();
            let full = full.join("; ");
            let Some(mut bar) = group.pop() else { return Value::Null };
            if n != "1" {
                bar["short"] = visit.t("trajectory.several", &[("n", &n)]).into();
                bar["full"] = full.into();
                bar["href"] = href.into();
            }
            bar
        })
        .collect()
}

/// Bars that overlap go below each other.
fn stack(bars: Vec<Value>) -> Vec<Value> {
    let mut rows: Vec<(i64, Vec<Value>)> = Vec::new();
    for bar in bars {
        let (start, length) = (bar["s"].as_i64().unwrap_or(0), bar["l"].as_i64().unwrap_or(1));
        match rows.iter_mut().find(|(end, _)| *end <= start) {
            Some((end, row)) => {
                *end = start + length;
                row.push(bar);
            }
            None => rows.push((start + length, vec![bar])),
        }
    }
    rows.into_iter().map(|(_, bars)| json!({"bars": bars})).collect()
}

/// Weeks of the workload that are shown.
const WEEKS: usize = 8;
/// People that are shown, those of whom most is asked first.
const PEOPLE: usize = 40;

/// Minutes that running cycles still ask, per person and week. Who may change people sees everybody's, others their own.
async fn workload(visit: &Visit<SeeTrajectory>, cycles: &[Cycle]) -> Result<Value, Failure> {
    let found = visit.workload().await?;
    let everybody = visit.may(Resource::People, Action::Manage);
    let own = &visit.member()?.person;
    let mut people: Vec<&Asked> = found.people.iter().filter(|asked| everybody || asked.person == *own).collect();
    let weeks: Vec<&String> = found.weeks.iter().take(WEEKS).collect();
    let most = |asked: &Asked| asked.weeks.iter().map(|week| week.minutes).max().unwrap_or(0);
    people.sort_by_key(|asked| (std::cmp::Reverse(most(asked)), asked.name.clone()));
    let rows: Vec<Value> = people
        .iter()
        .take(PEOPLE)
        .map(|asked| {
            let cells = weeks.iter().map(|week| {
                let known = asked.weeks.iter().find(|known| known.week == **week);
                json!({"minutes": known.map(|known| known.minutes), "over": known.is_some_and(|known| known.over)})
            });
            json!({"name": asked.name, "cells": cells.collect::<Vec<_>>()})
        })
        .collect();
    let heads: Vec<String> = weeks.iter().map(|week| visit.t("trajectory.week", &[("n", week_number(week))])).collect();
    Ok(json!({"weeks": heads, "people": rows, "budget": found.budget, "everybody": everybody,
              "over": people.iter().flat_map(|asked| over(visit, cycles, asked, found.budget)).take(PEOPLE).collect::<Vec<_>>()}))
}

/// A sentence per week in which more is asked of a person than was agreed, with the cycles that ask it.
pub(super) fn over<P: Permission>(
    visit: &Visit<P>,
    cycles: &[Cycle],
    asked: &Asked,
    budget: Option<u32>,
) -> Vec<String> {
    let title = |id: &String| {
        cycles.iter().find(|cycle| cycle.id() == id).map_or_else(|| visit.t("trajectory.this_one", &[]), Cycle::title)
    };
    let sentence = |week: &&Week| {
        let mut of: Vec<(&String, &u32)> = week.of.iter().collect();
        of.sort_by_key(|(id, minutes)| (std::cmp::Reverse(**minutes), (*id).clone()));
        let of: Vec<String> = of.into_iter().take(3).map(|(id, _)| title(id)).collect();
        let minutes = words::minutes(&visit.locale, week.minutes.into());
        let agreed = words::minutes(&visit.locale, budget.unwrap_or(0).into());
        visit.t(
            "trajectory.over",
            &[
                ("name", &asked.name),
                ("week", week_number(&week.week)),
                ("minutes", &minutes),
                ("budget", &agreed),
                ("of", &of.join(", ")),
            ],
        )
    };
    asked.weeks.iter().filter(|week| week.over).collect::<Vec<_>>().iter().map(sentence).collect()
}

/// `41` of `2026-W41`.
fn week_number(week: &str) -> &str {
    week.rsplit_once('W').map_or(week, |(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_that_overlap_lie_below_each_other() {
        let bar = |s: i64, l: i64| json!({"s": s, "l": l});
        let rows = stack(vec![bar(0, 3), bar(1, 2), bar(3, 2), bar(4, 1)]);
        let lengths: Vec<usize> = rows.iter().map(|row| row["bars"].as_array().map_or(0, Vec::len)).collect();
        assert_eq!(lengths, vec![2, 2]);
    }
}
