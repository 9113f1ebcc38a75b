//! The laws notice a kind that breaks them: one small kind with a fault to choose, and the law that must catch it.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};

use super::{Fixture, Seq, laws, manifest};
use crate::{
    Accepted, COUNT, Context, Contribution, EntrySpec, IDS, Json, Kind, Outcome, Plugin, Problem, Projections, Refusal,
    Sender, Shape, Spec, StepKind, Table, ToJson, list, object, opt, reads, req, say,
};

struct Faulty;

static SPEC: Spec = Spec {
    kind: "faulty",
    purpose: say("Fout", "Faulty"),
    config: &[req("fault", Shape::Id)],
    entries: &[EntrySpec::new(
        "note",
        say("Noot", "Note"),
        &[req("text", Shape::Text { max: 100 }), opt("points", Shape::Int { min: 0, max: 10 })],
    )],
    result: &[
        req("texts", list(&Shape::Text { max: 100 })),
        req("sum", COUNT),
        req("mean", Shape::Any),
        opt("asked", IDS),
    ],
    privacy: "P2",
    minutes: 1,
    error_words: &["INVALID", "NOT_READY"],
    texts: &[],
};

#[derive(Clone)]
struct Config {
    fault: String,
}
reads!(Config { fault });

struct Note {
    text: String,
    points: u64,
}
reads!(Note { text, points });

enum Entry {
    Note(Note),
}
crate::entries!(Entry { Note = "note" });

struct Picture {
    json: Json,
    missing: Vec<String>,
}

impl ToJson for Picture {
    fn to_json(&self) -> Json {
        self.json.clone()
    }
}

impl StepKind for Faulty {
    const SPEC: &'static Spec = &SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, _: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        let Entry::Note(note) = entry;
        match ctx.config.fault.as_str() {
            "dirty" => Ok(Accepted::single().with("text", format!(" {}", note.text))),
            "word" => Err(Problem::new("UNHEARD_OF", say("nee", "no")).into()),
            "silent" => Err(Vec::new().into()),
            _ => Ok(Accepted::single()),
        }
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
        let fault = ctx.config.fault.as_str();
        if fault == "fails" && all.len() > 2 {
            return Err(Problem::invalid("/x", say("te veel", "too many")).into());
        }
        let mut texts: Vec<&str> = Vec::new();
        let mut sum = 0;
        for one in all {
            let Entry::Note(note) = &one.entry;
            texts.push(&note.text);
            sum += note.points + if fault == "gaps" { one.seq } else { 0 };
        }
        if fault != "order" {
            texts.sort_unstable();
        }
        let n = i64::try_from(all.len()).unwrap_or(0);
        let whole = i64::try_from(sum).unwrap_or(0);
        let mean = match fault {
            "rounding" if n > 0 => Some(format!("{}.{:02}", whole / n, (whole * 100 / n) % 100)),
            "zero" if n == 0 => Some("0.00".to_owned()),
            _ => crate::Fraction::new(whole, n).shown(1),
        };
        let reader = ctx.actor.as_ref().filter(|_| fault == "reader").map(|reader| reader.participant.clone());
        let mut json = object! {"texts" => texts, "sum" => sum, "mean" => mean};
        if let Some(reader) = reader {
            json.set("asked", vec![reader]);
        }
        if fault == "schema" {
            json.set("extra", true);
        }
        let by: Table<()> = all.iter().map(|one| (one.by().to_owned(), ())).collect();
        let invited = ctx.invited.iter().flatten().filter(|person| !by.has(person)).cloned();
        let missing = if fault == "absent" { vec!["gone-away".to_owned()] } else { invited.collect() };
        Ok(Picture { json, missing })
    }

    fn count(picture: &Picture, all: usize) -> usize {
        if picture.json.get("texts") == Some(&Json::Null) { 0 } else { all }
    }

    fn show(ctx: &Context<Self>, picture: &Picture) -> Projections {
        let sum = picture.json.only(&["sum"]);
        let school = if ctx.config.fault == "leak" { picture.json.clone() } else { sum };
        let projections = Projections::default().to(&["team"], picture.to_json()).to(&["school"], school);
        if ctx.config.fault == "audience" { projections.to(&["neighbours"], true) } else { projections }
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if !picture.missing.is_empty() {
            outcome.not_ready(Problem::new("NOT_READY", say("wacht", "wait")).args(&picture.missing));
        }
        if ctx.config.fault == "artifacts" {
            outcome.artifact("a", true);
            outcome.artifact("a", false);
        }
        outcome
    }
}

static PLUGIN: Plugin = Plugin::new("faulty", "1.0.0", &[Kind::of::<Faulty>()]);

/// What the laws say of a fault; nothing when they hold.
fn verdict(fault: &str, seq: Seq) -> Option<String> {
    let ctx = json!({
        "kind": "faulty", "config": {"fault": fault}, "inputs": {}, "actor": null, "locale": "nl", "now": "2026-10-02T12:00:00",
        "today": "2026-10-02", "calendar": {"from": "2026-09-01", "to": "2027-06-30", "closed": []}, "seed": "7",
    });
    let one = |seq: u64, text: &str| {
        json!({"id": format!("i{seq}"), "seq": seq, "entry": "note", "slot": "", "value": {"text": text, "points": 2},
               "participant": format!("lk{seq}"), "roles": ["tch"], "at": "2026-10-02T12:00:00"})
    };
    let input = json!([one(1, "b"), one(2, "a")]);
    let fixture = Fixture { about: fault.to_owned(), call: "conclude".to_owned(), ctx, input, expect: Value::Null };
    let manifest = manifest(&PLUGIN);
    let kind = &manifest["kinds"][0];
    let hold = AssertUnwindSafe(|| laws::hold(&PLUGIN, kind, &[fixture], seq, &mut BTreeSet::new()));
    let panic = catch_unwind(hold).err()?;
    let fixed = || panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    panic.downcast_ref::<String>().cloned().or_else(fixed)
}

#[test]
fn a_kind_without_a_fault_holds() {
    assert_eq!(verdict("none", Seq::Ignored), None);
    assert_eq!(verdict("order", Seq::Used), None, "an order of sending is fine where the kind is about it");
}

#[test]
fn every_fault_is_caught_by_its_law() {
    for (fault, law) in [
        ("order", "L7"),
        ("gaps", "L4"),
        ("fails", "must not make the fold fail"),
        ("dirty", "L13"),
        ("word", "does not declare"),
        ("silent", "without a reason"),
        ("rounding", "L8"),
        ("zero", "L8"),
        ("reader", "depends on who asks"),
        ("schema", "does not match its schema"),
        ("leak", "L12"),
        ("audience", "unknown audience"),
        ("absent", "L14"),
        ("artifacts", "two artifacts"),
    ] {
        let said = verdict(fault, Seq::Ignored);
        assert!(said.as_ref().is_some_and(|said| said.contains(law)), "{fault}: {said:?}");
    }
}
