//! The fold laws of domain.md 0.5, as far as a plugin can keep or break them, on contributions made at random (but the same
//! every time). What the host does (duplicates, revisions, lateness, roles) is not tested here.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::collection::vec;
use proptest::num::u64::ANY;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use serde_json::{Value, json};

use super::generate::{MARK, Source, ids};
use super::{Fixture, Seq, collect_words, shuffle};
use crate::text::clean;
use crate::{AUDIENCES, Chance, Plugin};

/// Runs of each fixture's configuration, and contributions in each.
const RUNS: u32 = 12;
const STEPS: usize = 14;
/// Deepest document that the host takes.
const MAX_DEPTH: usize = 48;

/// Holds one kind to the laws, once for each configuration of its fixtures.
pub(super) fn hold(plugin: &Plugin, kind: &Value, fixtures: &[Fixture], seq: Seq, words: &mut BTreeSet<String>) {
    let own: Vec<&Fixture> = fixtures.iter().filter(|fixture| fixture.ctx["kind"] == kind["kind"]).collect();
    let payloads: Vec<Value> = own.iter().flat_map(|fixture| payloads(kind, fixture)).collect();
    let mut seen: Vec<&Value> = Vec::new();
    let mut accepted = 0;
    for fixture in own {
        if seen.contains(&&fixture.ctx["config"]) {
            continue;
        }
        seen.push(&fixture.ctx["config"]);
        let mut found = Vec::new();
        ids(&fixture.ctx["config"], &mut found);
        ids(&fixture.ctx["inputs"], &mut found);
        payloads.iter().for_each(|payload| ids(payload, &mut found));
        let law = Laws { plugin, kind, seq, ctx: &fixture.ctx, payloads: &payloads, ids: &found };
        // Before anybody has contributed the laws hold too.
        law.judge(&mut World::default(), 0);
        let config = Config { cases: RUNS, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let taken = std::cell::Cell::new(0);
        let said = std::cell::RefCell::new(BTreeSet::new());
        let outcome = runner.run(&vec(ANY, 1..STEPS), |seeds| {
            let mut world = law.play(&seeds);
            taken.set(taken.get() + world.kept.len());
            law.judge(&mut world, seeds.last().copied().unwrap_or(0));
            said.borrow_mut().append(&mut world.words);
            Ok(())
        });
        if let Err(TestError::Fail(reason, seeds)) = outcome {
            let sent = catch_unwind(AssertUnwindSafe(|| law.play(&seeds).kept)).unwrap_or_default();
            panic!("{}: {reason}\nwith the configuration of \"{}\" and {:#}", kind["kind"], fixture.about, json!(sent));
        }
        accepted += taken.get();
        words.append(&mut said.into_inner());
    }
    assert!(
        accepted > 0,
        "{}: not one contribution made from the fixtures was accepted: the laws were not tested",
        kind["kind"]
    );
}

/// What the fixture contributes: the payload of a check, or the values of contributions with the fields that can be sent.
fn payloads(kind: &Value, fixture: &Fixture) -> Vec<Value> {
    let stored = |one: &Value| {
        let entry = one["entry"].as_str().unwrap_or_default();
        let known = &kind["contribution"]["properties"][entry]["properties"];
        let fields = one["value"].as_object().into_iter().flatten();
        let sendable = fields.filter(|(name, value)| known.get(name.as_str()).is_some() && !value.is_null());
        let body: Value = sendable.map(|(name, value)| (name.clone(), value.clone())).collect();
        let mut payload = json!({});
        payload[entry] = body;
        payload
    };
    let given = [&fixture.input, &fixture.ctx["contributions"]];
    let contributions = given.into_iter().filter_map(Value::as_array).flatten().map(stored);
    let sent = [&fixture.input["payload"]].into_iter().filter(|payload| payload.is_object()).cloned();
    contributions.chain(sent).collect()
}

/// A step after some contributions.
#[derive(Default)]
struct World {
    kept: Vec<Value>,
    /// Error words of refusals.
    words: BTreeSet<String>,
    /// The last accepted: who, payload, entry and slot.
    last: Option<(Value, Value, Value)>,
}

/// The laws over one configuration.
struct Laws<'a> {
    plugin: &'a Plugin,
    kind: &'a Value,
    seq: Seq,
    ctx: &'a Value,
    payloads: &'a [Value],
    ids: &'a [String],
}

/// People of every sort: with names from the fixtures, roles, and groups.
fn people(chance: &mut Chance, ids: &[String]) -> Value {
    let strangers = ["person-1", "person-2", "person-3", "person-4", "person-5", "person-6"];
    let groups = [json!(null), json!("G1"), json!("G2")];
    let known: Vec<&String> =
        ids.iter().filter(|id| ["lk", "zc", "dir", "coach"].iter().any(|of| id.starts_with(of))).collect();
    let name = if known.is_empty() || chance.below(2) == 0 {
        strangers[chance.below(strangers.len())]
    } else {
        known[chance.below(known.len())].as_str()
    };
    let roles = if chance.below(3) == 0 { json!(["coach", "dir"]) } else { json!(["tch"]) };
    json!({"participant": name, "roles": roles, "group": groups[chance.below(groups.len())]})
}

impl Laws<'_> {
    /// Lets people contribute, withdraw and contribute again.
    fn play(&self, seeds: &[u64]) -> World {
        let schema = &self.kind["contribution"];
        let mut source = Source { schema, payloads: self.payloads, ids: self.ids, made: 0 };
        let mut world = World { kept: Vec::new(), words: BTreeSet::new(), last: None };
        for (at, seed) in seeds.iter().enumerate() {
            let mut chance = Chance::new(*seed);
            if chance.below(8) == 0 && !world.kept.is_empty() {
                world.kept.remove(chance.below(world.kept.len()));
                world.last = None;
                continue;
            }
            let person = people(&mut chance, self.ids);
            let payload = source.payload(&mut chance);
            self.send(&mut world, person, payload, at as u64 + 1);
        }
        world
    }

    /// Sends a payload as the host would (L3), and holds the answer to what the contract says of it.
    fn send(&self, world: &mut World, person: Value, payload: Value, seq: u64) {
        let mut ctx = self.ctx.clone();
        ctx["contributions"] = json!(world.kept);
        ctx["actor"] = person.clone();
        let day = ctx["today"].as_str().unwrap_or_default().to_owned();
        let mut sent = person.clone();
        sent["at"] = json!(format!("{day}T12:00:00"));
        sent["payload"] = payload.clone();
        let (ctx, text) = (ctx.to_string(), sent.to_string());
        let answer = self.plugin.check(&ctx, &text);
        assert_eq!(answer, self.plugin.check(&ctx, &text), "L1: the same check gave another answer");
        match answer {
            Err(refusal) => self.refused(&refusal, &mut world.words),
            Ok(answer) => {
                let answer = parse(&answer);
                texts_are_clean(&answer["value"], "value");
                let shared = answer["shared"] == json!(true);
                world.kept.retain(|one| {
                    let same = one["entry"] == answer["entry"] && one["slot"] == answer["slot"];
                    !(same && (shared || one["participant"] == person["participant"]))
                });
                let mut one = sent;
                for field in ["entry", "slot", "value"] {
                    one[field] = answer[field].clone();
                }
                one["id"] = json!(format!("i{seq}"));
                one["seq"] = json!(seq);
                one["admitted_late"] = json!(false);
                one.as_object_mut().map(|one| one.remove("payload"));
                world.last = Some((person, payload, one.clone()));
                world.kept.push(one);
            }
        }
    }

    /// A refusal says why, in words that the manifest declares, in both languages, and where.
    fn refused(&self, refusal: &str, words: &mut BTreeSet<String>) {
        let refusal = parse(refusal);
        let problems = refusal["problems"].as_array().cloned().unwrap_or_default();
        assert!(!problems.is_empty(), "a refusal without a reason");
        for problem in &problems {
            self.problem(problem);
        }
        collect_words(&refusal, words);
    }

    fn problem(&self, problem: &Value) {
        let declared = self.kind["error_words"].as_array().is_some_and(|words| words.contains(&problem["word"]));
        assert!(declared, "the manifest does not declare {}", problem["word"]);
        for language in ["nl", "en"] {
            let text = problem["text"][language].as_str().unwrap_or_default();
            assert!(!text.trim().is_empty(), "{} has no text in {language}", problem["word"]);
        }
        let path = problem.get("path").and_then(Value::as_str).unwrap_or("/");
        assert!(path.starts_with('/'), "{path} is no JSON pointer");
    }

    fn answers(&self, ctx: &Value, all: &Value) -> (String, String) {
        let (ctx, all) = (ctx.to_string(), all.to_string());
        let conclusion = self.plugin.conclude(&ctx, &all).unwrap_or_else(|refusal| refusal);
        let summary = self.plugin.summarise(&ctx, &all).unwrap_or_else(|refusal| refusal);
        (conclusion, summary)
    }

    /// Holds the step to every law.
    fn judge(&self, world: &mut World, seed: u64) {
        let all = json!(world.kept);
        let base = self.answers(self.ctx, &all);
        let (conclusion, summary) = (parse(&base.0), parse(&base.1));
        if conclusion.get("problems").is_some() && conclusion.get("ready").is_none() {
            // Only a configuration or an input that cannot be used stops a fold, and then it stops it always.
            let empty = self.answers(self.ctx, &json!([]));
            assert_eq!(base.0, empty.0, "accepted contributions must not make the fold fail");
            return self.refused(&base.0, &mut world.words);
        }
        assert_eq!(self.answers(self.ctx, &all), base, "L1: the same call gave another answer");
        for turn in 0..3 {
            let shuffled = shuffle(&world.kept, seed.wrapping_add(turn), self.seq);
            assert_eq!(self.answers(self.ctx, &shuffled), base, "L7: the answer depends on delivery or sequence");
        }
        self.gaps(world, &base);
        self.again(world, &base);
        self.reader(&all, &base);
        self.whole(&conclusion, &world.kept);
        self.shown(&summary, world);
        self.minimum(&all, &conclusion);
        self.absent(&all);
    }

    /// L4: numbers that are missing, because something was withdrawn or refused, change nothing.
    fn gaps(&self, world: &World, base: &(String, String)) {
        let mut apart = world.kept.clone();
        for one in &mut apart {
            one["seq"] = json!(one["seq"].as_u64().unwrap_or(0) * 3 + 7);
        }
        assert_eq!(self.answers(self.ctx, &json!(apart)), *base, "L4: a gap in the sequence changed the answer");
    }

    /// L2 and L3: the same contribution again, in the same slot with the same value, changes nothing.
    fn again(&self, world: &World, base: &(String, String)) {
        let Some((person, payload, kept)) = world.last.clone() else { return };
        let mut twice = World { kept: world.kept.clone(), words: BTreeSet::new(), last: None };
        self.send(&mut twice, person, payload, 10_000);
        let same = |one: &Value| ["entry", "slot", "value"].iter().all(|field| one[*field] == kept[*field]);
        if self.seq == Seq::Ignored && twice.last.as_ref().is_some_and(|(_, _, again)| same(again)) {
            assert_eq!(self.answers(self.ctx, &json!(twice.kept)), *base, "L2: the same again changed the answer");
        }
    }

    /// L1 and L12: the result is the same whoever asks, in whatever language.
    fn reader(&self, all: &Value, base: &(String, String)) {
        let mut ctx = self.ctx.clone();
        ctx["actor"] = json!({"participant": "person-1", "roles": ["tch"], "group": "G1"});
        ctx["locale"] = json!("en");
        assert_eq!(self.answers(&ctx, all).0, base.0, "the result depends on who asks, or on the language");
    }

    /// The conclusion is of the contract's form, its numbers are exact and its means right (L8).
    fn whole(&self, conclusion: &Value, kept: &[Value]) {
        let problems = conclusion["problems"].as_array().cloned().unwrap_or_default();
        assert_eq!(conclusion["ready"], json!(problems.is_empty()), "ready is false exactly when there are problems");
        problems.iter().for_each(|problem| self.problem(problem));
        let validator = jsonschema::validator_for(&self.kind["result"]).expect("schemas were checked");
        let wrong = validator.iter_errors(&conclusion["result"]).next();
        assert!(wrong.is_none(), "the result does not match its schema: {wrong:?} {kept:#?}");
        exact(conclusion, 0);
        let mut names = BTreeSet::new();
        for artifact in conclusion["artifacts"].as_array().into_iter().flatten() {
            assert!(names.insert(artifact["name"].to_string()), "two artifacts of one name");
        }
    }

    /// L12: known audiences only, never a contribution as it was stored; of private kinds the school reads no word that
    /// somebody wrote.
    fn shown(&self, summary: &Value, world: &World) {
        exact(summary, 0);
        let projections = summary["projections"].as_object().cloned().unwrap_or_default();
        for (audience, shown) in &projections {
            assert!(AUDIENCES.contains(&audience.as_str()), "unknown audience {audience}");
            assert!(!is_raw(shown), "L12: {audience} sees contributions as they were stored");
        }
        let class = self.kind["privacy"].as_str().unwrap_or_default();
        let private = ["P2", "P3", "P4"].iter().any(|private| class.starts_with(private));
        if !private || self.ctx["config"].to_string().contains("\"school\"") {
            return;
        }
        let school = projections.get("school").map(Value::to_string).unwrap_or_default();
        let kind = self.kind["kind"].as_str().unwrap_or_default();
        for one in
            world.kept.iter().filter(|one| !self.plugin.is_public(kind, one["entry"].as_str().unwrap_or_default()))
        {
            let mut marks = Vec::new();
            marks_of(&one["value"], &mut marks);
            let read = marks.into_iter().find(|mark| school.contains(mark.as_str()));
            assert_eq!(read, None, "L12: the school reads what somebody wrote: {school}");
            let by = one["participant"].as_str().filter(|by| by.starts_with("person-")).unwrap_or("person-?");
            assert!(!school.contains(by), "L12: the school reads who contributed: {school}");
        }
    }

    /// L10: too few contributions are told, and nothing else changes.
    fn minimum(&self, all: &Value, conclusion: &Value) {
        let n = conclusion["result"]["n"].as_u64().unwrap_or(0);
        for least in [0, n, n + 1] {
            let mut ctx = self.ctx.clone();
            ctx["config"]["min_contributions"] = json!(least);
            let told = parse(&self.answers(&ctx, all).0);
            assert_eq!(told["result"]["insufficient"], json!(n < least), "L10: {n} of at least {least}");
            let mut result = conclusion["result"].clone();
            result["insufficient"] = told["result"]["insufficient"].clone();
            assert_eq!(told["result"], result, "L10: the minimum changed the picture");
        }
    }

    /// L14: who is not invited any more is asked for nothing.
    fn absent(&self, all: &Value) {
        let gone = "gone-away";
        let mut ctx = self.ctx.clone();
        let mut invited: Vec<Value> = ctx["invited"].as_array().cloned().unwrap_or_default();
        invited.retain(|person| person != gone);
        ctx["invited"] = json!(invited);
        let after = parse(&self.answers(&ctx, all).0);
        invited.push(json!(gone));
        ctx["invited"] = json!(invited);
        let before = parse(&self.answers(&ctx, all).0);
        let named = |conclusion: &Value| conclusion["problems"].to_string().contains(gone);
        assert!(!named(&after), "L14: asks for somebody who is not there");
        assert_eq!(before["result"]["n"], after["result"]["n"], "L14: what was given stays");
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("an answer is JSON")
}

/// L13: normalised, trimmed, without control characters.
fn texts_are_clean(value: &Value, place: &str) {
    match value {
        Value::String(text) => assert_eq!(clean(text, true), *text, "L13: {place} is not clean"),
        Value::Array(items) => items.iter().for_each(|item| texts_are_clean(item, place)),
        Value::Object(fields) => fields.iter().for_each(|(name, field)| texts_are_clean(field, name)),
        _ => {}
    }
}

/// Whole numbers only, no deeper than the host takes; means that are shown are those of their sum and number, rounded half away
/// from zero, and nothing where there is nothing to divide by (L8).
fn exact(value: &Value, depth: usize) {
    assert!(depth <= MAX_DEPTH, "nested deeper than the host takes");
    match value {
        Value::Number(number) => assert!(number.is_i64() || number.is_u64(), "{number} is not whole"),
        Value::Array(items) => items.iter().for_each(|item| exact(item, depth + 1)),
        Value::Object(fields) => {
            mean_is_right(value);
            fields.values().for_each(|field| exact(field, depth + 1));
        }
        _ => {}
    }
}

fn mean_is_right(object: &Value) {
    let Some(mean) = object.get("mean") else { return };
    let sum = object.get("sum").and_then(Value::as_i64);
    let n = object.get("answers").or_else(|| object.get("n")).and_then(Value::as_i64);
    if n == Some(0) {
        assert!(mean.is_null(), "L8: a mean of nothing: {object}");
    }
    let (Some(sum), Some(n)) = (sum, n) else { return };
    match mean.as_str() {
        None => assert!(mean.is_null(), "L8: a mean is shown as text or not at all: {object}"),
        Some(shown) => {
            let digits: i64 = shown.replace('.', "").parse().unwrap_or(i64::MAX);
            let (cents, left) = ((sum * 200 + n * sum.signum()) / (2 * n.max(1)), shown.split_once('.'));
            assert!(digits == cents && left.is_some_and(|(_, two)| two.len() == 2), "L8: {shown} for {sum}/{n}");
        }
    }
}

/// The marks in the texts of a value.
fn marks_of(value: &Value, marks: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let numbered = text.split(MARK).skip(1).filter_map(|rest| rest.split_once('q'));
            marks.extend(numbered.map(|(number, _)| format!("{MARK}{number}q")));
        }
        Value::Array(items) => items.iter().for_each(|item| marks_of(item, marks)),
        Value::Object(fields) => fields.values().for_each(|field| marks_of(field, marks)),
        _ => {}
    }
}

/// A stored contribution carries these three together; nothing that is made for readers does.
fn is_raw(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(is_raw),
        Value::Object(fields) => {
            ["seq", "slot", "value"].iter().all(|field| fields.contains_key(*field)) || fields.values().any(is_raw)
        }
        _ => false,
    }
}
