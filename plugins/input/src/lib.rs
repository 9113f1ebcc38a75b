//! Step kind `input` (domain.md H1.1): bring content, evidence and examples; people acknowledge and may react.
//! Counts who acknowledged; knows nothing about what was shown.

use std::collections::BTreeSet;

use draaiboek_sdk::{
    Accepted, COUNT, Context, Contribution, EntrySpec, IDS, Outcome, Problem, Projections, Refusal, Sender, Shape,
    Spec, StepKind, ToJson, entries, export, list, opt, reads, req, say, writes,
};

/// The kind.
#[derive(Debug)]
pub struct Input;

static SPEC: Spec = Spec {
    kind: "input",
    purpose: say(
        "Inhoud brengen, voorbeelden tonen en laten bevestigen dat iedereen mee is.",
        "Bring content, show examples and let everybody confirm that they have seen it.",
    ),
    config: &[
        opt(
            "materials",
            list(&Shape::Object(&[
                req("id", Shape::Id),
                opt("kind", Shape::Line { max: 40 }),
                opt("title", Shape::Label),
                opt("ref", Shape::Line { max: 500 }),
            ])),
        ),
        opt("speakers", list(&Shape::Line { max: 120 })),
        opt("evidence_refs", list(&Shape::Line { max: 500 })),
        opt("ack_required", Shape::Bool),
        opt("reaction_prompt", Shape::Label),
    ],
    entries: &[
        EntrySpec::new("ack", say("Ik ben mee", "I have seen this"), &[]),
        EntrySpec::new(
            "reaction",
            say("Mijn reactie", "My reaction"),
            &[req("text", Shape::Text { max: 500 })
                .ask("textarea", "Wat neem je hieruit mee?", "What do you take from this?")
                .help("Kort, zonder namen van leerlingen.", "Short, without names of pupils.")],
        ),
    ],
    result: &[
        req("invited", Shape::OrNull(&COUNT)),
        req("acked", COUNT),
        req("missing", IDS),
        req(
            "reactions",
            list(&Shape::Object(&[req("by", Shape::OrNull(&Shape::Id)), req("text", Shape::Text { max: 500 })])),
        ),
        req("reactions_held", Shape::Bool),
    ],
    privacy: "P1",
    minutes: 5,
    error_words: &["INVALID", "NOT_READY"],
    texts: &[
        ("config.speakers", say("Aan het woord", "Speaking")),
        ("config.materials", say("Om te bekijken", "To look at")),
        ("config.evidence_refs", say("Onderbouwing", "Evidence")),
        ("config.reaction_prompt", say("Om over na te denken", "To think about")),
        ("acked", say("Bevestigd", "Confirmed")),
        ("invited", say("Uitgenodigd", "Invited")),
        ("reactions", say("Reacties", "Reactions")),
        ("reactions_held", say("Nog te weinig reacties om te tonen.", "Too few reactions to show yet.")),
        ("error.NOT_READY", say("Nog niet iedereen heeft bevestigd.", "Not everybody has confirmed yet.")),
    ],
};

/// Configuration that matters to the count; the rest is for the page.
#[derive(Debug)]
pub struct Config {
    ack_required: bool,
}
reads!(Config { ack_required });

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// Seen.
    Ack(()),
    /// One reaction per person.
    Reaction(Words),
}
entries!(Entry { Ack = "ack", Reaction = "reaction" });

/// A reaction in words.
#[derive(Debug)]
pub struct Words {
    text: String,
}
reads!(Words { text });

/// The picture.
#[derive(Debug)]
pub struct Picture {
    invited: Option<usize>,
    acked: usize,
    missing: Vec<String>,
    reactions: Vec<Reaction>,
    /// There are some, but too few to show without showing whose they are.
    reactions_held: bool,
}
writes!(Picture { invited, acked, missing, reactions, reactions_held });

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Reaction {
    by: Option<String>,
    text: String,
}
writes!(Reaction { by, text });

impl StepKind for Input {
    const SPEC: &'static Spec = &SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(_: &Context<Self>, _: &Sender, _: &Entry) -> Result<Accepted, Refusal> {
        Ok(Accepted::single())
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
        let anonymous = ctx.identity.as_deref() == Some("anonymous");
        let mut acked = BTreeSet::new();
        let mut reactions = Vec::new();
        for one in all {
            match &one.entry {
                Entry::Ack(()) => {
                    acked.insert(one.by());
                }
                Entry::Reaction(words) => {
                    let by = (!anonymous).then(|| one.by().to_owned());
                    reactions.push(Reaction { by, text: words.text.clone() });
                }
            }
        }
        reactions.sort();
        let reactions_held = anonymous && !reactions.is_empty() && (reactions.len() as u64) < ctx.threshold(None);
        if reactions_held {
            reactions.clear();
        }
        if anonymous {
            // Their order tells nothing about who or when (L6).
            ctx.chance().shuffle(&mut reactions);
        }
        let invited = ctx.invited.as_deref();
        let missing = invited.unwrap_or_default().iter().filter(|person| !acked.contains(person.as_str()));
        Ok(Picture {
            invited: invited.map(<[String]>::len),
            acked: acked.len(),
            missing: missing.cloned().collect(),
            reactions,
            reactions_held,
        })
    }

    fn show(_: &Context<Self>, picture: &Picture) -> Projections {
        let mut shared = picture.to_json().only(&["invited", "acked", "reactions", "reactions_held"]);
        let counts = shared.only(&["invited", "acked"]);
        shared.set("reactions", picture.reactions.iter().map(|reaction| &reaction.text).collect::<Vec<_>>());
        Projections::default()
            .to(&["facilitator"], picture.to_json())
            .to(&["contributor", "team"], shared)
            .to(&["policy", "school"], counts)
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if ctx.config.ack_required && !picture.missing.is_empty() {
            let text = say("wacht op de bevestiging van deze personen", "wait for these people to confirm");
            outcome.not_ready(Problem::new("NOT_READY", text).args(&picture.missing));
        }
        outcome
    }
}

export!(Input);

#[cfg(test)]
mod tests;
