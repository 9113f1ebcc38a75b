//! `school load|list|export|import` and `publish`: what must be in the database before a cycle can start.

use std::path::PathBuf;

use draaiboek_runtime::School as SchoolData;
use draaiboek_workflow::language::render;
use serde_json::{Value, json};

use crate::args::{Common, School};
use crate::failure::{Exit, Failure};
use crate::output::{Output, count, micros};
use crate::session::{self, Absent, Session};

use super::{archive, author, input, sources};

/// `draaiboek school`.
pub async fn school(asked: &School, common: &Common, output: &Output) -> Result<Exit, Failure> {
    match asked {
        School::Load { file } => {
            let text = input::text(file)?;
            let school = SchoolData::parse(&text).map_err(|error| {
                let failure = Failure::from(error);
                Failure { what: format!("{}: {}", file.display(), failure.what), ..failure }
            })?;
            let session = Session::open(common, Absent::Create).await?;
            session.engine.put_school(&school).await?;
            session.engine.pump().await?;
            let warnings = school.warnings();
            if output.json {
                output.value(&json!({"school": school.school, "people": school.people.len(), "teams": school.teams.len(), "warnings": warnings}))?;
            } else {
                output.text(format!(
                    "{} ({}): {} people, {}",
                    school.name,
                    school.school,
                    school.people.len(),
                    count(school.teams.len(), "team")
                ))?;
                warnings.iter().for_each(|warning| output.aside(&format!("warning: {warning}")));
            }
        }
        School::List => list(common, output).await?,
        School::Export(asked) => {
            let school = session::school_id(&session::reader(common).await?, common).await?;
            return archive::pack(asked, Some(&school), common, output).await;
        }
        School::Import(asked) => return archive::unpack(asked, false, common, output).await,
    }
    Ok(Exit::Fine)
}

async fn list(common: &Common, output: &Output) -> Result<(), Failure> {
    let reader = session::reader(common).await?;
    let rows = reader.schools().await?;
    let schools = rows.iter().map(|row| session::school(&row.content)).collect::<Result<Vec<_>, _>>()?;
    if output.json {
        return output.value(&schools);
    }
    let zone = session::zone(&reader, common).await?;
    let lines = schools.iter().zip(&rows).map(|(school, row)| {
        let years = school.calendar.years.join(", ");
        vec![
            school.school.clone(),
            school.name.clone(),
            format!("{} {years}", school.calendar.base),
            school.people.len().to_string(),
            school.teams.len().to_string(),
            micros(row.updated_at, &zone),
        ]
    });
    output.table(
        &["school", "name", "calendar", "people", "teams", "loaded"],
        lines.collect(),
        "No schools. Load one with `draaiboek school load FILE`.",
    )
}

/// `draaiboek publish`: all of them, or none when one has mistakes.
pub async fn publish(paths: &[PathBuf], common: &Common, output: &Output) -> Result<Exit, Failure> {
    let found = sources::with_earlier(sources::find(paths)?);
    let kinds = sources::kinds(common)?;
    let outcomes = found.iter().map(|found| sources::check(found, Some(&kinds))).collect::<Result<Vec<_>, _>>()?;
    let (mut diagnostics, mut files, mut ready) = (Vec::new(), Vec::new(), Vec::new());
    let mut broken = false;
    for outcome in outcomes {
        match outcome.checked.and_then(|checked| checked.workflow) {
            Some(workflow) => ready.push((workflow, outcome.source)),
            None => broken = true,
        }
        diagnostics.extend(outcome.diagnostics);
        files.extend(outcome.sources);
    }
    if broken {
        if output.json {
            output.value(&render::json(&diagnostics))?;
        } else {
            output.text(render::human(&diagnostics, &files, author::style(output)))?;
        }
        return Err(Failure::new(Exit::Findings, "nothing was published: there are mistakes")
            .hint("mend them and publish again"));
    }
    let session = Session::open(common, Absent::Create).await?;
    for (workflow, source) in &ready {
        session.engine.publish(workflow, source).await?;
    }
    if output.json {
        let all: Vec<Value> = ready
            .iter()
            .map(|(workflow, _)| json!({"workflow": workflow.id, "version": workflow.version, "hash": workflow.hash()}))
            .collect();
        output.value(&all)?;
    } else {
        for (workflow, _) in &ready {
            output.text(format!(
                "published {} {} ({})",
                workflow.id,
                workflow.version,
                workflow.hash().get(..12).unwrap_or_default()
            ))?;
        }
    }
    Ok(Exit::Fine)
}
