//! Erasure by an action and by the clock: what goes, what stays, and that neither a pause nor the end stops it.

use serde_json::json;

use super::super::{Command, ContributionChange, Effect, Lifecycle};
use super::{Bench, none, person};

const TALK: &str = r"
workflow: talk
version: 1.0.0
roles: {tch: {}, dir: {}}
states:
  tell:
    step: {uses: rounds, roles: [tch], retain: 10 schooldays}
    on:
      close: {to: after, roles: [dir], concludes: [tell]}
  after:
    on:
      forget: {roles: [dir], do: {erase: tell}}
      end: {to: done, roles: [dir]}
  done: {final: true}
";

fn told() -> Bench {
    let mut bench = Bench::started(TALK, none());
    bench.checking("entry", "");
    let hand = |id: &str| Command::Contribute {
        step: "tell".into(),
        id: id.into(),
        participant: id.into(),
        group: None,
        revision: None,
        payload_hash: String::new(),
    };
    bench.run(&person("lk1", &["tch"]), hand("lk1")).expect("accepted");
    bench.run(&person("lk2", &["tch"]), hand("lk2")).expect("accepted");
    bench.concluding("tell", true, json!({"texts": ["secret"]}));
    bench.send(&person("dir", &["dir"]), "close", none()).expect("closed");
    bench
}

#[test]
fn an_action_erases_contributions_and_results() {
    let mut bench = told();
    let decision = bench.send(&person("dir", &["dir"]), "forget", none()).expect("erased");
    assert!(
        matches!(&decision.contributions[..], [ContributionChange::Erase { pool, until: None, whose: None }] if pool == "tell"),
        "{:?}",
        decision.contributions
    );
    assert!(matches!(&decision.effects[..], [Effect::Forget { steps, .. }] if steps == &["tell"]));
    assert_eq!(bench.snap().steps["tell"].result, Some(json!({"erased": true})));
}

fn erase(whose: &str, step: Option<&str>, id: Option<&str>) -> Command {
    Command::Erase {
        participant: whose.into(),
        step: step.map(str::to_owned),
        id: id.map(str::to_owned),
        reason: "asked".into(),
    }
}

#[test]
fn what_one_person_handed_in_goes_and_what_came_of_all_stays() {
    let mut bench = told();
    let director = person("dir", &["dir"]);
    bench.send(&director, "end", none()).expect("over");
    let decision = bench.run(&director, erase("lk1", None, None)).expect("erased, also after the end");
    let [ContributionChange::Erase { pool, until: None, whose: Some(whose) }] = &decision.contributions[..] else {
        panic!("{:?}", decision.contributions)
    };
    assert_eq!((pool.as_str(), whose.participant.as_str(), &whose.id), ("tell", "lk1", &None));
    assert!(matches!(&decision.effects[..], [Effect::Forget { steps, .. }] if steps == &["tell"]));
    assert_eq!(bench.snap().steps["tell"].result, Some(json!({"texts": ["secret"]})), "others said it too");
}

#[test]
fn who_may_erase() {
    let personal = TALK.replace("uses: rounds,", "uses: rounds, privacy: P2,");
    for (text, who, roles, asked, allowed) in [
        (TALK, "dir", "dir", erase("lk1", None, None), true),
        (TALK, "boss", "adm", erase("lk1", None, None), true),
        (TALK, "lk1", "tch", erase("lk1", Some("tell"), Some("lk1")), false),
        (TALK, "lk2", "coach", erase("lk1", None, None), false),
        (personal.as_str(), "lk1", "tch", erase("lk1", Some("tell"), Some("lk1")), true),
        (personal.as_str(), "lk2", "tch", erase("lk1", Some("tell"), Some("lk1")), false),
        (personal.as_str(), "lk1", "tch", erase("lk1", None, None), false),
        (TALK, "dir", "dir", erase("nobody", None, None), false),
    ] {
        let mut bench = Bench::started(text, none());
        bench.checking("entry", "");
        let hand = Command::Contribute {
            step: "tell".into(),
            id: "lk1".into(),
            participant: "lk1".into(),
            group: None,
            revision: None,
            payload_hash: String::new(),
        };
        bench.run(&person("lk1", &["tch"]), hand).expect("accepted");
        assert_eq!(bench.run(&person(who, &[roles]), asked.clone()).is_ok(), allowed, "{who}: {asked:?}");
    }
}

#[test]
fn contributions_expire_on_a_school_day_also_after_a_pause_and_after_the_end() {
    for end in ["nothing", "pause", "end"] {
        let mut bench = told();
        let timers: Vec<&String> = bench.snap().timers.keys().collect();
        assert_eq!(timers, ["retain.tell.2026-10-02"], "one clock for one day");
        match end {
            "pause" => drop(bench.run(&person("dir", &["dir"]), Command::Pause { reason: "ill".into() })),
            "end" => drop(bench.send(&person("dir", &["dir"]), "end", none())),
            _ => {}
        }
        assert_eq!(bench.snap().timers["retain.tell.2026-10-02"].civil.to_string(), "2026-10-16T23:59:00", "{end}");
        bench.at("2026-10-17T08:00:00");
        let decision = bench.timer("retain.tell.2026-10-02").unwrap_or_else(|refused| panic!("{end}: {refused}"));
        assert!(matches!(&decision.contributions[..], [ContributionChange::Erase { until: Some(_), .. }]), "{end}");
        assert_eq!(bench.snap().steps["tell"].result, Some(json!({"erased": true})), "{end}");
        assert_eq!(bench.snap().lifecycle == Lifecycle::Ended, end == "end");
    }
}
