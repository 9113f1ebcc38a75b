//! Who is on the roster, from when, until when.

use draaiboek_sdk::{Context, Contribution, Date, FromJson, Json, Refusal, Sender, Table, object};

use crate::{Entry, Series, spec};

/// Somebody with whom talks are held. In the configuration a bare id is enough.
#[derive(Debug, Clone, Default)]
pub(crate) struct Subject {
    pub(crate) id: String,
    pub(crate) label: Option<Json>,
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
    /// Who holds the talks with this one: a person or a role.
    pub(crate) by: Option<String>,
}

impl FromJson for Subject {
    fn from_json(json: Json) -> Self {
        let json = match json {
            Json::Text(id) => object! {"id" => id},
            other => other,
        };
        let text = |name: &str| json.get(name).and_then(Json::as_text).map(str::to_owned);
        let date = |name: &str| json.get(name).and_then(Json::as_text).and_then(Date::parse);
        Self {
            id: text("id").unwrap_or_default(),
            label: json.get("label").filter(|label| **label != Json::Null).cloned(),
            from: date("from"),
            until: date("until"),
            by: text("by"),
        }
    }
}

impl Subject {
    /// Whether the subject has gone by that day: the day of leaving is the first day away.
    pub(crate) fn gone(&self, day: Date) -> bool {
        self.until.is_some_and(|until| until <= day)
    }

    /// Whether this reader or sender holds the talks with the subject.
    pub(crate) fn belongs_to(&self, who: &Sender) -> bool {
        self.by.as_ref().is_none_or(|by| *by == who.participant || who.roles.contains(by))
    }
}

/// Configuration, then input, then what was told during the year.
pub(crate) fn roster(ctx: &Context<Series>, all: &[Contribution<Entry>]) -> Result<Table<Subject>, Refusal> {
    let mut roster: Table<Subject> = Table::default();
    let given = ctx.input::<Vec<Subject>>("roster", &spec::ROSTER)?.unwrap_or_default();
    for subject in given.into_iter().chain(ctx.config.roster.iter().cloned()) {
        roster.set(&subject.id.clone(), subject);
    }
    for one in all {
        if let Entry::Join(join) = &one.entry {
            let subject = roster.at(&join.subject);
            subject.id.clone_from(&join.subject);
            subject.from = Some(join.date.unwrap_or(one.day));
            subject.label = join.label.clone().or(subject.label.take());
        }
    }
    let told = all.iter().filter_map(|one| match &one.entry {
        Entry::Leave(leave) => Some((leave.subject.clone(), leave.date.unwrap_or(one.day))),
        _ => None,
    });
    for (id, day) in left(ctx)?.into_iter().chain(told) {
        if let Some(subject) = roster.get_mut(&id)
            // Who came back after leaving is there again.
            && subject.from.is_none_or(|from| from <= day)
        {
            subject.until = Some(day);
        }
    }
    Ok(roster)
}

/// The input `left`: ids with the day of leaving, or a list of those who have gone.
fn left(ctx: &Context<Series>) -> Result<Table<Date>, Refusal> {
    Ok(match ctx.input::<Json>("left", &spec::LEFT)? {
        Some(Json::List(ids)) => ids.iter().filter_map(Json::as_text).map(|id| (id.to_owned(), ctx.today)).collect(),
        Some(dates) => Table::from_json(dates),
        None => Table::default(),
    })
}
