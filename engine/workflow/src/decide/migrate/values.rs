//! Data and settings in another version: other names, values for what is new, and whether what is there still fits.

use serde_json::{Map, Value};

use super::super::model::Object;
use super::model::Renames;
use super::plan::{Crossing, Problems};

/// The data: all that is there stays, what is new begins with its value.
pub(super) fn data(crossing: &Crossing<'_>, problems: &mut Problems) -> Object {
    let map = &crossing.map.data;
    let mut data = renamed(&crossing.snapshot.data, map);
    for (name, first) in &crossing.new.ir.data {
        if !data.contains_key(name) {
            data.insert(name.clone(), map.default.get(name).unwrap_or(first).clone());
        }
    }
    let (before, after) = (&crossing.old.ir.data_schema, &crossing.new.ir.data_schema);
    for (name, schema) in properties(after) {
        let Some(value) = data.get(name).filter(|value| !value.is_null()) else { continue };
        let earlier = map.rename.iter().find(|(_, now)| *now == name).map_or(name, |(old, _)| old);
        let unchanged = properties(before).any(|(known, old)| known == earlier && old == schema);
        if !unchanged && !fits(schema, value) {
            let help =
                format!("`data.{name}` holds {value}, which is not of its new type; give the new one another name");
            problems.add("DATA_TYPE", name, help);
        }
    }
    data
}

/// The settings: what the new version does not know is left out, what it needs must be there.
pub(super) fn config(crossing: &Crossing<'_>, problems: &mut Problems) -> Object {
    let map = &crossing.map.config;
    let mut config = renamed(&crossing.world.origin.config, map);
    let schema = &crossing.new.ir.config;
    let known = |name: &str| properties(schema).any(|(property, _)| property == name);
    let was_known = |name: &str| properties(&crossing.old.ir.config).any(|(property, _)| property == name);
    config.retain(|name, _| known(name) || !was_known(name));
    for (name, property) in properties(schema) {
        let value = map.default.get(name).or_else(|| property.get("default"));
        if let (false, Some(value)) = (config.contains_key(name), value) {
            config.insert(name.clone(), value.clone());
        }
    }
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    for name in required.filter(|name| !config.contains_key(*name)) {
        let help = format!(
            "{} asks for `{name}` at the start; give it under `config: {{default: …}}`",
            crossing.target.version
        );
        problems.add("CONFIG_MISSING", name, help);
    }
    for (name, property) in properties(schema) {
        if let Some(value) = config.get(name).filter(|value| !fits(property, value)) {
            let help =
                format!("`config.{name}` is {value}, which is not of its new type; give the new one another name");
            problems.add("CONFIG_TYPE", name, help);
        }
    }
    config
}

fn renamed(values: &Object, map: &Renames) -> Object {
    let called = |name: &String| map.rename.get(name).unwrap_or(name).clone();
    values.iter().map(|(name, value)| (called(name), value.clone())).collect()
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

fn fits(schema: &Value, value: &Value) -> bool {
    jsonschema::validator_for(schema).is_ok_and(|validator| validator.is_valid(value))
}
