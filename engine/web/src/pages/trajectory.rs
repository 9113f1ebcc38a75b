//! Trajectory: the year of the school, a lane per cycle and team, workload in minutes.

use std::collections::BTreeMap;

use draaiboek_store::InstanceFilter;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::Page;
use super::start::{icon, tone};
use super::timeline::{Bar, Line};
use crate::answer::{Failure, Outcome};
use crate::gate::policy::{Action, Resource};
use crate::gate::{Cycle, SeeTrajectory, Visit};
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
    let (mut lanes, mut work) = (Vec::new(), BTreeMap::new());
    let roots: Vec<&Cycle> = cycles.iter().filter(|cycle| cycle.parent().0.is_none()).collect();
    let mut sections = Vec::new();
    for root in roots.into_iter().rev() {
        lanes.clear();
        for cycle in family(&cycles, root) {
            lanes.push(lane(&visit, &line, cycle, today).await?);
            load(cycle, &mut work).await?;
        }
        sections.push(json!({"number": sections.len() + 1, "title": root.title(), "href": href(root), "lanes": lanes,
            "status": visit.t(&format!("status.{}", root.snapshot.lifecycle.word()), &[]), "tone": tone(root.snapshot.lifecycle.word()), "icon": icon(root.snapshot.lifecycle.word())}));
    }
    let data = json!({
        "sections": sections, "frame_line": line.frame(&place.calendar, &visit.locale, today), "work": workload(&visit, &work),
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
    for (id, timer) in &cycle.snapshot.timers {
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

/// Minutes that open tasks ask of each role.
async fn load(cycle: &Cycle, work: &mut BTreeMap<String, (i64, usize)>) -> Result<(), Failure> {
    for task in cycle.tasks().await?.into_iter().filter(|task| task.status == "open") {
        let named: Vec<String> = serde_json::from_str(&task.assignees).unwrap_or_default();
        for person in named {
            let entry = work.entry(cycle.place.name(&person).to_owned()).or_default();
            entry.0 += task.minutes;
            entry.1 += 1;
        }
    }
    Ok(())
}

fn workload(visit: &Visit<SeeTrajectory>, work: &BTreeMap<String, (i64, usize)>) -> Vec<Value> {
    let most = work.values().map(|(minutes, _)| *minutes).max().unwrap_or(0).max(1);
    let mut rows: Vec<(&String, &(i64, usize))> = work.iter().collect();
    rows.sort_by_key(|(name, (minutes, _))| (-minutes, (*name).clone()));
    rows.into_iter()
        .take(30)
        .map(|(name, (minutes, tasks))| json!({"name": name, "minutes": minutes, "max": most, "text": words::minutes(&visit.locale, *minutes), "tasks": tasks}))
        .collect()
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
