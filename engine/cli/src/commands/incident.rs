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

/// Lines that are listed at the most.
const MOST: u64 = 1_000;

/// `draaiboek incidents`.
pub async fn list(common: &Common, output: &Output) -> Result<Exit, Failure> {
    let reader = session::reader(common).await?;
    let zone = session::zone(&reader, common).await?;
    let scope = common.school.as_deref().map_or(Scope::All, Scope::School);
    let (mut incidents, mut effects) = (Vec::new(), Vec::new());
    for row in reader.open_incidents(scope, MOST).await? {
        let cycle = reader.instance_by_pk(row.instance_pk).await?.map(|cycle| cycle.id).unwrap_or_default();
        incidents.push((cycle, row));
    }
    for row in reader.given_up_outbox(MOST).await? {
        let cycle = match row.instance_pk {
            Some(pk) => reader.instance_by_pk(pk).await?,
            None => None,
        };
        let wanted = common.school.as_ref().is_none_or(|id| cycle.as_ref().is_some_and(|cycle| cycle.school == *id));
        if wanted {
            effects.push((cycle.map(|cycle| cycle.id).unwrap_or_default(), row));
        }
    }
    if output.json {
        let incidents = incidents.iter().map(|(cycle, row)| {
            json!({"incident": row.id, "cycle": cycle, "step": row.step, "cause": row.cause, "attempts": row.attempts, "since": instant(row.opened_at)})
        });
        let effects = effects.iter().map(|(cycle, row)| {
            json!({"effect": row.id, "cycle": cycle, "kind": row.kind, "error": row.last_error, "attempts": row.attempts})
        });
        let (incidents, effects): (Vec<Value>, Vec<Value>) = (incidents.collect(), effects.collect());
        output.value(&json!({"incidents": incidents, "effects": effects}))?;
        return Ok(Exit::Fine);
    }
    let mut text = String::new();
    if !incidents.is_empty() {
        let rows = incidents.into_iter().map(|(cycle, row)| {
            vec![row.id.to_string(), cycle, row.step, micros(row.opened_at, &zone), row.attempts.to_string(), row.cause]
        });
        text.push_str(&table(&["incident", "cycle", "step", "since", "tries", "cause"], rows.collect()));
        text.push_str("\n`draaiboek retry NUMBER` tries again, `draaiboek give-up NUMBER --reason WHY` leaves it.\n");
    }
    if !effects.is_empty() {
        let rows = effects.into_iter().map(|(cycle, row)| {
            vec![row.id.to_string(), cycle, row.kind, row.attempts.to_string(), row.last_error.unwrap_or_default()]
        });
        text.push_str(&table(&["effect", "cycle", "kind", "tries", "error"], rows.collect()));
        text.push_str("\n`draaiboek retry NUMBER --effect` tries again.\n");
    }
    output.text(if text.is_empty() { "Nothing waits for a person.\n" } else { text.as_str() })?;
    Ok(Exit::Fine)
}

/// `draaiboek retry --effect`: an effect that failed too often is carried out at once, or waits for its next try.
pub async fn revive(number: i64, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let session = Session::open(common, Absent::Refuse).await?;
    let store = session.engine.store();
    if !store.revive_effect(number).await? {
        let known = store.read().given_up_outbox(MOST).await?;
        let known: Vec<String> = known.iter().map(|row| row.id.to_string()).collect();
        let hint = if known.is_empty() { "none failed too often".to_owned() } else { known.join(", ") };
        return Err(Failure::usage(format!("there is no effect {number} that failed too often")).hint(hint));
    }
    session.engine.pump().await?;
    let waits = store.read().pending_outbox(i64::MAX, u64::from(u32::MAX)).await?;
    match waits.into_iter().find(|row| row.id == number) {
        Some(row) => {
            let why = row.last_error.unwrap_or_else(|| "it was not reached".to_owned());
            Err(Failure::broken(format!("effect {number} failed again: {why}")).hint("it is tried again by itself"))
        }
        None => {
            output.text(format!("effect {number} was carried out"))?;
            Ok(Exit::Fine)
        }
    }
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
