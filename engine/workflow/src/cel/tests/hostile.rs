//! Inputs made to hurt: deep, long, wide, growing.

use serde_json::{Value as Json, json};

use crate::cel::limits::{MAX_ITEMS, MAX_NODES, MAX_SOURCE_CHARS};
use crate::cel::{CelCode, Env, EvalCode, Program, Scope};

fn on_small_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap().join().unwrap();
}

fn refused(source: &str) -> CelCode {
    Program::compile_unchecked(source).map(|_| ()).unwrap_err()[0].code
}

#[test]
fn deep_and_wide_sources_are_refused_on_a_small_stack() {
    on_small_stack(|| {
        for source in [
            "(".repeat(999) + "1" + &")".repeat(999),
            "[".repeat(1000) + &"]".repeat(1000),
            "{1:".repeat(400) + "1" + &"}".repeat(400),
            "a[".repeat(600) + "0" + &"]".repeat(600),
            "f(".repeat(600) + &")".repeat(600),
            "!".repeat(1900) + "a",
            "-".repeat(1900) + "1",
            "a".to_owned() + &".b".repeat(900),
            "a?b:".repeat(400) + "c",
            "(1+(2*(3-".repeat(150) + "1" + &")))".repeat(150),
            "1+".repeat(25_000) + "1",
            "a&&".repeat(30_000) + "a",
            "1+".repeat(600) + "1",
            format!("'{}'", "x".repeat(100_000)),
        ] {
            assert_eq!(refused(&source), CelCode::Limit, "{}", &source[..20]);
        }
    });
}

#[test]
fn everything_up_to_the_limits_runs_on_a_small_stack() {
    on_small_stack(|| {
        let at_limit = |source: String| {
            let program = Program::compile_unchecked(&source).unwrap_or_else(|e| panic!("{e:?}"));
            let checked = Program::compile(&source, &Env::new());
            let answer = program.eval(&(), &()).map(|v| v.to_json());
            (answer, checked.is_ok())
        };
        let parens = "(1+(2*(3-".repeat(20) + "1" + &")))".repeat(20);
        assert!(at_limit(parens).1);
        let wide = "1+".repeat(MAX_NODES - 2 - 240) + "1";
        assert_eq!(at_limit(wide).0, Ok(json!(259)));
        let lists = "[".repeat(63) + "1" + &"]".repeat(63);
        assert!(at_limit(lists).0.is_ok());
        let choices = "false?0:".repeat(60) + "7";
        assert_eq!(at_limit(choices).0, Ok(json!(7)));
        let ands = "true&&".repeat(240) + "true";
        assert_eq!(at_limit(ands).0, Ok(json!(true)));
        let nested = "(true||(1<2&&3==1+2*".repeat(12) + "1" + &"))".repeat(12);
        drop(at_limit(nested).0);
    });
}

#[test]
fn source_length_counts_characters() {
    let fits = format!("'{}'", "é".repeat(MAX_SOURCE_CHARS - 2));
    assert!(Program::compile_unchecked(&fits).is_ok());
    assert_eq!(refused(&format!("'{}'", "é".repeat(MAX_SOURCE_CHARS - 1))), CelCode::Limit);
}

#[test]
fn growth_is_bounded() {
    let text = json!("x".repeat(60_000));
    let items = json!(vec![0; 6_000]);
    let scope = Scope::new().json("t", &text).json("l", &items);
    for source in ["t + t", "l + l", "join([t, t])", "[t].join('') + t"] {
        let error = Program::compile_unchecked(source).unwrap().eval(&scope, &()).map(|_| ()).unwrap_err();
        assert_eq!(error.code, EvalCode::Limit, "{source}");
    }
}

#[test]
fn assigning_a_value_into_itself_again_and_again_ends_in_an_error() {
    on_small_stack(|| {
        for source in ["[x]", "[x, x]", "{'a': x}", "{'a': x, 'b': x}", "x + x"] {
            let program = Program::compile_unchecked(source).unwrap();
            let mut x: Json = json!(["seed"]);
            let mut error = None;
            for _ in 0..10_000 {
                let scope = Scope::new().json("x", &x);
                let next = program.eval(&scope, &()).map(|v| v.to_json());
                match next {
                    Ok(next) => x = next,
                    Err(e) => {
                        error = Some(e.code);
                        break;
                    }
                }
            }
            assert_eq!(error, Some(EvalCode::Limit), "{source}");
        }
    });
}

#[test]
fn work_is_bounded() {
    let rows: Vec<Json> = (0..MAX_ITEMS).map(|i| json!({"k": i, "v": [i, i]})).collect();
    let list = Json::from(rows);
    let scope = Scope::new().json("l", &list);
    let heavy = format!("size(distinct(l)) + {}", vec!["count(l, l[0])"; 90].join("+"));
    let error = Program::compile_unchecked(&heavy).unwrap().eval(&scope, &()).map(|_| ()).unwrap_err();
    assert_eq!(error.code, EvalCode::Limit);
    let fine = Program::compile_unchecked("size(distinct(pluck(l, 'k'))) == 10000").unwrap();
    assert_eq!(fine.eval_bool(&scope, &()), Ok(true));
}

#[test]
fn patterns_are_bounded() {
    let text = json!("a".repeat(60_000));
    let scope = Scope::new().json("t", &text);
    let program = Program::compile_unchecked("t.matches('(a*)*(a*)*(a*)*b')").unwrap();
    assert!(matches!(program.eval_bool(&scope, &()), Ok(false) | Err(_)));
    for source in ["'a'.matches('(((a{100}){100}){100})')", "'a'.matches('[')"] {
        let errors = Program::compile(source, &Env::new()).map(|_| ()).unwrap_err();
        assert_eq!(errors[0].code, CelCode::BadConstant);
        let unchecked = Program::compile_unchecked(source).unwrap();
        assert_eq!(unchecked.eval_bool(&(), &()).unwrap_err().code, EvalCode::BadValue);
    }
}

#[test]
fn syntax_errors_are_kind() {
    for (source, code, part, text) in [
        ("a = 1", CelCode::Syntax, "=", "compare with"),
        ("a & b", CelCode::Syntax, "&", "&&"),
        ("a and b", CelCode::Syntax, "and", "&&"),
        ("not a", CelCode::Syntax, "a", "expected"),
        ("", CelCode::Syntax, "", "empty"),
        ("1 +", CelCode::Syntax, "", "end of the expression"),
        ("(1", CelCode::Syntax, "", "`)`"),
        ("'abc", CelCode::Syntax, "'abc", "not closed"),
        ("'a\nb'", CelCode::Syntax, "'a", "not closed"),
        ("'\\q'", CelCode::Syntax, "\\q", "escape"),
        ("“a”", CelCode::Syntax, "“", "quotes"),
        ("1abc", CelCode::Syntax, "1", "directly"),
        ("9223372036854775808", CelCode::Limit, "9223372036854775808", "64 bits"),
        ("99999999999999999999", CelCode::Limit, "99999999999999999999", "64 bits"),
        ("x.map(y, y + 1)", CelCode::Unsupported, "map", "pluck"),
        ("x.all(y, y > 1)", CelCode::Unsupported, "all", "loop"),
        ("b'abc'", CelCode::Unsupported, "b'", "byte"),
        ("Foo{a: 1}", CelCode::Syntax, "{", "messages"),
        ("has(a)", CelCode::WrongArguments, "has(a)", "field selection"),
        ("while", CelCode::Syntax, "while", "reserved"),
        ("a.in", CelCode::Syntax, "in", "field name"),
        ("a.?b", CelCode::Unsupported, "?", "optional"),
        ("f(1,2,3,4,5,6,7,8,9)", CelCode::Limit, "f(1,2,3,4,5,6,7,8,9)", "arguments"),
        ("'\\ud800'", CelCode::Syntax, "\\u", "digits"),
    ] {
        let error = Program::compile_unchecked(source).map(|_| ()).unwrap_err().remove(0);
        assert_eq!(error.code, code, "{source}: {error}");
        assert_eq!(&source[error.span.start..error.span.end], part, "{source}: {error}");
        assert!(error.to_string().contains(text), "{source}: {error}");
    }
}
