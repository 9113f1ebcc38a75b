//! `draaiboek simulate`: the study day with the cycles of eight teams, the whole year of a school with all workflows,
//! and 200 runs of that year spread over two threads. One school year each, on the school of the stories.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a benchmark without its files is no benchmark")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use draaiboek_workflow::calendar::{Calendar, Region};
use draaiboek_workflow::language::{Bundle, Kinds, Options, Reference, SourceFile, check};
use draaiboek_workflow::simulate::{Person, Plan, Rehearsal, School, Source, Tally, Team, simulate};
use serde_json::Value;

/// Runs of the last benchmark.
const RUNS: u64 = 200;
/// Cores that the bound speaks of.
const THREADS: u64 = 2;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows")
}

fn school() -> School {
    let text = std::fs::read_to_string(folder().join("schools/de-wilg.yaml")).expect("the school");
    let file: Value = serde_saphyr::from_str(&text).expect("a school file");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let texts = |value: &Value| value.as_array().into_iter().flatten().map(text).collect::<Vec<_>>();
    let person = |value: &Value| Person {
        name: text(&value["name"]),
        roles: texts(&value["roles"]),
        attributes: value.as_object().unwrap().clone().into_iter().collect(),
    };
    let team = |value: &Value| Team {
        title: text(&value["title"]),
        kind: text(&value["kind"]),
        theme: value["theme"].as_str().map(str::to_owned),
        members: texts(&value["members"]),
        coach: value["coach"].as_str().map(str::to_owned),
    };
    let people: BTreeMap<String, Person> =
        file["people"].as_object().unwrap().iter().map(|(id, value)| (id.clone(), person(value))).collect();
    let teams = file["teams"].as_object().unwrap().iter().map(|(id, value)| (id.clone(), team(value))).collect();
    let calendar = Calendar::builtin(Region::BeNl, 2026).expect("the calendar");
    School { id: "de-wilg".into(), calendar, people, teams, minutes_per_week: Some(60) }
}

/// The workflows of these folders, with their rehearsal files.
fn sources(names: impl IntoIterator<Item = String>) -> Vec<Source> {
    let instrument = |reference: &Reference| {
        let file = folder().join(format!("instruments/{}.yaml", reference.name));
        Some(SourceFile::new(file.display().to_string(), std::fs::read_to_string(&file).ok()?))
    };
    let bundle = |name: &str| {
        let file = folder().join(name).join(format!("{name}.yaml"));
        Some(Bundle::single(file.display().to_string(), std::fs::read_to_string(&file).ok()?))
    };
    let resolve = |reference: &Reference| bundle(&reference.name);
    let options = Options { instrument: Some(&instrument), resolve: Some(&resolve), ..Options::default() };
    names
        .into_iter()
        .filter_map(|name| {
            let definition = check(&bundle(&name)?, &options).definition?;
            let file = std::fs::read_to_string(folder().join(&name).join("rehearsal.yaml")).unwrap_or_default();
            let rehearsal = Rehearsal::parse(&file).expect("a rehearsal file");
            Some(Source { definition: Arc::new(definition), rehearsal })
        })
        .collect()
}

fn plan(sources: &[Source]) -> Plan {
    let run: BTreeSet<&str> = sources
        .iter()
        .flat_map(|source| source.definition.ir.all_states())
        .filter_map(|state| Some(state.run.as_ref()?.workflow.as_str()))
        .collect();
    let ids = sources.iter().map(|source| source.definition.ir.id.clone());
    let roots: Vec<String> = ids.filter(|id| !run.contains(id.as_str())).collect();
    Plan::new(school(), sources, &roots, &Kinds::default()).expect("a plan")
}

fn all() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the workflows").flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

fn many(plan: &Plan) -> Tally {
    std::thread::scope(|scope| {
        let work = |first| {
            move || {
                let mut tally = Tally::default();
                (first..RUNS).step_by(THREADS as usize).for_each(|seed| tally.add(plan, &simulate(plan, seed, false)));
                tally
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|first| scope.spawn(work(first))).collect();
        threads.into_iter().fold(Tally::default(), |mut tally, thread| {
            tally.merge(thread.join().expect("a thread"));
            tally
        })
    })
}

fn benches(criterion: &mut Criterion) {
    let study_day = plan(&sources(["study-day".to_owned(), "learning-cycle".to_owned()]));
    criterion.bench_function("simulate, study day with the cycles of eight teams", |bencher| {
        bencher.iter(|| simulate(&study_day, 1, false));
    });
    let found = sources(all());
    let year = plan(&found);
    let cycles = simulate(&year, 1, false).cycles.len();
    criterion.bench_function(
        &format!("simulate, a school's year: {} workflows, {cycles} cycles", found.len()),
        |bencher| {
            bencher.iter(|| simulate(&year, 1, false));
        },
    );
    criterion.bench_function("simulate, 200 runs of a school's year on 2 threads", |bencher| {
        bencher.iter(|| many(&year));
    });
}

criterion_group! {
    name = group;
    config = Criterion::default().sample_size(10);
    targets = benches
}
criterion_main!(group);
