//! Holds the forms of a manifest against its schemas: one generic renderer must be able to draw and send every entry.

use std::collections::BTreeSet;

use serde_json::Value;

/// The widgets that a renderer knows (README, "Forms").
const WIDGETS: &[&str] = &[
    "text", "textarea", "number", "date", "checkbox", "radio", "select", "buttons", "multi", "rank", "scale", "dots",
    "item", "person", "group", "list", "hidden",
];
/// Widgets that are nothing without choices.
const CHOOSING: &[&str] = &["radio", "select", "buttons", "multi", "rank"];

/// Checks every entry of a kind. `shown` are the fields that readers of the live result were seen to get.
pub(super) fn audit(kind: &Value, shown: &BTreeSet<String>) {
    let kind = &Known { kind, shown };
    for entry in array(&kind.kind["entries"]) {
        let name = entry["name"].as_str().unwrap_or_default();
        let schema = &kind.kind["contribution"]["properties"][name];
        let preset: Vec<&str> = array(&entry["per"]).filter_map(|per| per["field"].as_str()).collect();
        for per in array(&entry["per"]) {
            let place = format!("{} {name} per {}", kind.kind["kind"], per["field"]);
            assert!(
                schema["properties"][per["field"].as_str().unwrap_or_default()].is_object(),
                "{place}: no such field"
            );
            path(kind, &per["over"], !preset.is_empty(), &place);
            path(kind, &per["only_from"], !preset.is_empty(), &place);
        }
        fields(kind, &entry["form"], schema, &preset, &format!("{} {name}", kind.kind["kind"]));
    }
}

/// A kind with what its readers see.
struct Known<'a> {
    kind: &'a Value,
    shown: &'a BTreeSet<String>,
}

fn fields(kind: &Known, form: &Value, schema: &Value, preset: &[&str], place: &str) {
    for field in array(form) {
        let name = field["field"].as_str().unwrap_or_default();
        let place = format!("{place} {name}");
        let of_field = &schema["properties"][name];
        assert!(of_field.is_object() || *of_field == Value::Bool(true), "{place}: the schema has no such field");
        assert!(!preset.contains(&name), "{place}: preset by `per` and asked too");
        let widget = field["widget"].as_str().unwrap_or_default();
        assert!(WIDGETS.contains(&widget), "{place}: unknown widget {widget}");
        for key in ["options_from", "repeat_over", "only_from", "defaults_from", "max_from", "total_from"] {
            path(kind, &field[key], !preset.is_empty(), &place);
        }
        path(kind, &field["when"]["path"], !preset.is_empty(), &place);
        let choices = field["options"].is_array() || field["options_from"].is_string();
        let asks_by_element = field["repeat_over"].is_string();
        assert!(choices || asks_by_element || !CHOOSING.contains(&widget), "{place}: {widget} without choices");
        if field["repeat_over"].is_string() {
            assert!(of_field["additionalProperties"].is_object(), "{place}: repeated, but no map");
        }
        if field["items"].is_array() {
            fields(kind, &field["items"], &of_field["items"], &[], &place);
        }
    }
    let asked: Vec<&str> = array(form).filter_map(|field| field["field"].as_str()).collect();
    for required in array(&schema["required"]).filter_map(Value::as_str) {
        let reachable = asked.contains(&required) || preset.contains(&required);
        assert!(reachable, "{place}: {required} must be sent, but no form asks for it");
    }
}

/// A path starts with something that the renderer has, and its first step exists.
fn path(kind: &Known, path: &Value, in_element: bool, place: &str) {
    let Some(path) = path.as_str() else { return };
    let mut steps = path.split('.');
    let root = steps.next().unwrap_or_default();
    let first = steps.next().unwrap_or_default();
    let known = match root {
        "config" => kind.kind["config"]["properties"].get(first).is_some(),
        "result" => kind.shown.contains(first),
        "inputs" => !first.is_empty(),
        "element" => in_element && !first.is_empty(),
        _ => false,
    };
    assert!(known, "{place}: {path} leads nowhere");
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
