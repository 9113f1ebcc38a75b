//! What a leader does when things go otherwise: leave out, move, let late ones count, end, mend what broke.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a failure here is a failed test")]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use sea_orm::{ConnectionTrait, Database};

use crate::home::Home;

const MORNING: &str = "2026-09-07T09:00";
const LATER: &str = "2026-09-08T10:00";

fn started() -> Home {
    let home = Home::furnished();
    home.at(MORNING, "start tiny --id t --as dir").ends(0);
    home
}

#[test]
fn a_step_is_left_out_by_who_leads_and_with_a_reason() {
    let home = started();
    home.at(LATER, "skip t opening --reason ill --as t1").ends(4).complains("NOT_ALLOWED");
    home.at(LATER, "skip t opening --as dir").ends(2).complains("--reason");
    home.at(LATER, "skip t opening --reason no-time --as dir").ends(0).says("skipped");
    home.at(LATER, "contribute t opening --entry {\"ack\":{}} --id c1 --as t1").ends(0).says("late");
    home.at(LATER, "admit t opening c1 --as dir").ends(4).complains("CLOSED");
    home.run(["verify"]).ends(0);
}

#[test]
fn a_cycle_is_put_in_another_state_and_ended_with_a_reason() {
    let home = started();
    home.at(LATER, "move t nowhere --reason mistake --as dir").ends(4).complains("nowhere");
    home.at(LATER, "move t ended --as dir").ends(2).complains("--reason");
    home.at(LATER, "move t ended --reason mistake --as dir").ends(0).says("ended");
    home.at(LATER, "cancel t --reason over --as dir").ends(4).complains("CLOSED");
    home.at(LATER, "start tiny --id u --as dir").ends(0);
    home.at(LATER, "cancel u --reason merger --as t1").ends(4).complains("NOT_ALLOWED");
    home.at(LATER, "cancel u --reason merger --as dir").ends(0).says("cancelled");
    home.at(LATER, "send u go_on --as dir").ends(4).complains("CLOSED");
    home.run(["verify"]).ends(0).says("2 cycles");
}

/// Pins the cycle to a plugin that is not installed, as a database that was moved without its plugins.
fn lose_the_plugin(home: &Home, back: bool) {
    let path = home.path("draaiboek.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let other = Database::connect(format!("sqlite:{}", path.display())).await.unwrap();
        let change = if back {
            "UPDATE instance SET origin = replace(origin, '\"input\":\"00', '\"input\":\"')"
        } else {
            "UPDATE instance SET origin = replace(origin, '\"input\":\"', '\"input\":\"00')"
        };
        other.execute_unprepared(change).await.unwrap();
        other.close().await.unwrap();
    });
}

/// Ids of the open incidents of the cycle.
fn incidents(home: &Home) -> Vec<String> {
    let shown = home.run(["show", "t", "--json"]).ends(0).json();
    let open = shown["incidents"].as_array().unwrap();
    open.iter().map(|incident| incident["incident"].to_string()).collect()
}

#[test]
fn a_broken_step_is_an_incident_that_a_person_settles() {
    let home = started();
    lose_the_plugin(&home, false);
    home.at(LATER, "contribute t opening --entry {\"ack\":{}} --as t1").ends(5).complains("not installed");
    let listed = incidents(&home);
    assert_eq!(listed.len(), 1, "{listed:?}");
    let id = listed[0].clone();
    home.at(LATER, &format!("retry {id} --as dir")).ends(5).complains("not installed");
    home.at(LATER, &format!("give-up {id} --reason later --as t1")).ends(4).complains("NOT_ALLOWED");
    lose_the_plugin(&home, true);
    home.at(LATER, &format!("retry {id} --as dir")).ends(0);
    assert_eq!(incidents(&home), Vec::<String>::new());
    home.at(LATER, "contribute t opening --entry {\"ack\":{}} --as t1").ends(0);
    home.run(["verify"]).ends(0);
}

#[test]
fn ctrl_c_ends_the_engine_cleanly() {
    let home = started();
    let mut engine = home.command(["run"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(engine.stderr.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    let sent = Command::new("kill").args(["-INT", &engine.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(engine.wait().unwrap().code(), Some(0));
    home.run(["verify"]).ends(0);
    home.at(LATER, "note t fine --as dir").ends(0);
}
