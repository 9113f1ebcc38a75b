//! The laws hold for any workflow of up to sixty states, in both orientations.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::help::{atomic, chain, end, forty, state, workflow};
use super::laws::{broken, overlapping_lines};
use crate::diagram::{DiagramOptions, Format, Orientation, build, layout, render};
use crate::ir::{State, StateKind, Workflow};

/// Places and shapes of states as numbers, and arrows between them.
type Recipe = (Vec<(usize, u8)>, Vec<(usize, usize, u8)>);

fn recipe() -> impl Strategy<Value = Recipe> {
    (2usize..60).prop_flat_map(|count| {
        let states = prop::collection::vec((0usize..1000, 0u8..24), count);
        let arrows = prop::collection::vec((0..count, 0..count, 0u8..40), 0..count * 2);
        (states, arrows)
    })
}

const EVENTS: [&str; 8] = [
    "next",
    "",
    "goedkeuren_en_doorsturen",
    "done.step.x",
    "*",
    "error.*",
    "stop",
    "een_hele_lange_gebeurtenis_zonder_einde",
];

fn make((shapes, arrows): &Recipe) -> Workflow {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); shapes.len()];
    let mut roots = Vec::new();
    for (at, (choice, _)) in shapes.iter().enumerate() {
        let parent = choice % (at + 2);
        if parent < at && choice % 3 != 0 && depth(&children, parent, shapes) < 5 {
            children[parent].push(at);
        } else {
            roots.push(at);
        }
    }
    workflow(roots.iter().map(|at| grow(*at, shapes, &children, arrows)).collect())
}

fn depth(children: &[Vec<usize>], node: usize, shapes: &[(usize, u8)]) -> usize {
    let parent = (0..shapes.len()).find(|p| children[*p].contains(&node));
    parent.map_or(0, |p| 1 + depth(children, p, shapes))
}

fn name(at: usize) -> String {
    let words = ["kort", "een_toestand_met_een_lange_naam", "overleg", "onvoorspelbaarlangwoordzonderspaties"];
    format!("{}_{at}", words[at % words.len()])
}

fn grow(at: usize, shapes: &[(usize, u8)], children: &[Vec<usize>], arrows: &[(usize, usize, u8)]) -> State {
    let kids: Vec<State> = children[at].iter().map(|kid| grow(*kid, shapes, children, arrows)).collect();
    let shape = shapes[at].1;
    let id = name(at);
    let mut made = match (kids.is_empty(), shape) {
        (true, 0..=2) => end(&id),
        (true, 3) => state(&id, StateKind::History, Vec::new()),
        (true, _) => atomic(&id),
        (false, 0..=5) => state(&id, StateKind::Parallel, kids),
        (false, _) => state(&id, StateKind::Compound, kids),
    };
    if shape % 4 == 1 && !matches!(made.kind, StateKind::Final | StateKind::History) {
        made = made.uses(&format!("werk_{at}"), "cluster-count");
    }
    for (from, to, event) in arrows {
        if *from == at && made.kind == StateKind::History {
            made.initial = vec![name(*to)];
        } else if *from == at && made.kind != StateKind::Final {
            let target = if *event > 37 { String::new() } else { name(*to) };
            made = match event % 9 {
                8 => made.after("10 schooldays", &target),
                other => made.go(EVENTS[usize::from(other)], &target),
            };
        }
    }
    made
}

fn check(workflow: &Workflow) -> Result<(), TestCaseError> {
    for orientation in [Orientation::LeftRight, Orientation::TopBottom] {
        let options = DiagramOptions { orientation, ..DiagramOptions::default() };
        let graph = build(workflow, &options);
        let picture = layout(&graph, orientation);
        let faults = broken(&graph, &picture);
        prop_assert!(faults.is_empty(), "{orientation:?}: {:#?}", &faults[..faults.len().min(8)]);
        let doubled = overlapping_lines(&graph, &picture);
        prop_assert!(doubled.len() * 20 <= graph.edges.len().max(20), "lines on lines: {doubled:?}");
        prop_assert_eq!(layout(&graph, orientation), picture, "the same graph gives the same picture");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, rng_seed: RngSeed::Fixed(2026), ..ProptestConfig::default() })]

    #[test]
    fn nothing_lies_on_anything(recipe in recipe()) {
        check(&make(&recipe))?;
    }

    #[test]
    fn every_form_can_be_written(recipe in recipe(), odd in "\\PC{0,12}") {
        let mut workflow = make(&recipe);
        let texts = workflow.texts.entry("nl".to_owned()).or_default();
        texts.values_mut().for_each(|text| text.push_str(&odd));
        for format in [Format::Svg, Format::Scxml] {
            let written = render(&workflow, &DiagramOptions { format, ..DiagramOptions::default() });
            let parsed = roxmltree::Document::parse(&written);
            prop_assert!(parsed.is_ok(), "{format:?}: {:?}", parsed.err());
        }
        for format in [Format::Mermaid, Format::Dot, Format::List] {
            let written = render(&workflow, &DiagramOptions { format, ..DiagramOptions::default() });
            prop_assert!(!written.is_empty());
        }
    }
}

#[test]
fn forty_states_and_long_lines_are_readable() {
    for workflow in [forty(), chain(40), chain(1), workflow(Vec::new())] {
        check(&workflow).expect("no law is broken");
    }
}
