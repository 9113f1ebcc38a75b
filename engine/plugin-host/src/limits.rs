//! Every bound on a plugin, in one place, with its unit. No bound on a plugin may stand anywhere else.

use std::time::Duration;

use serde::Serialize;

/// What one plugin, or one call of it, may cost. The defaults are the published limits of the product.
///
/// `stack_bytes`, `memory_bytes`, `table_elements`, `tables`, `memories`, `instances` and `parallel_calls` shape the
/// pool and hold for the whole [`Library`](crate::Library); the others are applied at each call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Budget of one call in fuel: about one unit per WebAssembly instruction, one per byte of a bulk copy. The same
    /// input costs the same fuel on every machine.
    pub fuel: u64,
    /// Wall-clock net under the fuel, for a machine that is too busy; far above what the fuel allows.
    pub deadline: Duration,
    /// Linear memory of one call in bytes, all memories of the component together.
    pub memory_bytes: usize,
    /// WebAssembly stack of one call in bytes. A thread that calls needs about 256 KiB more than this.
    pub stack_bytes: usize,
    /// Context and argument of one call together, in bytes of JSON.
    pub input_bytes: usize,
    /// Answer of one call in bytes of JSON.
    pub output_bytes: usize,
    /// Nesting depth of the objects and arrays of an answer.
    pub json_depth: usize,
    /// Calls of `log` in one call.
    pub log_calls: u32,
    /// Bytes of all log lines of one call together, levels included.
    pub log_bytes: usize,
    /// Size of a component file in bytes.
    pub component_bytes: usize,
    /// Size of the code of one function of a component in bytes; bounds the work of the compiler.
    pub function_bytes: usize,
    /// Core instances inside one component. Components that hold an interpreter have more than eight.
    pub instances: u32,
    /// Linear memories inside one component.
    pub memories: u32,
    /// Tables inside one component.
    pub tables: u32,
    /// Elements of one table.
    pub table_elements: usize,
    /// Calls at the same moment; a further call waits for a free place, at most `deadline`.
    pub parallel_calls: u32,
}

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel: 1_000_000_000,
            deadline: Duration::from_secs(10),
            memory_bytes: 64 * MIB,
            stack_bytes: 512 * KIB,
            input_bytes: 4 * MIB,
            output_bytes: MIB,
            json_depth: 48,
            log_calls: 100,
            log_bytes: 32 * KIB,
            component_bytes: 24 * MIB,
            function_bytes: MIB,
            instances: 32,
            memories: 8,
            tables: 32,
            table_elements: 20_000,
            parallel_calls: 64,
        }
    }
}
