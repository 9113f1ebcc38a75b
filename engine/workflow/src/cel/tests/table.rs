//! Expression -> answer or error, one line each.

use serde_json::json;

use crate::cel::{EvalCode, Functions, Program, Scope, Value};

struct Echo;

impl Functions for Echo {
    fn call<'a>(&'a self, name: &str, args: &[Value<'a>]) -> Option<Result<Value<'a>, String>> {
        match name {
            "In" => Some(Ok(Value::Bool(args.first().and_then(Value::as_str) == Some("open")))),
            "fail" => Some(Err("always".into())),
            "second" => Some(args.get(1).cloned().ok_or_else(|| "needs two".into())),
            _ => None,
        }
    }
}

fn run(source: &str) -> Result<serde_json::Value, (EvalCode, String)> {
    let data = json!({
        "n": 3, "big": 9007199254740993_i64, "half": 0.5, "two": 2.0, "name": "De Wilg", "none": null, "yes": true,
        "tags": ["a", "b", "a"], "nums": [3, 1, 2], "mixed": [1, "x"], "empty": [],
        "teams": [{"id": "l1", "coach": "lk9", "n": 4}, {"id": "l2", "coach": null, "n": 5}, {"id": "l3", "n": 4}],
        "map": {"a": 1, "b-c": {"d": [10, 20]}, "if": 7}, "huge": u64::MAX, "x": {"y": {"z": 1}}
    });
    let scope = Scope::new().json("data", &data).value("now", "2026-10-02T12:00:00").value("i", 7);
    let program = Program::compile_unchecked(source).unwrap_or_else(|e| panic!("{source}: {e:?}"));
    program.eval(&scope, &Echo).map(|v| v.to_json()).map_err(|e| (e.code, e.message))
}

fn is(source: &str, wanted: serde_json::Value) {
    assert_eq!(run(source), Ok(wanted), "{source}");
}

fn fails(source: &str, wanted: EvalCode) {
    assert_eq!(run(source).map_err(|e| e.0), Err(wanted), "{source}");
}

#[test]
fn arithmetic() {
    is("1 + 2 * 3 - 4 / 2", json!(5));
    is("(1 + 2) * 3", json!(9));
    is("10 - 3 - 2", json!(5));
    is("7 / 2", json!(3));
    is("-7 / 2", json!(-3));
    is("-7 % 3", json!(-1));
    is("7 % -3", json!(1));
    is("7u / 2u", json!(3));
    is("0x1F + 1", json!(32));
    is("-0x10", json!(-16));
    is("0xFFu", json!(255));
    is("1.5 + 1.5", json!(3.0));
    is("1.0 / 0.0 > 1.0", json!(true));
    is(".5 + 1e2", json!(100.5));
    is("-9223372036854775808", json!(i64::MIN));
    is("18446744073709551615u", json!(u64::MAX));
    is("--1", json!(1));
    is("---i", json!(-7));
    is("- i", json!(-7));
    is("'a' + 'b' + \"c\"", json!("abc"));
    is("[1] + [2, 'x'] + []", json!([1, 2, "x"]));
    is("data.n + 1", json!(4));
    fails("9223372036854775807 + 1", EvalCode::Overflow);
    fails("-9223372036854775808 - 1", EvalCode::Overflow);
    fails("-(-9223372036854775808)", EvalCode::Overflow);
    fails("9223372036854775807 * 2", EvalCode::Overflow);
    fails("-9223372036854775808 / -1", EvalCode::Overflow);
    fails("-9223372036854775808 % -1", EvalCode::Overflow);
    fails("0u - 1u", EvalCode::Overflow);
    fails("1 / 0", EvalCode::DivisionByZero);
    fails("1 % 0", EvalCode::DivisionByZero);
    fails("1u / 0u", EvalCode::DivisionByZero);
    fails("1 + 1.0", EvalCode::NoSuchOverload);
    fails("1 + 1u", EvalCode::NoSuchOverload);
    fails("1 + 'a'", EvalCode::NoSuchOverload);
    fails("1.0 % 2.0", EvalCode::NoSuchOverload);
    fails("'a' - 'b'", EvalCode::NoSuchOverload);
    fails("-'a'", EvalCode::NoSuchOverload);
    fails("-1u", EvalCode::NoSuchOverload);
    fails("!1", EvalCode::NoSuchOverload);
    fails("null + null", EvalCode::NoSuchOverload);
}

#[test]
fn comparison() {
    for truth in [
        "1 == 1.0",
        "1u == 1",
        "1.0 == 1u",
        "1 != 2",
        "1 < 1.5",
        "2u > 1",
        "1 <= 1u",
        "-1 < 0u",
        "1 < 18446744073709551615u",
        "'a' < 'b'",
        "'B' < 'a'",
        "false < true",
        "null == null",
        "[1, 2] == [1.0, 2u]",
        "{'a': 1} == {'a': 1.0}",
        "{1: 'x'} == {1u: 'x'}",
        "[] == []",
        "{} == {}",
        "type(1) == int",
        "type(1u) == uint",
        "type('') == string",
        "type(null) == null_type",
        "type([]) == list",
        "type({}) == map",
        "type(type(1)) == type",
        "type(1.0) == double",
        "1 != 'a'",
        "!(1 == 'a')",
        "!(null == 0)",
        "[1] != [1, 2]",
        "{'a': 1} != {'b': 1}",
        "data.none == null",
        "data.n != null",
        "!(data.name == null)",
        "data.half < 1",
        "data.two == 2",
        "data.big == 9007199254740993",
        "data.big != 9007199254740992.0",
        "9007199254740993 > 9007199254740992.0",
        "data.huge == 18446744073709551615u",
        "-9223372036854775808 == -9223372036854775808.0",
        "9223372036854775807 < 9223372036854775808.0",
        "double('nan') != double('nan')",
        "!(double('nan') < 1)",
        "!(double('nan') >= 1.0)",
        "1 < double('inf')",
        "now >= '2026-10-02'",
        "1 < 2 == true",
    ] {
        is(truth, json!(true));
    }
    fails("1 < 'a'", EvalCode::NoSuchOverload);
    fails("null < 1", EvalCode::NoSuchOverload);
    fails("[1] < [2]", EvalCode::NoSuchOverload);
    fails("'a' > true", EvalCode::NoSuchOverload);
}

#[test]
fn logic_absorbs_errors() {
    for (source, answer) in [
        ("false && 1 / 0 > 1", false),
        ("1 / 0 > 1 && false", false),
        ("true || nope", true),
        ("nope || true", true),
        ("false && 1", false),
        ("1 && false", false),
        ("'x' || true", true),
        ("nope.a.b || fail() || true", true),
        ("true && true && !false", true),
        ("false || false", false),
        ("nope && 1 / 0 == 1 && false", false),
    ] {
        is(source, json!(answer));
    }
    fails("true && 1 / 0 > 1", EvalCode::DivisionByZero);
    fails("1 / 0 > 1 || false", EvalCode::DivisionByZero);
    fails("nope || 1 / 0 == 1", EvalCode::NoSuchVariable);
    fails("true && 1", EvalCode::NoSuchOverload);
    fails("'x' || false", EvalCode::NoSuchOverload);
    is("true ? 1 : 1 / 0", json!(1));
    is("false ? nope : 'b'", json!("b"));
    is("i > 5 ? 'many' : i > 2 ? 'some' : 'few'", json!("many"));
    fails("1 ? 2 : 3", EvalCode::NoSuchOverload);
    fails("nope ? 2 : 3", EvalCode::NoSuchVariable);
}

#[test]
fn selection_and_membership() {
    is("data.map.a", json!(1));
    is("data.map['b-c'].d[1]", json!(20));
    is("data.map.`b-c`.d[0]", json!(10));
    is("data.map.if", json!(7));
    is(".data.n", json!(3));
    is("{'a': {'b': 2}}.a.b", json!(2));
    is("{1: 'one', true: 'yes', 'k': 'v'}[1u] + {true: 'yes'}[true]", json!("oneyes"));
    is("{1: 'one'}[1.0]", json!("one"));
    is("[10, 20][1]", json!(20));
    is("[10, 20][1u] + [10, 20][0.0]", json!(30));
    is("2 in [1, 2u, 3.0]", json!(true));
    is("3u in [1, 2, 3.0]", json!(true));
    is("'x' in data.mixed && !('y' in data.mixed)", json!(true));
    is("'a' in data.map && !('z' in data.map)", json!(true));
    is("1 in {1u: true}", json!(true));
    is("null in [null]", json!(true));
    is("has(data.n) && !has(data.zz) && has(data.none)", json!(true));
    is("has({'a': 1}.a)", json!(true));
    is("has(data.x.y.z)", json!(true));
    fails("has(data.zz.y)", EvalCode::NoSuchKey);
    fails("has(data.none.y)", EvalCode::NoSuchOverload);
    fails("data.zz", EvalCode::NoSuchKey);
    fails("data.name.x", EvalCode::NoSuchOverload);
    fails("data.none.x", EvalCode::NoSuchOverload);
    fails("data.nums[3]", EvalCode::OutOfRange);
    fails("data.nums[-1]", EvalCode::OutOfRange);
    fails("data.nums[0.5]", EvalCode::OutOfRange);
    fails("data.nums['0']", EvalCode::NoSuchOverload);
    fails("data['zz']", EvalCode::NoSuchKey);
    fails("data[1.5]", EvalCode::NoSuchOverload);
    fails("1 in 'abc'", EvalCode::NoSuchOverload);
    fails("'a' in 'abc'", EvalCode::NoSuchOverload);
    fails("{null: 1}", EvalCode::BadValue);
    fails("{1.0: 1}", EvalCode::BadValue);
    fails("{'a': 1, 'a': 2}", EvalCode::BadValue);
    fails("{1: 1, 1u: 2}", EvalCode::BadValue);
    fails("nope", EvalCode::NoSuchVariable);
    assert_eq!(run("dta.n").unwrap_err().1, "no variable `dta`; did you mean `data`?");
    assert_eq!(run("data.nmae").unwrap_err().1, "no such key `nmae`; did you mean `name`?");
}

#[test]
fn strings() {
    is(r#""a\n\t\"\\\x41\u00e9\U0001F600\101\?\`""#, json!("a\n\t\"\\A\u{e9}\u{1F600}A?`"));
    is(r"r'a\n'", json!("a\\n"));
    is(r#"R"\d+""#, json!("\\d+"));
    is("'''it's\ntwo lines'''", json!("it's\ntwo lines"));
    is("\"\"\"say \"hi\" \"\"\"", json!("say \"hi\" "));
    is("'' + \"\"", json!(""));
    is("size('één😀')", json!(4));
    is("'De Wilg'.startsWith('De') && 'De Wilg'.endsWith('lg') && data.name.contains(' W')", json!(true));
    is("startsWith('abc', 'ab')", json!(true));
    is("'lk12'.matches('^lk[0-9]+$')", json!(true));
    is("matches('hello', 'l+')", json!(true));
    is("'abc'.matches('a' + '.c')", json!(true));
    fails("'abc'.matches('(' + '')", EvalCode::BadValue);
    fails("1.matches('a')", EvalCode::NoSuchOverload);
    is("1 // comment\n + 2", json!(3));
    is("string(1) + string(2u) + string(1.5) + string(true) + string('x') + string(2.0)", json!("121.5truex2"));
    is("int('42') + int(3.9) + int(-3.9) + int(5u)", json!(47));
    is("uint(3) + uint('4') + uint(2.9)", json!(9));
    is("double(1) + double('1.5') + double(2u)", json!(4.5));
    is("bool('true') && !bool('F') && bool(true)", json!(true));
    is("dyn(1) == 1", json!(true));
    is("type(1)", json!("int"));
    is("1.0 / 0.0", json!("Infinity"));
    fails("int('x')", EvalCode::BadValue);
    fails("int(1e19)", EvalCode::BadValue);
    fails("int(double('nan'))", EvalCode::BadValue);
    fails("int(18446744073709551615u)", EvalCode::BadValue);
    fails("uint(-1)", EvalCode::BadValue);
    fails("int(true)", EvalCode::NoSuchOverload);
    fails("bool('maybe')", EvalCode::BadValue);
    fails("string([1])", EvalCode::NoSuchOverload);
    fails("size(1)", EvalCode::NoSuchOverload);
}

#[test]
fn helpers() {
    is("get(data.map, 'a', 0) + get(data.map, 'zz', 5)", json!(6));
    is("get(null, 'a', 'd')", json!("d"));
    is("keys(data.x)", json!(["y"]));
    is("lower('ÉÉN Groep')", json!("één groep"));
    is(
        "norm('  Elke leerling  krijgt uitdagende taken. ') == norm('elke leerling krijgt uitdagende taken!?…')",
        json!(true),
    );
    is("join(data.tags, ', ')", json!("a, b, a"));
    is("join([1, true])", json!("1true"));
    is("distinct(data.tags)", json!(["a", "b"]));
    is(
        "distinct([1, 1.0, 1u, '1', null, null, [1], [1.0], {'a': 1}, {'a': 1u}])",
        json!([1, "1", null, [1], {"a": 1}]),
    );
    is("count(data.tags, 'a')", json!(2));
    is("max_of(data.nums) * 10 + min_of(data.nums)", json!(31));
    is("max_of(['b', 'a'])", json!("b"));
    is("first(data.nums) + last(data.nums)", json!(5));
    is("pluck(data.teams, 'coach')", json!(["lk9", null]));
    is("size(where(data.teams, 'n', 4)) == 2 && size(data.teams.where('coach', null)) == 1", json!(true));
    is("data.teams.where('n', 4).pluck('id').join('+')", json!("l1+l3"));
    is("sorted([3, 1.5, 2u])", json!([1.5, 2, 3]));
    is("sorted([])", json!([]));
    is("sum(pluck(data.teams, 'n')) + sum([])", json!(13));
    fails("sum(['a'])", EvalCode::NoSuchOverload);
    fails("sum([9223372036854775807, 1])", EvalCode::Overflow);
    fails("sorted([1, 'a'])", EvalCode::NoSuchOverload);
    fails("first([])", EvalCode::OutOfRange);
    fails("last(data.empty)", EvalCode::OutOfRange);
    fails("max_of([])", EvalCode::OutOfRange);
    fails("max_of([1, 'a'])", EvalCode::NoSuchOverload);
    fails("pluck(data.map, 'a')", EvalCode::NoSuchOverload);
    fails("get(1, 'a', 0)", EvalCode::NoSuchOverload);
}

#[test]
fn host_functions() {
    is("In('open') && !In('closed')", json!(true));
    is("'a'.second('b')", json!("b"));
    fails("fail()", EvalCode::Function);
    fails("unknown(1)", EvalCode::UnknownFunction);
    fails("data.n.unknown()", EvalCode::UnknownFunction);
    fails("size(1, 2)", EvalCode::NoSuchOverload);
}

#[test]
fn error_spans_point_at_the_part() {
    let data = json!({"a": {"b": 1}});
    for (source, part) in
        [("data.a.c > 1", "c"), ("1 + 2 + data.zz", "zz"), ("true && (3 / 0) > 1", "3 / 0"), ("data.a['q']", "'q'")]
    {
        let scope = Scope::new().json("data", &data);
        let program = Program::compile_unchecked(source).unwrap();
        let error = program.eval(&scope, &()).unwrap_err();
        assert_eq!(&source[error.span.start..error.span.end], part, "{source}");
    }
}
