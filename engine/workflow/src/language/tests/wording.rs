//! Other words for an instrument: what is replaced, what stays to the letter, what is refused with its line.

use crate::language::SourceFile;
use crate::language::wording::{NewText, Reworded, Wishes, read_csv, read_yaml, reword};

const BASE: &str = r#"# A remark that stays.
instrument: small
version: 1.0.0
uses: questionnaire
title: {nl: "Klein", en: "Small"}
source: {nl: "Eigen", en: "Own"}
licence: own wording
with:
  scale: {min: 1, max: 3, labels: {"1": {nl: nee, en: "no"}}}
  items:
    - {id: a1, codes: [V1, D2], label: {nl: Ik vraag door., en: "I ask on."}}  # beside
    - id: a2
      label:
        nl: Ik luister.
        en: 'I listen.'
      options:
        - {id: often, label: {nl: vaak, en: often}}
    - id: a3
      options:
        - {id: often, label: {nl: vaak, en: often}}
"#;

fn csv(text: &str) -> Result<Vec<NewText>, Vec<String>> {
    read_csv(&SourceFile::new("texts.csv", text))
}

fn done(list: &str, wishes: &Wishes) -> Result<Reworded, Vec<String>> {
    reword(&SourceFile::new("small.yaml", BASE), &csv(list)?, wishes)
}

#[test]
fn texts_are_replaced_and_nothing_else_changes() {
    let list = "id,nl,en,code\na1,\"Ik vraag \"\"waarom\"\", altijd.\",I ask why.,V1 D2\na2,Ik luister.,,\na2/often,dikwijls,,\nlabels/1,neen,,\n";
    let reworded = done(list, &Wishes::default()).expect("it fits");
    let wanted = BASE
        .replace(
            "nl: Ik vraag door., en: \"I ask on.\"",
            "nl: \"Ik vraag \\\"waarom\\\", altijd.\", en: \"I ask why.\"",
        )
        .replacen("nl: vaak", "nl: \"dikwijls\"", 1)
        .replace("nl: nee,", "nl: \"neen\",");
    assert_eq!(reworded.text, wanted);
    assert_eq!(reworded.replaced, ["a1", "a2/options/often", "1"]);
    assert_eq!(reworded.unchanged, ["a2"]);
    assert_eq!(reworded.missing, ["a3/options/often"]);
}

#[test]
fn source_and_licence_are_those_of_the_new_texts() {
    let wishes = Wishes { source: Some("Uitgeverij: X".into()), licence: Some("2026/14".into()), ..Wishes::default() };
    let text = done("id,nl\na2,Ik hoor.\n", &wishes).expect("it fits").text;
    assert!(text.contains("source: {nl: \"Uitgeverij: X\", en: \"Uitgeverij: X\"}"), "{text}");
    assert!(text.contains("licence: \"2026/14\""), "{text}");
    assert!(text.contains("en: 'I listen.'"), "a language without text keeps its own: {text}");
}

#[test]
fn codes_change_only_when_that_is_allowed() {
    let list = "id;nl;code\na1;Ik vraag door.;V1 D3\n";
    let refused = done(list, &Wishes::default()).expect_err("refused");
    assert_eq!(refused.len(), 1);
    assert!(refused[0].starts_with("texts.csv:2: `a1` has the code V1 D2, the list says V1 D3"), "{refused:?}");
    let allowed = done(list, &Wishes { allow_codes: true, ..Wishes::default() }).expect("allowed");
    assert!(allowed.text.contains("codes: [\"V1\",\"D3\"]"), "{}", allowed.text);
    assert_eq!(allowed.recoded, ["a1: V1 D2 → V1 D3"]);
}

#[test]
fn what_does_not_fit_is_refused_with_its_line() {
    let table = [
        ("id,nl\nb9,Iets\n", "texts.csv:2: the instrument has no id `b9`"),
        ("id,nl\noften,dikwijls\n", "texts.csv:2: `often` can be `a2/options/often`, `a3/options/often`"),
        ("id,fr\na1,Je demande\n", "texts.csv:2: `a1` has no text in `fr`"),
        ("id,nl,code\na2,Ik luister.,V1\n", "texts.csv:2: `a2` has no code in the instrument"),
        ("id,nl\na1,Een\na1,Twee\n", "texts.csv:3: `a1` stands on line 2 already"),
        ("id,nl\na1,Een,twee\n", "texts.csv:2: has 3 fields, the header has 2"),
        ("id,nl\n,Een\n", "texts.csv:2: has no id"),
        ("id,nl\na1,\n", "texts.csv:2: `a1` has no text"),
        ("naam,nl\na1,Een\n", "texts.csv:1: has no `id`"),
        ("id,tekst\na1,Een\n", "texts.csv:1: `tekst` is unknown"),
    ];
    for (list, said) in table {
        let problems = done(list, &Wishes::default()).expect_err(list);
        assert!(problems.iter().any(|problem| problem.starts_with(said)), "{said}: {problems:?}");
    }
}

#[test]
fn yaml_lists_say_the_same() {
    let yaml = "- {id: a1, nl: Ik vraag., code: [V1, D2]}\n- id: 1\n  nl: neen\n";
    let list = read_yaml(&SourceFile::new("texts.yaml", yaml)).expect("a list");
    assert_eq!(list, csv("id,nl,code\na1,Ik vraag.,V1 D2\n1,neen,\n").map(renamed).expect("a list"));
    for (yaml, said) in [
        ("- {id: a1, tekst: x}\n", "texts.yaml:1: `tekst` is unknown"),
        ("a: 1\n", "texts.yaml:1: is no list"),
        ("- {id: a1, nl: x}\n- {id: a1, nl: y}\n", "texts.yaml:2: `a1` stands on line 1 already"),
        ("- [\n", "texts.yaml:"),
    ] {
        let problems = read_yaml(&SourceFile::new("texts.yaml", yaml)).expect_err(yaml);
        assert!(problems[0].starts_with(said), "{said}: {problems:?}");
    }
}

/// The lines of a CSV list with the places they would have in YAML.
fn renamed(list: Vec<NewText>) -> Vec<NewText> {
    let places = ["texts.yaml:1", "texts.yaml:2"];
    list.into_iter().zip(places).map(|(new, place)| NewText { place: place.into(), ..new }).collect()
}
