//! `tasks`: the open work, by due date. Roles that a workflow gives count as much as those of the school.

use std::collections::HashMap;

use draaiboek_runtime::{Clock, SystemClock, TaskTitle};
use draaiboek_store::{InstanceRow, Reader, TaskFilter, TaskRow};
use draaiboek_workflow::calendar::Calendar;
use draaiboek_workflow::decide::{Actor, Origin, Snapshot, World, roles_in};
use draaiboek_workflow::definition::Definition;
use draaiboek_workflow::ir::Workflow;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::args::{Common, Tasks};
use crate::failure::{Exit, Failure};
use crate::output::{Output, micros};
use crate::session;

use super::look::{cycle, instant, scope};
use super::show::stored;

/// Most tasks that are looked at.
const LIMIT: u64 = 100_000;

/// `draaiboek tasks`.
pub async fn tasks(asked: &Tasks, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let reader = session::reader(common).await?;
    let zone = session::zone(&reader, common).await?;
    let instance_pk = match &asked.instance {
        Some(instance) => Some(cycle(&reader, common, instance).await?.pk),
        None => None,
    };
    let filter = TaskFilter { roles: asked.role.iter().cloned().collect(), instance_pk, ..TaskFilter::default() };
    let mut rows = reader.open_tasks(scope(common), &filter, LIMIT).await?;
    let mut known = HashMap::new();
    for row in &rows {
        if let std::collections::hash_map::Entry::Vacant(entry) = known.entry(row.instance_pk)
            && let Some(instance) = reader.instance_by_pk(row.instance_pk).await?
        {
            entry.insert(instance);
        }
    }
    if let Some(person) = &asked.person {
        let now = match common.clock {
            Some(at) => session::instant(at, &zone)?,
            None => SystemClock.now(),
        };
        let mut roles = HashMap::new();
        for (pk, instance) in &known {
            let steps = rows.iter().filter(|row| row.instance_pk == *pk).filter_map(title).map(|title| title.step);
            roles.insert(*pk, held(&reader, instance, person, now, steps.collect()).await?);
        }
        rows.retain(|row| {
            let of_step = title(row).and_then(|title| roles.get(&row.instance_pk)?.get(&title.step));
            of_step.is_some_and(|roles| waits_for(row, person, roles))
        });
    }
    if output.json {
        output.value(&rows.iter().map(|row| task(row, &known)).collect::<Vec<_>>())?;
        return Ok(Exit::Fine);
    }
    let locale = output.lang.locale();
    let lines = rows.iter().map(|row| {
        let title = title(row);
        let text = [locale, "nl", "en"].iter().find_map(|locale| title.as_ref()?.text.get(*locale)).cloned();
        let step = title.as_ref().map(|title| title.step.clone()).unwrap_or_default();
        let who = match (list(&row.assignees).len(), list(&row.roles)) {
            (0, roles) => roles.join(", "),
            (1..=3, _) => list(&row.assignees).join(", "),
            (many, _) => format!("{many} people"),
        };
        vec![
            row.due_at.map(|due| micros(due, &zone)).unwrap_or_default(),
            text.unwrap_or_else(|| step.clone()),
            who,
            if row.minutes > 0 { format!("{} min", row.minutes) } else { String::new() },
            known.get(&row.instance_pk).map(|instance| instance.id.clone()).unwrap_or_default(),
            step,
        ]
    });
    output.table(&["due", "task", "for", "takes", "cycle", "step"], lines.collect(), "No open tasks.")?;
    Ok(Exit::Fine)
}

fn title(row: &TaskRow) -> Option<TaskTitle> {
    serde_json::from_str(&row.title).ok()
}

fn list(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_default()
}

fn waits_for(row: &TaskRow, person: &str, held: &[String]) -> bool {
    let (roles, assignees) = (list(&row.roles), list(&row.assignees));
    let may = roles.iter().any(|role| held.contains(role));
    let named = assignees.iter().any(|one| one == person);
    if assignees.is_empty() { may } else { named }
}

/// The roles a person holds in steps of a cycle.
async fn held(
    reader: &Reader,
    row: &InstanceRow,
    person: &str,
    now: Timestamp,
    steps: Vec<String>,
) -> Result<HashMap<String, Vec<String>>, Failure> {
    let school = reader.school(&row.school).await?;
    let school = school.map(|row| session::school(&row.content)).transpose()?;
    let Some(person) = school.as_ref().and_then(|school| school.people.get_key_value(person)) else {
        return Ok(HashMap::new());
    };
    let actor = Actor { person: Some(person.0.clone()), roles: person.1.roles.clone(), on_behalf_of: None };
    let gone = |what: &str| Failure::broken(format!("the {what} of `{}` is gone; run `draaiboek verify`", row.id));
    let definition = reader.definition(&row.definition_hash).await?.ok_or_else(|| gone("workflow"))?;
    let workflow: Workflow = stored("workflow", &definition.content)?;
    let definition = Definition::load(workflow).map_err(|problems| {
        Failure::broken(format!(
            "the workflow of `{}` cannot run: {}",
            row.id,
            problems.first().map(ToString::to_string).unwrap_or_default()
        ))
    })?;
    let calendar = match row.calendar_hash.as_deref() {
        Some(hash) => reader.calendar(hash).await?,
        None => None,
    };
    let calendar: Calendar = stored("calendar", &calendar.ok_or_else(|| gone("calendar"))?.content)?;
    let origin: Origin = stored("origin", &row.origin)?;
    let snapshot: Snapshot = stored("state", &row.snapshot)?;
    let world =
        World { definition: &definition, origin: &origin, calendar: &calendar, now, assuming: None, next: None };
    Ok(steps.into_iter().map(|step| (step.clone(), roles_in(world, &snapshot, &actor, &step))).collect())
}

fn task(row: &TaskRow, known: &HashMap<i64, InstanceRow>) -> Value {
    json!({
        "instance": known.get(&row.instance_pk).map(|instance| &instance.id), "title": title(row), "school": row.school,
        "roles": list(&row.roles), "assignees": list(&row.assignees), "minutes": row.minutes, "privacy": row.privacy,
        "opened_at": instant(row.opened_at), "due_at": row.due_at.map(instant),
    })
}
