//! `incidents`, `retry`, `give-up`: what broke and waits for a person.

use draaiboek_store::{IncidentRow, Scope};
use draaiboek_workflow::decide::Command;
use serde_json::{Value, json};

use crate::args::Common;
use crate::failure::{Exit, Failure};
use crate::output::{Output, micros, table};
use crate::session::{self, Absent, Session};

use super::act::tell;
use super::look::instant;

/// Incidents that are listed at the most.
const MOST: u64 = 1_000;

/// `draaiboek incidents`.
pub async fn list(common: &Common, output: &Output) -> Result<Exit, Failure> {
    let reader = session::reader(common).await?;
    let zone = session::zone(&reader, common).await?;
    let scope = common.school.as_deref().map_or(Scope::All, Scope::School);
    let mut found = Vec::new();
    for row in reader.open_incidents(scope, MOST).await? {
        let cycle = reader.instance_by_pk(row.instance_pk).await?.map(|cycle| cycle.id).unwrap_or_default();
        found.push((cycle, row));
    }
    if output.json {
        let found = found.iter().map(|(cycle, row)| {
            json!({"incident": row.id, "cycle": cycle, "step": row.step, "cause": row.cause, "attempts": row.attempts, "since": instant(row.opened_at)})
        });
        output.value(&found.collect::<Vec<Value>>())?;
        return Ok(Exit::Fine);
    }
    if found.is_empty() {
        output.text("Nothing waits for a person.")?;
        return Ok(Exit::Fine);
    }
    let rows = found.into_iter().map(|(cycle, row)| {
        vec![row.id.to_string(), cycle, row.step, micros(row.opened_at, &zone), row.attempts.to_string(), row.cause]
    });
    let mut text = table(&["incident", "cycle", "step", "since", "tries", "cause"], rows.collect());
    text.push_str("\n`draaiboek retry NUMBER` tries again, `draaiboek give-up NUMBER --reason WHY` leaves it.\n");
    output.text(text)?;
    Ok(Exit::Fine)
}

/// `draaiboek retry`.
pub async fn retry(number: i64, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let session = Session::open(common, Absent::Refuse).await?;
    let (instance, incident) = find(&session, number).await?;
    let actor = session.actor(common, &instance).await?;
    let result = session.engine.retry(&instance, &actor, &incident.input).await;
    tell(&session, &instance, result, output).await
}

/// `draaiboek give-up`.
pub async fn give_up(number: i64, reason: &str, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let session = Session::open(common, Absent::Refuse).await?;
    let (instance, incident) = find(&session, number).await?;
    let actor = session.actor(common, &instance).await?;
    let command = Command::Settle { incident: incident.input, given_up: Some(reason.to_owned()) };
    let result = session.engine.command(&instance, &actor, command, None).await;
    tell(&session, &instance, result, output).await
}

/// The open incident of this number, with its cycle.
async fn find(session: &Session, number: i64) -> Result<(String, IncidentRow), Failure> {
    let reader = session.engine.store().read();
    let open = reader.open_incidents(Scope::All, u64::from(u32::MAX)).await?;
    let known: Vec<String> = open.iter().map(|row| row.id.to_string()).collect();
    let row = open.into_iter().find(|row| row.id == number).ok_or_else(|| {
        let hint = if known.is_empty() { "none is open".to_owned() } else { format!("open are: {}", known.join(", ")) };
        Failure::usage(format!("there is no open incident {number}")).hint(hint)
    })?;
    let instance = reader
        .instance_by_pk(row.instance_pk)
        .await?
        .ok_or_else(|| Failure::broken(format!("the cycle of incident {number} is gone; run `draaiboek verify`")))?;
    Ok((instance.id, row))
}
