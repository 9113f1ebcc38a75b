//! Two versions of a small workflow, changed in one place at a time, and what is said of it.

use crate::ir::Workflow;
use crate::language::{self, Bundle, Options, SourceFile};

use super::*;

const BASE: &str = r#"
workflow: small
version: 1.0.0
title: {nl: Klein, en: Small}
roles: {chair: {}, member: {}}
config:
  date: {type: date, required: true}
states:
  asking:
    title: {nl: Vragen, en: Asking}
    step: {uses: input, roles: [member], minutes: 10, with: {limit: 3}}
    after:
      5 schooldays: {timer: t-late, to: closed}
    on:
      close: {to: closed, roles: [chair]}
  closed: {final: true}
"#;

fn workflow(yaml: &str) -> Workflow {
    let bundle = Bundle { main: SourceFile::new("small.yaml", yaml), texts: Vec::new() };
    let checked = language::check(&bundle, &Options::default());
    checked.workflow.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
}

/// The changes when `from` is written as `to`, in English.
fn changes(from: &str, to: &str) -> Vec<Change> {
    assert!(BASE.contains(from), "{from}");
    compare(&workflow(BASE), &workflow(&BASE.replace(from, to)), "en")
}

#[test]
fn each_change_is_said_once_and_in_place() {
    let table = [
        ("version: 1.0.0", "version: 1.1.0", Area::Workflow, "workflow “Small” (small): version 1.0.0 → 1.1.0"),
        ("minutes: 10", "minutes: 20", Area::Step, "step `asking`: minutes 10 → 20"),
        ("roles: [member], ", "roles: [member, chair], ", Area::Step, "step `asking`: who may member → member, chair"),
        ("minutes: 10, ", "", Area::Step, "step `asking`: minutes 10 → none"),
        ("minutes: 10", "minutes: 10, mandatory: true", Area::Step, "step `asking`: from now on: may not be skipped"),
        ("limit: 3", "limit: 4", Area::Step, "step `asking`: setting `limit` 3 → 4"),
        ("5 schooldays", "8 schooldays", Area::Timer, "timer `t-late`: moment 5 schooldays → 8 schooldays"),
        (
            "close: {to: closed, roles: [chair]}",
            "close: {to: closed, roles: [member]}",
            Area::Event,
            "`close` in `asking`: who may chair → member",
        ),
        (
            "  date: {type: date, required: true}",
            "  date: {type: date, required: true}\n  place: {type: text}",
            Area::Config,
            "setting `place` is new",
        ),
    ];
    for (from, to, area, said) in table {
        let found = changes(from, to);
        let words: Vec<&str> =
            found.iter().filter(|change| change.area == area).map(|change| change.words.as_str()).collect();
        assert_eq!(words, [said], "{from} -> {to}: {found:#?}");
        let others: Vec<_> = found.iter().filter(|change| change.area != area && change.area != Area::Text).collect();
        assert!(others.is_empty(), "{from} -> {to}: {others:#?}");
    }
}

#[test]
fn every_part_is_spelled_out() {
    let rich = BASE
        .replace("with: {limit: 3}}", "with: {limit: 3, rounds: [{id: a, who: all}, {id: b, who: one}]}, remind: 2 schooldays, escalate: [{after: 4 schooldays, roles: [chair]}], audience: {chair: team}, retain: 10 schooldays, privacy: P2, identity: anonymous, k: 6}")
        .replace("close: {to: closed, roles: [chair]}", "close: {to: closed, roles: [chair], data: {why: {type: text}}, require: [{that: 1 > 0, else: NEVER}], do: [{set: {count: \"1\"}}, {notify: {roles: [member], text: closing}}]}")
        .replace("states:\n", "data: {count: 0}\nviews: {chair: {n: data.count}}\nstates:\n")
        .replace("title: {nl: Klein, en: Small}", "title: {nl: Klein, en: Small}\nprivacy: P1")
        .replace("chair: {}", "chair: {from: \"[config.date]\"}");
    let table = [
        ("who: one", "who: two", "step `asking`: setting `rounds[b].who` one → two"),
        ("remind: 2 schooldays", "remind: 3 schooldays", "step `asking`: reminders 2 schooldays → 3 schooldays"),
        (
            "after: 4 schooldays",
            "after: 5 schooldays",
            "step `asking`: who hears when it is late 4 schooldays: chair → 5 schooldays: chair",
        ),
        (
            "audience: {chair: team}",
            "audience: {chair: held}",
            "step `asking`: what this role sees `chair` team → held",
        ),
        ("retain: 10 schooldays", "retain: 60 schooldays", "step `asking`: kept 10 schooldays → 60 schooldays"),
        ("privacy: P2", "privacy: P3", "step `asking`: privacy class P2 → P3"),
        (
            "identity: anonymous",
            "identity: pseudonymous",
            "step `asking`: who stands behind a contribution anonymous → pseudonymous",
        ),
        ("k: 6", "k: 7", "step `asking`: threshold of anonymity 6 → 7"),
        (
            "{why: {type: text}}",
            "{why: {type: date}}",
            "`close` in `asking`: data with the event `why.format` none → date",
        ),
        (
            "1 > 0, else",
            "2 > 0, else",
            "`close` in `asking`: what must be in order first 1 > 0 else NEVER → 2 > 0 else NEVER",
        ),
        (
            "set: {count: \"1\"}",
            "set: {count: \"2\"}",
            "`close` in `asking`: what it does set count: 1, notify member closing → set count: 2, notify member closing",
        ),
        ("n: data.count", "n: data.count + 1", "view of `chair`: field `n` data.count → data.count + 1"),
        ("privacy: P1", "privacy: P2", "workflow “Small” (small): privacy class P1 → P2"),
        ("[config.date]", "[config.date, config.date]", "role `chair`: who [config.date] → [config.date, config.date]"),
        ("data: {count: 0}", "data: {count: 5}", "`count`: first value 0 → 5"),
        ("{type: date, required: true}", "{type: date}", "setting `date`: no longer: required"),
        (
            "{type: date, required: true}",
            "{type: integer, required: true}",
            "setting `date`: form `format` date → none; form `type` string → integer",
        ),
    ];
    for (from, to, said) in table {
        assert!(rich.contains(from), "{from}");
        let found = compare(&workflow(&rich), &workflow(&rich.replacen(from, to, 1)), "en");
        let words: Vec<&str> = found.iter().map(|change| change.words.as_str()).collect();
        assert!(words.contains(&said), "{from} -> {to}: {words:#?}");
    }
}

#[test]
fn long_texts_are_shown_where_they_differ() {
    let (old, new) = (format!("{}one", "word ".repeat(60)), format!("{}two", "word ".repeat(60)));
    let found = compare(
        &workflow(&BASE.replace("nl: Vragen", &format!("nl: {old}"))),
        &workflow(&BASE.replace("nl: Vragen", &format!("nl: {new}"))),
        "en",
    );
    assert!(found[0].words.ends_with("word one” → “…word word word word two”"), "{}", found[0].words);
}

#[test]
fn the_same_workflow_has_no_difference() {
    assert_eq!(compare(&workflow(BASE), &workflow(BASE), "nl"), []);
    assert_eq!(
        changes("minutes: 10, with: {limit: 3}", "with: {limit: 3}, minutes: 10"),
        [],
        "order of keys is no difference"
    );
}

#[test]
fn a_new_state_comes_with_its_step_and_events_and_an_old_one_goes() {
    let with_state = BASE.replace(
        "  closed: {final: true}",
        "  talk:\n    step: {uses: meeting, roles: [chair]}\n    on: {end: {to: closed, roles: [chair]}}\n  closed: {final: true}",
    );
    let with_state = with_state.replace("close: {to: closed", "close: {to: talk");
    let (old, new) = (workflow(BASE), workflow(&with_state));
    let words = |changes: Vec<Change>| changes.into_iter().map(|change| (change.kind, change.id)).collect::<Vec<_>>();
    let added = words(compare(&old, &new, "nl"));
    assert_eq!(
        added,
        [
            (Kind::Added, "talk".to_owned()),
            (Kind::Added, "talk".to_owned()),
            (Kind::Changed, "asking.close".to_owned()),
            (Kind::Added, "talk.end".to_owned()),
        ]
    );
    let removed = words(compare(&new, &old, "nl"));
    assert_eq!(removed[..2], [(Kind::Removed, "talk".to_owned()), (Kind::Removed, "talk".to_owned())]);
    assert_eq!(removed[2..], [(Kind::Changed, "asking.close".to_owned())], "events of a state that is gone go with it");
    let said = compare(&old, &new, "nl");
    assert_eq!(
        said[1].words,
        "stap `talk` komt erbij: soort stap meeting; wie mag chair; wie achter een bijdrage staat named"
    );
    assert_eq!(said[2].words, "`close` in `asking`: leidt naar closed → talk");
}

#[test]
fn texts_are_counted_by_language() {
    let found = changes("nl: Vragen", "nl: Vragenronde");
    let texts: Vec<&str> =
        found.iter().filter(|change| change.area == Area::Text).map(|change| change.words.as_str()).collect();
    assert_eq!(texts, ["Dutch: 1 different; state.asking “Vragen” → “Vragenronde”"]);
}

#[test]
fn transitions_of_one_event_are_told_apart() {
    let two = "close: [{when: 1 > 0, to: closed, roles: [chair]}, {to: asking, roles: [chair]}]";
    let two = BASE.replace("close: {to: closed, roles: [chair]}", two);
    let three = two.replace("close: [", "close: [{when: 2 > 3, to: closed, roles: [member]}, ");
    let found = compare(&workflow(&two), &workflow(&three), "en");
    let kinds: Vec<_> = found.iter().map(|change| (change.kind, change.id.as_str())).collect();
    assert_eq!(kinds, [(Kind::Added, "asking.close")], "{found:#?}");
}
