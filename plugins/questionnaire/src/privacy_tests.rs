//! The threshold and the complement rule (L6), against everything that a reader could work out from the picture.

use draaiboek_sdk::testing::Step;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::PLUGIN;

const ITEMS: [&str; 3] = ["a", "b", "c"];
const LEVELS: [&str; 3] = ["x", "y", "z"];

/// One person: the level (3 = not said), and an answer per question (0 = none, 6 = not applicable).
type Sheet = (usize, [u8; 3]);

fn sheets() -> impl Strategy<Value = Vec<Sheet>> {
    prop::collection::vec((0usize..4, [0u8..7, 0u8..7, 0u8..7]), 0..24)
}

fn picture(sheets: &[Sheet], k: u64) -> Value {
    let items: Vec<Value> = ITEMS.iter().map(|id| json!({"id": id, "na": true, "group": "g"})).collect();
    let config =
        json!({"items": items, "k": k, "identity": "anonymous", "breakdowns": [{"id": "level", "options": LEVELS}]});
    let mut step = Step::new(&PLUGIN, "questionnaire", config);
    for (person, (level, values)) in sheets.iter().enumerate() {
        let mut sent = json!({"answers": {"answers": {}}});
        for (item, value) in ITEMS.iter().zip(values) {
            match value {
                0 => {}
                6 => sent["answers"]["answers"][item] = json!("na"),
                value => sent["answers"]["answers"][item] = json!(value),
            }
        }
        if let Some(level) = LEVELS.get(*level) {
            sent["answers"]["about"] = json!({"level": level});
        }
        step.send(&format!("p{person:02}"), sent).unwrap();
    }
    step.result()
}

/// How many of `sheets` answered a question, and the sum of their figures.
fn truth<'a>(sheets: impl Iterator<Item = &'a Sheet>, item: usize) -> (u64, i64) {
    let values = sheets.map(|(_, values)| values[item]).filter(|value| *value > 0);
    values.fold((0, 0), |(people, sum), value| (people + 1, sum + if value == 6 { 0 } else { i64::from(value) }))
}

fn shown(item: &Value) -> Option<u64> {
    let figures = item["under_threshold"] == json!(false);
    figures.then(|| item["n"].as_u64().unwrap_or(0) + item["na"].as_u64().unwrap_or(0))
}

/// What is left over when what is shown is taken from the whole is nothing, everybody, or at least `k` people.
fn safe(left: u64, whole: u64, k: u64) -> bool {
    left == 0 || left == whole || left >= k
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, rng_seed: prop::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]
    #[test]
    fn no_figure_of_a_few_is_shown_or_can_be_worked_out(sheets in sheets(), k in 3u64..7) {
        let answered: Vec<Sheet> = sheets.iter().copied().filter(|(_, values)| values.iter().any(|value| *value > 0)).collect();
        let result = picture(&sheets, k);
        prop_assert_eq!(&result["response"]["answered"], &json!(answered.len()));
        if (answered.len() as u64) < k {
            prop_assert_eq!((&result["total"]["sum"], &result["breakdowns"]), (&json!(null), &json!({})));
            return Ok(());
        }
        let cells = result["breakdowns"]["level"]["cells"].as_object().cloned().unwrap_or_default();
        let level = |name: &str| LEVELS.iter().position(|known| *known == name).unwrap_or(3);
        let in_cells: u64 = cells.values().filter_map(|cell| cell["n"].as_u64()).sum();
        prop_assert!(safe(answered.len() as u64 - in_cells, answered.len() as u64, k), "cells {:?}", cells);
        for (at, item) in ITEMS.iter().enumerate() {
            let (people, sum) = truth(answered.iter(), at);
            let Some(n) = shown(&result["items"][item]) else {
                prop_assert!(people < k);
                prop_assert!(cells.values().all(|cell| cell["items"][item].is_null() || shown(&cell["items"][item]).unwrap_or(0) == 0));
                continue;
            };
            prop_assert!(n == people && (n == 0 || n >= k));
            prop_assert_eq!(result["items"][item]["sum"].as_i64().unwrap_or(0), sum, "exact");
            let mut left = people;
            for (name, cell) in &cells {
                let Some(n) = shown(&cell["items"][item]).filter(|_| cell["n"].is_u64()) else { continue };
                let of_cell = truth(answered.iter().filter(|(of, _)| *of == level(name)), at);
                prop_assert_eq!((n, cell["items"][item]["sum"].as_i64().unwrap_or(0)), of_cell);
                prop_assert!(n == 0 || n >= k, "{} of {}", item, name);
                left -= n;
            }
            prop_assert!(safe(left, people, k), "{}: {} of {} people can be worked out: {:?}", item, left, people, cells);
        }
    }
}
