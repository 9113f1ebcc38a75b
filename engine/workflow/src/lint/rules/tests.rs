//! The rules of pedagogy, one clause at a time: what breaks a rule is said, what keeps it is not. The pages of
//! docs/codes show one example of each; here stand the others, and the workflows of the repository keep them all.

use std::path::{Path, PathBuf};

use crate::language::{Bundle, Options, Reference, Severity, SourceFile, check};

/// The codes of rules that a workflow breaks; `tags` may be empty.
fn broken(tags: &str, privacy: &str, body: &str) -> Vec<&'static str> {
    let names = ["adv", "coach", "dir", "member", "pol", "pup", "tch"];
    let roles: String =
        names.iter().filter(|role| body.contains(*role)).map(|role| format!("{role}: {{}}, ")).collect();
    let text = format!(
        "workflow: try\nversion: 1.0.0\nprivacy: {privacy}\ntags: [{tags}]\nroles: {{{roles}}}\n{body}  z: {{final: true}}\n"
    );
    let checked = check(&Bundle::single("try.yaml", text.clone()), &Options::default());
    let (rules, others): (Vec<_>, Vec<_>) = checked.diagnostics.iter().partition(|item| item.code.starts_with("DB3"));
    let wrong: Vec<_> = others.into_iter().filter(|item| item.severity == Severity::Error).collect();
    assert!(wrong.is_empty(), "{text}\n{wrong:#?}");
    rules.into_iter().map(|item| item.code).collect()
}

/// One state `a` with a step; the coach closes it.
fn one(step: &str, close: &str) -> String {
    format!("states:\n  a: {{step: {{{step}, roles: [coach, tch]}}, on: {{close: {{to: z, roles: coach{close}}}}}}}\n")
}

/// A team's cycle: material, quality test, report, with the given step of material and way to the test.
fn cycle(material: &str, way: &str) -> String {
    format!(
        "states:\n  m: {{steps: {{m: {{uses: material, roles: coach{material}}}, g: {{uses: goal, roles: coach, with: {{require_didactic: true}}}}}}, on: {{go: {{to: q, roles: coach{way}}}}}}}\n  q: {{step: {{uses: quality-test, roles: coach, with: {{criteria: '${{[today]}}'}}}}, on: {{back: {{to: m, roles: coach}}, go: {{to: r, roles: coach}}}}}}\n  r: {{step: {{uses: report, roles: coach, with: {{growth_phase: true}}}}, on: {{end: {{to: z, roles: coach}}}}}}\n"
    )
}

#[test]
fn rules_on_teams() {
    let test = |with: &str| one(&format!("uses: quality-test{with}"), "");
    let tried = ", with: {tryout: {min_teachers: 2}}";
    let table: &[(&str, &str, String, &[&str])] = &[
        ("no criteria", "", test(""), &["DB302"]),
        ("criteria of nowhere", "", test(", with: {criteria: [{id: a}, {id: b, source: other}]}"), &["DB302"]),
        ("one of the goal", "", test(", with: {criteria: [{id: a}, {id: b, source: goal}]}"), &[]),
        ("from an expression", "", test(", with: {criteria: '${today}'}"), &[]),
        ("from the inputs", "", test(", inputs: {criteria: today}"), &[]),
        ("nothing tried out", "learning-cycle", cycle("", ""), &["DB307"]),
        ("test before the try-out", "learning-cycle", cycle(tried, ""), &["DB307"]),
        ("concluded before", "learning-cycle", cycle(tried, ", concludes: [m]"), &[]),
        (
            "untried is asked for",
            "learning-cycle",
            cycle(tried, ", require: {that: size(steps.m.result.untried) == 0, else: NO_TRYOUT}"),
            &[],
        ),
        (
            "another thing is asked for",
            "learning-cycle",
            cycle(tried, ", require: {that: size(steps.m.result.materials) == 0, else: NO_TRYOUT}"),
            &["DB307"],
        ),
        (
            "an aim of arrangements",
            "learning-cycle",
            cycle(tried, ", concludes: [m]").replace("require_didactic", "min_goals"),
            &["DB307"],
        ),
    ];
    for (what, tags, body, expected) in table {
        assert_eq!(broken(tags, "P1", body), *expected, "{what}");
    }
}

#[test]
fn rules_on_talks() {
    let video = |first: &str, last: &str| {
        format!(
            "states:\n  a: {{step: {{uses: rounds, roles: coach, mandatory: true, with: {{rounds: [{{id: r1{first}}}]}}}}, on: {{n: {{to: b, roles: coach}}}}}}\n  b: {{step: {{uses: {last}, roles: coach}}, on: {{n: {{to: z, roles: coach}}}}}}\n"
        )
    };
    let results = |accepts: &str, close: &str, audience: &str| {
        one(&format!("uses: data-round, mandatory: true, accepts: [{accepts}], audience: {{{audience}}}"), close)
            .replace("roles: [coach, tch]", "roles: [coach, tch, dir]")
    };
    let all = "explanation, probe, resolve";
    let ends = ", concludes: [a]";
    let table: &[(&str, &str, String, &[&str])] = &[
        ("criticism first", "video-visit", video("", "actions"), &["DB311"]),
        ("no action", "video-visit", video(", first_kind: positive", "input"), &["DB311"]),
        ("positive first", "video-visit", video(", first_kind: positive", "actions"), &[]),
        ("not a video", "", video("", "input"), &[]),
        ("no rounds", "video-visit", one("uses: actions", ""), &["DB311"]),
        ("nobody probes", "results-meeting", results("explanation, resolve", ends, "dir: policy"), &["DB316"]),
        ("never concluded", "results-meeting", results(all, "", "dir: policy"), &["DB316"]),
        ("classes for the leader", "results-meeting", results(all, ends, "dir: team"), &["DB316"]),
        ("classes for the policy team", "results-meeting", results(all, ends, "dir: policy, pol: team"), &["DB316"]),
        ("totals for the leader", "results-meeting", results(all, ends, "dir: school"), &[]),
        ("figures only", "results-meeting", results("dataset", "", "dir: held"), &[]),
        ("no moment", "team-agenda", one("uses: input", ""), &["DB323"]),
        (
            "planned dates",
            "team-agenda",
            "data: {d: {type: string, default: ''}}\nstates:\n  a: {at: {'data.d at 07:00': z}}\n".to_owned(),
            &[],
        ),
        (
            "every week, not the calendar",
            "briefing",
            "states:\n  a: {every: {'every schoolweek on monday at 09:00': {do: {log: today}}}, on: {end: {to: z, roles: dir}}}\n"
                .to_owned(),
            &["DB323"],
        ),
    ];
    for (what, tags, body, expected) in table {
        assert_eq!(broken(tags, "P3", body), *expected, "{what}");
    }
}

#[test]
fn what_is_private_stays_private() {
    let table: &[(&str, &str, String, &[&str])] = &[
        ("open to colleagues", "P1", one("uses: reflection", ""), &["one"]),
        ("a private step", "P1", one("uses: reflection, privacy: P2", ""), &[]),
        ("anonymous", "P1", one("uses: questionnaire, identity: anonymous, audience: {dir: school}", ""), &[]),
        ("seen by the policy team", "P2", one("uses: reflection, audience: {pol: policy}", ""), &["one"]),
        ("held", "P2", one("uses: reflection, audience: {dir: held, pol: held}", ""), &[]),
        (
            "read in a view",
            "P2",
            format!("views: {{dir: {{n: steps.a.result.completed}}}}\n{}", one("uses: reflection", "")),
            &["one"],
        ),
    ];
    for (tag, code) in [("own-wellbeing", "DB321"), ("pop", "DB326"), ("intervision", "DB326")] {
        for (what, privacy, body, expected) in table {
            let expected = vec![code; expected.len()];
            assert_eq!(broken(tag, privacy, body), expected, "{tag}: {what}");
        }
    }
}

#[test]
fn rules_on_pupils() {
    let sociogram = |more: &str| one(&format!("uses: sociogram, mandatory: true{more}"), "");
    let groups = |more: &str| one(&format!("uses: grouping, with: {{size: {{min: 2}}{more}}}"), "");
    let regroup = |rules: &str, way: &str| {
        format!(
            "states:\n  a: {{step: {{uses: sociogram, roles: coach, mandatory: true}}, on: {{n: {{to: b, roles: coach}}}}}}\n  b: {{step: {{uses: grouping, roles: coach, with: {{end_date: '2026-12-01'{rules}}}}}, on: {{n: {{to: z, roles: coach{way}}}}}}}\n"
        )
    };
    let apart = ", rules: [{rule: not_together, pairs: '${steps.a.result.not_together}'}]";
    let named =
        format!("config: {{pupils: {{type: [string], default: []}}}}\n{}", groups(", members: '${config.pupils}'"));
    let nobody_left = ", require: {that: size(steps.b.result.unplaced) == 0, else: LEFT_OUT}";
    let table: &[(&str, &str, String, &[&str])] = &[
        ("not sensitive", "P3", sociogram(""), &["DB312"]),
        ("a sensitive step", "P1", sociogram(", privacy: P4"), &[]),
        ("shown to pupils", "P4", sociogram(", audience: {pup: team}"), &["DB312"]),
        ("held from all", "P4", sociogram(", audience: {coach: facilitator, pup: held, dir: held}"), &[]),
        ("promise taken for granted", "P4", sociogram(", with: {statement_confirmed: true}"), &["DB312"]),
        (
            "read in a view",
            "P4",
            format!("views: {{dir: {{n: steps.a.result.answered}}}}\n{}", sociogram("")),
            &["DB312"],
        ),
        ("groups for ever", "P3", groups(""), &["DB314"]),
        ("pupils by name", "P1", named, &["DB314"]),
        ("groups of staff", "P1", groups(""), &[]),
        ("groups for a while", "P3", groups(", end_date: '2026-12-01'"), &[]),
        ("kept apart, nobody left", "P4", regroup(apart, nobody_left), &[]),
        ("not kept apart", "P4", regroup("", nobody_left), &["DB322"]),
        ("somebody left", "P4", regroup(apart, ""), &["DB322"]),
    ];
    for (what, privacy, body, expected) in table {
        assert_eq!(broken("", privacy, body), *expected, "{what}");
    }
}

#[test]
fn what_guards_people_cannot_be_skipped() {
    let table: &[(&str, &str)] = &[
        ("collegial-visit", "uses: rounds, with: {rounds: [{id: feedback, cover: [B, K, C]}]}"),
        ("video-visit", "uses: rounds, with: {rounds: [{id: look, first_kind: positive}]}"),
        ("", "uses: sociogram"),
        ("results-meeting", "uses: data-round, accepts: [explanation, probe, resolve]"),
        ("efficacy-survey", "uses: questionnaire, with: {individual_first: true}"),
    ];
    for (tags, step) in table {
        let found = |step: &str, state: &str| {
            let body = one(step, ", concludes: [a]").replace("  a: {", &format!("  a: {{{state}"));
            let codes = broken(tags, "P4", &body);
            codes.into_iter().filter(|code| *code == "DB325").count()
        };
        assert_eq!(found(step, ""), 1, "{step}");
        assert_eq!(found(&format!("{step}, mandatory: true"), ""), 0, "{step}");
        assert_eq!(found(step, "mandatory: true, "), 0, "{step}");
    }
}

fn workflows() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows")
}

/// A workflow of the repository with its texts.
fn bundle(id: &str) -> Option<Bundle> {
    let source = |path: &Path| Some(SourceFile::new(path.display().to_string(), std::fs::read_to_string(path).ok()?));
    let folder = workflows().join(id);
    let texts = ["nl", "en"].iter().filter_map(|language| source(&folder.join(format!("texts/{language}.yaml"))));
    Some(Bundle { main: source(&folder.join(format!("{id}.yaml")))?, texts: texts.collect() })
}

#[test]
fn the_workflows_of_the_repository_keep_the_rules() {
    let resolve = |reference: &Reference| bundle(&reference.name);
    let instrument = |reference: &Reference| {
        let path = workflows().join(format!("instruments/{}.yaml", reference.name));
        Some(SourceFile::new(path.display().to_string(), std::fs::read_to_string(&path).ok()?))
    };
    let options = Options { resolve: Some(&resolve), instrument: Some(&instrument), kinds: None };
    let mut found = Vec::new();
    let mut seen = 0;
    for entry in std::fs::read_dir(workflows()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(bundle) = bundle(&name) else { continue };
        seen += 1;
        let checked = check(&bundle, &options);
        let rules = checked.diagnostics.iter().filter(|item| item.code.starts_with("DB3"));
        found.extend(rules.map(|item| format!("{name}: {} {}", item.code, item.message)));
    }
    assert!(seen > 90, "{seen}");
    assert!(found.is_empty(), "{}", found.join("\n"));
}
