//! `draaiboek check`: a generated workflow of 1,000 states, and the study day.

use criterion::{Criterion, criterion_group, criterion_main};
use draaiboek_workflow::language::{Bundle, Options, check};

/// A workflow of `count` working states in groups of ten, each with a step, a timer, guards and messages.
fn generated(count: usize) -> String {
    let mut text = String::from(
        "workflow: generated\nversion: 1.0.0\nconfig: {date: {type: date, required: true}, teams: {type: [team], required: true}}\ndata: {reports: {}}\nroles: {dir: {}, tch: {}, core: {from: \"['a']\"}}\nstates:\n",
    );
    for group in 0..count / 10 {
        text.push_str(&format!("  g{group}:\n    states:\n"));
        for n in 0..10 {
            let id = group * 10 + n;
            let next = id + 1;
            text.push_str(&format!(
                "      s{id}:\n        step:\n          uses: goal\n          roles: [dir, tch]\n          minutes: 20\n          due: 10 schooldays\n          with: {{max_goals: 2, members: \"${{config.teams}}\"}}\n        after:\n          20 schooldays: {{do: {{notify: {{roles: [dir], text: late}}}}}}\n        on:\n          next{id}:\n            to: s{next}\n            roles: [dir, core]\n            when: size(config.teams) > 0 && today >= config.date\n            require:\n              - {{that: steps.s{id}.ready, else: NOT_READY}}\n              - for_each: {{team: config.teams}}\n                that: has(team.coach) && team.coach != ''\n                else: \"NO_COACH:{{team.id}}\"\n            concludes: [s{id}]\n            do: {{set: {{\"reports[event.actor.id]\": now}}}}\n"
            ));
        }
    }
    text.push_str(&format!("  s{count}: {{final: true}}\n"));
    text
}

/// A workflow of `count` states with one event each.
fn simple(count: usize) -> String {
    let mut text = String::from("workflow: simple\nversion: 1.0.0\nroles: {dir: {}}\nstates:\n");
    for n in 0..count {
        text.push_str(&format!("  s{n}:\n    on:\n      next: {{to: s{}, roles: dir}}\n", n + 1));
    }
    text.push_str(&format!("  s{count}: {{final: true}}\n"));
    text
}

fn benches(criterion: &mut Criterion) {
    let large = Bundle::single("generated.yaml", generated(1000));
    let checked = check(&large, &Options::default());
    assert!(checked.workflow.is_some(), "{:?}", checked.diagnostics);
    let plain = Bundle::single("simple.yaml", simple(1000));
    criterion.bench_function("check, 1,000 states with one event each", |bencher| {
        bencher.iter(|| check(&plain, &Options::default()));
    });
    criterion.bench_function("check, 1,000 states with steps, timers and guards", |bencher| {
        bencher.iter(|| check(&large, &Options::default()));
    });
    let study_day = Bundle::single("study-day.yaml", include_str!("../../../workflows/study-day/study-day.yaml"));
    criterion.bench_function("check, study day", |bencher| {
        bencher.iter(|| check(&study_day, &Options::default()));
    });
}

criterion_group! {
    name = group;
    config = Criterion::default().sample_size(20);
    targets = benches
}
criterion_main!(group);
