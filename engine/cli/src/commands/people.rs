//! `people`: who is at the school, who is away and who stands in, who shares a job.

use draaiboek_runtime::{Absence, Duo, School, StaffError};
use jiff::civil::Date;
use serde_json::json;

use crate::args::{Common, People};
use crate::failure::{Exit, Failure};
use crate::output::{Output, count};
use crate::session::{self, Absent, Session, school_id};

/// `draaiboek people`.
pub async fn people(asked: &People, common: &Common, output: &Output) -> Result<Exit, Failure> {
    if let People::List = asked {
        return list(common, output).await;
    }
    if let People::Erase { person, reason } = asked {
        return erase(person, reason.as_deref(), common, output).await;
    }
    let session = Session::open(common, Absent::Refuse).await?;
    let id = school_id(session.engine.store().read(), common).await?;
    let mut school = session.engine.school(&id).await?;
    let today = school.calendar()?.local(session.engine.clock().now()).date();
    let told = change(asked, &mut school, today)?;
    session.engine.put_school(&school).await?;
    session.engine.pump().await?;
    if output.json {
        output.value(&json!({"absences": school.absences, "duos": school.duos}))?;
    } else {
        output.text(told)?;
    }
    Ok(Exit::Fine)
}

fn change(asked: &People, school: &mut School, today: Date) -> Result<String, Failure> {
    Ok(match asked {
        People::List | People::Erase { .. } => String::new(),
        People::Absent { person, from, to, substitute } => {
            let absence = Absence {
                from: *from,
                to: *to,
                person: person.clone(),
                substitute: substitute.clone(),
                roles: Vec::new(),
            };
            school.set_absence(absence).map_err(|error| refused(&error))?;
            let stands_in = substitute.as_ref().map_or("nobody stands in".to_owned(), |to| format!("{to} stands in"));
            format!("{person} is away from {from} to {to}; {stands_in}")
        }
        People::Back { person, on } => {
            let on = on.unwrap_or(today);
            if !school.end_absence(person, on) {
                return Err(Failure::usage(format!("{person} is not away on {on} or later"))
                    .hint("`draaiboek people list` shows who is away when"));
            }
            format!("{person} is there again from {on}")
        }
        People::Duo { people, days } => {
            let mut duo = Duo { people: people.clone(), days: Default::default() };
            for text in days {
                let (person, times) = text.split_once('=').ok_or_else(|| days_hint(text))?;
                let times = times.split(',').map(|time| time.trim().to_owned().try_into());
                let times = times.collect::<Result<Vec<_>, String>>().map_err(Failure::usage)?;
                duo.days.insert(person.to_owned(), times);
            }
            school.set_duo(duo).map_err(|error| refused(&error))?;
            format!("{} share one job", people.join(" and "))
        }
        People::EndDuo { person } => {
            if !school.end_duo(person) {
                return Err(Failure::usage(format!("{person} shares no job"))
                    .hint("`draaiboek people list` shows who shares one"));
            }
            format!("{person} does not share a job any more")
        }
    })
}

/// What is known of a person, or taking it away.
async fn erase(person: &str, reason: Option<&str>, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let session = Session::open(common, Absent::Refuse).await?;
    let id = school_id(session.engine.store().read(), common).await?;
    let school = session.engine.school(&id).await?;
    let traces = match reason {
        Some(reason) => {
            let actor = session.person(common, &school)?;
            let traces = session.engine.erase_person(&id, person, &actor, reason).await?;
            session.engine.pump().await?;
            traces
        }
        None => session.engine.traces(&id, person).await?,
    };
    if output.json {
        output.value(&json!({"erased": reason.is_some(), "traces": traces}))?;
        return Ok(Exit::Fine);
    }
    let mut text = format!(
        "{person}: {}, {}, {}, {}{}\n",
        count(traces.contributions(), "contribution"),
        count(traces.drafts, "draft"),
        count(traces.sessions, "session"),
        count(traces.teams.len(), "team"),
        if traces.account { ", an account" } else { "" },
    );
    text.push_str(match reason {
        Some(_) => "all of it is erased; that somebody took part and what was published stays",
        None => "nothing is erased; say why with --reason to erase it for good",
    });
    output.text(text)?;
    Ok(Exit::Fine)
}

fn refused(error: &StaffError) -> Failure {
    Failure::usage(error.to_string())
}

fn days_hint(text: &str) -> Failure {
    Failure::usage(format!("`{text}` does not say who works when")).hint("write --days lk5=mon,tue,wed-am")
}

async fn list(common: &Common, output: &Output) -> Result<Exit, Failure> {
    let reader = session::reader(common).await?;
    let id = school_id(&reader, common).await?;
    let row = reader.school(&id).await?;
    let row = row.ok_or_else(|| Failure::usage(format!("there is no school `{id}`")))?;
    let school = session::school(&row.content)?;
    if output.json {
        output.value(&json!({"people": school.people, "absences": school.absences, "duos": school.duos}))?;
        return Ok(Exit::Fine);
    }
    let lines = school.people.iter().map(|(id, person)| {
        let away = school.absences.iter().filter(|absence| absence.person == *id).map(|absence| {
            let to = absence.substitute.as_ref().map(|to| format!(" ({to})")).unwrap_or_default();
            format!("{} to {}{to}", absence.from, absence.to)
        });
        let shares = school.duos.iter().filter(|duo| duo.people.contains(id)).flat_map(|duo| &duo.people);
        let shares: Vec<&str> = shares.filter(|other| *other != id).map(String::as_str).collect();
        vec![
            id.clone(),
            person.name.clone(),
            person.roles.join(", "),
            away.collect::<Vec<_>>().join("; "),
            shares.join(", "),
        ]
    });
    output.table(
        &["person", "name", "roles", "away (who stands in)", "shares a job with"],
        lines.collect(),
        "Nobody.",
    )?;
    Ok(Exit::Fine)
}
