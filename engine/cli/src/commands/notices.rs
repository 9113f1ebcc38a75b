//! `notices`: what cycles have to say to somebody, one block per day.

use draaiboek_workflow::decide::with_names;

use crate::args::Common;
use crate::failure::{Exit, Failure};
use crate::output::{Output, micros};
use crate::session::{self, Absent, Session, school_id};

/// Most messages that are shown.
const MOST: usize = 200;

/// `draaiboek notices`.
pub async fn notices(common: &Common, output: &Output) -> Result<Exit, Failure> {
    let session = Session::look(common, Absent::Refuse).await?;
    let reader = session.engine.store().read();
    let id = school_id(reader, common).await?;
    let school = session.engine.school(&id).await?;
    let person = common.person.as_deref().filter(|person| *person != "system");
    let actor = person.map(|person| school.actor(person)).transpose()?;
    let found = session.engine.notices(&id, actor.as_ref(), MOST).await?;
    if output.json {
        output.value(&found)?;
        return Ok(Exit::Fine);
    }
    let zone = session::zone(reader, common).await?;
    let (mut day, mut lines) = (String::new(), Vec::new());
    for notice in &found {
        let at = micros(notice.at, &zone);
        let date = at.split(' ').next().unwrap_or_default().to_owned();
        if date != day {
            lines.push(date.clone());
            day = date;
        }
        let text = [output.lang.locale(), "nl", "en"].iter().find_map(|locale| notice.text.get(*locale));
        let text = text.unwrap_or(&notice.key);
        let named = with_names(text, |id| school.people.get(id).map(|person| person.name.as_str()));
        lines.push(format!("  {} ({}): {named}", notice.title, notice.instance));
    }
    output.text(if lines.is_empty() { "No messages.".to_owned() } else { lines.join("\n") })?;
    Ok(Exit::Fine)
}
