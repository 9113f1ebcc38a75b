//! Components: listed, inspected, run, refused.

use serde_json::json;

use crate::home::Home;

#[test]
fn built_in_plugins_are_listed_and_inspected() {
    let home = Home::new();
    home.run(["plugin", "list"]).ends(0).says("input@1");
    home.run(["plugin", "inspect", "input", "--lang", "en"]).ends(0).says("no files, no network").says("ack");
    home.run(["plugin", "inspect", "prioritise"]).ends(0).says("method*").says("dots | single | rank | lanes");
}

#[test]
fn plugins_of_ones_own_come_from_a_folder() {
    let home = Home::new();
    let workflow =
        "workflow: own\nversion: 1.0.0\nroles: {tch: {}}\nsteps: [{id: look, uses: deflection, roles: tch}]\n";
    std::fs::write(home.path("own.yaml"), workflow).unwrap();
    home.run(["check", "--plugins", "own.yaml"]).ends(1).says("DB069");
    home.run(["plugin", "list", "--plugin-folder", "own"]).ends(2).complains("own");
    std::fs::create_dir(home.path("own")).unwrap();
    // A plugin that the program does not bring: one of its own under another name of the same length.
    let built = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/dist/reflection.wasm");
    let mut bytes = std::fs::read(built).unwrap();
    let places: Vec<usize> = (0..bytes.len() - 10).filter(|at| &bytes[*at..at + 10] == b"reflection").collect();
    places.into_iter().for_each(|at| bytes[at..at + 2].copy_from_slice(b"de"));
    std::fs::write(home.path("own/deflection.wasm"), bytes).unwrap();
    home.run(["plugin", "list", "--plugin-folder", "own"]).ends(0).says("deflection@1").says("input@1");
    std::fs::write(home.path("draaiboek.toml"), "[plugins]\nfolder = \"own\"\n").unwrap();
    home.run(["check", "--plugins", "own.yaml"]).ends(0);
    home.run(["config"]).ends(0).says("plugins.folder").says("DRAAIBOEK_PLUGINS");
    std::fs::write(home.path("own/text.wasm"), "not a component").unwrap();
    home.run(["check", "--plugins", "own.yaml"]).ends(3).complains("text.wasm").complains("no WebAssembly");
}

#[test]
fn a_file_that_is_no_component_is_refused_with_a_reason() {
    let home = Home::new();
    std::fs::write(home.path("text.wasm"), "not a component").unwrap();
    home.run(["plugin", "inspect", "text.wasm"]).ends(3).complains("no WebAssembly");
    home.run(["plugin", "run", "text.wasm", "--call", "manifest"]).ends(3).complains("hint:");
    std::fs::write(home.path("module.wasm"), b"\0asm\x01\0\0\0").unwrap();
    home.run(["plugin", "inspect", "module.wasm"]).ends(3).complains("core WebAssembly module");
    std::fs::write(home.path("empty.wasm"), "").unwrap();
    home.run(["plugin", "inspect", "empty.wasm"]).ends(3).complains("empty");
    home.run(["plugin", "inspect", "nowhere.wasm"]).ends(2).complains("plugin list");
    home.run(["plugin", "run", "input", "--call", "dance"]).ends(2).complains("conclude");
}

#[test]
fn a_call_shows_its_answer_and_its_cost() {
    let home = Home::new();
    let context = json!({
        "kind": "input", "config": {}, "inputs": {}, "actor": {"participant": "t1", "roles": ["tch"], "group": null},
        "locale": "nl", "now": "2026-10-02T09:00:00+02:00", "today": "2026-10-02",
        "calendar": {"from": "2026-08-31", "to": "2027-08-30", "closed": []}, "seed": "0", "counts": {},
    });
    let input = |payload: serde_json::Value| {
        json!({"participant": "t1", "roles": ["tch"], "group": null, "at": "2026-10-02T09:00:00+02:00", "payload": payload}).to_string()
    };
    std::fs::write(home.path("context.json"), context.to_string()).unwrap();
    std::fs::write(home.path("good.json"), input(json!({"ack": {}}))).unwrap();
    std::fs::write(home.path("bad.json"), input(json!({"dance": {}}))).unwrap();
    let call =
        |file: &'static str| ["plugin", "run", "input", "--call", "check", "--ctx", "context.json", "--input", file];
    let ran = home.run(call("good.json").into_iter().chain(["--json"])).ends(0).json();
    assert_eq!(ran["output"]["entry"], "ack", "{ran}");
    assert!(ran["fuel"].as_u64().unwrap() > 0 && ran["fuel_limit"].as_u64().unwrap() > ran["fuel"].as_u64().unwrap());
    home.run(call("good.json")).ends(0).says("ack").complains("fuel").complains("memory");
    home.run(call("bad.json")).ends(4).complains("refused");
}
