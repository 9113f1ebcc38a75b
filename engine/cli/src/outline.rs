//! The settings that a JSON Schema takes, as lines for whoever writes a workflow.
//!
//! Lives here: putting the part of JSON Schema that step kinds use into words. May not live here: checking against it.

use serde_json::Value;

/// How far each level of settings stands in.
const INDENT: &str = "  ";

/// One line for each setting, those that must be given first and with `*`; settings of a setting stand in below it.
pub fn outline(schema: &Value, depth: usize) -> Vec<String> {
    let Some(fields) = schema["properties"].as_object() else { return Vec::new() };
    let needed = |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
    let mut names: Vec<&String> = fields.keys().collect();
    names.sort_by_key(|name| !needed(name));
    let mut lines = Vec::new();
    for name in names {
        let field = &fields[name];
        let star = if needed(name) { "*" } else { "" };
        let label = format!("{}{name}{star}", INDENT.repeat(depth));
        lines.push(format!("{label:<26} {}", shape(field)).trim_end().to_owned());
        if let Some(inner) = inner(field) {
            lines.extend(outline(inner, depth + 1));
        }
    }
    lines
}

/// What a value looks like, in a few words.
fn shape(schema: &Value) -> String {
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> = words.iter().map(|word| word.as_str().map_or(word.to_string(), Into::into)).collect();
        return words.join(" | ");
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let mut shapes: Vec<String> = choices.iter().map(shape).collect();
        shapes.dedup();
        return shapes.join(", or ");
    }
    match schema["type"].as_str() {
        Some("string") => string(schema).to_owned(),
        Some("boolean") => "true | false".to_owned(),
        Some("integer") => format!("whole number{}", range(schema, "minimum", "maximum")),
        Some("number") => format!("number{}", range(schema, "minimum", "maximum")),
        Some("array") => {
            let many = range(schema, "minItems", "maxItems");
            format!("list{many} of: {}", shape(&schema["items"]))
        }
        Some("object") if schema["properties"].is_object() => "{…}".to_owned(),
        Some("object") => format!("a key each: {}", shape(&schema["additionalProperties"])),
        _ => "anything".to_owned(),
    }
}

fn string(schema: &Value) -> &'static str {
    match (schema["format"].as_str(), schema["pattern"].is_string()) {
        (Some("date"), _) => "date",
        (Some(_), _) => "text of a form of its own",
        (None, true) => "id",
        (None, false) => "text",
    }
}

/// ` 3 to 100`, as far as the schema says.
fn range(schema: &Value, least: &str, most: &str) -> String {
    match (schema[least].as_number(), schema[most].as_number()) {
        (Some(least), Some(most)) => format!(" {least} to {most}"),
        (Some(least), None) => format!(" from {least}"),
        (None, Some(most)) => format!(" up to {most}"),
        (None, None) => String::new(),
    }
}

/// The settings within a setting: its own, those of its elements, or those of the one alternative that has any.
fn inner(schema: &Value) -> Option<&Value> {
    if schema["properties"].as_object().is_some_and(|fields| !fields.is_empty()) {
        return Some(schema);
    }
    let within = ["items", "additionalProperties"].into_iter().find_map(|key| inner(schema.get(key)?));
    within.or_else(|| schema["anyOf"].as_array()?.iter().find_map(inner))
}

#[cfg(test)]
mod tests {
    use super::outline;
    use serde_json::json;

    #[test]
    fn settings_are_told_with_what_they_take() {
        let text =
            json!({"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]});
        let schema = json!({
            "type": "object",
            "properties": {
                "by": {"enum": ["group", "person"]},
                "k": {"type": "integer", "minimum": 3, "maximum": 100},
                "open": true,
                "questions": {"type": "array", "maxItems": 20, "items": {
                    "type": "object",
                    "properties": {"id": {"type": "string", "pattern": "^[a-z]+$"}, "label": text, "on": {"type": "string", "format": "date"}},
                    "required": ["id"],
                }},
                "sure": {"type": "boolean"},
            },
            "required": ["questions"],
        });
        let expected = [
            "questions*                 list up to 20 of: {…}",
            "  id*                      id",
            "  label                    text, or a key each: text",
            "  on                       date",
            "by                         group | person",
            "k                          whole number 3 to 100",
            "open                       anything",
            "sure                       true | false",
        ];
        assert_eq!(outline(&schema, 0), expected);
        assert!(outline(&json!({}), 0).is_empty());
    }
}
