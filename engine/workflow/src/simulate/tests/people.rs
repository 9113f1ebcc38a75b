//! People and their habits, made-up values, and what a rehearsal file may not say.

use serde_json::{Value, json};

use super::help::{plan, plan_of, school, source};
use crate::simulate::people::people;
use crate::simulate::sample::Sampler;

const PLAIN: &str = "
workflow: plain
version: 1.0.0
roles: {dir: {}, tch: {}}
states:
  work:
    step: {uses: questionnaire, roles: [tch]}
    on: {next: {to: done, roles: [dir]}}
  done: {final: true}
";

#[test]
fn habits_hold_over_many_people() {
    let plan = plan(PLAIN, "habits: {absent: 0.1, part_time: 0.5, never: 0.2, leave: 0.2}\n");
    let (mut away, mut days, mut part_time, mut silent, mut leaving, mut others) = (0, 0, 0, 0, 0, 0);
    for seed in 0..40 {
        for one in people(&plan, seed) {
            part_time += usize::from(one.off.is_some());
            let leads = one.roles.iter().any(|role| role == "dir" || role == "coach");
            assert!(!leads || (!one.never && one.leaves.is_none()), "who leads stays and answers");
            others += usize::from(!leads);
            silent += usize::from(one.never);
            leaving += usize::from(one.leaves.is_some());
            for (number, day) in plan.school.calendar.school_days().iter().enumerate() {
                if one.off != Some(day.weekday()) {
                    days += 1;
                    away += usize::from(!one.is_in(number, *day));
                }
            }
        }
    }
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    assert!((0.07..0.13).contains(&share(away, days)), "{}", share(away, days));
    assert!((0.42..0.58).contains(&share(part_time, 40 * 24)), "{}", share(part_time, 40 * 24));
    assert!((0.12..0.28).contains(&share(silent, others)), "{}", share(silent, others));
    assert!((0.12..0.28).contains(&share(leaving, others)), "{}", share(leaving, others));
}

#[test]
fn who_leaves_answers_no_more() {
    let plan = plan(PLAIN, "habits: {leave: 1, absent: 0, never: 0}\nstart: 2027-05-03\n");
    let run = crate::simulate::simulate(&plan, 2, true);
    let left = run.told.iter().filter(|told| matches!(told.what, crate::simulate::What::Left { .. })).count();
    assert_eq!(left, 24 - 9, "everybody but the director and the coaches");
    assert!(run.steps["plain/work"].answers < 20);
    assert_eq!(run.cycles[0].lifecycle, "ended");
}

#[test]
fn what_fits_neither_workflow_nor_school_is_named_with_a_mend() {
    let cases = [
        ("results: {wrk: {}}\n", "no step `wrk`; did you mean `work`?"),
        ("outcomes: {nothing_like_it: {a: 1}}\n", "no step `nothing_like_it`; known are work"),
        ("events: {nxt: {}}\n", "no event `nxt`; did you mean `next`?"),
        ("also: {nxt: 'true'}\n", "no event `nxt`"),
        ("not_before: {wrk: 2026-10-01}\n", "no step or event `wrk`"),
        ("live: [wok]\n", "no state `wok`; did you mean `work`?"),
        ("results: {work: {a: '@team:nowhere'}}\n", "no team `nowhere`; it has evaluatie"),
        ("results: {work: {a: '@pupils'}}\n", "`@pupils` stands for nothing; a rehearsal knows @people"),
        ("results: {work: {a: '${1 +}'}}\n", "results.work: `1 +`"),
        ("not_before: {work: 'today +'}\n", "not_before.work: `today +`"),
        ("config: {nonsense: 1}\n", "config"),
    ];
    for (rehearsal, wanted) in cases {
        let problems = plan_of(school(), &[source(PLAIN, rehearsal)]).expect_err(rehearsal);
        assert!(problems.iter().any(|problem| problem.contains(wanted)), "{wanted}: {problems:?}");
    }
    let empty = crate::simulate::School { people: Default::default(), ..school() };
    let problems = plan_of(empty, &[source(PLAIN, "")]).expect_err("nobody is there");
    assert!(problems[0].contains("has no people"), "{problems:?}");
}

#[test]
fn configurations_are_made_from_schema_and_school() {
    let schema = json!({"type": "object", "required": ["date", "until", "director", "teachers", "team", "teams", "n", "kind"],
    "properties": {
        "date": {"type": "string", "format": "date"},
        "until": {"type": "string", "format": "date"},
        "director": {"type": "string", "format": "person"},
        "teachers": {"type": "array", "items": {"type": "string", "format": "person"}},
        "team": {"type": "object"},
        "teams": {"type": "array", "items": {"type": "object"}},
        "n": {"type": "integer", "minimum": 2},
        "kind": {"enum": ["a", "b"]},
        "theme": {"type": "string"},
        "weeks": {"type": "integer", "default": 6},
    }});
    let school = school();
    let today = "2026-09-07".parse().expect("a day");
    let sampler = Sampler { school: &school, today, ahead: 20, turn: 0, whole: false };
    let config = Value::Object(sampler.config(&schema, &serde_json::Map::new()));
    assert_eq!(config["date"], "2026-10-05", "twenty school days later");
    assert!(config["until"].as_str() > config["date"].as_str());
    assert_eq!(config["director"], "dir");
    assert_eq!(config["teachers"].as_array().map(Vec::len), Some(20));
    assert_eq!(config["team"]["id"], "evaluatie");
    assert_eq!(config["teams"].as_array().map(Vec::len), Some(8));
    assert_eq!((&config["n"], &config["kind"], &config["weeks"]), (&json!(2), &json!("a"), &json!(6)));
    assert_eq!(config.get("theme"), None, "what is not required is left out");
}

#[test]
fn results_have_one_of_everything_but_nothing_amiss() {
    let schema = json!({"type": "object", "properties": {
        "goals": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}},
        "missing": {"type": "array", "items": {"type": "string"}},
        "without_coach": {"type": "array", "items": {"type": "string"}},
        "groups": {"type": "array", "items": {"type": "object", "properties": {"id": {}, "members": {}, "coach": {}}}},
        "ready": {"type": "boolean"},
        "late": {"type": "integer"},
    }});
    let school = school();
    let sampler = Sampler { school: &school, today: school.calendar.first_day(), ahead: 20, turn: 0, whole: true };
    let result = sampler.value(&schema, "step");
    assert_eq!(result["goals"].as_array().map(Vec::len), Some(1));
    assert_eq!((&result["missing"], &result["without_coach"]), (&json!([]), &json!([])));
    assert_eq!(result["groups"].as_array().map(Vec::len), Some(8));
    assert_eq!((&result["ready"], &result["late"]), (&json!(true), &json!(0)));
}
