//! Plugins that misbehave: each ends in its own error within its budget, and the host serves on as if nothing was.
#![expect(clippy::unwrap_used, reason = "test support: a panic is how a test fails")]

mod common;

use common::{Body, FOREVER, Guest, context, good_answer, input, library, load};
use draaiboek_plugin_host::{CallError, Fault, Library, Limits};
use serde_json::json;

/// Runs `check` of a hostile guest and sees that a good one is untouched by it.
fn fault(guest: &Guest) -> CallError {
    let before = good_answer();
    let plugin = load(guest);
    let error = plugin.check(&context("hostile"), &input()).unwrap_err();
    assert_eq!(good_answer(), before);
    let text = error.text();
    assert!(!text.nl.is_empty() && !text.en.is_empty());
    if error.refusal().is_none() {
        assert!(text.en.contains("hostile@1.0.0") && error.to_string().contains("hostile@1.0.0"), "{error}");
    }
    error
}

fn fault_of_code(code: &str) -> Fault {
    fault(&Guest::code(code)).fault
}

fn fault_of_answer(answer: &str) -> Fault {
    fault(&Guest::check(Body::Ok(answer.to_owned()))).fault
}

#[test]
fn an_endless_loop_spends_its_fuel() {
    let error = fault(&Guest::code(FOREVER));
    assert_eq!(error.fault, Fault::OutOfFuel { limit: 50_000_000 });
    assert_eq!(error.fuel, 50_000_000);
    assert!(!error.is_retryable());
}

#[test]
fn cheap_looking_bulk_work_spends_fuel_by_the_byte() {
    let fill = "(loop $again (memory.fill (i32.const 0) (i32.const 0) (i32.const 131072)) br $again) unreachable";
    assert_eq!(fault_of_code(fill), Fault::OutOfFuel { limit: 50_000_000 });
    let grow = "(loop $again (drop (memory.grow (i32.const 40000))) br $again) unreachable";
    let guest = Guest { memory: "2 4".into(), ..Guest::code(grow) };
    assert_eq!(fault(&guest).fault, Fault::OutOfFuel { limit: 50_000_000 });
}

#[test]
fn a_loop_with_more_fuel_than_time_meets_the_deadline() {
    let limits = Limits { fuel: u64::MAX, deadline: std::time::Duration::from_millis(40), ..Limits::default() };
    let library = Library::new(limits, None).unwrap();
    let plugin = library.add("hostile.wasm", &Guest::code(FOREVER).build()).unwrap();
    let error = plugin.check(&context("hostile"), &input()).unwrap_err();
    assert_eq!(error.fault, Fault::Deadline { limit_ms: 40 });
    assert!(error.is_retryable());
}

#[test]
fn a_memory_bomb_is_stopped_at_the_limit() {
    let limit = Limits::default().memory_bytes;
    let bomb = "(loop $again (drop (memory.grow (i32.const 64))) br $again) unreachable";
    assert_eq!(fault_of_code(bomb), Fault::Memory { limit });
    let at_once = "(drop (memory.grow (i32.const 65000))) unreachable";
    assert_eq!(fault_of_code(at_once), Fault::Memory { limit });
}

#[test]
fn a_table_bomb_is_stopped_at_the_limit() {
    let guest = Guest {
        items: "(table $t 1 funcref)".into(),
        ..Guest::code("(drop (table.grow $t (ref.null func) (i32.const 1000000))) unreachable")
    };
    assert_eq!(fault(&guest).fault, Fault::Table { limit: Limits::default().table_elements });
}

#[test]
fn a_deep_recursion_ends_at_the_stack() {
    let recursion = "(call $check (local.get 0) (local.get 1) (local.get 2) (local.get 3))";
    assert_eq!(fault_of_code(recursion), Fault::Stack { limit: Limits::default().stack_bytes });
}

#[test]
fn an_answer_over_the_limit_is_not_even_copied() {
    let limit = Limits::default().output_bytes;
    // 32 MiB of zeros after the first page, as an Ok text.
    let giant = "(drop (memory.grow (i32.const 600))) (i32.store (i32.const 16) (i32.const 0))
        (i32.store (i32.const 20) (i32.const 65536)) (i32.store (i32.const 24) (i32.const 33554432)) i32.const 16";
    assert_eq!(fault_of_code(giant), Fault::TooMuchOutput { limit });
    let refusal = "(drop (memory.grow (i32.const 600))) (i32.store (i32.const 16) (i32.const 1))
        (i32.store (i32.const 20) (i32.const 65536)) (i32.store (i32.const 24) (i32.const 33554432)) i32.const 16";
    assert_eq!(fault_of_code(refusal), Fault::TooMuchOutput { limit });
}

#[test]
fn a_log_flood_is_stopped_by_calls_and_by_bytes() {
    let Limits { log_calls: calls, log_bytes: bytes, .. } = Limits::default();
    let flood =
        "(loop $again (call $log (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1)) br $again) unreachable";
    let error = fault(&Guest::code(flood));
    assert_eq!(error.fault, Fault::LogFlood { calls, bytes });
    assert_eq!(error.logs.len(), calls as usize);
    let long = "(loop $again (call $log (i32.const 0) (i32.const 0) (i32.const 40000) (i32.const 20000)) br $again) unreachable";
    let error = fault(&Guest::code(long));
    assert_eq!(error.fault, Fault::LogFlood { calls, bytes });
    assert_eq!(error.logs.len(), 1);
    let huge = "(drop (memory.grow (i32.const 600)))
        (call $log (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 33554432)) unreachable";
    assert!(matches!(fault_of_code(huge), Fault::TooMuchOutput { .. }));
}

#[test]
fn traps_are_told_in_our_words() {
    let table = [
        ("unreachable", "gave up by itself"),
        ("(i32.div_u (i32.const 1) (i32.const 0))", "divided by zero"),
        ("(i32.load (i32.const -1))", "outside its memory"),
        ("(i32.trunc_f32_s (f32.const nan))", "does not fit"),
    ];
    for (code, words) in table {
        let Fault::Trap { what } = fault_of_code(code) else { panic!("{code}") };
        assert!(what.contains(words), "{what}");
    }
    let missing = Guest {
        items: "(table $t 1 funcref) (type $f (func))".into(),
        ..Guest::code("(call_indirect $t (type $f) (i32.const 0)) unreachable")
    };
    assert!(matches!(fault(&missing).fault, Fault::Trap { .. }));
}

#[test]
fn text_that_is_no_text_is_refused() {
    let bad_utf8 = "(i32.store (i32.const 16) (i32.const 0)) (i32.store (i32.const 20) (i32.const 100))
        (i32.store (i32.const 24) (i32.const 1)) (i32.store8 (i32.const 100) (i32.const 0xff)) i32.const 16";
    assert_eq!(fault_of_code(bad_utf8), Fault::BadText);
    let bad_log = "(i32.store8 (i32.const 100) (i32.const 0xff))
        (call $log (i32.const 0) (i32.const 0) (i32.const 100) (i32.const 1)) unreachable";
    assert_eq!(fault_of_code(bad_log), Fault::BadText);
}

#[test]
fn broken_rules_of_handing_over_are_told() {
    let outside = "(i32.store (i32.const 16) (i32.const 0)) (i32.store (i32.const 20) (i32.const -8))
        (i32.store (i32.const 24) (i32.const 100)) i32.const 16";
    let half = "(i32.store (i32.const 16) (i32.const 0)) (i32.store (i32.const 20) (i32.const 131000))
        (i32.store (i32.const 24) (i32.const 1000)) i32.const 16";
    let tag = "(i32.store (i32.const 16) (i32.const 9)) i32.const 16";
    let log = "(call $log (i32.const 0) (i32.const 0) (i32.const -4) (i32.const 100)) unreachable";
    for code in [outside, half, tag, log, "i32.const 17", "i32.const -4"] {
        let found = fault_of_code(code);
        assert!(matches!(found, Fault::BadHandover { .. }), "{code}: {found:?}");
    }
    let realloc = Guest { realloc: "i32.const -16", ..Guest::good("hostile", "1.0.0") };
    let found = fault(&realloc).fault;
    assert!(matches!(found, Fault::BadHandover { .. }), "{found:?}");
    // A guest may not call out while it is being handed its arguments.
    let calls_out = Guest {
        realloc: "(call $log (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1)) i32.const 65536",
        ..Guest::good("hostile", "1.0.0")
    };
    let found = fault(&calls_out).fault;
    assert!(matches!(found, Fault::Trap { .. } | Fault::BadHandover { .. }), "{found:?}");
}

#[test]
fn what_is_no_json_is_told_apart_from_what_has_another_shape() {
    for answer in ["", "nonsense", "{\"entry\":", "{\"entry\":\"card\",\"slot\":\"\",\"value\":{}} x", "\u{0}", "NaN"] {
        let found = fault_of_answer(answer);
        assert!(matches!(found, Fault::BadJson { .. }), "{answer}: {found:?}");
    }
    let deep = format!("{{\"entry\":\"card\",\"slot\":\"\",\"value\":{}{}}}", "[".repeat(400), "]".repeat(400));
    let long_slot = json!({"entry": "card", "slot": "x".repeat(201), "value": {}}).to_string();
    let shapes = [
        ("null", "."),
        ("[]", "."),
        (r#"{"slot":"","value":{}}"#, "."),
        (r#"{"entry":7,"slot":"","value":{}}"#, "entry"),
        (r#"{"entry":"card","slot":"","value":{},"extra":1}"#, "extra"),
        (r#"{"entry":"card","slot":"","value":{},"warnings":[{"word":"X","text":{"nl":"a"}}]}"#, "warnings[0].text"),
        (r#"{"entry":"unknown","slot":"","value":{}}"#, "entry"),
        (r#"{"entry":"card","slot":"","value":{"mean":2.49}}"#, "byte"),
        (deep.as_str(), "byte"),
        (long_slot.as_str(), "slot"),
    ];
    for (answer, place) in shapes {
        let found = fault_of_answer(answer);
        let Fault::BadShape { path, .. } = &found else { panic!("{answer}: {found:?}") };
        assert!(path.starts_with(place), "{answer}: {path}");
    }
}

#[test]
fn a_refusal_is_an_answer_and_an_empty_one_is_none() {
    let problems = json!({"problems": [{"word": "INVALID", "path": "/card/text", "args": ["c1"],
        "text": {"nl": "Leeg.", "en": "Empty."}}]});
    let error = fault(&Guest::check(Body::Err(problems.to_string())));
    assert_eq!(error.refusal().unwrap()[0].reason(), "INVALID:c1");
    assert_eq!(error.text().nl, "Leeg.");
    assert!(error.fuel > 0);
    for empty in [r#"{"problems":[]}"#, "{}", "[]"] {
        let found = fault(&Guest::check(Body::Err(empty.to_owned()))).fault;
        assert!(matches!(found, Fault::BadShape { .. }), "{empty}: {found:?}");
    }
    assert!(matches!(fault(&Guest::check(Body::Err("no".to_owned()))).fault, Fault::BadJson { .. }));
}

#[test]
fn contradictions_of_the_other_functions_are_seen() {
    let summary = |text: &str| Guest { summarise: Body::Ok(text.into()), ..Guest::good("hostile", "1.0.0") };
    let stranger = load(&summary(r#"{"projections":{"everybody":{}}}"#));
    let error = stranger.summarise(&context("hostile"), &[]).unwrap_err();
    assert!(error.to_string().contains("everybody"), "{error}");
    let conclusion = |text: &str| Guest { conclude: Body::Ok(text.into()), ..Guest::good("hostile", "1.0.0") };
    let not_yet = r#"{"ready":false,"result":{},"problems":[]}"#;
    let twice = r#"{"ready":true,"result":{},"artifacts":[{"name":"a","content":1},{"name":"a","content":2}]}"#;
    for (answer, place) in [(not_yet, "ready"), (twice, "artifacts"), (r#"{"ready":true}"#, ".")] {
        let error = load(&conclusion(answer)).conclude(&context("hostile"), &[]).unwrap_err();
        let Fault::BadShape { path, .. } = &error.fault else { panic!("{error}") };
        assert_eq!(path, place);
    }
}

#[test]
fn what_the_caller_gives_is_bounded_too() {
    let plugin = library().add("good.wasm", &Guest::good("good", "1.0.0").build()).unwrap();
    let mut big = input();
    big.payload = json!({"card": {"text": "x".repeat(5_000_000)}});
    let error = plugin.check(&context("good"), &big).unwrap_err();
    assert!(matches!(error.fault, Fault::TooMuchInput { size, limit } if size > limit), "{error}");
    let error = plugin.check(&context("elsewhere"), &input()).unwrap_err();
    assert!(matches!(error.fault, Fault::Host { .. }), "{error}");
}
