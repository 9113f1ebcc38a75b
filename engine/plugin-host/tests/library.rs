//! The library: cached code, versions beside each other, folders, many threads, one answer for one input.
#![expect(clippy::unwrap_used, reason = "test support: a panic is how a test fails")]

mod common;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use common::{Body, Guest, context, input};
use draaiboek_plugin_host::{CacheUse, Function, Library, Limits, LoadError};

fn library(cache: Option<&Path>) -> Library {
    Library::new(Limits::default(), cache).unwrap()
}

fn good() -> Vec<u8> {
    Guest::good("good", "1.0.0").build()
}

#[test]
fn a_good_component_answers_everything() {
    let library = library(None);
    let plugin = library.add("good.wasm", &good()).unwrap();
    assert_eq!(plugin.name().to_string(), "good@1.0.0");
    let context = context("good");
    let checked = plugin.check(&context, &input()).unwrap();
    assert_eq!((checked.output.entry.as_str(), checked.output.slot.as_str()), ("card", "c1"));
    assert!(checked.fuel > 0 && checked.memory >= 2 * 65_536);
    assert!(plugin.summarise(&context, &[]).unwrap().output.projections.contains_key("team"));
    assert!(plugin.conclude(&context, &[]).unwrap().output.ready);
    let manifest = plugin.call_text(Function::Manifest, "", "").unwrap().output;
    assert_eq!(manifest["id"], "good");
}

#[test]
fn the_second_start_takes_code_from_the_cache() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("code");
    let bytes = good();
    assert!(!library(Some(&folder)).add("good.wasm", &bytes).unwrap().from_cache());
    let second = library(Some(&folder));
    let plugin = second.add("good.wasm", &bytes).unwrap();
    assert!(plugin.from_cache());
    assert_eq!(second.cache(), &CacheUse::On { folder });
    assert!(plugin.check(&context("good"), &input()).is_ok());
}

#[test]
fn a_damaged_cache_file_is_compiled_again_and_mended() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = good();
    library(Some(dir.path())).add("good.wasm", &bytes).unwrap();
    let file = fs::read_dir(dir.path()).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read(&file).unwrap();
    let middle = whole.len() / 2;
    let mut flipped = whole.clone();
    flipped[middle] ^= 1;
    for damaged in [&flipped[..], &whole[..middle], b"", b"text"] {
        fs::write(&file, damaged).unwrap();
        let plugin = library(Some(dir.path())).add("good.wasm", &bytes).unwrap();
        assert!(!plugin.from_cache());
        assert!(plugin.check(&context("good"), &input()).is_ok());
        assert!(library(Some(dir.path())).add("good.wasm", &bytes).unwrap().from_cache());
    }
}

#[test]
fn code_for_other_limits_of_the_engine_is_not_taken() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = good();
    library(Some(dir.path())).add("good.wasm", &bytes).unwrap();
    let limits = Limits { fuel: 1, ..Limits::default() };
    let other = Library::new(limits, Some(dir.path())).unwrap();
    // Fuel is no part of the code: the same file serves, and the new limit holds.
    assert!(matches!(other.add("good.wasm", &bytes), Err(LoadError::ManifestCall { .. })));
}

#[test]
fn a_cache_that_cannot_be_used_costs_only_time() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let library = library(Some(&file));
    assert!(matches!(library.cache(), CacheUse::Unusable { .. }));
    assert!(library.add("good.wasm", &good()).is_ok());
}

#[test]
fn versions_stand_beside_each_other_and_clashes_are_named() {
    let library = library(None);
    let first = library.add("a.wasm", &Guest::good("input", "1.9.0").build()).unwrap();
    let second = library.add("b.wasm", &Guest::good("input", "1.10.0").build()).unwrap();
    assert_eq!(library.kind("input").unwrap().name(), second.name());
    assert!(library.by_hash(first.sha256()).is_some() && library.by_hash(second.sha256()).is_some());
    assert!(library.kind("else").is_none() && library.by_hash("00").is_none());
    let again = library.add("c.wasm", &Guest::good("input", "1.9.0").build()).unwrap();
    assert!(Arc::ptr_eq(&first, &again));
    let changed = Guest { summarise: Body::Ok("{}".into()), ..Guest::good("input", "1.9.0") }.build();
    let error = library.add("d.wasm", &changed).unwrap_err();
    assert!(matches!(error, LoadError::SameVersion { .. }), "{error}");
    let replaced = library.replace("d.wasm", &changed).unwrap();
    assert!(library.by_hash(first.sha256()).is_none() && library.by_hash(replaced.sha256()).is_some());
    assert!(first.check(&context("input"), &input()).is_ok(), "who holds it may go on");
    let manifest = common::manifest_text("input", "1.0.0").replacen("\"input\"", "\"other\"", 1);
    let thief = Guest { manifest: Body::Ok(manifest), ..Guest::good("other", "1.0.0") };
    let error = library.add("e.wasm", &thief.build()).unwrap_err();
    assert!(matches!(&error, LoadError::KindTaken { kind, .. } if kind == "input"), "{error}");
    let names: Vec<_> = library.plugins().iter().map(|plugin| plugin.name().to_string()).collect();
    assert_eq!(names, ["input@1.9.0", "input@1.10.0"]);
}

#[test]
fn a_folder_loads_what_is_fit_and_reports_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).unwrap();
    put("a.wasm", b"not wasm at all");
    put("b.wasm", &good());
    put("c.wasm", b"");
    put("d.wasm", b"\0asm\x01\0\0\0");
    put("e.wasm", &good()[..700]);
    put("notes.txt", b"not looked at");
    fs::File::create(dir.path().join("f.wasm")).unwrap().set_len(50 * 1024 * 1024).unwrap();
    fs::create_dir(dir.path().join("g.wasm")).unwrap();
    let library = library(None);
    let report = library.add_dir(dir.path()).unwrap();
    assert_eq!(report.loaded.len(), 1);
    let texts: Vec<String> = report.refused.iter().map(ToString::to_string).collect();
    let words =
        ["looks like text", "is empty", "core WebAssembly module", "cut short", "52428800 bytes", "cannot be read"];
    assert_eq!(texts.len(), words.len(), "{texts:?}");
    for (text, word) in texts.iter().zip(words) {
        assert!(text.contains(word) && text.contains(".wasm"), "{text}");
    }
    assert!(matches!(library.add_dir(&dir.path().join("none")), Err(LoadError::Unreadable { .. })));
    assert!(library.add_file(&dir.path().join("none.wasm")).is_err());
}

#[test]
fn many_threads_call_at_once_and_a_crowd_waits_its_turn() {
    let limits = Limits { parallel_calls: 2, ..Limits::default() };
    let library = Arc::new(Library::new(limits, None).unwrap());
    let plugin = library.add("good.wasm", &good()).unwrap();
    let expected = plugin.check(&context("good"), &input()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert_eq!(plugin.check(&context("good"), &input()).unwrap(), expected);
                }
            });
        }
    });
}

#[test]
fn the_same_input_gives_the_same_bytes_fuel_and_memory_everywhere() {
    let run = |library: &Library| {
        let plugin = library.add("good.wasm", &good()).unwrap();
        let called = plugin.check(&context("good"), &input()).unwrap();
        (serde_json::to_string(&called.output).unwrap(), called.fuel, called.memory)
    };
    let (one, other) = (library(None), library(None));
    assert_eq!(run(&one), run(&one));
    assert_eq!(run(&one), run(&other));
}

#[test]
fn nothing_is_remembered_between_calls() {
    // Answers Ok on the first call of an instance and traps on a second.
    let code = "(if (i32.load (i32.const 64)) (then unreachable)) (i32.store (i32.const 64) (i32.const 1))
        (call $summarise (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))";
    let library = library(None);
    let plugin = library.add("memory.wasm", &Guest::code(code).build()).unwrap();
    for _ in 0..20 {
        assert!(plugin.call_text(Function::Check, "{}", "{}").is_ok());
    }
}

#[test]
fn a_set_loads_on_all_cores_and_the_first_refusal_is_told() {
    let guests: Vec<(String, Vec<u8>)> =
        (0..5).map(|number| (format!("k{number}.wasm"), Guest::good(&format!("k{number}"), "1.0.0").build())).collect();
    let mut set: Vec<(&str, &[u8])> = guests.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    let loaded = library(None).add_all(&set).unwrap();
    let names: Vec<_> = loaded.iter().map(|plugin| plugin.name().id.clone()).collect();
    assert_eq!(names, ["k0", "k1", "k2", "k3", "k4"]);
    set.insert(3, ("broken.wasm", b""));
    assert!(matches!(library(None).add_all(&set), Err(LoadError::Empty { name }) if name == "broken.wasm"));
    assert!(library(None).add_all(&[]).unwrap().is_empty());
}

#[test]
fn an_inspection_says_what_a_component_may_do_fit_or_not() {
    let library = library(None);
    let fit = library.inspect("good.wasm", &good());
    assert_eq!(fit.refused, None);
    assert_eq!(fit.imports, ["draaiboek:step/host@1.0.0"]);
    assert_eq!(fit.api.unwrap().to_string(), "1.0.0");
    assert_eq!(fit.kinds.len(), 1);
    assert!(fit.capabilities[0].text.en.contains("no files, no network, no clock"));
    assert!(fit.capabilities.iter().all(|capability| capability.granted));
    let unfit = library.inspect("x.wasm", b"hello");
    assert!(unfit.refused.unwrap().contains("looks like text"));
    assert!(library.plugins().is_empty(), "an inspection adds nothing");
}

#[test]
fn logs_come_back_with_the_answer() {
    let code = "(call $log (i32.const 1024) (i32.const 0) (i32.const 1024) (i32.const 5))
        (call $summarise (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))";
    let plugin = library(None);
    let plugin = plugin.add("log.wasm", &Guest::code(code).build()).unwrap();
    let called = plugin.call_text(Function::Check, "{}", "{}").unwrap();
    // The first bytes of the data are the manifest's.
    assert_eq!(called.logs[0].message.chars().next(), Some('{'));
}

/// Runs only inside the test below, with little address space.
#[test]
#[ignore = "needs a process with little address space; the test below starts one"]
fn with_little_address_space() {
    let error = Library::new(Limits::default(), None).err().unwrap().to_string();
    assert!(error.contains("ulimit -v"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn too_little_address_space_is_told_with_its_mend() {
    let itself = std::env::current_exe().unwrap();
    let run = "ulimit -v 16000000 && exec \"$0\" --exact with_little_address_space --ignored";
    let status = std::process::Command::new("sh").arg("-c").arg(run).arg(itself).output().unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stdout));
}
