//! Memory after hostile plugins: what a call takes is given back, whatever its end. A process of its own, so that
//! no other test's memory is counted.
#![expect(clippy::unwrap_used, reason = "test support: a panic is how a test fails")]

mod common;

use common::{Guest, context, input};
use draaiboek_plugin_host::{Library, Limits};

/// Resident memory of this process in bytes (Linux).
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

const HOSTILE: [&str; 8] = [
    "(loop $again (drop (memory.grow (i32.const 64))) br $again) unreachable",
    "(drop (memory.grow (i32.const 900))) (memory.fill (i32.const 0) (i32.const 7) (i32.const 58000000)) unreachable",
    "(call $check (local.get 0) (local.get 1) (local.get 2) (local.get 3))",
    "(loop $again (call $log (i32.const 0) (i32.const 0) (i32.const 70000) (i32.const 300)) br $again) unreachable",
    "(drop (memory.grow (i32.const 600))) (i32.store (i32.const 16) (i32.const 0))
        (i32.store (i32.const 20) (i32.const 65536)) (i32.store (i32.const 24) (i32.const 33554432)) i32.const 16",
    "unreachable",
    "(i32.load (i32.const -1))",
    "(loop $again br $again) unreachable",
];

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_hostile_calls() {
    let library = Library::new(Limits { fuel: 60_000_000, ..Limits::default() }, None).unwrap();
    let good = library.add("good.wasm", &Guest::good("good", "1.0.0").build()).unwrap();
    let hostile: Vec<_> =
        HOSTILE.iter().map(|code| library.replace("hostile.wasm", &Guest::code(code).build()).unwrap()).collect();
    let round = || {
        for plugin in &hostile {
            assert!(plugin.check(&context("hostile"), &input()).is_err());
            assert!(good.check(&context("good"), &input()).is_ok());
        }
    };
    (0..3).for_each(|_| round());
    let before = resident();
    (0..20).for_each(|_| round());
    let after = resident();
    assert!(after < before + 4 * 1024 * 1024, "{before} -> {after} bytes after {} hostile calls", 20 * HOSTILE.len());
}
