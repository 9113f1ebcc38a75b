//! Structure of each form on small workflows.

use std::collections::BTreeSet;

use super::help::{atomic, chain, end, forty, on, state, workflow};
use super::laws::overlapping_lines;
use crate::diagram::graph::NodeKind;
use crate::diagram::{Annotation, DiagramOptions, Format, Orientation, Tone, build, layout, render};
use crate::ir::{Action, Requirement, StateKind, Workflow};

fn form(workflow: &Workflow, format: Format) -> String {
    let options = DiagramOptions { format, ..DiagramOptions::default() };
    render(workflow, &options)
}

/// Labels of all edges in one language.
fn labels(workflow: &Workflow, locale: &str) -> Vec<String> {
    let options = DiagramOptions { locale: locale.to_owned(), ..DiagramOptions::default() };
    let graph = build(workflow, &options);
    graph.edges.into_iter().flat_map(|e| e.labels).map(|l| l.text).collect()
}

fn nested() -> Workflow {
    workflow(vec![
        atomic("begin").go("next", "werk"),
        state(
            "werk",
            StateKind::Parallel,
            vec![
                state("lezen", StateKind::Compound, vec![atomic("kiezen").go("next", "gelezen"), end("gelezen")]),
                atomic("schrijven").uses("schrijven", "input"),
            ],
        )
        .go("done.state.werk", "klaar")
        .go("note", ""),
        end("klaar"),
    ])
}

#[test]
fn rules_are_said_humanely() {
    let table = [
        ("10 schooldays", "na 10 schooldagen", "after 10 schooldays"),
        ("1 schooldays", "na 1 schooldag", "after 1 schoolday"),
        ("1 schoolweek", "na 1 schoolweek", "after 1 schoolweek"),
        (
            "2 schoolweeks before config.study_day",
            "2 schoolweken voor de studiedag",
            "2 schoolweeks before de studiedag",
        ),
        (
            "10 schooldays after data.date at 07:00",
            "10 schooldagen na de datum om 07:00",
            "10 schooldays after the date at 07:00",
        ),
        (
            "every schoolweek on monday at 09:00",
            "elke schoolweek op maandag om 09:00",
            "every schoolweek on monday at 09:00",
        ),
        ("P1DT2H", "na 1 dag 2 uur", "after 1 day 2 hours"),
        ("PT30M", "na 30 minuten", "after 30 minutes"),
        ("config.first_meeting at 07:00", "op first meeting om 07:00", "on first meeting at 07:00"),
        ("last(data.moments)", "op de laatste van moments", "on the last of moments"),
    ];
    for (rule, nl, en) in table {
        let made = workflow(vec![atomic("a").after(rule, "b"), end("b")]);
        assert_eq!(labels(&made, "nl"), [nl], "{rule}");
        assert_eq!(labels(&made, "en"), [en], "{rule}");
    }
}

#[test]
fn events_are_said_humanely() {
    let table = [
        ("next", "volgende"),
        ("hand_in", "hand in"),
        ("", "vanzelf"),
        ("done.step.a", "klaar"),
        ("done.step.b", "B: klaar"),
        ("done.child.a", "allemaal klaar"),
        ("child.failed.a", "onderdeel mislukt"),
        ("error.*", "fout"),
        ("error.execution", "fout: execution"),
        ("team.*", "team …"),
        ("*", "al het andere"),
    ];
    for (event, nl) in table {
        let made = workflow(vec![atomic("a").uses("a", "input").runs("cycle", "team").go(event, "b"), end("b")]);
        assert_eq!(labels(&made, "nl"), [nl], "{event}");
    }
}

#[test]
fn a_guard_is_shown_where_it_tells_arrows_apart() {
    let mut made = workflow(vec![atomic("a").go("next", "b").go("next", "c").go("stop", "c"), end("b"), end("c")]);
    made.states[0].on[0].when = Some("data.x  > 1".to_owned());
    made.states[0].on[2].when = Some("data.y".to_owned());
    let mut alone = workflow(vec![atomic("a").go("", "b"), end("b")]);
    alone.states[0].on[0].when = Some("x".repeat(100));
    assert_eq!(labels(&made, "nl"), ["volgende [data.x > 1]", "volgende", "stop"]);
    let long = &labels(&alone, "nl")[0];
    assert!(long.starts_with("[xxx") && long.ends_with("…]"), "{long}");
}

#[test]
fn several_reasons_to_go_the_same_way_are_one_arrow() {
    let made = workflow(vec![atomic("a").go("next", "b").go("skip", "b").go("next", "b"), end("b")]);
    let graph = build(&made, &DiagramOptions::default());
    assert_eq!(graph.edges.len(), 2, "from the dot, and from a to b");
    assert_eq!(graph.edges[1].labels.len(), 2);
}

#[test]
fn what_stays_inside_is_a_line_not_an_arrow() {
    let made = workflow(vec![atomic("a").go("note", "").go("again", "a").after("2 days", "a")]);
    let graph = build(&made, &DiagramOptions::default());
    assert_eq!(graph.edges.len(), 1);
    assert_eq!(graph.nodes[1].lines.len(), 3);
}

#[test]
fn several_targets_are_several_arrows_and_unknown_ones_none() {
    let mut made = nested();
    made.states[0].on[0] = on("next", &["kiezen", "schrijven", "nergens"]);
    let graph = build(&made, &DiagramOptions::default());
    let begin = graph.nodes.iter().position(|n| n.id == "begin");
    assert_eq!(graph.edges.iter().filter(|e| Some(e.from) == begin).count(), 2);
}

#[test]
fn svg_has_roles_titles_and_a_node_per_state() {
    let text = form(&nested(), Format::Svg);
    let xml = roxmltree::Document::parse(&text).expect("well-formed");
    let root = xml.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    assert_eq!(root.attribute("aria-labelledby"), Some("dia-title"));
    let tags: Vec<&str> = root.children().filter(|n| n.is_element()).take(2).map(|n| n.tag_name().name()).collect();
    assert_eq!(tags, ["title", "desc"]);
    let states: BTreeSet<&str> = xml.descendants().filter_map(|n| n.attribute("data-state")).collect();
    for id in ["begin", "werk", "lezen", "kiezen", "gelezen", "schrijven", "klaar", "/start", "lezen/start"] {
        assert!(states.contains(id), "{id} is drawn");
    }
    assert!(xml.descendants().all(|n| n.tag_name().name() != "script"));
    assert!(xml.descendants().all(|n| n.attribute("style").is_none()), "no inline styles");
    assert_eq!(xml.descendants().filter(|n| n.attribute("class") == Some("cut")).count(), 1);
}

#[test]
fn svg_refers_to_nothing_outside() {
    let text = form(&forty(), Format::Svg).replace("http://www.w3.org/2000/svg", "");
    for word in ["http", "url(", "@import", "href", "<image", "<use"] {
        assert!(!text.contains(word), "{word}");
    }
}

#[test]
fn links_marks_and_notes() {
    let mut options = DiagramOptions {
        href: Some("/cyclus/7?stap={id}&x=1".to_owned()),
        style: false,
        id_prefix: "p1-".to_owned(),
        ..DiagramOptions::default()
    };
    options.highlight.insert("kiezen".to_owned());
    options.taken.insert(("/start".to_owned(), "begin".to_owned()));
    let note = Annotation { text: "6 dagen te laat".to_owned(), tone: Tone::Warn };
    options.annotations.insert("schrijven".to_owned(), note);
    let text = render(&nested(), &options);
    let xml = roxmltree::Document::parse(&text).expect("well-formed");
    assert_eq!(xml.root_element().attribute("role"), Some("group"), "links must stay reachable");
    let link = |id: &str| {
        xml.descendants().find(|n| n.tag_name().name() == "a" && n.attribute("data-state") == Some(id)).expect("a link")
    };
    assert_eq!(link("kiezen").attribute("href"), Some("/cyclus/7?stap=kiezen&x=1"));
    assert_eq!(link("kiezen").attribute("class"), Some("n here run"));
    assert_eq!(link("schrijven").attribute("class"), Some("n warn"));
    assert!(text.contains("6 dagen te laat") && text.contains("hier zijn we nu") && text.contains("edge hot"));
    assert!(!text.contains("<style") && text.contains("id=\"p1-title\""));
}

#[test]
fn hostile_words_are_escaped_everywhere() {
    let mut made = workflow(vec![atomic("a").go("next", "b"), end("b")]);
    let evil = "</text><script>alert(\"1\")</script>&'\u{1}--> %%{init}%% \\n";
    made.states[0].on[0].when = Some(evil.to_owned());
    let twin = made.states[0].on[0].clone();
    made.states[0].on.push(twin);
    for texts in made.texts.values_mut() {
        texts.insert("state.a".to_owned(), evil.to_owned());
        texts.insert("title".to_owned(), evil.to_owned());
    }
    for format in [Format::Svg, Format::Scxml] {
        let text = form(&made, format);
        roxmltree::Document::parse(&text).expect("well-formed");
        assert!(!text.contains("<script"));
    }
    assert!(!form(&made, Format::Mermaid).lines().skip(3).any(|line| line.contains("<script") || line.contains("%%")));
    assert!(form(&made, Format::Dot).contains("\\\"1\\\""));
}

#[test]
fn mermaid_nests_divides_and_points() {
    let text = form(&nested(), Format::Mermaid);
    for line in [
        "stateDiagram-v2",
        "    direction LR",
        "    [*] --> s_begin",
        "    state \"Begin\" as s_begin",
        "    state s_werk {",
        "        --",
        "            s_kiezen --> s_gelezen : volgende",
        "            s_gelezen --> [*]",
        "    s_werk --> s_klaar : klaar",
        "        s_schrijven : input",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
}

#[test]
fn dot_has_clusters_and_cuts_arrows_at_them() {
    let text = form(&nested(), Format::Dot);
    assert!(text.contains("subgraph \"cluster_2\"") && text.contains("lhead=\"cluster_2\"") && text.contains("ltail="));
    assert_eq!(text.matches('{').count(), text.matches('}').count());
}

#[test]
fn scxml_bears_the_chart() {
    let mut made = nested();
    made.states[0] = made.states[0].clone().after("2 days", "klaar").after("2 days before config.study_day", "klaar");
    made.states[0].on[0].when = Some("data.x < 2 && In('begin')".to_owned());
    made.states[0].on[0].require.push(Requirement {
        each: None,
        when: None,
        that: "a -- b".to_owned(),
        reason: "X".to_owned(),
    });
    made.states[0].on_entry.push(Action::If {
        cond: "true".to_owned(),
        then: vec![Action::Raise { event: "go".to_owned(), data: [("n".to_owned(), "1".to_owned())].into() }],
        otherwise: vec![Action::Log { value: "data".to_owned() }],
    });
    let text = form(&made, Format::Scxml);
    let xml = roxmltree::Document::parse(&text).expect("well-formed");
    let count = |tag: &str| xml.descendants().filter(|n| n.tag_name().name() == tag).count();
    assert_eq!((count("state"), count("parallel"), count("final")), (4, 1, 2));
    assert_eq!((count("cancel"), count("if"), count("else"), count("log")), (1, 1, 1, 1));
    let guarded = xml.descendants().find(|n| n.attribute("cond") == Some("data.x < 2 && In('begin')"));
    assert_eq!(guarded.and_then(|n| n.attribute("target")), Some("werk"));
    let send = xml.descendants().find(|n| n.attribute("delay") == Some("172800s"));
    assert_eq!(send.and_then(|n| n.attribute("event")), Some("timer.begin.after.0"));
    assert!(text.contains("comes from outside: 2 days before config.study_day"));
    assert_eq!(xml.root_element().attribute("initial"), Some("begin"));
}

#[test]
fn our_own_reader_takes_the_scxml() {
    for workflow in [forty(), nested(), chain(3)] {
        let read = crate::scxml::Document::read(&form(&workflow, Format::Scxml));
        assert!(read.is_ok(), "{:?}", read.err());
    }
}

#[test]
fn the_list_says_the_same_in_words() {
    let mut options = DiagramOptions { format: Format::List, ..DiagramOptions::default() };
    options.highlight.insert("begin".to_owned());
    let text = render(&nested(), &options);
    for line in [
        "Voorbeeld (sample 1.0.0)",
        "begint bij: Begin",
        "1. Begin (hier zijn we nu)",
        "  → Werk: volgende",
        "2. Werk (delen tegelijk)",
        "  → Klaar: klaar",
        "  → blijft hier: note",
        "  2.1. Lezen",
        "    2.1.1. Kiezen",
        "    stap Schrijven (input)",
        "3. Klaar (einde)",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
}

#[test]
fn long_flows_break_into_rows_on_wide_screens_only() {
    let graph = build(&chain(40), &DiagramOptions::default());
    let wide = layout(&graph, Orientation::LeftRight);
    let tall = layout(&graph, Orientation::TopBottom);
    assert!(wide.width < 1700.0 && wide.height < 1000.0, "{} x {}", wide.width, wide.height);
    assert!(tall.width < 260.0, "{}", tall.width);
}

#[test]
fn lines_do_not_lie_on_each_other() {
    for orientation in [Orientation::LeftRight, Orientation::TopBottom] {
        let graph = build(&forty(), &DiagramOptions::default());
        assert_eq!(overlapping_lines(&graph, &layout(&graph, orientation)), [""; 0]);
    }
}

#[test]
fn the_sample_has_forty_states() {
    let graph = build(&forty(), &DiagramOptions::default());
    assert_eq!(graph.nodes.iter().filter(|n| n.kind != NodeKind::Start).count(), 40);
}
