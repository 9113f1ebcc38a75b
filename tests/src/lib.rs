//! What the tests of the whole share: an engine on a file, a workflow that counts, and a simulation of faults.

pub mod faults;

use std::path::Path;
use std::sync::Arc;

use draaiboek_plugin_host::{Library, Limits};
use draaiboek_runtime::{Clock, Engine, EngineError, School};
use draaiboek_store::{OpenOptions, OutboxRow, Store};
use draaiboek_workflow::language::{self, Bundle, Options, SourceFile};
use serde_json::Value;

/// A workflow that counts what it is sent; without plugins, so that only the engine and the disk are at work.
pub const COUNTER: &str = r#"
workflow: counter
version: 1.0.0
title: {nl: Teller, en: Counter}
data: {count: 0, last: 0}
roles: {dir: {}}
states:
  counting:
    title: {nl: Tellen, en: Counting}
    on:
      add:
        roles: [dir]
        data: {n: {type: integer, required: true}, note: {type: text, default: ""}}
        do: [{set: {count: data.count + 1, last: event.data.n}}]
      stop: {to: stopped, roles: [dir]}
  stopped: {final: true, title: {nl: Gestopt, en: Stopped}}
"#;

/// A school of one.
pub const SCHOOL: &str = r#"
school: klein
name: Kleine school
calendar: {base: be-nl, years: [2026-2027]}
people: {dir: {name: An, roles: [dir]}}
"#;

/// Opens an engine on a database file, with the counting workflow and its school.
///
/// # Errors
/// The database, or a mistake in the workflow.
pub async fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Engine, EngineError> {
    let store = Store::open(&path.display().to_string(), OpenOptions::default()).await?;
    let library = Library::new(Limits::default(), None).map_err(|error| EngineError::Invalid(error.to_string()))?;
    let engine = Engine::new(Arc::new(store), Arc::new(library), clock);
    let bundle = Bundle { main: SourceFile::new("counter.yaml", COUNTER), texts: Vec::new() };
    let checked = language::check(&bundle, &Options::default());
    let workflow = checked
        .workflow
        .ok_or_else(|| EngineError::Invalid(format!("the counting workflow: {:?}", checked.diagnostics)))?;
    engine.publish(&workflow, COUNTER).await?;
    engine.put_school(&School::parse(SCHOOL)?).await?;
    Ok(engine)
}

/// A message that a cycle left to be delivered `now`, in microseconds since 1970.
#[must_use]
pub fn effect(store: &Store, instance_pk: i64, key: &str, payload: &Value, now: i64) -> OutboxRow {
    OutboxRow {
        id: store.ids().outbox(),
        instance_pk: Some(instance_pk),
        key: key.into(),
        kind: "deliver".into(),
        payload: payload.to_string(),
        not_before: now,
        attempts: 0,
        status: "pending".into(),
        last_error: None,
        created_at: now,
        done_at: None,
    }
}
