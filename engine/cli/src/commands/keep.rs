//! `verify`, `run`: the care of a database.

use std::sync::Arc;

use draaiboek_runtime::verify as rerun;
use draaiboek_web::Watcher;

use crate::args::{Common, Run};
use crate::failure::{Exit, Failure};
use crate::log;
use crate::output::{Output, count};
use crate::session::{self, Absent, Session};
use crate::supervisor;

use super::serve::watched;

/// `draaiboek verify`.
pub async fn verify(common: &Common, output: &Output) -> Result<Exit, Failure> {
    let reader = session::reader(common).await?;
    let bar = output.progress("cycles verified");
    let result = rerun(&reader, |done| bar.set_position(done as u64)).await;
    bar.finish_and_clear();
    let report = result?;
    let exit = if report.is_clean() { Exit::Fine } else { Exit::Findings };
    if output.json {
        output.value(&serde_json::json!({"clean": report.is_clean(), "report": report}))?;
        return Ok(exit);
    }
    let mut text = String::new();
    for line in &report.file {
        text.push_str(&format!("file: {line}\n"));
    }
    for damaged in &report.damaged {
        text.push_str(&format!("{}\n", damaged.instance));
        for finding in &damaged.findings {
            text.push_str(&format!("  - {finding}\n"));
        }
    }
    text.push_str(&format!(
        "{}, {} run again: ",
        count(report.instances, "cycle"),
        count(report.journal_rows, "decision")
    ));
    text.push_str(if report.is_clean() {
        "everything is as it was written.\n"
    } else {
        "not everything is as it was written.\n"
    });
    output.text(text)?;
    if !report.is_clean() {
        return Err(Failure::new(Exit::Findings, "the database is damaged").hint(
            "keep a copy of it and restore the last backup; where only indexes are damaged, `draaiboek backup` and \
                 `draaiboek restore` into a new file make it whole",
        ));
    }
    Ok(exit)
}

/// `draaiboek run`.
pub async fn run(asked: &Run, common: &Common, output: &Output) -> Result<Exit, Failure> {
    if common.clock.is_some() {
        return Err(Failure::usage("`run` needs the real clock").hint("leave --clock out"));
    }
    let _traces = log::begin(&asked.watch)?;
    let session = Session::open(common, Absent::Refuse).await?;
    let watcher = Arc::new(Watcher::new(Arc::clone(&session.engine)));
    let _watched = watched(&asked.watch, Arc::clone(&watcher), output).await?;
    let stop = crate::signals::stop();
    let stop = async move {
        stop.await;
        supervisor::ending();
        watcher.drain();
    };
    let _ready = supervisor::ready();
    output.aside(&format!("timers and effects of {} run; Ctrl-C ends it", common.db.place()));
    Arc::clone(&session.engine).run(stop).await;
    session.engine.store().leave().await?;
    output.aside("stopped; nothing is lost, what falls due meanwhile is caught up at the next start");
    Ok(Exit::Fine)
}
