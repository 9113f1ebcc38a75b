//! `migrate` of a scenario: the version that is meant, published when it is a file, and its map. Checks nothing itself.

use std::path::Path;

use draaiboek_runtime::{EngineError, MigrateRequest, Reply};
use draaiboek_workflow::decide::{Actor, Mapping};
use draaiboek_workflow::ir::Workflow;
use draaiboek_workflow::language::{Bundle, SourceFile, Style, check_mapping, render};
use serde_json::Value;

use super::scenario::Migrate;
use super::stage::{Stage, StageError};
use crate::shelf::{Shelf, text_files};

/// Lets an instance go by another version, or takes that back.
///
/// # Errors
/// A version or a map that cannot be read; what the engine says is the answer.
pub async fn migrate(
    stage: &Stage,
    instance: &str,
    actor: &Actor,
    asked: &Migrate,
    beside: &Path,
) -> Result<Result<Reply, EngineError>, StageError> {
    let engine = stage.engine();
    if asked.undo {
        return Ok(engine.unmigrate(instance, actor, asked.reason.clone(), None).await);
    }
    let named = asked.to.as_deref().ok_or_else(|| unknown("`migrate` needs `to`, or `undo: true`"))?;
    let old = engine.definition(instance).await?;
    let file = beside.join(named);
    let new = if file.exists() {
        let (workflow, source) = read(&file)?;
        engine.publish(&workflow, &source).await?;
        workflow
    } else {
        match engine.published(&old.ir.id, named).await {
            Ok(definition) => definition.ir.clone(),
            Err(error) => return Ok(Err(error)),
        }
    };
    let map = match &asked.map {
        None => Mapping::default(),
        Some(map) => mapping(map, beside, &old.ir, &new)?,
    };
    let request = MigrateRequest { version: new.version.clone(), map, reason: asked.reason.clone() };
    Ok(engine.migrate(instance, actor, &request, None).await)
}

fn unknown(what: impl Into<String>) -> StageError {
    StageError::Unknown(what.into())
}

/// The workflow in a file or a folder, without mistakes.
fn read(path: &Path) -> Result<(Workflow, String), StageError> {
    let name = path.file_name().map(|name| format!("{}.yaml", name.to_string_lossy())).unwrap_or_default();
    let main = if path.is_dir() { path.join(name) } else { path.to_owned() };
    let texts = if path.is_dir() { text_files(&main) } else { Vec::new() };
    let bundle =
        Bundle { main: source(&main)?, texts: texts.iter().map(|file| source(file)).collect::<Result<Vec<_>, _>>()? };
    let published = Shelf::around(path).compiled(&bundle).map_err(|mistakes| unknown(mistakes.to_string()))?;
    Ok((published.workflow, published.source))
}

fn source(path: &Path) -> Result<SourceFile, StageError> {
    let bytes = std::fs::read(path).map_err(|error| unknown(format!("{}: {error}", path.display())))?;
    SourceFile::from_bytes(path.display().to_string(), &bytes)
        .map_err(|mistake| unknown(format!("{}: {}", path.display(), mistake.message)))
}

fn mapping(map: &Value, beside: &Path, old: &Workflow, new: &Workflow) -> Result<Mapping, StageError> {
    let source = match map {
        Value::String(file) => source(&beside.join(file))?,
        map => SourceFile::new("map", map.to_string()),
    };
    let checked = check_mapping(&source, old, new);
    checked.map.ok_or_else(|| unknown(render::human(&checked.diagnostics, &checked.sources, Style::Plain)))
}
