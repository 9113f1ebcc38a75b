//! Board: a fifteen-minute stand-up of a team: goals, actions, what came of it, what is due.

use serde_json::{Value, json};

use super::Page;
use crate::answer::Outcome;
use crate::gate::{Cycle, SeeBoard, Visit};
use crate::input::Input;
use crate::show::words;

/// Lists of a picture that stand on the board, with the key of their heading.
pub(crate) const LISTS: [(&str, &str); 4] = [
    ("goals", "board.goals"),
    ("actions", "board.actions"),
    ("materials", "board.materials"),
    ("decisions", "board.decisions"),
];

/// `board/show`
pub(crate) async fn show(visit: Visit<SeeBoard>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let mut columns: Vec<(usize, Vec<Value>)> = LISTS.iter().enumerate().map(|(at, _)| (at, Vec::new())).collect();
    for id in cycle.snapshot.steps.keys() {
        let Ok(picture) = cycle.picture(id).await else { continue };
        for (at, cards) in &mut columns {
            let list = LISTS.get(*at).and_then(|(key, _)| picture.data.get(*key)).and_then(Value::as_array);
            for item in list.into_iter().flatten() {
                cards.extend(card(&visit, &cycle, item, id));
            }
        }
    }
    let columns: Vec<Value> = columns
        .into_iter()
        .filter(|(_, cards)| !cards.is_empty())
        .map(|(at, cards)| json!({"title": LISTS.get(at).map(|(_, key)| visit.t(key, &[])), "cards": cards}))
        .collect();
    let open: Vec<Value> = cycle
        .tasks()
        .await?
        .iter()
        .filter(|task| task.status == "open")
        .filter_map(|task| {
            let title: draaiboek_runtime::TaskTitle = serde_json::from_str(&task.title).ok()?;
            let text = title.text.get(&visit.locale).or_else(|| title.text.get("nl"))?.clone();
            Some(json!({"title": text, "due": visit.due(task.due_at), "href": format!("/cycle/{}/step/{}", words::path_id(cycle.id()), words::path_id(&title.step))}))
        })
        .collect();
    let data = json!({
        "cycle": {"href": format!("/cycle/{}", words::path_id(cycle.id())), "title": cycle.title()}, "any": !columns.is_empty(), "columns": columns, "open": open,
        "here": cycle.here().join(", "), "minutes": [5, 15],
    });
    visit.page(Page::new("board", visit.t("board.title", &[]), data))
}

fn card(visit: &Visit<SeeBoard>, cycle: &Cycle, item: &Value, step: &str) -> Option<Value> {
    let text = ["text", "title", "label"].iter().find_map(|key| item.get(*key).and_then(Value::as_str))?;
    let owner = item.get("owner").and_then(Value::as_str).map(|owner| cycle.place.name(owner).to_owned());
    let due = item.get("due").and_then(Value::as_str).and_then(|due| due.parse::<jiff::civil::Date>().ok());
    let status = item.get("status").and_then(Value::as_str).unwrap_or_default();
    let word = visit.app().shower.maybe(&visit.locale, &format!("value.{status}"));
    let tone = match status {
        "done" | "closed" => "ok",
        "doing" => "run",
        "dropped" => "stop",
        _ => "wait",
    };
    Some(json!({
        "text": text, "owner": owner, "due": due.map(|due| words::day(&visit.locale, due)), "status": word, "tone": tone,
        "href": format!("/cycle/{}/step/{}", words::path_id(cycle.id()), words::path_id(step)),
    }))
}
