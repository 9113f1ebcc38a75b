//! Small workflows made in code.

use std::collections::BTreeMap;

use serde_json::json;

use crate::ir::{Join, Privacy, Run, State, StateKind, Step, Timer, Transition, Workflow};

/// A state of a kind with children.
pub fn state(id: &str, kind: StateKind, states: Vec<State>) -> State {
    State {
        id: id.to_owned(),
        kind,
        initial: Vec::new(),
        states,
        steps: Vec::new(),
        run: None,
        timers: Vec::new(),
        on_entry: Vec::new(),
        on_exit: Vec::new(),
        on: Vec::new(),
        mandatory: false,
    }
}

/// A state without inside.
pub fn atomic(id: &str) -> State {
    state(id, StateKind::Atomic, Vec::new())
}

/// An end.
pub fn end(id: &str) -> State {
    state(id, StateKind::Final, Vec::new())
}

/// A transition on an event to targets.
pub fn on(event: &str, targets: &[&str]) -> Transition {
    Transition {
        events: if event.is_empty() { Vec::new() } else { vec![event.to_owned()] },
        when: None,
        roles: Vec::new(),
        require: Vec::new(),
        error: None,
        concludes: Vec::new(),
        event_data: None,
        needs_reason: false,
        targets: targets.iter().map(|t| (*t).to_owned()).collect(),
        internal: false,
        actions: Vec::new(),
        mandatory: false,
    }
}

impl State {
    /// With a transition more.
    pub fn go(mut self, event: &str, target: &str) -> Self {
        self.on.push(on(event, if target.is_empty() { &[] } else { std::slice::from_ref(&target) }));
        self
    }

    /// With a timer and the transition it drives.
    pub fn after(mut self, rule: &str, target: &str) -> Self {
        let id = format!("{}.after.{}", self.id, self.timers.len());
        self.timers.push(Timer { id: id.clone(), rule: rule.to_owned(), repeat: rule.starts_with("every") });
        if target.is_empty() {
            return self;
        }
        let event = format!("timer.{id}");
        self.go(&event, target)
    }

    /// With a step of a kind.
    pub fn uses(mut self, id: &str, kind: &str) -> Self {
        let step = json!({
            "id": id, "kind": kind, "with": null, "inputs": {}, "checks": [], "shares": null, "accepts": [],
            "roles": [], "assign": null, "minutes": null, "due": null, "remind": [], "escalate": [],
            "identity": "named", "k": 5, "privacy": null, "min_contributions": 1, "audience": {}, "artifacts": {},
            "conclude": "manual", "fresh": false, "mandatory": false,
        });
        self.steps.push(serde_json::from_value::<Step>(step).expect("a step"));
        self
    }

    /// Running a workflow for each of something.
    pub fn runs(mut self, workflow: &str, var: &str) -> Self {
        self.run = Some(Run {
            workflow: workflow.to_owned(),
            version: None,
            each: Some(crate::ir::Each { var: var.to_owned(), list: format!("data.{var}s") }),
            key: None,
            with: BTreeMap::new(),
            join: Join::All,
            keep: false,
        });
        self
    }
}

/// A workflow of states, with Dutch titles made from the ids.
pub fn workflow(states: Vec<State>) -> Workflow {
    let mut made = Workflow {
        ir_version: 1,
        id: "sample".to_owned(),
        version: "1.0.0".to_owned(),
        tags: Vec::new(),
        privacy: Privacy::P1,
        config: json!({"properties": {"study_day": {"title": "de studiedag"}}}),
        data_schema: json!({}),
        data: BTreeMap::new(),
        roles: BTreeMap::new(),
        views: Vec::new(),
        initial: Vec::new(),
        states,
        texts: BTreeMap::new(),
    };
    let ids: Vec<String> = made.all_states().iter().map(|s| s.id.clone()).collect();
    let mut texts: BTreeMap<String, String> = ids
        .into_iter()
        .map(|id| {
            let words = id.replace('_', " ");
            let title = words[..1].to_uppercase() + &words[1..];
            (format!("state.{id}"), title)
        })
        .collect();
    texts.insert("title".to_owned(), "Voorbeeld".to_owned());
    texts.insert("event.next".to_owned(), "volgende".to_owned());
    made.texts.insert("nl".to_owned(), texts);
    made
}

/// A learning cycle of forty states: loops, a divided box, boxes in boxes, history, timers, runs, ends.
pub fn forty() -> Workflow {
    use StateKind::{Compound, History, Parallel};
    let preparation = state(
        "voorbereiding",
        Compound,
        vec![
            atomic("thema_kiezen").uses("thema_kiezen", "goal").go("plan", "dag_plannen").go("note", ""),
            atomic("dag_plannen")
                .uses("groepen", "grouping")
                .uses("datum", "meeting")
                .go("prepare", "klaar_om_te_starten"),
            atomic("klaar_om_te_starten")
                .after("2 schoolweeks before config.study_day", "")
                .go("start", "inspireren")
                .go("revise", "dag_plannen"),
        ],
    )
    .go("postpone", "dag_plannen");
    let day = state(
        "studiedag",
        Compound,
        vec![
            state("waar_we_waren", History, Vec::new()),
            atomic("inspireren").uses("opening", "input").go("next", "concreet_maken"),
            atomic("concreet_maken").uses("kaartjes", "cluster-count").go("next", "synthese"),
            atomic("synthese")
                .uses("principes", "cluster-count")
                .go("publish", "van_visie_naar_praktijk")
                .go("more_cards", "concreet_maken"),
            atomic("van_visie_naar_praktijk").uses("akkoord", "gate").go("next", "toepassen"),
            atomic("toepassen").uses("acties", "actions").go("next", "afsluiten"),
            atomic("afsluiten").uses("mee_naar_huis", "reflection").go("end_day", "vervolg"),
        ],
    )
    .go("interrupt", "onderbroken");
    let region = |name: &str, a: &str, b: &str, c: &str| {
        state(name, Compound, vec![atomic(a).go("next", b), atomic(b).go("next", c).go("back", a), end(c)])
    };
    let cycle = state(
        "leercyclus",
        Compound,
        vec![
            atomic("kernvraag").go("next", "bronnen_lezen"),
            atomic("bronnen_lezen").uses("bronnen_lezen", "material").go("next", "lesontwerp").go("", "kernvraag"),
            atomic("lesontwerp").uses("lesontwerp", "input").go("next", "uitvoeren"),
            state(
                "uitvoeren",
                Parallel,
                vec![
                    region("bezoek", "bezoek_afspreken", "bezoeken", "bezocht"),
                    region("leerlingen", "leerlingen_kiezen", "leerlingen_volgen", "leerlingen_gevolgd"),
                    atomic("logboek").uses("logboek", "reflection").after("every schoolweek on friday at 15:00", ""),
                ],
            )
            .go("done.state.uitvoeren", "nabespreking"),
            atomic("nabespreking")
                .uses("nabespreking", "meeting")
                .go("new_round", "lesontwerp")
                .go("goal_reached", "resultaat"),
            end("resultaat"),
        ],
    )
    .after("10 schooldays", "herinneren");
    let mut states = vec![
        preparation,
        day,
        atomic("onderbroken").go("start", "waar_we_waren").go("cancel", "geannuleerd"),
        atomic("vervolg").runs("learning-cycle", "team").go("done.child.vervolg", "leercyclus"),
        cycle.go("done.state.leercyclus", "pdca_review"),
        atomic("herinneren").go("seen", "pdca_review"),
        atomic("pdca_review")
            .uses("pdca_review", "cluster-count")
            .go("adjust", "kernvraag")
            .go("approve", "verslag")
            .go("stop", "geannuleerd"),
        atomic("verslag").uses("verslag", "report").go("next", "delen"),
        atomic("delen").go("next", "borgen").go("feedback", "verslag"),
        atomic("borgen").after("20 schooldays", "terugblik"),
        atomic("terugblik").go("next", "vieren").go("renew", "thema_kiezen"),
        atomic("vieren").go("next", "archiveren"),
        atomic("archiveren").uses("archiveren", "report").go("next", "afgerond"),
        end("afgerond"),
        end("geannuleerd"),
    ];
    if let Some(history) = states[1].states.first_mut() {
        history.initial = vec!["inspireren".to_owned()];
    }
    workflow(states)
}

/// A straight line of so many states.
pub fn chain(count: usize) -> Workflow {
    let mut states: Vec<State> = (0..count)
        .map(|i| atomic(&format!("stap_{i}")).uses("x", "input").go("next", &format!("stap_{}", i + 1)))
        .collect();
    states.push(end(&format!("stap_{count}")));
    workflow(states)
}
