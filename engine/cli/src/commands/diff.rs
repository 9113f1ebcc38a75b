//! `diff`: what differs between two versions of a workflow, in words. Reads files or the database, changes nothing.

use std::path::Path;

use draaiboek_workflow::diff::{Change, Kind, compare, heading};
use draaiboek_workflow::ir::Workflow;
use draaiboek_workflow::language::render;
use serde_json::json;

use crate::args::{Common, Diff};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::session;
use crate::shelf::Shelf;

use super::author::style;
use super::show::stored;
use super::sources;

/// `draaiboek diff`.
pub async fn diff(asked: &Diff, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let old = workflow(&asked.before, common, output).await?;
    let new = workflow(&asked.after, common, output).await?;
    let locale = output.lang.locale();
    let changes = compare(&old, &new, locale);
    if output.json {
        let side = |workflow: &Workflow| json!({"workflow": workflow.id, "version": workflow.version, "hash": workflow.hash()});
        output.value(&json!({"before": side(&old), "after": side(&new), "changes": changes}))?;
    } else {
        output.text(text(&old, &new, &changes, locale))?;
    }
    Ok(Exit::Fine)
}

fn text(old: &Workflow, new: &Workflow, changes: &[Change], locale: &str) -> String {
    let mut lines = vec![format!("{} {} → {} {}", old.id, old.version, new.id, new.version)];
    if changes.is_empty() {
        let (nl, en) = ("Er is geen verschil.", "There is no difference.");
        lines.push(if locale == "en" { en } else { nl }.to_owned());
    }
    let mut area = None;
    for change in changes {
        if area != Some(change.area) {
            area = Some(change.area);
            lines.push(format!("\n{}", heading(change.area, locale)));
        }
        let sign = match change.kind {
            Kind::Added => '+',
            Kind::Removed => '-',
            Kind::Changed => '~',
        };
        lines.push(format!("  {sign} {}", change.words));
    }
    lines.join("\n")
}

/// The workflow that is meant: a file or folder, else `id` or `id@version` of the database, else of this program.
async fn workflow(named: &str, common: &Common, output: &Output) -> Result<Workflow, Failure> {
    if Path::new(named).exists() {
        return from_file(Path::new(named), output);
    }
    let (id, version) = named.split_once('@').map_or((named, None), |(id, version)| (id, Some(version)));
    let mut known = Vec::new();
    if common.db.may_exist() {
        let reader = session::reader(common).await?;
        let mut stored_ones = reader.definitions().await?;
        stored_ones.retain(|row| row.id == id);
        stored_ones.sort_by_key(|row| std::cmp::Reverse(row.created_at));
        if let Some(row) = stored_ones.iter().find(|row| version.is_none_or(|version| version == row.version))
            && let Some(row) = reader.definition(&row.hash).await?
        {
            return stored("workflow", &row.content);
        }
        known.extend(stored_ones.into_iter().map(|row| row.version));
    }
    let built_in = Shelf::default().versions(id).map_err(|mistakes| Failure::broken(mistakes.to_string()))?;
    for built_in in built_in.into_iter().rev() {
        if version.is_none_or(|version| version == built_in.workflow.version) {
            return Ok(built_in.workflow);
        }
        known.push(built_in.workflow.version);
    }
    known.sort();
    known.dedup();
    let hint = match known.as_slice() {
        [] => {
            "name a file, a folder, or a workflow of the database or of this program, such as `study-day@1.0.0`".into()
        }
        known => format!("known versions of `{id}`: {}", known.join(", ")),
    };
    Err(Failure::usage(format!("there is no workflow `{named}`")).hint(hint))
}

fn from_file(path: &Path, output: &Output) -> Result<Workflow, Failure> {
    let outcome = sources::check(&sources::one(path)?, None)?;
    match outcome.checked.and_then(|checked| checked.workflow) {
        Some(workflow) => Ok(workflow),
        None => {
            output.aside(&render::human(&outcome.diagnostics, &outcome.sources, style(output)));
            Err(Failure::new(Exit::Findings, format!("{}: has mistakes, so it cannot be compared", path.display()))
                .hint("mend them first"))
        }
    }
}
