//! Reading YAML: what cannot be read, and where the caret stands.

use super::{body, codes, plain, shown};

/// Document, expected code, line and column.
const TABLE: &[(&str, &str, (u32, u32))] = &[
    ("", "DB003", (1, 1)),
    ("# nothing\n", "DB003", (1, 1)),
    ("a: 1\n\tb: 2\n", "DB011", (2, 1)),
    ("a:\n  b: 1\n \tc: 2\n", "DB011", (3, 2)),
    ("a: b: c\n", "DB010", (1, 5)),
    ("a: *b\n", "DB013", (1, 4)),
    ("a: &x [1, *x]\n", "DB013", (1, 11)),
    ("a: 1\n---\nb: 2\n", "DB017", (2, 1)),
    ("? [a, b]\n: c\n", "DB019", (1, 3)),
    ("{a}: b\n", "DB019", (1, 1)),
    ("%YAML 1.2\n---\na: 1\n", "DB010", (1, 1)),
    ("a: 'x' y\n", "DB010", (1, 8)),
    ("a: @x\n", "DB010", (1, 4)),
    ("just a text\n", "DB032", (1, 1)),
    ("- a\n- list\n", "DB032", (1, 1)),
    ("name: something else\n", "DB031", (1, 1)),
];

#[test]
fn what_is_no_workflow_is_said_with_its_place() {
    for (text, code, place) in TABLE {
        let checked = plain(text);
        assert_eq!(codes(&checked), [*code], "{text:?}\n{}", shown(&checked));
        let found = checked.diagnostics[0].place.as_ref().map(|p| (p.line, p.column));
        assert_eq!(found, Some(*place), "{text:?}");
        assert!(checked.diagnostics[0].help.is_some(), "{text:?}");
    }
}

#[test]
fn columns_count_characters_and_bytes_are_exact() {
    let checked = body("title: é\nstates: {é: {final: ja}}\n");
    let places: Vec<_> = checked.diagnostics.iter().filter_map(|d| d.place.as_ref()).collect();
    assert_eq!((places[0].line, places[0].column), (4, 10));
    assert_eq!((places[1].line, places[1].column), (4, 21));
    assert_eq!(&checked.sources[0].text[places[1].start as usize..places[1].end as usize], "ja");
}

#[test]
fn several_mistakes_give_several_messages() {
    let checked =
        body("privcy: P1\nroles: {dir: {form: x}}\nstates:\n  a: {on: {e: {target: b}}}\n  b: {finl: true}\n");
    assert_eq!(codes(&checked), ["DB030", "DB030", "DB030", "DB030"]);
    let helps: Vec<_> = checked.diagnostics.iter().filter_map(|d| d.help.as_deref()).collect();
    assert_eq!(
        helps,
        ["did you mean `privacy`?", "did you mean `from`?", "did you mean `to`?", "did you mean `final`?"]
    );
}

#[test]
fn an_error_in_an_expression_points_into_it() {
    let text = "config: {a: {type: integer, required: true}}\nroles: {dir: {}}\nstates:\n  x:\n    on: {e: {to: y, roles: dir, when: \"config.a > 1 && config.b\"}}\n  y: {final: true}\n";
    let checked = body(text);
    let place = checked.diagnostics[0].place.as_ref().unwrap();
    assert!(checked.sources[0].text[place.start as usize..].starts_with('b'), "{}", shown(&checked));
}

#[test]
fn anchors_and_aliases_are_expanded() {
    let checked =
        body("roles: {dir: {}}\nstates:\n  x: {on: {e: &t {to: y, roles: dir}, f: *t}}\n  y: {final: true}\n");
    let workflow = checked.workflow.as_ref().unwrap();
    assert_eq!(workflow.states[0].on[0].targets, workflow.states[0].on[1].targets);
}
