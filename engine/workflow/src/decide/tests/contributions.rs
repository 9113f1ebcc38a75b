//! The laws of contributions: duplicate, revise, withdraw, late, admit, roles; conclusions and shared pools.

use serde_json::{Value, json};

use super::super::{Answer, Command, ContributionChange, ContributionStatus, Prior, Tally};
use super::{Bench, none, person};

const CARDS: &str = r"
workflow: cards
version: 1.0.0
roles: {tch: {}, core: {}, dir: {}}
states:
  collect:
    step: {uses: cluster-count, accepts: [card], roles: [tch]}
    on:
      next: {to: group, roles: [core], require: [{that: 'size(steps.collect.result.cards) > 0', else: EMPTY}]}
  group:
    step: {uses: cluster-count, shares: collect, accepts: [assign], roles: [core]}
    on:
      publish: {to: done, roles: [core], concludes: [group]}
  done: {final: true}
";

fn card(id: &str, revision: Option<u32>) -> Command {
    Command::Contribute {
        step: "collect".into(),
        id: id.into(),
        participant: "lk1".into(),
        group: Some("G1".into()),
        revision,
        payload_hash: String::new(),
    }
}

fn prior(revision: u32, status: ContributionStatus, same_payload: bool) -> Prior {
    Prior { id: "c1".into(), participant: "lk1".into(), entry: "card".into(), revision, status, same_payload }
}

fn open() -> Bench {
    let mut bench = Bench::started(CARDS, none());
    bench.checking("card", "c1");
    bench
}

fn tally(bench: &Bench) -> Tally {
    bench.snap().pools["collect"].counts["card"]
}

#[test]
fn a_contribution_counts_and_is_kept_without_its_payload() {
    let mut bench = open();
    let decision = bench.run(&person("lk1", &["tch"]), card("c1", None)).expect("accepted");
    assert_eq!(decision.answer, Answer::Accepted);
    assert!(
        matches!(&decision.contributions[..], [ContributionChange::Add(new)] if new.revision == 1 && new.group.as_deref() == Some("G1"))
    );
    assert_eq!(tally(&bench), Tally { submitted: 1, withdrawn: 0, late: 0 });
}

#[test]
fn laws_of_repetition_and_revision() {
    use ContributionStatus::Effective;
    let cases = [
        ("same id, same content", Some(prior(1, Effective, true)), None, None, Ok(Answer::Duplicate)),
        ("same id, other content", Some(prior(1, Effective, false)), None, None, Err("CONFLICT")),
        ("next revision", None, Some(prior(1, Effective, false)), None, Ok(Answer::Accepted)),
        ("higher revision", None, Some(prior(1, Effective, false)), Some(5), Ok(Answer::Accepted)),
        ("same revision, same content", None, Some(prior(2, Effective, true)), Some(2), Ok(Answer::Duplicate)),
        ("same revision, other content", None, Some(prior(2, Effective, false)), Some(2), Err("CONFLICT")),
        ("older revision", None, Some(prior(3, Effective, false)), Some(2), Ok(Answer::StaleRevision)),
    ];
    for (name, same_id, same_slot, revision, expected) in cases {
        let mut bench = open();
        bench.answers.same_id = same_id;
        bench.answers.same_slot = same_slot;
        let got = bench.run(&person("lk1", &["tch"]), card("c2", revision));
        assert_eq!(got.map(|d| d.answer).map_err(|r| r.word), expected.map_err(str::to_owned), "{name}");
    }
}

#[test]
fn only_listed_roles_may_contribute() {
    let mut bench = open();
    assert_eq!(bench.run(&person("pup", &["pup"]), card("c1", None)).unwrap_err().word, "NOT_ALLOWED");
}

fn grouping() -> Bench {
    let mut bench = open();
    bench.concluding("collect", true, json!({"cards": ["c1"]}));
    bench.send(&person("zc1", &["core"]), "next", none()).expect("grouping begins");
    bench
}

#[test]
fn a_guard_reads_what_the_plugin_says_now() {
    let mut bench = open();
    bench.concluding("collect", true, json!({"cards": []}));
    let refused = bench.send(&person("zc1", &["core"]), "next", none()).unwrap_err();
    assert_eq!((refused.word.as_str(), refused.reasons), ("NOT_READY", vec!["EMPTY".to_owned()]));
}

#[test]
fn late_is_kept_apart_and_may_be_admitted() {
    let mut bench = grouping();
    let decision = bench.run(&person("lk1", &["tch"]), card("c9", None)).expect("kept");
    assert_eq!(decision.answer, Answer::Late);
    assert_eq!(tally(&bench), Tally { submitted: 1, withdrawn: 0, late: 1 });
    bench.answers.same_id = Some(prior(1, ContributionStatus::Late, true));
    let admit = Command::Admit { step: "collect".into(), id: "c9".into() };
    assert_eq!(bench.run(&person("lk1", &["tch"]), admit.clone()).unwrap_err().word, "NOT_ALLOWED");
    bench.run(&person("zc1", &["core"]), admit).expect("admitted");
    assert_eq!(tally(&bench).late, 0);
}

#[test]
fn withdrawing_works_while_open_and_for_the_owner_only() {
    let mut bench = open();
    bench.run(&person("lk1", &["tch"]), card("c1", None)).expect("accepted");
    bench.answers.same_id = Some(prior(1, ContributionStatus::Effective, true));
    let take = |participant: &str| Command::Withdraw {
        step: "collect".into(),
        id: "c1".into(),
        participant: participant.into(),
    };
    assert_eq!(bench.run(&person("lk2", &["tch"]), take("lk2")).unwrap_err().word, "NOT_ALLOWED");
    bench.run(&person("lk1", &["tch"]), take("lk1")).expect("taken back");
    assert_eq!(tally(&bench).withdrawn, 1);
    let mut bench = grouping();
    bench.answers.same_id = Some(prior(1, ContributionStatus::Effective, true));
    assert_eq!(bench.run(&person("lk1", &["tch"]), take("lk1")).unwrap_err().word, "CLOSED");
}

#[test]
fn an_event_that_concludes_gives_the_plugins_reasons() {
    let mut bench = grouping();
    bench.concluding("group", false, Value::Null);
    if let Some(answer) = bench.answers.concluded.get_mut("group") {
        answer.problems = vec![super::super::Problem { word: "UNASSIGNED_CARDS".into(), args: vec!["c12".into()] }];
    }
    let refused = bench.send(&person("zc1", &["core"]), "publish", none()).unwrap_err();
    assert_eq!(refused.word, "UNASSIGNED_CARDS");
    assert_eq!(refused.reasons, ["UNASSIGNED_CARDS:c12"]);
    bench.concluding("group", true, json!({"principles": []}));
    if let Some(answer) = bench.answers.concluded.get_mut("group") {
        answer.artifacts.insert("principles".into(), json!([1]));
    }
    let decision = bench.send(&person("zc1", &["core"]), "publish", none()).expect("published");
    assert_eq!(decision.artifacts.len(), 1);
    assert_eq!((decision.artifacts[0].name.as_str(), decision.artifacts[0].version), ("principles", 1));
}
