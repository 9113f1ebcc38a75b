//! `list`, `log`, `artifacts`: what is in the database. Reads only, also beside a process that writes.

use draaiboek_store::{ArtifactRow, InstanceFilter, InstanceRow, InstanceSummary, JournalRow, Reader, Scope};
use draaiboek_workflow::decide::{Answer, Happening, Rejection};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::args::{Common, List};
use crate::failure::{Exit, Failure};
use crate::output::{Output, micros};
use crate::session::{self, no_such_cycle};

use super::act::{answer, happened};

/// Whose rows a command sees.
pub fn scope(common: &Common) -> Scope<'_> {
    common.school.as_deref().map_or(Scope::All, Scope::School)
}

/// `draaiboek list`.
pub async fn list(asked: &List, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let reader = session::reader(common).await?;
    let filter = InstanceFilter {
        workflow: asked.workflow.clone(),
        lifecycles: asked.lifecycle.clone(),
        parent: asked.parent.clone(),
        ..InstanceFilter::default()
    };
    let found = reader.instances(scope(common), &filter, asked.limit).await?;
    if output.json {
        output.value(&found.iter().map(summary).collect::<Vec<_>>())?;
        return Ok(Exit::Fine);
    }
    let zone = session::zone(&reader, common).await?;
    let rows = found.iter().map(|row| {
        vec![
            row.id.clone(),
            row.title.clone(),
            format!("{} {}", row.workflow, row.version),
            states(&row.status).join(", "),
            row.lifecycle.clone(),
            micros(row.created_at, &zone),
            micros(row.updated_at, &zone),
        ]
    });
    let header = ["cycle", "title", "workflow", "state", "lifecycle", "started", "last change"];
    output.table(&header, rows.collect(), "No cycles. Start one with `draaiboek start WORKFLOW`.")?;
    Ok(Exit::Fine)
}

/// The active states, as the row says them.
pub fn states(status: &str) -> Vec<String> {
    serde_json::from_str(status).unwrap_or_else(|_| vec![status.to_owned()])
}

fn summary(row: &InstanceSummary) -> Value {
    json!({
        "id": row.id, "school": row.school, "title": row.title, "workflow": row.workflow, "version": row.version,
        "parent": row.parent_id, "parent_key": row.parent_key, "lifecycle": row.lifecycle, "states": states(&row.status),
        "revision": row.revision, "created_at": instant(row.created_at), "updated_at": instant(row.updated_at),
        "finished_at": row.finished_at.map(instant),
    })
}

/// An instant of the database, for JSON.
pub fn instant(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at).map_or_else(|_| at.to_string(), |at| at.to_string())
}

/// The row of a cycle.
///
/// # Errors
/// There is none.
pub async fn cycle(reader: &Reader, common: &Common, instance: &str) -> Result<InstanceRow, Failure> {
    reader.instance(scope(common), instance).await?.ok_or_else(|| no_such_cycle(instance))
}

/// `draaiboek log`.
pub async fn log(instance: &str, limit: u32, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let reader = session::reader(common).await?;
    let row = cycle(&reader, common, instance).await?;
    let mut rows = match row.journal_head {
        Some(head) => reader.journal_back(head, limit).await?.rows,
        None => Vec::new(),
    };
    rows.reverse();
    if output.json {
        output.value(&rows.iter().map(entry).collect::<Vec<_>>())?;
        return Ok(Exit::Fine);
    }
    let zone = session::zone(&reader, common).await?;
    let lines = rows.iter().map(|row| line(row, &zone)).collect();
    output.table(&["nr", "when", "who", "what", "came of it"], lines, "Nothing happened yet.")?;
    Ok(Exit::Fine)
}

fn entry(row: &JournalRow) -> Value {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_else(|_| text.into());
    let outcome = match row.outcome.strip_prefix("rejected ") {
        Some(rejection) => json!({"rejected": parsed(rejection)}),
        None => parsed(&row.outcome),
    };
    let hash: String = row.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "revision": row.revision, "at": instant(row.at), "actor": row.actor, "on_behalf_of": row.on_behalf,
        "command": parsed(&row.command).get("command").cloned(), "outcome": outcome, "core_version": row.core_version, "hash": hash,
    })
}

/// What the journal says of an accepted command.
#[derive(Debug, Deserialize)]
struct Outcome {
    answer: Answer,
    trace: Vec<Happening>,
}

fn line(row: &JournalRow, zone: &TimeZone) -> Vec<String> {
    let who = match (&row.on_behalf, row.actor.as_str()) {
        (Some(other), who) => format!("{who} for {other}"),
        (None, "") => "(nameless)".to_owned(),
        (None, who) => who.to_owned(),
    };
    let command: Value = serde_json::from_str(&row.command).unwrap_or_default();
    vec![
        row.revision.to_string(),
        micros(row.at, zone),
        who,
        asked(command.get("command").unwrap_or(&Value::Null)),
        came(&row.outcome),
    ]
}

/// A command in a few words.
fn asked(command: &Value) -> String {
    let text = |key: &str| command.get(key).and_then(Value::as_str);
    let what = text("do").unwrap_or("?").replace('_', " ");
    let details: Vec<&str> = ["step", "event", "id", "target", "to", "incident", "person", "text", "reason"]
        .iter()
        .filter_map(|key| text(key))
        .collect();
    format!("{what} {}", details.join(" ")).trim_end().to_owned()
}

/// What came of it in a few words.
fn came(outcome: &str) -> String {
    if let Some(rejection) = outcome.strip_prefix("rejected ") {
        return serde_json::from_str::<Rejection>(rejection)
            .map_or_else(|_| "refused".into(), |rejection| format!("refused: {rejection}"));
    }
    let Ok(outcome) = serde_json::from_str::<Outcome>(outcome) else { return outcome.to_owned() };
    let mut parts: Vec<String> = Vec::new();
    if outcome.answer != Answer::Accepted {
        parts.push(answer(&outcome.answer).to_owned());
    }
    let mut now: Vec<&str> = Vec::new();
    let mut last = None;
    for happening in &outcome.trace {
        match happening {
            Happening::Entered { state } => {
                now.push(state);
                last = Some(state.as_str());
            }
            Happening::Exited { state } => now.retain(|entered| entered != state),
            other => parts.extend(happened(other).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))),
        }
    }
    if now.is_empty() {
        // A cycle that ended has left its last state too.
        now.extend(last);
    }
    if !now.is_empty() {
        parts.insert(0, format!("→ {}", now.join(", ")));
    }
    parts.join("; ")
}

/// `draaiboek artifacts`.
pub async fn artifacts(
    instance: &str,
    name: Option<&str>,
    version: Option<i64>,
    common: &Common,
    output: &Output,
) -> Result<Exit, Failure> {
    let reader = session::reader(common).await?;
    let row = cycle(&reader, common, instance).await?;
    let all = reader.artifacts(row.pk).await?;
    if let Some(name) = name {
        let wanted = all.iter().rfind(|row| row.name == name && version.is_none_or(|version| version == row.version));
        let Some(found) = wanted else {
            let known: Vec<String> = all.iter().map(|row| format!("{} {}", row.name, row.version)).collect();
            let hint =
                if known.is_empty() { "it has none yet".to_owned() } else { format!("it has {}", known.join(", ")) };
            let which = version.map(|version| format!(" version {version}")).unwrap_or_default();
            return Err(Failure::usage(format!("`{instance}` has no result `{name}`{which}")).hint(hint));
        };
        output.value(&content(found))?;
        return Ok(Exit::Fine);
    }
    if output.json {
        let list: Vec<Value> = all
            .iter()
            .map(|row| json!({"name": row.name, "version": row.version, "created_at": instant(row.created_at), "content": content(row)}))
            .collect();
        output.value(&list)?;
        return Ok(Exit::Fine);
    }
    let zone = session::zone(&reader, common).await?;
    let rows = all.iter().map(|row| {
        vec![
            row.name.clone(),
            row.version.to_string(),
            micros(row.created_at, &zone),
            format!("{} bytes", row.content.len()),
        ]
    });
    output.table(&["result", "version", "made", "size"], rows.collect(), "No results yet.")?;
    Ok(Exit::Fine)
}

fn content(row: &ArtifactRow) -> Value {
    serde_json::from_str(&row.content).unwrap_or_else(|_| row.content.clone().into())
}
