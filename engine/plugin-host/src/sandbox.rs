//! The one constructor of every wasmtime [`Engine`], the pool behind it, and the ticker of its wall clock.
//! Compiling, loading and calling share one sandbox; compiled code of another configuration is refused by wasmtime.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use wasmtime::component::Linker;
use wasmtime::{
    Config, Enabled, Engine, EngineWeak, InstanceAllocationStrategy, OperatorCost, PoolingAllocationConfig,
};

use crate::call::{Guest, link_log};
use crate::error::{Fault, LoadError};
use crate::limits::Limits;
use crate::meter::Meter;

/// Memory a slot of the pool keeps between calls. Most guests dirty less, and zeroing this much costs less than
/// giving the pages back and faulting them in again.
const KEEP_RESIDENT: usize = 256 * 1024;

/// Fuel of an instruction that costs the host far more than the guest, even when it fails.
const DEAR: u8 = 255;

/// Engine, linker and bounds, shared by all plugins of a library.
pub(crate) struct Sandbox {
    pub engine: Engine,
    pub linker: Linker<Guest>,
    pub limits: Limits,
    pub ticks: u64,
    pub gate: Gate,
    pub meter: Meter,
}

impl Sandbox {
    /// # Errors
    /// [`LoadError::Sandbox`] when the machine cannot give what the pool reserves.
    pub(crate) fn new(limits: Limits) -> Result<Self, LoadError> {
        let failed = |error: wasmtime::Error| LoadError::Sandbox { problem: format!("{error:#}") };
        let engine = Engine::new(&config(&limits)).map_err(failed)?;
        let mut linker = Linker::new(&engine);
        link_log(&mut linker).map_err(failed)?;
        let tick = (limits.deadline / 8).clamp(Duration::from_millis(1), Duration::from_millis(50));
        let ticks = limits.deadline.as_nanos().div_ceil(tick.as_nanos());
        // One more: the first tick may come at once.
        let ticks = u64::try_from(ticks).unwrap_or(u64::MAX).saturating_add(1);
        tick_while_alive(engine.weak(), tick)?;
        let gate = Gate::new(limits.parallel_calls);
        Ok(Self { engine, linker, limits, ticks, gate, meter: Meter::default() })
    }
}

/// The configuration of every engine. A change here changes the fingerprint of the code cache by itself.
fn config(limits: &Limits) -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .operator_cost(costs())
        .epoch_interruption(true)
        // One result on every machine.
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .relaxed_simd_deterministic(true)
        // `wasm_multi_memory` keeps its default: switched off, wasmtime 48 panics on components with inner adapters.
        .wasm_memory64(false)
        .max_wasm_stack(limits.stack_bytes)
        // Plugins are stripped; their traces would be numbers. Without them code is smaller and a trap is cheaper.
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .native_unwind_info(false)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    config
}

fn costs() -> OperatorCost {
    let mut costs = OperatorCost::new();
    costs.MemoryGrow = DEAR;
    costs.TableGrow = DEAR;
    costs.variable.memory_grow_per_page = DEAR;
    costs
}

fn pool(limits: &Limits) -> PoolingAllocationConfig {
    let calls = limits.parallel_calls;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_core_instances(calls.saturating_mul(limits.instances))
        .max_core_instances_per_component(limits.instances)
        .total_memories(calls)
        .max_memories_per_component(limits.memories)
        .total_tables(calls.saturating_mul(8))
        .max_tables_per_component(limits.tables)
        .table_elements(limits.table_elements)
        .max_memory_size(limits.memory_bytes)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(KEEP_RESIDENT)
        .pagemap_scan(Enabled::Auto);
    pool
}

/// Advances the epoch of the engine until nobody holds the engine any more.
fn tick_while_alive(engine: EngineWeak, tick: Duration) -> Result<(), LoadError> {
    let run = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(tick);
        }
    };
    let ticker = std::thread::Builder::new().name("plugin-clock".to_owned()).spawn(run);
    ticker.map(drop).map_err(|error| LoadError::Sandbox { problem: format!("its clock thread: {error}") })
}

/// Lets at most so many calls in as the pool has places, so that a crowd waits instead of failing.
pub(crate) struct Gate {
    places: u32,
    free: Mutex<u32>,
    left: Condvar,
}

impl Gate {
    fn new(places: u32) -> Self {
        Self { places, free: Mutex::new(places), left: Condvar::new() }
    }

    /// A place, given back when dropped.
    ///
    /// # Errors
    /// [`Fault::Busy`] when none becomes free within `patience`.
    pub(crate) fn enter(&self, patience: Duration) -> Result<Place<'_>, Fault> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.left.wait_timeout_while(free, patience, |free| *free == 0);
        let (mut free, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let Some(rest) = free.checked_sub(1) else {
            return Err(Fault::Busy { places: self.places });
        };
        *free = rest;
        Ok(Place(self))
    }
}

/// One place of a [`Gate`].
pub(crate) struct Place<'a>(&'a Gate);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_gate_says_so_and_opens_again() {
        let gate = Gate::new(2);
        let first = gate.enter(Duration::ZERO).unwrap();
        let second = gate.enter(Duration::ZERO).unwrap();
        assert_eq!(gate.enter(Duration::ZERO).err(), Some(Fault::Busy { places: 2 }));
        drop(first);
        assert!(gate.enter(Duration::ZERO).is_ok());
        drop(second);
    }

    #[test]
    fn the_ticker_keeps_no_engine_alive() {
        let sandbox = Sandbox::new(Limits::default()).unwrap();
        let weak = sandbox.engine.weak();
        drop(sandbox);
        // The ticker may hold it for the moment of one tick.
        while weak.upgrade().is_some() {
            std::thread::yield_now();
        }
    }
}
