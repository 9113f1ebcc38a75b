//! One loaded plugin and its four functions, typed. What an answer must satisfy beyond its shape is checked here,
//! so that nobody behind this crate meets an answer that contradicts the manifest.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use semver::Version;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wasmtime::component::{ComponentExportIndex, InstancePre};

use crate::call::{Arguments, Called, Ended, Guest, LogLine};
use crate::contract::{CheckAnswer, CheckInput, Conclusion, Context, Contribution, Problems, Summary};
use crate::error::{CallError, Fault, Function};
use crate::header::Header;
use crate::json::{self, Numbers};
use crate::manifest::{KindManifest, Manifest};
use crate::sandbox::Sandbox;

/// Longest slot an answer may name, in bytes.
const SLOT_BYTES: usize = 200;

/// Id and version of a plugin; shown as `id@version`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PluginName {
    /// Name of the plugin.
    pub id: String,
    /// Its version.
    pub version: Version,
}

impl fmt::Display for PluginName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}@{}", self.id, self.version)
    }
}

/// A loaded plugin. Calls may run on many threads at once; each meets an instance of its own.
pub struct Plugin {
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) component: InstancePre<Guest>,
    pub(crate) functions: [ComponentExportIndex; 4],
    pub(crate) name: Arc<PluginName>,
    pub(crate) manifest: Manifest,
    pub(crate) sha256: String,
    pub(crate) size: usize,
    pub(crate) header: Header,
    pub(crate) from_cache: bool,
}

impl fmt::Debug for Plugin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Plugin({} {})", self.name, self.sha256)
    }
}

impl Plugin {
    /// Id and version.
    pub fn name(&self) -> &PluginName {
        &self.name
    }

    /// What it says about itself, validated.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// SHA-256 of the component in lower case hexadecimal; what instances are pinned to.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Size of the component in bytes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Imports, as the component names them.
    pub fn imports(&self) -> &[String] {
        &self.header.imports
    }

    /// Exports, as the component names them.
    pub fn exports(&self) -> &[String] {
        &self.header.exports
    }

    /// Whether its code came from the cache instead of the compiler.
    pub fn from_cache(&self) -> bool {
        self.from_cache
    }

    /// Checks and normalises one contribution.
    ///
    /// # Errors
    /// [`Fault::Refused`] with the plugin's problems, or what went wrong; see [`CallError`].
    pub fn check(&self, context: &Context, input: &CheckInput) -> Result<Called<CheckAnswer>, CallError> {
        self.typed(Function::Check, context, input, |kind, answer: &CheckAnswer| {
            if kind.entry(&answer.entry).is_none() {
                return shape("entry", format!("`{}` is no entry of {} in the manifest", answer.entry, kind.kind));
            }
            if answer.slot.len() > SLOT_BYTES {
                return shape("slot", format!("has more than {SLOT_BYTES} bytes"));
            }
            Ok(())
        })
    }

    /// The live picture, one projection per audience.
    ///
    /// # Errors
    /// [`Fault::Refused`] with the plugin's problems, or what went wrong; see [`CallError`].
    pub fn summarise(&self, context: &Context, given: &[Contribution]) -> Result<Called<Summary>, CallError> {
        self.typed(Function::Summarise, context, given, |kind, answer: &Summary| {
            // An audience nobody declared is nobody whose rights were thought about.
            match answer.projections.keys().find(|audience| !kind.audiences.contains(audience)) {
                Some(audience) => shape("projections", format!("`{audience}` is no audience in the manifest")),
                None => Ok(()),
            }
        })
    }

    /// The outcome, or why not yet.
    ///
    /// # Errors
    /// [`Fault::Refused`] with the plugin's problems, or what went wrong; see [`CallError`].
    pub fn conclude(&self, context: &Context, given: &[Contribution]) -> Result<Called<Conclusion>, CallError> {
        self.typed(Function::Conclude, context, given, |_, answer: &Conclusion| {
            if answer.ready != answer.problems.is_empty() {
                return shape("ready", "must be false exactly when there are problems".to_owned());
            }
            let mut names = BTreeSet::new();
            match answer.artifacts.iter().find(|artifact| !names.insert(artifact.name.as_str())) {
                Some(artifact) => shape("artifacts", format!("`{}` is there twice", artifact.name)),
                None => Ok(()),
            }
        })
    }

    /// Any function on JSON as text, for authors and fixtures: the answer is bounded JSON of any shape. `manifest`
    /// ignores its arguments.
    ///
    /// # Errors
    /// As the typed functions, except that contradictions of the contract's shape are not looked for.
    pub fn call_text(&self, function: Function, context: &str, argument: &str) -> Result<Called<Value>, CallError> {
        let (arguments, numbers) = match function {
            Function::Manifest => (Arguments::None, Numbers::Any),
            _ => (Arguments::Two(context, argument), Numbers::Exact),
        };
        self.finish(function, self.call(function, arguments), numbers)
    }

    fn typed<I: Serialize + ?Sized, T: DeserializeOwned>(
        &self,
        function: Function,
        context: &Context,
        input: &I,
        sound: impl FnOnce(&KindManifest, &T) -> Result<(), Fault>,
    ) -> Result<Called<T>, CallError> {
        let Some(kind) = self.manifest.kind(&context.kind) else {
            let problem = format!("it brings no step kind `{}`", context.kind);
            return Err(self.error(function, Fault::Host { problem }));
        };
        let text = |error: serde_json::Error| self.error(function, Fault::Host { problem: error.to_string() });
        let context = serde_json::to_string(context).map_err(text)?;
        let input = serde_json::to_string(input).map_err(text)?;
        let ended = self.call(function, Arguments::Two(&context, &input));
        let called: Called<T> = self.finish(function, ended, Numbers::Exact)?;
        match sound(kind, &called.output) {
            Ok(()) => Ok(called),
            Err(fault) => {
                let Called { fuel, logs, .. } = called;
                Err(CallError { plugin: self.name.clone(), function, fault, fuel, logs })
            }
        }
    }

    fn error(&self, function: Function, fault: Fault) -> CallError {
        CallError { plugin: self.name.clone(), function, fault, fuel: 0, logs: Vec::new() }
    }

    fn call(&self, function: Function, arguments: Arguments<'_>) -> Ended {
        let [manifest, check, summarise, conclude] = &self.functions;
        let export = match function {
            Function::Manifest => manifest,
            Function::Check => check,
            Function::Summarise => summarise,
            Function::Conclude => conclude,
        };
        self.sandbox.meter.measured(function, || self.sandbox.call(&self.component, export, arguments))
    }

    fn finish<T: DeserializeOwned>(&self, function: Function, ended: Ended, numbers: Numbers) -> CallResult<T> {
        read(self.sandbox.limits.json_depth, ended, numbers, |fault, fuel, logs| CallError {
            plugin: self.name.clone(),
            function,
            fault,
            fuel,
            logs,
        })
    }
}

type CallResult<T> = Result<Called<T>, CallError>;

fn shape(path: &str, problem: String) -> Result<(), Fault> {
    Err(Fault::BadShape { path: path.to_owned(), problem })
}

/// The end of a call as an answer or a typed error.
pub(crate) fn read<T: DeserializeOwned, E>(
    depth: usize,
    ended: Ended,
    numbers: Numbers,
    error: impl FnOnce(Fault, u64, Vec<LogLine>) -> E,
) -> Result<Called<T>, E> {
    let Ended { answer, fuel, memory, logs } = ended;
    let output = answer.and_then(|answer| match answer {
        Ok(text) => json::read(&text, depth, numbers),
        Err(text) => {
            let refusal: Problems = json::read(&text, depth, Numbers::Exact)?;
            if refusal.problems.is_empty() {
                shape("problems", "a refusal needs at least one problem".to_owned())?;
            }
            Err(Fault::Refused(refusal.problems))
        }
    });
    match output {
        Ok(output) => Ok(Called { output, fuel, memory, logs }),
        Err(fault) => Err(error(fault, fuel, logs)),
    }
}
