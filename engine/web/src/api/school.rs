//! What belongs to whoever asks (oneself, tasks, what is kept), and what only administrators see (audit, operations).

use draaiboek_workflow::decide::with_names;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::shapes::{
    Done, DraftShape, ErasureShape, IncidentShape, Kept, KeptRule, Look, Me, Message, Own, OwnSession, Task,
    WaitingTimer, Work, at,
};
use super::{body, done, fine};
use crate::answer::{Failure, Outcome};
use crate::gate::policy::{Action, Resource};
use crate::gate::{ManageOperations, ManageOwn, SeeAudit, SeeHome, SeeOperations, SeeOwn, Visit};
use crate::input::Input;

/// Most messages in an answer.
const MOST_MESSAGES: usize = 100;

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/me", responses((status = 200, body = Me)))]
pub(super) async fn me(visit: Visit<SeeHome>, _: Input) -> Outcome {
    let member = visit.member()?;
    let known = visit.place()?.school.people.get(&member.person);
    fine(&Me {
        person: member.person.clone(),
        name: member.name.clone(),
        school: member.school.clone(),
        roles: known.map(|person| person.roles.clone()).unwrap_or_default(),
    })
}

/// Open tasks of whoever is signed in, by due date.
#[utoipa::path(get, path = "/api/v1/tasks", responses((status = 200, body = Vec<Task>)))]
pub(super) async fn tasks(visit: Visit<SeeHome>, _: Input) -> Outcome {
    let tasks = visit.my_tasks().await?;
    let list = tasks.into_iter().map(|task| Task {
        cycle: task.cycle,
        step: task.title.step,
        kind: task.title.kind,
        title: task.title.text,
        of: task.of,
        minutes: task.row.minutes,
        privacy: task.row.privacy,
        due: task.row.due_at.map(at),
        handed_in: task.done,
    });
    fine(&list.collect::<Vec<_>>())
}

/// What is kept about whoever is signed in, besides the cycles.
#[utoipa::path(get, path = "/api/v1/own", responses((status = 200, body = Own)))]
pub(super) async fn own(visit: Visit<SeeOwn>, _: Input) -> Outcome {
    let member = visit.member()?;
    let (sessions, drafts, looks) = visit.kept().await?;
    let session = |row: &draaiboek_store::SessionRow| OwnSession {
        since: at(row.created_at),
        seen: at(row.seen_at),
        this: row.hash == member.session,
    };
    fine(&Own {
        sessions: sessions.iter().map(session).collect(),
        drafts: drafts.into_iter().map(draft).collect(),
        looks: looks.into_iter().map(look).collect(),
        mail: visit.wants_mail().await?,
    })
}

/// A draft as programs read it.
pub(super) fn draft(row: draaiboek_store::DraftRow) -> DraftShape {
    let content = serde_json::from_str(&row.content).unwrap_or(Value::Null);
    DraftShape { cycle: row.instance, step: row.step, entry: row.entry, content }
}

fn look(row: draaiboek_store::AccessRow) -> Look {
    Look {
        at: at(row.at),
        person: row.person,
        action: row.action,
        class: row.class,
        cycle: row.instance,
        step: row.step,
    }
}

/// How long things are kept: of the workflows in use, and, for who answers for the school, what went and what will go.
#[utoipa::path(get, path = "/api/v1/own/kept", responses((status = 200, body = Kept)))]
pub(super) async fn kept(visit: Visit<SeeOwn>, _: Input) -> Outcome {
    let mut rules = Vec::new();
    for card in visit.workflows_in_use().await? {
        for step in card.workflow.all_states().iter().flat_map(|state| state.steps.iter()) {
            rules.push(KeptRule {
                workflow: card.id.clone(),
                step: step.id.clone(),
                privacy: format!("{:?}", step.privacy.unwrap_or(card.workflow.privacy)),
                retain: step.retain.clone(),
            });
        }
    }
    let told = visit.may(Resource::Audit, Action::Read);
    let all = if told { visit.erasures().await? } else { Vec::new() };
    let shape =
        |erasure: crate::gate::Erasure| ErasureShape { cycle: erasure.cycle, step: erasure.step, at: at(erasure.at) };
    let (gone, coming): (Vec<_>, Vec<_>) = all.into_iter().partition(|erasure| erasure.done);
    fine(&Kept { rules, gone: gone.into_iter().map(shape).collect(), coming: coming.into_iter().map(shape).collect() })
}

/// What cycles have to say to whoever is signed in, the newest first.
#[utoipa::path(get, path = "/api/v1/messages", responses((status = 200, body = Vec<Message>)))]
pub(super) async fn messages(visit: Visit<SeeHome>, _: Input) -> Outcome {
    let place = visit.place()?;
    let name = |id: &str| place.school.people.get(id).map(|person| person.name.as_str());
    let found = visit.notices(MOST_MESSAGES).await?;
    let shape = |notice: &draaiboek_runtime::Notice| Message {
        at: at(notice.at),
        cycle: notice.instance.clone(),
        of: notice.title.clone(),
        text: notice.text.iter().map(|(locale, text)| (locale.clone(), with_names(text, name))).collect(),
    };
    fine(&found.iter().map(shape).collect::<Vec<_>>())
}

/// Forget all drafts.
#[utoipa::path(post, path = "/api/v1/own/forget-drafts", responses((status = 200, body = Done)))]
pub(super) async fn forget_drafts(visit: Visit<ManageOwn>, _: Input) -> Outcome {
    visit.drop_drafts().await?;
    done()
}

/// Whether the mail of the day is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WantMail {
    wanted: bool,
}

/// Ask for the mail of the day, or stop it.
#[utoipa::path(post, path = "/api/v1/own/mail", request_body = WantMail, responses((status = 200, body = Done)))]
pub(super) async fn mail(visit: Visit<ManageOwn>, input: Input) -> Outcome {
    let asked: WantMail = body(&input)?;
    visit.want_mail(asked.wanted).await?;
    done()
}

/// A password to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// At least twelve characters.
    #[schema(min_length = 12, max_length = 256)]
    password: String,
}

/// Set a password; all other sessions end.
#[utoipa::path(post, path = "/api/v1/own/password", request_body = NewPassword, responses((status = 200, body = Done)))]
pub(super) async fn password(visit: Visit<ManageOwn>, input: Input) -> Outcome {
    let asked: NewPassword = body(&input)?;
    let member = visit.member()?;
    visit.app().set_password(&member.account, &asked.password, Some(&member.session)).await?;
    visit.record("own/password", "P1", None).await?;
    done()
}

/// The record of looks and acts of the school, newest first.
#[utoipa::path(get, path = "/api/v1/audit", responses((status = 200, body = Vec<Look>)))]
pub(super) async fn audit(visit: Visit<SeeAudit>, _: Input) -> Outcome {
    fine(&visit.accesses().await?.into_iter().map(look).collect::<Vec<_>>())
}

/// Incidents, timers and messages that wait; no contents.
#[utoipa::path(get, path = "/api/v1/operations", responses((status = 200, body = Work)))]
pub(super) async fn operations(visit: Visit<SeeOperations>, _: Input) -> Outcome {
    let work = visit.work().await?;
    let incidents = work.incidents.into_iter().map(|(row, cycle)| IncidentShape {
        cycle,
        incident: row.input,
        step: row.step,
        cause: row.cause,
        attempts: row.attempts,
    });
    let timers =
        work.timers.into_iter().map(|(row, cycle)| WaitingTimer { cycle, timer: row.timer_id, due: at(row.due_at) });
    fine(&Work {
        cycles: work.counts.instances,
        open_tasks: work.tasks,
        incidents: incidents.collect(),
        timers: timers.collect(),
        waiting: work.outbox.len(),
    })
}

/// An incident to try again, or to give up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Settle {
    cycle: String,
    incident: String,
    /// Why it is given up; without it, it is tried again.
    #[serde(default)]
    give_up: Option<String>,
}

/// Try a broken step again, or give it up.
#[utoipa::path(post, path = "/api/v1/operations/incidents", request_body = Settle, responses((status = 200, body = Done)))]
pub(super) async fn settle(visit: Visit<ManageOperations>, input: Input) -> Outcome {
    let asked: Settle = body(&input)?;
    if asked.give_up.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
        return Err(Failure::Invalid("say why it is given up".into()));
    }
    visit.settle(&asked.cycle, &asked.incident, asked.give_up).await?;
    done()
}
