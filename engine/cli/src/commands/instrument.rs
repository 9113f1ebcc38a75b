//! `instrument import`: a school's own texts for an instrument, ids and codes kept. Writes one file, no database.

use std::path::Path;

use draaiboek_workflow::language::wording::{NewText, Reworded, Wishes, read_csv, read_yaml, reword};
use draaiboek_workflow::language::{SourceFile, check_instrument, render};
use serde_json::json;

use crate::args::Import;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::shelf::Shelf;

use super::author::style;
use super::input;

/// `draaiboek instrument import`.
pub fn import(asked: &Import, output: &Output) -> Result<Exit, Failure> {
    let target = asked.out.join(format!("{}.yaml", asked.name));
    let base = base(&target, &asked.name)?;
    let list = list(&asked.texts)?;
    let wishes =
        Wishes { source: asked.source.clone(), licence: asked.licence.clone(), allow_codes: asked.allow_codes };
    let done = reword(&base, &list, &wishes).map_err(refused)?;
    let written = SourceFile::new(target.display().to_string(), done.text.as_str());
    let checked = check_instrument(&written, None);
    if checked.instrument.is_none() {
        output.aside(&render::human(&checked.diagnostics, &checked.sources, style(output)));
        return Err(Failure::new(Exit::Findings, "with these texts the instrument has mistakes; nothing was written"));
    }
    if !asked.dry_run {
        write(&target, &done.text)?;
    }
    if output.json {
        output.value(&json!({"instrument": asked.name, "file": target, "written": !asked.dry_run, "report": done}))?;
    } else {
        output.text(text(&done, &target, asked, output.lang.locale() != "en"))?;
    }
    Ok(Exit::Fine)
}

/// What is reworded: the file of an earlier import, else the instrument of that name.
fn base(target: &Path, name: &str) -> Result<SourceFile, Failure> {
    if target.is_file() {
        return Ok(SourceFile::new(target.display().to_string(), input::text(target)?));
    }
    Shelf::default().instrument(name).ok_or_else(|| {
        Failure::usage(format!("there is no instrument `{name}`"))
            .hint(format!("mend the name, or put the instrument to begin with in {}", target.display()))
    })
}

fn list(file: &Path) -> Result<Vec<NewText>, Failure> {
    let source = SourceFile::new(file.display().to_string(), input::text(file)?);
    let yaml = file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    if yaml { read_yaml(&source) } else { read_csv(&source) }.map_err(refused)
}

fn refused(problems: Vec<String>) -> Failure {
    let said: Vec<String> = problems.iter().map(|problem| format!("\n  - {problem}")).collect();
    Failure::new(Exit::Findings, format!("the texts cannot be used, nothing was written:{}", said.concat()))
}

fn write(target: &Path, text: &str) -> Result<(), Failure> {
    let fail = |error: std::io::Error| Failure::broken(format!("{}: cannot be written: {error}", target.display()));
    if let Some(folder) = target.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    let beside = target.with_extension("yaml.new");
    std::fs::write(&beside, text).map_err(fail)?;
    std::fs::rename(&beside, target).map_err(fail)
}

fn text(done: &Reworded, target: &Path, asked: &Import, dutch: bool) -> String {
    let say = |nl: &'static str, en: &'static str| if dutch { nl } else { en };
    let mut lines = Vec::new();
    let mut tell = |what: &str, ids: &[String]| {
        if !ids.is_empty() {
            lines.push(format!("{what} ({}): {}", ids.len(), ids.join(", ")));
        }
    };
    tell(say("vervangen", "replaced"), &done.replaced);
    tell(say("ongewijzigd", "unchanged"), &done.unchanged);
    tell(say("andere codes", "codes changed"), &done.recoded);
    tell(say("niet in de lijst, tekst behouden", "not in the list, text kept"), &done.missing);
    let target = target.display();
    lines.push(match asked.dry_run {
        true => format!(
            "{} {target}",
            say("niets geschreven (--dry-run); het zou dit worden:", "nothing written (--dry-run); it would be")
        ),
        false => format!("{target} {}", say("geschreven", "written")),
    });
    if !asked.dry_run && asked.licence.is_none() && !done.replaced.is_empty() {
        let remark = say(
            "de licentie zegt nog wat ze zei; geef met --licence de voorwaarden van de nieuwe teksten",
            "the licence still says what it said; give the terms of the new texts with --licence",
        );
        lines.push(remark.to_owned());
    }
    lines.join("\n")
}
