//! Every edge of the contract.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Ignored);
}

fn report(config: Value) -> Step {
    Step::new(&PLUGIN, "report", config)
}

fn cycle() -> Step {
    let mut step = report(json!({
        "moments": ["2027-02-09", "2026-11-24"],
        "sections": [{"id": "done", "required": true, "process": true}, {"id": "score", "required": true}, {"id": "help", "help": true, "process": true},
            {"id": "goals", "required": true, "binding": "goals_now"}],
        "require_submitted": 1,
    }));
    step.person("lk1", &["coach"], Some("a"));
    step
}

fn section(moment: &str, id: &str) -> Value {
    json!({"section": {"moment": moment, "id": id, "text": "zo"}})
}

fn hand_in(step: &mut Step, moment: &str) {
    for id in ["done", "score"] {
        step.send("lk1", section(moment, id)).unwrap();
    }
    step.send("lk1", json!({"submit": {"moment": moment}})).unwrap();
}

#[test]
fn without_a_moment_it_is_not_ready() {
    let mut step = report(json!({"require_moment": true}));
    assert_eq!(step.reasons(), ["NO_REPORT_MOMENT"]);
    assert_eq!((&step.result()["moments"], &step.result()["reports"]), (&json!([]), &json!([])));
    let answer = step.send("dir", json!({"moment": {"date": "2026-11-11"}})).unwrap();
    assert_eq!(
        (&answer["value"]["date"], &answer["slot"], &answer["warnings"][0]["word"]),
        (&json!("2026-11-12"), &json!("2026-11-12"), &json!("MOVED"))
    );
    step.send("pol", json!({"moment": {"date": "2026-11-12"}})).unwrap();
    assert_eq!(
        (&step.result()["moments"], &step.result()["next_moment"]),
        (&json!(["2026-11-12"]), &json!("2026-11-12"))
    );
    assert_eq!(step.conclude()["ready"], true);
    assert_eq!(
        step.send("dir", json!({"moment": {"date": "2027-07-02"}})),
        Err(vec!["INVALID /moment/date".to_owned()])
    );
}

#[test]
fn moments_on_closed_days_are_moved() {
    assert_eq!(cycle().result()["moments"], json!(["2026-11-24", "2027-02-15"]));
}

#[test]
fn the_first_submit_says_whether_it_was_in_time() {
    for (day, status) in
        [("2026-11-24", "on_time"), ("2026-11-25", "late"), ("2027-02-12", "late"), ("2027-02-15", "missing")]
    {
        let mut step = cycle();
        assert_eq!(step.reasons(), ["NOT_READY:submitted"]);
        step.at(&format!("{day}T23:00:00"));
        hand_in(&mut step, "2026-11-24");
        step.at("2027-03-01T09:00:00");
        step.send("lk1", json!({"submit": {"moment": "2026-11-24"}})).unwrap();
        let result = step.result();
        assert_eq!(
            (&result["reports"][0]["status"], &result["reports"][0]["submitted_on"]),
            (&json!(status), &json!(day))
        );
        assert_eq!(
            (&result["submitted"], &result["by_group"], &result["groups"]),
            (&json!(1), &json!({"a": 1}), &json!(["a"]))
        );
        assert_eq!(step.conclude()["ready"], true);
    }
}

#[test]
fn the_last_report_has_until_the_end_of_the_year() {
    let mut step = cycle();
    assert_eq!(step.result()["reports"][1]["status"], "open");
    step.at("2027-06-01T09:00:00");
    assert_eq!((&step.result()["missing"], &step.result()["next_moment"]), (&json!(2), &Value::Null));
    hand_in(&mut step, "2027-02-15");
    assert_eq!(step.result()["reports"][1]["status"], "late");
    step.configure("year_end", json!("2027-05-31"));
    assert_eq!(step.result()["reports"][1]["status"], "missing");
}

#[test]
fn required_sections_come_first() {
    let mut step = cycle();
    let submit = json!({"submit": {"moment": "2026-11-24"}});
    assert_eq!(step.send("lk1", submit.clone()), Err(vec!["NOT_READY:done,score /submit".to_owned()]));
    step.send("lk2", json!({"section": {"moment": "2026-11-24", "id": "done", "text": "x", "group": "a"}})).unwrap();
    assert_eq!(step.send("lk1", submit.clone()), Err(vec!["NOT_READY:score /submit".to_owned()]));
    step.configure("growth_phase", json!(true));
    assert_eq!(step.send("lk1", section("2026-11-24", "score")), Err(vec!["INVALID /section/id".to_owned()]));
    step.send("lk1", submit).unwrap();
    for (payload, path) in [
        (section("2026-11-25", "done"), "/section/moment"),
        (json!({"submit": {"moment": "2026-11-25"}}), "/submit/moment"),
        (json!({"answer": {"moment": "2026-11-25", "item": "done", "text": "x"}}), "/answer/moment"),
        (json!({"ack": {"moment": "2026-11-25"}}), "/ack/moment"),
    ] {
        assert_eq!(step.send("lk1", payload), Err(vec![format!("INVALID {path}")]));
    }
}

#[test]
fn help_is_open_until_answered() {
    let mut step = cycle();
    let answer =
        |group: Value| json!({"answer": {"moment": "2026-11-24", "item": "help", "text": "ja", "group": group}});
    assert_eq!(step.send("pol", answer(Value::Null)), Err(vec!["INVALID /answer/item".to_owned()]));
    step.send("lk1", section("2026-11-24", "help")).unwrap();
    assert_eq!(step.result()["open_help"], json!([{"group": "a", "moment": "2026-11-24", "section": "help"}]));
    step.send("pol", answer(Value::Null)).unwrap();
    assert_eq!(
        (&step.result()["open_help"], &step.result()["reports"][0]["answers"]),
        (&json!([]), &json!({"help": "ja"}))
    );
    step.person("lk2", &["coach"], Some("b"));
    step.send("lk2", section("2026-11-24", "help")).unwrap();
    assert_eq!(step.send("dir", answer(Value::Null)), Err(vec!["INVALID /answer/item".to_owned()]), "whose?");
    step.send("dir", answer(json!("b"))).unwrap();
    assert_eq!(step.result()["reports"][1]["answers"], json!({"help": "ja"}));
}

#[test]
fn reading_is_counted_per_person() {
    let mut step = cycle();
    for who in ["dir", "pol", "dir"] {
        step.send(who, json!({"ack": {"moment": "2026-11-24"}})).unwrap();
    }
    assert_eq!(step.result()["acked"], json!({"2026-11-24": 2}));
}

#[test]
fn expected_groups_come_in_their_order() {
    let mut step = cycle();
    step.configure("groups", json!(["z", "a"]));
    hand_in(&mut step, "2026-11-24");
    let result = step.result();
    assert_eq!((&result["reports"][0]["group"], &result["reports"][1]["group"]), (&json!("z"), &json!("a")));
    assert_eq!(result["groups_without"], json!(["z"]));
    assert_eq!(step.conclude()["artifacts"][0]["content"]["reports"].as_array().map(Vec::len), Some(1));
}

#[test]
fn growing_is_not_judged() {
    let mut step = cycle();
    step.send("lk1", section("2026-11-24", "done")).unwrap();
    assert_eq!(step.shows("policy")["reports"], json!([]), "a draft stays in the team");
    assert_eq!(step.shows("school")["submitted"], 0);
    step.configure("growth_phase", json!(true));
    for audience in ["facilitator", "contributor", "team", "policy", "school"] {
        let shown = step.shows(audience);
        assert_eq!(
            (shown.get("late"), shown.get("missing"), shown["reports"][0].get("status")),
            (None, None, None),
            "{audience}"
        );
        assert_eq!(shown["moments"][0], "2026-11-24");
    }
}

#[test]
fn a_bound_section_is_filled_by_the_run() {
    let mut step = cycle();
    let goals = json!([{"goal_id": "a", "text": "doelen tonen"}]);
    assert_eq!(step.result()["bound"], json!({"goals": null}), "nothing is given yet");
    step.set("inputs", json!({"goals_now": goals}));
    assert_eq!(step.result()["bound"], json!({"goals": goals}));
    assert_eq!(step.shows("team")["bound"]["goals"], goals);
    assert_eq!(step.shows("policy")["bound"], json!({}), "not before the first report");
    hand_in(&mut step, "2026-11-24");
    assert_eq!(step.shows("policy")["bound"]["goals"], goals);
    assert_eq!(step.shows("school").get("bound"), None);
    assert_eq!(step.conclude()["artifacts"][0]["content"]["bound"]["goals"], goals);
    step.configure("growth_phase", json!(true));
    assert_eq!(step.result()["bound"], json!({}), "growth asks about the process only");
}
