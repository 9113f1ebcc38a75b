//! The checker: what it accepts, what it refuses, and how it says so.

use serde_json::json;

use crate::cel::{CelCode, Env, Program, Signature, Type};

fn env() -> Env {
    let schema = json!({
        "type": "object",
        "required": ["n", "name", "level", "teams", "when", "score", "maybe"],
        "properties": {
            "n": {"type": "integer"}, "name": {"type": "string"}, "score": {"type": "number"},
            "level": {"enum": ["kleuter", "lager"]}, "note": {"type": "string"},
            "when": {"type": "string", "format": "date"}, "maybe": {"type": ["integer", "null"]},
            "teams": {"type": "array", "items": {"$ref": "#/$defs/team"}},
            "open": {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": true, "required": ["a"]},
            "flags": {"type": "object", "additionalProperties": {"type": "boolean"}},
            "anything": {}, "size": {"type": "integer", "default": 3}
        },
        "$defs": {"team": {"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string"}, "coach": {"type": ["string", "null"]}, "n": {"type": "integer"},
            "parent": {"$ref": "#/$defs/team"}
        }}}
    });
    Env::new()
        .with_variable("data", Type::from_schema(&schema))
        .with_variable("event", Type::Dyn)
        .with_variable("today", Type::Date)
        .with_variable("steps", Type::object([("cards", Type::object([("result", Type::Dyn), ("ready", Type::Bool)]))]))
        .with_function(Signature::new("In", [Type::String], Type::Bool))
        .with_function(Signature::new("is_school_day", [Type::Date], Type::Bool))
}

#[test]
fn accepts() {
    for source in [
        "data.n + 1 > 2 && data.name != ''",
        "data.score > 2.5 || data.score + 1 == 3 || data.score + 1.5 < data.n",
        "data.level == 'lager' || data.level in ['kleuter', 'lager']",
        "data.maybe == null || data.maybe > 3",
        "size(data.teams) > 2 && data.teams[0].id == 'x' && data.teams[0].parent.parent.id == 'y'",
        "pluck(data.teams, 'id').join(',') == 'a' && count(pluck(data.teams, 'n'), 3) == 1",
        "where(data.teams, 'coach', null).size() == 0",
        "get(data.teams[0], 'n', 0) >= 1 && get(data, 'note', '') != ''",
        "data.open.whatever.you.like == 1 && data.open.a == 1",
        "data.flags.any && data.flags['x']",
        "data.anything.x[0] == event.data.y",
        "steps.cards.ready && steps.cards.result.ranking[0].mentions >= 4",
        "data.when < today && is_school_day(data.when) && is_school_day('2026-10-02')",
        "In('open') || in_ok || true".trim_end_matches(" || in_ok || true"),
        "type(data.n) == int && string(data.n) + data.name == 'x'",
        "{'a': 1}.a == 1 && 'id' in data.teams[0]",
        "data.size > 2",
        "(data.n > 1 ? data.n : null) == null",
        "sum(pluck(data.teams, 'n')) > 3 && max_of([1, 2]) == 2 && first(sorted(['b'])) == 'b'",
    ] {
        if let Err(errors) = Program::compile(source, &env()) {
            panic!("{source}: {errors:?}");
        }
    }
}

#[test]
fn refuses() {
    use CelCode::{
        BadConstant, ConstantComparison, TypeMismatch, UnknownField, UnknownFunction, UnknownVariable, WrongArguments,
    };
    for (source, code, part, text) in [
        ("dta.n > 1", UnknownVariable, "dta", "did you mean `data`"),
        ("zzz > 1", UnknownVariable, "zzz", "known here: data, event"),
        ("data.nam == 'x'", UnknownField, "nam", "did you mean `name`"),
        ("data.teams[0].couch == 'x'", UnknownField, "couch", "did you mean `coach`"),
        ("has(data.nmae)", UnknownField, "nmae", "did you mean `name`"),
        ("steps.card.ready", UnknownField, "card", "did you mean `cards`"),
        ("pluck(data.teams, 'idd')", UnknownField, "'idd'", "did you mean `id`"),
        ("get(data, 'nmae', '')", UnknownField, "'nmae'", "name"),
        ("data['nmae']", UnknownField, "'nmae'", "name"),
        ("is_shool_day(today)", UnknownFunction, "is_shool_day", "did you mean `is_school_day`"),
        ("data.name.startswith('a')", UnknownFunction, "startswith", "did you mean `startsWith`"),
        ("In('a', 'b')", WrongArguments, "In", "takes 1"),
        ("size()", WrongArguments, "size", "takes 1"),
        ("data.n + 'a'", TypeMismatch, "data.n + 'a'", "string(...)"),
        ("data.n + 1.5", TypeMismatch, "data.n + 1.5", "double(...)"),
        ("data.n > 'a'", TypeMismatch, "data.n > 'a'", "not defined"),
        ("data.n == 'a'", ConstantComparison, "data.n == 'a'", "never equal"),
        ("data.n == null", ConstantComparison, "data.n == null", "never equal"),
        ("data.level == 'lagr'", ConstantComparison, "'lagr'", "did you mean `lager`"),
        ("data.level in ['lager', 'secundair']", ConstantComparison, "'secundair'", "possible"),
        ("data.n in ['a']", ConstantComparison, "data.n in ['a']", "never in"),
        ("'x' in data.name", TypeMismatch, "'x' in data.name", "contains"),
        ("data.name && true", TypeMismatch, "data.name", "needs bool"),
        ("!data.n", TypeMismatch, "data.n", "needs bool"),
        ("data.n ? 1 : 2", TypeMismatch, "data.n", "needs bool"),
        ("data.n.x == 1", TypeMismatch, "x", "no fields"),
        ("data.n[0] == 1", TypeMismatch, "data.n", "indexed"),
        ("data.teams['a']", TypeMismatch, "'a'", "by int"),
        ("size(data.n) > 1", TypeMismatch, "data.n", "size"),
        ("is_school_day(data.n)", TypeMismatch, "data.n", "must be date"),
        ("is_school_day('2026-13-01')", BadConstant, "'2026-13-01'", "not a date"),
        ("join(data.name, ',')", TypeMismatch, "data.name", "must be list"),
        ("max_of(data.teams)", TypeMismatch, "data.teams", "needs numbers"),
        ("pluck(['a'], 'x')", TypeMismatch, "['a']", "list of objects"),
        ("{'a': 1}.b", UnknownField, "b", "known fields: a"),
        ("-data.name", TypeMismatch, "data.name", "not defined"),
    ] {
        let errors = Program::compile(source, &env()).map(|_| ()).unwrap_err();
        let error = &errors[0];
        assert_eq!(error.code, code, "{source}: {error}");
        assert_eq!(&source[error.span.start..error.span.end], part, "{source}: {error}");
        assert!(error.to_string().contains(text), "{source}: {error}");
    }
}

#[test]
fn all_problems_at_once_in_order() {
    let errors = Program::compile("data.nam == 'x' && dta.n > 1 && nope()", &env()).map(|_| ()).unwrap_err();
    let codes: Vec<&str> = errors.iter().map(|e| e.code.as_str()).collect();
    assert_eq!(codes, ["cel-unknown-field", "cel-unknown-variable", "cel-unknown-function"]);
}

#[test]
fn a_place_can_ask_for_a_type() {
    assert!(Program::compile_as("data.n > 1", &env(), &Type::Bool).is_ok());
    let errors = Program::compile_as("data.n + 1", &env(), &Type::Bool).map(|_| ()).unwrap_err();
    assert!(errors[0].message.contains("needs bool"));
    assert_eq!(*Program::compile("data.n + 1", &env()).unwrap().result_type(), Type::Int);
}

#[test]
fn optional_fields_warn_unless_tested() {
    let warns = |source: &str| Program::compile(source, &env()).unwrap().warnings().len();
    assert_eq!(warns("data.note == 'x'"), 1);
    assert_eq!(warns("has(data.note) && data.note == 'x'"), 0);
    assert_eq!(warns("get(data, 'note', '') == 'x'"), 0);
    assert_eq!(warns("data.name == 'x' && data.size > 1"), 0);
}

#[test]
fn references_are_the_longest_paths() {
    let source = "steps.cards.result.n > 1 && has(data.note) && data['x y'].z[i].w == size(now) || In('open')";
    let program = Program::compile_unchecked(source).unwrap();
    let refs = program.references();
    let paths: Vec<String> = refs.paths.iter().map(|p| p.dotted()).collect();
    assert_eq!(paths, ["steps.cards.result.n", "data.note", "data.x y.z", "i", "now"]);
    assert_eq!(refs.paths.iter().filter(|p| p.tested).count(), 1);
    assert_eq!(Vec::from_iter(&refs.variables), ["data", "i", "now", "steps"]);
    assert_eq!(Vec::from_iter(&refs.functions), ["In", "size"]);
}

#[test]
fn schemas_become_types() {
    for (schema, wanted) in [
        (json!(true), Type::Dyn),
        (json!({"const": 3}), Type::Int),
        (json!({"enum": ["a", null]}), Type::nullable(Type::one_of(["a"]))),
        (json!({"enum": [1, 2.5]}), Type::Number),
        (json!({"type": "array", "items": {"type": "boolean"}}), Type::list(Type::Bool)),
        (json!({"anyOf": [{"type": "string"}, {"type": "null"}]}), Type::nullable(Type::String)),
        (json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}), Type::Dyn),
        (json!({"type": ["integer", "number"]}), Type::Number),
        (
            json!({"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            {"type": "object", "properties": {"b": {"type": "string"}}, "required": ["b"]}]}),
            Type::object([("a", Type::Int), ("b", Type::String)]),
        ),
        (json!({"type": "object"}), Type::map(Type::Dyn)),
        (json!({"$ref": "#/$defs/x", "$defs": {"x": {"type": "integer"}}}), Type::Int),
        (json!({"$ref": "#"}), Type::Dyn),
        (json!({"$ref": "https://elsewhere"}), Type::Dyn),
    ] {
        assert_eq!(Type::from_schema(&schema), wanted, "{schema}");
    }
}
