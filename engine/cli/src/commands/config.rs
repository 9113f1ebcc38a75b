//! `config`: the settings in force, and where each comes from.

use serde_json::{Map, Value, json};

use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::settings::Settings;

/// `draaiboek config`. A mistake in the file has been said before this is reached.
pub fn config(settings: &Settings, output: &Output) -> Result<Exit, Failure> {
    let all = settings.all();
    if output.json {
        let each = |setting: &crate::settings::Setting| json!({"value": setting.value, "from": setting.from, "variable": setting.variable, "about": setting.about});
        let map: Map<String, Value> = all.iter().map(|setting| (setting.key.to_owned(), each(setting))).collect();
        output.value(&json!({"file": settings.file(), "settings": map}))?;
        return Ok(Exit::Fine);
    }
    let rows = all.into_iter().map(|setting| {
        vec![setting.key.to_owned(), setting.value.unwrap_or_else(|| "-".to_owned()), setting.from, setting.variable]
    });
    output.table(&["setting", "value", "from", "variable"], rows.collect(), "")?;
    match settings.file() {
        Some(path) => output.aside(&format!("file: {}", path.display())),
        None => output.aside("no file: name one with --settings, or put draaiboek.toml beside the database"),
    }
    Ok(Exit::Fine)
}
