//! What who runs it sees: settings, log lines, health, metrics.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests: a failure here is a failed test")]

use serde_json::{Value, json};

use crate::home::{Home, file};
use crate::served::{Served, send};

fn setting(home: &Home, key: &str, more: &[&str], variables: &[(&str, &str)]) -> (Value, String) {
    let mut command = home.command(["config", "--json"].into_iter().chain(more.iter().copied()));
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let shown: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{output:?}"));
    let found = &shown["settings"][key];
    (found["value"].clone(), found["from"].as_str().unwrap().to_owned())
}

#[test]
fn the_command_line_is_stronger_than_the_environment_and_that_than_the_file() {
    let home = Home::new();
    assert_eq!(setting(&home, "language", &[], &[]), (json!("nl"), "default".into()));
    home.write("draaiboek.toml", "language = \"en\"\ndatabase = \"sub/school.db\"\n[log]\nformat = \"json\"\n");
    assert_eq!(setting(&home, "language", &[], &[]), (json!("en"), "draaiboek.toml:1".into()));
    assert_eq!(setting(&home, "database", &[], &[]).0, "sub/school.db");
    assert_eq!(setting(&home, "log.format", &[], &[]).0, "json");
    let environment = [("DRAAIBOEK_LANG", "nl"), ("DATABASE_URL", "postgres://u:secret@h/d")];
    assert_eq!(setting(&home, "language", &[], &environment), (json!("nl"), "DRAAIBOEK_LANG".into()));
    let (shown, from) = setting(&home, "database", &[], &environment);
    assert_eq!((shown.as_str().unwrap().contains("secret"), from.as_str()), (false, "DATABASE_URL"), "{shown}");
    let line = ["--lang", "en"];
    assert_eq!(setting(&home, "language", &line, &environment), (json!("en"), "--lang".into()));
    // What is shown is what counts.
    home.run(["list"]).ends(2).complains("sub/school.db");
    home.run(["list", "--db", "other.db"]).ends(2).complains("other.db");
    home.write("named.toml", "database = \"named.db\"\n");
    home.run(["list", "--settings", "named.toml"]).ends(2).complains("named.db");
    home.run(["list", "--settings", "nowhere.toml"]).ends(2).complains("nowhere.toml");
}

#[test]
fn a_file_beside_the_database_counts_and_one_with_a_mistake_stops_every_command() {
    let home = Home::new();
    std::fs::create_dir(home.path("sub")).unwrap();
    home.write("sub/draaiboek.toml", "[server]\nlisten = \"127.0.0.1:1\"\n");
    let (value, from) = setting(&home, "server.listen", &["--db", "sub/school.db"], &[]);
    assert_eq!((value.as_str().unwrap(), from.as_str()), ("127.0.0.1:1", "sub/draaiboek.toml:2"));
    assert_eq!(setting(&home, "server.listen", &[], &[]).1, "default");
    home.write("draaiboek.toml", "[server]\nlisen = \"127.0.0.1:1\"\n");
    for line in ["config", "list", "serve", "check ."] {
        let ran = home.run(line.split(' ')).ends(2);
        ran.complains("draaiboek.toml:2:1: there is no setting `server.lisen`").complains("`server.listen`?");
    }
    let refused = home.run(["list", "--json"]).ends(2);
    let refused: Value = serde_json::from_str(&refused.err).unwrap();
    assert_eq!(refused["kind"], "usage", "{refused}");
    home.run(["help"]).ends(0);
}

/// Words that stand nowhere but in what people are called and wrote.
const SECRETS: [&str; 8] =
    ["Dina", "Directeur", "Tine", "Eerste", "zonnebloem", "geheimpje", "kaboutertje", "dina@school.example"];

/// A school with a director whose data must stay out of logs.
fn furnished() -> Home {
    let home = Home::furnished();
    let school = std::fs::read_to_string(file("school.yaml")).unwrap();
    let school = school.replace("roles: [dir]}", "roles: [dir], email: dina@school.example}");
    home.write("school.yaml", &school);
    home.run(["school", "load", "school.yaml"]).ends(0);
    home
}

#[test]
fn log_lines_name_routes_and_requests_but_nobody_and_nothing_that_was_written() {
    let home = furnished();
    let served =
        Served::start(&home, &["--log", "trace", "--log-format", "json", "--sign-in", "dir", "--sign-in", "t1"], 4);
    let (address, dir, tch) = (served.address(), served.token(2), served.token(3));
    let post = |token: &str, path: &str, body: Value| send(&address, "POST", path, token, &body.to_string());
    let begun = post(&dir, "/api/v1/start", json!({"workflow": "tiny", "key": "geheimpje"}));
    assert_eq!(begun.status, 200, "{}", begun.text);
    let cycle = begun.json()["cycle"].as_str().unwrap().to_owned();
    let step = format!("/api/v1/cycles/{cycle}/steps/opening/contributions");
    let refused = post(&tch, &step, json!({"payload": {"ack": {"zonnebloem": "geheimpje"}}}));
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert_eq!(post(&tch, &step, json!({"payload": {"ack": {}}})).status, 200);
    let noted = post(&dir, &format!("/api/v1/cycles/{cycle}/notes"), json!({"text": "kaboutertje"}));
    assert_eq!(noted.status, 200, "{}", noted.text);
    let command = json!({"do": "cancel", "reason": "kaboutertje"});
    assert_eq!(post(&dir, &format!("/api/v1/cycles/{cycle}/commands"), command).status, 200);
    assert_eq!(send(&address, "GET", "/people/zonnebloem?naam=geheimpje", &dir, "").status, 404);
    let me = send(&address, "GET", "/api/v1/me", &dir, "");
    assert!(me.text.contains("Dina"), "the secrets are there to be found: {}", me.text);
    let id = me.head.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap().to_owned();
    let before = served.log();
    assert_eq!(served.stop(), Some(0));
    assert!(before.contains(&id), "the request of {id} is logged");
    let log = std::fs::read_to_string(home.path("log")).unwrap();
    for secret in SECRETS.into_iter().chain([cycle.as_str(), dir.as_str(), "127.0.0.1:5"]) {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let of = |message: &str| lines.iter().filter(|line| line["message"] == message).collect::<Vec<_>>();
    let answered = of("answered");
    assert!(answered.len() >= 8, "{log}");
    for line in &answered {
        assert!(line["route"].is_string() && line["status"].is_number() && line["ms"].is_number(), "{line}");
    }
    let commands = of("a command ended");
    assert!(commands.iter().any(|line| line["spans"][1]["kind"] == "contribute"), "{log}");
    for line in answered.iter().chain(&commands) {
        assert!(line["spans"][0]["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{line}");
        assert!(line["target"].as_str().unwrap().starts_with("draaiboek"), "{line}");
    }
}

#[test]
fn health_and_metrics_say_how_it_is_and_not_of_whom() {
    let home = furnished();
    let served = Served::start(&home, &["--log", "off", "--sign-in", "dir"], 3);
    let (address, watch, dir) = (served.address(), served.watch(), served.token(2));
    for place in [&address, &watch] {
        assert_eq!(send(place, "GET", "/health/live", "", "").status, 200);
        let ready = send(place, "GET", "/health/ready", "", "");
        assert_eq!(ready.status, 200, "{}", ready.text);
        assert!(ready.head.contains("cache-control: no-store"), "{}", ready.head);
        let checks = ready.json();
        for name in ["database", "plugins", "crowd", "draining"] {
            assert_eq!(checks["checks"][name]["ok"], true, "{checks}");
        }
    }
    assert_eq!(send(&address, "GET", "/metrics", &dir, "").status, 404, "metrics are not for the public");
    let begun = send(&address, "POST", "/api/v1/start", &dir, r#"{"workflow": "tiny"}"#);
    assert_eq!(begun.status, 200, "{}", begun.text);
    let cycle = begun.json()["cycle"].as_str().unwrap().to_owned();
    let no = send(&address, "POST", &format!("/api/v1/cycles/{cycle}/events/go_on"), &dir, "{}");
    assert_eq!(no.status, 422, "{}", no.text);
    let metrics = send(&watch, "GET", "/metrics", "", "");
    assert_eq!(metrics.status, 200);
    assert!(metrics.head.contains("content-type: application/openmetrics-text"), "{}", metrics.head);
    for line in [
        "draaiboek_commands_total{kind=\"start\",result=\"accepted\"} 1",
        "draaiboek_commands_total{kind=\"send\",result=\"rejected\"} 1",
        "draaiboek_command_seconds_count{kind=\"start\"} 1",
        "draaiboek_plugin_calls_total{call=\"conclude\",result=\"answered\"}",
        "draaiboek_http_requests_total{method=\"POST\",route=\"api/start\",status=\"200\"} 1",
        "draaiboek_http_request_seconds_count{route=\"health/ready\"} 1",
        "draaiboek_commit_group_turns_count",
        "draaiboek_timers_pending 1",
        "draaiboek_timers_late 0",
        "draaiboek_outbox_pending 0",
        "draaiboek_incidents_open 0",
        "draaiboek_database_answers 1",
        "draaiboek_nodes 0",
        "# EOF",
    ] {
        assert!(metrics.text.contains(line), "{line} is not in\n{}", metrics.text);
    }
    let memory = metrics.text.lines().find_map(|line| line.strip_prefix("draaiboek_resident_memory_bytes ")).unwrap();
    assert!(memory.parse::<u64>().unwrap() > 1 << 20, "{memory}");
    for secret in SECRETS.into_iter().chain([cycle.as_str(), "proef", "dir\""]) {
        assert!(!metrics.text.contains(secret), "{secret} is in the metrics:\n{}", metrics.text);
    }
    assert_eq!(served.stop(), Some(0));
}

#[test]
fn a_process_without_pages_is_watched_as_well() {
    let home = furnished();
    let arguments = ["run", "--metrics-listen", "127.0.0.1:0", "--log", "off"];
    let served = Served::of(home.command(arguments), &home, 0);
    assert_eq!(send(&served.watch(), "GET", "/health/ready", "", "").status, 200);
    assert!(send(&served.watch(), "GET", "/metrics", "", "").text.contains("draaiboek_timers_pending"));
    assert_eq!(send(&served.watch(), "GET", "/", "", "").status, 404);
    let taken = served.watch();
    home.run(["run", "--db", "other.db", "--metrics-listen", &taken]).ends(2);
    assert_eq!(served.stop(), Some(0));
}
