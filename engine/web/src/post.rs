//! The mail of the day: everything that asks something of a person or is new, in one mail a school day, within the school's
//! hours for messages. After downtime everybody gets one mail, one after the other. A mail that was lost with its process is
//! sent again after a while; whoever has it then already sees it once, by its number.
//!
//! Lives here: what it says, and when it is looked at. May not live here: who may see what (the visit knows), SMTP.

use std::sync::Arc;
use std::time::Duration;

use draaiboek_store::TaskRow;
use draaiboek_workflow::decide::with_names;
use jiff::ToSpan as _;

use crate::answer::Failure;
use crate::gate::{App, Due, Mail, Mailer, NotSent};

/// How often it is looked whether somebody is to get mail.
const EVERY: Duration = Duration::from_secs(60);
/// Lines of a kind at the most.
const LINES: usize = 12;

/// Looks every minute, for as long as the server runs. Without a mailer there is nothing to do.
pub(crate) async fn run(app: Arc<App>) {
    let Some(mailer) = app.config.mailer.clone() else { return };
    let mut clock = tokio::time::interval(EVERY);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        clock.tick().await;
        if let Err(error) = round(&app, mailer.as_ref()).await {
            tracing::warn!(cause = ?error, "mail waits");
        }
    }
}

/// Sends what is due, one after the other; gives how many left. Ends when the mail server is away: all others would wait
/// for it as well.
pub(crate) async fn round(app: &Arc<App>, mailer: &dyn Mailer) -> Result<usize, Failure> {
    let mut left = 0;
    for school in app.schools_to_write().await? {
        for account in app.with_mail(&school).await? {
            let Some(due) = app.mail_due(account).await? else { continue };
            let Some(mail) = mail(&due).await? else { continue };
            if !due.claim().await? {
                continue;
            }
            match mailer.send(mail).await {
                Ok(()) => {
                    due.left().await?;
                    left += 1;
                }
                // Not again today; what is new stays new for tomorrow.
                Err(error @ NotSent::Refused(_)) => {
                    tracing::warn!(%error, "a mail of the day did not leave");
                    due.stays(false).await?;
                }
                Err(error @ NotSent::Away(_)) => {
                    due.stays(true).await?;
                    return Err(Failure::Broken(error.to_string()));
                }
            }
        }
    }
    Ok(left)
}

/// What a mail says; nothing when nothing is new.
async fn mail(due: &Due) -> Result<Option<Mail>, Failure> {
    let visit = &due.visit;
    let (place, member) = (visit.place()?, visit.member()?);
    let tasks = visit.my_tasks().await?;
    let open: Vec<_> = tasks.iter().filter(|task| !task.done).collect();
    let until = place.today(visit.now).checked_add(2.days()).unwrap_or(jiff::civil::Date::MAX);
    let asks = |row: &TaskRow| {
        let soon = row.due_at.is_some_and(|at| {
            let day = place.local_micros(at).date();
            place.today(visit.now) <= day && day < until
        });
        row.opened_at > due.told || soon
    };
    let heard: Vec<_> = visit.notices(LINES * 4).await?.iter().filter(|notice| notice.at > due.told).cloned().collect();
    if heard.is_empty() && !open.iter().any(|task| asks(&task.row)) {
        return Ok(None);
    }
    let mut lines = vec![visit.t("mail.day_hello", &[("name", place.first_name(&member.person))]), String::new()];
    let said = open.iter().map(|task| {
        let text = &task.title.text;
        let title = text.get(&visit.locale).or_else(|| text.get("nl")).unwrap_or(&task.title.step);
        let when = visit.due(task.row.due_at).and_then(|due| Some(format!(" ({})", due["text"].as_str()?)));
        format!("- {title}, {}{}", task.of, when.unwrap_or_default())
    });
    list(&mut lines, visit.t("mail.day_asks", &[]), said.collect(), |n| visit.t("mail.day_more", &[("n", n)]));
    let said = heard.iter().map(|notice| {
        let text = [visit.locale.as_str(), "nl", "en"].iter().find_map(|locale| notice.text.get(*locale));
        let text = text.map_or(notice.key.as_str(), String::as_str);
        let text = with_names(text, |id| place.school.people.get(id).map(|person| person.name.as_str()));
        format!("- {text} ({})", notice.title)
    });
    list(&mut lines, visit.t("mail.day_heard", &[]), said.collect(), |n| visit.t("mail.day_more", &[("n", n)]));
    lines.push(visit.t("mail.day_open", &[("link", &visit.app().address("/"))]));
    lines.push(String::new());
    lines.push(visit.t("mail.day_why", &[("link", &visit.app().address("/privacy"))]));
    let what = match open.len() {
        0 => visit.t("mail.day_news", &[]),
        1 => visit.t("mail.day_task", &[]),
        n => visit.t("mail.day_tasks", &[("n", &n.to_string())]),
    };
    let subject = visit.t("mail.day_subject", &[("what", &what)]);
    Ok(Some(Mail { id: Some(due.id()), to: due.to.clone(), subject, body: lines.join("\n") }))
}

/// Adds a list with its heading, when there is anything in it.
fn list(lines: &mut Vec<String>, heading: String, said: Vec<String>, more: impl Fn(&str) -> String) {
    if said.is_empty() {
        return;
    }
    let rest = said.len().saturating_sub(LINES);
    lines.push(heading);
    lines.extend(said.into_iter().take(LINES));
    if rest > 0 {
        lines.push(format!("- {}", more(&rest.to_string())));
    }
    lines.push(String::new());
}
