//! One call: a fresh store and instance, fuel, deadline, limiter, the `log` import, and what became of it.

use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentExportIndex, InstancePre, Linker, TypedFunc, WasmStr};
use wasmtime::{Error, ResourceLimiter, Store, StoreContextMut, Trap};

use crate::error::Fault;
use crate::limits::Limits;
use crate::sandbox::Sandbox;

/// The interface a plugin may import; wasmtime's linker matches older patch versions of it too.
const HOST_INTERFACE: &str = "draaiboek:step/host@1.0.0";
/// Fuel of an instruction is taken in lumps, so a spent budget may be overdrawn a little; never report more than it.
const EXHAUSTED: u64 = 0;

/// A call that gave an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called<T> {
    /// The answer.
    pub output: T,
    /// Fuel spent; the same for the same input on every machine.
    pub fuel: u64,
    /// Most linear memory in use, in bytes; the same for the same input on every machine.
    pub memory: usize,
    /// What the plugin logged.
    pub logs: Vec<LogLine>,
}

impl<T> Called<T> {
    /// The same call with another form of its answer.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Called<U> {
        let Self { output, fuel, memory, logs } = self;
        Called { output: change(output), fuel, memory, logs }
    }
}

/// A line a plugin logged; for its author, never for users: it may hold what people wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// `debug`, `info`, `warn` or `error`; whatever else the plugin says is kept as it is.
    pub level: String,
    /// The line.
    pub message: String,
}

/// Why the host itself stopped a guest; travels through wasmtime as the cause of its error.
#[derive(Debug, Clone, Copy, thiserror::Error)]
enum Stop {
    #[error("memory limit")]
    Memory,
    #[error("table limit")]
    Table,
    #[error("log limit")]
    Log,
    #[error("log text is no UTF-8")]
    Text,
}

/// What the host keeps about the guest of one call.
pub(crate) struct Guest {
    limits: Bounds,
    memory: usize,
    log_bytes: usize,
    logs: Vec<LogLine>,
}

/// The limits the limiter and the log need, copied: a guest's data may not borrow.
struct Bounds {
    memory_bytes: usize,
    table_elements: usize,
    log_calls: usize,
    log_bytes: usize,
    instances: usize,
    memories: usize,
    tables: usize,
}

impl Guest {
    fn new(limits: &Limits) -> Self {
        let limits = Bounds {
            memory_bytes: limits.memory_bytes,
            table_elements: limits.table_elements,
            log_calls: limits.log_calls as usize,
            log_bytes: limits.log_bytes,
            instances: limits.instances as usize,
            memories: limits.memories as usize,
            tables: limits.tables as usize,
        };
        Self { limits, memory: 0, log_bytes: 0, logs: Vec::new() }
    }

    fn log(&mut self, level: &str, message: &str) -> Result<(), Stop> {
        self.log_bytes = self.log_bytes.saturating_add(level.len()).saturating_add(message.len());
        if self.logs.len() >= self.limits.log_calls || self.log_bytes > self.limits.log_bytes {
            return Err(Stop::Log);
        }
        self.logs.push(LogLine { level: level.to_owned(), message: message.to_owned() });
        Ok(())
    }
}

impl ResourceLimiter for Guest {
    /// All memories of the call count together; what is over the limit ends the call with our own cause.
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum && maximum < self.limits.memory_bytes) {
            // Over the module's own maximum: the instruction fails, as the specification has it.
            return Ok(false);
        }
        let total = self.memory.saturating_add(desired.saturating_sub(current));
        if total > self.limits.memory_bytes {
            return Err(Error::new(Stop::Memory));
        }
        self.memory = total;
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired > self.limits.table_elements { Err(Error::new(Stop::Table)) } else { Ok(true) }
    }

    fn instances(&self) -> usize {
        self.limits.instances
    }

    fn tables(&self) -> usize {
        self.limits.tables
    }

    fn memories(&self) -> usize {
        self.limits.memories
    }
}

/// Gives plugins the one thing they may call.
pub(crate) fn link_log(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let log = |mut store: StoreContextMut<'_, Guest>, (level, message): (WasmStr, WasmStr)| {
        let no_text = |_| Error::new(Stop::Text);
        let level = level.to_str(&store).map_err(no_text)?.into_owned();
        let message = message.to_str(&store).map_err(no_text)?.into_owned();
        store.data_mut().log(&level, &message).map_err(Error::new)
    };
    linker.instance(HOST_INTERFACE)?.func_wrap("log", log)
}

/// What is called: `manifest` takes nothing, the others take two texts and may refuse with a third.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Arguments<'a> {
    None,
    Two(&'a str, &'a str),
}

/// Signature of `manifest`.
pub(crate) type ManifestFn = TypedFunc<(), (String,)>;
/// Signature of the other three.
pub(crate) type StepFn<'a> = TypedFunc<(&'a str, &'a str), (Result<String, String>,)>;

/// How a call ended, with what it cost and logged either way.
pub(crate) struct Ended {
    pub answer: Result<Result<String, String>, Fault>,
    pub fuel: u64,
    pub memory: usize,
    pub logs: Vec<LogLine>,
}

impl Sandbox {
    /// Calls the function at `export` on a fresh instance. After a fault the store is dead, and dropped here.
    pub(crate) fn call(
        &self,
        component: &InstancePre<Guest>,
        export: &ComponentExportIndex,
        arguments: Arguments<'_>,
    ) -> Ended {
        let refused = |fault| Ended { answer: Err(fault), fuel: 0, memory: 0, logs: Vec::new() };
        if let Err(fault) = self.admit(arguments) {
            return refused(fault);
        }
        let _place = match self.gate.enter(self.limits.deadline) {
            Ok(place) => place,
            Err(fault) => return refused(fault),
        };
        let mut store = Store::new(&self.engine, Guest::new(&self.limits));
        store.limiter(|guest| guest);
        store.set_epoch_deadline(self.ticks);
        store.set_hostcall_fuel(self.limits.output_bytes);
        let answer = store
            .set_fuel(self.limits.fuel)
            .and_then(|()| enter(&mut store, component, export, arguments))
            .map_err(|error| self.fault(&error));
        let fuel = self.limits.fuel.saturating_sub(store.get_fuel().unwrap_or(EXHAUSTED));
        let Guest { memory, logs, .. } = store.into_data();
        Ended { answer, fuel, memory, logs }
    }

    fn admit(&self, arguments: Arguments<'_>) -> Result<(), Fault> {
        let size = match arguments {
            Arguments::None => 0,
            Arguments::Two(context, argument) => context.len().saturating_add(argument.len()),
        };
        let limit = self.limits.input_bytes;
        if size > limit { Err(Fault::TooMuchInput { size, limit }) } else { Ok(()) }
    }

    /// Our words for wasmtime's error.
    fn fault(&self, error: &Error) -> Fault {
        let limits = &self.limits;
        if let Some(stop) = error.downcast_ref::<Stop>() {
            return match stop {
                Stop::Memory => Fault::Memory { limit: limits.memory_bytes },
                Stop::Table => Fault::Table { limit: limits.table_elements },
                Stop::Log => Fault::LogFlood { calls: limits.log_calls, bytes: limits.log_bytes },
                Stop::Text => Fault::BadText,
            };
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => Fault::OutOfFuel { limit: limits.fuel },
            Some(Trap::Interrupt) => {
                Fault::Deadline { limit_ms: u64::try_from(limits.deadline.as_millis()).unwrap_or(u64::MAX) }
            }
            Some(Trap::StackOverflow) => Fault::Stack { limit: limits.stack_bytes },
            Some(trap) => Fault::Trap { what: in_words(*trap) },
            None => self.no_trap(error),
        }
    }

    /// An error that is no trap: broken rules of handing over, or a store that could not be set up.
    fn no_trap(&self, error: &Error) -> Fault {
        if error.is::<std::str::Utf8Error>() || error.is::<std::char::DecodeUtf16Error>() {
            return Fault::BadText;
        }
        if error.is::<wasmtime::PoolConcurrencyLimitError>() {
            return Fault::Busy { places: self.limits.parallel_calls };
        }
        let problem = error.root_cause().to_string();
        // wasmtime keeps this error's type to itself; a test in tests/hostile.rs watches its text.
        if problem.contains("too much data is being copied") {
            return Fault::TooMuchOutput { limit: self.limits.output_bytes };
        }
        Fault::BadHandover { problem }
    }
}

fn enter(
    store: &mut Store<Guest>,
    component: &InstancePre<Guest>,
    export: &ComponentExportIndex,
    arguments: Arguments<'_>,
) -> wasmtime::Result<Result<String, String>> {
    let instance = component.instantiate(&mut *store)?;
    match arguments {
        Arguments::None => {
            let function: ManifestFn = instance.get_typed_func(&mut *store, export)?;
            Ok(Ok(function.call(store, ())?.0))
        }
        Arguments::Two(context, argument) => {
            let function: StepFn<'_> = instance.get_typed_func(&mut *store, export)?;
            Ok(function.call(store, (context, argument))?.0)
        }
    }
}

fn in_words(trap: Trap) -> String {
    let what = match trap {
        Trap::UnreachableCodeReached => "it gave up by itself (a panic or a failed assertion); its log may say why",
        Trap::MemoryOutOfBounds => "it reached outside its memory; often a recursion too deep for its own stack",
        Trap::IntegerDivisionByZero => "it divided by zero",
        Trap::IntegerOverflow => "a whole number grew too big",
        Trap::BadConversionToInteger => "it turned a number that does not fit into a whole number",
        Trap::TableOutOfBounds | Trap::IndirectCallToNull | Trap::BadSignature => {
            "it called a function that is not there"
        }
        other => return other.to_string(),
    };
    what.to_owned()
}
