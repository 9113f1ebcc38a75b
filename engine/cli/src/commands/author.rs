//! `check`, `schema`, `diagram`: for people who write workflows. No database, no clock.

use draaiboek_workflow::diagram::{self, DiagramOptions, Format, Orientation};
use draaiboek_workflow::language::{self, Severity, Style, render};

use crate::args::{Check, Common, Diagram};
use crate::choice::{CheckFormat, DiagramFormat, Direction};
use crate::failure::{Exit, Failure};
use crate::output::Output;

use super::sources;

/// `draaiboek check`.
pub fn check(asked: &Check, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let kinds = if asked.plugins { Some(sources::kinds(common)?) } else { None };
    let (mut diagnostics, mut files) = (Vec::new(), Vec::new());
    let found = sources::with_earlier(sources::find(&asked.paths)?);
    for workflow in &found {
        let outcome = sources::check(workflow, kinds.as_ref())?;
        diagnostics.extend(outcome.diagnostics);
        files.extend(outcome.sources);
    }
    let format = if output.json { CheckFormat::Json } else { asked.format };
    match format {
        CheckFormat::Human => output.text(render::human(&diagnostics, &files, style(output)))?,
        CheckFormat::Json => output.value(&render::json(&diagnostics))?,
        CheckFormat::Sarif => output.value(&render::sarif(&diagnostics, &files))?,
    }
    if kinds.is_none() && format == CheckFormat::Human {
        output.aside("The settings of steps (`with:`) were not checked; `--plugins` does that.");
    }
    let worst = diagnostics.iter().map(|item| item.severity).min();
    let found = match worst {
        Some(Severity::Error) => true,
        Some(Severity::Warning) => asked.strict,
        Some(Severity::Info) | None => false,
    };
    Ok(if found { Exit::Findings } else { Exit::Fine })
}

/// How messages look here.
pub fn style(output: &Output) -> Style {
    if output.colours() { Style::Colour } else { Style::Frames }
}

/// `draaiboek schema`.
pub fn schema(scenario: bool, output: &Output) -> Result<Exit, Failure> {
    let schema = if scenario { crate::play::schema() } else { language::schema() };
    output.value(&schema)?;
    Ok(Exit::Fine)
}

/// `draaiboek diagram`.
pub fn diagram(asked: &Diagram, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let outcome = sources::check(&sources::one(&asked.file)?, None)?;
    let Some(workflow) = outcome.checked.as_ref().and_then(|checked| checked.workflow.as_ref()) else {
        output.aside(&render::human(&outcome.diagnostics, &outcome.sources, style(output)));
        return Err(Failure::new(Exit::Findings, "the workflow has mistakes, so there is nothing to draw")
            .hint("mend them first"));
    };
    let options = DiagramOptions {
        format: match asked.format {
            DiagramFormat::Svg => Format::Svg,
            DiagramFormat::Mermaid => Format::Mermaid,
            DiagramFormat::Dot => Format::Dot,
            DiagramFormat::Scxml => Format::Scxml,
            DiagramFormat::List => Format::List,
        },
        orientation: match asked.orientation {
            Direction::Lr => Orientation::LeftRight,
            Direction::Tb => Orientation::TopBottom,
        },
        locale: common.lang.locale().to_owned(),
        ..DiagramOptions::default()
    };
    let drawn = diagram::render(workflow, &options);
    match &asked.output {
        Some(file) => {
            std::fs::write(file, &drawn)
                .map_err(|error| Failure::broken(format!("{}: cannot be written: {error}", file.display())))?;
            output.aside(&format!("{} written", file.display()));
        }
        None if output.json => output
            .value(&serde_json::json!({"workflow": workflow.id, "version": workflow.version, "diagram": drawn}))?,
        None => output.text(drawn)?,
    }
    Ok(Exit::Fine)
}
