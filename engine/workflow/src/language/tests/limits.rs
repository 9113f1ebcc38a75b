//! Bad and hostile documents: each one clear message with a place, never a panic, always soon.

use super::{body, codes, plain, shown};
use crate::language::{MAX_BYTES, SourceFile};

#[test]
fn ten_megabytes() {
    let text = format!("workflow: a\nversion: 1.0.0\ntitle: \"{}\"\n", "x".repeat(10 * 1024 * 1024));
    let checked = plain(&text);
    assert_eq!(codes(&checked), ["DB001"]);
    assert!(shown(&checked).len() < 1000);
}

#[test]
fn a_file_that_is_no_text() {
    let problem = SourceFile::from_bytes("w.yaml", b"workflow: a\nversion: \xff\xfe").unwrap_err();
    assert_eq!(problem.code, "DB002");
    assert_eq!(problem.place.map(|place| (place.line, place.column)), Some((2, 10)));
    assert!(SourceFile::from_bytes("w.yaml", "é".as_bytes()).is_ok());
}

#[test]
fn an_alias_bomb() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        let items = vec![format!("*a{}", n - 1); 10].join(", ");
        text.push_str(&format!("a{n}: &a{n} [{items}]\n"));
    }
    assert_eq!(codes(&plain(&text)), ["DB014"]);
}

#[test]
fn an_alias_cycle() {
    assert_eq!(codes(&plain("states: &s {a: {states: *s}}\n")), ["DB013"]);
    assert_eq!(codes(&plain("a: *b\nb: &b *a\n")), ["DB013"]);
}

#[test]
fn deep_nesting() {
    for text in ["[".repeat(20_000), "{a: ".repeat(20_000), "- ".repeat(20_000)] {
        assert_eq!(codes(&plain(&text)), ["DB015"], "{}", &text[..8]);
    }
    let aliased = format!("a: &a {}x{}\nb: {}*a{}\n", "[".repeat(60), "]".repeat(60), "[".repeat(60), "]".repeat(60));
    assert_eq!(codes(&plain(&aliased)), ["DB015"]);
}

#[test]
fn too_many_values() {
    let text = format!("workflow: a\nversion: 1.0.0\ndata: {{x: [{}]}}\n", "1,".repeat(MAX_BYTES / 2 - 100));
    assert_eq!(codes(&plain(&text)), ["DB016"]);
}

#[test]
fn more_problems_than_shown() {
    let states: String = (0..300).map(|n| format!("  s{n}: {{nope: 1}}\n")).collect();
    let checked = body(&format!("states:\n{states}"));
    assert_eq!(checked.diagnostics.len(), 201);
    assert_eq!(checked.diagnostics.last().map(|item| item.code), Some("DB009"));
}

#[test]
fn many_wrong_names_and_long_chains() {
    let wrong: String = (0..4000).map(|n| format!("  s{n}: {{on: {{e: t{n}}}}}\n")).collect();
    assert_eq!(body(&format!("states:\n{wrong}")).diagnostics.len(), 201);
    let chain: String = (0..4000).map(|n| format!("  s{n}: {{always: s{}}}\n", (n + 1) % 4000)).collect();
    let checked = body(&format!("states:\n{chain}"));
    assert!(codes(&checked).contains(&"DB215"));
}

#[test]
fn states_nested_deeper_than_the_chart_can() {
    let mut inner = "{on: {e: {to: s0}}}".to_owned();
    for n in (0..45).rev() {
        inner = format!("{{states: {{s{n}: {inner}}}}}");
    }
    let checked = body(&format!("states: {{top: {inner}}}\n"));
    assert!(!codes(&checked).contains(&"DB100"), "{}", shown(&checked));
}

#[test]
fn wrong_encodings_and_strange_characters_do_not_panic() {
    for text in [
        "\u{feff}workflow: a\n",
        "\0",
        "a: \u{7}",
        "\u{2028}",
        "é: {ü: [ß, '\u{1f600}\n",
        "a: \"\\ud800\"",
        "a: |9\n x",
        "'",
        "\"",
        "&",
        "*",
        "!",
        "|",
        ">",
        "%",
        "@",
        "`",
        "- - -\n-",
        "? ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "a: {b",
        "\t",
        "a:\n\t- b",
        "\r\r\n",
        "---\n---\n---",
        "...",
        "--- !<tag:x> a",
        "a: &é b\nc: *é",
    ] {
        let checked = plain(text);
        assert!(checked.has_errors(), "{text:?}");
        assert!(checked.workflow.is_none());
        let _ = shown(&checked);
    }
}

mod random {
    use proptest::prelude::*;

    use super::*;

    /// Pieces of which a generated document is put together.
    const PIECES: &[&str] = &[
        "workflow: a\n",
        "version: 1.0.0\n",
        "states:\n",
        "  a:\n",
        "  b: {final: true}\n",
        "    on:\n",
        "      e: b\n",
        "      e: {to: b, when: x, require: [y]}\n",
        "    step: {uses: goal}\n",
        "    after: {1 schoolday: b}\n",
        "- ",
        "{",
        "}",
        "[",
        "]",
        ": ",
        "&x ",
        "*x",
        "\n",
        "  ",
        "\"",
        "'",
        "null",
        "config: {a: date}\n",
        "    parallel: {r: {}}\n",
        "extends: a\n",
        "\t",
        "#",
        "é",
        "${x}",
        "    entry: {set: {q: 1}}\n",
        "    history: deep\n",
        "data: {q: {type: team}}\n",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

        #[test]
        fn any_document_gets_an_answer(parts in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
            let checked = plain(&parts.concat());
            prop_assert_eq!(checked.workflow.is_some(), !checked.has_errors());
            for item in &checked.diagnostics {
                if let Some(place) = &item.place {
                    let text = &checked.sources[0].text;
                    prop_assert!(text.get(place.start as usize..place.end as usize).is_some());
                    prop_assert!(place.line >= 1 && place.column >= 1);
                }
            }
            let _ = shown(&checked);
        }
    }

    proptest! {
        // Each case checks a document of 20 KB twice.
        #![proptest_config(ProptestConfig { cases: 30, ..ProptestConfig::default() })]

        #[test]
        fn a_study_day_cut_or_changed_anywhere_gets_an_answer(at in 0usize..20_000, what in prop::sample::select(PIECES)) {
            let text = include_str!("../../../../../workflows/study-day/study-day.yaml");
            let at = (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
            let _ = shown(&plain(&text[..at]));
            let _ = shown(&plain(&format!("{}{what}{}", &text[..at], &text[at..])));
        }
    }
}
