//! A process to be killed: it counts in several cycles at once and says on standard output what was acknowledged.
//!
//! `draaiboek-test-load DATABASE CYCLES`: each cycle goes on after the last number it finds in the database; a number
//! that may have been sent before is sent again under the same key.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use draaiboek_runtime::{EngineError, StartRequest, SystemClock};
use draaiboek_workflow::decide::Command;
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = PathBuf::from(arguments.next().ok_or("which database?")?);
    let cycles: usize = arguments.next().ok_or("how many cycles?")?.parse()?;
    let engine = Arc::new(draaiboek_tests::open(&path, Arc::new(SystemClock)).await?);
    let actor = engine.school("klein").await?.actor("dir")?;
    let mut workers = Vec::new();
    for cycle in 0..cycles {
        let (engine, actor) = (Arc::clone(&engine), actor.clone());
        workers.push(tokio::spawn(async move {
            let id = format!("c{cycle}");
            let request = StartRequest {
                id: Some(id.clone()),
                school: "klein".into(),
                workflow: "counter".into(),
                ..StartRequest::default()
            };
            engine.start(request, &actor, Some(&format!("{id}:start"))).await?;
            let last = engine.snapshot(&id).await?.data.get("last").and_then(serde_json::Value::as_i64);
            // The last one that is in the database is sent again: its key must make that harmless.
            let mut n = last.unwrap_or(0).max(1);
            loop {
                let data = json!({"n": n, "note": "x".repeat(120)});
                let command = Command::Send { event: "add".into(), data, reason: None };
                let key = format!("{id}:{n}");
                engine.command(&id, &actor, command, Some(&key)).await?;
                let mut out = std::io::stdout().lock();
                if writeln!(out, "{id} {n}").and_then(|()| out.flush()).is_err() {
                    return Ok::<(), EngineError>(());
                }
                n += 1;
            }
        }));
    }
    for worker in workers {
        worker.await??;
    }
    Ok(())
}
