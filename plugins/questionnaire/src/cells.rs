//! Comparing groups of people (L6): every cell has `k` people or stays hidden, and no hidden one can be found by subtraction.

use draaiboek_sdk::{Chance, Json, Table, ToJson, hidden_cells, object};

use crate::config::{Breakdown, Config, From};
use crate::fold::Person;
use crate::numbers::{Numbers, Sheet, count};

/// People who did not say to which group they belong.
const UNKNOWN: &str = "unknown";

/// The cells of one breakdown as JSON, and the names of those that are hidden.
pub(crate) fn cells(
    config: &Config,
    by: &Breakdown,
    people: &[(&Person, &Sheet)],
    k: u64,
    chance: &mut Chance,
) -> (Json, Vec<String>) {
    let mut names: Vec<&str> = by.options.iter().map(|option| option.id.as_str()).collect();
    names.push(UNKNOWN);
    let of = |name: &str| -> Vec<&Sheet> {
        people.iter().filter(|(person, _)| cell(by, person) == name).map(|(_, sheet)| *sheet).collect()
    };
    let sizes: Vec<u64> = names.iter().map(|name| of(name).len() as u64).collect();
    let hidden = hidden_cells(&sizes, k);
    let mut numbers: Vec<Numbers> = names.iter().map(|name| count(config, &of(name), 1, chance)).collect();
    let closed = hide_items(config, &mut numbers, &hidden, k);
    let mut table: Table<Json> = Table::default();
    let mut suppressed = Vec::new();
    for (at, name) in names.iter().enumerate().filter(|(at, _)| sizes[*at] > 0 || names[*at] != UNKNOWN) {
        if hidden[at] {
            suppressed.push(format!("{}/{name}", by.id));
        }
        table.set(name, shown(config, &numbers[at], sizes[at], hidden[at], &closed));
    }
    (object! {"cells" => table}, suppressed)
}

/// In which cell somebody is.
fn cell<'a>(by: &'a Breakdown, person: &Person) -> &'a str {
    let known = |id: &str| by.options.iter().find(|option| option.id == id).map(|option| option.id.as_str());
    let found = match by.from {
        From::Answer => person.about.get(&by.id).and_then(|option| known(option)),
        From::Group => person.group.as_deref().and_then(known),
        From::Role => {
            by.options.iter().map(|option| option.id.as_str()).find(|id| person.roles.iter().any(|role| role == id))
        }
    };
    found.unwrap_or(UNKNOWN)
}

/// Hides each question in the cells where it would show fewer than `k` people. Gives the questions that
/// are hidden in a cell that is shown: those stay out of the sums of all cells.
fn hide_items(config: &Config, numbers: &mut [Numbers], cells: &[bool], k: u64) -> Vec<String> {
    let mut closed = Vec::new();
    for item in &config.items {
        let people = |numbers: &Numbers| numbers.items.get(&item.id).map_or(0, crate::numbers::ItemNumbers::people);
        let sizes: Vec<u64> = numbers.iter().map(people).collect();
        let hidden = hidden_cells(&sizes, k);
        if hidden.iter().zip(cells).any(|(item, cell)| *item && !cell) {
            closed.push(item.id.clone());
        }
        for (at, numbers) in numbers.iter_mut().enumerate() {
            if let Some(numbers) = numbers.items.get_mut(&item.id).filter(|_| hidden[at] || cells[at]) {
                *numbers = numbers.held();
            }
        }
    }
    closed
}

/// One cell. Its texts are never shown: in a small group the style tells who wrote.
fn shown(config: &Config, numbers: &Numbers, size: u64, hidden: bool, closed: &[String]) -> Json {
    let mut items: Table<Json> = Table::default();
    let mut total = Numbers::default().total;
    for item in config.items.iter().filter(|_| !hidden) {
        let Some(one) = numbers.items.get(&item.id) else { continue };
        let mut json = one.to_json();
        json.set("texts", Json::List(Vec::new()));
        items.set(&item.id, json);
        if item.kind == crate::config::Kind::Scale && !closed.contains(&item.id) {
            total.add(item, one);
        }
    }
    total.n = if hidden { 0 } else { size };
    object! {"n" => (!hidden).then_some(size), "under_threshold" => hidden, "items" => items, "total" => total}
}
