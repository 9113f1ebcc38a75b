//! The map of a class out of the answers.

use draaiboek_sdk::{Context, Contribution, Date, Json, Refusal, Shape, Table, ToJson, object};

use crate::graph::{Choices, Structure, couples};
use crate::roster::roster;
use crate::{Answer, Entry, Polarity, Sociogram};

/// The result.
#[derive(Debug, Default)]
pub struct Picture {
    pub(crate) answered: usize,
    members: Vec<String>,
    unanswered: Vec<String>,
    incomplete: bool,
    pub(crate) statement_confirmed: bool,
    whole: Structure,
    themes: Table<Structure>,
    not_together: Vec<[String; 2]>,
    erase_on: Option<Date>,
    pub(crate) erased: bool,
}

impl ToJson for Picture {
    fn to_json(&self) -> Json {
        let mut json = self.whole.to_json();
        let rest = object! {
            "answered" => self.answered, "roster" => self.members.len(), "members" => self.members,
            "unanswered" => self.unanswered, "incomplete" => self.incomplete,
            "statement_confirmed" => self.statement_confirmed, "themes" => self.themes,
            "not_together" => couples(&self.not_together), "erase_on" => self.erase_on, "erased" => self.erased,
        };
        if let Json::Object(fields) = rest {
            for (name, value) in fields {
                json.set(&name, value);
            }
        }
        json
    }
}

impl Picture {
    pub(crate) fn is_member(&self, id: &str) -> bool {
        self.members.iter().any(|member| member == id)
    }
}

/// Whether the pupils were told: by configuration, input or a confirmation.
pub(crate) fn confirmed(ctx: &Context<Sociogram>, all: &[Contribution<Entry>]) -> Result<bool, Refusal> {
    let told = all.iter().any(|one| matches!(&one.entry, Entry::Statement(statement) if statement.confirmed));
    Ok(told
        || ctx.config.statement_confirmed
        || ctx.input::<bool>("statement_confirmed", &Shape::Bool)?.unwrap_or(false))
}

pub(crate) fn fold(ctx: &Context<Sociogram>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
    let erase_on = erase_on(ctx, all);
    let statement_confirmed = confirmed(ctx, all)?;
    if erase_on.is_some_and(|day| day <= ctx.today) {
        // The fact stays, the content goes: also where the host has not deleted the answers yet.
        return Ok(Picture { statement_confirmed, erase_on, erased: true, ..Picture::default() });
    }
    let roster = roster(ctx, all)?;
    let members: Vec<&str> = roster.names().collect();
    let mut themes: Table<(Choices, Choices)> = Table::default();
    let mut whole = (Choices::default(), Choices::default());
    let combined = |theme: &String| ctx.config.combine.is_empty() || ctx.config.combine.contains(theme);
    for question in ctx.config.asked() {
        themes.at(&question.theme);
    }
    let mut answered: Table<()> = Table::default();
    for (pupil, answer) in answers(all).filter(|(pupil, _)| roster.has(pupil)) {
        let Some(question) = ctx.config.question(&answer.question) else {
            continue;
        };
        answered.set(pupil, ());
        let theme = themes.at(&question.theme);
        note(theme, question.polarity, pupil, answer, &roster);
        if combined(&question.theme) {
            note(&mut whole, question.polarity, pupil, answer, &roster);
        }
    }
    let structure = |(positive, negative): &(Choices, Choices)| Structure::of(&members, positive, negative);
    Ok(Picture {
        answered: answered.len(),
        unanswered: roster.names().filter(|id| !answered.has(id)).map(str::to_owned).collect(),
        incomplete: 2 * answered.len() < members.len(),
        statement_confirmed,
        whole: structure(&whole),
        themes: themes.iter().map(|(theme, choices)| (theme.clone(), structure(choices))).collect(),
        not_together: whole.1.linked(&members),
        members: members.iter().map(|id| (*id).to_owned()).collect(),
        erase_on,
        erased: false,
    })
}

/// Adds an answer to the choices of its polarity, without those who are not in the class.
fn note(both: &mut (Choices, Choices), polarity: Polarity, pupil: &str, answer: &Answer, roster: &Table<()>) {
    let choices = match polarity {
        Polarity::Positive => &mut both.0,
        Polarity::Negative => &mut both.1,
    };
    choices.answers(pupil);
    answer.nominated.iter().filter(|chosen| roster.has(chosen)).for_each(|chosen| choices.add(pupil, chosen));
}

/// The answers with the pupil each is of.
fn answers(all: &[Contribution<Entry>]) -> impl Iterator<Item = (&str, &Answer)> {
    all.iter().filter_map(|one| match &one.entry {
        Entry::Answer(answer) => Some((answer.pupil.as_deref().unwrap_or(one.by()), answer)),
        _ => None,
    })
}

/// The day on which everything goes: so many days after the last answer.
fn erase_on(ctx: &Context<Sociogram>, all: &[Contribution<Entry>]) -> Option<Date> {
    let days = i32::try_from(ctx.config.retention_days).unwrap_or(i32::MAX);
    let answered = all.iter().filter(|one| matches!(one.entry, Entry::Answer(_)));
    answered.map(|one| one.day).max().map(|day| day.plus_days(days))
}
