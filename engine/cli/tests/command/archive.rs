//! Backups and schools on the move: everything arrives, half an archive never does.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::home::{Home, MONDAY, file};

/// All that a database tells of its cycles.
fn told(home: &Home, database: &str, cycles: &[&str]) -> Vec<Value> {
    let ask = |line: String| home.at(MONDAY, &format!("{line} --json --db {database}")).ends(0).json();
    let of =
        |cycle: &&str| [ask(format!("log {cycle}")), ask(format!("show {cycle}")), ask(format!("artifacts {cycle}"))];
    cycles.iter().flat_map(of).collect()
}

#[test]
fn a_backup_made_while_the_engine_runs_is_restored_whole() {
    let home = Home::lived_in();
    let mut engine = home.command(["run", "--clock", MONDAY]).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(engine.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let made = home.run(["backup", "night.draaiboek"]);
    engine.kill().unwrap();
    engine.wait().unwrap();
    made.ends(0).says("1 school, 2 cycles");
    home.run(["backup", "night.draaiboek"]).ends(2).complains("is there already");
    home.run(["restore", "night.draaiboek", "--db", "new.db"]).ends(0).says("1 school, 2 cycles");
    assert_eq!(told(&home, "new.db", &["one", "two"]), told(&home, "draaiboek.db", &["one", "two"]));
    home.run(["verify", "--db", "new.db"]).ends(0);
    home.at(MONDAY, "start tiny --id three --as dir --db new.db").ends(0);
    home.run(["restore", "night.draaiboek", "--db", "new.db"]).ends(2).complains("empty database");
    home.run(["school", "import", "night.draaiboek", "--db", "new.db"]).ends(2).complains("draaiboek restore");
}

#[test]
fn an_encrypted_backup_opens_with_its_key_only() {
    let home = Home::lived_in();
    home.run(["new-key", "key"]).ends(0).says("keep it safe");
    home.run(["new-key", "key"]).ends(2).complains("is there already");
    home.run(["new-key", "other"]).ends(0);
    home.run(["backup", "secret", "--key", "key"]).ends(0);
    let bytes = std::fs::read(home.path("secret")).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1"));
    home.run(["restore", "secret", "--db", "new.db"]).ends(2).complains("--key FILE");
    home.run(["restore", "secret", "--key", "other", "--db", "new.db"]).ends(2).complains("cannot be decrypted");
    home.run(["restore", "secret", "--key", "secret", "--db", "new.db"]).ends(2).complains("cannot be read");
    home.run(["restore", "secret", "--key", "key", "--db", "new.db"]).ends(0).says("2 cycles");
    assert_eq!(told(&home, "new.db", &["one"]), told(&home, "draaiboek.db", &["one"]));
}

#[test]
fn half_a_backup_changes_nothing() {
    let home = Home::lived_in();
    home.run(["backup", "whole"]).ends(0);
    let bytes = std::fs::read(home.path("whole")).unwrap();
    for kept in [0, 1, bytes.len() / 2, bytes.len() - 20] {
        std::fs::write(home.path("half"), &bytes[..kept]).unwrap();
        let ran = home.run(["restore", "half", "--db", "new.db"]);
        assert!(matches!(ran.code, Some(3 | 5)), "{kept} bytes: {:?} {}", ran.code, ran.err);
        home.run(["list", "--db", "new.db"]).ends(0).says("No cycles");
    }
    home.run(["restore", "whole", "--db", "new.db"]).ends(0);
}

#[test]
fn a_school_moves_in_beside_another() {
    let home = Home::lived_in();
    home.run(["school", "export", "proef"]).ends(0);
    let other = std::fs::read_to_string(file("school.yaml")).unwrap().replace("school: proef", "school: buur");
    std::fs::write(home.path("buur.yaml"), other).unwrap();
    home.run(["school", "load", "buur.yaml", "--db", "new.db"]).ends(0);
    home.run(["publish", &file("tiny.yaml"), "--db", "new.db"]).ends(0);
    home.at(MONDAY, "start tiny --id mine --as dir --db new.db").ends(0);
    home.run(["school", "import", "proef", "--db", "new.db"]).ends(0).says("1 school, 2 cycles");
    assert_eq!(told(&home, "new.db", &["one", "two"]), told(&home, "draaiboek.db", &["one", "two"]));
    home.run(["verify", "--db", "new.db"]).ends(0);
    home.run(["school", "import", "proef", "--db", "new.db"]).ends(2).complains("in this database already");
    home.run(["restore", "proef", "--db", "newer.db"]).ends(2).complains("school import");
    home.at(MONDAY, r#"contribute one opening --as t2 --entry {"ack":{}} --db new.db"#).ends(0);
    home.run(["verify", "--db", "new.db"]).ends(0);
}
