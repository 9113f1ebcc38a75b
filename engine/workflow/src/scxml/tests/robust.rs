//! Hostile documents: bounded, refused, never a panic.

use proptest::prelude::*;

use super::super::{Document, limits, trace};
use super::{document, refusal};

#[test]
fn deep_nesting() {
    let states = format!("{}{}", "<state>".repeat(5_000), "</state>".repeat(5_000));
    assert!(refusal(&document("null", "", &states)).contains("nested deeper than 128 levels"));
    let ifs = format!("{}{}", "<if cond='true'>".repeat(5_000), "</if>".repeat(5_000));
    let scxml = document("null", "", &format!("<state id='a'><onentry>{ifs}</onentry></state>"));
    assert!(refusal(&scxml).contains("nested deeper than 64 levels"));
    let cond = format!("{}true{}", "(".repeat(50_000), ")".repeat(50_000));
    let scxml = document("null", "", &format!("<state id='a'><transition cond='{cond}'/></state>"));
    assert!(refusal(&scxml).starts_with("cond="));
}

#[test]
fn long_flat_conditions_are_fine_or_refused() {
    let cond = vec!["In(&apos;a&apos;)"; 20_000].join(" || ");
    let scxml = document(
        "null",
        "",
        &format!("<state id='a'><transition cond='{cond}' event='e' target='b'/></state><state id='b'/>"),
    );
    let mut out = Vec::new();
    let result = trace::run(&scxml, [Ok(r#"{"event":"e"}"#.to_owned())], &mut out);
    assert!(result.is_ok() || refusal(&scxml).starts_with("cond="));
}

#[test]
fn too_large() {
    let scxml = document("null", "", &" ".repeat(limits::MAX_DOCUMENT_BYTES));
    assert_eq!(refusal(&scxml), "document of more than 16777216 bytes, line 1, column 1");
}

#[test]
fn a_document_type_is_refused() {
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><scxml><state id="&c;"/></scxml>"#;
    assert!(refusal(bomb).starts_with("not well-formed XML"));
}

const PIECES: [&str; 24] = [
    "<state id='a'>",
    "<state>",
    "</state>",
    "<parallel id='p'>",
    "</parallel>",
    "<final id='f'/>",
    "<onentry>",
    "</onentry>",
    "<transition event='e' target='a'/>",
    "<transition target='p'>",
    "</transition>",
    "<history id='h'>",
    "</history>",
    "<raise event='e'/>",
    "<send event='e' delay='1s'/>",
    "<if cond='true'>",
    "<else/>",
    "</if>",
    "<log expr='1 / 0'/>",
    "<assign location='a[0' expr='('/>",
    "<datamodel><data id='d' expr='[1'/></datamodel>",
    "text",
    "<!-- x -->",
    "&amp;",
];

proptest! {
    /// Any text is read or refused.
    #[test]
    fn any_text(text in ".{0,200}") {
        let _ = Document::read(&text);
    }

    /// Any arrangement of pieces is refused, runs, or is stopped.
    #[test]
    fn any_pieces(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..30)) {
        let scxml = document("cel", "", &pieces.concat());
        let lines = ["e", "x"].map(|event| Ok(format!(r#"{{"event":"{event}","after_ms":1000}}"#)));
        let _ = trace::run(&scxml, lines, &mut Vec::new());
    }
}
