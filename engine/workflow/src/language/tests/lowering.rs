//! The compiled form of what is written.

use serde_json::json;

use super::{Bundle, Options, body, check, codes, plain, shown, with_bases};
use crate::ir::{Action, Identity, Join, Privacy, Recipient, StateKind, Workflow};
use crate::language::SourceFile;

fn workflow(text: &str) -> Workflow {
    let checked = body(text);
    let shown = shown(&checked);
    checked.workflow.unwrap_or_else(|| panic!("{shown}"))
}

#[test]
fn transitions_in_all_forms() {
    let w = workflow(
        "config: {teams: [team]}\ndata: {n: 0}\nroles: {dir: {}}\nstates:\n  a:\n    on:\n      short: b\n      list: [{to: b, when: 'data.n > 1', roles: dir}, {to: c, roles: dir}]\n      full:\n        to: b\n        roles: [dir]\n        require: [data.n > 0, {for_each: {t: config.teams}, when: has(t.id), that: has(t.coach), else: 'NO_COACH:{t.id}'}]\n        error: TOO_SOON\n        needs_reason: true\n        data: {date: {type: date, required: true}, note: text(20)}\n        mandatory: true\n    always: {when: data.n > 9, to: c}\n  b: {on: {x: {to: c, roles: dir}}}\n  c: {final: true}\n",
    );
    let on = &w.states[0].on;
    assert_eq!(on.len(), 5);
    assert_eq!((on[0].targets[0].as_str(), on[0].roles.len()), ("b", 0));
    assert_eq!(on[1].events, on[2].events);
    let full = &on[3];
    assert_eq!(full.require[0].reason, "NOT_READY");
    assert_eq!(full.require[1].reason, "NO_COACH:{t.id}");
    assert_eq!(full.require[1].each.as_ref().map(|e| e.var.as_str()), Some("t"));
    assert_eq!(full.error.as_deref(), Some("TOO_SOON"));
    assert!(full.needs_reason && full.mandatory && !full.internal);
    let data = full.event_data.as_ref().unwrap();
    assert_eq!(data["required"], json!(["date"]));
    assert_eq!(data["properties"]["note"], json!({"type": "string", "maxLength": 20}));
    assert_eq!(data["additionalProperties"], json!(false));
    assert!(on[4].events.is_empty());
}

#[test]
fn internal_is_the_default_below_a_compound_source() {
    let w = workflow(
        "roles: {dir: {}}\nstates:\n  p:\n    on:\n      in: {to: q, roles: dir}\n      again: {to: q, roles: dir, reenter: true}\n      self: {to: p, roles: dir}\n      out: {to: z, roles: dir}\n      stay: {roles: dir, do: {log: today}}\n    states: {q: {on: {r: {to: q, roles: dir}}}}\n  z: {final: true}\n",
    );
    let internal: Vec<bool> = w.states[0].on.iter().map(|t| t.internal).collect();
    assert_eq!(internal, [true, false, false, false, false]);
    assert!(!w.states[0].states[0].on[0].internal);
}

#[test]
fn states_of_every_kind() {
    let w = workflow(
        "roles: {dir: {}}\nstates:\n  p:\n    initial: b\n    states:\n      a: {on: {go: {to: b, roles: dir}}}\n      b: {on: {back: {to: a, roles: dir}}}\n      h: {history: shallow, default: a}\n      d: {history: deep, default: b}\n    on: {off: {to: q, roles: dir}}\n  q:\n    parallel: {r: , s: {states: {t: {final: true}}}}\n    on: {back: {to: h, roles: dir}, deep: {to: d, roles: dir}, end: {to: z, roles: dir}}\n  z: {final: true}\n",
    );
    let kinds: Vec<StateKind> = w.all_states().iter().map(|s| s.kind).collect();
    use StateKind::{Atomic, Compound, DeepHistory, Final, History, Parallel};
    assert_eq!(kinds, [Compound, Atomic, Atomic, History, DeepHistory, Parallel, Atomic, Compound, Final, Final]);
    assert_eq!(w.states[0].initial, ["b"]);
    assert_eq!(w.states[0].states[2].initial, ["a"]);
}

#[test]
fn timers_get_names_and_events() {
    let w = workflow(
        "config: {date: {type: date, required: true}}\nroles: {dir: {}}\nstates:\n  a:\n    after:\n      10 schooldays: b\n      20 schooldays: {timer: t-late, do: {notify: {roles: dir, text: late}}}\n    at: {2 schoolweeks before config.date: {to: b}}\n    every: {every schoolweek on monday at 09:00: {do: {log: today}}}\n  b: {final: true}\n",
    );
    let a = &w.states[0];
    let ids: Vec<&str> = a.timers.iter().map(|t| t.id.as_str()).collect();
    assert_eq!(ids, ["a.after.1", "t-late", "a.at.1", "a.every.1"]);
    assert_eq!(a.on[1].events, ["timer.t-late"]);
    assert!(a.timers[3].repeat && !a.timers[0].repeat);
    assert_eq!(a.timers[0].rule, "10 schooldays");
}

#[test]
fn actions_of_every_kind() {
    let w = workflow(
        "data: {n: 0, m: {}}\nroles: {dir: {}}\nstates:\n  a:\n    entry:\n      - set: {n: 1, 'm[instance.id]': 'data.n + 1'}\n      - raise: go\n      - raise: {event: went, data: {n: data.n}}\n      - send: {event: late, after: 2 schooldays, id: x, data: {flag: true}}\n      - send: {event: up, to: parent}\n      - send: {event: down, to: {children: a}}\n      - cancel: x\n      - notify: {roles: dir, text: hello, data: {n: data.n}}\n      - artifact: {name: report, content: data}\n      - log: \"'now'\"\n      - if: data.n > 0\n        then: [{log: \"'a'\"}]\n        else: {log: \"'b'\"}\n      - for_each: {k: keys(data.m)}\n        do: {set: {n: data.n + 1}}\n    run: {workflow: child, for_each: {k: keys(data.m)}, key: k, with: {k: k, one: 1}, join: {at_least: 2}, version: ^1, keep: true}\n    on: {go: b, went: b, late: b, done.child.a: b}\n  b: {final: true}\n",
    );
    let entry = &w.states[0].on_entry;
    assert_eq!(entry.len(), 13);
    assert!(matches!(&entry[0], Action::Assign { path, value } if path == "n" && value == "1"));
    assert!(matches!(&entry[1], Action::Assign { path, value } if path == "m[instance.id]" && value == "data.n + 1"));
    assert!(matches!(&entry[4], Action::Send { to: Recipient::Itself, data, .. } if data["flag"] == "true"));
    assert!(matches!(&entry[5], Action::Send { to: Recipient::Parent, .. }));
    assert!(matches!(&entry[6], Action::Send { to: Recipient::Children(s), .. } if s == "a"));
    assert!(matches!(&entry[11], Action::If { then, otherwise, .. } if then.len() == 1 && otherwise.len() == 1));
    let run = w.states[0].run.as_ref().unwrap();
    assert_eq!(run.join, Join::AtLeast(2));
    assert!(run.keep);
    assert_eq!(run.with["one"], "1");
}

#[test]
fn steps_with_defaults_and_sharing() {
    let w = workflow(
        "roles: {tch: {}, core: {from: \"['a']\"}}\nstates:\n  cards:\n    step:\n      uses: cluster-count\n      roles: tch\n      identity: anonymous\n      k: 7\n      privacy: P2\n      audience: {tch: contributor}\n      with: {by: group, group: \"${config}\"}\n      minutes: 5\n      due: 2 schooldays\n      remind: 1 schoolday\n      escalate: {after: 3 schooldays, roles: core}\n      conclude: when_ready\n    on: {done.step.cards: synthesis}\n  synthesis:\n    step: {uses: cluster-count, shares: cards, roles: core, accepts: assign, k: 5, fresh: true}\n    on: {done.step.synthesis: z}\n  z: {final: true}\n",
    );
    let (cards, synthesis) = (&w.states[0].steps[0], &w.states[1].steps[0]);
    assert_eq!((cards.min_contributions, cards.minutes), (1, Some(5)));
    assert_eq!(cards.remind, ["1 schoolday"]);
    assert_eq!(cards.escalate[0].roles, ["core"]);
    assert_eq!((synthesis.identity, synthesis.k, synthesis.privacy), (Identity::Anonymous, 5, Some(Privacy::P2)));
    assert_eq!(synthesis.with, cards.with);
    assert_eq!(synthesis.audience, cards.audience);
    assert!(synthesis.fresh && !cards.fresh);
}

#[test]
fn types_become_json_schema() {
    let w = workflow(
        "config:\n  a: date\n  b: {type: [person], required: true, title: {nl: Wie, en: Who}}\n  c: {enum: [x, y], default: x}\n  d: {fields: {e: integer, f: {type: text, required: true}}}\n  g: {map: boolean}\n  h: {schema: {type: array, maxItems: 3}}\n  i: {type: integer, min: 1, max: 9}\ndata: {n: 0, s: '', l: [], o: {}, t: {type: date}, u: {type: text, default: q}}\nroles: {dir: {}}\nstates:\n  x: {on: {e: {to: y, roles: dir, when: size(string(config)) + size(string(data)) > 0}}}\n  y: {final: true}\n",
    );
    let p = &w.config["properties"];
    assert_eq!(p["a"], json!({"type": "string", "format": "date"}));
    assert_eq!(p["b"]["items"]["format"], json!("person"));
    assert_eq!(p["b"]["title"], json!("Wie"));
    assert_eq!(w.config["required"], json!(["b"]));
    assert_eq!(p["c"], json!({"enum": ["x", "y"], "default": "x"}));
    assert_eq!(p["d"]["required"], json!(["f"]));
    assert_eq!(p["g"]["additionalProperties"], json!({"type": "boolean"}));
    assert_eq!(p["h"]["maxItems"], json!(3));
    assert_eq!(p["i"]["maximum"], json!(9));
    assert_eq!(w.texts["en"]["config.b"], "Who");
    assert_eq!(w.data_schema["properties"]["t"]["type"], json!(["string", "null"]));
    assert_eq!(w.data["t"], json!(null));
    assert_eq!(w.data["u"], json!("q"));
}

#[test]
fn the_linear_form() {
    let w = workflow(
        "roles: {tch: {}, dir: {}}\nsteps:\n  - {id: welcome, uses: input, roles: tch, title: Welkom, minutes: 10}\n  - {id: cards, uses: cluster-count, roles: tch, due: 5 schooldays, mandatory: true}\n",
    );
    let ids: Vec<&str> = w.states.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["welcome", "cards", "done"]);
    assert_eq!(w.states[0].on[0].events, ["done.step.welcome"]);
    assert_eq!(w.states[0].on[0].targets, ["cards"]);
    assert_eq!(w.states[1].on[0].targets, ["done"]);
    assert!(w.states[1].mandatory);
    assert_eq!(w.texts["nl"]["state.welcome"], "Welkom");
}

#[test]
fn an_overlay_changes_adds_and_removes() {
    let base = "# base: base\nworkflow: base\nversion: 1.3.0\ntags: [survey]\nroles: {dir: {}, coach: {}}\nstates:\n  a:\n    title: Begin\n    on: {go: {to: b, roles: [dir, coach]}, stop: {to: z, roles: dir}}\n  b: {on: {end: {to: z, roles: coach}}}\n  z: {final: true}\n";
    let over = "workflow: ours\nversion: 0.1.0\nextends: base@1\nstates:\n  a:\n    title: Start\n    on: {go: {to: c}, stop: null}\n  b: null\n  c: {on: {end: {to: z, roles: coach}}}\n";
    let checked = with_bases(&[base.to_owned(), over.to_owned()]);
    let shown = shown(&checked);
    let w = checked.workflow.unwrap_or_else(|| panic!("{shown}"));
    assert_eq!((w.id.as_str(), w.version.as_str()), ("ours", "0.1.0"));
    assert_eq!(w.tags, ["survey"]);
    let ids: Vec<&str> = w.states.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["a", "z", "c"]);
    assert_eq!(w.states[0].on.len(), 1);
    assert_eq!((w.states[0].on[0].targets[0].as_str(), w.states[0].on[0].roles.len()), ("c", 2));
    assert_eq!(w.texts["nl"]["state.a"], "Start");
}

#[test]
fn a_problem_in_the_base_is_shown_in_the_file_of_the_base() {
    let base = "# base: base\nworkflow: base\nversion: 1.0.0\nstates:\n  a: {on: {go: nowhere}}\n  z: {final: true}\n";
    let checked = with_bases(&[base.to_owned(), "workflow: ours\nversion: 1.0.0\nextends: base\n".to_owned()]);
    assert_eq!(codes(&checked), ["DB060"]);
    assert_eq!(checked.diagnostics[0].place.as_ref().map(|p| p.file.as_str()), Some("base.yaml"));
}

#[test]
fn texts_come_from_files_first() {
    let bundle = Bundle {
        main: SourceFile::new(
            "w.yaml",
            "workflow: w\nversion: 1.0.0\ntitle: Titel\nroles: {dir: {}}\nstates:\n  a: {title: {nl: Een, en: One}, on: {e: {to: z, roles: dir}}}\n  z: {final: true}\n",
        ),
        texts: vec![SourceFile::new(
            "texts/nl.yaml",
            "title: Titel\nstate:\n  a: Eén\n  z: Klaar\n  z.hint: Alles is klaar\nevent.e: Ga\nrole: {dir: Directeur}\n",
        )],
    };
    let checked = check(&bundle, &Options::default());
    assert_eq!(codes(&checked), ["DB207", "DB007"], "{}", shown(&checked));
    let texts = checked.workflow.unwrap().texts;
    assert_eq!(texts["nl"]["state.a"], "Eén");
    assert_eq!(texts["nl"]["state.z.hint"], "Alles is klaar");
    assert_eq!(texts["en"]["state.a"], "One");
}

#[test]
fn the_study_day_of_the_repository_is_accepted() {
    let bundle = Bundle {
        main: SourceFile::new("study-day.yaml", include_str!("../../../../../workflows/study-day/study-day.yaml")),
        texts: vec![
            SourceFile::new("texts/nl.yaml", include_str!("../../../../../workflows/study-day/texts/nl.yaml")),
            SourceFile::new("texts/en.yaml", include_str!("../../../../../workflows/study-day/texts/en.yaml")),
        ],
    };
    let checked = check(&bundle, &Options::default());
    assert!(checked.diagnostics.is_empty(), "{}", shown(&checked));
    let twice = check(&bundle, &Options::default());
    assert_eq!(checked.workflow.map(|w| w.hash()), twice.workflow.map(|w| w.hash()));
}

#[test]
fn the_hash_is_that_of_the_canonical_bytes() {
    use sha2::{Digest, Sha256};
    let w = workflow("states:\n  a: {after: {1 schoolday: z}}\n  z: {final: true}\n");
    let hex: String = Sha256::digest(w.canonical()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(w.hash(), hex);
}

#[test]
fn every_element_with_a_place_is_found_where_it_stands() {
    let checked = plain(
        "workflow: w\nversion: 1.0.0\nroles: {dir: {}}\nstates:\n  a:\n    on:\n      e: {to: z, roles: dir, when: 'true'}\n  z: {final: true}\n",
    );
    let at = |path: &str| checked.map.exact(path).map(|s| (s.line, s.column));
    assert_eq!(at("state/a"), Some((5, 3)));
    assert_eq!(at("state/a/on/0"), Some((7, 7)));
    assert_eq!(at("state/a/on/0/when"), Some((7, 36)));
    assert_eq!(at("role/dir/name"), Some((3, 9)));
}
