//! `migrate`: running cycles go by another version of their workflow. Says first what would happen to each.

use draaiboek_runtime::{EngineError, MigrateRequest};
use draaiboek_store::{InstanceFilter, InstanceSummary, Scope};
use draaiboek_workflow::decide::{Actor, Mapping, Rejection};
use draaiboek_workflow::language::{SourceFile, check_mapping, render};
use draaiboek_workflow::migration::{Preview, reason, told};
use serde_json::{Value, json};

use crate::args::{Common, Migrate};
use crate::failure::{Exit, Failure, Reason};
use crate::output::Output;
use crate::session::{Absent, Session, no_such_cycle};

use super::author::style;
use super::input;

/// Cycles that are looked at, at the most.
const MAX_CYCLES: u64 = 100_000;

/// What came of one cycle.
struct Outcome {
    instance: String,
    title: String,
    /// What the migration does, or why not.
    result: Result<Preview, Rejection>,
}

/// `draaiboek migrate`.
pub async fn migrate(asked: &Migrate, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let session = Session::open(common, Absent::Refuse).await?;
    let outcomes = match (&asked.undo, &asked.workflow, &asked.from, &asked.to) {
        (Some(instance), ..) => vec![undo(&session, asked, instance, common, output).await?],
        (None, Some(workflow), Some(from), Some(to)) => {
            all(&session, asked, (workflow, from, to), common, output).await?
        }
        _ => return Err(Failure::usage("name a workflow with --from and --to, or a cycle with --undo")),
    };
    if !asked.dry_run {
        session.engine.pump().await?;
    }
    write(&outcomes, asked, output)?;
    let refused = outcomes.iter().any(|outcome| outcome.result.is_err());
    Ok(if refused { Exit::Rejected } else { Exit::Fine })
}

async fn undo(
    session: &Session,
    asked: &Migrate,
    instance: &str,
    common: &Common,
    output: &Output,
) -> Result<Outcome, Failure> {
    let actor = session.actor(common, instance).await?;
    let engine = &session.engine;
    let mut result = settled(engine.unmigration_preview(instance, &actor, output.lang.locale()).await)?;
    if let (false, Ok(preview)) = (asked.dry_run, &result) {
        let done = engine.unmigrate(instance, &actor, asked.reason.clone(), None).await;
        result = settled(done)?.map(|_| preview.clone());
    }
    Ok(Outcome { instance: instance.to_owned(), title: title(session, instance, output).await?, result })
}

async fn all(
    session: &Session,
    asked: &Migrate,
    (workflow, from, to): (&str, &str, &str),
    common: &Common,
    output: &Output,
) -> Result<Vec<Outcome>, Failure> {
    let map = map(session, asked, (workflow, from, to), output).await?;
    let request = MigrateRequest { version: to.to_owned(), map, reason: asked.reason.clone() };
    let mut outcomes = Vec::new();
    for cycle in cycles(session, asked, workflow, from, common).await? {
        let actor = session.actor(common, &cycle.id).await?;
        let result = one(session, &cycle.id, &actor, &request, asked.dry_run, output).await?;
        outcomes.push(Outcome { title: title(session, &cycle.id, output).await?, instance: cycle.id, result });
    }
    Ok(outcomes)
}

/// Looks at one cycle, and migrates it when that is asked.
async fn one(
    session: &Session,
    instance: &str,
    actor: &Actor,
    request: &MigrateRequest,
    dry_run: bool,
    output: &Output,
) -> Result<Result<Preview, Rejection>, Failure> {
    let engine = &session.engine;
    let preview = engine.migration_preview(instance, actor, request, output.lang.locale()).await;
    match settled(preview)? {
        Ok(preview) if !dry_run => Ok(settled(engine.migrate(instance, actor, request, None).await)?.map(|_| preview)),
        looked => Ok(looked),
    }
}

/// An expected "no" is an outcome; anything else ends the command.
fn settled<T>(result: Result<T, EngineError>) -> Result<Result<T, Rejection>, Failure> {
    match result {
        Ok(done) => Ok(Ok(done)),
        Err(EngineError::Rejected(rejection)) => Ok(Err(rejection)),
        Err(other) => Err(other.into()),
    }
}

/// The cycles that are meant: all that run this version, or the named ones.
async fn cycles(
    session: &Session,
    asked: &Migrate,
    workflow: &str,
    from: &str,
    common: &Common,
) -> Result<Vec<InstanceSummary>, Failure> {
    let reader = session.engine.store().read();
    let scope = common.school.as_deref().map_or(Scope::All, Scope::School);
    let filter = InstanceFilter { workflow: Some(workflow.to_owned()), ..InstanceFilter::default() };
    let mut known = reader.instances(scope, &filter, MAX_CYCLES).await?;
    known.sort_by(|one, other| one.id.cmp(&other.id));
    if asked.instance.is_empty() {
        known.retain(|row| row.version == from && !["ended", "cancelled"].contains(&row.lifecycle.as_str()));
        return Ok(known);
    }
    let mut named = Vec::new();
    for id in &asked.instance {
        let row = known.iter().find(|row| row.id == *id);
        let row = row.ok_or_else(|| {
            no_such_cycle(id).hint(format!("`draaiboek list --workflow {workflow}` shows those of this workflow"))
        })?;
        if row.version != from {
            let version = &row.version;
            return Err(
                Failure::usage(format!("`{id}` goes by {version}, not {from}")).hint(format!("say `--from {version}`"))
            );
        }
        named.push(row.clone());
    }
    Ok(named)
}

/// The map, with its names checked against both versions.
async fn map(
    session: &Session,
    asked: &Migrate,
    (workflow, from, to): (&str, &str, &str),
    output: &Output,
) -> Result<Mapping, Failure> {
    let old = session.engine.published(workflow, from).await?;
    let new = session.engine.published(workflow, to).await?;
    let Some(path) = &asked.map else { return Ok(Mapping::default()) };
    let source = SourceFile::from_bytes(path.display().to_string(), &input::bytes(path)?)
        .map_err(|diagnostic| Failure::usage(format!("{}: {}", path.display(), diagnostic.message)))?;
    let checked = check_mapping(&source, &old.ir, &new.ir);
    match checked.map {
        Some(map) => Ok(map),
        None => {
            output.aside(&render::human(&checked.diagnostics, &checked.sources, style(output)));
            Err(Failure::new(Exit::Findings, format!("{}: has mistakes, so nothing was migrated", path.display()))
                .hint("mend them first"))
        }
    }
}

async fn title(session: &Session, instance: &str, output: &Output) -> Result<String, Failure> {
    let definition = session.engine.definition(instance).await?;
    Ok(definition.ir.text(output.lang.locale(), "title").to_owned())
}

fn write(outcomes: &[Outcome], asked: &Migrate, output: &Output) -> Result<(), Failure> {
    let locale = output.lang.locale();
    let (done, refused): (Vec<&Outcome>, Vec<&Outcome>) = outcomes.iter().partition(|outcome| outcome.result.is_ok());
    if output.json {
        let cycles: Vec<Value> = outcomes.iter().map(|outcome| outcome.json(locale)).collect();
        return output.value(&json!({"dry_run": asked.dry_run, "cycles": cycles}));
    }
    for outcome in outcomes {
        output.text(outcome.text(locale))?;
    }
    let dutch = locale != "en";
    let line = match (asked.dry_run, asked.undo.is_some(), dutch) {
        (true, _, true) => {
            format!("Zo zou het gaan: {} kan, {} niet. Er is niets veranderd.", done.len(), refused.len())
        }
        (true, _, false) => {
            format!("So it would go: {} can, {} cannot. Nothing was changed.", done.len(), refused.len())
        }
        (false, true, true) => format!("Teruggedraaid: {}. Niet gelukt: {}.", done.len(), refused.len()),
        (false, true, false) => format!("Taken back: {}. Refused: {}.", done.len(), refused.len()),
        (false, false, true) => format!("Overgegaan: {}. Gebleven: {}.", done.len(), refused.len()),
        (false, false, false) => format!("Migrated: {}. Stayed: {}.", done.len(), refused.len()),
    };
    output.text(line)
}

impl Outcome {
    fn json(&self, locale: &str) -> Value {
        match &self.result {
            Ok(preview) => {
                json!({"instance": self.instance, "title": self.title, "preview": preview, "words": told(preview, locale)})
            }
            Err(rejection) => json!({
                "instance": self.instance, "title": self.title, "refused": rejection.word, "help": rejection.help,
                "reasons": reasons(rejection, locale),
            }),
        }
    }

    fn text(&self, locale: &str) -> String {
        let head = format!("{}  {}", self.instance, self.title);
        match &self.result {
            Ok(preview) => {
                let lines = told(preview, locale).into_iter().map(|line| format!("\n  {line}"));
                format!("{head}  {} → {}{}", preview.from, preview.to, lines.collect::<String>())
            }
            Err(rejection) => {
                let lines = reasons(rejection, locale).into_iter().map(|reason| {
                    let text = reason.text.map(|text| format!("  {text}")).unwrap_or_default();
                    format!("\n  - {}{text}", reason.reason)
                });
                let word = if locale == "en" { "refused" } else { "geweigerd" };
                format!("{head}  {word}: {}{}\n  {}", rejection.word, lines.collect::<String>(), rejection.help)
            }
        }
    }
}

fn reasons(rejection: &Rejection, locale: &str) -> Vec<Reason> {
    let said = rejection.reasons.iter();
    said.map(|given| Reason { reason: given.clone(), text: reason(given, locale) }).collect()
}
