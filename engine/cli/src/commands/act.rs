//! Everything that changes a cycle: start, contributions, events, lifecycle. Asks the engine, then lets effects happen.

use draaiboek_runtime::{EngineError, Handed, Reply, StartRequest};
use draaiboek_workflow::decide::{Answer, Command, Happening};
use serde_json::{Value, json};

use crate::args::{self, Common, Contribute, Start, Withdraw};
use crate::failure::{Exit, Failure};
use crate::output::{Output, local};
use crate::session::{self, Absent, Session};

use super::input;

/// The commands that change a cycle.
pub async fn act(asked: &args::Command, common: &Common, output: &Output) -> Result<Exit, Failure> {
    match asked {
        args::Command::Start(asked) => start(asked, common, output).await,
        args::Command::Contribute(asked) => contribute(asked, common, output).await,
        args::Command::Withdraw(asked) => withdraw(asked, common, output).await,
        other => {
            let (instance, command, key) = command(other)?;
            let session = Session::open(common, Absent::Refuse).await?;
            let actor = session.actor(common, instance).await?;
            let result = session.engine.command(instance, &actor, command, key).await;
            tell(&session, instance, result, output).await
        }
    }
}

/// The instance, the engine's command and the key.
fn command(asked: &args::Command) -> Result<(&str, Command, Option<&str>), Failure> {
    use args::Command as Asked;
    let reason = |reason: &String| reason.clone();
    Ok(match asked {
        Asked::Admit { instance, step, id } => (instance, Command::Admit { step: step.clone(), id: id.clone() }, None),
        Asked::Conclude { instance, step, key } => (instance, Command::Conclude { step: step.clone() }, key.as_deref()),
        Asked::Skip { instance, step, reason: why } => {
            (instance, Command::Skip { step: step.clone(), reason: reason(why) }, None)
        }
        Asked::Send(send) => {
            let data: Value = input::json("--data", &send.data)?;
            let command = Command::Send { event: send.event.clone(), data, reason: send.reason.clone() };
            (&send.instance, command, send.key.as_deref())
        }
        Asked::Pause { instance, reason: why } => (instance, Command::Pause { reason: reason(why) }, None),
        Asked::Resume { instance } => (instance, Command::Resume, None),
        Asked::Cancel { instance, reason: why } => (instance, Command::Cancel { reason: reason(why) }, None),
        Asked::Reschedule { instance, target, to, reason: why } => {
            (instance, Command::Reschedule { target: target.clone(), to: *to, reason: reason(why) }, None)
        }
        Asked::Move { instance, to, reason: why } => {
            (instance, Command::Move { to: to.clone(), reason: reason(why) }, None)
        }
        Asked::Erase { instance, step, id, of, reason: why } => {
            let (step, id) = (Some(step.clone()), Some(id.clone()));
            (instance, Command::Erase { participant: of.clone(), step, id, reason: reason(why) }, None)
        }
        Asked::Note { instance, text } => (instance, Command::Note { text: text.clone() }, None),
        _ => return Err(Failure::usage("this command changes no cycle")),
    })
}

async fn start(asked: &Start, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let config: serde_json::Map<String, Value> = input::json("--config", &asked.config)?;
    let session = Session::open(common, Absent::Refuse).await?;
    let school = session::school_id(session.engine.store().read(), common).await?;
    let school = session.engine.school(&school).await?;
    let actor = session.person(common, &school)?;
    let request = StartRequest {
        id: asked.id.clone(),
        school: school.school.clone(),
        workflow: asked.workflow.clone(),
        version: asked.workflow_version.clone(),
        config,
        parent: None,
    };
    let result = session.engine.start(request, &actor, asked.key.as_deref()).await;
    let instance = result.as_ref().map(|reply| reply.instance.clone()).unwrap_or_default();
    tell(&session, &instance, result, output).await
}

async fn contribute(asked: &Contribute, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let payload: Value = input::json("--entry", &asked.entry)?;
    let session = Session::open(common, Absent::Refuse).await?;
    let mut actor = session.actor(common, &asked.instance).await?;
    actor.on_behalf_of.clone_from(&asked.on_behalf_of);
    let handed = Handed {
        step: asked.step.clone(),
        id: asked.id.clone(),
        payload,
        group: asked.group.clone(),
        revision: asked.revision,
        token: asked.token.clone(),
    };
    let result = session.engine.contribute(&asked.instance, &actor, handed, asked.key.as_deref()).await;
    tell(&session, &asked.instance, result, output).await
}

async fn withdraw(asked: &Withdraw, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let session = Session::open(common, Absent::Refuse).await?;
    let actor = session.actor(common, &asked.instance).await?;
    let result = session.engine.withdraw(&asked.instance, &actor, &asked.step, &asked.id, asked.token.as_deref()).await;
    tell(&session, &asked.instance, result, output).await
}

/// Lets effects and due timers happen, then tells what came of the command.
pub async fn tell(
    session: &Session,
    instance: &str,
    result: Result<Reply, EngineError>,
    output: &Output,
) -> Result<Exit, Failure> {
    let locale = output.lang.locale();
    // Also after a refusal: what is due is due.
    let pumped = session.engine.pump().await;
    let reply = match result {
        Ok(reply) => reply,
        Err(error) => return Err(session.explain(error, instance, locale).await),
    };
    pumped?;
    let now = session.engine.snapshot(&reply.instance).await?;
    if output.json {
        output.value(&json!({
            "reply": reply,
            "now": {"revision": now.revision, "states": now.chart.active, "lifecycle": now.lifecycle.word()},
        }))?;
        return Ok(Exit::Fine);
    }
    let definition = session.engine.definition(&reply.instance).await?;
    let states: Vec<String> = now
        .chart
        .active
        .iter()
        .map(|id| format!("{} ({id})", definition.ir.text(locale, &format!("state.{id}"))))
        .collect();
    let mut text = format!("{}  {}\n", answer(&reply.answer), reply.instance);
    if let Some(id) = &reply.contribution {
        text.push_str(&format!("  contribution  {id}\n"));
    }
    for line in reply.trace.iter().filter_map(happened) {
        text.push_str(&format!("  {line}\n"));
    }
    for warning in &reply.warnings {
        let said = warning.pointer(&format!("/text/{locale}")).and_then(Value::as_str);
        text.push_str(&format!("  remark        {}\n", said.map_or_else(|| warning.to_string(), str::to_owned)));
    }
    text.push_str(&format!(
        "  now           {} · {} · revision {}\n",
        states.join(", "),
        now.lifecycle.word(),
        now.revision
    ));
    output.text(text)?;
    Ok(Exit::Fine)
}

/// What the sender is told, in a word.
pub fn answer(answer: &Answer) -> &'static str {
    match answer {
        Answer::Accepted => "accepted",
        Answer::Duplicate => "duplicate: nothing changed",
        Answer::StaleRevision => "an older revision: nothing changed",
        Answer::Late => "late: kept apart, not counted",
    }
}

/// What happened, in one line; the states are told by where the cycle is now.
pub fn happened(happening: &Happening) -> Option<String> {
    Some(match happening {
        Happening::Exited { .. } | Happening::Entered { .. } => return None,
        Happening::Opened { step } => format!("opened        {step}"),
        Happening::Closed { step, how } => format!("{how:13} {step}"),
        Happening::Published { artifact, version } => format!("published     {artifact}, version {version}"),
        Happening::Fired { timer, late_seconds: 0 } => format!("timer         {timer}"),
        Happening::Fired { timer, late_seconds } => format!("timer         {timer}, {late_seconds} s late"),
        Happening::Redated { target, to, .. } => format!("other date    {target}: {}", local(*to)),
        Happening::Erased { step } => format!("erased        {step}"),
        Happening::HandedOver { person, to: Some(to) } => format!("handed over   {person}: {to} stands in"),
        Happening::HandedOver { person, to: None } => format!("away          {person}: nobody stands in"),
        Happening::HandedBack { person } => format!("handed back   {person}"),
        Happening::Migrated { from, to } => format!("migrated      {from} → {to}"),
        Happening::Noted { text } => format!("noted         {text}"),
        Happening::Broke { incident, cause } => format!("broke         {incident}: {cause}"),
    })
}
