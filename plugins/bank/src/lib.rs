//! Step kind `bank` (domain.md H1.20): who offers what, who asks for what, and what nobody can offer yet.
//! People offer themselves only. Nobody is counted, ranked or rated; whether a match helped stays between the two.

mod check;
mod fold;
mod spec;
#[cfg(test)]
mod tests;

use draaiboek_sdk::{
    Accepted, Context, Contribution, Named, Outcome, Projections, Refusal, Sender, Spec, StepKind, ToJson, entries,
    export, object, reads, words,
};

use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct Bank;

/// What can be offered and asked, and who may bring people together.
#[derive(Debug)]
pub struct Config {
    topics: Vec<Named>,
    forms: Vec<Named>,
    unmet_after: u32,
    matchers: Vec<String>,
    artifact: String,
}
reads!(Config { topics, forms, unmet_after = 15, matchers, artifact = "bank".to_owned() });

impl Config {
    fn takes_topic(&self, topic: &str) -> bool {
        self.topics.is_empty() || self.topics.iter().any(|known| known.id == topic)
    }

    /// The forms of the configuration, else the usual four.
    fn takes_form(&self, form: &str) -> bool {
        if self.forms.is_empty() {
            spec::FORMS.contains(&form)
        } else {
            self.forms.iter().any(|known| known.id == form)
        }
    }
}

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// What somebody can share.
    Offer(Offer),
    /// Not now, or again.
    Pause(Pause),
    /// What somebody needs.
    Request(Request),
    /// Brings a request and an offer together.
    Match(Match),
    /// How it went.
    Outcome(Ended),
}
entries!(Entry { Offer = "offer", Pause = "pause", Request = "request", Match = "match", Outcome = "outcome" });

/// What somebody can share.
#[derive(Debug)]
pub struct Offer {
    offer_id: String,
    person: Option<String>,
    topic: String,
    text: String,
    form: Option<String>,
    available: Option<String>,
}
reads!(Offer { offer_id, person, topic, text, form, available });

/// Not now, or again.
#[derive(Debug)]
pub struct Pause {
    offer_id: String,
    paused: bool,
}
reads!(Pause { offer_id, paused = true });

/// What somebody needs.
#[derive(Debug)]
pub struct Request {
    request_id: String,
    topic: String,
    text: String,
}
reads!(Request { request_id, topic, text });

/// Brings a request and an offer together. `person` is whose offer it was: the match outlives the offer.
#[derive(Debug)]
pub struct Match {
    request: String,
    offer: String,
    person: Option<String>,
}
reads!(Match { request, offer, person });

/// How it went; for the two only.
#[derive(Debug)]
pub struct Ended {
    request: String,
    helped: Helped,
}
reads!(Ended { request, helped });

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Helped {
    Yes,
    Partly,
    No,
}
words!(Helped { Yes = "yes", Partly = "partly", No = "no" });

impl StepKind for Bank {
    const SPEC: &'static Spec = &spec::SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        check::check(ctx, from, entry)
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
        Ok(fold::fold(ctx, all))
    }

    fn show(ctx: &Context<Self>, picture: &Picture) -> Projections {
        let whole = picture.to_json();
        let mut keeper = whole.clone();
        keeper.set("requests", picture.named_requests());
        keeper.set("pairs", picture.pairs());
        let mut contributor = whole.clone();
        if let Some(reader) = &ctx.actor {
            picture.add_mine(&mut contributor, &reader.participant);
            picture.add_mine(&mut keeper, &reader.participant);
        }
        let outside = whole.only(&["topics", "unmet", "unmet_topics"]);
        Projections::default()
            .to(&["facilitator"], keeper)
            .to(&["contributor"], contributor)
            .to(&["team"], whole)
            .to(&["policy", "school"], outside)
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if !picture.is_empty() {
            let content = object! {
                "topics" => picture.topics, "unmet" => picture.unmet(), "offers" => picture.offers_in_short(),
            };
            outcome.artifact(&ctx.config.artifact, content);
        }
        outcome
    }
}

export!(Bank);
