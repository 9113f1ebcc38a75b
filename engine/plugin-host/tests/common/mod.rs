//! Components written as WebAssembly text and assembled on the spot, good and hostile, so that no test needs a
//! wasm toolchain. The text of a guest is a core module; `wit-component` wraps it for a WIT world.
#![expect(clippy::unwrap_used, clippy::panic, reason = "test support: a panic is how a test fails")]
#![expect(dead_code, reason = "every test binary uses its own part of this")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use draaiboek_plugin_host::{CheckInput, Context, Library, Limits, Plugin};
use serde_json::json;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The contract itself, so that a test cannot drift from it.
pub const WIT: &str = include_str!("../../../../plugins/wit/1.0.0/step.wit");

/// What a function of a guest does.
pub enum Body {
    /// Answers this text.
    Ok(String),
    /// Refuses with this text.
    Err(String),
    /// Runs these instructions; they leave the address of the answer on the stack, or never return.
    Code(String),
}

/// A guest to be assembled.
pub struct Guest {
    pub manifest: Body,
    pub check: Body,
    pub summarise: Body,
    pub conclude: Body,
    /// Further items of the module (functions, globals, tables).
    pub items: String,
    /// `(memory …)` limits in pages, in front of which nothing else stands.
    pub memory: String,
    /// Instructions of `cabi_realloc`.
    pub realloc: &'static str,
}

const REALLOC: &str = "
    (local $at i32)
    global.get $heap i32.const 7 i32.add i32.const -8 i32.and local.tee $at
    local.get 3 i32.add global.set $heap
    (if (i32.gt_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536)))
      (then (drop (memory.grow (i32.add (i32.shr_u (local.get 3) (i32.const 16)) (i32.const 1))))))
    local.get $at";

pub fn manifest_text(id: &str, version: &str) -> String {
    let text = json!({"nl": "proef", "en": "test"});
    json!({"id": id, "version": version, "api": "1.0.0", "kinds": [{
        "kind": id, "purpose": text, "config": {"type": "object"}, "contribution": {"multipleOf": 0.5}, "result": true,
        "entries": [{"name": "card", "title": text, "needs_contributions": false, "form": []}],
        "privacy": "P1", "minutes": 5, "audiences": ["facilitator", "team"], "error_words": ["INVALID"],
        "texts": {"nl": {}, "en": {}}}]})
    .to_string()
}

impl Guest {
    /// A guest that does everything right.
    pub fn good(id: &str, version: &str) -> Self {
        let ok = |value: serde_json::Value| Body::Ok(value.to_string());
        Self {
            manifest: Body::Ok(manifest_text(id, version)),
            check: ok(json!({"entry": "card", "slot": "c1", "value": {"text": "é"}, "warnings": []})),
            summarise: ok(json!({"projections": {"team": {"n": 1}}})),
            conclude: ok(json!({"ready": true, "result": {"n": 1}, "artifacts": [], "event": null, "problems": []})),
            items: String::new(),
            memory: String::from("2"),
            realloc: REALLOC,
        }
    }

    /// Good but for its `check`.
    pub fn check(check: Body) -> Self {
        Self { check, ..Self::good("hostile", "1.0.0") }
    }

    /// Good but for its `check`, which runs these instructions.
    pub fn code(check: &str) -> Self {
        Self::check(Body::Code(check.to_owned()))
    }

    /// The component.
    pub fn build(&self) -> Vec<u8> {
        component(WIT, "step-plugin", &self.module_with(""))
    }

    /// The core module as text, with further imports.
    pub fn module_with(&self, imports: &str) -> String {
        let mut data = Data { segments: String::new(), at: 1024 };
        let mut functions = String::new();
        let parts = [
            ("manifest", &self.manifest, false),
            ("check", &self.check, true),
            ("summarise", &self.summarise, true),
            ("conclude", &self.conclude, true),
        ];
        for (name, body, takes) in parts {
            let code = match body {
                Body::Ok(text) => data.answer(takes.then_some(0), text),
                Body::Err(text) => data.answer(takes.then_some(1), text),
                Body::Code(code) => code.clone(),
            };
            let parameters = if takes { "(param i32 i32 i32 i32)" } else { "" };
            let export = format!("(export \"draaiboek:step/step@1.0.0#{name}\")");
            writeln!(functions, "(func ${name} {export} {parameters} (result i32) {code})").unwrap();
        }
        format!(
            r#"(module
              (import "draaiboek:step/host@1.0.0" "log" (func $log (param i32 i32 i32 i32)))
              {imports}
              (memory (export "memory") {})
              (global $heap (mut i32) (i32.const {}))
              {}
              (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {})
              {functions} {})"#,
            self.memory, data.at, self.items, self.realloc, data.segments
        )
    }
}

struct Data {
    segments: String,
    at: usize,
}

impl Data {
    /// Places a text and the record that points to it; gives the instruction that returns the record.
    fn answer(&mut self, tag: Option<u32>, text: &str) -> String {
        let place = self.put(text.as_bytes());
        let mut record = Vec::new();
        record.extend(tag.into_iter().flat_map(u32::to_le_bytes));
        record.extend(u32::try_from(place).unwrap().to_le_bytes());
        record.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
        format!("i32.const {}", self.put(&record))
    }

    fn put(&mut self, bytes: &[u8]) -> usize {
        let place = self.at.next_multiple_of(8);
        let escaped: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        writeln!(self.segments, "(data (i32.const {place}) \"{escaped}\")").unwrap();
        self.at = place + bytes.len();
        place
    }
}

/// Assembles `text` and wraps it for `world` of `wit`.
pub fn component(wit: &str, world: &str, text: &str) -> Vec<u8> {
    let mut module = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut resolve = Resolve::default();
    let package = resolve.push_str("step.wit", wit).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}

/// The shared library of a test binary, with bounds tight enough for quick tests.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::new(Limits { fuel: 50_000_000, ..Limits::default() }, None).unwrap())
}

/// Loads a guest; one of the same id and version makes place for it.
pub fn load(guest: &Guest) -> Arc<Plugin> {
    library().replace("guest.wasm", &guest.build()).unwrap()
}

pub fn context(kind: &str) -> Context {
    Context {
        kind: kind.to_owned(),
        config: json!({}),
        locale: "nl".into(),
        now: "2026-10-02T12:20:00".into(),
        today: "2026-10-02".into(),
        seed: "7".into(),
        ..Context::default()
    }
}

pub fn input() -> CheckInput {
    CheckInput {
        participant: "lk1".into(),
        at: "2026-10-02T12:20:00".into(),
        payload: json!({"card": {"text": "hallo"}}),
        ..CheckInput::default()
    }
}

/// What a good guest answers and costs, before and after every hostile one.
pub fn good_answer() -> (String, u64) {
    let plugin = library().add("good.wasm", &Guest::good("good", "1.0.0").build()).unwrap();
    let called = plugin.check(&context("good"), &input()).unwrap();
    (serde_json::to_string(&called.output).unwrap(), called.fuel)
}

/// A loop without end.
pub const FOREVER: &str = "(loop $again br $again) unreachable";

/// The repository's folder of plugins.
pub fn plugins_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins")
}
