//! Which cards, places and clusters are accepted.

use draaiboek_sdk::{Accepted, Context, Problem, Refusal, Say, Sender, fingerprint, norm, say};

use crate::fold::{Picture, fold, role};
use crate::{Assign, By, Card, ClusterCount, Entry, Merge, NewCluster};

type Ctx = Context<ClusterCount>;

const UNKNOWN_CLUSTER: Say = say("deze groep bestaat niet (meer)", "this cluster does not exist (any more)");
const DOES_NOT_FIT: Say = say(
    "dit soort kaartje past niet in dit soort groep: werkpunten horen bij aandachtspunten, de andere bij principes, behoeften of thema's",
    "this kind of card does not fit this kind of cluster: work points go to attention, the others to principles, needs or themes",
);

pub(crate) fn check(ctx: &Ctx, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
    let picture = fold(ctx, &ctx.contributions)?;
    if !matches!(entry, Entry::Card(_)) && !ctx.is_named(&ctx.config.clusterers, from) {
        let text = say("alleen het kernteam groepeert de kaartjes", "only the core team groups the cards");
        return Err(Problem::not_allowed(text).into());
    }
    match entry {
        Entry::Card(card) => Ok(check_card(ctx, from, card, &picture)?),
        Entry::Assign(assign) => Ok(check_assign(ctx, assign, &picture)?),
        Entry::Cluster(new) => Ok(check_cluster(ctx, new, &picture)?),
        Entry::Merge(merge) => Ok(check_merge(merge, &picture)?),
    }
}

fn check_card(ctx: &Ctx, from: &Sender, card: &Card, picture: &Picture) -> Result<Accepted, Problem> {
    if role(ctx, &card.question).is_none() {
        return Err(Problem::invalid("/card/question", say("deze vraag bestaat niet", "there is no such question")));
    }
    if card.group.is_some() && card.group != from.group && !ctx.is_named(&ctx.config.clusterers, from) {
        let text = say("je schrijft alleen kaartjes voor je eigen groep", "you write cards for your own group only");
        return Err(Problem::not_allowed(text).at("/card/group"));
    }
    let group = card.group.as_ref().or(from.group.as_ref());
    let expected = |group: &String| ctx.config.groups.is_empty() || ctx.config.groups.contains(group);
    if ctx.config.by == By::Group && group.is_none() || group.is_some_and(|group| !expected(group)) {
        let text = say("zeg voor welke groep dit kaartje is", "say for which group this card is");
        return Err(Problem::invalid("/card/group", text));
    }
    let id = card.card_id.clone().unwrap_or_else(|| made_id(ctx, from, card));
    let own = |c: &&draaiboek_sdk::Contribution<Entry>| {
        c.slot == id && matches!(c.entry, Entry::Card(_)) && c.by() == from.participant
    };
    if picture.cards.iter().any(|other| other.id == id) && !ctx.contributions.iter().any(|c| own(&c)) {
        let text = say("dit nummer is al van een ander kaartje", "this number belongs to another card");
        return Err(Problem::new("CONFLICT", text).at("/card/card_id").arg(id));
    }
    Ok(Accepted::slot(id.clone()).with("card_id", id))
}

/// An id for a card that brings none: the same card sent again by the same person gets the same one. The step's seed keeps
/// others from finding out by trial who wrote it.
fn made_id(ctx: &Ctx, from: &Sender, card: &Card) -> String {
    let seed = ctx.seed().to_string();
    let hash = fingerprint([seed.as_str(), &from.participant, &card.question, &norm(&card.text)]);
    format!("k{hash}")
}

fn check_assign(ctx: &Ctx, assign: &Assign, picture: &Picture) -> Result<Accepted, Problem> {
    let Some(card) = picture.cards.iter().find(|card| card.id == assign.card_id) else {
        return Err(Problem::invalid("/assign/card_id", say("dit kaartje bestaat niet", "there is no such card")));
    };
    let cluster = match (&assign.cluster_id, assign.rest) {
        (Some(id), false) => id,
        (None, true) => return with_reason(assign),
        _ => {
            let text = say("kies een groep, of de rest", "choose a cluster, or the rest");
            return Err(Problem::invalid("/assign/cluster_id", text));
        }
    };
    let Some(cluster) = picture.cluster(cluster) else {
        return Err(Problem::invalid("/assign/cluster_id", UNKNOWN_CLUSTER));
    };
    if !role(ctx, &card.question).is_some_and(|role| cluster.kind.takes(role)) {
        return Err(Problem::invalid("/assign/cluster_id", DOES_NOT_FIT));
    }
    if cluster.kind == crate::ClusterKind::Rest { with_reason(assign) } else { Ok(Accepted::shared(&assign.card_id)) }
}

fn with_reason(assign: &Assign) -> Result<Accepted, Problem> {
    if assign.reason.is_none() {
        let text = say("schrijf waarom dit kaartje bij de rest hoort", "write why this card belongs with the rest");
        return Err(Problem::invalid("/assign/reason", text));
    }
    Ok(Accepted::shared(&assign.card_id))
}

fn check_cluster(ctx: &Ctx, new: &NewCluster, picture: &Picture) -> Result<Accepted, Problem> {
    if !ctx.config.kinds.is_empty() && !ctx.config.kinds.contains(&new.kind) {
        let text =
            say("deze soort groep hoort niet bij deze stap", "this kind of cluster does not belong to this step");
        return Err(Problem::invalid("/cluster/kind", text));
    }
    if picture.merged.has(&new.cluster_id) {
        let text = say("deze groep is samengevoegd met een andere", "this cluster was joined with another");
        return Err(Problem::invalid("/cluster/cluster_id", text));
    }
    let held = picture.cards.iter().filter(|card| card.cluster.as_deref() == Some(&new.cluster_id));
    if held.into_iter().any(|card| !role(ctx, &card.question).is_some_and(|role| new.kind.takes(role))) {
        return Err(Problem::invalid("/cluster/kind", DOES_NOT_FIT));
    }
    Ok(Accepted::shared(&new.cluster_id))
}

fn check_merge(merge: &Merge, picture: &Picture) -> Result<Accepted, Problem> {
    let Some(from) = picture.cluster(&merge.from) else {
        return Err(Problem::invalid("/merge/from", UNKNOWN_CLUSTER));
    };
    let Some(into) = picture.cluster(&merge.into) else {
        return Err(Problem::invalid("/merge/into", UNKNOWN_CLUSTER));
    };
    if from.id == into.id || from.kind != into.kind {
        let text =
            say("kies twee verschillende groepen van dezelfde soort", "choose two different clusters of the same kind");
        return Err(Problem::invalid("/merge/into", text));
    }
    Ok(Accepted::shared(&merge.from))
}
