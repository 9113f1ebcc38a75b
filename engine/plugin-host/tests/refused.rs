//! Files that cannot serve as a plugin: each is refused by name with its mend, and the host serves on.
#![expect(clippy::unwrap_used, reason = "test support: a panic is how a test fails")]

mod common;

use common::{Body, FOREVER, Guest, component, good_answer, library};
use draaiboek_plugin_host::{Fault, LoadError};

fn refused(guest: &Guest) -> LoadError {
    let before = good_answer();
    let error = library().add("hostile.wasm", &guest.build()).unwrap_err();
    assert_eq!(good_answer(), before);
    assert!(error.to_string().contains("hostile.wasm"), "{error}");
    error
}

#[test]
fn a_manifest_that_misbehaves_keeps_the_plugin_out() {
    let with = |manifest: Body| Guest { manifest, ..Guest::good("hostile", "1.0.0") };
    let code = |code: &str| with(Body::Code(code.to_owned()));
    let text = |text: &str| with(Body::Ok(text.to_owned()));
    let fault = |guest: &Guest| match refused(guest) {
        LoadError::ManifestCall { fault, .. } => fault,
        other => panic!("{other}"),
    };
    assert!(matches!(fault(&code(FOREVER)), Fault::OutOfFuel { .. }));
    assert!(matches!(fault(&code("unreachable")), Fault::Trap { .. }));
    assert!(matches!(fault(&text("no json")), Fault::BadJson { .. }));
    assert!(matches!(fault(&text("{}")), Fault::BadShape { .. }));
    let wrong = common::manifest_text("hostile", "1.0.0").replace("\"P1\"", "\"P9\"");
    assert!(matches!(refused(&text(&wrong)), LoadError::Manifest { .. }));
    let start = Guest { items: format!("(func $begin {FOREVER}) (start $begin)"), ..Guest::good("hostile", "1.0.0") };
    assert!(matches!(fault(&start), Fault::OutOfFuel { .. }));
}

#[test]
fn a_component_that_needs_more_than_the_pool_has_is_refused_at_loading() {
    let memory = Guest { memory: "2000".into(), ..Guest::good("hostile", "1.0.0") };
    let table = Guest { items: "(table 1000000 funcref)".into(), ..Guest::good("hostile", "1.0.0") };
    for guest in [memory, table] {
        let error = refused(&guest);
        assert!(matches!(error, LoadError::Compile { .. }), "{error}");
    }
}

#[test]
fn a_function_too_big_to_compile_is_not_compiled() {
    let big = "nop ".repeat(1_100_000);
    let error = refused(&Guest { items: format!("(func {big})"), ..Guest::good("hostile", "1.0.0") });
    assert!(matches!(error, LoadError::FunctionTooLarge { .. }), "{error}");
}

/// A world that imports one function of a foreign interface and exports the whole contract.
fn with_import(package: &str, interface: &str) -> LoadError {
    let wit = format!(
        "{} package {package} {{ interface {interface} {{ use-it: func() -> u32; }} }}",
        common::WIT.replace("import host;", &format!("import host; import {};", import_path(package, interface)))
    );
    let guest = Guest::good("hostile", "1.0.0");
    let module = guest.module_with(&format!(
        "(import \"{}\" \"use-it\" (func $foreign (result i32)))",
        import_path(package, interface)
    ));
    let before = good_answer();
    let error = library().add("hostile.wasm", &component(&wit, "step-plugin", &module)).unwrap_err();
    assert_eq!(good_answer(), before);
    error
}

fn import_path(package: &str, interface: &str) -> String {
    let (name, version) = package.split_once('@').unwrap();
    format!("{name}/{interface}@{version}")
}

#[test]
fn an_import_of_anything_but_the_log_is_refused_by_name() {
    let table = [
        ("wasi:filesystem@0.2.0", "types", "files"),
        ("wasi:sockets@0.2.0", "tcp", "the network"),
        ("wasi:clocks@0.2.0", "wall-clock", "the clock"),
        ("wasi:random@0.2.0", "random", "randomness"),
        ("acme:secrets@1.0.0", "vault", "something unknown"),
    ];
    for (package, interface, what) in table {
        let error = with_import(package, interface);
        let text = error.to_string();
        assert!(matches!(&error, LoadError::ForeignImport { asks_for, .. } if *asks_for == what), "{text}");
        assert!(
            text.contains(&import_path(package, interface)) && text.contains("nothing but its arguments"),
            "{text}"
        );
    }
}

#[test]
fn a_missing_or_different_export_is_named() {
    let memory = "(memory (export \"memory\") 1) (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) i32.const 0)";
    let export = |name: &str| format!("(export \"draaiboek:step/step@1.0.0#{name}\")");
    let three = "package draaiboek:step@1.0.0; world w { export step; } interface step { manifest: func() -> string;
        check: func(a: string, b: string) -> result<string, string>;
        summarise: func(a: string, b: string) -> result<string, string>; }";
    let functions = format!(
        "(func {} (result i32) i32.const 0) (func {} (param i32 i32 i32 i32) (result i32) i32.const 0)
         (func {} (param i32 i32 i32 i32) (result i32) i32.const 0)",
        export("manifest"),
        export("check"),
        export("summarise")
    );
    let bytes = component(three, "w", &format!("(module {memory} {functions})"));
    let error = library().add("hostile.wasm", &bytes).unwrap_err();
    assert!(error.to_string().contains("`conclude`"), "{error}");
    let number = "package draaiboek:step@1.0.0; world w { export step; } interface step { manifest: func() -> u32; }";
    let module = format!("(module (func {} (result i32) i32.const 0))", export("manifest"));
    let error = library().add("hostile.wasm", &component(number, "w", &module)).unwrap_err();
    assert!(matches!(error, LoadError::WrongSignature { .. }), "{error}");
    let other = "package acme:other@1.0.0; world w { export run: func(); }";
    let bytes = component(other, "w", "(module (func (export \"run\")))");
    let error = library().add("hostile.wasm", &bytes).unwrap_err();
    assert!(matches!(&error, LoadError::NoStepExport { exports, .. } if *exports == ["run"]), "{error}");
}

#[test]
fn a_component_cut_or_changed_anywhere_never_harms_the_host() {
    let whole = Guest::good("hostile", "1.0.0").build();
    let before = good_answer();
    for end in (0..whole.len()).step_by(97) {
        let error = library().add("hostile.wasm", &whole[..end]).unwrap_err();
        assert!(!matches!(error, LoadError::Sandbox { .. }), "{error}");
    }
    for at in (0..whole.len()).step_by(151) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        // Some changes are harmless (a name, a text); none may do more than be refused.
        let _ = library().replace("hostile.wasm", &changed);
    }
    assert_eq!(good_answer(), before);
}
