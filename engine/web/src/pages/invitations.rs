//! Invitations to one step: made, listed, withdrawn. A link is shown once, when it is made.

use serde_json::{Value, json};

use super::Page;
use crate::answer::Outcome;
use crate::gate::{Cycle, Invite, OpenStep, Visit};
use crate::input::Input;
use crate::route::redirect;
use crate::show::words;

fn here(cycle: &Cycle, step: &OpenStep) -> String {
    format!("/cycle/{}/step/{}", words::path_id(cycle.id()), words::path_id(&step.id))
}

/// `invitation/make`: the link is shown once, to hand over or send.
pub(crate) async fn make(visit: Visit<Invite>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let person = input.form.text("person").unwrap_or_default();
    let (_, token) = visit.invite(&cycle, &step, person).await?;
    let shown = visit.t("step.invited", &[("name", cycle.place.name(person))]);
    let data = json!({
        "made": visit.link_to(&format!("/invitation/{token}")), "text": shown, "fine": true,
        "back": here(&cycle, &step),
    });
    visit.page(Page::new("invitation", visit.t("invitation.made", &[]), data))
}

/// `invitation/index`
pub(crate) async fn index(visit: Visit<Invite>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let all = visit.invitations(&cycle, &step).await?;
    let (over, open): (Vec<_>, Vec<_>) = all.into_iter().partition(|known| known.over(visit.now));
    let line = |known: &crate::gate::Invitation| {
        let until = known.ended.unwrap_or(known.until);
        json!({
            "id": known.id, "name": cycle.place.name(&known.person), "by": cycle.place.name(&known.by),
            "until": visit.moment(until), "withdrawn": known.ended.is_some(),
        })
    };
    let data = json!({
        "href": here(&cycle, &step), "of": cycle.title(), "step": cycle.text(&format!("step.{}", step.id)),
        "open": open.iter().map(line).collect::<Vec<Value>>(), "over": over.iter().map(line).collect::<Vec<Value>>(),
    });
    visit.page(Page::new("invitations", visit.t("invitations.title", &[]), data))
}

/// `invitation/end`
pub(crate) async fn end(visit: Visit<Invite>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    visit.end_invitation(&cycle, &step, input.form.text("invitation").unwrap_or_default()).await?;
    Ok(redirect(&format!("{}/invitations?done=invitation_ended", here(&cycle, &step))))
}
