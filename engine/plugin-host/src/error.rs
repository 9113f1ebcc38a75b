//! Every way in which loading or calling a plugin can fail, as types. Texts for users: `words.rs`.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::call::LogLine;
use crate::contract::Problem;
use crate::manifest::ManifestFault;
use crate::plugin::PluginName;

/// The four functions of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Function {
    /// Who the plugin is.
    Manifest,
    /// One contribution checked and normalised.
    Check,
    /// The live picture per audience.
    Summarise,
    /// The outcome, or why not yet.
    Conclude,
}

impl Function {
    /// All four, in the order of the contract.
    pub const ALL: [Function; 4] = [Self::Manifest, Self::Check, Self::Summarise, Self::Conclude];

    /// The name in the WIT contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Check => "check",
            Self::Summarise => "summarise",
            Self::Conclude => "conclude",
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl std::str::FromStr for Function {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|function| function.as_str() == name);
        known.ok_or_else(|| format!("`{name}` is no function of a plugin; take manifest, check, summarise or conclude"))
    }
}

/// A call that gave no answer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("plugin {plugin} failed in {function}: {fault}")]
pub struct CallError {
    /// Id and version of the plugin.
    pub plugin: Arc<PluginName>,
    /// What was called.
    pub function: Function,
    /// What went wrong.
    pub fault: Fault,
    /// Fuel spent until then.
    pub fuel: u64,
    /// What the plugin logged until then; a Rust guest's panic text is here.
    pub logs: Vec<LogLine>,
}

impl CallError {
    /// The plugin's own refusal, if that is what this is: an expected answer, not a failure.
    pub fn refusal(&self) -> Option<&[Problem]> {
        match &self.fault {
            Fault::Refused(problems) => Some(problems),
            _ => None,
        }
    }

    /// Whether the same call may succeed when simply made again (a busy machine), as opposed to after a mend only.
    pub fn is_retryable(&self) -> bool {
        matches!(self.fault, Fault::Deadline { .. } | Fault::Busy { .. })
    }

    /// Stable word for this kind of fault, for journals and interfaces.
    pub fn word(&self) -> &'static str {
        self.fault.word()
    }
}

/// What went wrong in a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The plugin said no; not a failure of it.
    #[error("the plugin refused: {}", reasons(.0))]
    Refused(Vec<Problem>),
    /// The fuel of a call was spent: a loop without end, or too much work. Deterministic.
    #[error("used up its {limit} units of fuel; bound its loops or give it less to do")]
    OutOfFuel {
        /// Fuel of one call.
        limit: u64,
    },
    /// The wall-clock net was reached; the machine was busy, or the fuel is set too high for it.
    #[error("took longer than {limit_ms} ms; try again, the machine may have been busy")]
    Deadline {
        /// Deadline of one call in milliseconds.
        limit_ms: u64,
    },
    /// No place became free in time.
    #[error("waited for one of the {places} places for calls; try again")]
    Busy {
        /// Calls that may run at the same moment.
        places: u32,
    },
    /// It asked for more memory than a call may have.
    #[error("asked for more than {limit} bytes of memory; keep less in memory at once")]
    Memory {
        /// Memory of one call in bytes.
        limit: usize,
    },
    /// It asked for bigger or more tables than a call may have.
    #[error("asked for a table of more than {limit} elements")]
    Table {
        /// Elements of one table.
        limit: usize,
    },
    /// Too many nested calls.
    #[error("nested its calls deeper than {limit} bytes of stack hold; bound its recursion")]
    Stack {
        /// Stack of one call in bytes.
        limit: usize,
    },
    /// It broke off; the text says how.
    #[error("broke off: {what}")]
    Trap {
        /// Our words for the trap.
        what: String,
    },
    /// The answer, or one log line, is too long.
    #[error("handed over more than {limit} bytes at once; answer less")]
    TooMuchOutput {
        /// Answer of one call in bytes.
        limit: usize,
    },
    /// The caller gave too much; the plugin was not called.
    #[error("was to be given {size} bytes, more than the {limit} a call may have; give it less")]
    TooMuchInput {
        /// Bytes of context and argument.
        size: usize,
        /// Input of one call in bytes.
        limit: usize,
    },
    /// It logged too much.
    #[error("logged more than {calls} lines or {bytes} bytes; log less")]
    LogFlood {
        /// Log lines of one call.
        calls: u32,
        /// Log bytes of one call.
        bytes: usize,
    },
    /// A string it handed over is no UTF-8.
    #[error("handed over text that is no valid UTF-8")]
    BadText,
    /// It broke the rules by which components hand over values, such as a string outside its memory.
    #[error("broke the rules for handing over values: {problem}")]
    BadHandover {
        /// What wasmtime says.
        problem: String,
    },
    /// The answer is no JSON.
    #[error("answered something that is no JSON: {problem}")]
    BadJson {
        /// What the JSON reader says.
        problem: String,
    },
    /// The answer is JSON of another shape than the contract says.
    #[error("answered JSON that is not of the agreed shape, at `{path}`: {problem}")]
    BadShape {
        /// Place in the answer.
        path: String,
        /// What is wrong there.
        problem: String,
    },
    /// The host could not make a call at all.
    #[error("could not be started: {problem}")]
    Host {
        /// What wasmtime says.
        problem: String,
    },
}

impl Fault {
    /// Stable word for this kind of fault, for journals and interfaces.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Refused(_) => "PLUGIN_REFUSED",
            Self::OutOfFuel { .. } => "PLUGIN_OUT_OF_FUEL",
            Self::Deadline { .. } => "PLUGIN_DEADLINE",
            Self::Busy { .. } => "PLUGIN_BUSY",
            Self::Memory { .. } => "PLUGIN_MEMORY",
            Self::Table { .. } => "PLUGIN_TABLE",
            Self::Stack { .. } => "PLUGIN_STACK",
            Self::Trap { .. } => "PLUGIN_TRAP",
            Self::TooMuchOutput { .. } => "PLUGIN_TOO_MUCH_OUTPUT",
            Self::TooMuchInput { .. } => "PLUGIN_TOO_MUCH_INPUT",
            Self::LogFlood { .. } => "PLUGIN_LOG_FLOOD",
            Self::BadText => "PLUGIN_BAD_TEXT",
            Self::BadHandover { .. } => "PLUGIN_BAD_HANDOVER",
            Self::BadJson { .. } => "PLUGIN_BAD_JSON",
            Self::BadShape { .. } => "PLUGIN_BAD_SHAPE",
            Self::Host { .. } => "PLUGIN_HOST",
        }
    }
}

fn reasons(problems: &[Problem]) -> String {
    problems.iter().map(Problem::reason).collect::<Vec<_>>().join(", ")
}

/// A file that cannot serve as a plugin, or a host that cannot start.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LoadError {
    /// The file could not be read.
    #[error("{}: cannot be read: {problem}; check the path and its permissions", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        problem: String,
    },
    /// Nothing in it.
    #[error("{name}: the file is empty; build the plugin again")]
    Empty {
        /// File or embedded name.
        name: String,
    },
    /// Over the limit of a component.
    #[error("{name}: {size} bytes are more than the {limit} a plugin may have; build it for release and strip it")]
    TooLarge {
        /// File or embedded name.
        name: String,
        /// Its size in bytes; what was read of it when the size is not known.
        size: u64,
        /// Size of a component in bytes.
        limit: usize,
    },
    /// Text, an archive, anything but WebAssembly.
    #[error("{name}: this is no WebAssembly file{}; give the .wasm component", it_looks_like(.looks_like))]
    NotWasm {
        /// File or embedded name.
        name: String,
        /// What it looks like, if that is known.
        looks_like: Option<&'static str>,
    },
    /// A plain module, not a component.
    #[error(
        "{name}: this is a core WebAssembly module, not a component; link it with wasm-component-ld, or wrap it with \
         `wasm-tools component new`"
    )]
    CoreModule {
        /// File or embedded name.
        name: String,
    },
    /// The file ends too early.
    #[error("{name}: the file is cut short at byte {at}; copy or download it again")]
    Truncated {
        /// File or embedded name.
        name: String,
        /// Where it ends.
        at: usize,
    },
    /// The bytes are damaged, or use a feature that is switched off here.
    #[error("{name}: damaged, or built with a WebAssembly feature that is not allowed here: {problem}")]
    Damaged {
        /// File or embedded name.
        name: String,
        /// Where and what.
        problem: String,
    },
    /// One function is too big to compile within reason.
    #[error("{name}: a function of {size} bytes is more than the {limit} one function may have; build it for release")]
    FunctionTooLarge {
        /// File or embedded name.
        name: String,
        /// Size of its code in bytes.
        size: usize,
        /// Size of one function in bytes.
        limit: usize,
    },
    /// It wants something that no plugin gets.
    #[error(
        "{name}: imports `{import}`, which asks for {asks_for}; a plugin gets nothing but its arguments and \
         draaiboek:step/host log; build it without that (see the SDK's page on targets)"
    )]
    ForeignImport {
        /// File or embedded name.
        name: String,
        /// The import, as the file names it.
        import: String,
        /// In plain words.
        asks_for: &'static str,
    },
    /// Built for a contract this host does not serve.
    #[error("{name}: built for {interface}, this host serves draaiboek:step {supported}; {mend}")]
    ApiVersion {
        /// File or embedded name.
        name: String,
        /// The interface with its version, as the file names it.
        interface: String,
        /// What this host serves.
        supported: semver::Version,
        /// What to do.
        mend: &'static str,
    },
    /// Not a step plugin.
    #[error("{name}: does not export draaiboek:step/step@1.x{}; build it for the world step-plugin", among(.exports))]
    NoStepExport {
        /// File or embedded name.
        name: String,
        /// What it exports instead.
        exports: Vec<String>,
    },
    /// One of the four functions is missing.
    #[error("{name}: does not export `{function}` in {interface}; build it for the world step-plugin")]
    MissingFunction {
        /// File or embedded name.
        name: String,
        /// The missing one.
        function: Function,
        /// The exported interface.
        interface: String,
    },
    /// One of the four functions takes or gives other types.
    #[error("{name}: exports `{function}` with another signature than the contract's: {problem}")]
    WrongSignature {
        /// File or embedded name.
        name: String,
        /// The wrong one.
        function: Function,
        /// What wasmtime says.
        problem: String,
    },
    /// The compiler failed on it.
    #[error("{name}: cannot be compiled: {problem}; build it again with a current toolchain")]
    Compile {
        /// File or embedded name.
        name: String,
        /// What the compiler says.
        problem: String,
    },
    /// Its manifest could not be had.
    #[error("{name}: gave no manifest: it {fault}")]
    ManifestCall {
        /// File or embedded name.
        name: String,
        /// What went wrong in the call.
        fault: Fault,
        /// What it logged until then.
        logs: Vec<LogLine>,
    },
    /// Its manifest contradicts itself.
    #[error("{name}: the manifest is wrong at `{}`: {}", fault.path, fault.problem)]
    Manifest {
        /// File or embedded name.
        name: String,
        /// What is wrong where.
        fault: ManifestFault,
    },
    /// Other bytes with the same id and version are loaded.
    #[error("{name}: {plugin} is loaded already with other content; raise the version, or remove one of the two")]
    SameVersion {
        /// File or embedded name.
        name: String,
        /// Id and version.
        plugin: PluginName,
    },
    /// Another plugin brings the same step kind.
    #[error("{name}: the step kind `{kind}` is brought by {by} already; rename the kind, or remove one of the two")]
    KindTaken {
        /// File or embedded name.
        name: String,
        /// The kind.
        kind: String,
        /// Who has it.
        by: PluginName,
    },
    /// The sandbox itself could not be made.
    #[error("the plugin sandbox cannot start: {problem}{}", address_space(.problem))]
    Sandbox {
        /// What wasmtime says.
        problem: String,
    },
}

fn it_looks_like(what: &Option<&'static str>) -> String {
    what.map(|what| format!(", it looks like {what}")).unwrap_or_default()
}

fn among(exports: &[String]) -> String {
    if exports.is_empty() { String::new() } else { format!(" (it exports {})", exports.join(", ")) }
}

fn address_space(problem: &str) -> &'static str {
    if problem.contains("mmap") || problem.contains("memory") {
        "; it reserves (does not use) some 300 GB of address space: lift `ulimit -v`"
    } else {
        ""
    }
}
