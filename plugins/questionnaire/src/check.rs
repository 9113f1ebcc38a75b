//! Which answers are accepted, and in which form they are kept.

use draaiboek_sdk::{Accepted, Context, Json, Object, Problem, Refusal, Sender, ToJson, length, say};

use crate::config::{From, Item, Kind};
use crate::{Answers, Entry, OwnItem, Questionnaire, Share};

type Ctx = Context<Questionnaire>;

pub(crate) fn check(ctx: &Ctx, _: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
    ctx.config.valid()?;
    match entry {
        Entry::Answers(answers) => check_answers(ctx, answers),
        Entry::Share(share) => check_share(ctx, share),
    }
}

fn check_answers(ctx: &Ctx, sent: &Answers) -> Result<Accepted, Refusal> {
    let mut kept = Object::default();
    let mut problems = Vec::new();
    for (id, value) in &sent.answers {
        let place = format!("/answers/answers/{id}");
        match ctx.config.item(id) {
            None => problems.push(Problem::invalid(place, say("deze vraag bestaat niet", "there is no such question"))),
            Some(item) => match answer(item, value) {
                Ok(Some(value)) => kept.set(id, value),
                Ok(None) => {}
                Err((nl, en)) => problems.push(Problem::invalid(place, (nl, en))),
            },
        }
    }
    for item in ctx.config.items.iter().filter(|item| item.required && !kept.has(&item.id)) {
        let text = say("deze vraag moet je beantwoorden", "this question needs an answer");
        problems.push(Problem::invalid(format!("/answers/answers/{}", item.id), text));
    }
    check_about(ctx, sent, &mut problems);
    check_own(ctx, &sent.own_items, &mut problems);
    if !problems.is_empty() {
        problems.truncate(20);
        return Err(problems.into());
    }
    Ok(Accepted::single().with("answers", Json::Object(kept)))
}

/// The value as it is kept; nothing for an empty one. The error says in two languages what to give.
fn answer(item: &Item, value: &Json) -> Result<Option<Json>, (String, String)> {
    if value.as_text() == Some("na") && item.kind != Kind::Text {
        let text = ("`niet van toepassing` kan hier niet", "not applicable is no answer here");
        return if item.takes_na() { Ok(Some(value.clone())) } else { Err((text.0.to_owned(), text.1.to_owned())) };
    }
    match (item.kind, value) {
        (Kind::Scale | Kind::Number, Json::Int(n)) => {
            let (min, max) = item.range();
            let fits = (min..=max).contains(n);
            let refusal =
                || (format!("kies een getal van {min} tot {max}"), format!("choose a number from {min} to {max}"));
            if fits { Ok(Some(value.clone())) } else { Err(refusal()) }
        }
        (Kind::Choice, Json::Text(word)) if is_option(item, word) => Ok(Some(value.clone())),
        (Kind::Multi, Json::List(words)) => several(item, words),
        (Kind::Text, Json::Text(text)) if text.is_empty() => Ok(None),
        (Kind::Text, Json::Text(text)) if length(text) <= item.max_length => Ok(Some(value.clone())),
        (Kind::Text, Json::Text(_)) => {
            let most = item.max_length;
            Err((format!("schrijf hoogstens {most} tekens"), format!("write at most {most} characters")))
        }
        (_, Json::Text(text)) if text.is_empty() => Ok(None),
        (Kind::Choice | Kind::Multi, _) => {
            let known: Vec<&str> = item.options.iter().map(|option| option.id.as_str()).collect();
            let known = known.join(", ");
            Err((format!("kies uit: {known}"), format!("choose from: {known}")))
        }
        (Kind::Text, _) => Err(("schrijf een tekst".to_owned(), "write a text".to_owned())),
        _ => Err(("geef een geheel getal".to_owned(), "give a whole number".to_owned())),
    }
}

fn is_option(item: &Item, word: &str) -> bool {
    item.options.iter().any(|option| option.id == word)
}

/// Several choices, each once, in the order of the question.
fn several(item: &Item, chosen: &[Json]) -> Result<Option<Json>, (String, String)> {
    let chosen: Vec<&str> = chosen.iter().filter_map(Json::as_text).collect();
    if let Some(wrong) = chosen.iter().find(|word| !is_option(item, word)) {
        return Err((format!("deze keuze bestaat niet: {wrong}"), format!("there is no such option: {wrong}")));
    }
    let kept: Vec<&String> =
        item.options.iter().map(|option| &option.id).filter(|id| chosen.contains(&id.as_str())).collect();
    Ok(if kept.is_empty() { None } else { Some(kept.to_json()) })
}

fn check_about(ctx: &Ctx, sent: &Answers, problems: &mut Vec<Problem>) {
    for (id, option) in &sent.about {
        let known = ctx.config.breakdowns.iter().find(|known| known.id == *id && known.from == From::Answer);
        if !known.is_some_and(|known| known.options.iter().any(|known| known.id == *option)) {
            let text = say("deze keuze bestaat niet", "there is no such choice");
            problems.push(Problem::invalid(format!("/answers/about/{id}"), text));
        }
    }
}

fn check_own(ctx: &Ctx, own: &[OwnItem], problems: &mut Vec<Problem>) {
    for (at, item) in own.iter().enumerate() {
        let place = |field: &str| format!("/answers/own_items/{at}/{field}");
        if !ctx.config.allow_own_items {
            let text = say("eigen uitspraken horen hier niet bij", "own statements do not belong here");
            problems.push(Problem::invalid("/answers/own_items", text));
            return;
        }
        if !ctx.config.takes_own(&item.block) {
            let text = say("bij dit deel kan geen eigen uitspraak", "this part takes no statement of your own");
            problems.push(Problem::invalid(place("block"), text));
        }
        if own[..at].iter().any(|earlier| earlier.id == item.id) {
            let text = say("geef elke uitspraak een eigen nummer", "give each statement its own id");
            problems.push(Problem::invalid(place("id"), text));
        }
        let scale = |item: &&Item| item.kind == Kind::Scale;
        let of_block = ctx.config.items.iter().filter(scale).find(|known| known.group.as_ref() == Some(&item.block));
        let range = of_block.or_else(|| ctx.config.items.iter().find(scale)).map(Item::range);
        if item.value.is_some_and(|value| !range.is_some_and(|(min, max)| (min..=max).contains(&value))) {
            problems.push(Problem::invalid(place("value"), say("deze waarde past niet", "this value does not fit")));
        }
    }
}

fn check_share(ctx: &Ctx, share: &Share) -> Result<Accepted, Refusal> {
    if !ctx.config.by_group {
        let text = say("hier deel je niet per deel", "nothing is shared part by part here");
        return Err(Problem::invalid("/share", text).into());
    }
    match share.groups.iter().position(|group| !ctx.config.has_group(group)) {
        Some(at) => {
            let text = say("dit deel bestaat niet", "there is no such part");
            Err(Problem::invalid(format!("/share/groups/{at}"), text).into())
        }
        None => Ok(Accepted::single()),
    }
}
