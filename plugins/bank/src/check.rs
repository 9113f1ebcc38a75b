//! Which offers, requests and matches are accepted.

use draaiboek_sdk::{Accepted, Context, Problem, Refusal, Say, Sender, say};

use crate::fold::{Asked, Picture, Status, fold};
use crate::{Bank, Ended, Entry, Match, Offer, Pause, Request};

type Ctx = Context<Bank>;

const NO_TOPIC: Say = say("dit onderwerp staat niet in de lijst", "this topic is not in the list");
const TAKEN: Say = say("dit nummer is al gebruikt door een collega", "a colleague uses this id already");

pub(crate) fn check(ctx: &Ctx, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
    let picture = fold(ctx, &ctx.contributions);
    Ok(match entry {
        Entry::Offer(offer) => check_offer(ctx, from, offer, &picture)?,
        Entry::Pause(pause) => check_pause(from, pause, &picture)?,
        Entry::Request(request) => check_request(ctx, from, request, &picture)?,
        Entry::Match(made) => check_match(ctx, from, made, &picture)?,
        Entry::Outcome(ended) => check_outcome(from, ended, &picture)?,
    })
}

fn check_offer(ctx: &Ctx, from: &Sender, offer: &Offer, picture: &Picture) -> Result<Accepted, Problem> {
    if offer.person.as_ref().is_some_and(|person| *person != from.participant) {
        let text = say("je kunt alleen jezelf aanbieden", "you can only offer yourself");
        return Err(Problem::not_allowed(text).at("/offer/person"));
    }
    if picture.offer(&offer.offer_id).is_some_and(|known| known.person != from.participant) {
        return Err(Problem::new("CONFLICT", TAKEN).at("/offer/offer_id").arg(&offer.offer_id));
    }
    if !ctx.config.takes_topic(&offer.topic) {
        return Err(Problem::invalid("/offer/topic", NO_TOPIC));
    }
    if offer.form.as_ref().is_some_and(|form| !ctx.config.takes_form(form)) {
        return Err(Problem::invalid(
            "/offer/form",
            say("deze vorm staat niet in de lijst", "this form is not in the list"),
        ));
    }
    Ok(Accepted::slot(&offer.offer_id))
}

fn check_pause(from: &Sender, pause: &Pause, picture: &Picture) -> Result<Accepted, Problem> {
    let Some(offer) = picture.offer(&pause.offer_id) else {
        return Err(Problem::invalid("/pause/offer_id", say("dit aanbod bestaat niet", "there is no such offer")));
    };
    if offer.person != from.participant {
        let text = say("alleen wie het aanbiedt zet het op pauze", "only who offers it may pause it");
        return Err(Problem::not_allowed(text));
    }
    Ok(Accepted::slot(&pause.offer_id))
}

fn check_request(ctx: &Ctx, from: &Sender, request: &Request, picture: &Picture) -> Result<Accepted, Problem> {
    if picture.request(&request.request_id).is_some_and(|known| known.by != from.participant) {
        return Err(Problem::new("CONFLICT", TAKEN).at("/request/request_id").arg(&request.request_id));
    }
    if !ctx.config.takes_topic(&request.topic) {
        return Err(Problem::invalid("/request/topic", NO_TOPIC));
    }
    Ok(Accepted::slot(&request.request_id))
}

fn known<'a>(picture: &'a Picture, path: &str, id: &str) -> Result<&'a Asked, Problem> {
    let missing = || Problem::invalid(path, say("deze vraag bestaat niet", "there is no such request"));
    picture.request(id).ok_or_else(missing)
}

fn check_match(ctx: &Ctx, from: &Sender, made: &Match, picture: &Picture) -> Result<Accepted, Problem> {
    let asked = known(picture, "/match/request", &made.request)?;
    let Some(offer) = picture.offer(&made.offer).filter(|offer| !offer.paused) else {
        let text = say("dit aanbod bestaat niet of staat op pauze", "there is no such offer, or it is paused");
        return Err(Problem::invalid("/match/offer", text));
    };
    if offer.person == asked.by {
        let text = say("dit is een aanbod van wie het vraagt", "this is an offer of the asker");
        return Err(Problem::invalid("/match/offer", text));
    }
    let own = from.participant == asked.by || from.participant == offer.person;
    if !own && !ctx.is_named(&ctx.config.matchers, from) {
        let text = say(
            "alleen wie het vraagt of aanbiedt, of de begeleider, brengt mensen samen",
            "only the asker, the one who offers, or the coach brings people together",
        );
        return Err(Problem::not_allowed(text));
    }
    if asked.status == Status::Closed {
        let text = say("deze vraag is al afgerond", "this request is closed already");
        return Err(Problem::invalid("/match/request", text));
    }
    let accepted = Accepted::shared(&made.request).with("person", &offer.person);
    if offer.topic == asked.topic {
        return Ok(accepted);
    }
    Ok(accepted.warn(
        "OTHER_TOPIC",
        say("vraag en aanbod gaan over iets anders", "request and offer are about different topics"),
    ))
}

fn check_outcome(from: &Sender, ended: &Ended, picture: &Picture) -> Result<Accepted, Problem> {
    let asked = known(picture, "/outcome/request", &ended.request)?;
    if asked.by != from.participant {
        let text = say("alleen wie het vroeg zegt of het hielp", "only the asker says whether it helped");
        return Err(Problem::not_allowed(text));
    }
    if asked.pair.is_none() {
        let text = say("er is nog niemand gevonden voor deze vraag", "nobody was found for this request yet");
        return Err(Problem::invalid("/outcome/request", text));
    }
    Ok(Accepted::shared(&ended.request))
}
