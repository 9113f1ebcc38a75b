//! Step kind `reflection` (domain.md H1.10): somebody writes for themselves and decides who may read it.
//! The result holds counts and who completed, never a text; texts go only to the readers that the owner names.

use draaiboek_sdk::{
    Accepted, COUNT, Context, Contribution, EntrySpec, IDS, Json, Problem, Projections, Refusal, Sender, Shape, Spec,
    StepKind, Table, ToJson, entries, export, length, list, map, object, opt, reads, req, say, words, writes,
};

/// Longest text of one field, in characters.
const MAX_TEXT: u32 = 2000;
/// The name in `share_with` that stands for the whole team.
const TEAM: &str = "team";

/// The kind.
#[derive(Debug)]
pub struct Reflection;

static SPEC: Spec = Spec {
    kind: "reflection",
    purpose: say(
        "Terugkijken voor jezelf, en zelf kiezen wie het mag lezen.",
        "Look back for yourself, and choose yourself who may read it.",
    ),
    config: &[
        opt("template", Shape::OneOf(&["starr", "free", "custom"])),
        opt(
            "fields",
            list(&Shape::Object(&[
                req("id", Shape::Id),
                req("label", Shape::Label),
                opt("required", Shape::Bool),
                opt("max", Shape::Int { min: 1, max: MAX_TEXT as i64 }),
            ])),
        ),
        opt("share_default", Shape::OneOf(&["private", "team"])),
    ],
    entries: &[EntrySpec::new(
        "reflection",
        say("Mijn reflectie", "My reflection"),
        &[
            req("fields", map(&Shape::Text { max: MAX_TEXT }))
                .ask("textarea", "Wat wil je noteren?", "What do you want to note?")
                .help("Alleen jij leest dit, tot je het deelt.", "Only you read this, until you share it.")
                .from("config.fields"),
            opt("share_with", IDS)
                .ask("person", "Wie mag dit lezen?", "Who may read this?")
                .help("Je kunt dit later weer intrekken.", "You can take this back later."),
        ],
    )],
    result: &[
        req("completed", COUNT),
        req("started", COUNT),
        req("owners", map(&Shape::Object(&[req("complete", Shape::Bool)]))),
        req("shared", COUNT),
    ],
    privacy: "P2",
    minutes: 10,
    error_words: &["INVALID"],
    texts: &[
        ("completed", say("Afgewerkt", "Completed")),
        ("started", say("Begonnen", "Started")),
        ("shared", say("Met jou gedeeld", "Shared with you")),
        ("fields.text", say("Mijn reflectie", "My reflection")),
        ("fields.situation", say("Situatie: wat speelde er?", "Situation: what was going on?")),
        ("fields.task", say("Taak: wat moest je doen?", "Task: what did you have to do?")),
        ("fields.action", say("Actie: wat deed je?", "Action: what did you do?")),
        ("fields.result", say("Resultaat: wat kwam ervan?", "Result: what came of it?")),
        ("fields.reflection", say("Reflectie: wat neem je mee?", "Reflection: what do you take with you?")),
    ],
};

/// Which fields there are and who reads them when the owner does not say.
#[derive(Debug)]
pub struct Config {
    template: Option<Template>,
    fields: Vec<Asked>,
    share_default: Sharing,
}
reads!(Config { template, fields, share_default });

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Template {
    Starr,
    Free,
    Custom,
}
words!(Template { Starr = "starr", Free = "free", Custom = "custom" });

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sharing {
    Private,
    Team,
}
words!(Sharing { Private = "private", Team = "team" });

/// A field of the reflection.
#[derive(Debug, Clone)]
struct Asked {
    id: String,
    required: bool,
    max: u32,
}
reads!(Asked { id, required, max = MAX_TEXT });

impl Config {
    /// The template's fields, then those of the configuration; one of the same name replaces the template's.
    fn asked(&self) -> Vec<Asked> {
        let template: &[&str] = match self.template {
            Some(Template::Starr) => &["situation", "task", "action", "result", "reflection"],
            Some(Template::Free) => &["text"],
            _ if self.fields.is_empty() => &["text"],
            _ => &[],
        };
        let own = |id: &str| self.fields.iter().any(|asked| asked.id == id);
        let base = template.iter().filter(|id| !own(id)).map(|id| Asked {
            id: (*id).to_owned(),
            required: true,
            max: MAX_TEXT,
        });
        base.chain(self.fields.iter().cloned()).collect()
    }
}

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// One each; a later one replaces it.
    Reflection(Written),
}
entries!(Entry { Reflection = "reflection" });

/// Texts by field, and who may read them.
#[derive(Debug)]
pub struct Written {
    fields: Table<String>,
    share_with: Option<Vec<String>>,
}
reads!(Written { fields, share_with });

/// The picture. Only counts and who completed are written; the texts stay inside, for their readers.
#[derive(Debug)]
pub struct Picture {
    completed: usize,
    started: usize,
    owners: Table<Owner>,
    shared: usize,
    texts: Vec<SharedText>,
}
writes!(Picture { completed, started, owners, shared });

#[derive(Debug)]
struct Owner {
    complete: bool,
}
writes!(Owner { complete });

/// A complete reflection that its owner shares.
#[derive(Debug)]
struct SharedText {
    by: String,
    fields: Table<String>,
    readers: Vec<String>,
}
writes!(SharedText { by, fields });

impl Picture {
    /// The counts and the texts that name this reader.
    fn seen_by(&self, reader: Option<&str>) -> Json {
        let named = |text: &&SharedText| reader.is_some_and(|reader| text.readers.iter().any(|name| name == reader));
        let texts: Vec<&SharedText> = self.texts.iter().filter(named).collect();
        object! {"completed" => self.completed, "started" => self.started, "shared" => texts}
    }
}

impl StepKind for Reflection {
    const SPEC: &'static Spec = &SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, _: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        let Entry::Reflection(written) = entry;
        let asked = ctx.config.asked();
        let mut problems = Vec::new();
        for (id, text) in &written.fields {
            let path = format!("/reflection/fields/{id}");
            match asked.iter().find(|asked| asked.id == *id) {
                None => problems.push(Problem::invalid(path, say("dit veld is er niet", "there is no such field"))),
                Some(asked) if length(text) > asked.max as usize => {
                    let max = asked.max;
                    let text =
                        (format!("te lang: hoogstens {max} tekens"), format!("too long: at most {max} characters"));
                    problems.push(Problem::invalid(path, text));
                }
                Some(_) => {}
            }
        }
        if problems.is_empty() { Ok(Accepted::single()) } else { Err(problems.into()) }
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
        let asked = ctx.config.asked();
        let mut owners = Table::default();
        let mut texts = Vec::new();
        for one in all {
            let Entry::Reflection(written) = &one.entry;
            let filled = |asked: &Asked| written.fields.get(&asked.id).is_some_and(|text| !text.is_empty());
            // Without required fields one filled field is enough: an empty page is a draft.
            let complete = asked.iter().any(filled) && asked.iter().filter(|asked| asked.required).all(filled);
            owners.set(one.by(), Owner { complete });
            let readers = readers(&ctx.config, written, one.by());
            if complete && !readers.is_empty() {
                texts.push(SharedText { by: one.by().to_owned(), fields: written.fields.clone(), readers });
            }
        }
        texts.sort_by(|a, b| a.by.cmp(&b.by));
        let completed = owners.values().filter(|owner| owner.complete).count();
        Ok(Picture { completed, started: owners.len(), owners, shared: texts.len(), texts })
    }

    fn show(ctx: &Context<Self>, picture: &Picture) -> Projections {
        let reader = ctx.actor.as_ref().map(|actor| actor.participant.as_str());
        Projections::default()
            .to(&["facilitator", "contributor"], picture.seen_by(reader))
            .to(&["team"], picture.seen_by(Some(TEAM)))
            .to(&["policy", "school"], picture.to_json().only(&["completed", "started"]))
    }
}

/// Who may read it besides its owner. Naming nobody on purpose keeps it private, whatever the default.
fn readers(config: &Config, written: &Written, owner: &str) -> Vec<String> {
    match &written.share_with {
        Some(names) => names.iter().filter(|name| *name != owner).cloned().collect(),
        None if config.share_default == Sharing::Team => vec![TEAM.to_owned()],
        None => Vec::new(),
    }
}

export!(Reflection);

#[cfg(test)]
mod tests;
