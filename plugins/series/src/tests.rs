//! Every edge of the contract, and the talks and the thermometer of S09.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Ignored);
}

fn pupil(number: u32) -> String {
    format!("P{number:02}")
}

/// The talks of class 4A: three rounds, 24 pupils.
fn class_4a() -> Step {
    let roster: Vec<String> = (1..=24).map(pupil).collect();
    let config = json!({
        "roster": roster, "conductor": "lk14", "private_notes": true,
        "rounds": [
            {"id": "R1", "from": "2026-09-14", "to": "2026-10-30"},
            {"id": "R2", "from": "2027-01-04", "to": "2027-02-05"},
            {"id": "R3", "from": "2027-04-12", "to": "2027-05-28"},
        ],
    });
    Step::new(&PLUGIN, "series", config)
}

fn done(step: &mut Step, subject: &str, round: &str) -> Result<Value, Vec<String>> {
    step.send("lk14", json!({"done": {"subject": subject, "round": round}}))
}

fn counts(step: &Step, round: &str) -> [u64; 6] {
    let round = step.result()["by_round"][round].clone();
    ["roster", "done", "carried", "late_done", "open", "skipped"].map(|field| round[field].as_u64().unwrap())
}

#[test]
fn a_year_of_talks() {
    let mut step = class_4a();
    step.at("2026-10-20T10:00:00");
    for number in (1..=24).filter(|number| ![7, 19].contains(number)) {
        done(&mut step, &pupil(number), "R1").unwrap();
    }
    assert_eq!(counts(&step, "R1"), [24, 22, 0, 0, 2, 0]);
    assert_eq!(step.result()["by_round"]["R1"]["limit"], "2026-11-23");
    step.at("2026-11-12T10:00:00");
    assert_eq!(step.result()["by_round"]["R1"]["state"], "carry");
    done(&mut step, "P07", "R1").unwrap();
    step.at("2026-11-25T10:00:00");
    assert_eq!(step.result()["by_round"]["R1"]["state"], "over");
    done(&mut step, "P19", "R1").unwrap();
    step.send("lk14", json!({"leave": {"subject": "P24", "date": "2026-12-18"}})).unwrap();
    step.at("2027-01-04T10:00:00");
    step.send("lk14", json!({"join": {"subject": "P25"}})).unwrap();
    assert_eq!(counts(&step, "R1"), [24, 22, 1, 1, 0, 0], "who joins later was never in the first round");
    step.at("2027-01-25T10:00:00");
    for number in (1..=25).filter(|number| ![10, 24].contains(number)) {
        done(&mut step, &pupil(number), "R2").unwrap();
    }
    step.send("lk14", json!({"skip": {"subject": "P10", "round": "R2", "reason": "ziek"}})).unwrap();
    assert_eq!(counts(&step, "R2"), [24, 23, 0, 0, 0, 1]);
    step.at("2027-04-30T10:00:00");
    step.send("lk14", json!({"leave": {"subject": "P03"}})).unwrap();
    for number in (1..=25).filter(|number| ![3, 24].contains(number)) {
        done(&mut step, &pupil(number), "R3").unwrap();
    }
    assert_eq!(counts(&step, "R1"), [24, 22, 1, 1, 0, 0]);
    assert_eq!(counts(&step, "R2"), [24, 23, 0, 0, 0, 1]);
    assert_eq!(counts(&step, "R3"), [23, 23, 0, 0, 0, 0]);
    let result = step.result();
    assert_eq!((&result["held"], &result["open_count"]), (&json!(70), &json!(0)));
    assert_eq!(result["roster"].as_array().unwrap().len(), 23);
}

#[test]
fn the_tenth_school_day_after_a_round_still_counts_as_carried() {
    for (day, status) in
        [("2026-10-30", "done"), ("2026-11-09", "carried"), ("2026-11-23", "carried"), ("2026-11-24", "late_done")]
    {
        let mut step = class_4a();
        step.at(&format!("{day}T10:00:00"));
        done(&mut step, "P01", "R1").unwrap();
        assert_eq!(step.result()["talks"][0]["status"], status, "{day}");
    }
    let mut step = class_4a();
    step.configure("carry_over_days", json!(0));
    step.at("2026-11-09T10:00:00");
    done(&mut step, "P01", "R1").unwrap();
    assert_eq!(step.result()["talks"][0]["status"], "late_done");
}

#[test]
fn told_twice_changes_nothing() {
    let mut step = class_4a();
    step.configure("conductor", json!([]));
    step.at("2026-10-20T10:00:00");
    done(&mut step, "P01", "R1").unwrap();
    let talks = step.result()["talks"].clone();
    step.at("2026-11-25T10:00:00");
    let again = step.send("lk15", json!({"done": {"subject": "P01", "round": "R1"}})).unwrap();
    assert_eq!(again["warnings"][0]["word"], "ALREADY_DONE");
    assert_eq!(step.result()["talks"], talks, "day and teller are those of the first time");
    let share = json!({"done": {"subject": "P01", "round": "R1", "date": "2026-10-20", "share": "samen lezen"}});
    assert_eq!(step.send("lk14", share).unwrap()["warnings"], json!([]));
    assert_eq!(step.result()["talks"], talks);
    done(&mut step, "P01", "R1").unwrap();
    assert_eq!(step.shows("facilitator")["shared"][0]["text"], "samen lezen", "what was agreed stays");
}

#[test]
fn done_beats_skip_and_a_withdrawn_talk_is_open_again() {
    let mut step = class_4a();
    let skip = json!({"skip": {"subject": "P01", "round": "R1", "reason": "ziek"}});
    step.send("lk14", skip.clone()).unwrap();
    assert_eq!(counts(&step, "R1"), [24, 0, 0, 0, 23, 1]);
    done(&mut step, "P01", "R1").unwrap();
    step.send("lk14", skip).unwrap();
    assert_eq!(counts(&step, "R1"), [24, 1, 0, 0, 23, 0]);
    step.withdraw("lk14", "done", "P01/R1");
    step.withdraw("lk14", "skip", "P01/R1");
    assert_eq!(counts(&step, "R1"), [24, 0, 0, 0, 24, 0]);
}

#[test]
fn who_leaves_takes_open_turns_along_and_leaves_talks_behind() {
    let mut step = class_4a();
    done(&mut step, "P01", "R1").unwrap();
    for subject in ["P01", "P02"] {
        step.send("lk14", json!({"leave": {"subject": subject, "date": "2026-10-12"}})).unwrap();
    }
    assert_eq!(counts(&step, "R1"), [24, 1, 0, 0, 23, 0], "not before the day has come");
    assert_eq!(counts(&step, "R2"), [22, 0, 0, 0, 22, 0]);
    step.at("2026-10-12T09:00:00");
    assert_eq!(counts(&step, "R1"), [23, 1, 0, 0, 22, 0]);
    let late = step.send("lk14", json!({"done": {"subject": "P02", "round": "R1", "date": "2026-10-08"}}));
    late.unwrap();
    assert_eq!(counts(&step, "R1"), [24, 2, 0, 0, 22, 0], "a talk before that day may be told afterwards");
    step.at("2026-10-13T09:00:00");
    step.send("lk14", json!({"done": {"subject": "P02", "round": "R1", "date": "2026-10-12"}})).unwrap();
    assert_eq!(done(&mut step, "P02", "R1"), Err(vec!["NOT_ON_ROSTER:P02 /done/subject".to_owned()]));
    step.send("lk14", json!({"join": {"subject": "P02", "date": "2026-10-14"}})).unwrap();
    assert_eq!(counts(&step, "R2"), [23, 0, 0, 0, 23, 0], "who comes back is there again");
}

#[test]
fn the_roster_may_come_from_an_earlier_step() {
    let mut step = class_4a();
    step.configure("roster", json!([{"id": "P01", "until": "2026-10-01"}, {"id": "P02", "from": "2027-01-01"}]));
    step.set("inputs", json!({"roster": ["P01", "P08", {"id": "P09", "label": "negen"}], "left": ["P08"]}));
    assert_eq!(step.result()["roster"], json!(["P02", "P09"]));
    assert_eq!(step.result()["subjects"], json!([{"id": "P02", "label": null}, {"id": "P09", "label": "negen"}]));
    assert_eq!(step.result()["to_do"], json!([{"id": "P09", "label": "negen"}]), "only rounds that have begun");
    assert_eq!(step.result()["open"], json!({"R1": ["P09"], "R2": ["P02", "P09"], "R3": ["P02", "P09"]}));
    step.set("inputs", json!({"roster": [{"id": "P08", "from": "2026-10-01"}], "left": {"P08": "2026-10-01"}}));
    assert_eq!(step.result()["roster"], json!(["P02"]), "came and went on one day");
    step.set("inputs", json!({"roster": ["P08"], "left": {"P08": "2026-11-10"}}));
    assert_eq!(step.result()["open"]["R1"], json!(["P08"]));
    assert_eq!(step.result()["open"]["R2"], json!(["P02"]));
}

#[test]
fn only_who_holds_the_talks_tells_of_them() {
    let mut step = class_4a();
    let told = json!({"done": {"subject": "P01", "round": "R1"}});
    assert_eq!(step.send("lk15", told.clone()), Err(vec!["NOT_ALLOWED".to_owned()]));
    step.configure("conductor", json!(["ment"]));
    step.person("lk15", &["ment"], None);
    step.send("lk15", told.clone()).unwrap();
    step.configure("conductor", json!([]));
    assert_eq!(step.send("P02", told), Err(vec!["NOT_ALLOWED".to_owned()]), "never somebody on the roster");
    step.configure("roster", json!([{"id": "P01", "by": "lk14"}, {"id": "P02", "by": "ment"}]));
    assert_eq!(
        step.send("lk15", json!({"plan": {"subject": "P01", "date": "2026-10-05"}})),
        Err(vec!["NOT_ALLOWED".to_owned()])
    );
    step.send("lk15", json!({"plan": {"subject": "P02", "date": "2026-10-05"}})).unwrap();
}

#[test]
fn rounds_and_days_are_checked() {
    let mut step = class_4a();
    for (payload, problem) in [
        (json!({"done": {"subject": "P99", "round": "R1"}}), "NOT_ON_ROSTER:P99 /done/subject"),
        (json!({"done": {"subject": "P01", "round": "R9"}}), "INVALID /done/round"),
        (json!({"done": {"subject": "P01", "date": "2026-10-03"}}), "INVALID /done/date"),
        (json!({"attempt": {"subject": "P01", "date": "2026-10-03"}}), "INVALID /attempt/date"),
        (json!({"skip": {"subject": "P01"}}), "INVALID /skip/reason"),
        (json!({"plan": {"subject": "P01", "date": "2027-07-01"}}), "INVALID /plan/date"),
        (json!({"value": {"subject": "P01", "value": 3}}), "INVALID /value"),
        (json!({"leave": {"subject": "P99"}}), "NOT_ON_ROSTER:P99 /leave/subject"),
        (json!({"private_note": {"subject": "P01"}}), "INVALID /private_note/text"),
    ] {
        assert_eq!(step.send("lk14", payload.clone()), Err(vec![problem.to_owned()]), "{payload}");
    }
    step.configure("rounds", json!([]));
    assert_eq!(
        step.send("lk14", json!({"done": {"subject": "P01"}})),
        Err(vec!["INVALID /done/round".to_owned()]),
        "without rounds there are no talks"
    );
}

#[test]
fn a_round_that_is_not_named_is_the_last_that_has_begun() {
    let mut step = class_4a();
    for (day, round) in [("2026-09-01", "R1"), ("2026-12-18", "R1"), ("2027-01-04", "R2"), ("2027-06-01", "R3")] {
        step.at(&format!("{day}T10:00:00"));
        let answer = step.send("lk14", json!({"done": {"subject": "P01"}})).unwrap();
        assert_eq!(answer["value"]["round"], round, "{day}");
    }
}

#[test]
fn a_plan_on_a_closed_day_moves_and_goes_when_the_talk_was_held() {
    let mut step = class_4a();
    let answer = step.send("lk14", json!({"plan": {"subject": "P01", "date": "2026-11-03"}})).unwrap();
    assert_eq!((&answer["warnings"][0]["word"], &answer["value"]["date"]), (&json!("MOVED"), &json!("2026-11-09")));
    assert_eq!(step.result()["planned"], json!([{"subject": "P01", "round": "R1", "date": "2026-11-09"}]));
    done(&mut step, "P01", "R1").unwrap();
    assert_eq!(step.result()["planned"], json!([]));
}

#[test]
fn the_next_term_is_that_of_the_first_unfinished_round() {
    let mut step = class_4a();
    step.configure("roster", json!(["P01"]));
    assert_eq!((&step.result()["current"], &step.result()["next_due"]), (&json!("R1"), &json!("2026-10-30")));
    step.at("2026-10-30T10:00:00");
    assert_eq!((&step.result()["current"], &step.result()["next_due"]), (&json!("R1"), &json!("2026-10-30")));
    step.at("2026-11-12T10:00:00");
    assert_eq!((&step.result()["current"], &step.result()["next_due"]), (&json!(null), &json!("2026-11-23")));
    step.at("2026-11-24T10:00:00");
    assert_eq!(step.result()["next_due"], "2027-02-05", "a round that is over has no term any more");
    step.configure("require_done", json!(true));
    assert_eq!(step.reasons(), ["NOT_READY:R1,R2,R3"]);
    step.configure("require_done", json!(false));
    assert_eq!(step.conclude()["ready"], true);
}

#[test]
fn who_is_not_reached_three_times_is_named() {
    let mut step = class_4a();
    for (day, times) in [("2026-09-16", 1), ("2026-09-16", 1), ("2026-09-18", 2), ("2026-10-01", 3)] {
        assert_eq!(step.result()["tried"], json!([]));
        step.send("lk14", json!({"attempt": {"subject": "P05", "date": day, "note": "gebeld"}})).unwrap();
        assert_eq!(step.result()["attempts"], json!({"R1": {"P05": times}}), "one a day");
    }
    assert_eq!(step.result()["tried"], json!(["P05"]));
    done(&mut step, "P05", "R1").unwrap();
    assert_eq!((&step.result()["tried"], &step.result()["attempts"]), (&json!([]), &json!({})));
}

#[test]
fn a_note_is_read_by_its_author_only() {
    let mut step = class_4a();
    step.configure("conductor", json!(["lk14", "zc2"]));
    step.send("lk14", json!({"private_note": {"subject": "P01", "text": "geheim"}})).unwrap();
    let answers = json!({"private_note": {"subject": "P02", "round": "R1", "answers": {"q1": "tekenen"}}});
    step.send("zc2", answers).unwrap();
    let reads = |step: &Step, audience: &str| step.shows(audience)["notes"].clone();
    for reader in [json!(null), json!({"participant": "zc1", "roles": ["dir"]})] {
        step.set("actor", reader);
        let everything: Vec<Value> =
            ["facilitator", "contributor", "team", "policy", "school"].map(|audience| step.shows(audience)).to_vec();
        assert!(!json!(everything).to_string().contains("geheim"));
        assert!(!json!(everything).to_string().contains("tekenen"));
    }
    step.set("actor", json!({"participant": "lk14", "roles": ["tch"]}));
    for audience in ["facilitator", "contributor"] {
        assert_eq!(reads(&step, audience).as_array().unwrap().len(), 1, "{audience}");
        assert_eq!(reads(&step, audience)[0]["text"], "geheim");
    }
    assert_eq!(reads(&step, "team"), Value::Null);
    assert!(!step.conclude().to_string().contains("geheim"), "not in the result either");
    step.configure("private_notes", json!(false));
    let refused = step.send("lk14", json!({"private_note": {"subject": "P01", "text": "x"}}));
    assert_eq!(refused, Err(vec!["INVALID /private_note".to_owned()]));
}

#[test]
fn a_colleague_sees_own_subjects_and_others_counts() {
    let mut step = class_4a();
    step.configure("conductor", json!([]));
    step.configure("roster", json!([{"id": "P01", "by": "lk14"}, {"id": "P02", "by": "lk15"}, "P03"]));
    for (who, subject) in [("lk14", "P01"), ("lk15", "P02")] {
        step.send(who, json!({"done": {"subject": subject, "share": format!("met {subject}")}})).unwrap();
    }
    step.set("actor", json!({"participant": "lk15", "roles": ["tch"]}));
    let shown = step.shows("contributor");
    assert_eq!((&shown["roster"], &shown["talks"][0]["subject"]), (&json!(["P02", "P03"]), &json!("P02")));
    assert_eq!((&shown["shared"][0]["text"], &shown["open"]["R1"]), (&json!("met P02"), &json!(["P03"])));
    assert_eq!(shown["by_round"]["R1"]["done"], 2, "the counts are of the whole");
    step.set("actor", json!({"participant": "P01", "roles": ["pup"]}));
    assert_eq!(step.shows("contributor")["roster"], Value::Null, "a pupil sees counts");
    step.set("actor", Value::Null);
    assert_eq!((&step.shows("contributor")["shared"], &step.shows("school")["talks"]), (&Value::Null, &Value::Null));
    assert_eq!(step.shows("school")["held"], 2);
}

/// The feelings thermometer of class 4A.
fn thermometer(pupils: u32) -> Step {
    let roster: Vec<String> = (1..=pupils).map(pupil).collect();
    Step::new(&PLUGIN, "series", json!({"roster": roster, "watch": {"min": 1, "max": 5}, "conductor": "lk14"}))
}

fn value(step: &mut Step, day: &str, subject: &str, value: u32) {
    step.at(&format!("{day}T08:45:00"));
    step.send(subject, json!({"value": {"subject": subject, "value": value}})).unwrap();
}

#[test]
fn low_today_and_low_often() {
    let mut step = thermometer(24);
    value(&mut step, "2026-11-09", "P11", 2);
    assert_eq!((&step.result()["low_today"], &step.result()["low_often"]), (&json!(["P11"]), &json!([])));
    value(&mut step, "2026-11-10", "P11", 1);
    value(&mut step, "2026-11-12", "P11", 3);
    assert_eq!(step.result()["low"], json!([]), "three is not low, and two low days are not often");
    value(&mut step, "2026-11-13", "P11", 2);
    assert_eq!(step.result()["low_often"], json!(["P11"]), "30 October and 9, 10, 12, 13 November");
    value(&mut step, "2026-11-16", "P11", 4);
    let result = step.result();
    assert_eq!(
        (&result["low_today"], &result["low_often"], &result["low"]),
        (&json!([]), &json!(["P11"]), &json!(["P11"]))
    );
    step.at("2026-11-17T08:45:00");
    assert_eq!(step.result()["low"], json!([]), "9 November is no longer among the last five school days");
}

#[test]
fn the_class_shows_only_with_enough_values() {
    let mut step = thermometer(24);
    for number in 1..=23 {
        value(&mut step, "2026-11-09", &pupil(number), 1 + number % 5);
    }
    for number in 1..=4 {
        value(&mut step, "2026-11-10", &pupil(number), 5);
    }
    let day = json!({"n": 23, "held": false, "dist": {"1": 4, "2": 5, "3": 5, "4": 5, "5": 4}, "mean": "3.00"});
    let result = step.result();
    assert_eq!(result["days"]["2026-11-09"], day);
    assert_eq!(result["days"]["2026-11-10"], json!({"n": 4, "held": true, "dist": null, "mean": null}));
    assert_eq!(step.shows("team")["days"], json!({"2026-11-09": day}));
    step.configure("watch", json!({"min": 1, "max": 5, "k": 4}));
    assert_eq!(step.shows("team")["days"]["2026-11-10"]["mean"], "5.00");
}

#[test]
fn a_pupil_gives_only_its_own_value() {
    let mut step = thermometer(3);
    let sent = |subject: &str, value: u32| json!({"value": {"subject": subject, "value": value, "word": "moe"}});
    assert_eq!(step.send("P01", sent("P02", 3)), Err(vec!["NOT_ALLOWED".to_owned()]));
    assert_eq!(step.send("lk15", sent("P02", 3)), Err(vec!["NOT_ALLOWED".to_owned()]));
    assert_eq!(step.send("P09", sent("P09", 3)), Err(vec!["NOT_ON_ROSTER:P09 /value/subject".to_owned()]));
    assert_eq!(step.send("P01", sent("P01", 6)), Err(vec!["INVALID /value/value".to_owned()]));
    step.send("lk14", sent("P02", 1)).unwrap();
    step.send("P02", sent("P02", 4)).unwrap();
    assert_eq!(step.result()["low"], json!([]), "one value a day, the last one");
    step.send("P02", sent("P02", 1)).unwrap();
    for reader in [Value::Null, json!({"participant": "P01", "roles": ["pup"]})] {
        step.set("actor", reader);
        for audience in ["contributor", "team", "policy", "school"] {
            assert!(!step.shows(audience).to_string().contains("P02"), "{audience}");
        }
    }
    assert_eq!(step.shows("facilitator")["low_today"], json!(["P02"]));
    assert!(!step.shows("facilitator").to_string().contains("moe"));
    step.send("lk14", json!({"leave": {"subject": "P02"}})).unwrap();
    assert_eq!(step.result()["low"], json!([]));
}
