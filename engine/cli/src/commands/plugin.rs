//! `plugin list|inspect|run`: what components are, may do, answer and cost.

use std::path::Path;

use draaiboek_plugin_host::{Function, Library};
use serde_json::{Value, json};

use crate::args::Common;
use crate::embedded;
use crate::failure::{Exit, Failure};
use crate::outline::outline;
use crate::output::{Output, thousands};
use crate::session;

use super::input;

/// `draaiboek plugin list`.
pub fn list(common: &Common, output: &Output) -> Result<Exit, Failure> {
    let library = session::library(common)?;
    let plugins = library.plugins();
    if output.json {
        let all: Vec<Value> = plugins
            .iter()
            .map(|plugin| json!({"manifest": plugin.manifest(), "sha256": plugin.sha256(), "size": plugin.size(), "imports": plugin.imports()}))
            .collect();
        output.value(&all)?;
        return Ok(Exit::Fine);
    }
    let mut rows = Vec::new();
    for plugin in &plugins {
        for kind in &plugin.manifest().kinds {
            let entries: Vec<&str> = kind.entries.iter().map(|entry| entry.name.as_str()).collect();
            rows.push(vec![
                kind.kind.clone(),
                plugin.name().to_string(),
                format!("{} KB", plugin.size().div_ceil(1000)),
                entries.join(", "),
                kind.purpose.get(output.lang.locale()).to_owned(),
            ]);
        }
    }
    output.table(&["step kind", "plugin", "size", "entries", "purpose"], rows, "No plugins.")?;
    Ok(Exit::Fine)
}

/// `draaiboek plugin inspect`.
pub fn inspect(file: &str, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let library = session::empty_library(common)?;
    let (name, bytes) = component(file, &library)?;
    let seen = library.inspect(&name, &bytes);
    let exit = if seen.refused.is_some() { Exit::Refused } else { Exit::Fine };
    if output.json {
        output.value(&seen)?;
        return Ok(exit);
    }
    let lang = output.lang.locale();
    let mut text =
        format!("{}\n  size      {} bytes\n  sha256    {}\n", seen.name, thousands(seen.size as u64), seen.sha256);
    if let Some(plugin) = &seen.plugin {
        text.push_str(&format!("  plugin    {plugin}\n"));
    }
    if let Some(api) = &seen.api {
        text.push_str(&format!("  contract  draaiboek:step {api}\n"));
    }
    for import in &seen.imports {
        text.push_str(&format!("  imports   {import}\n"));
    }
    for kind in &seen.kinds {
        text.push_str(&format!("\n{}: {}\n", kind.kind, kind.purpose.get(lang)));
        text.push_str(&format!("  privacy   {}, about {} min\n", kind.privacy, kind.minutes));
        for entry in &kind.entries {
            text.push_str(&format!("  entry     {} ({})\n", entry.name, entry.title.get(lang)));
        }
        text.push_str(&format!(
            "  audience  {}\n  errors    {}\n",
            kind.audiences.join(", "),
            kind.error_words.join(", ")
        ));
        text.push_str("  settings  in `with:`; those with * must be given\n");
        for line in outline(&kind.config, 0) {
            text.push_str(&format!("    {line}\n"));
        }
    }
    text.push_str("\nWhat it may do\n");
    for capability in &seen.capabilities {
        text.push_str(&format!("  {} {}\n", if capability.granted { "✓" } else { "✗" }, capability.text.get(lang)));
    }
    output.text(text)?;
    match seen.refused {
        Some(why) => Err(Failure::new(Exit::Refused, why)),
        None => Ok(Exit::Fine),
    }
}

/// One call of a plugin.
pub struct Call<'c> {
    /// File or built-in name.
    pub file: &'c str,
    /// Function.
    pub call: &'c str,
    /// File of the context.
    pub context: Option<&'c Path>,
    /// File of the argument.
    pub input: Option<&'c Path>,
}

/// `draaiboek plugin run`.
pub fn run(asked: &Call<'_>, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let function: Function = asked.call.parse().map_err(|message: String| Failure::usage(message))?;
    let (context, argument) = match (function, asked.context, asked.input) {
        (Function::Manifest, _, _) => (String::new(), String::new()),
        (_, Some(context), Some(argument)) => (input::text(context)?, input::text(argument)?),
        _ => {
            return Err(Failure::usage(format!(
                "`{function}` needs a context and an input; give --ctx FILE and --input FILE"
            )));
        }
    };
    let library = session::empty_library(common)?;
    let (name, bytes) = component(asked.file, &library)?;
    let plugin = library.add(&name, &bytes)?;
    let limits = library.limits();
    let called = match plugin.call_text(function, &context, &argument) {
        Ok(called) => called,
        Err(error) => {
            for line in &error.logs {
                output.aside(&format!("log {}: {}", line.level, line.message));
            }
            output.aside(&format!("fuel    {} of {}", thousands(error.fuel), thousands(limits.fuel)));
            return Err(error.into());
        }
    };
    if output.json {
        output.value(&json!({
            "plugin": plugin.name().to_string(), "function": function, "output": called.output, "logs": called.logs,
            "fuel": called.fuel, "fuel_limit": limits.fuel, "memory": called.memory, "memory_limit": limits.memory_bytes,
        }))?;
        return Ok(Exit::Fine);
    }
    output.value(&called.output)?;
    for line in &called.logs {
        output.aside(&format!("log {}: {}", line.level, line.message));
    }
    output.aside(&format!("fuel    {} of {}", thousands(called.fuel), thousands(limits.fuel)));
    output.aside(&format!(
        "memory  {} of {} bytes",
        thousands(called.memory as u64),
        thousands(limits.memory_bytes as u64)
    ));
    Ok(Exit::Fine)
}

/// Name and bytes of a component: a file, or a built-in one by name.
fn component(file: &str, library: &Library) -> Result<(String, Vec<u8>), Failure> {
    let path = Path::new(file);
    if !path.exists()
        && let Some(bytes) = embedded::plugin(file)
    {
        return Ok((file.to_owned(), bytes.into_owned()));
    }
    let metadata = std::fs::metadata(path).map_err(|error| {
        Failure::usage(format!(
            "{file}: cannot be read: {error}; give a .wasm file or a name of `draaiboek plugin list`"
        ))
    })?;
    // The host says no to larger ones by itself; reading them would be work for nothing.
    let most = library.limits().component_bytes as u64;
    if metadata.len() > most {
        let what = format!(
            "{file}: {} bytes are more than the {} a plugin may have; build it for release",
            thousands(metadata.len()),
            thousands(most)
        );
        return Err(Failure::new(Exit::Refused, what));
    }
    let bytes = std::fs::read(path).map_err(|error| Failure::usage(format!("{file}: cannot be read: {error}")))?;
    Ok((file.to_owned(), bytes))
}
