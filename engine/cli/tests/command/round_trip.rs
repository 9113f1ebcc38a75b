//! One cycle from start to end, each command as a process of its own.

use crate::home::Home;

const MORNING: &str = "2026-09-07T09:00";
const LATER: &str = "2026-09-08T10:00";

#[test]
fn a_cycle_runs_from_start_to_end() {
    let home = Home::furnished();
    home.at(MORNING, "start tiny --id t --key k1").ends(2).complains("--as");
    home.at(MORNING, "start tiny --id t --key k1 --as dir").ends(0).says("accepted").says("Lezen (reading)");
    home.at(MORNING, "start tiny --id t --key k1 --as dir").ends(0);
    home.at(MORNING, "start tiny --id t --as dir").ends(2).complains("another id");
    home.at(MORNING, "start nothing --as dir").ends(2).complains("published:");

    let refused = home.at(LATER, "send t go_on --as dir").ends(4);
    refused.complains("NOT_READY").complains("NOBODY").complains("Nog niemand las dit.");
    home.at(LATER, "send t go_on --as t1").ends(4).complains("NOT_ALLOWED");
    home.at(LATER, "send t go_on --as stranger").ends(2).complains("no person");

    home.at(LATER, "tasks --person t1").ends(0).says("Openen").says("11/09/2026 23:59");
    home.at(LATER, "tasks --person dir").ends(0).says("No open tasks.");
    home.at(LATER, "contribute t opening --entry {\"ack\":{}} --id c1 --as t1").ends(0).says("c1");
    home.at(LATER, "contribute t opening --entry {\"ack\":{}} --id c1 --as t1").ends(0).says("duplicate");
    home.at(LATER, "contribute t opening --entry {\"dance\":{}} --as t1").ends(4).complains("INVALID");
    home.at(LATER, "contribute t opening --entry {broken --as t1").ends(2).complains("--entry");
    home.at(LATER, "withdraw t opening c1 --as t2").ends(4).complains("NOT_ALLOWED");

    let shown = home.at(LATER, "show t").ends(0);
    shown.says("opening").says("t-late").says("10/09/2026 23:59").says("ready");
    home.at(LATER, "reschedule t t-late 2026-09-14T08:00 --reason later --as dir").ends(0);
    home.at(LATER, "show t").ends(0).says("14/09/2026 08:00");
    home.at(LATER, "pause t --reason ill --as dir").ends(0).says("paused");
    home.at(LATER, "send t go_on --as dir").ends(4).complains("PAUSED");
    home.at(LATER, "resume t --as dir").ends(0).says("active");
    home.at(LATER, "note t fine --as dir").ends(0);

    let sent = home.at(LATER, "send t go_on --as dir --json").ends(0).json();
    assert_eq!(sent["now"]["lifecycle"], "ended", "{sent}");
    let picture = home.run(["artifacts", "t", "picture"]).ends(0).json();
    assert_eq!(picture["acked"], 1, "{picture}");
    home.run(["artifacts", "t"]).ends(0).says("picture");
    home.run(["artifacts", "t", "nothing"]).ends(2).complains("picture 1");
    home.run(["log", "t"])
        .ends(0)
        .says("contribute opening c1")
        .says("refused: NOT_READY")
        .says("→ ended")
        .says("08/09/2026 10:00");
    home.run(["list"]).ends(0).says("ended").says("tiny 1.0.0");
    let list = home.run(["list", "--json"]).ends(0).json();
    assert_eq!(list[0]["states"][0], "ended");
    home.run(["verify"]).ends(0).says("1 cycle, ");
    home.run(["show", "nobody"]).ends(2).complains("draaiboek list");
}

#[test]
fn a_contribution_of_five_megabytes_is_refused_and_nothing_is_lost() {
    let home = Home::furnished();
    home.at(MORNING, "start tiny --id t --as dir").ends(0);
    std::fs::write(home.path("large.json"), serde_json::json!({"reaction": {"text": "x".repeat(5 << 20)}}).to_string())
        .unwrap();
    home.at(LATER, "contribute t opening --entry @large.json --as t1").ends(4).complains("INVALID").complains("262144");
    std::fs::write(home.path("huge.json"), "x".repeat(17 << 20)).unwrap();
    home.at(LATER, "contribute t opening --entry @huge.json --as t1").ends(2).complains("16 MB");
    home.at(LATER, "contribute t opening --entry {\"ack\":{}} --as t1").ends(0);
    home.run(["verify"]).ends(0);
}

#[test]
fn refusals_are_json_too() {
    let home = Home::furnished();
    home.at(MORNING, "start tiny --id t --as dir").ends(0);
    let refused = home.at(LATER, "send t go_on --as dir --json").ends(4);
    let said: serde_json::Value = serde_json::from_str(&refused.err).unwrap();
    assert_eq!((said["word"].as_str(), said["kind"].as_str()), (Some("NOT_READY"), Some("rejected")), "{said}");
    assert_eq!(said["reasons"][0]["reason"], "NOBODY");
}
