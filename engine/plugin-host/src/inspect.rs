//! What a component is and may do, in plain words, for the CLI and for people who decide about a plugin.

use semver::Version;
use serde::Serialize;

use crate::cache::{hex, sha256};
use crate::contract::Text;
use crate::error::LoadError;
use crate::header::{self, asks_for};
use crate::limits::Limits;
use crate::manifest::KindManifest;
use crate::plugin::{Plugin, PluginName};

/// Everything there is to know about a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// File or embedded name.
    pub name: String,
    /// Size in bytes.
    pub size: usize,
    /// SHA-256 in lower case hexadecimal.
    pub sha256: String,
    /// Version of the contract it exports.
    pub api: Option<Version>,
    /// Imports, as the component names them.
    pub imports: Vec<String>,
    /// Exports, as the component names them.
    pub exports: Vec<String>,
    /// Id and version, when the manifest could be had.
    pub plugin: Option<PluginName>,
    /// Its step kinds, when the manifest could be had.
    pub kinds: Vec<KindManifest>,
    /// What it may do, in plain words.
    pub capabilities: Vec<Capability>,
    /// Why it cannot serve; `None` when it can.
    pub refused: Option<String>,
}

/// Something a component may do, or asks for in vain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Capability {
    /// Whether the host gives it.
    pub granted: bool,
    /// In plain words.
    pub text: Text,
}

/// What a component with these imports may do.
pub fn capabilities(imports: &[String]) -> Vec<Capability> {
    let granted = |nl: &str, en: &str| Capability { granted: true, text: Text { nl: nl.into(), en: en.into() } };
    let mut capabilities = vec![granted(
        "Leest alleen wat het krijgt; geen bestanden, geen netwerk, geen klok, geen toeval.",
        "Reads only what it is given; no files, no network, no clock, no randomness.",
    )];
    for import in imports {
        capabilities.push(if import.starts_with("draaiboek:step/host") {
            granted(
                "Mag enkele regels in een logboek voor de maker schrijven.",
                "May write a few log lines for its author.",
            )
        } else {
            let what = asks_for(import);
            let nl = format!("Vraagt `{import}` ({}); dat krijgt geen enkele plugin.", in_dutch(what));
            let en = format!("Asks for {what} (`{import}`); no plugin gets that.");
            Capability { granted: false, text: Text { nl, en } }
        });
    }
    capabilities
}

fn in_dutch(what: &'static str) -> &'static str {
    match what {
        "files" => "bestanden",
        "the network" => "het netwerk",
        "the web" => "het web",
        "the clock" => "de klok",
        "randomness" => "toeval",
        "the environment, arguments or terminal of the process" => "de omgeving, argumenten of terminal van het proces",
        "input and output streams" => "in- en uitvoerstromen",
        "a store outside its arguments" => "een opslag buiten zijn argumenten",
        "a service of the system" => "een dienst van het systeem",
        _ => "iets onbekends",
    }
}

pub(crate) fn inspect(name: &str, bytes: &[u8], limits: &Limits, loaded: Result<&Plugin, &LoadError>) -> Inspection {
    let header = header::read(name, bytes, limits).unwrap_or_default();
    let kinds = loaded.map(|plugin| plugin.manifest().kinds.clone()).unwrap_or_default();
    Inspection {
        name: name.to_owned(),
        size: bytes.len(),
        sha256: hex(&sha256(bytes)),
        api: header.api(),
        capabilities: capabilities(&header.imports),
        imports: header.imports,
        exports: header.exports,
        plugin: loaded.ok().map(|plugin| plugin.name().clone()),
        kinds,
        refused: loaded.err().map(ToString::to_string),
    }
}
