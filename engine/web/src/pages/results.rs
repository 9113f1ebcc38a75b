//! Results: artifacts with their versions, pictures of steps, always as text and tables; CSV.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::Page;
use super::cycle::artifact_title;
use crate::answer::{Failure, Outcome};
use crate::gate::{Cycle, SeeResult, Visit};
use crate::input::Input;
use crate::show::words;

/// `result/index`
pub(crate) async fn index(visit: Visit<SeeResult>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let all = cycle.artifacts().await?;
    let mut artifacts: Vec<Value> = Vec::new();
    for row in &all {
        let latest = all.iter().all(|other| other.name != row.name || other.version <= row.version);
        if latest {
            artifacts.push(json!({
                "title": artifact_title(&visit, &cycle, &row.name), "version": row.version, "at": visit.moment(row.created_at),
                "href": format!("/cycle/{}/results/{}", words::path_id(cycle.id()), words::path_id(&row.name)),
            }));
        }
    }
    let mut pictures = Vec::new();
    for id in order(&cycle) {
        let Ok(picture) = cycle.picture(&id).await else { continue };
        let kind = cycle.kind_of(&id);
        let texts = kind.as_ref().and_then(|kind| kind.texts.get(&visit.locale));
        let settings = cycle.definition.step(&id).map(|def| &def.step.with).unwrap_or(&Value::Null);
        let painter = visit.painter(&cycle.place, texts, vec![settings, &picture.data]);
        let pool = cycle.definition.step(&id).map(|def| def.pool.clone()).unwrap_or_default();
        let tally = cycle.snapshot.pools.get(&pool);
        let sum = |part: fn(&draaiboek_workflow::decide::Tally) -> u32| {
            tally.map_or(0, |pool| pool.counts.values().map(part).sum::<u32>())
        };
        pictures.push(json!({
            "title": cycle.text(&format!("step.{id}")), "picture": painter.draw(&picture.data), "id": id,
            "n": sum(|t| t.submitted.saturating_sub(t.withdrawn).saturating_sub(t.late)), "withdrawn": sum(|t| t.withdrawn), "late": sum(|t| t.late),
        }));
    }
    let data = json!({
        "cycle": {"href": format!("/cycle/{}", words::path_id(cycle.id())), "title": cycle.title()},
        "artifacts": artifacts, "pictures": pictures, "version": cycle.definition.ir.version,
    });
    visit.page(Page::new("results", visit.t("results.title", &[]), data))
}

/// Steps in the order of the workflow, only those that were opened.
fn order(cycle: &Cycle) -> Vec<String> {
    let states = cycle.definition.ir.all_states();
    let steps = states.iter().flat_map(|state| state.steps.iter().map(|step| step.id.clone()));
    steps.filter(|id| cycle.snapshot.steps.contains_key(id)).collect()
}

/// The step kind that makes an artifact, for its words.
fn maker(cycle: &Cycle, artifact: &str) -> Option<std::sync::Arc<crate::forms::Kind>> {
    cycle.makers(artifact).first().and_then(|step| cycle.kind_of(step))
}

/// Where ids in an artifact have their names: the settings of its makers, and the artifact itself.
fn names<'a>(cycle: &'a Cycle, artifact: &str, content: &'a Value) -> Vec<&'a Value> {
    let makers = cycle.makers(artifact);
    let settings = makers.iter().filter_map(|step| Some(&cycle.definition.step(step)?.step.with));
    settings.chain([content]).collect()
}

/// The versions of one artifact, oldest first.
async fn versions(cycle: &Cycle, name: &str) -> Result<Vec<draaiboek_store::ArtifactRow>, Failure> {
    let all: Vec<_> = cycle.artifacts().await?.into_iter().filter(|row| row.name == name).collect();
    if all.is_empty() { Err(Failure::NotFound) } else { Ok(all) }
}

/// The version that is asked for.
fn version(input: &Input) -> Result<Option<i64>, Failure> {
    let wanted = input.query.text("v").map(str::parse::<i64>).transpose();
    wanted.map_err(|_| Failure::Invalid("the version in `v` is no number".into()))
}

/// `result/show`
pub(crate) async fn show(visit: Visit<SeeResult>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let all = versions(&cycle, input.part("name")).await?;
    let wanted = version(&input)?;
    let row = match wanted {
        Some(version) => all.iter().find(|row| row.version == version).ok_or(Failure::NotFound)?,
        None => all.last().ok_or(Failure::NotFound)?,
    };
    let content: Value = serde_json::from_str(&row.content).unwrap_or(Value::Null);
    let before = all.iter().rfind(|other| other.version < row.version);
    let changes = before.map(|before| {
        let earlier: Value = serde_json::from_str(&before.content).unwrap_or(Value::Null);
        changes(&visit, &earlier, &content)
    });
    let kind = maker(&cycle, &row.name);
    let painter = visit.painter(
        &cycle.place,
        kind.as_ref().and_then(|kind| kind.texts.get(&visit.locale)),
        names(&cycle, &row.name, &content),
    );
    let base = format!("/cycle/{}/results/{}", words::path_id(cycle.id()), words::path_id(&row.name));
    let list: Vec<Value> = all
        .iter()
        .rev()
        .map(|other| json!({"version": other.version, "at": visit.moment(other.created_at), "href": format!("{base}?v={}", other.version), "current": other.version == row.version}))
        .collect();
    let data = json!({
        "cycle": {"href": format!("/cycle/{}", words::path_id(cycle.id())), "title": cycle.title()},
        "version": row.version, "at": visit.moment(row.created_at), "picture": painter.draw(&content), "versions": list,
        "several": all.len() > 1, "changes": changes, "chart": chart(&content), "csv": format!("{base}/csv?v={}", row.version),
    });
    visit.page(Page::new("artifact", artifact_title(&visit, &cycle, &row.name), data))
}

/// A bar per row that has a text and a number of mentions; the table below says the same.
fn chart(content: &Value) -> Vec<Value> {
    let lists = content.as_object().into_iter().flatten().filter_map(|(_, list)| list.as_array());
    let rows: Vec<(String, i64)> = lists
        .flatten()
        .filter_map(|row| {
            let text = ["text", "label", "title"].iter().find_map(|key| row.get(*key).and_then(Value::as_str))?;
            let count = ["mentions", "score", "count"].iter().find_map(|key| row.get(*key).and_then(Value::as_i64))?;
            Some((text.to_owned(), count))
        })
        .collect();
    let most = rows.iter().map(|(_, n)| *n).max().unwrap_or(0);
    rows.into_iter().filter(|_| most > 0).map(|(label, n)| json!({"label": label, "n": n, "max": most})).collect()
}

/// What came and what went between two versions, by the texts in them.
fn changes(visit: &Visit<SeeResult>, before: &Value, after: &Value) -> Value {
    fn texts(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for key in ["text", "label", "title"] {
                    into.extend(fields.get(key).and_then(Value::as_str).map(str::to_owned));
                }
                fields.values().for_each(|value| texts(value, into));
            }
            Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
            _ => {}
        }
    }
    let (mut old, mut new) = (Vec::new(), Vec::new());
    texts(before, &mut old);
    texts(after, &mut new);
    let came: Vec<&String> = new.iter().filter(|text| !old.contains(text)).collect();
    let went: Vec<&String> = old.iter().filter(|text| !new.contains(text)).collect();
    let same = came.is_empty() && went.is_empty();
    json!({"came": came, "went": went, "same": same.then(|| visit.t("results.same", &[]))})
}

/// `result/csv`: semicolons and a byte order mark, as spreadsheets in Belgium expect.
pub(crate) async fn csv(visit: Visit<SeeResult>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let all = versions(&cycle, input.part("name")).await?;
    let wanted = version(&input)?;
    let row = all.iter().rfind(|row| wanted.is_none_or(|v| v == row.version)).ok_or(Failure::NotFound)?;
    let content: Value = serde_json::from_str(&row.content).unwrap_or(Value::Null);
    let kind = maker(&cycle, &row.name);
    let texts = kind.as_ref().and_then(|kind| kind.texts.get(&visit.locale));
    let drawn = visit.painter(&cycle.place, texts, names(&cycle, &row.name, &content)).draw(&content);
    let mut text = String::from("\u{feff}");
    for part in drawn["parts"].as_array().into_iter().flatten().chain([&drawn]) {
        if part["table"] != true {
            continue;
        }
        let mut write = |cells: &Value, first: &str| {
            let cells = cells.as_array().into_iter().flatten().map(|cell| cell.as_str().unwrap_or_default());
            let line: Vec<String> = std::iter::once(first).chain(cells).map(cell).collect();
            text.push_str(&line.join(";"));
            text.push_str("\r\n");
        };
        let heading = part["heading"].as_str().unwrap_or_default().to_owned();
        write(&part["heads"], "");
        for row in part["rows"].as_array().into_iter().flatten() {
            write(row, &heading);
        }
    }
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"resultaat.csv\""));
    Ok(response)
}

/// A cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text.to_owned() };
    format!("\"{}\"", guarded.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_no_formulas() {
        for (given, expected) in
            [("=1+1", "\"'=1+1\""), ("a\"b", "\"a\"\"b\""), ("-5", "\"'-5\""), ("plan; b", "\"plan; b\"")]
        {
            assert_eq!(cell(given), expected);
        }
    }

    #[test]
    fn bars_need_texts_and_counts() {
        let content = json!({"principles": [{"text": "doelen zichtbaar", "mentions": 4}, {"text": "zonder"}], "n": 2});
        assert_eq!(chart(&content), vec![json!({"label": "doelen zichtbaar", "n": 4, "max": 4})]);
        assert!(chart(&json!({"goals": [{"text": "x"}]})).is_empty());
    }
}
