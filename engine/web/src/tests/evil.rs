//! Text stays text: for every step kind that is installed, in every text of its forms and its data.

use std::path::Path;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use draaiboek_plugin_host::{Library, Limits};
use serde_json::{Map, Value, json};

use super::world::within;
use crate::forms::{Kind, Sources, of_entry, presets, view};
use crate::show::Painter;

/// What somebody might try: markup, script, template, attribute, entity, control and turning characters.
const EVIL: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'`{{t \"x\"}}{{{y}}}${z}&lt;b&gt;\u{0}\u{7}\u{1b}\u{202e}]]>";

/// Data that a schema describes, with the evil text wherever a text may be.
fn sample(schema: &Value, depth: usize) -> Value {
    let first = |key: &str| schema.get(key).and_then(Value::as_array).and_then(|list| list.first());
    if let Some(value) = schema.get("const").or_else(|| first("enum")) {
        return value.clone();
    }
    if let Some(branch) = first("anyOf").or_else(|| first("oneOf")) {
        return sample(branch, depth);
    }
    let kind = schema.get("type").and_then(|kind| kind.as_str().or_else(|| kind.get(0)?.as_str()));
    match kind.unwrap_or("object") {
        "string" => EVIL.into(),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or_else(|| 1.into()),
        "boolean" => true.into(),
        "array" if depth < 6 => schema.get("items").map(|items| sample(items, depth + 1)).into_iter().collect(),
        "object" if depth < 6 => {
            let known = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
            let mut fields: Map<String, Value> =
                known.map(|(name, property)| (name.clone(), sample(property, depth + 1))).collect();
            if let Some(more) = schema.get("additionalProperties").filter(|more| more.is_object()) {
                fields.insert(EVIL.into(), sample(more, depth + 1));
            }
            fields.into()
        }
        _ => Value::Null,
    }
}

/// Everything evil in a page, as browsers would read it.
fn evils(page: &str) -> Vec<&'static str> {
    let marks = ["<script>alert", "<img src=x", "onerror=alert(2)>", "{{t \""];
    marks.into_iter().filter(|mark| page.contains(mark)).collect()
}

#[test]
fn every_form_and_picture_of_every_kind_keeps_text_as_text() {
    within(|world| async move {
        let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/dist");
        let cache = std::env::temp_dir().join("draaiboek-test-code");
        let library = Library::new(Limits::default(), Some(&cache)).expect("a sandbox");
        library.add_dir(&dist).expect("the step plugins");
        let place = world.app.place("berk").await.expect("the school");
        let shower = &world.app.shower;
        let (mut kinds, mut forms) = (0, 0);
        for plugin in library.plugins() {
            for manifest in &plugin.manifest().kinds {
                let value = serde_json::to_value(manifest).expect("a manifest");
                let kind: Kind = serde_json::from_value(value.clone()).expect("a kind");
                let config = sample(&value["config"], 0);
                let result = sample(&value["result"], 0);
                let mut inputs = Map::new();
                inputs.insert(EVIL.into(), result.clone());
                let sources =
                    Sources { config: &config, inputs: &inputs, picture: &result, ..Sources::bare("nl", &place) };
                for entry in &kind.entries {
                    let payload = sample(&kind.contribution, 0);
                    let value = payload.get(&entry.name).and_then(Value::as_object).cloned().unwrap_or_default();
                    for preset in presets(&kind, entry, &sources) {
                        let Some(controls) = of_entry(&kind, entry, &sources, &preset) else { continue };
                        let problems: Vec<(String, String)> =
                            controls.iter().map(|control| (control.name.clone(), EVIL.to_owned())).collect();
                        let fields = view(&controls, &value, &problems, &format!("{}.", entry.name), "");
                        let form = json!({"name": EVIL, "title": EVIL, "action": "/x", "fields": fields, "open": true, "key": EVIL});
                        let data =
                            json!({"title": EVIL, "forms": [form], "may": true, "open": true, "frame": {"path": EVIL}});
                        let page = shower.render("step", "nl", data).expect("a page");
                        assert_eq!(evils(&page), Vec::<&str>::new(), "{} {}: {page}", manifest.kind, entry.name);
                        assert!(page.contains("&lt;script&gt;alert(1)"), "{} {}", manifest.kind, entry.name);
                        forms += 1;
                    }
                }
                for data in [result, config.clone()] {
                    let painter =
                        Painter { shower, locale: "nl", place: &place, texts: None, wall: false, names: vec![&config] };
                    let page = shower.render("picture", "nl", painter.draw(&data)).expect("a picture");
                    assert_eq!(evils(&page), Vec::<&str>::new(), "{}: {page}", manifest.kind);
                }
                kinds += 1;
            }
        }
        assert!(kinds >= 20 && forms >= 30, "{kinds} kinds and {forms} forms: the plugins are not all there");
    });
}

#[test]
fn control_characters_reach_neither_database_nor_page() {
    within(|world| async move {
        let id = world.fresh().await;
        let cookie = world.cookie("berk", "tch").await;
        let body = json!({"payload": {"reaction": {"text": EVIL}}}).to_string();
        let sent = world.post(&format!("/api/v1/cycles/{id}/steps/talk/contributions"), &cookie, &body).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
        let step = world.get(&format!("/api/v1/cycles/{id}/steps/talk"), &cookie).await;
        let step: Value = serde_json::from_str(&step.text).expect("JSON");
        let kept = step["mine"][0]["value"]["text"].as_str().expect("the text");
        assert!(kept.starts_with("<script>") && kept.ends_with("]]>"), "text is kept as it is: {kept}");
        assert!(!kept.contains(['\u{0}', '\u{7}', '\u{1b}', '\u{202e}']), "{kept:?}");
        let page = world.get(&format!("/cycle/{id}/step/talk"), &cookie).await;
        assert_eq!(evils(&page.text), Vec::<&str>::new());
        assert!(!page.text.contains(['\u{0}', '\u{7}', '\u{1b}', '\u{202e}']), "the page holds control characters");
        let query = world.get("/?done=%3Cscript%3Ealert(1)%3C/script%3E", &cookie).await;
        assert_eq!(evils(&query.text), Vec::<&str>::new());
    });
}

#[test]
fn pages_refuse_what_is_no_form_and_what_is_too_much() {
    within(|world| async move {
        let cookie = world.cookie("berk", "tch").await;
        let send = |kind: &'static str, body: Vec<u8>| {
            let request = Request::builder().method("POST").uri("/cycle/probe-1/step/talk/enter/reaction");
            let request = request
                .header(header::COOKIE, &cookie)
                .header("sec-fetch-site", "same-origin")
                .header(header::CONTENT_TYPE, kind);
            async move { world.raw(request.body(Body::from(body)).expect("a request")).await }
        };
        for kind in ["text/plain", "multipart/form-data; boundary=x", "application/xml", "image/png"] {
            let got = send(kind, b"reaction.text=x".to_vec()).await;
            assert_eq!(got.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
            assert!(got.text.contains("<h1>"), "a page, not a bare refusal");
        }
        let big = format!("reaction.text={}", "x".repeat(crate::input::MAX_BODY));
        let got = send("application/x-www-form-urlencoded", big.into_bytes()).await;
        assert_eq!(got.status, StatusCode::PAYLOAD_TOO_LARGE);
        let long = format!("reaction.text={}", "x".repeat(300_000));
        let got = send("application/x-www-form-urlencoded", long.into_bytes()).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "longer than a contribution may be");
        let broken = send("application/x-www-form-urlencoded", b"reaction.text=%ff%00%zz".to_vec()).await;
        assert!(matches!(broken.status.as_u16(), 303 | 422), "{}", broken.status);
    });
}
