//! The school of the stories, and plans made from text.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::calendar::{Calendar, Period, PeriodKind, Region};
use crate::language::{Bundle, Kinds, Options, Reference, SourceFile, check};
use crate::simulate::{Person, Plan, Rehearsal, Run, School, Source, Team, simulate};

const DE_WILG: &str = include_str!("../../../../../workflows/schools/de-wilg.yaml");

/// De Wilg with its calendar of 2026-2027.
pub fn school() -> School {
    let file: Value = serde_saphyr::from_str(DE_WILG).expect("the school file");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let texts = |value: &Value| value.as_array().into_iter().flatten().map(text).collect::<Vec<_>>();
    let people: BTreeMap<String, Person> = file["people"]
        .as_object()
        .expect("people")
        .iter()
        .map(|(id, person)| {
            let attributes = person.as_object().expect("fields").clone().into_iter().collect();
            (id.clone(), Person { name: text(&person["name"]), roles: texts(&person["roles"]), attributes })
        })
        .collect();
    let teams = file["teams"]
        .as_object()
        .expect("teams")
        .iter()
        .map(|(id, team)| {
            let team = Team {
                title: text(&team["title"]),
                kind: text(&team["kind"]),
                theme: team["theme"].as_str().map(str::to_owned),
                members: texts(&team["members"]),
                coach: team["coach"].as_str().map(str::to_owned),
            };
            (id.clone(), team)
        })
        .collect();
    let day = "2026-10-02".parse().expect("a day");
    let study_day =
        Period { id: "studiedag".into(), kind: PeriodKind::StudyDay, from: day, to: day, name: BTreeMap::new() };
    let calendar = Calendar::builtin(Region::BeNl, 2026).and_then(|calendar| calendar.with_periods([study_day]));
    School { id: "de-wilg".into(), calendar: calendar.expect("a calendar"), people, teams, minutes_per_week: None }
}

/// A workflow with its rehearsal.
pub fn source(yaml: &str, rehearsal: &str) -> Source {
    let instrument = |reference: &Reference| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows/instruments");
        let file = folder.join(format!("{}.yaml", reference.name));
        Some(SourceFile::new(file.display().to_string(), std::fs::read_to_string(&file).ok()?))
    };
    let options = Options { instrument: Some(&instrument), ..Options::default() };
    let checked = check(&Bundle::single("test.yaml", yaml), &options);
    let definition = checked.definition.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
    Source { definition: Arc::new(definition), rehearsal: Rehearsal::parse(rehearsal).expect("a rehearsal file") }
}

/// A plan of one workflow.
pub fn plan(yaml: &str, rehearsal: &str) -> Plan {
    plan_of(school(), &[source(yaml, rehearsal)]).expect("a plan")
}

/// A plan in which everything begins by itself.
pub fn plan_of(school: School, sources: &[Source]) -> Result<Plan, Vec<String>> {
    let roots: Vec<String> = sources.iter().map(|source| source.definition.ir.id.clone()).collect();
    Plan::new(school, sources, &roots, &Kinds::default())
}

/// People without habits: they answer the same day and are always there.
pub const DILIGENT: &str = "habits: {answer_days: 0, absent: 0, part_time: 0, never: 0, leave: 0, lead_days: 0}\n";

/// One run with its story.
pub fn run(yaml: &str, rehearsal: &str) -> Run {
    simulate(&plan(yaml, rehearsal), 1, true)
}
