//! `demo`: a study day from its first plan to its follow-up, in a database of its own, told as a story.

use std::fs;
use std::path::{Path, PathBuf};

use draaiboek_store::{InstanceFilter, InstanceRow, OpenOptions, Reader, Scope, Store, StoreError};
use draaiboek_workflow::ir::Workflow;
use jiff::civil::DateTime;
use serde_json::{Value, json};

use crate::args::{Common, Demo};
use crate::database::Database;
use crate::embedded;
use crate::failure::{Exit, Failure};
use crate::output::{Output, count, table};
use crate::play::{self as player, Language, Options, Report, Which};
use crate::session;

use super::play::teller;
use super::show::stored;

/// Marks a folder as one that the demo made.
const MARK: &str = ".draaiboek-demo";
/// Database of the demo, in its folder.
const DATABASE: &str = "draaiboek.db";
/// Database of the school that is served.
const SCHOOL: &str = "school.db";
/// The moment at which the school is served: a Thursday in the middle of its year.
const MIDDLE: DateTime = jiff::civil::datetime(2026, 12, 3, 14, 0, 0, 0);
/// Name of the study day in the scenario.
const DAY: &str = "day";

/// `draaiboek demo`.
pub async fn demo(asked: &Demo, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let database = prepare(&asked.dir).await?;
    let loaded = embedded::demo()?;
    let options = Options {
        library: session::library(&Common { db: Database::file(&database), ..common.clone() })?,
        which: Which::Main,
        language: common.lang.language(),
        teller: (!output.json).then(teller),
        until: None,
        database: Some(database.clone()),
    };
    let report = player::play_loaded(&loaded, &options).await?;
    let reader = Store::open_read_only(&database.display().to_string()).await?;
    let end = End::read(&reader, common.lang.locale()).await?;
    if output.json {
        output.value(&json!({"met": report.met(), "database": database, "principles": end.principles, "follow_up": end.follow_up, "plays": report.plays}))?;
    } else {
        end.tell(common.lang.language(), output)?;
        next(&database, &report, output)?;
    }
    drop(reader);
    if report.met() && !asked.no_serve && !output.json {
        open_school(asked, common, output).await?;
    }
    Ok(if report.met() { Exit::Fine } else { Exit::Findings })
}

/// Plays a school year as far as the middle of it, and serves the school as it then is.
async fn open_school(asked: &Demo, common: &Common, output: &Output) -> Result<(), Failure> {
    let database = asked.dir.join(SCHOOL);
    let loaded = embedded::school_year()?;
    let options = Options {
        library: session::library(&Common { db: Database::file(&database), ..common.clone() })?,
        which: Which::Main,
        language: common.lang.language(),
        teller: None,
        until: Some(MIDDLE),
        database: Some(database.clone()),
    };
    let report = player::play_loaded(&loaded, &options).await?;
    if !report.met() {
        return Err(Failure::broken(format!("the school year of the demo went otherwise\n{}", report.text(false))));
    }
    let zone = jiff::tz::TimeZone::get(session::ZONE)
        .map_err(|error| Failure::broken(format!("the time zone of the demo: {error}")))?;
    super::serve::demo(&database, session::instant(MIDDLE, &zone)?, asked.listen, common, output).await
}

/// A folder with nothing in it but the mark; gives the path of the database to be.
async fn prepare(folder: &Path) -> Result<PathBuf, Failure> {
    let fail = |what: &str, error: std::io::Error| {
        Failure::broken(format!("{}: {what}: {error}; choose another folder with --dir", folder.display()))
    };
    let database = folder.join(DATABASE);
    match fs::read_dir(folder) {
        Ok(mut entries) => {
            if !folder.join(MARK).is_file() && entries.next().is_some() {
                return Err(Failure::usage(format!(
                    "{}: this folder was not made by the demo, so it stays as it is; choose another with --dir",
                    folder.display()
                )));
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            fs::create_dir_all(folder).map_err(|error| fail("the folder cannot be made", error))?;
        }
        Err(error) => return Err(fail("the folder cannot be read", error)),
    }
    if database.exists() {
        // Whoever has it open keeps it.
        if let Err(error @ StoreError::InUse { .. }) =
            Store::open(&database.display().to_string(), OpenOptions::default()).await
        {
            return Err(error.into());
        }
    }
    let files =
        [DATABASE, SCHOOL].into_iter().flat_map(|name| ["", "-wal", "-shm", ".lock"].map(|end| format!("{name}{end}")));
    for file in files {
        let file = folder.join(file);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(fail("the last demo cannot be taken away", error));
            }
            _ => {}
        }
    }
    fs::write(folder.join(MARK), "`draaiboek demo` made this folder and makes it anew each time.\n")
        .map_err(|error| fail("the folder cannot be written", error))?;
    Ok(database)
}

/// How the study day ended.
struct End {
    principles: Value,
    follow_up: Vec<Team>,
}

/// The follow-up of one team.
#[derive(serde::Serialize)]
struct Team {
    team: String,
    coach: String,
    first_meeting: String,
    state: String,
    cycle: String,
}

impl End {
    async fn read(reader: &Reader, locale: &str) -> Result<Self, Failure> {
        let Some(day) = reader.instance(Scope::All, DAY).await? else {
            return Ok(Self { principles: Value::Null, follow_up: Vec::new() });
        };
        let principles = match reader.artifact(day.pk, "principles").await? {
            Some(row) => stored("result", &row.content)?,
            None => Value::Null,
        };
        let filter = InstanceFilter { parent: Some(DAY.to_owned()), ..InstanceFilter::default() };
        let mut follow_up = Vec::new();
        for summary in reader.instances(Scope::All, &filter, 1_000).await?.iter().rev() {
            if let Some(row) = reader.instance_by_pk(summary.pk).await? {
                follow_up.push(team(reader, &row, locale).await?);
            }
        }
        Ok(Self { principles, follow_up })
    }

    fn tell(&self, language: Language, output: &Output) -> Result<(), Failure> {
        let say =
            |dutch: &'static str, english: &'static str| if language == Language::Dutch { dutch } else { english };
        let rows = |key: &str| -> Vec<Vec<String>> {
            let list = self.principles.get(key).and_then(Value::as_array);
            let text = |row: &Value, key: &str| match row.get(key) {
                Some(Value::String(text)) => text.clone(),
                // A label in several languages.
                Some(Value::Object(texts)) => {
                    let said = texts.get(language.locale()).or_else(|| texts.values().next());
                    said.and_then(Value::as_str).unwrap_or_default().to_owned()
                }
                Some(other) => other.to_string(),
                None => String::new(),
            };
            list.into_iter()
                .flatten()
                .map(|row| vec![text(row, "text"), text(row, "mentions"), text(row, "groups")])
                .collect()
        };
        let counted = [say("genoemd", "mentioned"), say("groepen", "groups")];
        output.text(format!("\n{}\n", say("Leidende principes", "Leading principles")))?;
        output.table(
            &[say("principe", "principle"), counted[0], counted[1]],
            rows("principles"),
            say("Geen.", "None."),
        )?;
        if !rows("attention").is_empty() {
            output.text("")?;
            output.table(&[say("aandachtspunt", "attention point"), counted[0], counted[1]], rows("attention"), "")?;
        }
        output.text(format!("\n{}\n", say("Het vervolg per team", "The follow-up of each team")))?;
        let teams = self.follow_up.iter();
        let lines = teams.map(|team| {
            vec![
                team.team.clone(),
                team.coach.clone(),
                team.first_meeting.clone(),
                team.state.clone(),
                team.cycle.clone(),
            ]
        });
        let header = [
            say("team", "team"),
            "coach",
            say("eerste samenkomst", "first meeting"),
            say("nu", "now"),
            say("cyclus", "cycle"),
        ];
        output.text(if self.follow_up.is_empty() {
            say("Geen.", "None.").to_owned()
        } else {
            table(&header, lines.collect())
        })
    }
}

async fn team(reader: &Reader, row: &InstanceRow, locale: &str) -> Result<Team, Failure> {
    let origin: Value = stored("origin", &row.origin)?;
    let text = |path: &str| origin.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let school = reader.school(&row.school).await?.map(|row| session::school(&row.content)).transpose()?;
    let key = text("/config/team/id");
    let coach = text("/config/team/coach");
    let name_of_team = school.as_ref().and_then(|school| school.teams.get(&key)).map(|team| team.title.clone());
    let name = school.as_ref().and_then(|school| school.people.get(&coach)).map(|person| person.name.clone());
    let workflow: Option<Workflow> = match reader.definition(&row.definition_hash).await? {
        Some(definition) => Some(stored("workflow", &definition.content)?),
        None => None,
    };
    let title_of = |state: &String| match &workflow {
        Some(workflow) => workflow.text(locale, &format!("state.{state}")).to_owned(),
        None => state.clone(),
    };
    let titles: Vec<String> = super::look::states(&row.status).iter().map(title_of).collect();
    let date: Option<jiff::civil::Date> = text("/config/first_meeting").parse().ok();
    Ok(Team {
        team: name_of_team.unwrap_or(key),
        coach: name.unwrap_or(coach),
        first_meeting: date.map(|date| date.strftime("%d/%m/%Y").to_string()).unwrap_or_default(),
        state: titles.join(", "),
        cycle: row.id.clone(),
    })
}

/// What was met, and what to type next.
fn next(database: &Path, report: &Report, output: &Output) -> Result<(), Failure> {
    if report.met() {
        let (met, _) = report.counts();
        let commands: usize = report.plays.iter().map(|play| play.commands).sum();
        output.text(format!("\n{}, {}, all met.", count(commands, "command"), count(met, "expectation")))?;
    } else {
        output.text(format!("\n{}", report.text(false)))?;
    }
    let db = database.display();
    let mut text = "\nLook around:\n".to_owned();
    for (command, what) in [
        ("list", "all cycles"),
        ("show day", "the study day"),
        ("artifacts day principles", "its leading principles"),
        ("log day", "every decision"),
        ("verify", "run everything again and compare"),
    ] {
        text.push_str(&format!("  {:<66} {what}\n", format!("draaiboek --db {db} {command}")));
    }
    output.text(text)
}
