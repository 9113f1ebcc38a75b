//! Stepping a chart of three parallel regions with four states each, a condition on every transition and an entry action
//! on every state: events a second, and allocations an event (printed before the measurement).
#![expect(clippy::panic, reason = "a bench that can not start has nobody to report to")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use draaiboek_chart::{
    ActionId, Chart, ChartSource, CondId, Configuration, DoneDataId, ErrorKind, Failure, Interpreter, Scope, Scratch,
    StateId, StateKind, StateSource, TransitionSource, View, macrostep, start,
};

/// The system's allocator, counted.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

#[expect(unsafe_code, reason = "only the global allocator can count allocations; it forwards every call unchanged")]
// SAFETY: every method forwards to the system allocator with the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Conditions compare a number of the event with the interpreter's; actions count.
struct Numbers {
    threshold: u64,
    entered: u64,
}

impl Interpreter for Numbers {
    type Event = u64;
    type Failure = ();

    fn condition(&mut self, condition: CondId, view: &View<'_, u64>) -> Result<bool, Failure<()>> {
        Ok(view.event().is_some_and(|number| number + u64::from(condition.0) >= self.threshold))
    }

    fn act(&mut self, action: ActionId, _: &mut Scope<'_, u64>) -> Result<(), Failure<()>> {
        self.entered = self.entered.wrapping_add(u64::from(action.0));
        Ok(())
    }

    fn done_event(&mut self, _: StateId, _: Option<DoneDataId>, _: &mut Scope<'_, u64>) -> u64 {
        0
    }

    fn error_event(&mut self, _: ErrorKind, (): ()) -> u64 {
        0
    }
}

/// Each region goes round its four states, on the events named by `event`.
fn chart(event: impl Fn(usize) -> String) -> Chart {
    let state = |region: usize, index: usize| StateSource {
        id: format!("r{region}s{index}"),
        on_entry: vec![vec![ActionId(1)]],
        transitions: vec![TransitionSource {
            events: vec![event(region).as_str().into()],
            cond: Some(CondId(index as u32)),
            targets: vec![format!("r{region}s{}", (index + 1) % 4)],
            ..TransitionSource::default()
        }],
        ..StateSource::default()
    };
    let region = |region: usize| StateSource {
        id: format!("r{region}"),
        on_entry: vec![vec![ActionId(1)]],
        children: (0..4).map(|index| state(region, index)).collect(),
        ..StateSource::default()
    };
    let parallel = StateSource {
        id: "p".into(),
        kind: StateKind::Parallel,
        on_entry: vec![vec![ActionId(1)]],
        children: (0..3).map(region).collect(),
        ..StateSource::default()
    };
    Chart::compile(&ChartSource { initial: None, states: vec![parallel] }).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// One instance that can be sent events for ever.
struct Bench {
    chart: Chart,
    configuration: Configuration,
    scratch: Scratch<u64>,
    interpreter: Numbers,
}

impl Bench {
    fn new(chart: Chart) -> Self {
        let configuration = Configuration::new(&chart);
        let interpreter = Numbers { threshold: 1, entered: 0 };
        let mut bench = Self { chart, configuration, scratch: Scratch::new(), interpreter };
        start(&bench.chart, &mut bench.configuration, &mut bench.interpreter, &mut bench.scratch)
            .unwrap_or_else(|error| panic!("{error}"));
        bench
    }

    fn send(&mut self, name: &str) {
        let event = Some((self.chart.event(name), 1));
        let report = macrostep(&self.chart, &mut self.configuration, event, &mut self.interpreter, &mut self.scratch);
        assert!(black_box(report).is_ok_and(|report| report.event_taken));
    }

    fn allocations_per_event(&mut self, name: &str) -> f64 {
        const EVENTS: u32 = 100_000;
        self.send(name);
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        (0..EVENTS).for_each(|_| self.send(name));
        (ALLOCATIONS.load(Ordering::Relaxed) - before) as f64 / f64::from(EVENTS)
    }
}

fn step(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("step");
    group.throughput(Throughput::Elements(1));
    let charts = [
        ("all three regions move", chart(|_| "go".to_owned()), "go"),
        ("one region moves", chart(|region| format!("go.{region}")), "go.1"),
    ];
    for (name, chart, event) in charts {
        let mut bench = Bench::new(chart);
        println!("{name}: {} allocations an event", bench.allocations_per_event(event));
        group.bench_function(name, |bencher| bencher.iter(|| bench.send(event)));
    }
    group.finish();
}

criterion_group!(benches, step);
criterion_main!(benches);
