//! `show`: one cycle on one page. Reads beside a writer; what is missing for a step is asked of its plugin.

use std::collections::BTreeMap;

use draaiboek_store::{IncidentRow, InstanceRow, Reader};
use draaiboek_workflow::decide::{Conclusion, Lifecycle, Problem, Snapshot, StepStatus};
use draaiboek_workflow::ir::Workflow;
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::args::Common;
use crate::failure::{Exit, Failure};
use crate::output::{Output, local, micros, moment, table};
use crate::session::{self, Absent, Session};

use super::look::{cycle, instant};

/// What a cycle looks like now.
struct Page {
    row: InstanceRow,
    snapshot: Snapshot,
    workflow: Workflow,
    incidents: Vec<IncidentRow>,
    /// Of the open steps; empty when another process is at work on the database.
    pictures: BTreeMap<String, Conclusion>,
}

/// `draaiboek show`.
pub async fn show(instance: &str, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let reader = session::reader(common).await?;
    let zone = session::zone(&reader, common).await?;
    let mut page = read(&reader, common, instance).await?;
    let open = page.snapshot.steps.iter().filter(|(_, state)| state.status == StepStatus::Open);
    let open: Vec<String> = open.map(|(id, _)| id.clone()).collect();
    if !open.is_empty() {
        page.pictures = pictures(common, instance, &open).await;
    }
    if output.json {
        output.value(&page.json())?;
    } else {
        output.text(page.text(output.lang.locale(), &zone))?;
    }
    Ok(Exit::Fine)
}

async fn read(reader: &Reader, common: &Common, instance: &str) -> Result<Page, Failure> {
    let row = cycle(reader, common, instance).await?;
    let definition = reader.definition(&row.definition_hash).await?;
    let definition = definition.ok_or_else(|| {
        Failure::broken("the workflow of this cycle is gone from the database; run `draaiboek verify`")
    })?;
    let incidents = reader.incidents(row.pk).await?.into_iter().filter(|row| row.status == "open").collect();
    Ok(Page {
        snapshot: stored("state", &row.snapshot)?,
        workflow: stored("workflow", &definition.content)?,
        incidents,
        pictures: BTreeMap::new(),
        row,
    })
}

/// Stored JSON.
///
/// # Errors
/// It is damaged.
pub fn stored<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| {
        Failure::broken(format!(
            "the stored {what} cannot be read ({error}); run `draaiboek verify` and restore a backup"
        ))
    })
}

/// What the plugins say of the open steps. A page without it is still a page, so no failure stops it.
async fn pictures(common: &Common, instance: &str, steps: &[String]) -> BTreeMap<String, Conclusion> {
    let mut found = BTreeMap::new();
    let Ok(session) = Session::look(common, Absent::Refuse).await else { return found };
    for step in steps {
        if let Ok(picture) = session.engine.picture(instance, step).await {
            found.insert(step.clone(), picture);
        }
    }
    found
}

impl Page {
    fn json(&self) -> Value {
        let mut steps = json!(self.snapshot.steps);
        for (step, picture) in &self.pictures {
            steps[step]["now"] = json!({"ready": picture.ready, "problems": picture.problems.iter().map(Problem::reason).collect::<Vec<_>>(), "result": picture.result});
        }
        let incidents: Vec<Value> = self
            .incidents
            .iter()
            .map(|row| json!({"incident": row.id, "step": row.step, "cause": row.cause, "attempts": row.attempts, "since": instant(row.opened_at)}))
            .collect();
        json!({
            "id": self.row.id, "title": self.row.title, "school": self.row.school, "workflow": self.row.workflow,
            "version": self.row.version, "parent": self.row.parent_id, "revision": self.snapshot.revision,
            "lifecycle": self.snapshot.lifecycle, "states": self.snapshot.chart.active, "data": self.snapshot.data,
            "steps": steps, "pools": self.snapshot.pools, "timers": self.snapshot.timers, "children": self.snapshot.children,
            "artifacts": self.snapshot.artifacts, "incidents": incidents, "absent": self.snapshot.absent,
        })
    }

    fn text(&self, locale: &str, zone: &TimeZone) -> String {
        let states: Vec<String> = self
            .snapshot
            .chart
            .active
            .iter()
            .map(|id| format!("{} ({id})", self.workflow.text(locale, &format!("state.{id}"))))
            .collect();
        let mut text = format!(
            "{}  {}\n  workflow   {} {}\n  state      {}\n  lifecycle  {}\n  started    {}\n  revision   {}\n",
            self.row.id,
            self.workflow.text(locale, "title"),
            self.row.workflow,
            self.row.version,
            states.join(", "),
            lifecycle(&self.snapshot.lifecycle, zone),
            micros(self.row.created_at, zone),
            self.snapshot.revision,
        );
        if let Some(parent) = &self.row.parent_id {
            text.push_str(&format!("  part of    {parent}\n"));
        }
        section(&mut text, &["step", "title", "status", "due", "received", "ready or missing"], self.steps(locale));
        section(&mut text, &["timer", "due", "rule"], self.timers());
        section(&mut text, &["child", "status", "cycle"], self.children());
        let results = self.snapshot.artifacts.iter().map(|(name, version)| {
            vec![name.clone(), self.workflow.text(locale, &format!("artifact.{name}")).to_owned(), version.to_string()]
        });
        section(&mut text, &["result", "title", "version"], results.collect());
        let incidents = self.incidents.iter().map(|row| {
            vec![
                row.id.to_string(),
                row.step.clone(),
                micros(row.opened_at, zone),
                row.attempts.to_string(),
                row.cause.clone(),
            ]
        });
        section(&mut text, &["incident", "step", "since", "tries", "cause"], incidents.collect());
        text
    }

    fn steps(&self, locale: &str) -> Vec<Vec<String>> {
        let steps = self.snapshot.steps.iter().map(|(id, state)| {
            let due = state.due.map(local).unwrap_or_default();
            let status = match state.status {
                StepStatus::Open => "open",
                StepStatus::Concluded => "concluded",
                StepStatus::Closed => "closed",
                StepStatus::Skipped => "skipped",
            };
            let title = self.workflow.text(locale, &format!("step.{id}")).to_owned();
            vec![id.clone(), title, status.to_owned(), due, self.received(id), self.missing(id)]
        });
        let mut rows: Vec<Vec<String>> = steps.collect();
        // What can be done now stands first.
        rows.sort_by_key(|row| row.get(2).is_none_or(|status| status != "open"));
        rows
    }

    /// How many contributions came in through the pool of a step.
    fn received(&self, step: &str) -> String {
        let Some(pool) = self.snapshot.pools.get(step) else { return String::new() };
        let sum = |count: fn(&draaiboek_workflow::decide::Tally) -> u32| pool.counts.values().map(count).sum::<u32>();
        let mut text = sum(|tally| tally.submitted).to_string();
        for (count, word) in [(sum(|tally| tally.withdrawn), "taken back"), (sum(|tally| tally.late), "late")] {
            if count > 0 {
                text.push_str(&format!(", {count} {word}"));
            }
        }
        text
    }

    fn missing(&self, step: &str) -> String {
        match self.pictures.get(step) {
            Some(picture) if picture.ready => "ready".to_owned(),
            Some(picture) => picture.problems.iter().map(Problem::reason).collect::<Vec<_>>().join(", "),
            None => String::new(),
        }
    }

    fn timers(&self) -> Vec<Vec<String>> {
        let mut timers: Vec<_> = self.snapshot.timers.iter().collect();
        timers.sort_by_key(|(_, timer)| (timer.due, timer.seq));
        timers.into_iter().map(|(id, timer)| vec![id.clone(), local(timer.civil), timer.rule.clone()]).collect()
    }

    fn children(&self) -> Vec<Vec<String>> {
        let entries = self.snapshot.children.values().flat_map(|children| &children.entries);
        let row = |(key, child): (&String, &draaiboek_workflow::decide::Child)| {
            vec![key.clone(), json!(child.status).as_str().unwrap_or_default().to_owned(), child.instance.clone()]
        };
        entries.map(row).collect()
    }
}

fn section(text: &mut String, header: &[&str], rows: Vec<Vec<String>>) {
    if !rows.is_empty() {
        text.push_str(&format!("\n{}\n", table(header, rows)));
    }
}

fn lifecycle(lifecycle: &Lifecycle, zone: &TimeZone) -> String {
    match lifecycle {
        Lifecycle::Paused { reason, since } => format!("paused since {}: {reason}", moment(*since, zone)),
        Lifecycle::Cancelled { reason } => format!("cancelled: {reason}"),
        Lifecycle::Blocked { reason } => format!("blocked: {reason}"),
        Lifecycle::Active | Lifecycle::Ended => lifecycle.word().to_owned(),
    }
}
