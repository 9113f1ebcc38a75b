//! What lint must not say: forms that are right although they look like a mistake. The pages of docs/codes show what
//! each rule does say.

use crate::language::{Bundle, Options, check};

fn codes(text: &str) -> Vec<&'static str> {
    let roles: String =
        ["dir", "pol"].iter().filter(|role| text.contains(*role)).map(|role| format!("{role}: {{}}, ")).collect();
    let head = format!("workflow: try\nversion: 1.0.0\nroles: {{{roles}}}\nstates:\n");
    let text = format!("{head}{text}  z: {{final: true}}\n");
    let checked = check(&Bundle::single("try.yaml", text), &Options::default());
    checked.diagnostics.iter().map(|item| item.code).collect()
}

#[test]
fn right_forms_are_left_alone() {
    let table: &[(&str, &str)] = &[
        ("left by an ancestor", "  p:\n    states: {a: {}}\n    on: {e: {to: z, roles: dir}}\n"),
        ("left by another region", "  p:\n    parallel:\n      r: {}\n      s: {on: {e: {to: z, roles: dir}}}\n"),
        (
            "reached as a region",
            "  p:\n    parallel:\n      r: {states: {a: {on: {e: {to: z, roles: dir}}}, b: {final: true}}, on: {f: {to: b, roles: dir}}}\n      s: {}\n",
        ),
        (
            "reached by history",
            "  p:\n    states: {a: {on: {e: {to: q, roles: dir}}}, h: {history: deep, default: a}}\n  q: {on: {back: {to: h, roles: dir}, end: {to: z, roles: dir}}}\n",
        ),
        (
            "reached by a second target",
            "  a: {on: {e: {to: [r2, s1], roles: dir}}}\n  p:\n    parallel:\n      r: {states: {r1: {}, r2: {on: {back: {to: r1, roles: dir}}}}}\n      s: {states: {s1: {}}}\n    on: {e: {to: z, roles: dir}}\n",
        ),
        (
            "guarded, then not",
            "  a: {on: {e: [{to: z, roles: dir, when: '1 < 2'}, {to: b, roles: dir}]}}\n  b: {on: {e: {to: z, roles: dir}}}\n",
        ),
        (
            "one event, other people",
            "  a: {on: {e: [{to: z, roles: dir}, {to: b, roles: pol}]}}\n  b: {on: {e: {to: z, roles: dir}}}\n",
        ),
        (
            "eventless with a way out",
            "  a: {always: [{to: z, when: 'today > now'}, {to: b}]}\n  b: {always: {to: a, when: 'today > now'}, on: {e: {to: z, roles: dir}}}\n",
        ),
        (
            "one region leaves only itself",
            "  p:\n    parallel:\n      r: {states: {r1: {on: {next: {to: r2, roles: dir}}}, r2: {}}}\n      s: {states: {s1: {on: {next: {to: s2, roles: dir}}}, s2: {}}}\n    on: {e: {to: z, roles: dir}}\n",
        ),
        ("raised and heard by a prefix", "  a: {entry: {raise: team.ready}, on: {team.*: z}}\n"),
        ("children asked for", "  a: {run: {workflow: c}, on: {e: {to: z, roles: dir, when: size(children.a) > 0}}}\n"),
        (
            "repeats until it is left",
            "  a: {every: {every schoolday at 09:00: {do: {log: today}}}, on: {e: {to: z, roles: dir}}}\n",
        ),
    ];
    for (what, text) in table {
        assert_eq!(codes(text), Vec::<&str>::new(), "{what}");
    }
}

#[test]
fn the_door_to_the_follow_up_is_guarded() {
    let door = |extra: &str| {
        format!(
            "  day: {{on: {{end_day: {{to: after, roles: dir{extra}}}}}}}\n  after: {{run: {{workflow: learning-cycle, keep: true}}, after: {{9 schooldays: z}}}}\n"
        )
    };
    let tagged = |text: &str| {
        let text =
            format!("workflow: study-day\nversion: 1.0.0\nroles: {{dir: {{}}}}\nstates:\n{text}  z: {{final: true}}\n");
        let checked = check(&Bundle::single("try.yaml", text), &Options::default());
        checked.diagnostics.iter().map(|item| item.code).collect::<Vec<_>>()
    };
    assert_eq!(tagged(&door("")), ["DB301"]);
    assert_eq!(tagged(&door(", mandatory: true")), ["DB301"]);
    assert_eq!(tagged(&door(", mandatory: true, require: today > now")), Vec::<&str>::new());
    let around = format!(
        "{}  side: {{on: {{skip: {{to: z, roles: dir}}}}}}\n",
        door(", mandatory: true, require: today > now, do: {raise: x}")
    )
    .replace("{on: {end_day", "{on: {slip: {to: side, roles: dir}, x: {to: side, roles: dir}, end_day");
    assert_eq!(tagged(&around), ["DB301"]);
}
