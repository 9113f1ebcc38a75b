//! Contributions of a scenario, written as a list or as a table, as one list of entries. Knows no engine.

use serde_json::{Map, Value};

use super::place::Moment;
use super::scenario::Contribute;

/// One contribution as the player hands it in.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Person who hands it in, when it is not the element's actor.
    pub actor: Option<String>,
    /// Person for whom it is entered.
    pub on_behalf_of: Option<String>,
    /// Group for which it is entered.
    pub group: Option<String>,
    /// Contribution id.
    pub id: Option<String>,
    /// Revision.
    pub revision: Option<u32>,
    /// Name of the secret of an anonymous contribution.
    pub token: Option<String>,
    /// Local moment.
    pub at: Option<Moment>,
    /// Entry kind.
    pub kind: String,
    /// What it says.
    pub body: Value,
}

/// Words of an entry that are about the contribution, not in it.
const ENVELOPE: [&str; 7] = ["as", "on_behalf_of", "group", "id", "revision", "token", "at"];

/// All entries, in order.
///
/// # Errors
/// What is wrong, with the number of the entry or row (from 1).
pub fn entries(contribute: &Contribute) -> Result<Vec<Entry>, String> {
    let table = !contribute.rows.is_empty() || !contribute.columns.is_empty();
    if table && !contribute.entries.is_empty() {
        return Err("give either `entries` or a table of `columns` and `rows`, not both".into());
    }
    if !table {
        return contribute
            .entries
            .iter()
            .enumerate()
            .map(|(number, entry)| listed(entry).map_err(|problem| format!("entry {}: {problem}", number + 1)))
            .collect();
    }
    let kind = contribute.entry.as_deref().ok_or("a table needs `entry:`, the entry kind of its rows")?;
    contribute
        .rows
        .iter()
        .enumerate()
        .map(|(number, row)| tabled(contribute, kind, row).map_err(|problem| format!("row {}: {problem}", number + 1)))
        .collect()
}

fn listed(entry: &Map<String, Value>) -> Result<Entry, String> {
    let mut envelope = Map::new();
    let mut content = None;
    for (key, value) in entry {
        if ENVELOPE.contains(&key.as_str()) {
            envelope.insert(key.clone(), value.clone());
        } else if let Some((first, _)) = content.replace((key.clone(), value.clone())) {
            return Err(format!("it has two entry kinds, `{first}` and `{key}`; make two entries of it"));
        }
    }
    let (kind, body) = content.ok_or("it has no entry kind; write for instance `card: {…}`")?;
    sealed(&envelope, kind, body)
}

fn tabled(contribute: &Contribute, kind: &str, row: &[Value]) -> Result<Entry, String> {
    if row.len() > contribute.columns.len() {
        return Err(format!("it has {} values for {} columns", row.len(), contribute.columns.len()));
    }
    let mut envelope = Map::new();
    let mut body = contribute.shared.clone();
    for (column, value) in contribute.columns.iter().zip(row) {
        for place in column.split('+') {
            if ENVELOPE.contains(&place) {
                envelope.insert(place.to_owned(), value.clone());
            } else {
                put(&mut body, place, value)?;
            }
        }
    }
    sealed(&envelope, kind.to_owned(), Value::Object(body))
}

/// Puts `value` at the dotted `place`.
fn put(body: &mut Map<String, Value>, place: &str, value: &Value) -> Result<(), String> {
    let Some((head, rest)) = place.split_once('.') else {
        body.insert(place.to_owned(), value.clone());
        return Ok(());
    };
    match body.entry(head.to_owned()).or_insert_with(|| Value::Object(Map::new())) {
        Value::Object(inner) => put(inner, rest, value),
        _ => Err(format!("column `{place}` goes into `{head}`, which is no map")),
    }
}

fn sealed(envelope: &Map<String, Value>, kind: String, body: Value) -> Result<Entry, String> {
    let revision = match envelope.get("revision") {
        None => None,
        Some(value) => Some(
            value
                .as_u64()
                .and_then(|number| u32::try_from(number).ok())
                .ok_or_else(|| format!("`revision` must be a whole number, not {value}"))?,
        ),
    };
    let at = text(envelope, "at")?.map(|text| text.parse()).transpose()?;
    Ok(Entry {
        actor: text(envelope, "as")?,
        on_behalf_of: text(envelope, "on_behalf_of")?,
        group: text(envelope, "group")?,
        id: text(envelope, "id")?,
        revision,
        token: text(envelope, "token")?,
        at,
        kind,
        body,
    })
}

fn text(envelope: &Map<String, Value>, key: &str) -> Result<Option<String>, String> {
    match envelope.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(other) => Err(format!("`{key}` must be a text, not {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn contribute(value: serde_json::Value) -> Contribute {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_table_fills_envelope_and_body() {
        let found = entries(&contribute(json!({
            "step": "cards", "entry": "card", "with": {"round": 1},
            "columns": ["as", "group", "id+card_id", "lanes.T1", "lanes.T2"],
            "rows": [["lk1", "G1", "c01", "MORE", "NEW"], ["lk2", "G2", "c02"]],
        })))
        .unwrap();
        assert_eq!(found[0].actor.as_deref(), Some("lk1"));
        assert_eq!(found[0].id.as_deref(), Some("c01"));
        assert_eq!(found[0].body, json!({"round": 1, "card_id": "c01", "lanes": {"T1": "MORE", "T2": "NEW"}}));
        assert_eq!(found[1].body, json!({"round": 1, "card_id": "c02"}));
    }

    #[test]
    fn a_list_has_one_kind_per_entry() {
        let found = entries(&contribute(
            json!({"step": "s", "entries": [{"group": "G1", "at": "2026-10-02T09:00", "card": {"text": "x"}}]}),
        ))
        .unwrap();
        assert_eq!((found[0].kind.as_str(), found[0].group.as_deref()), ("card", Some("G1")));
        assert!(found[0].at.is_some());
    }

    #[test]
    fn mistakes_are_named() {
        for (value, says) in [
            (json!({"step": "s", "entries": [{"group": "G1"}]}), "entry 1: it has no entry kind"),
            (json!({"step": "s", "entries": [{"card": {}, "ack": {}}]}), "two entry kinds"),
            (json!({"step": "s", "columns": ["a"], "rows": [[1]]}), "needs `entry:`"),
            (
                json!({"step": "s", "entry": "card", "columns": ["a"], "rows": [[1], [1, 2]]}),
                "row 2: it has 2 values for 1 columns",
            ),
            (
                json!({"step": "s", "entry": "card", "columns": ["a"], "rows": [[1]], "entries": [{"card": {}}]}),
                "not both",
            ),
            (json!({"step": "s", "entry": "card", "columns": ["a", "a.b"], "rows": [[1, 2]]}), "which is no map"),
            (json!({"step": "s", "entries": [{"card": {}, "revision": "two"}]}), "`revision` must be a whole number"),
            (json!({"step": "s", "entries": [{"card": {}, "at": "soon"}]}), "`soon` is no date and time"),
        ] {
            let problem = entries(&contribute(value)).unwrap_err();
            assert!(problem.contains(says), "{problem} should say {says}");
        }
    }
}
