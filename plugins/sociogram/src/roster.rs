//! The pupils of the class as they are now.

use draaiboek_sdk::{Context, Contribution, FromJson, IDS, Json, Refusal, Table};

use crate::{Entry, Sociogram, spec};

/// A pupil by pseudonym; the name stays on the teacher's page. A bare id is enough.
#[derive(Debug, Clone)]
pub(crate) struct Pupil(pub(crate) String);

impl FromJson for Pupil {
    fn from_json(json: Json) -> Self {
        let id = json.as_text().or_else(|| json.get("id").and_then(Json::as_text));
        Self(id.unwrap_or_default().to_owned())
    }
}

/// Who is in the class: configuration and input, without those who left.
pub(crate) fn roster(ctx: &Context<Sociogram>, all: &[Contribution<Entry>]) -> Result<Table<()>, Refusal> {
    let given = ctx.input::<Vec<Pupil>>("roster", &spec::ROSTER)?.unwrap_or_default();
    let mut roster: Table<()> = ctx.config.roster.iter().chain(&given).map(|pupil| (pupil.0.clone(), ())).collect();
    for id in ctx.input::<Vec<String>>("left", &IDS)?.unwrap_or_default() {
        roster.take(&id);
    }
    for one in all {
        if let Entry::Leave(leave) = &one.entry {
            roster.take(&leave.pupil);
        }
    }
    Ok(roster)
}
