//! Properties: parser and evaluator are total, compiled programs agree with the checker.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::cel::{Env, EvalCode, Program, Scope, Type, Value};

fn data() -> Json {
    json!({"n": 3, "s": "text", "f": 1.5, "l": [1, 2, 3], "m": {"a": 1, "b": [true]}, "z": null, "t": true,
        "rows": [{"id": "x", "n": 1}, {"id": "y", "n": 2}]})
}

fn env() -> Env {
    let row = Type::object([("id", Type::String), ("n", Type::Int)]);
    let map = Type::object([("a", Type::Int), ("b", Type::list(Type::Bool))]);
    Env::new().with_variable(
        "data",
        Type::object([
            ("n", Type::Int),
            ("s", Type::String),
            ("f", Type::Double),
            ("l", Type::list(Type::Int)),
            ("m", map),
            ("z", Type::Null),
            ("t", Type::Bool),
            ("rows", Type::list(row)),
        ]),
    )
}

/// Random text that looks like an expression.
fn tokens() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "1", "2u", "1.5", "'a'", "\"b\"", "true", "null", "data", ".n", ".s", ".l", ".m", ".a", "[0]", "[", "]", "(",
        ")", "{", "}", ":", "?", ",", "+", "-", "*", "/", "%", "==", "!=", "<", "<=", "&&", "||", "!", "in", "has(",
        "size(", "first(", "int(", "r'\\d'", "'''", "//", "\n", ".map(", "`x-y`", "0x", "1e", "e", "\\", "'", "é",
        "x.y",
    ]);
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

/// Random well-formed expressions.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "0",
        "1",
        "-7",
        "9223372036854775807",
        "3u",
        "1.5",
        "'a'",
        "''",
        "true",
        "false",
        "null",
        "data.n",
        "data.s",
        "data.f",
        "data.l",
        "data.m",
        "data.m.a",
        "data.m.b[0]",
        "data.z",
        "data.t",
        "data.rows",
        "data.rows[1].id",
        "data.nope",
        "[]",
        "{}",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 3, |inner| {
        let op =
            prop::sample::select(vec!["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "in"]);
        let function = prop::sample::select(vec![
            "size", "int", "uint", "double", "string", "bool", "type", "dyn", "keys", "lower", "norm", "join",
            "distinct", "sorted", "sum", "max_of", "min_of", "first", "last",
        ]);
        let pair = prop::sample::select(vec!["count", "contains", "startsWith", "matches", "pluck", "join"]);
        prop_oneof![
            (inner.clone(), op, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (function, inner.clone()).prop_map(|(f, a)| format!("{f}({a})")),
            (pair, inner.clone(), inner.clone()).prop_map(|(f, a, b)| format!("{f}({a}, {b})")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{{a}: {b}}}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}]")),
            inner.clone().prop_map(|a| format!("!({a})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            inner.prop_map(|a| format!("({a}).n")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parser_is_total_on_random_text(text in "\\PC{0,200}") {
        drop(Program::compile_unchecked(&text));
        drop(Program::compile(&text, &env()));
    }

    #[test]
    fn parser_is_total_on_random_tokens(text in tokens()) {
        if let Err(errors) = Program::compile_unchecked(&text) {
            let span = errors[0].span;
            prop_assert!(text.get(span.start..span.end).is_some(), "span {span:?} of {text:?}");
        }
        drop(Program::compile(&text, &env()));
    }

    #[test]
    fn evaluator_is_total_and_deterministic(text in expression()) {
        let data = data();
        let scope = Scope::new().json("data", &data);
        let Ok(program) = Program::compile_unchecked(&text) else { return Ok(()) };
        let first = program.eval(&scope, &());
        match (&first, &program.eval(&scope, &())) {
            (Ok(a), Ok(b)) => prop_assert_eq!(a.to_json(), b.to_json()),
            (a, b) => prop_assert_eq!(a.is_err(), b.is_err()),
        }
        if let Ok(value) = first {
            let json = value.to_json();
            prop_assert_eq!(Value::from_json(&json).to_json(), json);
        }
    }

    /// What the checker accepts never fails for a reason it could have known.
    #[test]
    fn checked_programs_do_not_fail_on_types(text in expression()) {
        let data = data();
        let scope = Scope::new().json("data", &data);
        let Ok(program) = Program::compile(&text, &env()) else { return Ok(()) };
        if let Err(error) = program.eval(&scope, &()) {
            let doubtful = text.contains("dyn(") || text.contains("[]") || text.contains("{}") || text.contains("sorted(")
                || ["int(", "uint(", "double(", "string(", "bool(", "join(", "?", "[", "{", "null", "data.z", "matches"].iter().any(|w| text.contains(w));
            prop_assert!(error.code != EvalCode::NoSuchVariable && error.code != EvalCode::NoSuchKey || doubtful, "{text}: {error}");
            prop_assert!(error.code != EvalCode::NoSuchOverload || doubtful, "{text}: {error}");
        }
    }
}
