//! Trajectory: the year of the school, a lane per cycle and team, workload in minutes.

use std::collections::BTreeMap;

use draaiboek_store::{InstanceFilter, TaskRow};
use draaiboek_workflow::decide::{PendingTimer, TimerPurpose};
use draaiboek_workflow::simulate::{Asked, Week};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::Page;
use super::cycle::timer_words;
use super::start::{icon, tone};
use super::timeline::{Bar, Line, stack};
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
    visit.page(Page::new("trajectory", visit.t("trajectory.title", &[]), data).kept())
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

/// Something on the line, before things of the same weeks are taken together.
struct Piece {
    bar: Bar,
    late: bool,
}

async fn lane(visit: &Visit<SeeTrajectory>, line: &Line, cycle: &Cycle, today: Date) -> Result<Value, Failure> {
    let lifecycle = cycle.snapshot.lifecycle.word();
    let pieces: Vec<Piece> = cycle.tasks().await?.iter().filter_map(|task| piece(visit, cycle, task, today)).collect();
    let late = pieces.iter().filter(|piece| piece.late).count();
    let mut bars = merged(visit, line, pieces, &href(cycle));
    let of_people = |timer: &PendingTimer| timer.purpose == TimerPurpose::HandOver;
    for (id, timer) in cycle.snapshot.timers.iter().filter(|(_, timer)| !of_people(timer)) {
        let (at, name) = (timer.civil.date(), timer_words(visit, cycle, id, timer));
        let full = visit.t("trajectory.point", &[("title", &name), ("day", &words::day(&visit.locale, at))]);
        bars.push(line.sign(&Bar { from: at, to: at, short: "◇".into(), full, href: href(cycle), tone: "wait" }));
    }
    Ok(json!({
        "title": cycle.title(), "href": href(cycle), "here": cycle.here().join(", "), "rows": stack(bars),
        "status": visit.t(&format!("status.{lifecycle}"), &[]), "tone": tone(lifecycle), "icon": icon(lifecycle),
        "late": (late > 0).then(|| visit.t("trajectory.late", &[("n", &late.to_string())])),
    }))
}

fn piece(visit: &Visit<SeeTrajectory>, cycle: &Cycle, task: &TaskRow, today: Date) -> Option<Piece> {
    let day = |micros: i64| cycle.place.local_micros(micros).date();
    let title = serde_json::from_str::<draaiboek_runtime::TaskTitle>(&task.title).ok()?;
    let text = title.text.get(&visit.locale).or_else(|| title.text.get("nl")).unwrap_or(&title.step);
    let from = day(task.opened_at);
    let open = task.status == "open";
    let due = task.due_at.map(day);
    let late = open && due.is_some_and(|due| due < today);
    let soon = today.saturating_add(jiff::Span::new().days(OPEN_END));
    let to = if late { today } else { task.closed_at.map(day).or(due).unwrap_or(soon).max(from) };
    let (key, tone) = match (late, open) {
        (true, _) => ("late", "warn"),
        (_, true) => ("open", "run"),
        _ => ("concluded", "ok"),
    };
    let step = format!("{}/step/{}", href(cycle), words::path_id(&title.step));
    let full = sentence(visit, text, from, to, key);
    Some(Piece { bar: Bar { from, to, short: text.clone(), full, href: step, tone }, late })
}

/// "Kaartjes, 2 okt. tot 9 okt., afgerond".
fn sentence(visit: &Visit<SeeTrajectory>, title: &str, from: Date, to: Date, status: &str) -> String {
    let (from, to) = (words::short(&visit.locale, from), words::short(&visit.locale, to));
    let status = visit.t(&format!("step_status.{status}"), &[]);
    let key = if from == to { "trajectory.day" } else { "trajectory.bar" };
    visit.t(key, &[("title", title), ("from", &from), ("to", &to), ("status", &status)])
}

/// Pieces of the same weeks and state become one bar, which leads to the cycle.
fn merged(visit: &Visit<SeeTrajectory>, line: &Line, pieces: Vec<Piece>, href: &str) -> Vec<Value> {
    let mut groups: BTreeMap<(i32, i32, &str), Vec<Bar>> = BTreeMap::new();
    for Piece { bar, .. } in pieces {
        groups.entry((line.week(bar.from), line.week(bar.to), bar.tone)).or_default().push(bar);
    }
    let groups = groups.into_values();
    groups
        .filter_map(|mut group| {
            let n = group.len().to_string();
            let first = group.iter().map(|bar| bar.from).min()?;
            let last = group.iter().map(|bar| bar.to).max()?;
            let mut bar = group.pop()?;
            if !group.is_empty() {
                let status = match bar.tone {
                    "warn" => "late",
                    "run" => "open",
                    _ => "concluded",
                };
                bar.short = visit.t("trajectory.several", &[("n", &n)]);
                bar.full = sentence(visit, &bar.short, first, last, status);
                bar.href = href.to_owned();
            }
            Some(line.bar(&bar))
        })
        .collect()
}

/// Weeks of the workload that are shown.
const WEEKS: usize = 8;
/// People that are shown, those of whom most is asked first.
const PEOPLE: usize = 40;
/// People that are shown at once; the others fold out.
const BUSIEST: usize = 10;

/// Minutes that running cycles still ask, per person and week. Who may change people sees everybody's, others their own.
async fn workload(visit: &Visit<SeeTrajectory>, cycles: &[Cycle]) -> Result<Value, Failure> {
    let found = visit.workload().await?;
    let everybody = visit.may(Resource::People, Action::Manage);
    let own = &visit.member()?.person;
    let mut people: Vec<&Asked> = found.people.iter().filter(|asked| everybody || asked.person == *own).collect();
    let weeks: Vec<&String> = found.weeks.iter().take(WEEKS).collect();
    let most = |asked: &Asked| asked.weeks.iter().map(|week| week.minutes).max().unwrap_or(0);
    people.sort_by_key(|asked| (std::cmp::Reverse(most(asked)), asked.name.clone()));
    let mut rows: Vec<Value> = people
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
    let more = rows.split_off(rows.len().min(BUSIEST));
    let heads: Vec<String> = weeks.iter().map(|week| visit.t("trajectory.week", &[("n", week_number(week))])).collect();
    Ok(
        json!({"weeks": heads, "people": rows, "more_count": more.len(), "more": more, "budget": found.budget, "everybody": everybody,
              "over": people.iter().flat_map(|asked| over(visit, cycles, asked, found.budget)).take(PEOPLE).collect::<Vec<_>>()}),
    )
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
