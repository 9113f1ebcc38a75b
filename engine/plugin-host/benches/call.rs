//! What the host adds to the bare wasmtime call, and what a start with cached code costs.
//!
//! `cargo bench -p draaiboek-plugin-host` prints both ratios; the two sides of the first run in turns, because this
//! kind of machine switches between speeds. The bare side is written here without any code of the host: the same
//! configuration of the engine, instantiate, call, drop, on JSON that is text already.
#![expect(clippy::unwrap_used, reason = "a bench stops at the first surprise")]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::Criterion;
use draaiboek_plugin_host::{Calendar, CheckInput, Context, Contribution, Library, Limits, Plugin};
use serde_json::json;
use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker, TypedFunc};
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, OperatorCost, PoolingAllocationConfig, Store, StoreContextMut,
};

type Step<'a> = TypedFunc<(&'a str, &'a str), (Result<String, String>,)>;

struct Bare {
    engine: Engine,
    component: InstancePre<()>,
    check: ComponentExportIndex,
}

impl Bare {
    fn new(bytes: &[u8]) -> Self {
        let engine = Engine::new(&config()).unwrap();
        let component = Component::new(&engine, bytes).unwrap();
        let mut linker = Linker::new(&engine);
        let mut host = linker.instance("draaiboek:step/host@1.0.0").unwrap();
        host.func_wrap("log", |_: StoreContextMut<'_, ()>, _: (String, String)| Ok(())).unwrap();
        let step = component.get_export_index(None, "draaiboek:step/step@1.0.0").unwrap();
        let check = component.get_export_index(Some(&step), "check").unwrap();
        let component = linker.instantiate_pre(&component).unwrap();
        Self { engine, component, check }
    }

    fn check(&self, context: &str, input: &str) -> usize {
        let mut store = Store::new(&self.engine, ());
        store.set_fuel(1_000_000_000).unwrap();
        store.set_epoch_deadline(1_000);
        let instance = self.component.instantiate(&mut store).unwrap();
        let function: Step<'_> = instance.get_typed_func(&mut store, self.check).unwrap();
        function.call(&mut store, (context, input)).unwrap().0.unwrap().len()
    }
}

fn config() -> Config {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(64)
        .total_core_instances(64 * 32)
        .max_core_instances_per_component(32)
        .total_memories(64)
        .max_memory_size(64 << 20)
        .linear_memory_keep_resident(256 << 10)
        .table_keep_resident(256 << 10)
        .pagemap_scan(Enabled::Auto);
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .operator_cost(OperatorCost::new())
        .epoch_interruption(true)
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .relaxed_simd_deterministic(true)
        .wasm_memory64(false)
        .max_wasm_stack(512 << 10)
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .native_unwind_info(false)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

fn context() -> Context {
    let closed = [("2026-11-02", "2026-11-08"), ("2026-12-21", "2027-01-03"), ("2027-02-15", "2027-02-21")];
    let materials =
        json!([{"id": "m1", "kind": "slides", "title": "Wat zeggen onze gegevens?"}, {"id": "m2", "kind": "text"}]);
    Context {
        kind: "input".into(),
        config: json!({"title": "Opening", "materials": materials, "ack_required": false}),
        locale: "nl".into(),
        now: "2026-10-02T12:20:00".into(),
        today: "2026-10-02".into(),
        calendar: Calendar {
            from: "2026-09-01".into(),
            to: "2027-06-30".into(),
            closed: closed.map(|(from, to)| (from.to_owned(), to.to_owned())).to_vec(),
        },
        seed: "7".into(),
        ..Context::default()
    }
}

fn input() -> CheckInput {
    let text = "Wat we hier zien, herken ik in de derde klas. ".repeat(10);
    CheckInput {
        participant: "lk1".into(),
        roles: vec!["tch".into()],
        at: "2026-10-02T12:20:00".into(),
        payload: json!({"reaction": {"text": text}}),
        ..CheckInput::default()
    }
}

/// Median time of one run, for two things run in turns.
fn in_turns(rounds: usize, batch: u32, mut one: impl FnMut(), mut other: impl FnMut()) -> (Duration, Duration) {
    let mut times = (Vec::new(), Vec::new());
    let time = |what: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..batch).for_each(|_| what());
        start.elapsed() / batch
    };
    for _ in 0..rounds {
        times.0.push(time(&mut one));
        times.1.push(time(&mut other));
    }
    times.0.sort();
    times.1.sort();
    (times.0[rounds / 2], times.1[rounds / 2])
}

fn components() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/dist");
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|end| end == "wasm") {
            found.push((path.display().to_string(), std::fs::read(path).unwrap()));
        }
    }
    found.sort();
    found
}

fn calls(criterion: &mut Criterion, plugin: &Plugin, bytes: &[u8]) {
    let bare = Bare::new(bytes);
    let (context, input) = (context(), input());
    let (context_text, input_text) = (serde_json::to_string(&context).unwrap(), serde_json::to_string(&input).unwrap());
    println!("check: {} bytes of JSON in", context_text.len() + input_text.len());
    let ours = || drop(black_box(plugin.check(&context, &input).unwrap()));
    let bare_call = || {
        black_box(bare.check(&context_text, &input_text));
    };
    criterion.bench_function("check/host", |bencher| bencher.iter(ours));
    criterion.bench_function("check/bare wasmtime", |bencher| bencher.iter(bare_call));
    let (ours, bare) = in_turns(501, 20, ours, bare_call);
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    println!("check: host {ours:?}, bare wasmtime {bare:?}, ratio {ratio:.2} (target at most 1.30)");
}

/// `summarise` of 500 contributions: cards put into clusters, and the answers of a survey.
fn summarising(library: &Library, components: &[(String, Vec<u8>)]) {
    let add = |file: &str| {
        let (name, bytes) = components.iter().find(|(name, _)| name.ends_with(file)).unwrap();
        library.add(name, bytes).unwrap()
    };
    let given = |number: u64, entry: &str, slot: String, value: serde_json::Value| Contribution {
        id: format!("c{number}"),
        seq: number,
        entry: entry.into(),
        slot,
        value,
        participant: format!("lk{number}"),
        group: Some(format!("G{}", number % 8)),
        at: "2026-10-02T11:00:00".into(),
        ..Contribution::default()
    };
    let cards: Vec<Contribution> = (1..=250)
        .map(|n| {
            given(
                n,
                "card",
                format!("k{n}"),
                json!({"card_id": format!("k{n}"), "question": "q1", "text": format!("Kaartje {n} over leren")}),
            )
        })
        .chain((251..=500).map(|n| {
            let card = format!("k{}", n - 250);
            given(n, "assign", card.clone(), json!({"card_id": card, "cluster_id": format!("P{}", n % 9)}))
        }))
        .collect();
    let presets: Vec<_> =
        (0..9).map(|n| json!({"id": format!("P{n}"), "label": format!("Principe {n}"), "kind": "principle"})).collect();
    let items: Vec<_> = (1..=4)
        .map(|n| json!({"id": format!("I{n}"), "kind": "scale", "min": 1, "max": 5, "label": {"nl": "Vraag", "en": "Question"}}))
        .collect();
    let answers: Vec<Contribution> = (1..=500)
        .map(|n| {
            given(
                n,
                "answers",
                String::new(),
                json!({"values": {"I1": n % 5 + 1, "I2": n % 4 + 1, "I3": 3, "I4": n % 3 + 2}}),
            )
        })
        .collect();
    let cases = [
        (
            "/cluster-count.wasm",
            "cluster-count",
            json!({"by": "person", "questions": [{"id": "q1", "maps_to": "mention"}], "presets": presets}),
            cards,
        ),
        ("/questionnaire.wasm", "questionnaire", json!({"items": items}), answers),
    ];
    for (file, kind, config, contributions) in cases {
        let plugin = add(file);
        let context = Context { kind: kind.into(), config, ..context() };
        let mut times: Vec<Duration> = (0..51)
            .map(|_| {
                let start = Instant::now();
                drop(black_box(plugin.summarise(&context, &contributions).unwrap()));
                start.elapsed()
            })
            .collect();
        times.sort();
        println!("summarise: {kind}, {} contributions in {:?} (target: under 20 ms)", contributions.len(), times[25]);
    }
}

fn loading(criterion: &mut Criterion, components: &[(String, Vec<u8>)]) {
    let folder = tempfile::tempdir().unwrap();
    // Ten at least: a smaller set is gone through again, which costs a load what the first one cost.
    let all = components.iter().map(|(name, bytes)| (name.as_str(), &bytes[..]));
    let set: Vec<(&str, &[u8])> = all.cycle().take(components.len().max(10)).collect();
    let start = Instant::now();
    Library::new(Limits::default(), Some(folder.path())).unwrap().add_all(&set).unwrap();
    println!("load: {} components compiled in {:?}", set.len(), start.elapsed());
    let library = || Library::new(Limits::default(), Some(folder.path())).unwrap();
    let load = |library: Library| {
        let loaded = library.add_all(&set).unwrap();
        assert!(loaded.iter().all(|plugin| plugin.from_cache()));
        library
    };
    let size = criterion::BatchSize::PerIteration;
    criterion.bench_function("load all from cache", |bencher| bencher.iter_batched(library, load, size));
    let mut times: Vec<Duration> = (0..51)
        .map(|_| {
            let library = library();
            let start = Instant::now();
            let library = load(library);
            let taken = start.elapsed();
            drop(library);
            taken
        })
        .collect();
    times.sort();
    let (median, least) = (times[25], times[0]);
    println!("load: {} components from cached code in {median:?}, at least {least:?} (target: under 10 ms)", set.len());
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let components = components();
    let library = Library::new(Limits::default(), None).unwrap();
    for (name, bytes) in &components {
        if name.ends_with("/input.wasm") {
            calls(&mut criterion, &library.add(name, bytes).unwrap(), bytes);
        }
    }
    summarising(&library, &components);
    loading(&mut criterion, &components);
    criterion.final_summary();
}
