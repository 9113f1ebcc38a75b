//! Forms from a JSON Schema: the data of an event, the configuration of a workflow.

use serde_json::Value;

use super::control::{Control, Opt, Shape};
use super::options::Sources;

/// Controls for the properties of an object schema, in the order `required` first. `label` gives the words of a
/// property.
pub(crate) fn of_schema(
    schema: &Value,
    sources: &Sources<'_>,
    label: impl Fn(&str) -> (String, Option<String>),
) -> Vec<Control> {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let mut controls: Vec<Control> = properties
        .iter()
        .map(|(name, property)| {
            let (label, help) = label(name);
            Control {
                name: name.clone(),
                label,
                help,
                required: required.contains(&name.as_str()),
                max: property.get("maxLength").and_then(Value::as_u64),
                shape: shape(name, property, sources),
            }
        })
        .collect();
    controls.sort_by_key(|control| (!control.required, matches!(control.shape, Shape::Data)));
    controls
}

fn shape(name: &str, property: &Value, sources: &Sources<'_>) -> Shape {
    let word = |key: &str| property.get(key).and_then(Value::as_str);
    let of_items = |key: &str| property.pointer(&format!("/items/{key}")).and_then(Value::as_str);
    if let Some(options) = property.get("enum").and_then(Value::as_array) {
        let options = options.iter().filter_map(Value::as_str);
        return Shape::Radio(
            options.map(|o| Opt { value: o.into(), label: crate::show::words::plain_key(o) }).collect(),
        );
    }
    match (word("type"), word("format")) {
        (Some("string"), Some("date")) => Shape::Date,
        (Some("string"), Some("person")) => Shape::Select(sources.people(None)),
        (Some("string"), _) if property.get("maxLength").and_then(Value::as_u64).is_some_and(|max| max > 160) => {
            Shape::Area
        }
        (Some("string"), _) => Shape::Line,
        (Some("integer" | "number"), _) => Shape::Number,
        (Some("boolean"), _) => Shape::Yes,
        (Some("array"), _) if of_items("format") == Some("person") => Shape::Many(sources.people(None)),
        (Some("array"), _) if of_items("type") == Some("string") => Shape::Lines,
        (Some("object"), _) if name == "team" => Shape::Team(teams(sources)),
        _ => Shape::Data,
    }
}

fn teams(sources: &Sources<'_>) -> Vec<Opt> {
    let teams = sources.place.school.teams.keys();
    teams.map(|id| Opt { value: id.clone(), label: sources.place.team(id).to_owned() }).collect()
}
