//! What is shipped around the program fits it: words, settings and paths of the units and of the container, and what it tells
//! systemd.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a failure here is a failed test")]

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::home::Home;
use crate::served::{Served, send};

fn packaging(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(packaging(name)).unwrap()
}

/// What an instruction of the container file says, its continued lines joined.
fn instructions(name: &str) -> Vec<String> {
    let whole = text("Containerfile").replace("\\\n", " ");
    let lines = whole.lines().filter_map(|line| line.strip_prefix(&format!("{name} ")).map(str::to_owned));
    lines.collect()
}

/// The only one.
fn instruction(name: &str) -> String {
    let [one] = <[String; 1]>::try_from(instructions(name)).unwrap();
    one
}

/// A value of a unit.
fn value(unit: &str, key: &str) -> String {
    let found = text(unit).lines().find_map(|line| line.strip_prefix(&format!("{key}=")).map(str::to_owned));
    found.unwrap_or_else(|| unreachable!("{unit} has no {key}"))
}

/// Every option among the words is one of the command's.
fn known(home: &Home, words: &[&str]) {
    let help = home.run([words[0], "--help"]).ends(0).out;
    for option in words.iter().filter(|word| word.starts_with("--")) {
        assert!(help.contains(&format!("{option} ")), "{} has no {option}", words[0]);
    }
}

#[test]
fn the_units_start_what_is_installed_with_options_it_has() {
    let home = Home::new();
    for (unit, first) in [("draaiboek.service", "serve"), ("draaiboek-backup.service", "backup")] {
        let start = value(unit, "ExecStart");
        let line = start.split_once("/usr/local/bin/draaiboek ").unwrap().1.trim_end_matches('\'').to_owned();
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[0], first, "{unit}");
        known(&home, &words);
        assert!(line.contains("--settings /etc/draaiboek/draaiboek.toml"), "{unit}: {line}");
    }
    let settings = packaging("draaiboek.toml").display().to_string();
    let told = home.run(["config", "--settings", &settings]).ends(0);
    let folder = format!("/var/lib/{}", value("draaiboek.service", "StateDirectory"));
    assert_eq!(value("draaiboek.service", "WorkingDirectory"), folder);
    told.says(&format!("{folder}/draaiboek.db"));
}

#[test]
fn the_container_starts_what_it_holds_with_options_and_settings_it_has() {
    let home = Home::new();
    let entry: Vec<String> = serde_json::from_str(&instruction("ENTRYPOINT")).unwrap();
    let words: Vec<String> = serde_json::from_str(&instruction("CMD")).unwrap();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    known(&home, &words);
    let copies = instructions("COPY");
    assert!(copies.iter().any(|copy| copy.ends_with(&format!(" {}", entry[0]))), "{copies:?}");
    let (volume, user) = (instruction("VOLUME"), instruction("USER"));
    assert_eq!(instructions("WORKDIR").last(), Some(&volume));
    let owned = copies.iter().find(|copy| copy.ends_with(&format!(" {volume}"))).unwrap();
    assert!(owned.contains(&format!("--chown={user} ")), "{owned}");
    // It starts with the settings of the container, and listens where the container says.
    let help = home.run([words[0], "--help"]).ends(0).out;
    let environment = instruction("ENV");
    for (name, _) in environment.split_whitespace().filter_map(|pair| pair.split_once('=')) {
        assert!(name == "XDG_CACHE_HOME" || help.contains(&format!("[env: {name}=")), "{} has no {name}", words[0]);
    }
    let port = instruction("EXPOSE");
    assert!(environment.contains(&format!("DRAAIBOEK_LISTEN=0.0.0.0:{port} ")), "{environment}");
}

#[test]
fn systemd_is_told_when_it_listens_that_it_lives_and_that_it_ends() {
    for command in ["serve", "run"] {
        let home = Home::furnished();
        let socket = UnixDatagram::bind(home.path("notify")).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let hear = || {
            let mut word = [0; 64];
            let length = socket.recv(&mut word).unwrap();
            String::from_utf8_lossy(&word[..length]).trim_end().to_owned()
        };
        let listen: &[&str] = if command == "serve" { &["--listen", "127.0.0.1:0"] } else { &[] };
        let mut starting = home.command([&[command], listen].concat());
        starting.env("NOTIFY_SOCKET", home.path("notify")).env("WATCHDOG_USEC", "3000000");
        let served = Served::of(starting, &home, listen.len() / 2);
        assert_eq!(hear(), "READY=1", "{command}");
        if command == "serve" {
            assert_eq!(send(&served.address(), "GET", "/health/live", "", "").status, 200);
        }
        assert_eq!((hear(), hear()), ("WATCHDOG=1".to_owned(), "WATCHDOG=1".to_owned()), "{command}");
        assert_eq!(served.stop(), Some(0));
        let last = std::iter::repeat_with(hear).find(|word| word != "WATCHDOG=1");
        assert_eq!(last.as_deref(), Some("STOPPING=1"), "{command}");
    }
}
